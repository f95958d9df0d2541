//! What there is to read: files that are new, have grown, or are not the files they were.

use ccu_store::{Cursor, Cursors, TranscriptName};
use rustc_hash::FxHashSet;

use super::discover::{Discovery, FileState, Found};

/// A transcript with something to read.
#[derive(Debug)]
pub(super) struct PendingTranscript {
    /// Its place in the list, by which pieces refer to it.
    pub transcript_idx: usize,
    pub name: TranscriptName,
    /// Whether it was read before, perhaps as another file of the same name.
    pub is_known: bool,
    /// How far it was read, where that still seems to hold.
    pub cursor: Option<Cursor>,
    pub modified_ns: i64,
}

/// All that there is to read, the largest first, so that no thread is left with a large file at the end.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub transcripts: Vec<PendingTranscript>,
    /// Bytes to read, as far as the sizes tell.
    pub bytes: u64,
    /// Transcripts that were read once and are gone.
    pub vanished: Vec<TranscriptName>,
}

impl Pending {
    pub fn new(discovery: &Discovery, cursors: &Cursors) -> Pending {
        let mut sized = Vec::new();
        let mut n_known = 0;
        for found in &discovery.transcripts {
            let cursor = cursors.of(&found.name);
            n_known += usize::from(cursor.is_some());
            sized.extend(pending(found, cursor));
        }
        sized.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        let bytes = sized.iter().map(|(bytes, _)| bytes).sum();
        let number = |(transcript_idx, (_, transcript)): (usize, (u64, PendingTranscript))| PendingTranscript {
            transcript_idx,
            ..transcript
        };
        let transcripts = sized.into_iter().enumerate().map(number).collect();
        let vanished = if n_known < cursors.len() { vanished(discovery, cursors) } else { Vec::new() };
        Pending { transcripts, bytes, vanished }
    }
}

/// The bytes that a file has for us, where it has any.
fn pending(found: &Found, cursor: Option<&Cursor>) -> Option<(u64, PendingTranscript)> {
    let FileState { identity, size, modified_ns } = found.state;
    let is_known = cursor.is_some();
    let cursor = match cursor {
        Some(cursor) if (cursor.identity, cursor.size, cursor.modified_ns) == (identity, size, modified_ns) => {
            return None;
        }
        Some(cursor) if cursor.identity == identity && cursor.offset <= size => Some(*cursor),
        _ => None,
    };
    let bytes = size - cursor.map_or(0, |cursor| cursor.offset);
    Some((bytes, PendingTranscript { transcript_idx: 0, name: found.name.clone(), is_known, cursor, modified_ns }))
}

/// Cursors below directories that could be listed whose file was not found. Where anything was skipped, nothing is taken
/// for gone: what could not be listed may still be there.
fn vanished(discovery: &Discovery, cursors: &Cursors) -> Vec<TranscriptName> {
    if !discovery.skipped.is_empty() {
        return Vec::new();
    }
    let found: FxHashSet<&TranscriptName> = discovery.transcripts.iter().map(|found| &found.name).collect();
    let is_below_a_listed_root =
        |name: &TranscriptName| discovery.listed_roots.iter().any(|root| name.directory.starts_with(root));
    cursors.names().into_iter().filter(|name| is_below_a_listed_root(name) && !found.contains(name)).collect()
}
