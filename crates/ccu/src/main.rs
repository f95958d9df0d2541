//! The ccu binary: what Claude Code used and what it would cost, as tables, JSON and CSV.
//!
//! `main` reads the process's arguments, environment, clock, zone and terminal, and turns what comes of the command into
//! an exit code. Everything else takes these as values.

mod args;
mod commands;
mod ctrl_c;
mod error;
mod error_sources;
mod exit_code;
mod printer;
mod progress;
mod prompt;
mod render;
mod sanitize;
mod settings;
mod surroundings;
mod tui;
mod waiting;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use ccu_core::time::UtcMillis;
use ccu_engine::env::Environment;
use ccu_engine::machine;
use clap::error::ErrorKind as ClapErrorKind;

use crate::args::Cli;
use crate::error::{CommandError, ErrorKind};
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::surroundings::{Surroundings, Terminal};

fn main() -> std::process::ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    match Cli::read(&words) {
        Ok(cli) => run(&cli, wants_json(&words)).into(),
        Err(error) => refuse(&error, wants_json(&words)).into(),
    }
}

/// Runs a command and reports how it ended.
fn run(cli: &Cli, is_json: bool) -> ExitCode {
    let surroundings = surroundings();
    let options = settings::printer_options(&cli.output, &surroundings);
    let mut printer = Printer::for_process(options);
    let ended = commands::run(cli, &surroundings, &mut printer);
    let ended = ended.and_then(|code| printer.flush().map(|()| code).map_err(CommandError::from));
    match ended {
        Ok(code) => code,
        Err(error) if error.is_broken_pipe() => ExitCode::Ok,
        Err(error) => match error.source.downcast_ref::<clap::Error>() {
            // Words within words: those of `ccu demo`.
            Some(error) => refuse(error, is_json),
            None => {
                report(&error, is_json, options.has_color_stderr);
                error.kind.exit_code()
            }
        },
    }
}

/// Writes an error to standard error. Where even that fails, the exit code is all there is left to say.
fn report(error: &CommandError, is_json: bool, has_color: bool) {
    let mut stderr = printer::stream(io::stderr(), has_color);
    let _ = if is_json { error.write_json(&mut stderr) } else { error.write_text(&mut stderr) };
}

/// What clap ends with instead of a command: help, the version, or what is wrong with the command line.
fn refuse(error: &clap::Error, is_json: bool) -> ExitCode {
    match error.kind() {
        ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion => {
            // The reader may have gone away, which is no failure.
            let _ = error.print();
            ExitCode::Ok
        }
        _ if is_json => {
            report(&usage_error(error), true, false);
            ExitCode::Usage
        }
        _ => {
            let _ = error.print();
            let _ = io::stderr().flush();
            ExitCode::Usage
        }
    }
}

/// What is wrong with the command line, in clap's words without its label.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct UsageError {
    message: String,
}

/// clap writes its message, tips, the usage and a reference to `--help`, with blank lines between them.
fn usage_error(error: &clap::Error) -> CommandError {
    let text = error.to_string();
    let mut parts = text.split("\n\n").map(str::trim);
    let message = parts.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let tips = parts.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("tip: "));
    let error = CommandError::new(ErrorKind::Usage, UsageError { message });
    tips.fold(error, |error, tip| error.hint(tip))
}

/// Whether errors are to be JSON. Asked of the words, not of what they mean, so that it holds for words that mean nothing.
fn wants_json(words: &[OsString]) -> bool {
    let words = words.iter().skip(1).filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    words.into_iter().any(|word| matches!(word, "--json" | "-j" | "--jq") || word.starts_with("--jq="))
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn clock() -> UtcMillis {
    UtcMillis(jiff::Timestamp::now().as_millisecond())
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the zone")]
fn surroundings() -> Surroundings {
    Surroundings {
        environment: Environment::from_process(),
        host_name: machine::host_name(),
        now: clock(),
        clock,
        system_zone: jiff::tz::TimeZone::system(),
        terminal: Terminal {
            has_stdin: io::stdin().is_terminal(),
            has_stdout: io::stdout().is_terminal(),
            has_stderr: io::stderr().is_terminal(),
            width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)),
        },
        is_demo: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tips_on_the_command_line_are_hints_in_json() {
        let error = usage_error(&Cli::read(["ccu", "daily", "--breakdwn"]).unwrap_err());
        assert_eq!(error.to_string(), "unexpected argument '--breakdwn' found");
        assert_eq!(error.hints, ["a similar argument exists: '--breakdown'"]);
        assert_eq!(usage_error(&Cli::read(["ccu", "daily", "--last", "0"]).unwrap_err()).hints, Vec::<String>::new());
    }

    #[test]
    fn json_is_wanted_by_its_flags() {
        let check = |words: &[&str], expected| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(wants_json(&words), expected, "{words:?}");
        };
        check(&["ccu"], false);
        check(&["ccu", "daily", "--json"], true);
        check(&["ccu", "daily", "-j", "--nonsense"], true);
        check(&["ccu", "--jq=.daily"], true);
        check(&["ccu", "--jq", ".daily"], true);
        check(&["ccu", "demo", "--", "--json"], false);
        check(&["--json"], false);
    }
}
