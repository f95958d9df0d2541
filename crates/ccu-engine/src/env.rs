//! The process environment: the one list of the variables that ccu heeds, and the only place that reads them.
//!
//! Everything else takes an [`Environment`] value, so tests make their own and no test touches the process.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::hidden::Hidden;

/// An environment variable that changes what ccu does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, as one sentence.
    pub meaning: &'static str,
    /// A value it may have.
    pub example: &'static str,
}

/// Every environment variable that ccu heeds, its own first. A variable that is set but empty counts as not set.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "CCU_CONFIG_DIR",
        meaning: "The directory of `config.toml` and of this machine's id.",
        example: "/home/me/dotfiles/ccu",
    },
    Variable {
        name: "CCU_DATA_DIR",
        meaning: "The directory of the database. Wins over `data.path`.",
        example: "/srv/ccu",
    },
    Variable { name: "CCU_MACHINE", meaning: "The name of this machine. Wins over `machine.name`.", example: "laptop" },
    Variable {
        name: "CCU_GITHUB_API_URL",
        meaning: "The GitHub that syncs. Wins over `github.api_url`.",
        example: "https://github.example.com/api/v3",
    },
    Variable {
        name: "GITHUB_GIST_TOKEN",
        meaning: "A token of GitHub that may write Gists. Wins over every token that is stored.",
        example: "ghp_...",
    },
    Variable {
        name: "CLAUDE_CONFIG_DIR",
        meaning: "The directories of Claude Code whose transcripts are read, separated by commas, instead of `~/.config/claude` and `~/.claude`.",
        example: "~/.claude,/mnt/old-laptop/.claude",
    },
    Variable {
        name: "TZ",
        meaning: "The time zone whose midnights part the days. Wins over `report.timezone`.",
        example: "Europe/Berlin",
    },
    Variable {
        name: "HOME",
        meaning: "The home directory, which `~` stands for, except on Windows.",
        example: "/home/me",
    },
    Variable {
        name: "USERPROFILE",
        meaning: "The home directory, which `~` stands for, on Windows.",
        example: r"C:\Users\me",
    },
    Variable {
        name: "XDG_CONFIG_HOME",
        meaning: "Where the configuration directory is, except on Windows; must be absolute.",
        example: "/home/me/.config",
    },
    Variable {
        name: "XDG_DATA_HOME",
        meaning: "Where the data directory is, except on Windows; must be absolute.",
        example: "/home/me/.local/share",
    },
    Variable {
        name: "LOCALAPPDATA",
        meaning: "Where the configuration and data directories are, on Windows.",
        example: r"C:\Users\me\AppData\Local",
    },
    Variable {
        name: "HTTPS_PROXY",
        meaning: "The proxy that GitHub is reached by; `https_proxy` wins over it.",
        example: "http://proxy.example.com:3128",
    },
    Variable {
        name: "ALL_PROXY",
        meaning: "The proxy where `HTTPS_PROXY` names none; `all_proxy` wins over it.",
        example: "socks5://127.0.0.1:1080",
    },
    Variable {
        name: "NO_PROXY",
        meaning: "Hosts that are reached without a proxy, separated by commas, `*` for all; `no_proxy` wins over it.",
        example: "localhost,.example.com",
    },
    Variable {
        name: "SSL_CERT_FILE",
        meaning: "Certificates (PEM) to trust, where `github.ca_bundle` names none.",
        example: "/etc/ssl/certs/ca-certificates.crt",
    },
    Variable { name: "NO_COLOR", meaning: "Turns colour off, whatever its value.", example: "1" },
    Variable { name: "TERM", meaning: "The kind of terminal; `dumb` turns colour off.", example: "xterm-256color" },
    Variable {
        name: "COLUMNS",
        meaning: "The width of tables, in characters, where the terminal doesn't tell it.",
        example: "120",
    },
    Variable {
        name: "COLORTERM",
        meaning: "`truecolor` or `24bit` allows more than 256 colours.",
        example: "truecolor",
    },
    Variable {
        name: "COLORFGBG",
        meaning: "The colours of the terminal's text and background, by which the dashboard picks its shades where the terminal doesn't tell.",
        example: "15;0",
    },
    Variable {
        name: "LC_ALL",
        meaning: "The locale; the dashboard draws with ASCII where it doesn't name UTF-8.",
        example: "C.UTF-8",
    },
    Variable { name: "LC_CTYPE", meaning: "The same, where `LC_ALL` is not set.", example: "de_DE.UTF-8" },
    Variable {
        name: "LANG",
        meaning: "The same, where neither `LC_ALL` nor `LC_CTYPE` is set.",
        example: "en_US.UTF-8",
    },
];

