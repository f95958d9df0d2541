//! Periods on the screen: which days a page covers, what it is called, and the one before and after it.

use ccu_core::time::UtcMillis;
use ccu_engine::config::LimitReset;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday, time};
use jiff::tz::TimeZone;

use crate::tui::page::{Page, Place};

/// What tells the days: the zone, the first day of a week, when the weekly limit starts anew, and the present.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The zone whose midnights part the days.
    pub zone: TimeZone,
    /// The first day of a week.
    pub week_start: Weekday,
    /// When the weekly limit starts anew, where the user has said it.
    pub limit_reset: Option<LimitReset>,
    /// The present instant.
    pub now: UtcMillis,
}

/// The time that a page covers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The first day; `None` from the beginning.
    pub since: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// From an instant to another, excluded.
    pub instants: Option<(UtcMillis, UtcMillis)>,
}

impl Span {
    fn days(since: Date, until: Date) -> Span {
        Span { since: Some(since), until: Some(until), instants: None }
    }
}

/// What a page goes through by `<` and `>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Day,
    Week,
    SevenDays,
    LimitPeriod(LimitReset),
    Month,
    Year,
}

impl Calendar {
    /// The local day of the present.
    pub fn today(&self) -> Date {
        self.local(self.now).date()
    }

    /// An instant on the clock on the wall.
    pub fn local(&self, time: UtcMillis) -> DateTime {
        time.timestamp().to_zoned(self.zone.clone()).datetime()
    }

    /// The first day of the week of a day.
    pub fn first_day_of_week(&self, day: Date) -> Date {
        day.saturating_sub(i64::from(day.weekday().since(self.week_start)).days())
    }

    fn step(&self, page: &Page) -> Option<Step> {
        let by_mode = [None, Some(Step::Year), Some(Step::Month), Some(Step::Week)];
        match page.place {
            Place::Day => Some(Step::Day),
            Place::Week => match (page.mode, self.limit_reset) {
                (1, _) => Some(Step::SevenDays),
                (2, Some(reset)) => Some(Step::LimitPeriod(reset)),
                _ => Some(Step::Week),
            },
            Place::Month => Some(Step::Month),
            Place::Year | Place::Heatmap => Some(Step::Year),
            Place::Devices | Place::Projects | Place::Sessions => by_mode.get(page.mode).copied().flatten(),
            Place::Usage | Place::Responses | Place::Message { .. } | Place::Gist | Place::Settings => None,
        }
    }

    /// Whether a page has periods before and after it.
    pub fn can_step(&self, page: &Page) -> bool {
        self.step(page).is_some()
    }

    /// The time that a page covers.
    pub fn span(&self, page: &Page) -> Span {
        let Some(step) = self.step(page) else {
            return Span { instants: page.scope.instants, ..Span::default() };
        };
        self.span_of(step, page.anchor.unwrap_or_else(|| self.today()), page.offset)
    }

    fn span_of(&self, step: Step, anchor: Date, offset: i32) -> Span {
        let offset = i64::from(offset);
        match step {
            Step::Day => {
                let day = anchor.saturating_add(offset.days());
                Span::days(day, day)
            }
            Step::Week => {
                let first = self.first_day_of_week(anchor).saturating_add(offset.weeks());
                Span::days(first, first.saturating_add(6.days()))
            }
            Step::SevenDays => {
                let last = anchor.saturating_add(offset.weeks());
                Span::days(last.saturating_sub(6.days()), last)
            }
            Step::LimitPeriod(reset) => self.limit_period(reset, anchor, offset),
            Step::Month => {
                let first = anchor.first_of_month().saturating_add(offset.months());
                Span::days(first, first.last_of_month())
            }
            Step::Year => {
                let first = anchor.first_of_year().saturating_add(offset.years());
                Span::days(first, first.last_of_year())
            }
        }
    }

    /// The limit period that runs now, where the user has said when it starts anew.
    pub fn running_limit_period(&self) -> Option<Span> {
        self.limit_reset.map(|reset| self.limit_period(reset, self.today(), 0))
    }

    /// The limit period that holds the present (or, of another day, its end).
    fn limit_period(&self, reset: LimitReset, anchor: Date, offset: i64) -> Span {
        let moment =
            if anchor == self.today() { self.local(self.now) } else { anchor.to_datetime(time(23, 59, 59, 0)) };
        let on_day = |day: Date| day.to_datetime(time(reset.hour, reset.minute, 0, 0));
        let day = moment.date().saturating_sub(i64::from(moment.date().weekday().since(reset.weekday)).days());
        let start = if on_day(day) <= moment { day } else { day.saturating_sub(1.week()) };
        let start = start.saturating_add(offset.weeks());
        let end = start.saturating_add(1.week());
        let instants = Some((self.instant(on_day(start)), self.instant(on_day(end))));
        Span { since: Some(start), until: Some(end), instants }
    }

    /// The instant that a clock on the wall shows a time.
    pub fn instant(&self, local: DateTime) -> UtcMillis {
        let zoned = local.to_zoned(self.zone.clone());
        zoned.map_or(UtcMillis(0), |zoned| UtcMillis(zoned.timestamp().as_millisecond()))
    }

