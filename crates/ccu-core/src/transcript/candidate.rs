//! The cheapest sound filter: which lines can hold a usage object at all.
//!
//! A record needs an object under a key `usage`. A JSON key is a string token, and only blanks may stand between it, the
//! colon and the brace. Inside a string a quote is written `\"`, so quoted transcripts read `\"usage\"` and never match.
//! A writer might spell a letter of the key as `\u0075`; JavaScript's `JSON.stringify`, which Claude Code uses, never does
//! (ECMA-262, QuoteJSONString), and none of 425,003 measured lines did (2026-11-22).

use std::sync::LazyLock;

use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

const KEY: &[u8] = b"\"usage\"";
/// Made once: making it costs as much as searching a short line.
static KEY_FINDER: LazyLock<Finder<'static>> =
    LazyLock::new(|| FinderBuilder::new().build_forward_with_ranker(QuoteBeforeU, KEY));

/// Has a quote before a `u` looked for, and the rest of the key where those stand. The finder would choose letters that are
/// rare in prose; that takes 2.6 times as long (110 instead of 290 ns a line of real and of generated transcripts).
struct QuoteBeforeU;

impl HeuristicFrequencyRank for QuoteBeforeU {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            b'"' => 0,
            b'u' => 1,
            _ => u8::MAX,
        }
    }
}

/// Where the key `"usage"` stands in these lines, whatever follows it.
pub(super) fn usage_keys(lines: &[u8]) -> impl Iterator<Item = usize> {
    KEY_FINDER.find_iter(lines)
}

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
