//! Why a sync did not do all that it was asked to. Local data is whole in every case.

use ccu_core::ids::MachineId;
use ccu_core::time::UtcMillis;
use ccu_core::wire::WireError;
use ccu_store::StoreError;

use super::codec::CodecError;
use crate::gist::RemoteError;

/// A sync that ended early, or did nothing.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The remote, in a way that waiting does not mend at once.
    #[error("{what}")]
    Remote {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        source: RemoteError,
    },
    /// The rate limit, for longer than one waits at a prompt. It is remembered, so that nobody asks before its end.
    #[error("GitHub's rate limit is used up")]
    Limited {
        /// When asking makes sense again.
        until: UtcMillis,
    },
    /// The account has no Gist of ours.
    #[error("this GitHub account has no Gist of ccu yet")]
    NoGist,
    /// The Gist that we remember is gone.
    #[error("the Gist `{id}` is gone")]
    GistGone {
        /// Its id.
        id: String,
    },
    /// The token may read the Gist and not write to it.
    #[error("the token may not write to the Gist: {reason}")]
    NotWritable {
        /// Its id; empty where there is none yet.
        id: String,
        /// Why, as far as further questions told.
        reason: String,
    },
    /// A newer ccu wrote the file; nothing of that machine is changed.
    #[error("the file `{file}` in the Gist was written by a newer ccu (format {found})")]
    NewerFormat {
        /// The file.
        file: String,
        /// Its format.
        found: u64,
    },
    /// A file cannot be opened: the key is missing or another one.
    #[error("the file `{file}` in the Gist cannot be opened")]
    Sealed {
        /// The file.
        file: String,
        /// Why.
        source: Box<CodecError>,
    },
    /// A file says something that it can't.
    #[error("the file `{file}` in the Gist is broken")]
    Broken {
        /// The file.
        file: String,
        /// Why.
        source: Box<WireError>,
    },
    /// A file of a machine is missing, or is another than its head names.
    #[error("the file `{file}` in the Gist is broken: {reason}")]
    Mismatch {
        /// The file.
        file: String,
        /// How.
        reason: String,
    },
    /// What a machine's files hold cannot be taken in, and would be lost with them.
    #[error("the records of `{machine}` in the Gist cannot be read, and would be lost")]
    Unread {
        /// The machine's name.
        machine: String,
        /// Why.
        source: Box<SyncError>,
    },
    /// Others encrypt what they put into the Gist; this machine is not set to.
    #[error("the Gist is encrypted (`{file}`), and this machine is not set to encrypt")]
    WouldShow {
        /// A file that is encrypted.
        file: String,
    },
    /// Another computer pushes under this machine's id: a clone of it.
    #[error("another computer pushes under the id of this machine")]
    Cloned,
    /// The user took this machine's records out of the Gist.
    #[error("this machine was forgotten in the Gist")]
    Forgotten {
        /// When; `None` where the manifest doesn't say.
        at: Option<UtcMillis>,
    },
    /// Others wrote whenever we did.
    #[error("the Gist was being changed at each of {tries} tries")]
    Contended {
        /// How often it was tried.
        tries: u32,
    },
    /// The Gist has more than 300 files, of which GitHub lists only 300: what is missing in the list may well be there.
    #[error("the Gist has more than 300 files; GitHub does not list them all")]
    TooManyFiles,
    /// What was written is not what GitHub says it holds.
    #[error("GitHub holds another content of `{file}` than was sent")]
    NotKept {
        /// The file.
        file: String,
    },
    /// A machine's name that the Gist does not know.
    #[error("there is no machine `{name}` in the Gist")]
    UnknownMachine {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A name that several machines have.
    #[error("`{name}` may be any of {} machines", candidates.len())]
    AmbiguousMachine {
        /// What was asked for.
        name: String,
        /// Their names and ids; the first four digits of an id tell machines apart.
        candidates: Vec<(String, MachineId)>,
    },
    /// Merged into itself, or into one that is merged into it.
    #[error("to merge `{from}` into `{into}` would make a circle")]
    MergesInCircle {
        /// The machine that was to be merged.
        from: String,
        /// The machine that it was to count for.
        into: String,
    },
    /// What sync remembers in the database cannot be read.
    #[error("what the database remembers of the Gist cannot be read")]
    Memory(#[source] serde_json::Error),
    /// No backup of that day.
    #[error("there is no backup of {day}")]
    NoBackup {
        /// The day as asked for.
        day: String,
        /// The days that there are, newest first.
        known: Vec<String>,
    },
    /// Stopped by the user.
    #[error("interrupted")]
    Interrupted,
}

impl SyncError {
    /// Whether a file is at fault, and asking again would not help.
    pub(super) fn is_unreadable(&self) -> bool {
        match self {
            SyncError::NewerFormat { .. }
            | SyncError::Sealed { .. }
            | SyncError::Broken { .. }
            | SyncError::Mismatch { .. } => true,
            SyncError::Remote { source, .. } => matches!(source, RemoteError::BrokenFile { .. }),
            _ => false,
        }
    }

    /// Whether nothing further makes sense after it, other machines' files included.
    pub(super) fn ends_all(&self) -> bool {
        match self {
            SyncError::Interrupted | SyncError::Limited { .. } | SyncError::Store(_) => true,
            SyncError::Remote { source, .. } => matches!(
                source,
                RemoteError::Unauthorized | RemoteError::Unreachable { .. } | RemoteError::Unanswered { .. }
            ),
            _ => false,
        }
    }

    /// Wraps what a remote said; what has its own variant is told by it.
    pub(super) fn remote(what: &'static str) -> impl Fn(RemoteError) -> SyncError {
        move |source| match source {
            RemoteError::Limited { until } => SyncError::Limited { until },
            RemoteError::Interrupted => SyncError::Interrupted,
            source => SyncError::Remote { what, source },
        }
    }
}
