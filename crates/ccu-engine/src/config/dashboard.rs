//! What the dashboard goes by: when the weekly limit starts anew, and what the terminal is like. Configuration file > default.

use std::fmt;

use jiff::civil::Weekday;

use super::key::SettingKey;
use super::resolved::{Inputs, SettingRow};
use super::suggestion::closest;
use super::zone::{parse_weekday, weekday_name};
use crate::setting_origin::Sourced;

/// When the weekly limit of a subscription starts anew, local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitReset {
    /// The day of the week.
    pub weekday: Weekday,
    /// The hour, 0 to 23.
    pub hour: i8,
    /// The minute, a quarter of an hour.
    pub minute: i8,
}

impl LimitReset {
    /// Reads a day of the week and a time of day, such as `wednesday 10:00`, in any case.
    ///
    /// **Errors**: what was probably meant, if anything: the nearest day, or the quarter of an hour before.
    pub fn parse(text: &str) -> Result<Self, Option<String>> {
        let mut words = text.split_whitespace();
        let (Some(day), Some(time), None) = (words.next(), words.next(), words.next()) else { return Err(None) };
        let (hour, minute) = time_of_day(time).ok_or(None)?;
        let weekday = parse_weekday(day).map_err(|meant| meant.map(|meant| format!("{meant} {time}")))?;
        let reset = LimitReset { weekday, hour, minute: minute - minute % 15 };
        if minute % 15 == 0 { Ok(reset) } else { Err(Some(reset.to_string())) }
    }
}

/// Reads `10:00` or `9:30`.
fn time_of_day(text: &str) -> Option<(i8, i8)> {
    let (hour, minute) = text.split_once(':')?;
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_form = is_plain(hour) && is_plain(minute) && hour.len() <= 2 && minute.len() == 2;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (has_form && hour < 24 && minute < 60).then_some((hour, minute))
}

/// Writes it as [`LimitReset::parse`] reads it.
impl fmt::Display for LimitReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}", weekday_name(self.weekday), self.hour, self.minute)
    }
}

/// What is behind the text of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackgroundChoice {
    /// What the terminal tells.
    #[default]
    Auto,
    /// Something light.
    Light,
    /// Something dark.
    Dark,
}

/// The characters that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CharsetChoice {
    /// What the locale tells.
    #[default]
    Auto,
    /// All.
    Unicode,
    /// Those of ASCII.
    Ascii,
}

const BACKGROUNDS: [(&str, BackgroundChoice); 3] =
    [("auto", BackgroundChoice::Auto), ("light", BackgroundChoice::Light), ("dark", BackgroundChoice::Dark)];

const CHARSETS: [(&str, CharsetChoice); 3] =
    [("auto", CharsetChoice::Auto), ("unicode", CharsetChoice::Unicode), ("ascii", CharsetChoice::Ascii)];

impl BackgroundChoice {
    /// Reads `auto`, `light` or `dark`, in any case.
    ///
    /// **Errors**: the one that was probably meant, if any.
    pub fn parse(text: &str) -> Result<Self, Option<String>> {
        named(text, BACKGROUNDS)
    }

    /// Its name, as [`BackgroundChoice::parse`] reads it.
    pub fn name(self) -> &'static str {
        name_of(self, BACKGROUNDS)
    }
}

impl CharsetChoice {
    /// Reads `auto`, `unicode` or `ascii`, in any case.
    ///
    /// **Errors**: the one that was probably meant, if any.
    pub fn parse(text: &str) -> Result<Self, Option<String>> {
        named(text, CHARSETS)
    }

    /// Its name, as [`CharsetChoice::parse`] reads it.
    pub fn name(self) -> &'static str {
        name_of(self, CHARSETS)
    }
}

fn named<T>(text: &str, all: [(&str, T); 3]) -> Result<T, Option<String>> {
    let names = all.each_ref().map(|(name, _)| (*name).to_owned());
    let found = all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, value)| value).ok_or_else(|| closest(text, names))
}

