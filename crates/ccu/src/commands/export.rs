//! `ccu export`: writes the records into a file, as JSON that can be imported again or as CSV for spreadsheets.

use std::path::PathBuf;

use ccu_engine::exchange::{ExportForm, ExportRequest, ExportScope, Exported};
use clap::{Args, ValueEnum};

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::number::count;
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// The file; - or nothing is standard output
    pub file: Option<PathBuf>,
    /// What to write
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: FormatArg,
    /// Leave out the records of other machines
    #[arg(long)]
    pub this_machine: bool,
    /// Export what is stored, without reading new transcripts first
    #[arg(long)]
    pub no_refresh: bool,
}

/// What an export looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FormatArg {
    /// JSON, which `ccu import` reads
    #[default]
    Json,
    /// CSV, for spreadsheets
    Csv,
}

/// Writes the records.
pub fn run(args: &ExportArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&JsonArgs::default(), surroundings)?;
    let mut opened = context.opened()?;
    let path = args.file.as_deref().filter(|path| path.as_os_str() != "-");
    if !args.no_refresh {
        opened.refresh_for_report("ccu export", surroundings.terminal.has_stderr, printer)?;
    }
    let request = ExportRequest {
        form: match args.format {
            FormatArg::Json => ExportForm::Json { now: surroundings.now },
            FormatArg::Csv => ExportForm::Csv,
        },
        scope: ExportScope { machine: args.this_machine.then(|| opened.ledger.machine()), since: None },
        prices: &opened.prices,
    };
    let Some(path) = path else {
        // A bare JSON document or CSV, and nothing else.
        let mut out = printer.stdout();
        opened.ledger.export(&mut out, &request)?;
        return Ok(());
    };
    let exported = opened.ledger.export_to_file(path, &request)?;
    if printer.is_quiet() {
        return Ok(());
    }
    Ok(writeln!(printer.stdout(), "{}", sentence(&exported, &sanitize(&path.to_string_lossy())))?)
}

fn sentence(exported: &Exported, path: &str) -> String {
    let sums = &exported.statistics;
    let (records, sessions) = (sums.total_records, sums.total_sessions);
    format!("Exported {} of {} to {path}.", count(records, "record", "records"), count(sessions, "session", "sessions"))
}
