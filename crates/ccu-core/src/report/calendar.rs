//! The calendar of a report: the local hour of an instant, the periods that hours gather in, and the hours asked for.
//!
//! Days and hours are integers here, because a report asks for those of 200,000 entries; they become dates once a row is
//! made.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use super::{Grouping, ReportRequest};
use crate::time::UtcMillis;

/// Milliseconds in an hour.
const HOUR_MS: i64 = 3_600_000;
const HOURS_PER_DAY: i32 = 24;
/// The day that days are counted from.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A day of a local calendar, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LocalDay(pub i32);

impl LocalDay {
    /// The number of a date.
    pub(super) fn of_date(date: Date) -> LocalDay {
        // Dates end in the year 9999, so their numbers fit.
        LocalDay((date.duration_since(EPOCH).as_hours() / 24) as i32)
    }

    /// The date of a number; numbers outside of the calendar become its first or last date.
    pub(super) fn date(self) -> Date {
        EPOCH.saturating_add(SignedDuration::from_hours(i64::from(self.0) * 24))
    }

    fn plus(self, n_days: i32) -> LocalDay {
        LocalDay(self.0.saturating_add(n_days))
    }
}

/// An hour of a local calendar, counted from 1970-01-01T00:00. Where a clock is set back, the hour that comes twice has one
/// number. It fits for every instant that a slot has: those end 61,000 years from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LocalHour(pub i32);

impl LocalHour {
    /// The first hour of a day.
    pub(super) fn first_of(day: LocalDay) -> LocalHour {
        LocalHour(day.0.saturating_mul(HOURS_PER_DAY))
    }

    /// The last hour of a day.
    pub(super) fn last_of(day: LocalDay) -> LocalHour {
        LocalHour::first_of(day).plus(HOURS_PER_DAY - 1)
    }

    /// The day that the hour is in.
    pub(super) fn day(self) -> LocalDay {
        LocalDay(self.0.div_euclid(HOURS_PER_DAY))
    }

    /// The hour of its day, from 0 to 23.
    pub(super) fn of_day(self) -> i8 {
        self.0.rem_euclid(HOURS_PER_DAY) as i8
    }

    /// The day and hour of a number, with minute 0.
    pub(super) fn date_time(self) -> DateTime {
        self.day().date().at(self.of_day(), 0, 0, 0)
    }

    fn plus(self, n_hours: i32) -> LocalHour {
        LocalHour(self.0.saturating_add(n_hours))
    }
}

/// Tells the local hour and day of instants. Fast while instants stay between two changes of the zone's offset.
#[derive(Debug)]
pub(super) struct LocalHours {
    zone: TimeZone,
    offset_ms: i64,
    valid_from: UtcMillis,
    valid_before: UtcMillis,
}

impl LocalHours {
    /// The hours of a zone.
    pub(super) fn new(zone: &TimeZone) -> Self {
        let nowhere = UtcMillis(i64::MAX);
        LocalHours { zone: zone.clone(), offset_ms: 0, valid_from: nowhere, valid_before: nowhere }
    }

    /// The local hour of an instant.
    pub(super) fn hour_of(&mut self, time: UtcMillis) -> LocalHour {
        if time < self.valid_from || time >= self.valid_before {
            self.look_up_offset(time);
        }
        LocalHour(time.0.saturating_add(self.offset_ms).div_euclid(HOUR_MS) as i32)
    }

    fn look_up_offset(&mut self, time: UtcMillis) {
        let timestamp = time.timestamp();
        let next_change = self.zone.following(timestamp).next().map(|change| change.timestamp().as_millisecond());
        self.offset_ms = i64::from(self.zone.to_offset(timestamp).seconds()) * 1000;
        self.valid_from = time;
        self.valid_before = UtcMillis(next_change.unwrap_or(i64::MAX));
    }
}

/// How hours gather in the rows of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Hour,
    Day,
    Week { first: Weekday },
    Month,
    Year,
}

