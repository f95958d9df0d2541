//! Which price a model id asks for: the id itself, then the id without what clouds, gateways and dates put around it.
//!
//! Every decoration is one that somebody documents; no id is ever matched by a part of it. A price that is merely likely
//! is a wrong number in a report, an unknown model is a line that says so.

use jiff::civil::Date;

/// How Claude Code marks a model that runs with the window of a million tokens, in settings and some transcripts.
const LARGE_WINDOW: &str = "[1m]";

/// Providers that gateways write before a model.
///
/// **Source**: keys of LiteLLM's price table (PyPI litellm 1.109.1), and <https://openrouter.ai/anthropic> for
/// `anthropic/`; both seen 2026-11-22.
const ROUTES: [&str; 4] = ["anthropic/", "azure_ai/", "bedrock/", "vertex_ai/"];

/// Where Bedrock's inference profiles run; without one of them it is the model of one region.
///
/// **Source**: keys of LiteLLM's price table (PyPI litellm 1.109.1), seen 2026-11-22.
const BEDROCK_AREAS: [&str; 7] = ["apac", "au", "eu", "global", "jp", "us", "us-gov"];

/// The partitions of AWS, in resource names.
const AWS_PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// Endings that name no particular date: Anthropic's aliases and Vertex AI's default version.
const UNDATED: [&str; 2] = ["-latest", "@default"];

/// Looks the id up, then what is left of it as decorations come off one by one from the outside, and gives the first
/// that `lookup` knows. So an entry for a decorated id wins over the one for the bare model. Nothing is allocated.
pub(super) fn resolve<T>(model: &str, lookup: impl Fn(&str) -> Option<T>) -> Option<T> {
    let any_window = model.strip_suffix(LARGE_WINDOW).unwrap_or(model);
    let unrouted = ROUTES.iter().find_map(|route| any_window.strip_prefix(route)).unwrap_or(any_window);
    let profile = inference_profile(unrouted).unwrap_or(unrouted);
    let on_bedrock = bedrock_model(profile);
    let bare = on_bedrock.unwrap_or(profile);
    let unversioned = without_version(bare, on_bedrock.is_some()).unwrap_or(bare);
    let undated = without_date(unversioned).unwrap_or(unversioned);
    [model, any_window, unrouted, profile, bare, unversioned, undated].into_iter().find_map(lookup)
}

/// The model of `arn:aws:bedrock:REGION:ACCOUNT:inference-profile/MODEL` (or `foundation-model`), where it is named:
/// the ids of application inference profiles say nothing.
fn inference_profile(id: &str) -> Option<&str> {
    let (resource, model) = id.strip_prefix("arn:")?.split_once('/')?;
    let mut parts = resource.split(':');
    let is_partition = parts.next().is_some_and(|partition| AWS_PARTITIONS.contains(&partition));
    let is_bedrock = parts.next() == Some("bedrock");
    let (_region, _account) = (parts.next()?, parts.next()?);
    let is_model = matches!(parts.next(), Some("inference-profile" | "foundation-model"));
    let is_whole = parts.next().is_none() && bedrock_model(model).is_some();
    (is_partition && is_bedrock && is_model && is_whole).then_some(model)
}

/// What follows `anthropic.` or, say, `us.anthropic.`.
fn bedrock_model(id: &str) -> Option<&str> {
    let (before, model) = id.split_once("anthropic.")?;
    let is_known = before.is_empty() || before.strip_suffix('.').is_some_and(|area| BEDROCK_AREAS.contains(&area));
    is_known.then_some(model)
}

/// Takes Bedrock's `-v1:0` off. The short form `-v1` is a version on Bedrock only: elsewhere it is part of a name.
fn without_version(id: &str, is_on_bedrock: bool) -> Option<&str> {
    let (before, version) = id.rsplit_once("-v")?;
    let is_version = match version.split_once(':') {
        Some((major, minor)) => is_digits(major) && is_digits(minor),
        None => is_on_bedrock && is_digits(version),
    };
    is_version.then_some(before)
}

/// Takes `-20250929`, `@20250929`, `-2025-09-29`, `-latest` or `@default` off.
fn without_date(id: &str) -> Option<&str> {
    if let Some(model) = UNDATED.iter().find_map(|ending| id.strip_suffix(ending)) {
        return Some(model);
    }
    if let Some((model, date)) = split_at_end(id, 9)
        && (date.starts_with('-') || date.starts_with('@'))
        && is_date(date.get(1..5)?, date.get(5..7)?, date.get(7..9)?)
    {
        return Some(model);
    }
    let (model, date) = split_at_end(id, 11)?;
    let is_dashed = date.starts_with('-') && date.get(5..6) == Some("-") && date.get(8..9) == Some("-");
    (is_dashed && is_date(date.get(1..5)?, date.get(6..8)?, date.get(9..11)?)).then_some(model)
}

