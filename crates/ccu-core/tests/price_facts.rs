//! Compares the embedded price table with what its sources said when it was made, on machines that have those notes:
//! `shared/facts/prices.json` beside the workspace. Elsewhere it says that it compared nothing.

#![expect(clippy::unwrap_used, reason = "the functions below are parts of a test")]

use std::io::Write;
use std::path::Path;

use ccu_core::money::PicoUsdPerToken;
use ccu_core::pricing::{PriceQuery, PriceTable, Rate, parse_usd_per_mtok, parse_usd_per_thousand};
use ccu_core::record::PromptClass;
use ccu_core::time::UtcMillis;
use serde_json::Value;

/// Model, prompt tokens: where our table follows the other source, for the reason in its note.
const FROM_LITELLM: (&str, u64) = ("claude-sonnet-4-0", 200_001);

#[test]
fn every_figure_is_that_of_the_source() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts/prices.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        // Past the test harness, which keeps a passing test's output to itself.
        let _ = writeln!(std::io::stderr(), "skipped: prices are not compared, {} is not here", path.display());
        return;
    };
    let facts: Value = serde_json::from_str(&text).unwrap();
    let table = PriceTable::embedded().unwrap();
    let mut compared = 0;
    for (model, fact) in facts["claude_models"].as_object().unwrap() {
        let rows = fact["prices_usd_per_mtok"].as_array().unwrap();
        for (position, row) in rows.iter().enumerate() {
            let last = rows.get(position + 1).and_then(|next| next["from"].as_str()).map(|next| day(next) - 1);
            let first = row["from"].as_str().map(day).or(last.and(Some(0)));
            for day in [first, last] {
                compared += compare(&table, model, row, PriceQuery { day, ..PLAIN });
            }
        }
        for variant in fact["variants"].as_array().unwrap() {
            let speed = variant["when"]["speed"].as_str().unwrap_or_default();
            let service_tier = variant["when"]["processing"].as_str().unwrap_or_default();
            compared += compare(&table, model, variant, PriceQuery { speed, service_tier, ..PLAIN });
        }
    }
    assert!(compared > 1000, "only {compared} figures");
}

const PLAIN: PriceQuery<'static> =
    PriceQuery { speed: "", service_tier: "", inference_geo: "", class: PromptClass::UpTo100k, day: None };

/// Compares one row of the facts on both sides of every border between prompt sizes, and counts the figures.
fn compare(table: &PriceTable, model: &str, row: &Value, query: PriceQuery<'_>) -> usize {
    let mut compared = 0;
    for prompt in [1, 100_000, 100_001, 200_000, 200_001] {
        if (model, prompt) == FROM_LITELLM {
            continue;
        }
        let rate = table.rate(model, &PriceQuery { class: PromptClass::of(prompt), ..query }).unwrap();
        for (field, ours) in fields(&rate) {
            let Some(expected) = figure(&row[field], prompt) else { continue };
            assert_eq!(ours, expected, "{model} {field} at {prompt} prompt tokens, {query:?}");
            compared += 1;
        }
        if let Some(expected) = row["web_search_per_1k"].as_f64() {
            assert_eq!(Ok(rate.web_search), parse_usd_per_thousand(&expected.to_string()), "{model}");
            compared += 1;
        }
    }
    compared
}

fn fields(rate: &Rate) -> [(&'static str, PicoUsdPerToken); 5] {
    [
        ("input", rate.input),
        ("output", rate.output),
        ("cache_write_5m", rate.cache_write_5m),
        ("cache_write_1h", rate.cache_write_1h),
        ("cache_read", rate.cache_read),
    ]
}

/// A figure of the facts, `{"base": 3.0, "tiers": [{"above_prompt_tokens": 200000, "price": 6.0}]}` or plain, at a prompt size.
fn figure(value: &Value, prompt: u64) -> Option<PicoUsdPerToken> {
    let above = |tier: &&Value| tier["above_prompt_tokens"].as_u64().unwrap() < prompt;
    let tier = value["tiers"].as_array().and_then(|tiers| tiers.iter().rfind(above));
    let number = tier.map_or(&value["base"], |tier| &tier["price"]);
    let number = if value.is_object() { number } else { value };
    number.as_f64().map(|dollars| parse_usd_per_mtok(&dollars.to_string()).unwrap())
}

fn day(date: &str) -> i32 {
    UtcMillis::parse(&format!("{date}T00:00:00Z")).unwrap().slot().utc_day()
}
