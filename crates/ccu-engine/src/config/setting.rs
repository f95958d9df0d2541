//! A setting: a key of the configuration file with a value that it may have, from and to text.

use ccu_core::money::{NanoUsd, PicoUsdPerToken};
use ccu_core::pricing::{Factor, parse_usd_per_mtok, parse_usd_per_thousand};
use ccu_core::record::PromptClass;
use ccu_core::wire::privacy::ProjectPrivacy;
use jiff::civil::{Date, Weekday};
use toml_edit::{Datetime, Value};

use super::api_url::{ApiUrl, without_user};
use super::dashboard::{BackgroundChoice, CharsetChoice, LimitReset};
use super::error::Problem;
use super::key::{SettingKey, TokenKind};
use super::privacy::{parse_privacy, privacy_name};
use super::suggestion::closest;
use super::zone::{ZoneChoice, parse_weekday, weekday_name};
use crate::machine::MachineName;
use crate::paths::is_fixed_path;

/// A number that is kept exactly, with the decimal text that it was given as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal<T> {
    /// The number, in units of its type.
    pub number: T,
    /// The text: digits, with a point between them or without.
    pub text: String,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// `machine.name`
    MachineName(MachineName),
    /// `report.timezone`
    Timezone(ZoneChoice),
    /// `report.week_start`
    WeekStart(Weekday),
    /// `data.path`, as it is written: absolute, or beginning with `~`.
    DataPath(String),
    /// `github.api_url`
    GithubApiUrl(ApiUrl),
    /// `github.ca_bundle`, as it is written: absolute, or beginning with `~`.
    GithubCaBundle(String),
    /// `github.use_gh`
    GithubUseGh(bool),
    /// `sync.projects`
    SyncProjects(ProjectPrivacy),
    /// `sync.encrypt`
    SyncEncrypt(bool),
    /// `sync.auto`
    SyncAuto(bool),
    /// `sync.interval`, in minutes.
    SyncInterval(u32),
    /// `dashboard.limit_reset`
    LimitReset(LimitReset),
    /// `dashboard.background`
    Background(BackgroundChoice),
    /// `dashboard.charset`
    Charset(CharsetChoice),
    /// A price of tokens of one kind.
    TokenPrice {
        /// The model id.
        model: String,
        /// The smallest prompts that it holds for.
        class: PromptClass,
        /// What is counted.
        kind: TokenKind,
        /// The price.
        price: Decimal<PicoUsdPerToken>,
    },
    /// The price of a web search; its text is for a thousand.
    SearchPrice {
        /// The model id.
        model: String,
        /// The price of one search.
        price: Decimal<NanoUsd>,
    },
    /// What fast mode costs.
    FastFactor {
        /// The model id.
        model: String,
        /// The multiple of the standard prices.
        factor: Decimal<Factor>,
    },
    /// The first day that a model's prices hold.
    PriceFrom {
        /// The model id.
        model: String,
        /// The day, UTC.
        date: Date,
    },
    /// Another name of a model.
    Alias {
        /// The name.
        model: String,
        /// The model whose prices hold for it.
        target: String,
    },
}

/// What a value is in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueType {
    Text,
    Number,
    Boolean,
    Date,
}

impl SettingKey {
    /// What its value is in TOML.
    pub(super) fn value_type(&self) -> ValueType {
        match self {
            SettingKey::MachineName
            | SettingKey::Timezone
            | SettingKey::WeekStart
            | SettingKey::DataPath
            | SettingKey::GithubApiUrl
            | SettingKey::GithubCaBundle
            | SettingKey::SyncProjects
            | SettingKey::LimitReset
            | SettingKey::Background
            | SettingKey::Charset
            | SettingKey::Alias { .. } => ValueType::Text,
            SettingKey::GithubUseGh | SettingKey::SyncEncrypt | SettingKey::SyncAuto => ValueType::Boolean,
            SettingKey::SyncInterval
            | SettingKey::TokenPrice { .. }
            | SettingKey::SearchPrice { .. }
            | SettingKey::FastFactor { .. } => ValueType::Number,
            SettingKey::PriceFrom { .. } => ValueType::Date,
        }
    }
}

