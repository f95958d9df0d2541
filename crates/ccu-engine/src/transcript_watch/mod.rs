//! Tells when transcripts change: the operating system says so where it can, and a look every two seconds where it can't.
//!
//! A thread waits for what the system tells and gathers it, so that a burst of lines is one call. While nothing happens, nothing
//! runs.

mod places;
mod remote;
mod system;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::ingest::Glance;
use crate::paths::TranscriptRoot;
use system::{Signal, Signals, SystemWatch};

/// The least time between two calls.
const LEAST_PAUSE: Duration = Duration::from_millis(250);
/// Lines come in bursts; the first one is waited after for so long.
const BURST: Duration = Duration::from_millis(50);
/// How often is looked where the system tells nothing.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A running watch. Dropping it ends it.
#[derive(Debug)]
pub struct TranscriptWatch {
    signals: Sender<Signal>,
    is_polling: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TranscriptWatch {
    /// Begins to watch the transcripts below these directories of Claude Code, which need not exist yet.
    ///
    /// `on_change` is called in a thread of the watch, at most every 250 ms and at the latest 300 ms after a change that the
    /// system tells (or a look finds). It must not wait for the thread that drops the watch. Where the system has no thread
    /// left, it is never called.
    pub fn begin(roots: &[TranscriptRoot], on_change: impl Fn() + Send + 'static) -> TranscriptWatch {
        TranscriptWatch::begin_looking_every(LOOK_EVERY, false, roots, on_change)
    }

    fn begin_looking_every(
        look_every: Duration,
        must_look: bool,
        roots: &[TranscriptRoot],
        on_change: impl Fn() + Send + 'static,
    ) -> TranscriptWatch {
        let (signals, received) = mpsc::channel();
        let told = Signals::new(signals.clone());
        let system = if must_look { None } else { SystemWatch::begin(roots, &told).ok() };
        let is_polling = Arc::new(AtomicBool::new(system.is_none()));
        let watching = Watching {
            roots: roots.to_vec(),
            look_every,
            // Taken before this returns, so that what changes from then on is seen.
            seen: if system.is_none() { Glance::of(roots) } else { Glance::default() },
            system,
            told,
            received,
            is_polling: is_polling.clone(),
            last_call: None,
        };
        let thread =
            thread::Builder::new().name("transcript watch".to_owned()).spawn(move || watching.run(&on_change)).ok();
        TranscriptWatch { signals, is_polling, thread }
    }

    /// Whether transcripts are looked at every two seconds, because the system cannot tell of changes: they lie on a network
    /// file system, or there are more directories than it watches.
    pub fn is_polling(&self) -> bool {
        self.is_polling.load(Ordering::Relaxed)
    }
}

/// Ends the thread, and waits for a call that is just being made.
impl Drop for TranscriptWatch {
    fn drop(&mut self) {
        // No receiver, or a panic in it, means that the thread has ended already.
        let _ = self.signals.send(Signal::Stop);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// What the thread of a watch knows.
struct Watching {
    roots: Vec<TranscriptRoot>,
    look_every: Duration,
    /// What the last look saw.
    seen: Glance,
    /// `None` while polling.
    system: Option<SystemWatch>,
    told: Signals,
    received: Receiver<Signal>,
    is_polling: Arc<AtomicBool>,
    last_call: Option<Instant>,
}

impl Watching {
    fn run(mut self, on_change: &dyn Fn()) {
        loop {
            let signal = match self.system {
                Some(_) => self.received.recv().map_err(|_| RecvTimeoutError::Disconnected),
                None => self.received.recv_timeout(self.look_every),
            };
            let is_changed = match signal {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(signal) => self.attend_to(signal),
                Err(RecvTimeoutError::Timeout) => self.look(),
            };
            if is_changed {
                if self.wait_for_the_burst().is_none() {
                    return;
                }
                on_change();
                self.last_call = Some(Instant::now());
            }
        }
    }

    /// Waits until the next call is due; `None` where the watch is to end.
    fn wait_for_the_burst(&mut self) -> Option<()> {
        let after_burst = Instant::now() + BURST;
        let due = self.last_call.map_or(after_burst, |last| after_burst.max(last + LEAST_PAUSE));
        loop {
            match self.received.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
                Ok(signal) => {
                    self.attend_to(signal);
                }
                Err(RecvTimeoutError::Timeout) => return Some(()),
            }
        }
    }

    /// Does what a signal calls for, and says whether transcripts may have changed.
    fn attend_to(&mut self, signal: Signal) -> bool {
        self.told.hear(signal);
        let followed = match (&mut self.system, signal) {
            (_, Signal::Stop) | (None, _) => return false,
            (Some(system), Signal::Touched | Signal::Nearby) => system.follow(&self.roots),
            (Some(system), Signal::Gone) => {
                system.let_go();
                system.follow(&self.roots)
            }
            (Some(_), Signal::Exhausted) => Err(system::CannotWatch),
        };
        let has_new_place = followed.unwrap_or_else(|system::CannotWatch| {
            self.system = None;
            self.seen = Glance::of(&self.roots);
            self.is_polling.store(true, Ordering::Relaxed);
            true
        });
        has_new_place || matches!(signal, Signal::Touched | Signal::Gone)
    }

    fn look(&mut self) -> bool {
        let now = Glance::of(&self.roots);
        let is_changed = now != self.seen;
        self.seen = now;
        is_changed
    }
}

#[cfg(test)]
mod tests;
