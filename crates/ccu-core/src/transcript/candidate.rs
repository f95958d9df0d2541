//! The cheapest sound filter: which lines can hold a usage object at all.
//!
//! A record needs an object under a key `usage`. A JSON key is a string token, and only blanks may stand between it, the
//! colon and the brace. Inside a string a quote is written `\"`, so quoted transcripts read `\"usage\"` and never match.
//! A writer might spell a letter of the key as `\u0075`; JavaScript's `JSON.stringify`, which Claude Code uses, never does
//! (ECMA-262, QuoteJSONString), and none of 425,003 measured lines did (2026-11-22).

use std::sync::LazyLock;

use memchr::memmem::Finder;

const KEY: &[u8] = b"\"usage\"";
/// Made once: making it costs as much as searching a short line.
static KEY_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(KEY));

/// Whether `line` holds the key `"usage"` before an object.
pub fn is_candidate(line: &[u8]) -> bool {
    KEY_FINDER.find_iter(line).any(|start| is_before_an_object(&line[start + KEY.len()..]))
}

/// Whether `part`, a piece of a line too long to hold, may hold the key; for pieces that overlap by 6 bytes.
pub fn may_hold_usage_key(part: &[u8]) -> bool {
    KEY_FINDER.find(part).is_some()
}

fn is_before_an_object(rest: &[u8]) -> bool {
    match rest.trim_ascii_start() {
        [b':', after @ ..] => after.trim_ascii_start().first() == Some(&b'{'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_and_only_keys() {
        let check = |line: &str, expected| assert_eq!(is_candidate(line.as_bytes()), expected, "{line}");
        check(r#"{"usage":{}}"#, true);
        check("{\"usage\" \t: {}}", true);
        check(r#"{"usage":null,"x":{"usage":{}}}"#, true);
        check(r#"{"usage":null}"#, false);
        check(r#"{"text":"{\"usage\":{}}"}"#, false);
        check(r#"{"text":"usage"}"#, false);
        check(r#"{"x":"usage"}"#, false);
    }
}
