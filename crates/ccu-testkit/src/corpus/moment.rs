//! Instants as transcripts spell them.

use std::fmt;

use jiff::Timestamp;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) i64);

impl Moment {
    /// 2025-06-01T00:00:00Z, where the made-up history begins.
    pub(super) const FIRST: Moment = Moment(1_748_736_000_000);
    /// 2026-11-20T00:00:00Z, after which no session begins.
    pub(super) const LAST: Moment = Moment(1_795_132_800_000);

    /// So many milliseconds later.
    pub(super) fn after(self, millis: u64) -> Moment {
        Moment(self.0.saturating_add_unsigned(millis))
    }

    /// The UTC day, `YYYY-MM-DD`.
    pub(super) fn day(self) -> String {
        self.to_string()[..10].to_owned()
    }
}

/// Writes `YYYY-MM-DDTHH:MM:SS.mmmZ`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        write!(f, "{time:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_transcripts_hold() {
        assert_eq!(Moment::FIRST.to_string(), "2025-06-01T00:00:00.000Z");
        assert_eq!(Moment::LAST.after(86_399_999).to_string(), "2026-11-20T23:59:59.999Z");
        assert_eq!(Moment::LAST.day(), "2026-11-20");
    }
}
