//! The threads that read transcripts, change settings and sync while the dashboard goes on. Reading does not wait behind a
//! long sync: each has a thread, and a connection to the database, of its own.

mod report;
mod sync;
#[cfg(test)]
pub mod tests;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use ccu_engine::ledger::LedgerError;

use crate::commands::opened::Opened;
use crate::error::CommandError;
use crate::surroundings::{Surroundings, Terminal};
use crate::tui::background::report::Reporter;
use crate::tui::configure;
use crate::tui::event::{Event, ReadDone, SyncKind, Trouble};

/// What others that wait for a lock of ours are told.
const COMMAND: &str = "the dashboard";
/// How long the end of the dashboard waits for the threads: what they do, they leave whole wherever they are stopped.
const FAREWELL: Duration = Duration::from_secs(2);

/// Something that takes a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Read new transcripts.
    Read,
    /// Sync with the Gist.
    Sync(SyncKind),
    /// Change a setting.
    Configure {
        /// The setting.
        key: String,
        /// Its value; `None` takes it out of the file.
        value: Option<String>,
        /// Whether colours are used.
        has_color: bool,
    },
}

/// The threads. Dropping this asks them to stop, and waits for them for two seconds at most.
pub struct Background {
    jobs: Option<(Sender<Job>, Sender<Job>)>,
    is_over: Arc<AtomicBool>,
    /// Closed once no thread is left.
    ended: Receiver<Infallible>,
}

impl Background {
    /// Begins to wait for jobs; what comes of them goes out as events.
    pub fn begin(surroundings: Surroundings, events: Sender<Event>) -> Background {
        let surroundings = Surroundings { terminal: unattended(surroundings.terminal), ..surroundings };
        let is_over = Arc::new(AtomicBool::new(false));
        let (alive, ended) = channel();
        let begin_thread = |alive: Sender<Infallible>| {
            let (sender, jobs) = channel();
            let reporter = Reporter::new(events.clone(), is_over.clone());
            let mut hand = Hand { surroundings: surroundings.clone(), reporter, opened: None };
            thread::spawn(move || {
                let _alive = alive;
                for job in jobs {
                    if hand.reporter.is_stop_wanted() {
                        break;
                    }
                    hand.do_job(job);
                }
            });
            sender
        };
        let jobs = Some((begin_thread(alive.clone()), begin_thread(alive)));
        Background { jobs, is_over, ended }
    }

    /// Has a job done, after those of its kind that were begun before.
    pub fn begin_job(&self, job: Job) {
        let Some((reading, syncing)) = &self.jobs else { return };
        let thread = if matches!(job, Job::Sync(_)) { syncing } else { reading };
        // A thread that is gone has said why.
        let _ = thread.send(job);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.jobs = None;
        let _ = self.ended.recv_timeout(FAREWELL);
    }
}

/// A terminal on which nothing is asked and nothing drawn: it is the dashboard's.
fn unattended(terminal: Terminal) -> Terminal {
    Terminal { has_stdin: false, has_stderr: false, ..terminal }
}

/// What one thread works with.
struct Hand {
    surroundings: Surroundings,
    reporter: Reporter,
    /// The ledger, once it was needed.
    opened: Option<Opened>,
}

impl Hand {
    fn do_job(&mut self, job: Job) {
        let event = match job {
            Job::Read => Event::Read(self.read().map_err(|error| Trouble::of(&error))),
            Job::Sync(kind) => Event::Synced(sync::sync(kind, &self.surroundings, &self.reporter)),
            Job::Configure { key, value, has_color } => {
                // The database may be another one now.
                self.opened = None;
                let changed = configure::change(&self.surroundings, &key, value.as_deref(), has_color);
                Event::Configured(changed.map_err(|error| Trouble::of(&error)))
            }
        };
        self.reporter.send(event);
    }

    /// Reads new transcripts. Where another run is at it, waits for it.
    fn read(&mut self) -> Result<ReadDone, CommandError> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => Opened::of(&self.surroundings)?,
        };
        let opened = self.opened.insert(opened);
        loop {
            match opened.ledger.refresh(COMMAND, &self.reporter) {
                Err(LedgerError::Busy(_)) if !self.reporter.is_stop_wanted() => {}
                refreshed => {
                    let refreshed = refreshed?;
                    let inserted = &refreshed.inserted;
                    return Ok(ReadDone {
                        n_changed: inserted.new + inserted.improved + inserted.replaced,
                        // Records that were pulled, or whose transcripts are gone, are as good.
                        has_source: refreshed.n_transcripts > 0 || opened.ledger.has_records()?,
                    });
                }
            }
        }
    }
}
