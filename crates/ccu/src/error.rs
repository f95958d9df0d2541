//! The errors of the face: what failed, why, and which command mends it; printed in one place, as text or as JSON.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use crate::exit_code::ExitCode;
use crate::render::theme;
use crate::sanitize::{escape_json, sanitize_lines};

/// What kind of failure it was. It decides the exit code and is named in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line was wrong.
    Usage,
    /// The configuration file or an environment variable was wrong.
    Config,
    /// The database could not be used.
    Database,
    /// A file could not be read or written.
    File,
    /// There is no token, or GitHub does not accept it, or it may not do what is needed.
    SignIn,
    /// A remote could not be reached, or did not answer.
    Unreachable,
    /// A remote wants no more requests for now.
    RateLimit,
    /// Another run of ccu, or another machine, is at it.
    Busy,
    /// The Gist is gone, broken, or not what it should be.
    Gist,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// A failure that should be impossible: ours to mend.
    Internal,
}

impl ErrorKind {
    /// The code that the program ends with.
    pub fn exit_code(self) -> ExitCode {
        match self {
            ErrorKind::Usage => ExitCode::Usage,
            ErrorKind::Config | ErrorKind::Database | ErrorKind::File | ErrorKind::Gist | ErrorKind::Internal => {
                ExitCode::Failed
            }
            ErrorKind::SignIn => ExitCode::SignInNeeded,
            ErrorKind::Unreachable | ErrorKind::RateLimit | ErrorKind::Busy => ExitCode::TryLater,
            ErrorKind::Interrupted => ExitCode::Interrupted,
        }
    }

    /// The name in JSON. Names are added, never changed.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Usage => "usage",
            ErrorKind::Config => "config",
            ErrorKind::Database => "database",
            ErrorKind::File => "file",
            ErrorKind::SignIn => "sign_in",
            ErrorKind::Unreachable => "unreachable",
            ErrorKind::RateLimit => "rate_limit",
            ErrorKind::Busy => "busy",
            ErrorKind::Gist => "gist",
            ErrorKind::Interrupted => "interrupted",
            ErrorKind::Internal => "internal",
        }
    }
}

/// A failed command: the kind, the error with its causes, and hints that name the command which mends it.
#[derive(Debug)]
pub struct CommandError {
    /// The kind of failure.
    pub kind: ErrorKind,
    /// What failed, with its causes.
    pub source: Box<dyn Error + Send + Sync>,
    /// What to do about it, one sentence each.
    pub hints: Vec<String>,
}

impl CommandError {
    /// An error without hints.
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        CommandError { kind, source: source.into(), hints: Vec::new() }
    }

    /// Adds a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Whether the reader of our output went away (`ccu daily | head`), which is no failure.
    pub fn is_broken_pipe(&self) -> bool {
        let mut error: Option<&(dyn Error + 'static)> = Some(self.source.as_ref());
        while let Some(current) = error {
            if current.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return true;
            }
            error = current.source();
        }
        false
    }

    /// The texts of the causes, nearest first. One that only repeats the one before it, as SQLite's do behind a code, is
    /// left out.
    pub fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut error = self.source.source();
        while let Some(cause) = error {
            let text = cause.to_string();
            let repeats = |before: &String| before.contains(&text) || text.ends_with(before.as_str());
            let repeats_code = text.rsplit_once(": ").is_some_and(|(code, rest)| {
                code.starts_with("Error code") && causes.last().is_some_and(|before| before.starts_with(rest))
            });
            if !causes.last().is_some_and(repeats) && !repeats_code {
                causes.push(text);
            }
            error = cause.source();
        }
        causes
    }

    /// The error with its causes behind colons.
    pub fn in_one_line(&self) -> String {
        std::iter::once(self.to_string()).chain(self.causes()).collect::<Vec<String>>().join(": ")
    }

    /// Writes the error as lines for a person.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        label(out, theme::ERROR, "error", &self.source.to_string())?;
        for cause in self.causes() {
            label(out, theme::MUTED, "caused by", &cause)?;
        }
        for hint in &self.hints {
            label(out, theme::HINT, "hint", hint)?;
        }
        Ok(())
    }

    /// Writes the error as one line of JSON; its shape is in docs/formats/error.schema.json.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let error = ErrorJson {
            kind: self.kind.name(),
            message: self.source.to_string(),
            causes: self.causes(),
            hints: &self.hints,
        };
        let text = serde_json::to_string(&ErrorEnvelope { error })?;
        writeln!(out, "{}", escape_json(&text))
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// An error while writing output.
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        CommandError::new(ErrorKind::File, OutputError { source: error })
    }
}

