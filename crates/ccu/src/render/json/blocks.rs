//! Blocks as JSON.

use ccu_core::report::{Block, BlockState, BurnRate, Projection};
use serde::Serialize;

use crate::render::BlocksView;
use crate::render::json::row::{SumsJson, instant};
use crate::render::json::{NotesJson, SCHEMA, to_text};

/// Writes a blocks report as one JSON object.
pub fn report(view: &BlocksView<'_>) -> Result<String, serde_json::Error> {
    let has_cost = view.shown.has_cost;
    to_text(&Document {
        schema: SCHEMA,
        blocks: view.report.blocks.iter().map(|block| BlockJson::new(block, has_cost)).collect(),
        totals: SumsJson::new(&view.report.totals, has_cost),
        notes: NotesJson::new(&view.caveats()),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    blocks: Vec<BlockJson<'a>>,
    totals: SumsJson,
    notes: NotesJson,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockJson<'a> {
    id: String,
    start_time: String,
    end_time: String,
    actual_end_time: Option<String>,
    is_active: bool,
    is_gap: bool,
    entries: u64,
    token_counts: TokenCountsJson,
    total_tokens: u64,
    #[serde(rename = "costUSD", skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_nano_usd: Option<i64>,
    models: Vec<&'a str>,
    burn_rate: Option<BurnRateJson>,
    projection: Option<ProjectionJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenCountsJson {
    input_tokens: u64,
    output_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BurnRateJson {
    tokens_per_minute: f64,
    tokens_per_minute_for_indicator: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_per_hour: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProjectionJson {
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_cost: Option<f64>,
    remaining_minutes: u64,
}

impl<'a> BlockJson<'a> {
    fn new(block: &'a Block, has_cost: bool) -> Self {
        let usage = &block.usage;
        BlockJson {
            id: block.id(),
            start_time: block.start.to_string(),
            end_time: block.end.to_string(),
            actual_end_time: instant(block.last_activity),
            is_active: block.state == BlockState::Active,
            is_gap: block.state == BlockState::Gap,
            entries: usage.responses,
            token_counts: TokenCountsJson {
                input_tokens: usage.tokens.input,
                output_tokens: usage.tokens.output,
                cache_creation_input_tokens: usage.tokens.cache_write(),
                cache_read_input_tokens: usage.tokens.cache_read,
            },
            total_tokens: usage.tokens.total(),
            cost_usd: has_cost.then(|| usage.cost.dollars()),
            cost_nano_usd: has_cost.then_some(usage.cost.0),
            models: block.models.iter().map(|model| &*model.model).collect(),
            burn_rate: block.burn_rate.as_ref().map(|rate| BurnRateJson::new(rate, has_cost)),
            projection: block.projection.as_ref().map(|projection| ProjectionJson::new(projection, has_cost)),
        }
    }
}

impl BurnRateJson {
    fn new(rate: &BurnRate, has_cost: bool) -> Self {
        BurnRateJson {
            tokens_per_minute: rate.tokens_per_minute,
            tokens_per_minute_for_indicator: rate.uncached_tokens_per_minute,
            cost_per_hour: has_cost.then(|| rate.cost_per_hour.dollars()),
        }
    }
}

impl ProjectionJson {
    fn new(projection: &Projection, has_cost: bool) -> Self {
        ProjectionJson {
            total_tokens: projection.total_tokens,
            total_cost: has_cost.then(|| projection.total_cost.dollars()),
            remaining_minutes: projection.remaining_minutes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{sample, schema_check};

    #[test]
    fn the_whole_shape() {
        let text = report(&sample::blocks().view()).unwrap();
        schema_check::matches("blocks", &text);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn money_can_be_left_out() {
        let mut blocks = sample::blocks();
        blocks.shown.has_cost = false;
        let text = report(&blocks.view()).unwrap();
        schema_check::matches("blocks", &text);
        let text = text.to_lowercase();
        assert!(!text.contains("cost") && !text.contains("usd"), "{text}");
    }
}
