//! What can be wrong with the configuration, and how it is said.

use std::fmt;
use std::io;
use std::path::PathBuf;

use ccu_core::pricing::PriceTableError;

use crate::atomic_file::WriteError;
use crate::file_lock::LockError;

/// Why the configuration could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Another process changes the file, for longer than one waits.
    #[error("the configuration is being changed")]
    Locked {
        /// Who does.
        source: LockError,
    },
    /// The file is there and cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not UTF-8.
    #[error("`{}` is not UTF-8 text; line {line} has the first other byte", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line of the first byte that is none, counted from 1.
        line: usize,
    },
    /// The file says something that it may not; all that is wrong is listed.
    #[error("`{}` is not a valid configuration{}", path.display(), Listed(problems))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, by line.
        problems: Vec<LocatedProblem>,
    },
    /// Prices or aliases that contradict each other, or an alias of a model without prices.
    #[error("the prices and aliases in `{}` cannot be used", path.display())]
    Prices {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: PriceTableError,
    },
    /// A key or value that was typed is none.
    #[error("{problem}")]
    Refused {
        /// What is wrong with it.
        problem: Problem,
    },
    /// A typed key is not written as keys are.
    #[error(
        "`{}` is not a key; keys are parts joined by points, such as `report.timezone` or `prices.\"model 1.5\".input`",
        text.escape_debug()
    )]
    NotAKey {
        /// What was typed.
        text: String,
    },
    /// A typed key has keys below it and no value of its own.
    #[error("`{key}` is a table; name a key in it: {}", Quoted(keys))]
    KeyIsTable {
        /// The key.
        key: String,
        /// The keys below it.
        keys: Vec<String>,
    },
    /// The changed configuration could not be kept; the file is as it was.
    #[error("cannot change the configuration")]
    Write {
        /// Why.
        #[from]
        source: WriteError,
    },
}

/// A problem and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for LocatedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

/// What is wrong with a key or its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The text is no TOML.
    Syntax {
        /// What the TOML reader says.
        message: String,
        /// The text that it says it of; may be empty.
        found: String,
    },
    /// There is no such key.
    UnknownKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// Prices of a model, or of a tier, without one that the others need.
    Incomplete {
        /// The table, as a dotted key.
        table: String,
        /// The key missing in it.
        missing: &'static str,
    },
    /// A value of another type.
    WrongType {
        /// The key.
        key: String,
        /// The type found, with its article.
        found: &'static str,
        /// What is expected.
        expected: &'static str,
    },
    /// A value of the right type that may not be.
    BadValue {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What is expected.
        expected: &'static str,
        /// The value that was probably meant.
        suggestion: Option<String>,
    },
}

impl Problem {
    /// The key whose value is wrong, if it is that.
    pub(super) fn key(&self) -> Option<&String> {
        match self {
            Problem::WrongType { key, .. } | Problem::BadValue { key, .. } => Some(key),
            Problem::Syntax { .. } | Problem::UnknownKey { .. } | Problem::Incomplete { .. } => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Syntax { message, found } if found.is_empty() => f.write_str(message),
            Problem::Syntax { message, found } => write!(f, "{message}: `{}`", Shown(found)),
            Problem::UnknownKey { key, suggestion } => write!(f, "unknown key `{key}`{}", DidYouMean(suggestion)),
            Problem::Incomplete { table, missing } => {
                write!(f, "`{table}` has no `{missing}`; prices need `input` and `output`")
            }
            Problem::WrongType { key, found, expected } => write!(f, "`{key}` is {found}; expected {expected}"),
            Problem::BadValue { key, value, expected, suggestion } => {
                write!(f, "`{key}` is `{}`; expected {expected}{}", Shown(value), DidYouMean(suggestion))
            }
        }
    }
}

/// The value that was probably meant, as the end of a message.
pub(super) struct DidYouMean<'a>(pub(super) &'a Option<String>);

impl fmt::Display for DidYouMean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

/// A value for a terminal: control characters escaped, cut where it is long.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        for character in self.0.chars().take(MOST) {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?
            } else {
                write!(f, "{character}")?
            }
        }
        if self.0.chars().nth(MOST).is_some() { f.write_str("...") } else { Ok(()) }
    }
}

struct Listed<'a>(&'a [LocatedProblem]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

struct Quoted<'a>(&'a [String]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.0.iter().map(|key| format!("`{key}`")).collect();
        f.write_str(&keys.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_with_a_cause_name_the_file() {
        let path = PathBuf::from("/c/config.toml");
        let read = ConfigError::Read { path: path.clone(), source: io::ErrorKind::PermissionDenied.into() };
        assert_eq!(read.to_string(), "cannot read `/c/config.toml`");
        let not_utf8 = ConfigError::NotUtf8 { path: path.clone(), line: 2 };
        assert_eq!(not_utf8.to_string(), "`/c/config.toml` is not UTF-8 text; line 2 has the first other byte");
        let write = WriteError::Write { path, source: io::ErrorKind::StorageFull.into() };
        assert_eq!(ConfigError::from(write).to_string(), "cannot change the configuration");
    }

    #[test]
    fn values_are_shown_safely() {
        assert_eq!(Shown("a\u{1b}[31m\nb\"c").to_string(), r#"a\u{1b}[31m\nb"c"#);
        assert_eq!(Shown(&"ü".repeat(61)).to_string(), format!("{}...", "ü".repeat(60)));
        assert_eq!(Shown(&"ü".repeat(60)).to_string(), "ü".repeat(60));
    }
}
