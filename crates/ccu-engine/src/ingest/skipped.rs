//! Files and directories that could not be read, and why.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A file or directory that could not be read. The rest of a run goes on without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// We may not read it.
    PermissionDenied,
    /// It is a pipe, a socket or a device.
    NotAFile,
    /// A symbolic link leads nowhere, or in a circle.
    BrokenLink,
    /// The system says something else.
    Other(io::ErrorKind),
}

impl Skipped {
    /// Sorts an error by its reason; `None` where the file has just vanished, which is no matter.
    pub(super) fn from_io(path: PathBuf, error: &io::Error) -> Option<Skipped> {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => return None,
            io::ErrorKind::PermissionDenied => SkipReason::PermissionDenied,
            kind => SkipReason::Other(kind),
        };
        Some(Skipped { path, reason })
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::PermissionDenied => f.write_str("permission denied"),
            SkipReason::NotAFile => f.write_str("not a regular file"),
            SkipReason::BrokenLink => f.write_str("broken symbolic link"),
            SkipReason::Other(kind) => write!(f, "{kind}"),
        }
    }
}
