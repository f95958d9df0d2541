//! `ccu gist push`: sends this machine's new records, and says what went out.

use ccu_engine::gist::Traffic;
use ccu_engine::ledger::LedgerError;
use ccu_engine::sync::{PushOptions, Pushed, SyncError};
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::notices;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::prompt;
use crate::render::json;
use crate::render::number::{count, short};
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct PushArgs {
    /// Send everything anew, not only what is new
    #[arg(long)]
    pub force: bool,
    /// Make no backup, even where this is the first push of the day
    #[arg(long)]
    pub no_backup: bool,
    /// Only say what would be sent
    #[arg(long)]
    pub dry_run: bool,
    /// Make a new Gist where the one that this machine knows is gone
    #[arg(long)]
    pub recreate: bool,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Sends what is new.
pub fn run(args: &PushArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    line.refresh("ccu gist push", printer)?;
    let options =
        PushOptions { force: args.force, no_backup: args.no_backup, dry_run: args.dry_run, recreate: args.recreate };
    let pushed = push(&mut line, "ccu gist push", options, printer)?;
    if !context.is_for_people() {
        let answer = PushedJson::new(&pushed, args.dry_run, line.traffic());
        return printer.json(&json::to_text(&answer)?, &context.answer);
    }
    if args.dry_run {
        write_plan(&pushed, printer)?;
    } else if !printer.is_quiet() {
        writeln!(printer.stdout(), "{}", sentence(&pushed, line.traffic()))?;
    }
    notices::say(&pushed.notices, printer)
}

/// Sends what is new. Where the Gist is gone, a person is asked whether to make a new one.
///
/// **Errors**: those of the sync.
pub fn push(
    line: &mut GistLine<'_, '_>,
    command: &str,
    options: PushOptions,
    printer: &mut Printer<'_>,
) -> Result<Pushed, CommandError> {
    let error = match line.try_sync(command, printer, |session| session.push(options)) {
        Ok(pushed) => return Ok(pushed),
        Err(error) => error,
    };
    let is_gone = matches!(&error, LedgerError::Sync(error) if matches!(**error, SyncError::GistGone { .. }));
    if !(is_gone && line.context.can_ask() && !options.dry_run) {
        return Err(line.failed(error));
    }
    let question = format!("{error}. Make a new one of what this machine has?");
    if !prompt::yes_or_no(&question, true, printer)? {
        return Err(line.failed(error));
    }
    line.sync(command, printer, |session| session.push(PushOptions { recreate: true, ..options }))
}

/// What went out, on one line.
pub fn sentence(pushed: &Pushed, traffic: Traffic) -> String {
    if is_nothing(pushed) {
        return "Nothing new to push.".to_owned();
    }
    let mut text = match pushed.exported {
        0 => "Pushed no new records".to_owned(),
        exported => format!("Pushed {}", count(exported, "record", "records")),
    };
    text += &format!(" ({}, {}B sent)", count(pushed.files.len() as u64, "file", "files"), short(traffic.bytes_sent));
    if pushed.restored > 0 {
        text += &format!("; took back {}", count(pushed.restored, "record", "records"));
    }
    if pushed.backup.is_some() {
        text += "; made today's backup";
    }
    match pushed.backups_removed.len() as u64 {
        0 => {}
        n_removed => text += &format!("; removed {}", count(n_removed, "old backup", "old backups")),
    }
    text + "."
}

fn is_nothing(pushed: &Pushed) -> bool {
    pushed.files.is_empty()
        && pushed.removed.is_empty()
        && pushed.backup.is_none()
        && pushed.backups_removed.is_empty()
        && pushed.exported == 0
}

/// What would go out, file by file.
fn write_plan(pushed: &Pushed, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if is_nothing(pushed) {
        return Ok(writeln!(printer.stdout(), "Nothing new to push.")?);
    }
    let total = pushed.files.iter().map(|(_, bytes)| bytes).sum::<u64>();
    let n_files = count(pushed.files.len() as u64, "file", "files");
    writeln!(printer.stdout(), "Would send {n_files}, {}B:", short(total))?;
    for (file, bytes) in &pushed.files {
        writeln!(printer.stdout(), "  {:>7}B  {}", short(*bytes), sanitize(file))?;
    }
    for file in pushed.removed.iter().chain(&pushed.backups_removed) {
        writeln!(printer.stdout(), "   remove   {}", sanitize(file))?;
    }
    Ok(())
}

/// A push in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PushedJson {
    schema: u32,
    status: &'static str,
    is_dry_run: bool,
    exported_records: u64,
    restored_records: u64,
    files_uploaded: usize,
    files: Vec<FileJson>,
    files_removed: Vec<String>,
    bytes_sent: u64,
    requests: u64,
    backup_created: Option<String>,
    backups_deleted: Vec<String>,
    gist_id: String,
    gist_url: String,
    notices: Vec<String>,
}

