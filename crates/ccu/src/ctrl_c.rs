//! Ctrl-C: asks work that can stop to stop, and ends the program at any other time.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit_code::ExitCode;

/// Whether work is done that looks whether it should stop.
static IS_HEEDED: AtomicBool = AtomicBool::new(false);
/// Whether the user wants it to stop.
static IS_STOP_WANTED: AtomicBool = AtomicBool::new(false);

/// Work that looks at [`is_stop_wanted`] now and then. Until it is dropped, the first Ctrl-C asks it to stop; a second one
/// ends the program at once.
#[must_use = "Ctrl-C is heeded for as long as this is held"]
pub struct Heeded(());

impl Heeded {
    /// Begins such work.
    pub fn begin() -> Heeded {
        // A second handler is refused, which is as well: the first one does the same.
        let _ = ctrlc::set_handler(on_signal);
        IS_HEEDED.store(true, Ordering::SeqCst);
        Heeded(())
    }
}

impl Drop for Heeded {
    fn drop(&mut self) {
        IS_HEEDED.store(false, Ordering::SeqCst);
    }
}

/// Whether the user has pressed Ctrl-C.
pub fn is_stop_wanted() -> bool {
    IS_STOP_WANTED.load(Ordering::SeqCst)
}

#[expect(clippy::exit, reason = "a signal has no caller to return to")]
fn on_signal() {
    let is_first = !IS_STOP_WANTED.swap(true, Ordering::SeqCst);
    if !(is_first && IS_HEEDED.load(Ordering::SeqCst)) {
        std::process::exit(ExitCode::Interrupted.number().into());
    }
}
