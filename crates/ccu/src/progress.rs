//! What a user sees and can do while transcripts are read: a bar on the terminal after a second, and Ctrl-C.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ccu_engine::progress::{Progress, ReadingProgress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::exit_code::ExitCode;

/// Reading that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether transcripts are being read: Ctrl-C then asks the reading to stop, and ends the program at any other time.
static IS_READING: AtomicBool = AtomicBool::new(false);
/// Whether the reading was asked to stop.
static IS_STOP_WANTED: AtomicBool = AtomicBool::new(false);

/// Watches the reading of transcripts.
pub struct ReadingWatch {
    started: Instant,
    is_shown: bool,
    bar: OnceLock<ProgressBar>,
}

impl ReadingWatch {
    /// Begins to watch. From now until the watch is dropped, Ctrl-C stops the reading, with what was read kept; a second
    /// Ctrl-C ends the program at once.
    pub fn begin(is_shown: bool) -> Self {
        // A second handler is refused, which is as well: the first one does the same.
        let _ = ctrlc::set_handler(on_signal);
        IS_READING.store(true, Ordering::SeqCst);
        ReadingWatch { started: Instant::now(), is_shown, bar: OnceLock::new() }
    }

    fn draw(&self, progress: ReadingProgress) {
        if !self.is_shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| new_bar(progress.bytes_total));
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
        IS_STOP_WANTED.load(Ordering::SeqCst)
    }
}

impl Drop for ReadingWatch {
    fn drop(&mut self) {
        IS_READING.store(false, Ordering::SeqCst);
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(bytes_total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes_total), ProgressDrawTarget::stderr());
    let template = "Reading transcripts {bar:30} {bytes} of {total_bytes}, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("━━╌")),
        Err(_) => bar,
    }
}

#[expect(clippy::exit, reason = "a signal has no caller to return to")]
fn on_signal() {
    let is_first = !IS_STOP_WANTED.swap(true, Ordering::SeqCst);
    if !(is_first && IS_READING.load(Ordering::SeqCst)) {
        std::process::exit(ExitCode::Interrupted.number().into());
    }
}