#[derive(Serialize)]
struct FileJson {
    name: String,
    bytes: u64,
}

impl PushedJson {
    /// A push, with what went over the wire for it.
    pub fn new(pushed: &Pushed, is_dry_run: bool, traffic: Traffic) -> Self {
        let file = |(name, bytes): &(String, u64)| FileJson { name: name.clone(), bytes: *bytes };
        PushedJson {
            schema: json::SCHEMA,
            status: match (is_nothing(pushed), is_dry_run) {
                (true, _) => "nothing_to_sync",
                (false, true) => "would_push",
                (false, false) => "pushed",
            },
            is_dry_run,
            exported_records: pushed.exported,
            restored_records: pushed.restored,
            files_uploaded: if is_dry_run { 0 } else { pushed.files.len() },
            files: pushed.files.iter().map(file).collect(),
            files_removed: pushed.removed.clone(),
            bytes_sent: traffic.bytes_sent,
            requests: traffic.requests,
            backup_created: pushed.backup.clone(),
            backups_deleted: pushed.backups_removed.clone(),
            gist_id: pushed.gist.clone(),
            gist_url: pushed.html_url.clone(),
            notices: pushed.notices.iter().map(notices::sentence).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_out_is_one_line() {
        let check = |pushed: &Pushed, expected: &str| {
            let traffic = Traffic { requests: 3, bytes_sent: 56_700, bytes_received: 0 };
            assert_eq!(sentence(pushed, traffic), expected);
        };
        check(&Pushed::default(), "Nothing new to push.");
        let files = vec![("manifest.json".to_owned(), 700), ("usage_data_desk.json".to_owned(), 56_000)];
        let some = Pushed { exported: 1, files, ..Pushed::default() };
        check(&some, "Pushed 1 record (2 files, 56.7kB sent).");
        let more = Pushed {
            exported: 0,
            restored: 2_000,
            backup: Some("usage_data_desk_backup_20261122.json".to_owned()),
            backups_removed: vec!["usage_data_desk_backup_20261001.json".to_owned()],
            ..some
        };
        check(
            &more,
            "Pushed no new records (2 files, 56.7kB sent); took back 2,000 records; made today's backup; removed 1 old backup.",
        );
    }

    #[test]
    fn a_plan_is_listed_by_file() {
        let pushed = Pushed {
            files: vec![("manifest.json".to_owned(), 700), ("usage_data_desk.json".to_owned(), 56_000)],
            backups_removed: vec!["usage_data_desk_backup_20261001.json".to_owned()],
            ..Pushed::default()
        };
        let mut stdout = Vec::new();
        let mut printer = Printer::for_test(&mut stdout);
        write_plan(&pushed, &mut printer).unwrap();
        printer.flush().unwrap();
        drop(printer);
        insta::assert_snapshot!(String::from_utf8(stdout).unwrap(), @r#"
        Would send 2 files, 56.7kB:
              700B  manifest.json
            56.0kB  usage_data_desk.json
           remove   usage_data_desk_backup_20261001.json
        "#);
    }
}
