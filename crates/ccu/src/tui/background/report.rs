//! What a thread of the background tells the dashboard on the way, and how it learns that it is to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Instant;

use ccu_core::time::UtcMillis;
use ccu_engine::gist::github::Interrupt;
use ccu_engine::progress::{Progress, ReadingProgress};
use ccu_engine::sync::Watch;

use crate::ctrl_c;
use crate::tui::event::{Event, SyncStep};

/// Milliseconds between two words on how far the work is: no eye reads faster.
const PAUSE_MS: u64 = 100;

/// The line from a thread to the dashboard.
pub struct Reporter {
    events: Sender<Event>,
    is_over: Arc<AtomicBool>,
    began: Instant,
    /// Milliseconds after `began` before which nothing more is told.
    next_ms: AtomicU64,
}

impl Reporter {
    /// A line over `events`; `is_over` says that the dashboard ends.
    pub fn new(events: Sender<Event>, is_over: Arc<AtomicBool>) -> Self {
        Reporter { events, is_over, began: Instant::now(), next_ms: AtomicU64::new(0) }
    }

    /// Whether the work is to stop.
    pub fn is_stop_wanted(&self) -> bool {
        ctrl_c::is_stop_wanted() || self.is_over.load(Ordering::SeqCst)
    }

    /// The same as something that outlives this.
    pub fn interrupt(&self) -> Interrupt {
        let is_over = self.is_over.clone();
        Arc::new(move || ctrl_c::is_stop_wanted() || is_over.load(Ordering::SeqCst))
    }

    /// Tells the dashboard. Where it is gone, nobody wants to know.
    pub fn send(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// Tells how far the work is, unless it just did.
    fn mention(&self, event: Event) {
        let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now_ms >= self.next_ms.load(Ordering::Relaxed) {
            self.next_ms.store(now_ms.saturating_add(PAUSE_MS), Ordering::Relaxed);
            self.send(event);
        }
    }
}

impl Progress for Reporter {
    fn reading(&self, progress: ReadingProgress) {
        self.mention(Event::Reading(progress));
    }

    fn is_interrupted(&self) -> bool {
        self.is_stop_wanted()
    }
}

impl Watch for Reporter {
    fn sending(&self, sent: u64, total: u64) {
        self.mention(Event::Syncing(SyncStep::Sending(sent, total)));
    }

    fn receiving(&self, n_files: usize, n_total: usize) {
        self.mention(Event::Syncing(SyncStep::Receiving(n_files, n_total)));
    }

    fn waiting(&self, until: UtcMillis) {
        self.send(Event::Syncing(SyncStep::Waiting(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn progress_is_told_now_and_then_and_waiting_always() {
        let (events, told) = channel();
        let reporter = Reporter::new(events, Arc::default());
        for sent in 0..10_000 {
            reporter.sending(sent, 10_000);
        }
        reporter.waiting(UtcMillis(7));
        reporter.waiting(UtcMillis(8));
        let most = u64::try_from(reporter.began.elapsed().as_millis()).unwrap() / PAUSE_MS + 1;
        let steps: Vec<SyncStep> = told
            .try_iter()
            .map(|event| match event {
                Event::Syncing(step) => step,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(steps.first(), Some(&SyncStep::Sending(0, 10_000)));
        assert_eq!(steps[steps.len() - 2..], [SyncStep::Waiting(UtcMillis(7)), SyncStep::Waiting(UtcMillis(8))]);
        assert!(steps.len() as u64 - 2 <= most, "{}", steps.len());
    }

    /// A thread that works for Reporter learns by either of its ways that it is to stop.
    #[test]
    fn the_end_of_the_dashboard_stops_the_work() {
        let is_over = Arc::new(AtomicBool::new(false));
        let reporter = Reporter::new(channel().0, is_over.clone());
        let interrupt = reporter.interrupt();
        assert!(!reporter.is_interrupted() && !interrupt());
        is_over.store(true, Ordering::SeqCst);
        assert!(reporter.is_interrupted() && interrupt());
    }
}