impl Period {
    /// The period that a request groups by; `None` where it groups by something else than time.
    pub(super) fn of(request: &ReportRequest) -> Option<Period> {
        match request.grouping {
            Grouping::Hourly => Some(Period::Hour),
            Grouping::Daily => Some(Period::Day),
            Grouping::Weekly => Some(Period::Week { first: request.week_start }),
            Grouping::Monthly => Some(Period::Month),
            Grouping::Yearly => Some(Period::Year),
            Grouping::Session | Grouping::Project | Grouping::Model | Grouping::Device => None,
        }
    }

    /// The first hour of the period that holds `hour`.
    pub(super) fn start(self, hour: LocalHour) -> LocalHour {
        let day = hour.day();
        LocalHour::first_of(match self {
            Period::Hour => return hour,
            Period::Day => day,
            Period::Week { first } => day.plus(-i32::from(day.date().weekday().since(first))),
            Period::Month => LocalDay::of_date(day.date().first_of_month()),
            Period::Year => LocalDay::of_date(day.date().first_of_year()),
        })
    }

    /// The first hour of the period `n_periods` later (or earlier) than the one that begins with `start`.
    fn shifted(self, start: LocalHour, n_periods: i32) -> LocalHour {
        let first_day = start.day();
        let date = first_day.date();
        let month_number = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
        LocalHour::first_of(match self {
            Period::Hour => return start.plus(n_periods),
            Period::Day => first_day.plus(n_periods),
            Period::Week { .. } => first_day.plus(n_periods.saturating_mul(7)),
            Period::Month => first_of_month(month_number.saturating_add(n_periods)),
            Period::Year => first_of_month(month_number.saturating_add(n_periods.saturating_mul(12))),
        })
    }
}

/// The first day of a month counted from January of the year 0; months outside of the calendar become its ends.
fn first_of_month(month_number: i32) -> LocalDay {
    let beyond = if month_number < 0 { Date::MIN } else { Date::MAX };
    let month = (month_number.rem_euclid(12) + 1) as i8;
    let date = i16::try_from(month_number.div_euclid(12)).ok().and_then(|year| Date::new(year, month, 1).ok());
    LocalDay::of_date(date.unwrap_or(beyond))
}

/// The local hours that a request asks for, inclusive; `None` where that end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AskedHours {
    pub first: Option<LocalHour>,
    pub last: Option<LocalHour>,
}

impl AskedHours {
    /// The hours of a request: `since` and `until`, and for periods the newest [`ReportRequest::last`] of them.
    pub(super) fn of(request: &ReportRequest) -> AskedHours {
        let asked = AskedHours::between(request.since, request.until);
        match (Period::of(request), request.last) {
            (Some(period), Some(n_periods)) => asked.newest(request, period, n_periods),
            _ => asked,
        }
    }

    /// The hours of the days from `since` to `until`.
    pub(super) fn between(since: Option<Date>, until: Option<Date>) -> AskedHours {
        let first = since.map(|day| LocalHour::first_of(LocalDay::of_date(day)));
        AskedHours { first, last: until.map(|day| LocalHour::last_of(LocalDay::of_date(day))) }
    }

    /// Whether an entry of this hour counts. An undated one counts only where no day was asked for.
    pub(super) fn holds(&self, hour: Option<LocalHour>) -> bool {
        match hour {
            Some(hour) => self.first.is_none_or(|first| first <= hour) && self.last.is_none_or(|last| hour <= last),
            None => self.first.is_none() && self.last.is_none(),
        }
    }

    fn newest(self, request: &ReportRequest, period: Period, n_periods: usize) -> AskedHours {
        let now = LocalHours::new(&request.zone).hour_of(request.now);
        let newest = period.start(self.last.map_or(now, |last| last.min(now)));
        let back = i32::try_from(n_periods).unwrap_or(i32::MAX).saturating_neg();
        // One period later and back again, so that no periods at all are a range that ends before it starts.
        let after_newest = period.shifted(newest, 1);
        let first = period.shifted(after_newest, back);
        let last = after_newest.plus(-1);
        AskedHours {
            first: Some(self.first.map_or(first, |asked| asked.max(first))),
            last: Some(self.last.map_or(last, |asked| asked.min(last))),
        }
    }

