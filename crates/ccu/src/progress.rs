//! What a user sees while work takes longer than a moment: a bar on the terminal after a second.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ccu_core::time::UtcMillis;
use ccu_engine::progress::{Progress, ReadingProgress};
use ccu_engine::sync::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;

use crate::ctrl_c::{self, Heeded};

/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Watches the reading of transcripts. Until it is dropped, Ctrl-C stops the reading, with what was read kept.
pub struct ReadingWatch {
    started: Instant,
    is_shown: bool,
    bar: OnceLock<ProgressBar>,
    _heeded: Heeded,
}

impl ReadingWatch {
    /// Begins to watch.
    pub fn begin(is_shown: bool) -> Self {
        ReadingWatch { started: Instant::now(), is_shown, bar: OnceLock::new(), _heeded: Heeded::begin() }
    }

    fn draw(&self, progress: ReadingProgress) {
        if !self.is_shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let template = "Reading transcripts {bar:30} {bytes} of {total_bytes}, {eta} left";
        let bar = self.bar.get_or_init(|| new_bar(progress.bytes_total, template));
        if bar.length() != Some(progress.bytes_total) {
            bar.set_length(progress.bytes_total);
        }
        bar.set_position(progress.bytes_read);
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
                Phase::Sending => "Sending {bar:30} {bytes} of {total_bytes}",
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
