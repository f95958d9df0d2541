//! `ccu import`: takes in exports, files of a Gist, and what the earlier tool left. Nothing is counted twice.

use std::io::stdin;
use std::path::{Path, PathBuf};

use ccu_engine::exchange::{ImportError, Imported};
use ccu_engine::ledger::Ledger;
use ccu_engine::sync::Codec;
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::commands::gist::key_store;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::json;
use crate::render::number::{count, grouped};
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// Files, or directories such as a cloned Gist; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// One file that was not imported.
#[derive(Debug, thiserror::Error)]
#[error("cannot import `{name}`")]
struct NotImported {
    name: String,
    source: ImportError,
}

/// Takes in all files; one that cannot be read keeps no other from coming in, and the exit code says so.
pub fn run(
    args: &ImportArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let codec = Codec { key: key(&context), encrypts: false };
    let mut opened = context.opened()?;
    let mut sums = Sums::default();
    let mut failures = Vec::new();
    for path in &args.files {
        match import(&mut opened.ledger, path, &codec) {
            Ok(imported) => sums.add(&imported, printer)?,
            Err(source) => failures.push(NotImported { name: path.display().to_string(), source }),
        }
    }
    sums.n_failed = failures.len() as u64;
    if context.is_for_people() {
        if !printer.is_quiet() {
            writeln!(printer.stdout(), "{}", sums.sentence())?;
            printer.flush()?;
        }
    } else {
        printer.json(&json::to_text(&SumsJson::new(&sums))?, &context.answer)?;
        printer.flush()?;
    }
    let code = if failures.is_empty() { ExitCode::Ok } else { ExitCode::Failed };
    for failure in failures {
        printer.failure(&told(failure))?;
    }
    Ok(code)
}

/// The key of an encrypted Gist, whose files may be among those to import. Without one they say what they need.
fn key(context: &GistContext<'_>) -> Option<ccu_engine::sync::Key> {
    key_store::find(context, false).ok().flatten().map(|found| found.key)
}

fn import(ledger: &mut Ledger, path: &Path, codec: &Codec) -> Result<Imported, ImportError> {
    if path.as_os_str() == "-" {
        return ledger.import_reader(&mut stdin().lock(), "standard input", codec);
    }
    ledger.import(path, codec)
}

fn told(failure: NotImported) -> CommandError {
    use crate::error::ErrorKind;
    let kind = match &failure.source {
        ImportError::Store(_) | ImportError::EarlierDatabase(_) => ErrorKind::Database,
        _ => ErrorKind::File,
    };
    CommandError::new(kind, failure).hint("files of `ccu export`, of a Gist and of the earlier tool can be imported")
}

/// What came of all files.
#[derive(Default)]
struct Sums {
    n_files: u64,
    n_failed: u64,
    new: u64,
    improved: u64,
    duplicate: u64,
    n_bad: u64,
    n_without_usage: u64,
}

impl Sums {
    fn add(&mut self, imported: &Imported, printer: &mut Printer<'_>) -> Result<(), CommandError> {
        self.n_files += imported.n_files;
        self.new += imported.inserted.new;
        self.improved += imported.inserted.improved;
        self.duplicate += imported.inserted.duplicate;
        self.n_bad += imported.n_bad;
        self.n_without_usage += imported.n_user_rows + imported.n_rows_without_usage;
        for bad in &imported.bad {
            printer.warning(&format!("record {} of `{}` was left out: {}", bad.number, bad.file, bad.reason))?;
        }
        let n_unnamed = imported.n_bad.saturating_sub(imported.bad.len() as u64);
        if n_unnamed > 0 {
            printer.warning(&format!("{} more could not be read", count(n_unnamed, "record", "records")))?;
        }
        for skipped in &imported.skipped {
            printer.warning(&format!("`{}` was left out: {}", skipped.file, skipped.reason))?;
        }
        if !imported.days_without_rows.is_empty() {
            let days = count(imported.days_without_rows.len() as u64, "day", "days");
            printer.note(&format!("of {days} the earlier tool kept only sums, which cannot be imported"))?;
        }
        Ok(())
    }

    fn sentence(&self) -> String {
        let mut parts = vec![count(self.new, "new record", "new records")];
        parts.push(format!("{} improved", grouped(self.improved)));
        parts.push(format!("{} already known", grouped(self.duplicate)));
        format!("Imported {}: {}.", count(self.n_files, "file", "files"), parts.join(", "))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SumsJson {
    schema: u32,
    files: u64,
    failed_files: u64,
    new_records: u64,
    improved_records: u64,
    duplicate_records: u64,
    unreadable_records: u64,
    rows_without_usage: u64,
}

impl SumsJson {
    fn new(sums: &Sums) -> Self {
        SumsJson {
            schema: json::SCHEMA,
            files: sums.n_files,
            failed_files: sums.n_failed,
            new_records: sums.new,
            improved_records: sums.improved,
            duplicate_records: sums.duplicate,
            unreadable_records: sums.n_bad,
            rows_without_usage: sums.n_without_usage,
        }
    }
}
