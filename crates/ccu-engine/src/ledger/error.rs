//! What can go wrong with a ledger.

use std::io;
use std::path::PathBuf;

use ccu_store::StoreError;

use crate::file_lock::LockError;
use crate::machine::MachineError;
use crate::sync::SyncError;

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The data directory can neither be found nor made.
    #[error("cannot make the data directory `{}`", path.display())]
    NoDataDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The data directory cannot be listed.
    #[error("cannot list the data directory `{}`", path.display())]
    UnreadableDataDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the database could not be set aside.
    #[error("cannot move `{}` aside", path.display())]
    CannotSetAside {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another run is reading the transcripts.
    #[error("another ccu is reading the transcripts")]
    Busy(#[source] LockError),
    /// Another run is syncing.
    #[error("another ccu is syncing")]
    Syncing(#[source] LockError),
    /// The sync.
    #[error(transparent)]
    Sync(Box<SyncError>),
    /// The lock cannot be taken at all.
    #[error(transparent)]
    Lock(LockError),
    /// The machine's id cannot be read or made.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SyncError> for LedgerError {
    fn from(error: SyncError) -> Self {
        LedgerError::Sync(Box::new(error))
    }
}

impl LedgerError {
    /// Why this sync cannot begin.
    pub(super) fn busy_syncing(error: LockError) -> LedgerError {
        match error {
            LockError::Busy { .. } => LedgerError::Syncing(error),
            LockError::Unavailable { .. } => LedgerError::Lock(error),
        }
    }
}

impl From<LockError> for LedgerError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy { .. } => LedgerError::Busy(error),
            LockError::Unavailable { .. } => LedgerError::Lock(error),
        }
    }
}
