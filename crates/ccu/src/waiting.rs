//! The clock as sync needs it: the time, waiting that the user can end, and dice.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::Duration;

use ccu_core::time::UtcMillis;
use ccu_engine::sync::{Clock, SyncError};

/// How long it is waited before the wish to stop is looked for again: a person feels no delay.
const STEP: Duration = Duration::from_millis(50);

/// The clock of this computer.
#[derive(Clone, Copy)]
pub struct SystemClock<'a> {
    /// Reads it.
    pub now: fn() -> UtcMillis,
    /// Whether the user wants waiting to end.
    pub is_stop_wanted: &'a dyn Fn() -> bool,
}

impl Clock for SystemClock<'_> {
    fn now(&self) -> UtcMillis {
        (self.now)()
    }

    fn wait(&self, time: Duration) -> Result<(), SyncError> {
        let mut left = time;
        loop {
            if (self.is_stop_wanted)() {
                return Err(SyncError::Interrupted);
            }
            if left.is_zero() {
                return Ok(());
            }
            let step = left.min(STEP);
            thread::sleep(step);
            left -= step;
        }
    }

    /// Every new `RandomState` hashes differently, and differently in every process, which is all that is needed here.
    fn jitter(&self, most: Duration) -> Duration {
        let most_us = u64::try_from(most.as_micros()).unwrap_or(u64::MAX).saturating_add(1);
        Duration::from_micros(RandomState::new().hash_one(0) % most_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_within_its_bound_and_differs() {
        let clock = SystemClock { now: || UtcMillis(0), is_stop_wanted: &|| false };
        let most = Duration::from_secs(8);
        let thrown: std::collections::BTreeSet<Duration> = (0..32).map(|_| clock.jitter(most)).collect();
        assert!(thrown.len() > 16 && thrown.iter().all(|one| *one <= most), "{thrown:?}");
        assert_eq!(clock.jitter(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn no_time_is_no_wait() {
        assert!(SystemClock { now: || UtcMillis(0), is_stop_wanted: &|| false }.wait(Duration::ZERO).is_ok());
    }

    #[test]
    fn the_wish_to_stop_ends_a_wait() {
        let clock = SystemClock { now: || UtcMillis(0), is_stop_wanted: &|| true };
        assert!(matches!(clock.wait(Duration::from_secs(3_600)), Err(SyncError::Interrupted)));
    }
}
