//! `ccu gist backup`: lists the daily backups, makes one, and merges one's records into the database.

use ccu_engine::sync::{BackupState, RestoredBackup};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::pull::in_one_line;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width};
use crate::render::json;
use crate::render::number::{count, grouped, short};
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: BackupAction,
}

/// What to do with backups.
#[derive(Debug, Clone, Subcommand)]
pub enum BackupAction {
    /// List the backups of all machines
    #[command(before_help = "Example: ccu gist backup list")]
    List {
        /// JSON.
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Make today's backup of what this machine has in the Gist
    #[command(before_help = "Example: ccu gist backup create")]
    Create {
        /// JSON.
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Merge the records of a backup into the database; nothing is lost by it
    #[command(before_help = "Example: ccu gist backup restore 2026-11-21")]
    Restore(RestoreArgs),
}

/// The flags of `ccu gist backup restore`.
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// The day (UTC) of the backup: YYYY-MM-DD or YYYYMMDD. With --revision it may be left out: everything is merged then
    #[arg(required_unless_present = "revision")]
    pub date: Option<String>,
    /// Look into the Gist as it was after this revision, of those that `ccu gist info` lists
    #[arg(long, value_name = "SHA")]
    pub revision: Option<String>,
    /// The machine whose backup it is; this one where nothing is said
    #[arg(long, value_name = "NAME")]
    pub machine: Option<String>,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Lists, makes or restores backups.
pub fn run(
    args: &BackupArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    match &args.action {
        BackupAction::List { json } => list(json, surroundings, printer).map(|()| ExitCode::Ok),
        BackupAction::Create { json } => create(json, surroundings, printer).map(|()| ExitCode::Ok),
        BackupAction::Restore(args) => restore(args, surroundings, printer),
    }
}

fn list(json: &JsonArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let backups = line.sync("ccu gist backup list", printer, |session| session.backups())?;
    if !context.is_for_people() {
        return printer.json(&json::to_text(&BackupsJson::new(&backups))?, &context.answer);
    }
    if backups.is_empty() {
        return Ok(writeln!(printer.stdout(), "No backups yet; the first push of a day makes one.")?);
    }
    Ok(table(&backups).write(context.width(), printer.stdout())?)
}

fn table(backups: &[BackupState]) -> Grid {
    let row = |backup: &BackupState| {
        let cells = vec![
            Cell::Text(sanitize(&backup.day).into_owned()),
            Cell::Text(sanitize(&backup.machine_name).into_owned()),
            Cell::Text(backup.records.map_or_else(|| "unreadable".to_owned(), grouped)),
            Cell::Text(format!("{}B", short(backup.bytes))),
            Cell::Text(sanitize(&backup.file).into_owned()),
        ];
        Line::Row(anstyle::Style::new(), cells)
    };
    Grid {
        columns: vec![
            Column::text("Day (UTC)", Width::Whole),
            Column::text("Machine", Width::AtLeast(8, Cut::End)),
            Column::number("Records"),
            Column::number("Size"),
            Column::text("File", Width::AtLeast(16, Cut::Start)),
        ],
        lines: backups.iter().map(row).collect(),
    }
}

fn create(json: &JsonArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let file = line.sync("ccu gist backup create", printer, |session| session.create_backup())?;
    if !context.is_for_people() {
        let answer = CreatedJson { schema: json::SCHEMA, backup: file };
        return printer.json(&json::to_text(&answer)?, &context.answer);
    }
    let text = match file {
        Some(file) => format!("Today's backup is {}.", sanitize(&file)),
        None => "This machine has nothing in the Gist yet; `ccu gist push` sends it.".to_owned(),
    };
    Ok(writeln!(printer.stdout(), "{text}")?)
}

fn restore(
    args: &RestoreArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let (day, machine) = (args.date.as_deref().unwrap_or_default(), args.machine.as_deref());
    let revision = args.revision.as_deref();
    let work = |session: &mut ccu_engine::sync::Session<'_>| session.restore_backup(day, machine, revision);
    let restored = line.sync("ccu gist backup restore", printer, work)?;
    let code = if restored.missing.is_empty() { ExitCode::Ok } else { ExitCode::Failed };
    if !context.is_for_people() {
        printer.json(&json::to_text(&RestoredJson::new(&restored))?, &context.answer)?;
        return Ok(code);
    }
    let inserted = &restored.inserted;
    writeln!(
        printer.stdout(),
        "Merged {}: {}, {} improved, {} already known.",
        sanitize(&restored.file),
        count(inserted.new, "new record", "new records"),
        grouped(inserted.improved),
        grouped(inserted.duplicate),
    )?;
    printer.flush()?;
    for error in restored.missing {
        printer.failure(&context.failed(error))?;
    }
    Ok(code)
}

#[derive(Serialize)]
struct BackupsJson {
    schema: u32,
    backups: Vec<BackupJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackupJson {
    day: String,
    file: String,
    machine_name: String,
    bytes: u64,
    records: Option<u64>,
}

impl BackupsJson {
    fn new(backups: &[BackupState]) -> Self {
        let backup = |backup: &BackupState| BackupJson {
            day: backup.day.clone(),
            file: backup.file.clone(),
            machine_name: backup.machine_name.clone(),
            bytes: backup.bytes,
            records: backup.records,
        };
        BackupsJson { schema: json::SCHEMA, backups: backups.iter().map(backup).collect() }
    }
}

#[derive(Serialize)]
struct CreatedJson {
    schema: u32,
    backup: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestoredJson {
    schema: u32,
    file: String,
    new_records: u64,
    improved_records: u64,
    duplicate_records: u64,
    errors: Vec<String>,
}

impl RestoredJson {
    fn new(restored: &RestoredBackup) -> Self {
        RestoredJson {
            schema: json::SCHEMA,
            file: restored.file.clone(),
            new_records: restored.inserted.new,
            improved_records: restored.inserted.improved,
            duplicate_records: restored.inserted.duplicate,
            errors: restored.missing.iter().map(in_one_line).collect(),
        }
    }
}
