//! Filler text, already escaped for JSON: cut from one large pool, so that a gigabyte of it costs little more than copying.

use crate::random::Random;

/// Size of the pool in bytes; large enough that neighbouring lines rarely share text.
const POOL_BYTES: usize = 4_000_000;
/// Words of prose and code.
const WORDS: &[&str] = &[
    "the", "of", "and", "to", "in", "for", "with", "on", "as", "this", "when", "then", "else", "fn", "let", "mut",
    "impl", "struct", "match", "return", "import", "export", "const", "async", "await", "class", "def", "self",
    "value", "error", "result", "file", "path", "config", "token", "usage", "model", "session", "message", "request",
    "response", "server", "client", "index", "queue", "cache", "store", "merge", "branch", "commit", "test", "build",
    "parse", "line",
];
/// What stands between words now and then: escapes, punctuation, other scripts.
const MARKS: &[&str] = &[
    "\\n",
    "\\n    ",
    "\\n\\n",
    "\\t",
    " \\\"",
    "\\\" ",
    " == ",
    "::",
    "();",
    " {",
    "}",
    ", ",
    ". ",
    " // ",
    "\\\\",
    "/",
    " — ",
    " ✅ ",
    " 日本語 ",
    " über ",
    "\\u001b[32m",
    "\\u001b[0m",
];
/// Usage that is only talked about. A reader that looks for bytes instead of structure counts it.
const QUOTES: &[&str] = &[
    r#" {\"type\":\"assistant\",\"message\":{\"id\":\"msg_01QuotedQuotedQuotedQuote\",\"usage\":{\"input_tokens\":999999,\"output_tokens\":999999}}} "#,
    r#" \"usage\": { \"input_tokens\": 888888, \"output_tokens\": 888888 } "#,
];

/// The pool.
pub(super) struct TextPool {
    text: String,
    /// Where pieces begin; cutting there never splits an escape or a character.
    cuts: Vec<usize>,
    base64: String,
}

impl TextPool {
    /// Fills the pool.
    pub(super) fn new(random: &mut Random) -> Self {
        let (mut text, mut cuts) = (String::with_capacity(POOL_BYTES + 200), Vec::new());
        while text.len() < POOL_BYTES {
            cuts.push(text.len());
            match random.below(2_000) {
                0 => text.push_str(random.pick(QUOTES)),
                1..=300 => text.push_str(random.pick(MARKS)),
                _ => {
                    text.push_str(random.pick(WORDS));
                    text.push(' ');
                }
            }
        }
        cuts.push(text.len());
        TextPool { text, cuts, base64: random.base62(400_000) }
    }

    /// Appends about `length` bytes of text.
    pub(super) fn write(&self, random: &mut Random, length: u64, out: &mut String) {
        let mut left = length as usize;
        while left > 0 {
            let first = random.below(self.cuts.len() as u64 - 1) as usize;
            let start = self.cuts[first];
            let last = self.cuts.partition_point(|&cut| cut < start + left).min(self.cuts.len() - 1);
            out.push_str(&self.text[start..self.cuts[last]]);
            left = left.saturating_sub(self.cuts[last] - start);
        }
    }

    /// About `length` bytes of text.
    pub(super) fn text(&self, random: &mut Random, length: u64) -> String {
        let mut out = String::with_capacity(length as usize + 200);
        self.write(random, length, &mut out);
        out
    }

    /// Exactly `length` bytes that look like base64.
    pub(super) fn base64(&self, random: &mut Random, length: u64) -> String {
        let start = random.below(1_000) as usize;
        self.base64.chars().cycle().skip(start).take(length as usize).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_is_a_valid_json_string() {
        let mut random = Random::new(3);
        let pool = TextPool::new(&mut random);
        for length in [0, 1, 30, 700, 100_000, 5_000_000] {
            let text = pool.text(&mut random, length);
            assert!((text.len() as u64) >= length && (text.len() as u64) < length + 200, "{length}: {}", text.len());
            serde_json::from_str::<String>(&format!("\"{text}\"")).unwrap();
        }
    }
}
