//! What has not been read yet, and since when it has been there.

use std::path::PathBuf;

use ccu_core::time::UtcMillis;
use ccu_store::{Store, StoreError};

use super::discover::Discovery;
use super::pending::Pending;
use crate::paths::TranscriptRoot;

/// Transcripts that hold something unread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// How many.
    pub n_transcripts: usize,
    /// Their unread bytes.
    pub bytes: u64,
    /// The one that was modified longest ago, and when: Claude Code deletes it first.
    pub oldest: Option<(PathBuf, UtcMillis)>,
}

/// Looks for transcripts that hold something unread, without reading them.
///
/// **Errors**: those of the store.
pub fn unread(store: &Store, roots: &[TranscriptRoot]) -> Result<Unread, StoreError> {
    let pending = Pending::new(&Discovery::of(roots), &store.cursors()?);
    let oldest = pending.transcripts.iter().min_by_key(|transcript| transcript.modified_ns);
    Ok(Unread {
        n_transcripts: pending.transcripts.len(),
        bytes: pending.bytes,
        oldest: oldest.map(|transcript| (transcript.name.path(), UtcMillis(transcript.modified_ns / 1_000_000))),
    })
}