    /// The UTC days outside of which none of these hours lie; see [`utc_day_range`].
    pub(super) fn utc_days(&self) -> (Option<i32>, Option<i32>) {
        (self.first.map(|first| first.day().plus(-2).0), self.last.map(|last| last.day().plus(2).0))
    }
}

/// The UTC days (counted from 1970-01-01, inclusive) outside of which no dated entry can be in any of the reports; `None`
/// where that end is open. The undated entries must be given all the same: the notes count them.
///
/// It is wider than need be by two days at each end, because a local midnight may lie 26 hours off the UTC one
/// (the widest offset that jiff reads).
pub fn utc_day_range(requests: &[&ReportRequest]) -> (Option<i32>, Option<i32>) {
    let ranges = requests.iter().map(|request| utc_days_of(request));
    let (firsts, lasts): (Vec<Option<i32>>, Vec<Option<i32>>) = ranges.unzip();
    // One open end opens it for all.
    let first: Option<Vec<i32>> = firsts.into_iter().collect();
    let last: Option<Vec<i32>> = lasts.into_iter().collect();
    (first.and_then(|days| days.into_iter().min()), last.and_then(|days| days.into_iter().max()))
}

fn utc_days_of(request: &ReportRequest) -> (Option<i32>, Option<i32>) {
    let (first, last) = AskedHours::of(request).utc_days();
    match request.instants {
        None => (first, last),
        Some((from, until)) => {
            let (from, until) = (from.utc_day(), until.utc_day());
            (Some(first.map_or(from, |first| first.max(from))), Some(last.map_or(until, |last| last.min(until))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{date, now, request, time, zone};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn local_days_follow_daylight_saving_time() {
        let check = |zone_name, text, expected| {
            let day = LocalHours::new(&zone(zone_name)).hour_of(time(text)).day();
            assert_eq!(day.date(), date(expected), "{text} in {zone_name}");
        };
        // A day of 23 hours and one of 25.
        check("Europe/Berlin", "2026-03-28T22:45:00Z", "2026-03-28");
        check("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29");
        check("Europe/Berlin", "2026-03-29T21:45:00Z", "2026-03-29");
        check("Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30");
        check("Europe/Berlin", "2026-10-24T21:45:00Z", "2026-10-24");
        check("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25");
        check("Europe/Berlin", "2026-10-25T22:45:00Z", "2026-10-25");
        check("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26");
        check("America/New_York", "2026-03-09T03:45:00Z", "2026-03-08");
        check("America/New_York", "2026-03-09T04:00:00Z", "2026-03-09");
        check("America/New_York", "2026-11-02T04:45:00Z", "2026-11-01");
        check("America/New_York", "2026-11-02T05:00:00Z", "2026-11-02");
        // Daylight saving time of half an hour.
        check("Australia/Lord_Howe", "2026-04-04T12:45:00Z", "2026-04-04");
        check("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05");
        check("Australia/Lord_Howe", "2026-04-05T13:15:00Z", "2026-04-05");
        check("Australia/Lord_Howe", "2026-04-05T13:30:00Z", "2026-04-06");
        // Quarters of an hour.
        check("Asia/Kathmandu", "2026-11-21T18:00:00Z", "2026-11-21");
        check("Asia/Kathmandu", "2026-11-21T18:15:00Z", "2026-11-22");
        // A day that never was.
        check("Pacific/Apia", "2011-12-30T09:45:00Z", "2011-12-29");
        check("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31");
    }

    #[test]
    fn periods_start_on_their_first_day() {
        let check = |period: Period, day, expected| {
            let day = LocalDay::of_date(date(day));
            for hour in [LocalHour::first_of(day), LocalHour::last_of(day)] {
                assert_eq!(period.start(hour).date_time(), date(expected).at(0, 0, 0, 0), "{period:?} of {hour:?}");
            }
        };
        let (monday, sunday) = (Period::Week { first: Weekday::Monday }, Period::Week { first: Weekday::Sunday });
        check(Period::Day, "2026-11-22", "2026-11-22");
        check(monday, "2026-11-22", "2026-11-16");
        check(monday, "2026-11-23", "2026-11-23");
        check(sunday, "2026-11-22", "2026-11-22");
        check(sunday, "2026-11-21", "2026-11-15");
        check(Period::Week { first: Weekday::Saturday }, "2026-11-22", "2026-11-21");
        // Weeks go on over the ends of years and over leap days.
        check(monday, "2027-01-01", "2026-12-28");
        check(monday, "2020-12-31", "2020-12-28");
        check(sunday, "2027-01-01", "2026-12-27");
        check(monday, "2028-03-01", "2028-02-28");
        check(Period::Month, "2028-02-29", "2028-02-01");
        check(Period::Month, "2026-11-30", "2026-11-01");
        check(Period::Year, "2028-12-31", "2028-01-01");
    }

    #[test]
    fn the_days_asked_for() {
        let check = |request: &ReportRequest, first: Option<&str>, last: Option<&str>| {
            let asked = AskedHours::of(request);
            let dates = (asked.first.map(|hour| hour.day().date()), asked.last.map(|hour| hour.day().date()));
            assert_eq!(dates, (first.map(date), last.map(date)), "{request:?}");
        };
        let last = |grouping, n_rows| ReportRequest { last: Some(n_rows), ..request(grouping) };
        check(&request(Grouping::Daily), None, None);
        check(&last(Grouping::Daily, 7), Some("2026-11-16"), Some("2026-11-22"));
        check(&last(Grouping::Daily, 1), Some("2026-11-22"), Some("2026-11-22"));
        check(&last(Grouping::Weekly, 2), Some("2026-11-09"), Some("2026-11-22"));
        check(&last(Grouping::Monthly, 12), Some("2025-12-01"), Some("2026-11-30"));
        check(&last(Grouping::Yearly, 2), Some("2025-01-01"), Some("2026-12-31"));
        check(&last(Grouping::Session, 2), None, None);
        // It is already the 23rd in Samoa.
        let in_samoa = ReportRequest { zone: zone("Pacific/Apia"), ..last(Grouping::Daily, 7) };
        check(&in_samoa, Some("2026-11-17"), Some("2026-11-23"));
        // Both ends narrow it down, and an earlier end is counted back from.
        let since = ReportRequest { since: Some(date("2026-11-20")), ..last(Grouping::Daily, 7) };
        check(&since, Some("2026-11-20"), Some("2026-11-22"));
        let until = ReportRequest { until: Some(date("2026-02-10")), ..last(Grouping::Monthly, 2) };
        check(&until, Some("2026-01-01"), Some("2026-02-10"));
        let until_later = ReportRequest { until: Some(date("2026-12-24")), ..last(Grouping::Daily, 2) };
        check(&until_later, Some("2026-11-21"), Some("2026-11-22"));
    }

    #[test]
    fn no_number_of_periods_is_too_small_or_too_large() {
        for grouping in [Grouping::Hourly, Grouping::Daily, Grouping::Weekly, Grouping::Monthly, Grouping::Yearly] {
            let this_hour = LocalHours::new(&TimeZone::UTC).hour_of(now());
            let none = AskedHours::of(&ReportRequest { last: Some(0), ..request(grouping) });
            assert!(!none.holds(Some(this_hour)) && !none.holds(None), "{grouping:?}");
            let all = AskedHours::of(&ReportRequest { last: Some(usize::MAX), ..request(grouping) });
            let early = LocalHour::first_of(LocalDay::of_date(date("2015-01-01")));
            assert!(all.holds(Some(this_hour)) && all.holds(Some(early)), "{grouping:?}");
        }
    }

    #[test]
    fn a_store_reads_generously() {
        let day_number = |text| Some(LocalDay::of_date(date(text)).0);
        let asked = ReportRequest { since: Some(date("2026-11-20")), ..request(Grouping::Daily) };
        assert_eq!(utc_day_range(&[&asked]), (day_number("2026-11-18"), None));
        let asked = ReportRequest { until: Some(date("2026-11-20")), ..request(Grouping::Session) };
        assert_eq!(utc_day_range(&[&asked]), (None, day_number("2026-11-22")));
        // Instants leave no doubt about days, and both must hold.
        let instants = Some((time("2026-11-19T05:00:00Z"), time("2026-11-21T05:00:00Z")));
        let asked = ReportRequest { instants, ..request(Grouping::Daily) };
        assert_eq!(utc_day_range(&[&asked]), (day_number("2026-11-19"), day_number("2026-11-21")));
        let asked = ReportRequest { since: Some(date("2026-11-22")), ..asked };
        assert_eq!(utc_day_range(&[&asked]), (day_number("2026-11-20"), day_number("2026-11-21")));
        assert_eq!(utc_day_range(&[&asked, &request(Grouping::Daily)]), (None, None));
        let always = ReportRequest { instants: Some((UtcMillis(i64::MIN), UtcMillis(i64::MAX))), ..asked };
        assert_eq!(utc_day_range(&[&always]), (day_number("2026-11-20"), Some(i32::MAX)));
    }

    const ZONES: [&str; 8] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ];

    proptest! {
        #[test]
        fn hours_agree_with_the_zone_in_any_order(
            zone_idx in 0..ZONES.len(),
            seconds in prop::collection::vec(0_i64..4_102_444_800, 1..40),
        ) {
            let zone = zone(ZONES[zone_idx]);
            let mut local_hours = LocalHours::new(&zone);
            for second in seconds {
                let time = UtcMillis(second * 1000);
                let local = zone.to_datetime(time.timestamp());
                let expected = local.date().at(local.hour(), 0, 0, 0);
                prop_assert_eq!(local_hours.hour_of(time).date_time(), expected, "{}", time);
            }
        }

        #[test]
        fn numbers_and_dates_agree(number in -4_000_000_i32..2_900_000) {
            prop_assert_eq!(LocalDay::of_date(LocalDay(number).date()), LocalDay(number));
        }

        #[test]
        fn a_period_holds_its_hours(
            number in 0_i32..1_100_000,
            week_start in 0_i8..7,
            n_back in 0_i32..100,
        ) {
            let week = Period::Week { first: Weekday::from_monday_zero_offset(week_start).unwrap() };
            for period in [Period::Hour, Period::Day, week, Period::Month, Period::Year] {
                let first = period.start(LocalHour(number));
                let next = period.shifted(first, 1);
                prop_assert!(first.0 <= number && number < next.0, "{:?}", period);
                prop_assert_eq!(period.start(LocalHour(next.0 - 1)), first);
                prop_assert_eq!(period.shifted(period.shifted(first, -n_back), n_back), first);
            }
        }

        #[test]
        fn the_store_reads_every_day_asked_for(
            zone_idx in 0..ZONES.len(),
            seconds in 1_420_070_400_i64..4_102_444_800,
            since_days_ago in 0_i32..3,
            last in prop::option::of(0_usize..5),
            instants_days in prop::option::of((-3_i64..3, -3_i64..3)),
            grouping in prop::sample::select(vec![Grouping::Hourly, Grouping::Daily, Grouping::Monthly]),
        ) {
            let time = UtcMillis(seconds * 1000);
            let zone = zone(ZONES[zone_idx]);
            let hour = LocalHours::new(&zone).hour_of(time);
            let day = hour.day();
            let shifted = |n_days: i64| UtcMillis(time.0 + n_days * 12 * HOUR_MS);
            let instants = instants_days.map(|(from, until)| (shifted(from), shifted(until)));
            let asked = ReportRequest {
                since: Some(LocalDay(day.0 - since_days_ago).date()),
                until: Some(day.date()),
                now: time,
                last,
                zone,
                instants,
                ..request(grouping)
            };
            let (first, last) = utc_day_range(&[&asked]);
            let utc_day = time.slot().utc_day();
            let is_read = first.is_none_or(|first| first <= utc_day) && last.is_none_or(|last| utc_day <= last);
            let is_within = instants.is_none_or(|(from, until)| (from..until).contains(&time.slot().start()));
            prop_assert!(is_read || !is_within || !AskedHours::of(&asked).holds(Some(hour)));
        }
    }
}
