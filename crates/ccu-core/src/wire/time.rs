//! Times and dates as they stand in the files: as the earlier tool writes them, because it compares them as texts.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::WireError;
use crate::time::UtcMillis;

/// The form of times on the wire.
const EXPECTED: &str = "a time like `2026-11-22T10:30:09.657000+00:00`, from 2015 to 2099";

/// Writes `YYYY-MM-DDTHH:MM:SS[.ffffff]+00:00`: six digits of a second, or none where they are zero.
///
/// **Source**: Python's `datetime.isoformat`, which wrote every time of the earlier tool's files; Python 3.10 and older
/// read neither `Z` nor three digits.
pub fn stamp(time: UtcMillis) -> String {
    let format = if time.0.rem_euclid(1000) == 0 { "%Y-%m-%dT%H:%M:%S+00:00" } else { "%Y-%m-%dT%H:%M:%S%.6f+00:00" };
    time.timestamp().strftime(format).to_string()
}

/// The UTC date of a time.
pub fn date(time: UtcMillis) -> Date {
    time.timestamp().to_zoned(TimeZone::UTC).date()
}

/// Reads a time in any form that [`UtcMillis::parse`] reads; below milliseconds it is cut off.
///
/// **Errors**: when it is no time, or one that no record can have.
pub fn parse(field: &'static str, text: &str) -> Result<UtcMillis, WireError> {
    UtcMillis::parse(text).ok_or(WireError::Field { field, expected: EXPECTED })
}

/// Reads the time at which a file was written: whatever the clock of that machine said.
///
/// **Errors**: when it is no time.
pub(super) fn parse_any(field: &'static str, text: &str) -> Result<UtcMillis, WireError> {
    let time = text.parse::<Timestamp>().map(|time| UtcMillis(time.as_millisecond()));
    time.map_err(|_| WireError::Field { field, expected: "a time like `2026-11-22T10:30:09.657000+00:00`" })
}

/// Takes a time in milliseconds, if a record can have it.
pub(super) fn check(field: &'static str, ms: i64) -> Result<UtcMillis, WireError> {
    let time = UtcMillis(ms);
    let is_possible = (UtcMillis::EARLIEST..UtcMillis::END).contains(&time);
    is_possible.then_some(time).ok_or(WireError::Field { field, expected: "a time from 2015 to 2099" })
}