/// The output could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the output could not be written")]
struct OutputError {
    source: io::Error,
}

/// Writes one labelled message; further lines of it are indented below the first.
pub fn label(out: &mut dyn Write, style: anstyle::Style, label: &str, message: &str) -> io::Result<()> {
    let text = sanitize_lines(message.trim_end());
    let mut lines = text.lines();
    writeln!(out, "{style}{label}:{style:#} {}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "  {}", line.trim_start()))
}

#[derive(Serialize)]
struct ErrorEnvelope<'a> {
    error: ErrorJson<'a>,
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    kind: &'static str,
    message: String,
    causes: Vec<String>,
    hints: &'a [String],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("`{path}` could not be read")]
    struct Unreadable {
        path: String,
        source: io::Error,
    }

    fn unreadable(path: &str, kind: io::ErrorKind) -> CommandError {
        CommandError::new(ErrorKind::File, Unreadable { path: path.to_owned(), source: kind.into() })
    }

    fn text(error: &CommandError) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        error.write_text(&mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    fn json(error: &CommandError) -> String {
        let mut out = Vec::new();
        error.write_json(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        crate::render::schema_check::matches("error", &text);
        text
    }

    #[test]
    fn errors_name_what_failed_why_and_what_mends_it() {
        let error = unreadable("/tmp/a", io::ErrorKind::PermissionDenied).hint("run `ccu doctor`");
        insta::assert_snapshot!(text(&error), @r"
        error: `/tmp/a` could not be read
        caused by: permission denied
        hint: run `ccu doctor`
        ");
        insta::assert_snapshot!(json(&error), @r#"{"error":{"kind":"file","message":"`/tmp/a` could not be read","causes":["permission denied"],"hints":["run `ccu doctor`"]}}"#);
    }

    #[test]
    fn causes_are_not_said_twice() {
        #[derive(Debug, thiserror::Error)]
        #[error("{text}")]
        struct Link {
            text: &'static str,
            source: Option<Box<Link>>,
        }
        let check = |texts: &[&'static str], expected: &[&str]| {
            let chain = texts.iter().rev().fold(None, |source, &text| Some(Box::new(Link { text, source })));
            assert_eq!(CommandError::new(ErrorKind::Database, chain.unwrap()).causes(), expected);
        };
        check(&["a", "disk full", "Error code 13: disk full"], &["disk full"]);
        check(&["a", "cannot open: /tmp/x", "Error code 14: cannot open"], &["cannot open: /tmp/x"]);
        check(&["a", "b", "c"], &["b", "c"]);
    }

    #[test]
    fn hostile_paths_do_not_reach_the_terminal() {
        let error = unreadable("\u{1b}[2J\u{202e}", io::ErrorKind::NotFound);
        assert_eq!(text(&error), "error: `\\u{1b}[2J\\u{202e}` could not be read\ncaused by: entity not found\n");
        assert!(json(&error).contains(r"\u001b[2J\u202e"));
    }

    #[test]
    fn a_broken_pipe_is_found_anywhere_in_the_chain() {
        assert!(unreadable("a", io::ErrorKind::BrokenPipe).is_broken_pipe());
        assert!(CommandError::from(io::Error::from(io::ErrorKind::BrokenPipe)).is_broken_pipe());
        assert!(!unreadable("a", io::ErrorKind::NotFound).is_broken_pipe());
    }

    #[test]
    fn kinds_have_the_documented_exit_codes() {
        let check = |kind: ErrorKind, code| assert_eq!(kind.exit_code().number(), code, "{}", kind.name());
        check(ErrorKind::Usage, 2);
        check(ErrorKind::Config, 1);
        check(ErrorKind::Database, 1);
        check(ErrorKind::File, 1);
        check(ErrorKind::Internal, 1);
        check(ErrorKind::Gist, 1);
        check(ErrorKind::SignIn, 3);
        check(ErrorKind::Unreachable, 4);
        check(ErrorKind::RateLimit, 4);
        check(ErrorKind::Busy, 4);
        check(ErrorKind::Interrupted, 130);
    }
}
