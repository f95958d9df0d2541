//! `ccu gist pull`: takes in what the other machines have sent, and says what came of it.

use ccu_engine::gist::Traffic;
use ccu_engine::ledger::LedgerError;
use ccu_engine::sync::{Pulled, SyncError};
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::notices::several_gists;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::json;
use crate::render::number::{count, grouped};
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct PullArgs {
    /// Take in only these machines
    #[arg(value_name = "MACHINE")]
    pub machines: Vec<String>,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Takes in what is new. The exit code says whether all of it could be.
pub fn run(args: &PullArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let pulled = line.sync("ccu gist pull", printer, |session| session.pull(&args.machines))?;
    let errors = failures(&pulled);
    if context.is_for_people() {
        write(&pulled, &errors, printer)?;
    } else {
        let answer = PulledJson::new(&pulled, &errors, line.traffic());
        printer.json(&json::to_text(&answer)?, &context.answer)?;
    }
    end(pulled, &context, printer)
}

/// Takes in what is new; where the account has no Gist yet, or the one that was known is gone, there is nothing, and the push
/// that follows says so or makes one.
///
/// **Errors**: those of the sync.
pub fn pull_if_there(
    line: &mut GistLine<'_, '_>,
    command: &str,
    printer: &Printer<'_>,
) -> Result<Pulled, CommandError> {
    match line.try_sync(command, printer, |session| session.pull(&[])) {
        Ok(pulled) => Ok(pulled),
        Err(LedgerError::Sync(error)) if matches!(*error, SyncError::NoGist | SyncError::GistGone { .. }) => {
            Ok(Pulled::default())
        }
        Err(error) => Err(line.failed(error)),
    }
}

/// What came in, on one line, unless silence is wanted.
///
/// **Errors**: when the output cannot be written.
pub fn write(pulled: &Pulled, errors: &[String], printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if !printer.is_quiet() {
        writeln!(printer.stdout(), "{}", sentence(pulled, errors.is_empty()))?;
        printer.flush()?;
    }
    if !pulled.other_gists.is_empty() {
        printer.note(&several_gists(&pulled.other_gists))?;
    }
    match left_out(pulled) {
        Some(warning) => Ok(printer.warning(&warning)?),
        None => Ok(()),
    }
}

/// That records were left out; `None` where none were.
pub fn left_out(pulled: &Pulled) -> Option<String> {
    let records = count(pulled.n_bad_records, "record", "records");
    (pulled.n_bad_records > 0)
        .then(|| format!("{records} in files of the earlier tool cannot be read, and were left out"))
}

/// Lists what could not be taken in, for people, and gives the exit code.
///
/// **Errors**: when the output cannot be written.
pub fn end(pulled: Pulled, context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<ExitCode, CommandError> {
    if pulled.errors.is_empty() {
        return Ok(ExitCode::Ok);
    }
    if context.is_for_people() {
        for error in pulled.errors {
            printer.failure(&context.failed(error))?;
        }
    }
    Ok(ExitCode::Failed)
}

/// The messages of what could not be taken in, each with its causes.
pub fn failures(pulled: &Pulled) -> Vec<String> {
    pulled.errors.iter().map(in_one_line).collect()
}

/// An error with its causes behind colons.
pub fn in_one_line(error: &SyncError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

/// What came in, on one line.
pub fn sentence(pulled: &Pulled, is_whole: bool) -> String {
    let inserted = &pulled.inserted;
    if pulled.machines.is_empty() && pulled.restored == 0 {
        return if is_whole { "Nothing new in the Gist." } else { "Nothing was taken in." }.to_owned();
    }
    let mut parts = vec![count(inserted.new, "new record", "new records")];
    if inserted.improved > 0 {
        parts.push(format!("{} improved", grouped(inserted.improved)));
    }
    if inserted.duplicate > 0 {
        parts.push(format!("{} already known", grouped(inserted.duplicate)));
    }
    if pulled.restored > 0 {
        parts.push(format!("{} of them this machine's own", grouped(pulled.restored)));
    }
    let names: Vec<String> = pulled.machines.iter().map(|name| sanitize(name).into_owned()).collect();
    let from = if names.is_empty() { String::new() } else { format!(" from {}", names.join(", ")) };
    format!("Pulled {}{from}.", parts.join(", "))
}

/// A pull in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PulledJson {
    schema: u32,
    status: &'static str,
    machines_pulled: Vec<String>,
    new_records: u64,
    duplicate_records: u64,
    improved_records: u64,
    restored_records: u64,
    unreadable_records: u64,
    errors: Vec<String>,
    bytes_received: u64,
    requests: u64,
    gist_id: String,
}

impl PulledJson {
    /// A pull, with what went over the wire for it.
    pub fn new(pulled: &Pulled, errors: &[String], traffic: Traffic) -> Self {
        PulledJson {
            schema: json::SCHEMA,
            status: match (errors.is_empty(), pulled.machines.is_empty() && pulled.restored == 0) {
                (false, _) => "incomplete",
                (true, true) => "nothing_to_sync",
                (true, false) => "pulled",
            },
            machines_pulled: pulled.machines.clone(),
            new_records: pulled.inserted.new,
            duplicate_records: pulled.inserted.duplicate,
            improved_records: pulled.inserted.improved,
            restored_records: pulled.restored,
            unreadable_records: pulled.n_bad_records,
            errors: errors.to_vec(),
            bytes_received: traffic.bytes_received,
            requests: traffic.requests,
            gist_id: pulled.gist.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_store::Inserted;

    #[test]
    fn what_came_in_is_one_line() {
        let check = |pulled: &Pulled, expected| assert_eq!(sentence(pulled, true), expected);
        check(&Pulled::default(), "Nothing new in the Gist.");
        let machines = vec!["HOME-WT".to_owned(), "Laptop\u{1b}".to_owned()];
        let inserted = Inserted { new: 1_234, improved: 3, duplicate: 10, replaced: 0 };
        check(
            &Pulled { machines, inserted, ..Pulled::default() },
            "Pulled 1,234 new records, 3 improved, 10 already known from HOME-WT, Laptop\\u{1b}.",
        );
        let inserted = Inserted { new: 2, improved: 0, duplicate: 0, replaced: 0 };
        check(
            &Pulled { inserted, restored: 2, ..Pulled::default() },
            "Pulled 2 new records, 2 of them this machine's own.",
        );
    }
}