    /// Whether a period lies in the future as a whole.
    pub fn is_ahead(&self, span: &Span) -> bool {
        let is_late = span.instants.is_some_and(|(from, _)| from > self.now);
        is_late || span.since.is_some_and(|since| since > self.today())
    }

    /// What a page's period is called; empty where it has none.
    pub fn title(&self, page: &Page) -> String {
        let Some(step) = self.step(page) else {
            return page.scope.instants.map(|instants| self.hours(instants)).unwrap_or_default();
        };
        let span = self.span(page);
        let (Some(since), Some(until)) = (span.since, span.until) else { return String::new() };
        match step {
            Step::Day => since.strftime("%A, %-d %B %Y").to_string(),
            Step::Week => format!("week {}, {}", since.iso_week_date().week(), days(since, until)),
            Step::SevenDays => days(since, until),
            Step::LimitPeriod(reset) => {
                format!("{} at {:02}:{:02}", days(since, until), reset.hour, reset.minute)
            }
            Step::Month => since.strftime("%B %Y").to_string(),
            Step::Year => since.strftime("%Y").to_string(),
        }
    }

    fn hours(&self, (from, until): (UtcMillis, UtcMillis)) -> String {
        let (from, until) = (self.local(from), self.local(until));
        format!("{} to {}", from.strftime("%a, %-d %b %Y, %H:%M"), until.strftime("%H:%M"))
    }
}

/// `16 to 22 Nov 2026`, `28 Dec 2026 to 3 Jan 2027`.
fn days(since: Date, until: Date) -> String {
    let first = match (since.year() == until.year(), since.month() == until.month()) {
        (true, true) => "%-d",
        (true, false) => "%-d %b",
        (false, _) => "%-d %b %Y",
    };
    format!("{} to {}", since.strftime(first), until.strftime("%-d %b %Y"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::page::Scope;

    fn calendar() -> Calendar {
        Calendar {
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            week_start: Weekday::Monday,
            limit_reset: Some(LimitReset { weekday: Weekday::Wednesday, hour: 10, minute: 0 }),
            now: UtcMillis::parse("2026-11-22T13:30:00.000Z").unwrap(),
        }
    }

    fn page(place: Place, mode: usize, offset: i32) -> Page {
        Page { mode, offset, ..Page::new(place, Scope::default(), None) }
    }

    #[test]
    fn periods_and_their_names() {
        let check = |place: Place, mode, offset, since: &str, until: &str, title: &str| {
            let page = page(place, mode, offset);
            let span = calendar().span(&page);
            assert_eq!(
                (span.since.unwrap().to_string(), span.until.unwrap().to_string()),
                (since.into(), until.into())
            );
            assert_eq!(calendar().title(&page), title);
        };
        check(Place::Day, 0, 0, "2026-11-22", "2026-11-22", "Sunday, 22 November 2026");
        check(Place::Week, 0, 0, "2026-11-16", "2026-11-22", "week 47, 16 to 22 Nov 2026");
        check(Place::Week, 0, -3, "2026-10-26", "2026-11-01", "week 44, 26 Oct to 1 Nov 2026");
        check(Place::Week, 1, -1, "2026-11-09", "2026-11-15", "9 to 15 Nov 2026");
        check(Place::Week, 2, 0, "2026-11-18", "2026-11-25", "18 to 25 Nov 2026 at 10:00");
        check(Place::Month, 0, -9, "2026-02-01", "2026-02-28", "February 2026");
        check(Place::Year, 1, -1, "2025-01-01", "2025-12-31", "2025");
        check(Place::Sessions, 3, 0, "2026-11-16", "2026-11-22", "week 47, 16 to 22 Nov 2026");
    }

    #[test]
    fn a_limit_period_begins_at_its_time_of_day() {
        let span = calendar().span(&page(Place::Week, 2, -1));
        let (from, until) = span.instants.unwrap();
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2026-11-11T09:00:00.000Z".into(), "2026-11-18T09:00:00.000Z".into())
        );
        let on_the_day = Calendar { now: UtcMillis::parse("2026-11-18T08:59:00.000Z").unwrap(), ..calendar() };
        assert_eq!(on_the_day.span(&page(Place::Week, 2, 0)).instants.unwrap().0, from);
    }

    #[test]
    fn all_time_has_no_days_and_no_steps() {
        let all = page(Place::Projects, 0, 0);
        assert_eq!(calendar().span(&all), Span::default());
        assert!(!calendar().can_step(&all) && calendar().can_step(&page(Place::Projects, 2, 0)));
        assert_eq!(calendar().title(&all), "");
    }

    #[test]
    fn what_has_not_begun_is_ahead() {
        let check = |place, mode, offset, expected| {
            let span = calendar().span(&page(place, mode, offset));
            assert_eq!(calendar().is_ahead(&span), expected);
        };
        check(Place::Month, 0, 0, false);
        check(Place::Month, 0, 1, true);
        check(Place::Week, 2, 0, false);
        check(Place::Week, 2, 1, true);
    }
}
