//! What a user sees while work takes longer than a moment: a bar on the terminal after a second.

use std::cell::RefCell;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use ccu_core::time::UtcMillis;
use ccu_engine::progress::{Progress, ReadingProgress};
use ccu_engine::sync::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;

use crate::ctrl_c::{self, Heeded};

/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// What several readings, one after the other, come to: the demo reads each of its machines.
#[derive(Debug, Default)]
struct Readings {
    /// Bytes of the readings before the one that runs.
    bytes_before: u64,
    latest: ReadingProgress,
}

impl Readings {
    /// Takes in how far a reading is, and gives the bytes that are read and those that there are, of all of them. Neither
    /// ever falls.
    fn add(&mut self, progress: ReadingProgress) -> (u64, u64) {
        let is_next = progress.bytes_total != self.latest.bytes_total || progress.bytes_read < self.latest.bytes_read;
        if is_next {
            self.bytes_before = self.bytes_before.saturating_add(self.latest.bytes_total);
        }
        self.latest = progress;
        let total = self.bytes_before.saturating_add(progress.bytes_total);
        // Files may grow while they are read.
        (self.bytes_before.saturating_add(progress.bytes_read).min(total), total)
    }
}

/// Watches the reading of transcripts. Until it is dropped, Ctrl-C stops the reading, with what was read kept.
pub struct ReadingWatch {
    started: Instant,
    is_shown: bool,
    bar: OnceLock<ProgressBar>,
    readings: Mutex<Readings>,
    _heeded: Heeded,
}

impl ReadingWatch {
    /// Begins to watch.
    pub fn begin(is_shown: bool) -> Self {
        ReadingWatch {
            started: Instant::now(),
            is_shown,
            bar: OnceLock::new(),
            readings: Mutex::default(),
            _heeded: Heeded::begin(),
        }
    }

    fn draw(&self, progress: ReadingProgress) {
        let (n_read, n_total) = self.readings.lock().unwrap_or_else(PoisonError::into_inner).add(progress);
        if !self.is_shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let template = "Reading transcripts {bar:30} {decimal_bytes} of {decimal_total_bytes}";
        let bar = self.bar.get_or_init(|| new_bar(n_total, template));
        if bar.length() != Some(n_total) {
            bar.set_length(n_total);
        }
        bar.set_position(n_read);
    }
}

impl Progress for ReadingWatch {
    fn reading(&self, progress: ReadingProgress) {
        self.draw(progress);
    }

    fn is_interrupted(&self) -> bool {
        ctrl_c::is_stop_wanted()
    }
}

impl Drop for ReadingWatch {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Sending,
    Receiving,
    Waiting,
}

/// Watches a sync. Until it is dropped, Ctrl-C stops the sync at its next step.
pub struct SyncWatch {
    started: Instant,
    is_shown: bool,
    zone: TimeZone,
    bar: RefCell<Option<(Phase, ProgressBar)>>,
    _heeded: Heeded,
}

impl SyncWatch {
    /// Begins to watch; `zone` is that of the times that are shown.
    pub fn begin(is_shown: bool, zone: TimeZone) -> Self {
        SyncWatch { started: Instant::now(), is_shown, zone, bar: RefCell::new(None), _heeded: Heeded::begin() }
    }

    fn draw(&self, phase: Phase, done: u64, total: u64) {
        if !self.is_shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let mut shown = self.bar.borrow_mut();
        if shown.as_ref().is_none_or(|(before, _)| *before != phase) {
            if let Some((_, before)) = shown.take() {
                before.finish_and_clear();
            }
            let template = match phase {
                Phase::Sending => "Sending {bar:30} {decimal_bytes} of {decimal_total_bytes}",
                Phase::Receiving => "Receiving {bar:30} {pos} of {len} files",
                Phase::Waiting => "{msg}",
            };
            *shown = Some((phase, new_bar(total, template)));
        }
        let Some((_, bar)) = shown.as_ref() else { return };
        bar.set_length(total);
        bar.set_position(done);
    }
}

impl Watch for SyncWatch {
    fn sending(&self, sent: u64, total: u64) {
        self.draw(Phase::Sending, sent, total);
    }

    fn receiving(&self, n_files: usize, n_total: usize) {
        self.draw(Phase::Receiving, n_files as u64, n_total as u64);
    }

    fn waiting(&self, until: UtcMillis) {
        self.draw(Phase::Waiting, 0, 1);
        if let Some((Phase::Waiting, bar)) = self.bar.borrow().as_ref() {
            let until = until.timestamp().to_zoned(self.zone.clone()).strftime("%H:%M:%S");
            bar.set_message(format!("Waiting until {until}: GitHub asks for it, or somebody else writes"));
        }
    }
}

impl Drop for SyncWatch {
    fn drop(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("━━╌")),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_add_up_and_never_go_back() {
        let mut readings = Readings::default();
        let mut check = |bytes_read, bytes_total, expected| {
            assert_eq!(readings.add(ReadingProgress { bytes_read, bytes_total, n_transcripts: 1 }), expected);
        };
        check(0, 10, (0, 10));
        check(9, 10, (9, 10));
        check(0, 4, (10, 14));
        check(4, 4, (14, 14));
        check(1, 4, (15, 18));
        check(9, 4, (18, 18));
    }
}
