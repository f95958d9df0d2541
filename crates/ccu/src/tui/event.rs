//! What happens to the dashboard, and what it wants done: the only ways in and out of [`crate::tui::update`].

use ccu_core::time::UtcMillis;
use ccu_engine::progress::ReadingProgress;
use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::tui::hits::Hits;
use crate::tui::query::{Answered, Asked};

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key.
    Key(KeyEvent),
    /// A click or the wheel.
    Mouse(MouseEvent),
    /// Text was pasted.
    Pasted(String),
    /// The terminal has another size; it is drawn anew.
    Resized,
    /// The screen was drawn, with this on it.
    Drawn(Hits),
    /// Time has passed.
    Tick(UtcMillis),
    /// A question was answered.
    Answered {
        /// Which.
        ticket: u64,
        /// With what, or why not.
        result: Result<Answered, Trouble>,
    },
    /// Claude Code has written something.
    TranscriptsChanged,
    /// Transcripts are being read.
    Reading(ReadingProgress),
    /// They were read.
    Read(Result<ReadDone, Trouble>),
    /// A sync has got so far.
    Syncing(SyncStep),
    /// A sync has ended.
    Synced(Result<SyncDone, SyncTrouble>),
    /// A setting was changed, or not.
    Configured(Result<Configured, Trouble>),
    /// The process is asked to end.
    Stop,
}

/// Why something could not be done, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What failed, with its causes.
    pub message: String,
    /// What mends it.
    pub hints: Vec<String>,
}

/// What reading has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadDone {
    /// Records that are new or say more than before.
    pub n_changed: u64,
    /// Whether there is anything that usage could come from: transcripts, or stored records.
    pub has_source: bool,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncStep {
    /// Bytes sent, of so many.
    Sending(u64, u64),
    /// Files received, of so many.
    Receiving(usize, usize),
    /// GitHub wants no request before then.
    Waiting(UtcMillis),
}

/// What a sync is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncKind {
    /// Pull, then push.
    Both,
    /// Push.
    Push,
    /// Pull.
    Pull,
}

/// What a sync has done, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncDone {
    /// What came in and what went out.
    pub sentence: String,
    /// Whether records came in.
    pub has_new: bool,
    /// Parts that failed while the rest was done.
    pub failures: Vec<String>,
}

/// Why a sync was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncTrouble {
    /// In words.
    pub trouble: Trouble,
    /// Before then GitHub wants no request.
    pub not_before: Option<UtcMillis>,
    /// Whether trying again later can help. Without a token, say, it cannot.
    pub can_retry: bool,
}

/// What holds after a setting was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Configured {
    /// What holds now.
    pub settings: crate::tui::state::DashboardSettings,
    /// What a person should know of it.
    pub warnings: Vec<String>,
}

/// Something that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask the database.
    Ask(Asked),
    /// Read new transcripts.
    Read,
    /// Sync with the Gist.
    Sync(SyncKind),
    /// Change a setting; `None` takes it out of the file.
    Configure {
        /// The setting.
        key: String,
        /// Its value.
        value: Option<String>,
    },
    /// Open the database anew, with settings that have changed.
    Reopen,
    /// End.
    Quit,
}
