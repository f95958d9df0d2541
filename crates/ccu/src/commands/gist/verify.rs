//! `ccu gist verify`: reads everything in the Gist again and says what is broken.

use ccu_engine::sync::Verified;
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::pull::in_one_line;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::json;
use crate::render::number::{count, short};
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Reads everything. The exit code says whether all is well.
pub fn run(
    args: &VerifyArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let verified = line.sync("ccu gist verify", printer, |session| session.verify())?;
    let code = if verified.problems.is_empty() { ExitCode::Ok } else { ExitCode::Failed };
    if !context.is_for_people() {
        printer.json(&json::to_text(&VerifiedJson::new(&verified))?, &context.answer)?;
        return Ok(code);
    }
    if !(printer.is_quiet() && verified.problems.is_empty()) {
        writeln!(printer.stdout(), "{}", sentence(&verified))?;
        printer.flush()?;
    }
    for problem in verified.problems {
        printer.failure(&context.failed(problem))?;
    }
    Ok(code)
}

fn sentence(verified: &Verified) -> String {
    let read = format!(
        "Read {} ({}B) with {} of {}",
        count(verified.n_files as u64, "file", "files"),
        short(verified.bytes),
        count(verified.n_records, "record", "records"),
        count(verified.machines.len() as u64, "machine", "machines"),
    );
    match verified.problems.len() as u64 {
        0 => format!("{read}: all is well."),
        n_problems => format!("{read}: {}.", count(n_problems, "problem", "problems")),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VerifiedJson {
    schema: u32,
    is_whole: bool,
    files: usize,
    bytes: u64,
    records: u64,
    machines: Vec<String>,
    problems: Vec<String>,
}

impl VerifiedJson {
    fn new(verified: &Verified) -> Self {
        VerifiedJson {
            schema: json::SCHEMA,
            is_whole: verified.problems.is_empty(),
            files: verified.n_files,
            bytes: verified.bytes,
            records: verified.n_records,
            machines: verified.machines.clone(),
            problems: verified.problems.iter().map(in_one_line).collect(),
        }
    }
}
