//! A key of the configuration file as the user names it.

use std::fmt;

use ccu_core::record::PromptClass;

use super::error::{ConfigError, Problem};
use super::key_list::KEYS;
use super::suggestion::closest;

/// A kind of token that has a price of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// Prompt tokens that no cache served.
    Input,
    /// Generated tokens.
    Output,
    /// Tokens written to the 5-minute cache.
    CacheWrite5m,
    /// Tokens written to the 1-hour cache.
    CacheWrite1h,
    /// Tokens read from a cache.
    CacheRead,
}

impl TokenKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [TokenKind; 5] =
        [TokenKind::Input, TokenKind::Output, TokenKind::CacheWrite5m, TokenKind::CacheWrite1h, TokenKind::CacheRead];

    /// Its name in the configuration file.
    pub fn name(self) -> &'static str {
        match self {
            TokenKind::Input => "input",
            TokenKind::Output => "output",
            TokenKind::CacheWrite5m => "cache_write_5m",
            TokenKind::CacheWrite1h => "cache_write_1h",
            TokenKind::CacheRead => "cache_read",
        }
    }
}

/// A key of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SettingKey {
    /// `machine.name`
    MachineName,
    /// `report.timezone`
    Timezone,
    /// `report.week_start`
    WeekStart,
    /// `data.path`
    DataPath,
    /// `github.api_url`
    GithubApiUrl,
    /// `github.ca_bundle`
    GithubCaBundle,
    /// `github.use_gh`
    GithubUseGh,
    /// `sync.projects`
    SyncProjects,
    /// `sync.encrypt`
    SyncEncrypt,
    /// `sync.auto`
    SyncAuto,
    /// `sync.interval`
    SyncInterval,
    /// `dashboard.limit_reset`
    LimitReset,
    /// `dashboard.background`
    Background,
    /// `dashboard.charset`
    Charset,
    /// `prices.MODEL.input` and the like, or `prices.MODEL.TIER.input` and the like for the larger classes of prompts.
    TokenPrice {
        /// The model id.
        model: String,
        /// The smallest prompts that it holds for.
        class: PromptClass,
        /// What is counted.
        kind: TokenKind,
    },
    /// `prices.MODEL.web_search`
    SearchPrice {
        /// The model id.
        model: String,
    },
    /// `prices.MODEL.fast`
    FastFactor {
        /// The model id.
        model: String,
    },
    /// `prices.MODEL.from`
    PriceFrom {
        /// The model id.
        model: String,
    },
    /// `aliases.MODEL`
    Alias {
        /// The id that is another name.
        model: String,
    },
}

