//! Transcript lines: bytes in, a usage row or the reason why there is none out. Reading a line never fails and never panics.
//!
//! A line is tried in four steps, cheapest first: a look at its ends and for the key `"usage"`; the lines before it as a
//! pattern (`template`); the forward scanner (`scan`), which reads the fields that count at exactly their depth; and, on any
//! surprise, serde_json (`schema`). Bytes that are no UTF-8 are such a surprise, so that they are named wherever they stand in a line that counts.
//! What the format is and where that is known from: docs/formats/transcript.md.

mod candidate;
mod cursor;
mod row;
mod scan;
mod schema;
mod template;
mod value;

use candidate::usage_keys;
pub use candidate::{is_candidate, may_hold_usage_key};

pub use row::{LineProblem, Row, SubCall};

use std::borrow::Cow;

use memchr::memchr_iter;
use scan::{Value, scan};
use template::Template;

/// A token count above this is no count of tokens; it is read as none and named as a problem. It is the largest whole
/// number that every reader of JSON holds exactly, 2^53 - 1 (RFC 8259, section 6).
pub const MOST_TOKENS: u64 = 9_007_199_254_740_991;

/// What a transcript line is to us.
#[derive(Debug, Clone, PartialEq)]
pub enum Line<'a> {
    /// An assistant row with usage.
    Usage(Box<Row<'a>>),
    /// A line without usage of its own: prompts, tool results, titles, blank lines.
    Other,
    /// A line that is no JSON object, or one with a usage key that does not parse.
    Malformed(LineProblem),
}

/// Templates that are tried: the rows of one session have one or two shapes, with a subagent in the same file twice as many.
const MOST_TEMPLATES: usize = 4;

/// Reads lines one after the other. What it remembers of them makes it faster and is never seen in what it says.
#[derive(Default)]
pub struct LineReader {
    /// The one that fitted last is the first.
    templates: Vec<Template>,
    values: Vec<Value>,
}

impl LineReader {
    /// Reads lines that each end with a line feed, and gives each with the offset of its first byte. What stands after the
    /// last line feed is left.
    pub fn read_all<'a>(&mut self, lines: &'a [u8], each: &mut dyn FnMut(usize, &'a [u8], Line<'a>)) {
        let mut keys = usage_keys(lines);
        let mut next_key = keys.next();
        let mut start = 0;
        for end in memchr_iter(b'\n', lines) {
            let line = &lines[start..end];
            while next_key.is_some_and(|key| key < start) {
                next_key = keys.next();
            }
            let key = next_key.filter(|key| *key < end);
            each(start, line, self.read_one(line, || key.is_some_and(|key| is_candidate(&lines[key..end]))));
            start = end + 1;
        }
    }

    /// Reads one line, given without its line feed.
    ///
    /// Only lines with a key `"usage"` are parsed; of the others no more is checked than that they begin and end as a JSON
    /// object does, which is what a torn write breaks.
    pub fn read<'a>(&mut self, line: &'a [u8]) -> Line<'a> {
        self.read_one(line, || is_candidate(line))
    }

    fn read_one<'a>(&mut self, line: &'a [u8], is_candidate: impl FnOnce() -> bool) -> Line<'a> {
        let line = trim(line);
        if line.is_empty() {
            return Line::Other;
        }
        if let Some(problem) = problem_at_the_ends(line[0], line[line.len() - 1]) {
            return Line::Malformed(problem);
        }
        if !is_candidate() {
            return Line::Other;
        }
        // The standard library's check takes two to three times as long on lines that are not all ASCII (measured).
        match simdutf8::basic::from_utf8(line).ok().and_then(|text| self.read_text(text)) {
            Some(row) => row.map_or(Line::Other, Line::Usage),
            None => read_with_serde(line),
        }
    }

    /// As `scan` reads it, by the shortest way.
    fn read_text<'a>(&mut self, line: &'a str) -> Option<Option<Box<Row<'a>>>> {
        for template_idx in 0..self.templates.len() {
            if let Some(row) = self.templates[template_idx].read(line) {
                self.templates[..=template_idx].rotate_right(1);
                return Some(Some(row));
            }
        }
        let row = scan(line, &mut self.values)?;
        if let Some(template) = row.as_ref().and_then(|row| Template::new(line, &self.values, row)) {
            self.templates.truncate(MOST_TEMPLATES - 1);
            self.templates.insert(0, template);
        }
        Some(row)
    }
}

/// Reads one line by itself. Whoever reads many has a [`LineReader`].
pub fn read_line(line: &[u8]) -> Line<'_> {
    LineReader::default().read(line)
}

/// Reads one line by serde_json alone: slower, and the yardstick that [`read_line`] is tested against.
pub fn read_with_serde(line: &[u8]) -> Line<'_> {
    let (text, problem) = match String::from_utf8_lossy(trim(line)) {
        Cow::Borrowed(text) => (Cow::Borrowed(text), None),
        Cow::Owned(text) => (Cow::Owned(text), Some(LineProblem::NotUtf8)),
    };
    match schema::parse(&text) {
        Ok(Some(mut row)) => {
            row.problem = row.problem.or(problem);
            Line::Usage(Box::new(row))
        }
        Ok(None) => Line::Other,
        Err(problem) => Line::Malformed(problem),
    }
}

/// Says what is wrong with a line that begins and ends with these bytes (blanks aside), as far as its ends can tell.
pub fn problem_at_the_ends(first: u8, last: u8) -> Option<LineProblem> {
    match (first, last) {
        (b'{', b'}') => None,
        (b'{', _) => Some(LineProblem::Truncated),
        (_, _) => Some(LineProblem::NotAnObject),
    }
}

/// Removes JSON's blanks at both ends, and a byte order mark.
fn trim(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.trim_ascii()
}

#[cfg(test)]
mod tests;
