//! What an answer means that is not the one asked for: by status, headers and message together, since GitHub uses one
//! status for several things.
//!
//! **Source**: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api> and the troubleshooting page
//! beside it, seen 2026-11-22.

use ccu_core::time::UtcMillis;
use jiff::fmt::rfc2822;
use ureq::http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use ureq::http::{HeaderMap, StatusCode};

use super::super::error::RemoteError;
use super::connection::Answer;
use super::schema::ProblemAnswer;

/// The wait after a rate limit that does not say how long: "at least one minute".
const UNKNOWN_WAIT_MS: i64 = 60_000;
/// The shortest wait, for clocks that differ from GitHub's.
const SHORTEST_WAIT_MS: i64 = 1_000;
/// The longest wait that is believed. GitHub's windows last an hour.
pub(crate) const LONGEST_WAIT_MS: i64 = 24 * 3_600_000;
/// Characters of a message that are passed on.
const MESSAGE_CHARS: usize = 300;
/// How a message says that a request is too large. "Too long" is not among them: that is said of names.
const TOO_LARGE: [&str; 3] = ["too large", "too_large", "too big"];

/// Says what an answer without success means.
pub(super) fn verdict(answer: &Answer, host: &str, now: UtcMillis) -> RemoteError {
    let status = answer.status;
    let problem: Option<ProblemAnswer> = serde_json::from_slice(&answer.body).ok();
    let is_json = problem.is_some();
    let message = plain(&problem.unwrap_or_default().into_message());
    let host = host.to_owned();
    let unexpected = || RemoteError::Unexpected { host: host.clone(), reason: describe(answer) };

    match status.as_u16() {
        403 | 429 => match limit(status, &answer.headers, &message, now) {
            Some(until) => RemoteError::Limited { until },
            None if is_json => RemoteError::NotPermitted { message },
            None => unexpected(),
        },
        408 | 500.. => RemoteError::Unanswered { host, reason: describe(answer) },
        413 => RemoteError::TooLarge,
        _ if !is_json => unexpected(),
        401 => RemoteError::Unauthorized,
        404 | 410 => RemoteError::NotFound,
        409 => RemoteError::Conflict,
        451 => RemoteError::NotPermitted { message },
        422 if is_about_size(&message) => RemoteError::TooLarge,
        400 | 422 => RemoteError::Refused { message },
        _ => unexpected(),
    }
}

/// Until when a rate limit holds; `None` where the answer is about something else.
fn limit(status: StatusCode, headers: &HeaderMap, message: &str, now: UtcMillis) -> Option<UtcMillis> {
    let wait_ms = retry_after_ms(headers, now).or_else(|| reset_ms(headers, now));
    let message = message.to_ascii_lowercase();
    let is_said = status == StatusCode::TOO_MANY_REQUESTS
        || message.contains("rate limit")
        || message.contains("abuse detection");
    let wait_ms = wait_ms.or(is_said.then_some(UNKNOWN_WAIT_MS))?;
    Some(UtcMillis(now.0.saturating_add(wait_ms.clamp(SHORTEST_WAIT_MS, LONGEST_WAIT_MS))))
}

/// `Retry-After`: seconds, or an instant.
fn retry_after_ms(headers: &HeaderMap, now: UtcMillis) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    let until = instant(text)?;
    Some(until.0 - instant_of_answer(headers, now).0)
}

/// `X-RateLimit-Reset`, in seconds since 1970, where nothing remains.
fn reset_ms(headers: &HeaderMap, now: UtcMillis) -> Option<i64> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    if number("x-ratelimit-remaining")? != 0 {
        return None;
    }
    let reset = number("x-ratelimit-reset")?.checked_mul(1000)?;
    reset.checked_sub(instant_of_answer(headers, now).0)
}

/// When the answer was given by the clock that gave it: that of this machine may be hours off, which a wait must not be.
fn instant_of_answer(headers: &HeaderMap, now: UtcMillis) -> UtcMillis {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    date.and_then(instant).unwrap_or(now)
}

fn instant(text: &str) -> Option<UtcMillis> {
    let instant = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(UtcMillis(instant.as_millisecond()))
}

fn is_about_size(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    TOO_LARGE.iter().any(|words| message.contains(words))
}

/// An answer in a few words: its status, what kind of thing it is, and the number by which GitHub finds it.
pub(super) fn describe(answer: &Answer) -> String {
    let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(plain);
    let mut words = answer.status.to_string();
    if let Some(kind) = text(CONTENT_TYPE.as_str()) {
        words.push_str(&format!(", {}", kind.split(';').next().unwrap_or_default()));
    }
    if let Some(request) = text("x-github-request-id") {
        words.push_str(&format!(", request {request}"));
    }
    words
}

