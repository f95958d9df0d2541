//! `ccu gist info`: the Gist file by file, its backups and its newest revisions.

use ccu_core::wire::file_name::FileKind;
use ccu_engine::sync::{FileState, Info};
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width};
use crate::render::number::{count, short};
use crate::render::{json, theme};
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// So many revisions are shown to people; JSON has all that GitHub gave.
const SHOWN_REVISIONS: usize = 5;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct InfoArgs {
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Shows what is in the Gist.
pub fn run(args: &InfoArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let info = line.sync("ccu gist info", printer, |session| session.info())?;
    if !context.is_for_people() {
        return printer.json(&json::to_text(&InfoJson::new(&info))?, &context.answer);
    }
    let title = theme::TITLE;
    let gist = &info.gist;
    let updated = gist.updated_at.map_or_else(|| "unknown".to_owned(), |time| context.local_time(time));
    let files = count(gist.n_files as u64, "file", "files");
    let (url, bytes) = (sanitize(&gist.html_url).into_owned(), short(gist.bytes));
    writeln!(
        printer.stdout(),
        "{title}Gist{title:#}\nAddress: {url}\nUpdated: {updated}\nSize: {files}, {bytes}B\n{}\n\n{title}Files{title:#}",
        backups(&info)
    )?;
    table(&info.files).write(context.width(), printer.stdout())?;
    writeln!(printer.stdout(), "\n{title}Revisions, newest first{title:#}")?;
    for revision in info.revisions.iter().take(SHOWN_REVISIONS) {
        writeln!(printer.stdout(), "{}", sanitize(revision))?;
    }
    match info.revisions.len().saturating_sub(SHOWN_REVISIONS) {
        0 => {}
        more => writeln!(printer.stdout(), "and {more} more")?,
    }
    if gist.is_truncated {
        printer.warning("the Gist has more files than GitHub lists; some are missing here")?;
    }
    Ok(())
}

fn backups(info: &Info) -> String {
    let n_backups = info.files.iter().filter(|file| matches!(file.kind, FileKind::Backup { .. })).count();
    match info.retention_days {
        0 => format!("Backups: {n_backups}; no new ones are made"),
        days => format!("Backups: {n_backups}, each kept for {}", count(days.into(), "day", "days")),
    }
}

fn table(files: &[FileState]) -> Grid {
    let row = |file: &FileState| {
        let cells = vec![
            Cell::Text(sanitize(&file.name).into_owned()),
            Cell::Text(sanitize(file.machine_name.as_deref().unwrap_or_default()).into_owned()),
            Cell::Text(kind(&file.kind).to_owned()),
            Cell::Text(format!("{}B", short(file.bytes))),
        ];
        Line::Row(anstyle::Style::new(), cells)
    };
    Grid {
        columns: vec![
            Column::text("File", Width::AtLeast(20, Cut::End)),
            Column::text("Machine", Width::AtLeast(8, Cut::End)),
            Column::text("Kind", Width::Whole),
            Column::number("Size"),
        ],
        lines: files.iter().map(row).collect(),
    }
}

/// What a file is, in a word.
fn kind(kind: &FileKind) -> &'static str {
    match kind {
        FileKind::Manifest => "index",
        FileKind::Head { .. } => "head",
        FileKind::Segment => "segment",
        FileKind::Backup { .. } => "backup",
        FileKind::Other => "other",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InfoJson {
    schema: u32,
    gist_id: String,
    gist_url: String,
    last_updated: Option<String>,
    bytes: u64,
    is_truncated: bool,
    backup_retention_days: u32,
    files: Vec<FileJson>,
    revisions: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileJson {
    name: String,
    kind: &'static str,
    machine_name: Option<String>,
    bytes: u64,
    blob: String,
}

impl InfoJson {
    fn new(info: &Info) -> Self {
        let file = |file: &FileState| FileJson {
            name: file.name.clone(),
            kind: kind(&file.kind),
            machine_name: file.machine_name.clone(),
            bytes: file.bytes,
            blob: file.blob.to_string(),
        };
        InfoJson {
            schema: json::SCHEMA,
            gist_id: info.gist.id.clone(),
            gist_url: info.gist.html_url.clone(),
            last_updated: info.gist.updated_at.map(|time| time.to_string()),
            bytes: info.gist.bytes,
            is_truncated: info.gist.is_truncated,
            backup_retention_days: info.retention_days,
            files: info.files.iter().map(file).collect(),
            revisions: info.revisions.clone(),
        }
    }
}
