//! What can go wrong with the database. Nothing here overwrites or removes a file.

use std::path::{Path, PathBuf};

use ccu_core::rollup::DamagedRollup;
use rusqlite::ErrorCode;

/// An error of the database. The variants part what a user can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is no SQLite database, or its pages contradict each other.
    #[error("the database `{}` is damaged", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file is an SQLite database of something else.
    #[error("the file `{}` is not a ccu database", path.display())]
    NotOurs {
        /// The database file.
        path: PathBuf,
    },
    /// Another process held the database for longer than we wait.
    #[error("the database `{}` is locked by another process", path.display())]
    Locked {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file or its directory does not let us write.
    #[error("the database `{}` is read-only", path.display())]
    ReadOnly {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A newer ccu made the file.
    #[error("the database `{}` was made by a newer ccu (schema {found}, this one knows {known})", path.display())]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// Its schema version.
        found: usize,
        /// The newest version that we know.
        known: usize,
    },
    /// The disk is full; the transaction was rolled back.
    #[error("no space left for the database `{}`; nothing of this run was half written", path.display())]
    DiskFull {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file cannot be opened at all.
    #[error("cannot open the database `{}`", path.display())]
    CannotOpen {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A packed roll-up does not unpack; `rebuild_rollups` makes all anew from the records.
    #[error("the roll-ups of the database `{}` are damaged", path.display())]
    Rollup {
        /// The database file.
        path: PathBuf,
        /// Which one, and where.
        source: DamagedRollup,
    },
    /// Anything else that SQLite refuses.
    #[error("the database `{}` refused a statement", path.display())]
    Sqlite {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// Sorts an error of SQLite, met on the file at `path`, by what can be done about it.
    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> StoreError {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path, source },
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { path, source },
            Some(ErrorCode::DiskFull) => StoreError::DiskFull { path, source },
            Some(ErrorCode::CannotOpen) => StoreError::CannotOpen { path, source },
            _ => StoreError::Sqlite { path, source },
        }
    }
}