fn name_of<T: PartialEq>(value: T, all: [(&'static str, T); 3]) -> &'static str {
    all.into_iter().find(|(_, candidate)| *candidate == value).map_or("", |(name, _)| name)
}

/// What the dashboard goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardChoices {
    /// When the weekly limit starts anew; `None` where nobody has said it.
    pub limit_reset: Option<Sourced<LimitReset>>,
    /// What is behind the text of the terminal.
    pub background: Sourced<BackgroundChoice>,
    /// The characters that the terminal can show.
    pub charset: Sourced<CharsetChoice>,
}

impl DashboardChoices {
    /// Decides which settings hold.
    pub(super) fn resolve(inputs: Inputs<'_>) -> DashboardChoices {
        let config = inputs.config;
        DashboardChoices {
            limit_reset: config.limit_reset(),
            background: config.background().unwrap_or(Sourced::default_value(BackgroundChoice::default())),
            charset: config.charset().unwrap_or(Sourced::default_value(CharsetChoice::default())),
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = SettingRow> {
        let reset = self.limit_reset.as_ref();
        let reset = reset.map(|reset| SettingRow::new(SettingKey::LimitReset, reset, LimitReset::to_string));
        let background = SettingRow::new(SettingKey::Background, &self.background, |choice| choice.name().to_owned());
        let charset = SettingRow::new(SettingKey::Charset, &self.charset, |choice| choice.name().to_owned());
        [reset, Some(background), Some(charset)].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limit_resets_by_day_and_time() {
        let check = |text: &str, expected: &str| assert_eq!(LimitReset::parse(text).unwrap().to_string(), expected);
        check("wednesday 10:00", "wednesday 10:00");
        check(" Sunday  9:45 ", "sunday 09:45");
        check("monday 00:00", "monday 00:00");
        check("friday 23:15", "friday 23:15");
    }

    #[test]
    fn what_is_no_limit_reset_is_refused_with_what_was_meant() {
        let check = |text: &str, meant: Option<&str>| {
            assert_eq!(LimitReset::parse(text), Err(meant.map(str::to_owned)), "{text:?}");
        };
        check("wednesday 10:05", Some("wednesday 10:00"));
        check("sunday 23:59", Some("sunday 23:45"));
        check("wensday 10:00", Some("wednesday 10:00"));
        check("monday, 10:00", Some("monday 10:00"));
        for text in ["", "wednesday", "10:00", "wednesday 24:00", "wednesday 10:60", "wednesday 10:0", "x 10:00"] {
            check(text, None);
        }
        for text in ["monday 10", "monday +1:00", "monday 100:00", "monday 10:00 UTC", "monday 10:00:00"] {
            check(text, None);
        }
    }

    #[test]
    fn choices_by_name() {
        for (name, choice) in BACKGROUNDS {
            assert_eq!(BackgroundChoice::parse(&name.to_uppercase()), Ok(choice));
            assert_eq!(choice.name(), name);
        }
        for (name, choice) in CHARSETS {
            assert_eq!(CharsetChoice::parse(&name.to_uppercase()), Ok(choice));
            assert_eq!(choice.name(), name);
        }
        assert_eq!(BackgroundChoice::parse("drak"), Err(Some("dark".to_owned())));
        assert_eq!(CharsetChoice::parse("latin1"), Err(None));
    }

    proptest! {
        #[test]
        fn any_quarter_of_an_hour_comes_back(day in 0_usize..7, hour in 0_i8..24, quarter in 0_i8..4) {
            let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
            let weekday = parse_weekday(days[day]).unwrap();
            let reset = LimitReset { weekday, hour, minute: quarter * 15 };
            prop_assert_eq!(LimitReset::parse(&reset.to_string()), Ok(reset));
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = LimitReset::parse(&text);
        }
    }
}
