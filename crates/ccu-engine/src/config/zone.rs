//! The time zone and the first day of the week that reports go by, as users write them.

use std::fmt;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::suggestion::closest;

/// The time zone whose midnights part the days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneChoice {
    /// The zone of the computer; `main` finds it out.
    System,
    /// A zone that was named.
    Named {
        /// Its IANA name, or the rule of `TZ` that describes it.
        name: String,
        /// The zone.
        zone: TimeZone,
    },
}

impl ZoneChoice {
    /// Reads an IANA name (`Europe/Berlin`, in any case) or `system`.
    ///
    /// **Errors**: the zone that was probably meant, if any, where there is none of that name.
    pub fn parse(text: &str) -> Result<Self, Option<String>> {
        if text.eq_ignore_ascii_case("system") {
            return Ok(ZoneChoice::System);
        }
        TimeZone::get(text).map(|zone| Self::named(text, zone)).map_err(|_| {
            let zones = jiff::tz::db().available().map(|zone| zone.to_string());
            closest(text, zones.chain(["system".to_owned()]))
        })
    }

    /// Reads the variable `TZ`: an IANA name or a POSIX rule (`EST5EDT,M3.2.0,M11.1.0`), with or without a leading `:`; a
    /// path (`:/etc/localtime`) is left to the system. `None` where it is none of them.
    ///
    /// **Source**: POSIX.1-2024, Base Definitions, section 8.3.
    pub fn parse_tz_variable(text: &str) -> Option<Self> {
        let name = text.strip_prefix(':').unwrap_or(text);
        if name.starts_with('/') {
            return Some(ZoneChoice::System);
        }
        let zone = TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok()?;
        Some(Self::named(name, zone))
    }

    fn named(text: &str, zone: TimeZone) -> Self {
        ZoneChoice::Named { name: zone.iana_name().unwrap_or(text).to_owned(), zone }
    }
}

/// Writes the name, as [`ZoneChoice::parse`] reads it, or the rule of `TZ`.
impl fmt::Display for ZoneChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZoneChoice::System => f.write_str("system"),
            ZoneChoice::Named { name, .. } => f.write_str(name),
        }
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Reads `monday` to `sunday`, in any case.
///
/// **Errors**: the day that was probably meant, if any.
pub fn parse_weekday(text: &str) -> Result<Weekday, Option<String>> {
    let day = DAYS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    day.map(|(_, day)| day).ok_or_else(|| closest(text, DAYS.map(|(name, _)| name.to_owned())))
}

/// The name of a day, as [`parse_weekday`] reads it.
pub fn weekday_name(day: Weekday) -> &'static str {
    DAYS.into_iter().find(|(_, candidate)| *candidate == day).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_by_name() {
        let check = |text, name| assert_eq!(ZoneChoice::parse(text).unwrap().to_string(), name);
        check("system", "system");
        check("Europe/Berlin", "Europe/Berlin");
        check("asia/kathmandu", "Asia/Kathmandu");
        check("UTC", "UTC");
        let refused = |text| ZoneChoice::parse(text).unwrap_err();
        assert_eq!(refused("Europe/Berln").as_deref(), Some("Europe/Berlin"));
        assert_eq!(refused("sytem").as_deref(), Some("system"));
        for text in ["", "nowhere at all", "../../etc/passwd", "\0"] {
            assert_eq!(refused(text), None, "{text:?}");
        }
    }

    #[test]
    fn zones_of_the_variable() {
        let check = |text, zone: Option<&str>| {
            let name = ZoneChoice::parse_tz_variable(text).map(|zone| zone.to_string());
            assert_eq!(name.as_deref(), zone, "{text}");
        };
        check("Europe/Berlin", Some("Europe/Berlin"));
        check(":Europe/Berlin", Some("Europe/Berlin"));
        check(":/etc/localtime", Some("system"));
        check("EST5EDT,M3.2.0,M11.1.0", Some("EST5EDT,M3.2.0,M11.1.0"));
        check("Europe/Berln", None);
    }

    #[test]
    fn days_by_name() {
        for (name, day) in DAYS {
            assert_eq!(parse_weekday(name), Ok(day));
            assert_eq!(parse_weekday(&name.to_uppercase()), Ok(day));
            assert_eq!(weekday_name(day), name);
        }
        assert_eq!(parse_weekday("moonday"), Err(Some("monday".to_owned())));
        assert_eq!(parse_weekday("1"), Err(None));
    }
}
