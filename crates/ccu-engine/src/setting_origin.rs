//! Where a setting came from: a flag, the environment, a line of the configuration file, the host, or nowhere.

use std::fmt;
use std::path::PathBuf;

/// Where a setting came from. The order of the variants is the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// Typed on the command line, with the flag as typed (`--timezone`).
    Flag(&'static str),
    /// An environment variable, by its name.
    Variable(&'static str),
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// The host name of the computer.
    HostName,
    /// Set nowhere.
    Default,
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingOrigin::Flag(flag) => write!(f, "flag `{flag}`"),
            SettingOrigin::Variable(name) => write!(f, "environment variable `{name}`"),
            SettingOrigin::File { path, line } => write!(f, "`{}`, line {line}", path.display()),
            SettingOrigin::HostName => f.write_str("host name"),
            SettingOrigin::Default => f.write_str("default"),
        }
    }
}

/// A value with the place it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: SettingOrigin,
}

impl<T> Sourced<T> {
    /// A value that was set nowhere.
    pub fn default_value(value: T) -> Self {
        Sourced { value, origin: SettingOrigin::Default }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_read_as_places() {
        let check = |origin: SettingOrigin, text| assert_eq!(origin.to_string(), text);
        check(SettingOrigin::Flag("--timezone"), "flag `--timezone`");
        check(SettingOrigin::Variable("TZ"), "environment variable `TZ`");
        check(SettingOrigin::File { path: "/c/config.toml".into(), line: 3 }, "`/c/config.toml`, line 3");
        check(SettingOrigin::HostName, "host name");
        check(SettingOrigin::Default, "default");
    }
}