impl SettingKey {
    /// Reads a key as it is typed: the parts as in TOML, joined by points, quoted where a part holds anything but letters,
    /// digits, `-` and `_` (`prices."claude-3.5".input`).
    ///
    /// **Errors**: [`ConfigError::Refused`] when there is no such key, [`ConfigError::KeyIsTable`] when it has keys below it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let parts = parts(text)?;
        if let Some(key) = Self::from_parts(&parts) {
            return Ok(key);
        }
        match keys_below(&parts) {
            Some(keys) if !parts.is_empty() => Err(ConfigError::KeyIsTable { key: dotted(&parts), keys }),
            _ => Err(ConfigError::Refused { problem: unknown(&parts) }),
        }
    }

    /// The key with these parts.
    pub(super) fn from_parts(parts: &[String]) -> Option<Self> {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts[..] {
            ["machine", "name"] => Some(SettingKey::MachineName),
            ["report", "timezone"] => Some(SettingKey::Timezone),
            ["report", "week_start"] => Some(SettingKey::WeekStart),
            ["data", "path"] => Some(SettingKey::DataPath),
            ["github", "api_url"] => Some(SettingKey::GithubApiUrl),
            ["github", "ca_bundle"] => Some(SettingKey::GithubCaBundle),
            ["github", "use_gh"] => Some(SettingKey::GithubUseGh),
            ["sync", "projects"] => Some(SettingKey::SyncProjects),
            ["sync", "encrypt"] => Some(SettingKey::SyncEncrypt),
            ["sync", "auto"] => Some(SettingKey::SyncAuto),
            ["sync", "interval"] => Some(SettingKey::SyncInterval),
            ["dashboard", "limit_reset"] => Some(SettingKey::LimitReset),
            ["dashboard", "background"] => Some(SettingKey::Background),
            ["dashboard", "charset"] => Some(SettingKey::Charset),
            ["prices", model, "web_search"] => Some(SettingKey::SearchPrice { model: model.to_owned() }),
            ["prices", model, "fast"] => Some(SettingKey::FastFactor { model: model.to_owned() }),
            ["prices", model, "from"] => Some(SettingKey::PriceFrom { model: model.to_owned() }),
            ["prices", model, kind] => token_price(model, PromptClass::UpTo100k, kind),
            ["prices", model, tier, kind] => token_price(model, tier_class(tier)?, kind),
            ["aliases", model] => Some(SettingKey::Alias { model: model.to_owned() }),
            _ => None,
        }
    }

    /// The parts of the key.
    pub(super) fn parts(&self) -> Vec<String> {
        let parts: Vec<&str> = match self {
            SettingKey::MachineName => vec!["machine", "name"],
            SettingKey::Timezone => vec!["report", "timezone"],
            SettingKey::WeekStart => vec!["report", "week_start"],
            SettingKey::DataPath => vec!["data", "path"],
            SettingKey::GithubApiUrl => vec!["github", "api_url"],
            SettingKey::GithubCaBundle => vec!["github", "ca_bundle"],
            SettingKey::GithubUseGh => vec!["github", "use_gh"],
            SettingKey::SyncProjects => vec!["sync", "projects"],
            SettingKey::SyncEncrypt => vec!["sync", "encrypt"],
            SettingKey::SyncAuto => vec!["sync", "auto"],
            SettingKey::SyncInterval => vec!["sync", "interval"],
            SettingKey::LimitReset => vec!["dashboard", "limit_reset"],
            SettingKey::Background => vec!["dashboard", "background"],
            SettingKey::Charset => vec!["dashboard", "charset"],
            SettingKey::TokenPrice { model, class, kind } => match tier_name(*class) {
                None => vec!["prices", model, kind.name()],
                Some(tier) => vec!["prices", model, tier, kind.name()],
            },
            SettingKey::SearchPrice { model } => vec!["prices", model, "web_search"],
            SettingKey::FastFactor { model } => vec!["prices", model, "fast"],
            SettingKey::PriceFrom { model } => vec!["prices", model, "from"],
            SettingKey::Alias { model } => vec!["aliases", model],
        };
        parts.into_iter().map(str::to_owned).collect()
    }

    /// The name of the key in [`KEYS`].
    pub fn listed_name(&self) -> String {
        let mut parts = self.parts();
        match self {
            SettingKey::MachineName
            | SettingKey::Timezone
            | SettingKey::WeekStart
            | SettingKey::DataPath
            | SettingKey::GithubApiUrl
            | SettingKey::GithubCaBundle
            | SettingKey::GithubUseGh
            | SettingKey::SyncProjects
            | SettingKey::SyncEncrypt
            | SettingKey::SyncAuto
            | SettingKey::SyncInterval
            | SettingKey::LimitReset
            | SettingKey::Background
            | SettingKey::Charset => {}
            SettingKey::TokenPrice { .. }
            | SettingKey::SearchPrice { .. }
            | SettingKey::FastFactor { .. }
            | SettingKey::PriceFrom { .. }
            | SettingKey::Alias { .. } => "MODEL".clone_into(&mut parts[1]),
        }
        if parts.len() == 4 {
            "TIER".clone_into(&mut parts[2]);
        }
        parts.join(".")
    }

    /// What its value is, worded to follow "expected".
    pub fn expected(&self) -> &'static str {
        let name = self.listed_name();
        KEYS.iter().find(|info| info.name == name).map_or("", |info| info.expected)
    }
}

/// Writes the key so that [`SettingKey::parse`] reads it.
impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&dotted(&self.parts()))
    }
}

fn token_price(model: &str, class: PromptClass, kind: &str) -> Option<SettingKey> {
    let kind = TokenKind::ALL.into_iter().find(|candidate| candidate.name() == kind)?;
    Some(SettingKey::TokenPrice { model: model.to_owned(), class, kind })
}

/// The name of the table for prompts of the class; `None` for the base prices.
pub(super) fn tier_name(class: PromptClass) -> Option<&'static str> {
    match class {
        PromptClass::UpTo100k => None,
        PromptClass::UpTo200k => Some("above_100k"),
        PromptClass::Above200k => Some("above_200k"),
    }
}

fn tier_class(name: &str) -> Option<PromptClass> {
    PromptClass::ALL.into_iter().find(|class| tier_name(*class) == Some(name))
}

/// The parts of a key as it is typed. **Errors**: when it is no TOML key.
pub(super) fn parts(text: &str) -> Result<Vec<String>, ConfigError> {
    let keys = toml_edit::Key::parse(text).map_err(|_| ConfigError::NotAKey { text: text.to_owned() })?;
    Ok(keys.iter().map(|key| key.get().to_owned()).collect())
}

/// Joins parts to a key, quoting those that need it.
pub(super) fn dotted(parts: &[String]) -> String {
    let parts: Vec<_> =
        parts.iter().map(|part| toml_edit::Key::new(part.as_str()).display_repr().into_owned()).collect();
    parts.join(".")
}