impl Setting {
    /// Reads the value of a key as it is typed; blanks around it don't count.
    ///
    /// **Errors**: [`Problem::BadValue`].
    pub fn parse(key: &SettingKey, text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let value = match key.clone() {
            SettingKey::MachineName => MachineName::parse(text).map(Setting::MachineName).map_err(|_| None),
            SettingKey::Timezone => ZoneChoice::parse(text).map(Setting::Timezone),
            SettingKey::WeekStart => parse_weekday(text).map(Setting::WeekStart),
            SettingKey::DataPath => fixed_path(text).map(Setting::DataPath).ok_or(None),
            SettingKey::GithubApiUrl => ApiUrl::parse(text).map(Setting::GithubApiUrl),
            SettingKey::GithubCaBundle => fixed_path(text).map(Setting::GithubCaBundle).ok_or(None),
            SettingKey::GithubUseGh => boolean(text).map(Setting::GithubUseGh),
            SettingKey::SyncProjects => parse_privacy(text).map(Setting::SyncProjects),
            SettingKey::SyncEncrypt => boolean(text).map(Setting::SyncEncrypt),
            SettingKey::SyncAuto => boolean(text).map(Setting::SyncAuto),
            SettingKey::SyncInterval => minutes(text).map(Setting::SyncInterval).ok_or(None),
            SettingKey::LimitReset => LimitReset::parse(text).map(Setting::LimitReset),
            SettingKey::Background => BackgroundChoice::parse(text).map(Setting::Background),
            SettingKey::Charset => CharsetChoice::parse(text).map(Setting::Charset),
            SettingKey::TokenPrice { model, class, kind } => {
                decimal(text, parse_usd_per_mtok).map(|price| Setting::TokenPrice { model, class, kind, price })
            }
            SettingKey::SearchPrice { model } => {
                decimal(text, parse_usd_per_thousand).map(|price| Setting::SearchPrice { model, price })
            }
            SettingKey::FastFactor { model } => {
                decimal(text, Factor::parse).map(|factor| Setting::FastFactor { model, factor })
            }
            SettingKey::PriceFrom { model } => date(text).map(|date| Setting::PriceFrom { model, date }).ok_or(None),
            SettingKey::Alias { model } => model_id(text).map(|target| Setting::Alias { model, target }).ok_or(None),
        };
        value.map_err(|suggestion| {
            let value = match key {
                SettingKey::GithubApiUrl => without_user(text),
                _ => text.to_owned(),
            };
            Problem::BadValue { key: key.to_string(), value, expected: key.expected(), suggestion }
        })
    }

    /// Its key.
    pub fn key(&self) -> SettingKey {
        match self {
            Setting::MachineName(_) => SettingKey::MachineName,
            Setting::Timezone(_) => SettingKey::Timezone,
            Setting::WeekStart(_) => SettingKey::WeekStart,
            Setting::DataPath(_) => SettingKey::DataPath,
            Setting::GithubApiUrl(_) => SettingKey::GithubApiUrl,
            Setting::GithubCaBundle(_) => SettingKey::GithubCaBundle,
            Setting::GithubUseGh(_) => SettingKey::GithubUseGh,
            Setting::SyncProjects(_) => SettingKey::SyncProjects,
            Setting::SyncEncrypt(_) => SettingKey::SyncEncrypt,
            Setting::SyncAuto(_) => SettingKey::SyncAuto,
            Setting::SyncInterval(_) => SettingKey::SyncInterval,
            Setting::LimitReset(_) => SettingKey::LimitReset,
            Setting::Background(_) => SettingKey::Background,
            Setting::Charset(_) => SettingKey::Charset,
            Setting::TokenPrice { model, class, kind, .. } => {
                SettingKey::TokenPrice { model: model.clone(), class: *class, kind: *kind }
            }
            Setting::SearchPrice { model, .. } => SettingKey::SearchPrice { model: model.clone() },
            Setting::FastFactor { model, .. } => SettingKey::FastFactor { model: model.clone() },
            Setting::PriceFrom { model, .. } => SettingKey::PriceFrom { model: model.clone() },
            Setting::Alias { model, .. } => SettingKey::Alias { model: model.clone() },
        }
    }

