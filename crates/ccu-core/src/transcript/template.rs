//! A line that was read, as a template for the next: neighbours differ in a dozen values and share every byte between them.
//!
//! **Shape**: stretches of bytes that must be the same, and between them values that are read as the scanner reads them. What
//! fits was therefore scanned before, in every key and its order; so a template gives what the scanner would give, at half
//! the cost. What does not fit goes to the scanner.

use super::cursor::Cursor;
use super::row::Row;
use super::scan::Value;
use super::value::{Draft, Kind, TextField};

/// A text that is stepped over counts as the same on every line up to this length, quotes included; ids are longer.
const LONGEST_FIXED: usize = 32;

/// A line with more values than this, or more bytes between them, is nobody's neighbour; a template of it would only take
/// memory. Real ones have some 30 and some 800.
pub(super) const MOST_VALUES: usize = 100;
const MOST_BYTES: usize = 16 << 10;

pub(super) struct Template {
    parts: Vec<Part>,
    is_sidechain: bool,
}

/// Bytes that must be the same, and the value after them; the last part has none.
struct Part {
    bytes: Box<[u8]>,
    texts: Vec<FixedText>,
    value: Option<Kind>,
}

/// A text among the bytes that must be the same.
struct FixedText {
    field: TextField,
    offset: usize,
    length: usize,
}

impl Template {
    /// Makes a template of a line and the values that the scanner met in it, at most one more than [`MOST_VALUES`].
    pub fn new(line: &str, values: &[Value], row: &Row<'_>) -> Option<Template> {
        let is_read = |value: &&Value| !is_fixed(value.kind, &line[value.start..value.end]);
        let read: usize = values.iter().filter(is_read).map(|value| value.end - value.start).sum();
        if values.len() > MOST_VALUES || line.len() - read > MOST_BYTES {
            return None;
        }
        let mut parts = Vec::new();
        let (mut start, mut texts) = (0, Vec::new());
        for &Value { kind, start: value_start, end } in values {
            let raw = &line[value_start..end];
            if !is_fixed(kind, raw) {
                let bytes = line.as_bytes()[start..value_start].into();
                parts.push(Part { bytes, texts: std::mem::take(&mut texts), value: Some(kind) });
                start = end;
            } else if let Kind::Text(field) = kind {
                texts.push(FixedText { field, offset: value_start + 1 - start, length: raw.len() - 2 });
            }
        }
        parts.push(Part { bytes: line.as_bytes()[start..].into(), texts, value: None });
        Some(Template { parts, is_sidechain: row.is_sidechain })
    }

    /// Reads a line that fits.
    pub fn read<'a>(&self, line: &'a str) -> Option<Box<Row<'a>>> {
        let mut cursor = Cursor::new(line);
        let mut draft = Draft::default();
        for part in &self.parts {
            let start = cursor.position();
            cursor.step_over(&part.bytes)?;
            for FixedText { field, offset, length } in &part.texts {
                *draft.text(*field) = cursor.text_at(start + offset, *length);
            }
            if let Some(kind) = part.value {
                draft.read(&mut cursor, kind)?;
            }
        }
        if !cursor.is_at_end() {
            return None;
        }
        draft.row.is_sidechain = self.is_sidechain;
        Some(draft.into_row())
    }
}

/// Whether a value is taken to be the same on the next line. A wrong guess costs time, no more.
fn is_fixed(kind: Kind, raw: &str) -> bool {
    match kind {
        Kind::Type | Kind::IsSidechain => true,
        Kind::Text(TextField::MessageId | TextField::RequestId | TextField::Uuid | TextField::Timestamp) => false,
        Kind::Text(_) => raw.starts_with('"') && !raw.contains('\\'),
        Kind::Other => raw.starts_with(['"', 'n', 't', 'f']) && raw.len() <= LONGEST_FIXED,
        Kind::Count(_) | Kind::StopReason | Kind::Iterations | Kind::NoObject => false,
    }
}
