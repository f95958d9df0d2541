//! Segments: fetched, checked against what their head promises, and read.

use std::fmt::Write as _;

use ccu_core::ids::MachineId;
use ccu_core::wire::{Content, Segment, SegmentEntry};
use sha2::{Digest, Sha256};

use super::codec::Codec;
use super::error::SyncError;
use super::heads::parse;
use super::view::View;

/// Fetches a segment that a head of `machine` names.
///
/// **Errors**: when it is not there, or anything about it differs from what the head says.
pub(super) fn segment(
    codec: &Codec,
    view: &View<'_>,
    machine: MachineId,
    entry: &SegmentEntry,
) -> Result<Segment, SyncError> {
    let mismatch = |reason: String| SyncError::Mismatch { file: entry.file.clone(), reason };
    let text = view.text(&entry.file)?.ok_or_else(|| mismatch("it is missing".into()))?;
    view.drop_text(&entry.file);
    if sha256(text.as_bytes()) != entry.sha256 {
        return Err(mismatch("its SHA-256 is not the one that the head names".into()));
    }
    let Content::Segment(segment) = parse(codec, &entry.file, &text)? else {
        return Err(mismatch("it is no segment".into()));
    };
    // Inside what is sealed, so that files cannot be swapped even by someone who can write to the Gist.
    if segment.machine != machine || segment.database != entry.database {
        return Err(mismatch("it belongs to another machine or database".into()));
    }
    if segment.records.len() as u64 != entry.count {
        return Err(mismatch(format!("it holds {} records instead of {}", segment.records.len(), entry.count)));
    }
    Ok(segment)
}

/// The SHA-256 of bytes.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The SHA-256 of bytes as 64 hexadecimal digits.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    sha256(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