/// Splits the last so many bytes off; `None` where there are fewer, or where that is inside of a character.
fn split_at_end(text: &str, length: usize) -> Option<(&str, &str)> {
    text.split_at_checked(text.len().checked_sub(length)?)
}

/// Whether it is a day that a model can be named after, so that eight digits of another meaning are no date.
fn is_date(year: &str, month: &str, day: &str) -> bool {
    if !(is_digits(year) && is_digits(month) && is_digits(day)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else {
        return false;
    };
    (2020..2100).contains(&year) && Date::new(year, month, day).is_ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The known id that `model` leads to.
    fn known(model: &str) -> Option<&'static str> {
        let ids = ["claude-opus-4-6", "claude-sonnet-4-5", "claude-v2:1", "eu.anthropic.claude-opus-4-6-v1"];
        resolve(model, |id| ids.into_iter().find(|known| *known == id))
    }

    #[test]
    fn documented_decorations_come_off() {
        for model in [
            "claude-opus-4-6",
            "claude-opus-4-6[1m]",
            "claude-opus-4-6-20260205",
            "claude-opus-4-6@20260205",
            "claude-opus-4-6-2026-02-05",
            "claude-opus-4-6-latest",
            "claude-opus-4-6@default",
            "claude-opus-4-6-20260205-v1:0",
            "anthropic.claude-opus-4-6",
            "anthropic.claude-opus-4-6-v1",
            "us.anthropic.claude-opus-4-6-v1:0",
            "us-gov.anthropic.claude-opus-4-6-20260205-v1:0",
            "apac.anthropic.claude-opus-4-6-v1[1m]",
            "global.anthropic.claude-opus-4-6-20260205-v1:0[1m]",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
            "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-opus-4-6-v1:0",
            "bedrock/us.anthropic.claude-opus-4-6-v1",
            "vertex_ai/claude-opus-4-6@20260205",
            "azure_ai/claude-opus-4-6",
            "anthropic/claude-opus-4-6",
        ] {
            assert_eq!(known(model), Some("claude-opus-4-6"), "{model}");
        }
    }

    #[test]
    fn the_longest_known_spelling_wins() {
        for model in ["eu.anthropic.claude-opus-4-6-v1", "eu.anthropic.claude-opus-4-6-v1[1m]"] {
            assert_eq!(known(model), Some("eu.anthropic.claude-opus-4-6-v1"), "{model}");
        }
        assert_eq!(known("anthropic.claude-v2:1"), Some("claude-v2:1"));
    }

    #[test]
    fn near_misses_stay_unknown() {
        for model in [
            "",
            "claude",
            "opus",
            "claude-opus",
            "claude-opus-4-60",
            "claude-opus-4-6-",
            "claude-opus-4-6-fast",
            "claude-opus-4-6-v1",
            "claude-opus-4-6-20261301",
            "claude-opus-4-6-20260230",
            "claude-opus-4-6-00000101",
            "claude-opus-4-6-2026+1-5",
            "claude-opus-4-6-2026-0205",
            "claude-opus-4-6_20260205",
            "claude-opus-4-6-20260205-20260206",
            "claude-opus-4-6@latest",
            "claude-opus-4-6[2m]",
            "claude-opus-4-6[1m][1m]",
            "Claude-Opus-4-6",
            " claude-opus-4-6",
            "my-claude-opus-4-6-proxy",
            "proxy/claude-opus-4-6",
            "mars.anthropic.claude-opus-4-6",
            "us.us.anthropic.claude-opus-4-6",
            "xanthropic.claude-opus-4-6",
            "us.claude-opus-4-6",
            "anthropic.claude-opus-4-6-v",
            "anthropic.claude-opus-4-6-v1:",
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/claude-opus-4-6",
            "arn:aws:s3:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
            "arn:mars:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
            "arn:aws:bedrock:inference-profile/us.anthropic.claude-opus-4-6-v1",
        ] {
            assert_eq!(known(model), None, "{model}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_matched_without_panic(text in ".{0,30}", date in "[-@][0-9é-]{7,10}") {
            let _ = known(&text);
            let _ = known(&format!("{text}{date}"));
        }

        #[test]
        fn only_whole_ids_match(before in "[a-z./:-]{1,12}", after in "[a-z0-9.:-]{1,12}") {
            prop_assert_eq!(known(&format!("{before}-claude-sonnet-4-5")), None);
            prop_assert_eq!(known(&format!("claude-sonnet-4-5x{after}")), None);
        }
    }
}
