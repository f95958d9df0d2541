//! A day as it is typed: a date, or so long before today. Which day that is depends on zone and clock, and is found out later.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// A day as it is typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DateArg {
    /// `2026-11-22` or `20261122`.
    Date(Date),
    /// `today`, `yesterday`, `7d`, `2w`, `3m`: so long before today.
    BeforeToday(Amount),
}

/// A length of time in calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Days.
    Days(i32),
    /// Weeks.
    Weeks(i32),
    /// Months; the last day of a shorter month stands for its missing ones.
    Months(i32),
}

/// A text is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a date such as `2026-11-22` or `20261122`, `today`, `yesterday`, or a time before today such as `7d`, `2w`, `3m`"
)]
pub struct NotADay;

impl DateArg {
    /// The day that is meant; the earliest there is where it would lie before it.
    pub fn on(self, today: Date) -> Date {
        match self {
            DateArg::Date(date) => date,
            DateArg::BeforeToday(amount) => today.saturating_sub(amount.span()),
        }
    }
}

impl Amount {
    fn span(self) -> Span {
        match self {
            Amount::Days(days) => days.days(),
            Amount::Weeks(weeks) => weeks.weeks(),
            Amount::Months(months) => months.months(),
        }
    }
}

impl FromStr for DateArg {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        match text {
            "today" => Ok(DateArg::BeforeToday(Amount::Days(0))),
            "yesterday" => Ok(DateArg::BeforeToday(Amount::Days(1))),
            _ => before_today(text).map(DateArg::BeforeToday).or_else(|| date(text).map(DateArg::Date)).ok_or(NotADay),
        }
    }
}

/// `7d`, `2w`, `3m`; at most 9,999, which is more than any history.
fn before_today(text: &str) -> Option<Amount> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_number = (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| number.parse().ok())??;
    match unit {
        "d" => Some(Amount::Days(number)),
        "w" => Some(Amount::Weeks(number)),
        "m" => Some(Amount::Months(number)),
        _ => None,
    }
}

fn date(text: &str) -> Option<Date> {
    let digits: Vec<&str> = match text.len() {
        8 => vec![text.get(0..4)?, text.get(4..6)?, text.get(6..8)?],
        10 => text.split('-').collect(),
        _ => return None,
    };
    let [year, month, day] = digits[..] else { return None };
    let is_number = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(year, 4) || !is_number(month, 2) || !is_number(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_as_people_type_them() {
        let today: Date = "2026-03-31".parse().unwrap();
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<DateArg>().unwrap().on(today).to_string(), expected, "{text}")
        };
        check("2026-11-22", "2026-11-22");
        check("20261122", "2026-11-22");
        check("today", "2026-03-31");
        check("yesterday", "2026-03-30");
        check("0d", "2026-03-31");
        check("7d", "2026-03-24");
        check("2w", "2026-03-17");
        check("1m", "2026-02-28");
        check("9999m", "1192-12-31");
    }

    #[test]
    fn what_is_no_day() {
        for text in [
            "",
            "d",
            "7",
            "7D",
            "-7d",
            "+7d",
            "7.5d",
            "99999d",
            "2026-02-30",
            "2026-2-03",
            "202602-30",
            "tomorrow",
            "日",
        ] {
            assert_eq!(text.parse::<DateArg>(), Err(NotADay), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in any::<String>()) {
            let _ = text.parse::<DateArg>();
        }

        #[test]
        fn numbers_before_today_are_days(number in 0_i32..10_000) {
            prop_assert_eq!(format!("{number}d").parse::<DateArg>(), Ok(DateArg::BeforeToday(Amount::Days(number))));
        }
    }
}
