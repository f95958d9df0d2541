//! The careful reader: the same fields by serde_json, for the lines that the scanner did not understand.
//!
//! Values stay raw until they are known to count, so nesting of any depth inside message content passes; of a key that
//! stands twice the last one counts, as in every common JSON reader.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::MOST_TOKENS;
use super::row::{LineProblem, RawCounts, Row, SubCall};
use crate::record::TokenCounts;

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a line. `Ok(None)`: valid, and no usage row.
pub(super) fn parse<'a>(line: &str) -> Result<Option<Row<'a>>, LineProblem> {
    let value: &RawValue = serde_json::from_str(line).map_err(|_| LineProblem::NotJson)?;
    let Some(envelope) = object(value) else {
        return Err(LineProblem::NotAnObject);
    };
    let Some(message) = envelope.get("message").and_then(|message| object(message)) else {
        return Ok(None);
    };
    let Some(usage) = message.get("usage").and_then(|usage| object(usage)) else {
        return Ok(None);
    };
    if text(&envelope, "type").as_deref() != Some("assistant") {
        return Ok(None);
    }
    let mut is_odd = false;
    let row = Row {
        message_id: text(&message, "id"),
        request_id: text(&envelope, "requestId"),
        session_id: text(&envelope, "sessionId"),
        uuid: text(&envelope, "uuid"),
        timestamp: text(&envelope, "timestamp"),
        model: text(&message, "model"),
        cwd: text(&envelope, "cwd"),
        git_branch: text(&envelope, "gitBranch"),
        version: text(&envelope, "version"),
        agent_id: text(&envelope, "agentId"),
        speed: text(&usage, "speed"),
        service_tier: text(&usage, "service_tier"),
        inference_geo: text(&usage, "inference_geo"),
        is_sidechain: envelope.get("isSidechain").is_some_and(|value| value.get() == "true"),
        has_stop_reason: text(&message, "stop_reason").is_some(),
        tokens: tokens(&usage, &mut is_odd),
        web_searches: web_searches(&usage, &mut is_odd),
        sub_calls: sub_calls(&usage, &mut is_odd),
        problem: None,
    };
    Ok(Some(Row { problem: is_odd.then_some(LineProblem::OddTokenCount), ..row }))
}

fn object(value: &RawValue) -> Option<Object<'_>> {
    serde_json::from_str(value.get()).ok()
}

fn text<'a>(object: &Object<'_>, key: &str) -> Option<Cow<'a, str>> {
    let text: String = serde_json::from_str(object.get(key)?.get()).ok()?;
    (!text.is_empty()).then_some(Cow::Owned(text))
}

/// A count; absent and null are an ordinary 0, anything else that is no plausible whole number is an odd one.
fn count(object: &Object<'_>, key: &str, is_odd: &mut bool) -> u64 {
    let Some(value) = object.get(key).map(|value| value.get()).filter(|value| *value != "null") else {
        return 0;
    };
    match value.parse::<u64>() {
        Ok(count) if count <= MOST_TOKENS => count,
        Ok(_) | Err(_) => {
            *is_odd = true;
            0
        }
    }
}

fn tokens(usage: &Object<'_>, is_odd: &mut bool) -> TokenCounts {
    let split = usage.get("cache_creation").and_then(|split| object(split)).unwrap_or_default();
    let counts = RawCounts {
        input: count(usage, "input_tokens", is_odd),
        output: count(usage, "output_tokens", is_odd),
        cache_creation: count(usage, "cache_creation_input_tokens", is_odd),
        cache_creation_5m: count(&split, "ephemeral_5m_input_tokens", is_odd),
        cache_creation_1h: count(&split, "ephemeral_1h_input_tokens", is_odd),
        cache_read: count(usage, "cache_read_input_tokens", is_odd),
    };
    counts.split()
}

fn web_searches(usage: &Object<'_>, is_odd: &mut bool) -> u64 {
    let tools = usage.get("server_tool_use").and_then(|tools| object(tools)).unwrap_or_default();
    count(&tools, "web_search_requests", is_odd)
}

fn sub_calls<'a>(usage: &Object<'_>, is_odd: &mut bool) -> Vec<SubCall<'a>> {
    let iterations: Vec<&RawValue> =
        usage.get("iterations").and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default();
    let entries = iterations.into_iter().enumerate().filter_map(|(position, entry)| Some((position, object(entry)?)));
    let billed = entries.filter(|(_, entry)| text(entry, "type").as_deref() == Some("advisor_message"));
    billed
        .map(|(position, entry)| SubCall {
            position,
            model: text(&entry, "model"),
            tokens: tokens(&entry, is_odd),
            web_searches: web_searches(&entry, is_odd),
        })
        .collect()
}