/// The variables that are heeded in lower case too, which wins, as other programs have it.
///
/// **Source**: curl's manual, section "Environment"; seen 2026-11-22.
const IN_BOTH_CASES: [&str; 3] = ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// What the process environment says, read once. Tests fill in what they need over [`Environment::default`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// `CCU_CONFIG_DIR`.
    pub ccu_config_dir: Option<OsString>,
    /// `CCU_DATA_DIR`.
    pub ccu_data_dir: Option<OsString>,
    /// `CCU_MACHINE`.
    pub ccu_machine: Option<OsString>,
    /// `CCU_GITHUB_API_URL`; may hold a password that doesn't belong there.
    pub ccu_github_api_url: Option<Hidden<OsString>>,
    /// `GITHUB_GIST_TOKEN`.
    pub github_gist_token: Option<Hidden<OsString>>,
    /// `CLAUDE_CONFIG_DIR`.
    pub claude_config_dir: Option<OsString>,
    /// `TZ`.
    pub tz: Option<OsString>,
    /// `https_proxy` or `HTTPS_PROXY`; may hold a password.
    pub https_proxy: Option<Hidden<OsString>>,
    /// `all_proxy` or `ALL_PROXY`; may hold a password.
    pub all_proxy: Option<Hidden<OsString>>,
    /// `no_proxy` or `NO_PROXY`.
    pub no_proxy: Option<OsString>,
    /// `SSL_CERT_FILE`.
    pub ssl_cert_file: Option<OsString>,
    /// `NO_COLOR`.
    pub no_color: Option<OsString>,
    /// `TERM`.
    pub term: Option<OsString>,
    /// `COLUMNS`.
    pub columns: Option<OsString>,
    /// `COLORTERM`.
    pub colorterm: Option<OsString>,
    /// `COLORFGBG`.
    pub colorfgbg: Option<OsString>,
    /// `LC_ALL`.
    pub lc_all: Option<OsString>,
    /// `LC_CTYPE`.
    pub lc_ctype: Option<OsString>,
    /// `LANG`.
    pub lang: Option<OsString>,
    /// The home directory (`HOME`, `USERPROFILE`, or the user database); absolute.
    pub home_dir: Option<PathBuf>,
    /// Where programs keep their configuration (`XDG_CONFIG_HOME`, `~/.config`, `LOCALAPPDATA`); absolute.
    pub user_config_dir: Option<PathBuf>,
    /// Where programs keep their data (`XDG_DATA_HOME`, `~/.local/share`, `LOCALAPPDATA`); absolute.
    pub user_data_dir: Option<PathBuf>,
}

impl Environment {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn from_process() -> Self {
        let mut environment = Environment::from_lookup(|name| std::env::var_os(name));
        let Ok(platform) = etcetera::choose_base_strategy() else { return environment };
        environment.home_dir = absolute(platform.home_dir().to_owned());
        // On Windows the roaming directory would carry a machine's id and database to another machine; etcetera's
        // `cache_dir` is the local one. Everywhere else, macOS included, XDG holds: it is where Claude Code keeps its own.
        let (config_dir, data_dir) = if cfg!(windows) {
            (platform.cache_dir(), platform.cache_dir())
        } else {
            (platform.config_dir(), platform.data_dir())
        };
        environment.user_config_dir = absolute(config_dir);
        environment.user_data_dir = absolute(data_dir);
        environment
    }