    /// Its value as text; [`Setting::parse`] reads it.
    pub fn value_text(&self) -> String {
        match self {
            Setting::MachineName(name) => name.to_string(),
            Setting::Timezone(zone) => zone.to_string(),
            Setting::WeekStart(day) => weekday_name(*day).to_owned(),
            Setting::DataPath(path) | Setting::GithubCaBundle(path) => path.clone(),
            Setting::GithubApiUrl(url) => url.to_string(),
            Setting::GithubUseGh(is_on) | Setting::SyncEncrypt(is_on) | Setting::SyncAuto(is_on) => is_on.to_string(),
            Setting::SyncProjects(privacy) => privacy_name(*privacy).to_owned(),
            Setting::SyncInterval(minutes) => minutes.to_string(),
            Setting::LimitReset(reset) => reset.to_string(),
            Setting::Background(background) => background.name().to_owned(),
            Setting::Charset(charset) => charset.name().to_owned(),
            Setting::TokenPrice { price, .. } => price.text.clone(),
            Setting::SearchPrice { price, .. } => price.text.clone(),
            Setting::FastFactor { factor, .. } => factor.text.clone(),
            Setting::PriceFrom { date, .. } => date.to_string(),
            Setting::Alias { target, .. } => target.clone(),
        }
    }

    /// Its value in TOML.
    pub(super) fn to_toml(&self) -> Value {
        let text = self.value_text();
        match self.key().value_type() {
            ValueType::Text => Value::from(text),
            ValueType::Number | ValueType::Boolean => text.parse().unwrap_or_else(|_| Value::from(text)),
            ValueType::Date => text.parse::<Datetime>().map(Value::from).unwrap_or_else(|_| Value::from(text)),
        }
    }
}

/// Reads a decimal, without the leading zeros that TOML forbids.
fn decimal<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Decimal<T>, Option<String>> {
    let number = parse(text).map_err(|_| None)?;
    let significant = text.trim_start_matches('0');
    let zero = if significant.is_empty() || significant.starts_with('.') { "0" } else { "" };
    Ok(Decimal { number, text: format!("{zero}{significant}") })
}

/// Reads `true` or `false`, in any case.
fn boolean(text: &str) -> Result<bool, Option<String>> {
    text.to_ascii_lowercase().parse().map_err(|_| closest(text, ["true", "false"].map(str::to_owned)))
}

/// Reads minutes between two syncs: at most a week, beyond which one would take it for broken.
fn minutes(text: &str) -> Option<u32> {
    const WEEK: u32 = 7 * 24 * 60;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|minutes| is_plain && (1..=WEEK).contains(minutes))
}

/// A date alone: jiff would read the date out of a time as well.
fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| date.to_string() == text)
}

fn fixed_path(text: &str) -> Option<String> {
    (is_fixed_path(text) && !text.contains(char::is_control)).then(|| text.to_owned())
}

