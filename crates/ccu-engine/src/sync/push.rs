//! Push: what is new here goes into the Gist, whatever happens on the way.
//!
//! Each try starts from what the Gist is now, so any step may fail: what was sent is found again by its blob id.

use super::error::SyncError;
use super::session::Session;
use super::state::Own;
use crate::gist::RemoteError;

/// How often a push is tried when others write at the same time.
const MOST_CONFLICTS: u32 = 8;
/// How often a push is tried when answers get lost.
const MOST_UNANSWERED: u32 = 5;
/// Requests above this size may have failed because of it: half is tried.
const SUSPICIOUS: u64 = 512 << 10;

/// How a push is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PushOptions {
    /// Sends everything anew.
    pub force: bool,
    /// Makes no backup.
    pub no_backup: bool,
    /// Sends nothing, only says what would be sent.
    pub dry_run: bool,
    /// Makes a new Gist where the one that we remember is gone.
    pub recreate: bool,
}

/// What a push did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pushed {
    /// The Gist's id; empty where a dry run would make one.
    pub gist: String,
    /// Its page.
    pub html_url: String,
    /// Records that were sent for the first time, or improved.
    pub exported: u64,
    /// Records that came back from our own files before anything was sent.
    pub restored: u64,
    /// Files that were sent, or would be, with their bytes.
    pub files: Vec<(String, u64)>,
    /// Files that were removed, or would be, other than backups.
    pub removed: Vec<String>,
    /// The backup that was made.
    pub backup: Option<String>,
    /// Backups that were removed.
    pub backups_removed: Vec<String>,
    /// What the user should know.
    pub notices: Vec<Notice>,
}

/// Something that the user should know about a sync that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A Gist was made.
    MadeGist {
        /// Its page.
        html_url: String,
    },
    /// The account has several Gists of ours; the oldest serves.
    SeveralGists {
        /// The ids of the others.
        others: Vec<String>,
    },
    /// Our name stands on another machine's file, so ours has another.
    NameTaken {
        /// The file that is ours.
        file: String,
    },
    /// Our own files held records that this database did not.
    TookOver {
        /// How many.
        records: u64,
    },
    /// Our head was gone, broken or old, and was written again.
    Rewritten,
    /// The manifest was gone or broken, and was made anew.
    ManifestRebuilt,
    /// What another machine had written at the same moment was put back.
    Repaired {
        /// The file.
        file: String,
    },
    /// Something that looked like a token was withheld from paths or branches.
    Withheld {
        /// In so many records.
        records: u64,
    },
}

/// What holds from one try to the next.
#[derive(Debug, Default)]
pub(super) struct Effort {
    pub options: PushOptions,
    pub conflicts: u32,
    pub unanswered: u32,
    /// Whether GitHub refused a request for what was in it.
    pub was_refused: bool,
    /// At most so many bytes are sent at once.
    pub batch: Option<u64>,
    /// How large the last request was.
    pub last_request: u64,
    pub pushed: Pushed,
    /// Records from which something that looked like a token was withheld.
    pub n_withheld: u64,
    /// The generation of a head that was sent in this run, with its new records, while nobody has said that it arrived.
    pub sent: Option<(u64, u64)>,
}

impl Session<'_> {
    /// Sends what is new.
    ///
    /// **Errors**: when the Gist cannot be reached or written, after patience. Local data is whole then, and the next push
    /// goes on where this one stopped.
    pub fn push(&mut self, options: PushOptions) -> Result<Pushed, SyncError> {
        self.refuse_without_key()?;
        self.within_limit(|session| session.push_patiently(options))
    }

    fn push_patiently(&mut self, options: PushOptions) -> Result<Pushed, SyncError> {
        let mut effort = Effort { options, ..Effort::default() };
        self.patiently(&mut effort, |session, effort| session.push_once(effort))?;
        if !options.dry_run {
            let now = self.clock.now().0;
            self.remember_times(|times| times.last_push = Some(now))?;
        }
        Ok(effort.pushed)
    }

    /// Does `work`, and does it again while nothing but others' writes and lost answers are in its way.
    pub(super) fn patiently<T>(
        &mut self,
        effort: &mut Effort,
        mut work: impl FnMut(&mut Self, &mut Effort) -> Result<T, SyncError>,
    ) -> Result<T, SyncError> {
        loop {
            match work(self, effort) {
                Ok(done) => return Ok(done),
                Err(error) => self.after_failure(error, effort)?,
            }
        }
    }

    /// Decides whether to try again, and waits.
    fn after_failure(&self, error: SyncError, effort: &mut Effort) -> Result<(), SyncError> {
        let talk = self.talk();
        match &error {
            // What stands is not what was sent: somebody wrote at the very moment.
            SyncError::Remote { source: RemoteError::Conflict, .. } | SyncError::NotKept { .. } => {
                effort.conflicts += 1;
                if effort.conflicts >= MOST_CONFLICTS {
                    return Err(SyncError::Contended { tries: effort.conflicts });
                }
                halve_if_suspicious(effort);
                talk.pause(effort.conflicts)
            }
            SyncError::Remote { source: RemoteError::TooLarge, .. } if halve_if_suspicious(effort) => Ok(()),
            SyncError::Remote { source: RemoteError::Unanswered { .. }, .. } => {
                effort.unanswered += 1;
                if effort.unanswered >= MOST_UNANSWERED {
                    return Err(error);
                }
                halve_if_suspicious(effort);
                talk.pause(effort.unanswered)
            }
            // A file to be removed was gone already, or the like: the next try looks first. Once; then it is something else.
            SyncError::Remote { source: RemoteError::Refused { .. }, .. } if !effort.was_refused => {
                effort.was_refused = true;
                Ok(())
            }
            _ => Err(error),
        }
    }
}

impl Pushed {
    /// Adds a notice, once.
    pub(super) fn notice(&mut self, notice: Notice) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }
}

impl Effort {
    /// A head of which no answer told is there after all.
    pub(super) fn has_arrived(&mut self, after: &Own) {
        if let Some((generation, n_new)) = self.sent
            && generation == after.generation
        {
            self.pushed.exported += n_new;
            self.sent = None;
        }
    }
}

/// Sends less at once from now on, if the last request was large. Whether that is less than before: where a single file was
/// too large, it is not.
fn halve_if_suspicious(effort: &mut Effort) -> bool {
    if effort.last_request <= SUSPICIOUS {
        return false;
    }
    let half = effort.last_request / 2;
    let is_less = effort.batch.is_none_or(|batch| half < batch);
    effort.batch = Some(effort.batch.map_or(half, |batch| batch.min(half)));
    is_less
}
