//! Ctrl-C: asks work that can stop to stop, and ends the program at any other time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::exit_code::ExitCode;

/// How much work is done that looks whether it should stop.
static N_HEEDING: AtomicUsize = AtomicUsize::new(0);
/// Whether the user wants it to stop.
static IS_STOP_WANTED: AtomicBool = AtomicBool::new(false);

/// Work that looks at [`is_stop_wanted`] now and then. Until it is dropped, the first Ctrl-C asks it to stop; a second one
/// ends the program at once. Several may be held at once, as by the threads of the dashboard.
#[must_use = "Ctrl-C is heeded for as long as this is held"]
pub struct Heeded(());

impl Heeded {
    /// Begins such work.
    pub fn begin() -> Heeded {
        // A second handler is refused, which is as well: the first one does the same.
        let _ = ctrlc::set_handler(on_signal);
        N_HEEDING.fetch_add(1, Ordering::SeqCst);
        Heeded(())
    }
}

impl Drop for Heeded {
    fn drop(&mut self) {
        N_HEEDING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether the user has pressed Ctrl-C.
pub fn is_stop_wanted() -> bool {
    IS_STOP_WANTED.load(Ordering::SeqCst)
}

fn is_heeded() -> bool {
    N_HEEDING.load(Ordering::SeqCst) > 0
}

#[expect(clippy::exit, reason = "a signal has no caller to return to")]
fn on_signal() {
    let is_first = !IS_STOP_WANTED.swap(true, Ordering::SeqCst);
    if !(is_first && is_heeded()) {
        std::process::exit(ExitCode::Interrupted.number().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_ends_leaves_other_work_heeded() {
        let first = Heeded::begin();
        drop(Heeded::begin());
        assert!(is_heeded());
        drop(first);
    }
}
