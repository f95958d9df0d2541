//! The fake's clock: stands still until it is moved, or runs, so that tests need not wait and hand use feels real.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use jiff::Timestamp;

/// 2026-11-22T12:00:00Z, where a clock that was not set stands.
pub(super) const NOON: i64 = 1_795_348_800;

/// Whole seconds, as GitHub's times are.
#[derive(Debug)]
pub(super) struct Clock {
    seconds: AtomicI64,
    running_since: Option<Instant>,
}

impl Clock {
    /// A clock that stands at these seconds after 1970, or runs from there.
    pub(super) fn new(seconds: i64, runs: bool) -> Clock {
        Clock { seconds: AtomicI64::new(seconds), running_since: runs.then(Instant::now) }
    }

    /// Seconds after 1970.
    pub(super) fn now(&self) -> i64 {
        let run = self.running_since.map_or(0, |start| start.elapsed().as_secs());
        self.seconds.load(Ordering::Relaxed).saturating_add_unsigned(run)
    }

    /// Moves the clock; backwards with negative seconds.
    pub(super) fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// `2026-11-22T12:00:00Z`.
pub(super) fn iso(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// `Sun, 22 Nov 2026 12:00:00 GMT`, as HTTP headers have it.
pub(super) fn http_date(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Seconds after 1970 of an ISO time.
pub(super) fn seconds_of(iso: &str) -> Option<i64> {
    iso.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_stands_until_it_is_moved() {
        let clock = Clock::new(NOON, false);
        assert_eq!(iso(clock.now()), "2026-11-22T12:00:00Z");
        clock.advance(-3_600);
        assert_eq!(http_date(clock.now()), "Sun, 22 Nov 2026 11:00:00 GMT");
        assert_eq!(seconds_of("2026-11-22T11:00:00Z"), Some(clock.now()));
    }
}
