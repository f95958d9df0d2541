//! What has not been read yet, and how long it will be there.

use std::path::PathBuf;

use ccu_core::time::UtcMillis;

use super::{Ledger, LedgerError};
use crate::ingest;

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

impl Ledger {
    /// Looks for transcripts that hold something unread. Nothing is read or written.
    ///
    /// **Errors**: those of the store.
    pub fn unread(&self) -> Result<Unread, LedgerError> {
        Ok(ingest::unread(&self.store, &self.place.roots)?)
    }
}
