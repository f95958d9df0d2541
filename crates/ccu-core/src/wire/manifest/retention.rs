//! How long backups are kept: one number that users edit in the Gist, and whose edits survive every race.

use serde::{Deserialize, Serialize};

use crate::retention::RETENTION_DAYS;

/// The days, and how often they were edited.
///
/// A user edits `backup_retention_days` and nothing else. Beside it stands what the number was, so that an edit is seen
/// when the manifest is read, and counts as a newer edition than any other machine can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Retention {
    /// First, because it decides which of two stands.
    pub edition: u64,
    /// Days; of two numbers of one edition, the longer time stands.
    pub days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { edition: 0, days: RETENTION_DAYS }
    }
}

impl Retention {
    /// What holds, from the number that users edit and what stood beside it.
    pub fn read(found: Option<u32>, noted: Option<Retention>) -> Retention {
        match (found, noted) {
            (None, noted) => noted.unwrap_or_default(),
            (Some(days), Some(noted)) if days == noted.days => noted,
            (Some(days), Some(noted)) => Retention { edition: noted.edition.saturating_add(1), days },
            (Some(days), None) => Retention { edition: 0, days },
        }
    }
}
