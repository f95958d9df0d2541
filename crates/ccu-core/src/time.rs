//! Instants in UTC milliseconds, and the quarter-hour slots that roll-ups are kept in.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Milliseconds in a second.
const SECOND_MS: i64 = 1_000;
/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;
/// Milliseconds in a quarter of an hour. Every zone offset in use since 1972 is a multiple of it
/// (IANA time zone database, seen 2026-11-22), so local days are whole numbers of slots.
pub const SLOT_MS: i64 = 900_000;
/// Slots in a UTC day.
pub const SLOTS_PER_DAY: i32 = 96;

/// An instant in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMillis(pub i64);

impl UtcMillis {
    /// The first instant that a record may carry: 2015-01-01T00:00:00Z, years before there was anything to record.
    pub const EARLIEST: UtcMillis = UtcMillis(1_420_070_400_000);
    /// The first instant that no record may carry any more: 2100-01-01T00:00:00Z.
    pub const END: UtcMillis = UtcMillis(4_102_444_800_000);

    /// Reads a transcript's timestamp. `None` where it is no time, or one that no transcript can have.
    ///
    /// **Source**: `YYYY-MM-DDTHH:MM:SS.mmmZ` on all but 24 of 373,133 measured rows, those without milliseconds
    /// (docs/formats/transcript.md); other ISO 8601 forms are read too, and one without an offset is UTC.
    pub fn parse(text: &str) -> Option<UtcMillis> {
        let time = parse_fixed(text.as_bytes()).or_else(|| parse_any(text))?;
        (Self::EARLIEST <= time && time < Self::END).then_some(time)
    }

    /// The slot that holds this instant.
    pub fn slot(self) -> Slot {
        Slot(self.0.div_euclid(SLOT_MS) as i32)
    }

    /// The UTC day of the instant, counted from 1970-01-01; even of one that no slot has, which is in the first or last day.
    pub fn utc_day(self) -> i32 {
        let day = self.0.div_euclid(DAY_MS);
        i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX })
    }

    /// The same instant for calendar arithmetic. Instants outside of jiff's range become the epoch; [`UtcMillis::parse`] makes none.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Writes RFC 3339 in UTC with milliseconds, as transcripts do.
impl fmt::Display for UtcMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// A quarter of an hour, counted from 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub i32);

impl Slot {
    /// The first instant of the slot.
    pub fn start(self) -> UtcMillis {
        UtcMillis(i64::from(self.0) * SLOT_MS)
    }

    /// The UTC day of the slot, counted from 1970-01-01.
    pub fn utc_day(self) -> i32 {
        self.0.div_euclid(SLOTS_PER_DAY)
    }
}

/// Reads `YYYY-MM-DDTHH:MM:SS[.mmm]Z` without a detour; anything else is left to [`parse_any`].
fn parse_fixed(text: &[u8]) -> Option<UtcMillis> {
    let millis = match text {
        [.., b'.', a, b, c, b'Z'] if text.len() == 24 => number(&[*a, *b, *c])?,
        [.., b'Z'] if text.len() == 20 => 0,
        _ => return None,
    };
    if [text[4], text[7], text[10], text[13], text[16]] != *b"--T::" {
        return None;
    }
    let (year, month, day) = (number(&text[0..4])?, number(&text[5..7])?, number(&text[8..10])?);
    let (hour, minute, second) = (number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?);
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in_month(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let seconds = (hour * 60 + minute) * 60 + second;
    Some(UtcMillis(days_from_epoch(year, month, day) * DAY_MS + seconds * SECOND_MS + millis))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
///
/// **Source**: `days_from_civil` in <https://howardhinnant.github.io/date_algorithms.html>.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse_any(text: &str) -> Option<UtcMillis> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(UtcMillis(timestamp.as_millisecond()));
    }
    let local: DateTime = text.parse().ok()?;
    let utc = local.to_zoned(TimeZone::UTC).ok()?;
    Some(UtcMillis(utc.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_transcripts_write() {
        assert_eq!(UtcMillis::parse("2026-11-22T10:30:09.657Z"), Some(UtcMillis(1_795_343_409_657)));
        assert_eq!(UtcMillis::parse("2026-11-22T10:30:09Z"), Some(UtcMillis(1_795_343_409_000)));
        assert_eq!(UtcMillis::parse("2026-11-22T11:30:09.657000+01:00"), Some(UtcMillis(1_795_343_409_657)));
        assert_eq!(UtcMillis::parse("2026-11-22T10:30:09"), Some(UtcMillis(1_795_343_409_000)));
    }

    #[test]
    fn refuses_what_is_no_time_of_a_transcript() {
        for text in [
            "",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00.000Z",
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(UtcMillis::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_agree(ms in UtcMillis::EARLIEST.0..UtcMillis::END.0) {
            let text = UtcMillis(ms).to_string();
            prop_assert_eq!(UtcMillis::parse(&text), Some(UtcMillis(ms)));
            prop_assert_eq!(parse_fixed(text.as_bytes()), parse_any(&text));
        }

        #[test]
        fn a_slot_holds_its_instants(ms in any::<i32>()) {
            let time = UtcMillis(i64::from(ms) * 1000);
            let start = time.slot().start();
            prop_assert!(start <= time && time.0 - start.0 < SLOT_MS);
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,40}") {
            let _ = UtcMillis::parse(&text);
        }
    }
}