fn model_id(text: &str) -> Option<String> {
    (!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn values_and_their_text_and_toml() {
        let check = |key: &str, typed: &str, text: &str, toml: &str| {
            let setting = Setting::parse(&SettingKey::parse(key).unwrap(), typed).unwrap();
            let found = (setting.key().to_string(), setting.value_text(), setting.to_toml().to_string());
            assert_eq!(found, (key.to_owned(), text.to_owned(), toml.to_owned()));
        };
        check("machine.name", " my \"laptop\" ", "my \"laptop\"", "'my \"laptop\"'");
        check("report.timezone", "europe/berlin", "Europe/Berlin", "\"Europe/Berlin\"");
        check("report.timezone", "System", "system", "\"system\"");
        check("report.week_start", "SUNDAY", "sunday", "\"sunday\"");
        check("data.path", "~/ccu", "~/ccu", "\"~/ccu\"");
        check("data.path", "/srv/ccu", "/srv/ccu", "\"/srv/ccu\"");
        check(
            "github.api_url",
            "https://GHE.example/api/v3/",
            "https://ghe.example/api/v3",
            "\"https://ghe.example/api/v3\"",
        );
        check("github.ca_bundle", "~/ca.pem", "~/ca.pem", "\"~/ca.pem\"");
        check("github.use_gh", "True", "true", "true");
        check("sync.projects", "FULL", "full", "\"full\"");
        check("sync.encrypt", "true", "true", "true");
        check("sync.auto", "false", "false", "false");
        check("sync.interval", "007", "7", "7");
        check("dashboard.limit_reset", "Wednesday 9:15", "wednesday 09:15", "\"wednesday 09:15\"");
        check("dashboard.background", "LIGHT", "light", "\"light\"");
        check("dashboard.charset", "ascii", "ascii", "\"ascii\"");
        check("prices.x.input", "3", "3", "3");
        check("prices.x.input", "0.10", "0.10", "0.10");
        check("prices.x.output", "007.5", "7.5", "7.5");
        check("prices.x.cache_read", "0", "0", "0");
        check("prices.x.above_200k.cache_write_1h", "00.5", "0.5", "0.5");
        check("prices.x.web_search", "10", "10", "10");
        check("prices.x.fast", "1.5", "1.5", "1.5");
        check("prices.x.from", "2026-01-31", "2026-01-31", "2026-01-31");
        check("aliases.x", "claude-opus-4-8", "claude-opus-4-8", "\"claude-opus-4-8\"");
    }

    #[test]
    fn prices_are_exact() {
        let parse = |text| Setting::parse(&SettingKey::parse("prices.x.input").unwrap(), text).unwrap();
        let Setting::TokenPrice { price, .. } = parse("0.100001") else { panic!("a price is a price") };
        assert_eq!(price.number, PicoUsdPerToken(100_001));
    }

    #[test]
    fn bad_values_say_what_is_expected() {
        let check = |key: &str, text: &str, message: &str| {
            assert_eq!(Setting::parse(&SettingKey::parse(key).unwrap(), text).unwrap_err().to_string(), message);
        };
        check(
            "machine.name",
            " ",
            "`machine.name` is ``; expected a name of 1 to 200 bytes without control characters",
        );
        check(
            "report.timezone",
            "Europe/Berln",
            "`report.timezone` is `Europe/Berln`; expected an IANA time zone such as `Europe/Berlin`, or `system`; did you mean `Europe/Berlin`?",
        );
        check("report.week_start", "1", "`report.week_start` is `1`; expected a day of the week, `monday` to `sunday`");
        for path in ["ccu", "~ccu", "", "~/a\nb"] {
            let shown = path.escape_debug();
            let message = format!(
                "`data.path` is `{shown}`; expected a directory: an absolute path, or one that begins with `~/`"
            );
            check("data.path", path, &message);
        }
        for price in ["-1", "1e3", "$3", "0.0000001", "", "3,5"] {
            let dollars = "US dollars as a decimal number such as `3` or `0.25`, with at most six decimals";
            check("prices.x.input", price, &format!("`prices.x.input` is `{price}`; expected {dollars}"));
        }
        check(
            "prices.x.fast",
            "0",
            "`prices.x.fast` is `0`; expected a multiple of the standard prices such as `2` or `1.5`, above 0 and at most 1000",
        );
        for date in ["2026-02-30", "2026-01-31T10:00:00", "20260131", "tomorrow"] {
            check("prices.x.from", date, &format!("`prices.x.from` is `{date}`; expected a date such as `2026-01-31`"));
        }
        check("aliases.x", "", "`aliases.x` is ``; expected a model id");
        check(
            "github.api_url",
            "http://ghe.example/api/v3",
            "`github.api_url` is `http://ghe.example/api/v3`; expected the `https://` address of a GitHub API, or an `http://` one on this computer, without user, query and fragment; did you mean `https://ghe.example/api/v3`?",
        );
        check(
            "github.api_url",
            "https://me:sesame@ghe.example",
            "`github.api_url` is `https://...@ghe.example`; expected the `https://` address of a GitHub API, or an `http://` one on this computer, without user, query and fragment; did you mean `https://ghe.example`?",
        );
        check("github.use_gh", "ture", "`github.use_gh` is `ture`; expected `true` or `false`; did you mean `true`?");
        check("sync.auto", "1", "`sync.auto` is `1`; expected `true` or `false`");
        check(
            "sync.projects",
            "nmae",
            "`sync.projects` is `nmae`; expected `full`, `name`, `hash` or `none`; did you mean `name`?",
        );
        check(
            "dashboard.limit_reset",
            "wednesday 10:20",
            "`dashboard.limit_reset` is `wednesday 10:20`; expected a day of the week and a time on a quarter of an hour, such as `wednesday 10:00`; did you mean `wednesday 10:15`?",
        );
        check("dashboard.background", "white", "`dashboard.background` is `white`; expected `auto`, `light` or `dark`");
        for interval in ["0", "-1", "+5", "1.5", "10m", "10081", "99999999999", ""] {
            let message = format!("`sync.interval` is `{interval}`; expected whole minutes, 1 to 10080");
            check("sync.interval", interval, &message);
        }
    }
}