/// A text from outside on one line, not too long, without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    text.chars().take(MESSAGE_CHARS).map(plain).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcMillis = UtcMillis(1_800_000_000_000);

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: body.into() }
    }

    /// What it means, in short: the variant, and what it holds beside the host.
    fn short(answer: &Answer) -> String {
        match verdict(answer, "api.github.com", NOW) {
            RemoteError::Limited { until } => format!("limited {}", until.0 - NOW.0),
            RemoteError::NotPermitted { message } => format!("not permitted: {message}"),
            RemoteError::Refused { message } => format!("refused: {message}"),
            RemoteError::Unanswered { reason, .. } => format!("unanswered: {reason}"),
            RemoteError::Unexpected { reason, .. } => format!("unexpected: {reason}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn statuses_and_messages() {
        let check =
            |status: u16, body: &str, expected: &str| assert_eq!(short(&answer(status, &[], body)), expected, "{body}");
        let json = |message: &str| format!(r#"{{"message":"{message}","documentation_url":"https://docs"}}"#);
        check(401, &json("Bad credentials"), "Unauthorized");
        check(404, r#"{"message":"Not Found","status":"404"}"#, "NotFound");
        check(409, &json("Gist cannot be updated"), "Conflict");
        check(413, "<html>", "TooLarge");
        check(400, &json("Invalid version"), "refused: Invalid version");
        let refusal = r#"{"message":"Validation Failed","errors":[{"resource":"Gist","code":"missing_field","field":"files"},"odd",7]}"#;
        check(422, refusal, "refused: Validation Failed; missing_field files Gist; odd");
        check(422, r#"{"message":"Validation Failed","errors":["contents are too large"]}"#, "TooLarge");
        check(500, &json("Server Error"), "unanswered: 500 Internal Server Error");
        check(502, "<html>", "unanswered: 502 Bad Gateway");
        check(408, "", "unanswered: 408 Request Timeout");
        check(
            403,
            &json("Resource not accessible by personal access token"),
            "not permitted: Resource not accessible by personal access token",
        );
        check(451, &json("Repository access blocked"), "not permitted: Repository access blocked");
        check(403, &json("You have exceeded a secondary rate limit."), "limited 60000");
        check(429, "<html>", "limited 60000");
        // Pages of somebody in between, whatever their status.
        for status in [401, 403, 404, 409, 422, 200, 302] {
            let shown = short(&answer(status, &[("content-type", "text/html; charset=utf-8")], "<!DOCTYPE html>"));
            assert!(shown.starts_with(&format!("unexpected: {status}")) && shown.ends_with("text/html"), "{shown}");
        }
        check(418, &json("teapot"), "unexpected: 418 I'm a teapot");
    }

    #[test]
    fn rate_limits() {
        let json = r#"{"message":"API rate limit exceeded for user ID 1."}"#;
        let check = |headers: &[(&'static str, &str)], body: &str, expected: &str| {
            assert_eq!(short(&answer(403, headers, body)), expected, "{headers:?} {body}");
        };
        let reset = (NOW.0 / 1000 + 2400).to_string();
        let used_up = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset.as_str())];
        check(&used_up, json, "limited 2400000");
        check(&[("retry-after", "3")], json, "limited 3000");
        check(&[("retry-after", "3"), used_up[0], used_up[1]], json, "limited 3000");
        check(&[("retry-after", "3")], "<html>", "limited 3000");
        check(&[("retry-after", "0")], json, "limited 1000");
        check(&[("retry-after", "99999999999999999999")], json, "limited 60000");
        check(&[("retry-after", "4294967295")], json, "limited 86400000");
        check(&[("retry-after", "soon")], json, "limited 60000");
        check(&[("x-ratelimit-remaining", "0")], json, "limited 60000");
        check(
            &[("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", &reset)],
            r#"{"message":"Must have admin rights"}"#,
            "not permitted: Must have admin rights",
        );
        // NOW is 2027-01-15T08:00:00Z; the clock that answers is an hour behind, or ahead.
        check(&[("retry-after", "Fri, 15 Jan 2027 08:00:30 GMT")], json, "limited 30000");
        check(&[used_up[0], used_up[1], ("date", "Fri, 15 Jan 2027 07:00:00 GMT")], json, "limited 6000000");
        check(&[used_up[0], used_up[1], ("date", "Fri, 15 Jan 2027 09:00:00 GMT")], json, "limited 1000");
    }

    #[test]
    fn messages_are_plain() {
        let body = format!(r#"{{"message":"a\nb\u001b[31m{}"}}"#, "x".repeat(1000));
        let shown = short(&answer(422, &[], &body));
        assert!(shown.starts_with("refused: a b [31mxxx") && shown.len() < 320, "{shown}");
        let named = answer(502, &[("x-github-request-id", "ABC:1"), ("content-type", "text/html")], "");
        assert_eq!(short(&named), "unanswered: 502 Bad Gateway, text/html, request ABC:1");
    }
}
