//! Sync: one Gist, written by many machines, of which none can lock it.
//!
//! A machine writes its own files and the merged manifest; whatever it reads may be old, whatever it sends may be lost or
//! arrive unseen. The protocol is described in docs/sync.md. [`Session`] does it all: push, pull, and what is built of them.

mod attempt;
mod backup;
mod check;
mod clock;
mod codec;
mod directives;
mod earlier;
mod error;
mod find;
mod head_text;
mod heads;
mod info;
mod key;
mod key_check;
mod listing;
mod machine_files;
mod machine_state;
mod machines;
mod outgoing;
mod own_head;
mod pull;
mod push;
mod restore;
mod restore_backup;
mod segments;
mod session;
mod snapshot;
mod standing;
mod state;
mod status;
mod talk;
mod verify;
mod view;
mod watch;

pub use backup::BackupState;
pub use clock::Clock;
pub use codec::{Codec, CodecError};
pub use error::SyncError;
pub use find::DESCRIPTION;
pub use info::{FileState, Info};
pub use key::{Key, KeyError};
pub use machine_state::MachineState;
pub(crate) use machine_state::Viewpoint;
pub use machines::Forgot;
pub use pull::Pulled;
pub use push::{Notice, PushOptions, Pushed};
pub use restore_backup::RestoredBackup;
pub use session::{Session, SyncSettings};
pub use state::{forget_own, unsent_records};
pub(crate) use status::remembered;
pub use status::{GistState, SyncStatus};
pub use verify::Verified;
pub use watch::{NoWatch, Watch};