    /// Asks `lookup` for each variable that is read by its name; the directories of the platform are left open.
    fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let exactly = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let value = |name: &str| {
            let lower_case = IN_BOTH_CASES.contains(&name).then(|| exactly(&name.to_ascii_lowercase()));
            lower_case.flatten().or_else(|| exactly(name))
        };
        let hidden = |name| value(name).map(Hidden::new);
        Environment {
            ccu_config_dir: value("CCU_CONFIG_DIR"),
            ccu_data_dir: value("CCU_DATA_DIR"),
            ccu_machine: value("CCU_MACHINE"),
            ccu_github_api_url: hidden("CCU_GITHUB_API_URL"),
            github_gist_token: hidden("GITHUB_GIST_TOKEN"),
            claude_config_dir: value("CLAUDE_CONFIG_DIR"),
            tz: value("TZ"),
            https_proxy: hidden("HTTPS_PROXY"),
            all_proxy: hidden("ALL_PROXY"),
            no_proxy: value("NO_PROXY"),
            ssl_cert_file: value("SSL_CERT_FILE"),
            no_color: value("NO_COLOR"),
            term: value("TERM"),
            columns: value("COLUMNS"),
            colorterm: value("COLORTERM"),
            colorfgbg: value("COLORFGBG"),
            lc_all: value("LC_ALL"),
            lc_ctype: value("LC_CTYPE"),
            lang: value("LANG"),
            ..Environment::default()
        }
    }
}

/// An empty or relative `HOME` names no place that stays the same.
fn absolute(path: PathBuf) -> Option<PathBuf> {
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn every_variable_asked_for_is_documented() {
        let asked = RefCell::new(
            vec!["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"]
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        );
        Environment::from_lookup(|name| {
            asked.borrow_mut().push(name.to_owned());
            None
        });
        let mut asked = asked.into_inner();
        asked.sort();
        let mut documented: Vec<_> = VARIABLES.iter().map(|variable| variable.name.to_owned()).collect();
        documented.extend(IN_BOTH_CASES.map(str::to_ascii_lowercase));
        documented.sort();
        assert_eq!(asked, documented);
    }

    #[test]
    fn each_variable_reaches_its_own_field() {
        let read = Environment::from_lookup(|name| Some(name.to_lowercase().into()));
        let value = |name: &str| Some(OsString::from(name));
        let expected = Environment {
            ccu_config_dir: value("ccu_config_dir"),
            ccu_data_dir: value("ccu_data_dir"),
            ccu_machine: value("ccu_machine"),
            ccu_github_api_url: value("ccu_github_api_url").map(Hidden::new),
            github_gist_token: value("github_gist_token").map(Hidden::new),
            claude_config_dir: value("claude_config_dir"),
            tz: value("tz"),
            https_proxy: value("https_proxy").map(Hidden::new),
            all_proxy: value("all_proxy").map(Hidden::new),
            no_proxy: value("no_proxy"),
            ssl_cert_file: value("ssl_cert_file"),
            no_color: value("no_color"),
            term: value("term"),
            columns: value("columns"),
            colorterm: value("colorterm"),
            colorfgbg: value("colorfgbg"),
            lc_all: value("lc_all"),
            lc_ctype: value("lc_ctype"),
            lang: value("lang"),
            ..Environment::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn lower_case_wins_where_both_are_heeded() {
        let read = |pairs: &'static [(&str, &str)]| {
            let value = |name: &str| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).into());
            Environment::from_lookup(value).https_proxy
        };
        let hidden = |value: &str| Some(Hidden::new(value));
        assert_eq!(read(&[("HTTPS_PROXY", "a"), ("https_proxy", "b")]), hidden("b"));
        assert_eq!(read(&[("HTTPS_PROXY", "a"), ("https_proxy", "")]), hidden("a"));
        assert_eq!(read(&[("https_proxy", "b")]), hidden("b"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", Environment::from_lookup(|name| Some(format!("{name} sesame").into())));
        let names = ["CCU_GITHUB_API_URL", "GITHUB_GIST_TOKEN", "https_proxy", "all_proxy"];
        for name in names {
            assert!(!shown.contains(&format!("{name} sesame")), "{shown}");
        }
        assert_eq!(shown.matches("(hidden)").count(), names.len());
    }

    #[test]
    fn empty_counts_as_not_set() {
        assert_eq!(Environment::from_lookup(|_| Some(OsString::new())), Environment::default());
    }

    #[test]
    fn a_relative_home_is_none() {
        assert_eq!(absolute(PathBuf::new()), None);
        assert_eq!(absolute(PathBuf::from("here")), None);
    }
}
