//! What stands in the files of the Gist and in exports: text to plain data and back.
//!
//! Nothing here reads or writes a file, compresses or encrypts. The format is described in docs/formats/gist.md, and is
//! never changed in place: what an older ccu cannot read gets a new [`FORMAT`].

pub mod columns;
mod envelope;
mod export;
pub mod file_name;
mod head;
mod hex;
mod indent;
pub mod manifest;
pub mod plain_record;
pub mod privacy;
mod segment;
mod statistics;
mod strands;
pub mod time;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

pub use envelope::Envelope;
pub use export::{Export, ExportHeading, ExportWriter};
pub use head::Head;
pub use segment::{Segment, SegmentEntry};
pub use statistics::Statistics;
pub use strands::Strands;

/// The number of the format that is written here, and the newest that is read.
pub const FORMAT: u64 = 2;
/// The highest generation of a head: the largest number that every reader of JSON holds exactly. What claims more is damaged.
const MOST_GENERATION: u64 = columns::MOST;
/// Format 1 is the earlier tool's, whose files have no object `ccu`.
const OLDEST_FORMAT: u64 = 2;

/// Why a text is no file of ours.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// It is no JSON at all.
    #[error("it is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON of somebody else.
    #[error("expected an object with `ccu` or with `records`")]
    Unrecognized,
    /// A newer ccu wrote it.
    #[error("it has format {found}, and this ccu reads formats up to {FORMAT}; a newer ccu reads it")]
    NewerFormat {
        /// Its format.
        found: u64,
    },
    /// It says what it is, and does not have the fields of one.
    #[error("expected {expected}")]
    Shape {
        /// What was expected, with its article.
        expected: &'static str,
        /// What is wrong with it, and where.
        source: serde_json::Error,
    },
    /// A field has a value that it cannot have.
    #[error("expected `{field}` to be {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What its values are like.
        expected: &'static str,
    },
}

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The head of a machine: its newest records, and what segments there are.
    Head(Head),
    /// A piece of a machine's older records.
    Segment(Segment),
    /// One of the others, compressed or encrypted.
    Sealed(Envelope),
    /// An export to a file.
    Export(Export),
    /// A file of the earlier tool: it has `records`, and nothing of ours.
    Earlier,
}

/// As much of a file as tells what it is.
#[derive(Deserialize)]
struct Probe {
    ccu: Option<ProbedObject>,
    records: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ProbedObject {
    format: u64,
    content: Option<Value>,
}

/// Reads any file of ours but the manifest.
///
/// **Errors**: when it is none, is broken, or was written by a newer ccu.
pub fn parse(text: &str) -> Result<Content, WireError> {
    let probe: Probe = serde_json::from_str(text).map_err(not_json_or("an object with `ccu` or with `records`"))?;
    let Some(object) = probe.ccu else {
        return probe.records.map(|_| Content::Earlier).ok_or(WireError::Unrecognized);
    };
    check_format(object.format)?;
    match object.content.as_ref().and_then(Value::as_str) {
        Some(head::CONTENT) => Head::parse(text).map(Content::Head),
        Some(segment::CONTENT) => Segment::parse(text).map(Content::Segment),
        Some(envelope::CONTENT) => Envelope::parse(text).map(Content::Sealed),
        Some(export::CONTENT) => Export::parse(text).map(Content::Export),
        _ => Err(WireError::Field { field: "content", expected: "`head`, `segment`, `sealed` or `export`" }),
    }
}

/// Refuses formats that this ccu does not know.
fn check_format(found: u64) -> Result<(), WireError> {
    match found {
        OLDEST_FORMAT..=FORMAT => Ok(()),
        ..OLDEST_FORMAT => Err(WireError::Field { field: "format", expected: "2 or more" }),
        _ => Err(WireError::NewerFormat { found }),
    }
}

/// Tells a text that is no JSON from JSON of another shape.
fn not_json_or(expected: &'static str) -> impl Fn(serde_json::Error) -> WireError {
    move |source| match source.classify() {
        serde_json::error::Category::Data => WireError::Shape { expected, source },
        _ => WireError::NotJson(source),
    }
}

#[cfg(test)]
mod tests;