/// What may stand directly below a table, as dotted keys; `None` where these parts are no table. Free names are written
/// as in [`KEYS`].
pub(super) fn keys_below(parts: &[String]) -> Option<Vec<String>> {
    let levels: Vec<&str> = parts.iter().map(String::as_str).collect();
    let names: Vec<&str> = match levels[..] {
        [] => vec!["machine", "report", "data", "github", "sync", "dashboard", "prices", "aliases"],
        ["machine"] => vec!["name"],
        ["report"] => vec!["timezone", "week_start"],
        ["data"] => vec!["path"],
        ["github"] => vec!["api_url", "ca_bundle", "use_gh"],
        ["sync"] => vec!["projects", "encrypt", "auto", "interval"],
        ["dashboard"] => vec!["limit_reset", "background", "charset"],
        ["prices"] | ["aliases"] => vec!["MODEL"],
        ["prices", _] => {
            let others = ["web_search", "fast", "from", "above_100k", "above_200k"];
            TokenKind::ALL.into_iter().map(TokenKind::name).chain(others).collect()
        }
        ["prices", _, tier] if tier_class(tier).is_some() => TokenKind::ALL.into_iter().map(TokenKind::name).collect(),
        _ => return None,
    };
    Some(names.into_iter().map(|name| dotted(&[parts, &[name.to_owned()]].concat())).collect())
}

/// That there is no such key, with the one that was probably meant: a neighbour of like name, or the same name elsewhere.
pub(super) fn unknown(parts: &[String]) -> Problem {
    let key = dotted(parts);
    let Some((last, parents)) = parts.split_last() else { return Problem::UnknownKey { key, suggestion: None } };
    let neighbours = keys_below(parents).unwrap_or_default();
    let elsewhere =
        || KEYS.iter().find(|info| info.name.rsplit('.').next() == Some(last) && !info.name.contains("MODEL"));
    let all = || KEYS.iter().map(|info| info.name.to_owned()).filter(|name| !name.contains("MODEL"));
    let suggestion = closest(&key, neighbours)
        .or_else(|| elsewhere().map(|info| info.name.to_owned()))
        .or_else(|| closest(&key, all()));
    Problem::UnknownKey { key, suggestion }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A key of the list with its free names filled in.
    fn filled_in(name: &str) -> String {
        name.replace("MODEL", "\"my model 3.5\"").replace("TIER", "above_200k")
    }

    #[test]
    fn every_listed_key_is_a_key_and_finds_itself_in_the_list() {
        for info in KEYS {
            let key = SettingKey::parse(&filled_in(info.name)).unwrap();
            assert_eq!(key.listed_name(), info.name);
            assert_eq!(key.expected(), info.expected);
            assert_eq!(key.to_string(), filled_in(info.name));
        }
    }

    #[test]
    fn keys_are_read_as_toml_reads_them() {
        let check = |text, expected: &str| assert_eq!(SettingKey::parse(text).unwrap().to_string(), expected);
        check("prices.claude-opus-4-8.input", "prices.claude-opus-4-8.input");
        check("prices.'claude 3'.input", "prices.\"claude 3\".input");
        check(" report . timezone ", "report.timezone");
    }

    #[test]
    fn what_is_no_key_is_refused_with_a_suggestion() {
        let check = |text, message: &str| assert_eq!(SettingKey::parse(text).unwrap_err().to_string(), message);
        check("report.timezon", "unknown key `report.timezon`; did you mean `report.timezone`?");
        check("timezone", "unknown key `timezone`; did you mean `report.timezone`?");
        check("report.name", "unknown key `report.name`; did you mean `machine.name`?");
        check("github.api_ulr", "unknown key `github.api_ulr`; did you mean `github.api_url`?");
        check("github.interval", "unknown key `github.interval`; did you mean `sync.interval`?");
        check("machin.name", "unknown key `machin.name`; did you mean `machine.name`?");
        check("colour", "unknown key `colour`");
        check("prices.x.outptu", "unknown key `prices.x.outptu`; did you mean `prices.x.output`?");
        check("prices.x.above_200k.web_search", "unknown key `prices.x.above_200k.web_search`");
        check("prices.claude-3.5.input", "unknown key `prices.claude-3.5.input`");
        check(
            "",
            "`` is not a key; keys are parts joined by points, such as `report.timezone` or `prices.\"model 1.5\".input`",
        );
        check(
            "a..b",
            "`a..b` is not a key; keys are parts joined by points, such as `report.timezone` or `prices.\"model 1.5\".input`",
        );
        check("report", "`report` is a table; name a key in it: `report.timezone`, `report.week_start`");
        check("aliases", "`aliases` is a table; name a key in it: `aliases.MODEL`");
    }

    proptest! {
        #[test]
        fn any_model_id_comes_back(model in any::<String>()) {
            let key = SettingKey::Alias { model };
            prop_assert_eq!(SettingKey::parse(&key.to_string()).unwrap(), key);
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = SettingKey::parse(&text);
        }
    }
}
