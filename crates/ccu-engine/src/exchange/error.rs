//! Why records cannot be exported or imported.

use std::io;
use std::path::PathBuf;

use ccu_core::legacy::BadRow;
use ccu_core::wire::WireError;
use ccu_store::StoreError;

use crate::atomic_file::WriteError;
use crate::sync::CodecError;

/// Why an export was not written; an older file of that name stands untouched.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    File(#[from] WriteError),
    /// What is written to takes no more.
    #[error("cannot write the export")]
    Write(#[from] io::Error),
}

/// Why a file was not imported; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file, or one of the directory, cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The input cannot be read any further.
    #[error("cannot read the import")]
    UnreadableInput(#[source] io::Error),
    /// It is no JSON, or ends in the middle.
    #[error("it is not JSON that ends where it should")]
    NotJson(#[source] serde_json::Error),
    /// It holds no records.
    #[error("expected an object with `records`, as exports and files of a Gist have it")]
    NoRecords,
    /// It is a file of ours with something wrong.
    #[error("it is no file that this ccu reads")]
    Wire(#[from] WireError),
    /// It is a file of a Gist that cannot be unpacked.
    #[error("it cannot be unpacked")]
    Packed(#[from] CodecError),
    /// It is larger than any file of a Gist.
    #[error("it says that it is a file of a Gist, and is too large for one")]
    TooLarge,
    /// The earlier tool's database cannot be read.
    #[error(transparent)]
    EarlierDatabase(StoreError),
    /// It is a database of ccu.
    #[error("`{}` is a database of ccu; export it with the ccu that uses it", path.display())]
    OwnDatabase {
        /// The file.
        path: PathBuf,
    },
    /// It is a database of something else.
    #[error("`{}` is a database without usage records", path.display())]
    OtherDatabase {
        /// The file.
        path: PathBuf,
    },
    /// A directory holds nothing that could be imported.
    #[error("`{}` holds no file that could be imported", path.display())]
    EmptyDirectory {
        /// The directory.
        path: PathBuf,
    },
}

/// Why a record was left out of an import.
#[derive(Debug, thiserror::Error)]
pub enum BadRecordReason {
    /// It is a record of ours with something wrong.
    #[error(transparent)]
    Ours(#[from] WireError),
    /// It is a record of the earlier tool with something wrong.
    #[error(transparent)]
    Earlier(#[from] BadRow),
    /// It is a record of ours without a field that it needs.
    #[error("it is not a record of ccu")]
    Shape(#[source] serde_json::Error),
}
