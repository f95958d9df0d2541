//! `ccu gist status`: the token, this machine, the Gist with all its machines, and the rate limit. It answers without a token
//! and without a network, too, as far as this machine knows.

use ccu_engine::auth::{AuthError, Found};
use ccu_engine::gist::{RateLimit, Remote};
use ccu_engine::ledger::LedgerError;
use ccu_engine::sync::SyncStatus;
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::machine_table::{MachineJson, machine_table};
use crate::commands::gist::notices::several_gists;
use crate::error::{CommandError, ErrorKind};
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::number::{count, grouped, short};
use crate::render::{json, theme};
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// What is known.
struct Known {
    found: Result<Found, AuthError>,
    machine_name: String,
    machine_id: String,
    unsent: u64,
    status: Option<SyncStatus>,
    rate_limit: Option<RateLimit>,
    /// Why the Gist could not be asked.
    trouble: Option<CommandError>,
    is_encrypted: bool,
}

/// Shows how sync stands. Where the token is not accepted or the Gist is gone, the exit code says so; no network is no failure.
pub fn run(
    args: &StatusArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let known = known(&context, printer)?;
    if context.is_for_people() {
        write(&known, &context, printer)?;
    } else {
        printer.json(&json::to_text(&StatusJson::new(&known))?, &context.answer)?;
    }
    let Some(trouble) = known.trouble else { return Ok(ExitCode::Ok) };
    printer.flush()?;
    match trouble.kind {
        ErrorKind::Unreachable | ErrorKind::RateLimit | ErrorKind::Busy => {
            printer
                .warning(&format!("the Gist was not asked, so this is what was known: {}", trouble.in_one_line()))?;
            Ok(ExitCode::Ok)
        }
        kind => {
            printer.failure(&trouble)?;
            Ok(kind.exit_code())
        }
    }
}

fn known(context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<Known, CommandError> {
    let base = |found, opened: &crate::commands::opened::Opened| -> Result<Known, CommandError> {
        Ok(Known {
            found,
            machine_name: context.resolved.machine_name.value.to_string(),
            machine_id: opened.ledger.machine().to_string(),
            unsent: opened.ledger.unsent_records()?,
            status: None,
            rate_limit: None,
            trouble: None,
            is_encrypted: context.resolved.sync.encrypt.value,
        })
    };
    let found = match context.found_token(printer)? {
        Ok(found) => found,
        Err(error) => return base(Err(error), &context.opened()?),
    };
    let mut line = GistLine::with(context, found)?;
    let (status, trouble) = ask(&mut line, printer)?;
    let rate_limit = if trouble.is_none() { line.github.rate_limit().ok() } else { None };
    let GistLine { opened, found, .. } = line;
    Ok(Known { status, rate_limit, trouble, ..base(Ok(found), &opened)? })
}

/// How sync stands; where the Gist cannot be asked, what was known at the last answer, and why.
fn ask(
    line: &mut GistLine<'_, '_>,
    printer: &Printer<'_>,
) -> Result<(Option<SyncStatus>, Option<CommandError>), CommandError> {
    let error = match line.try_sync("ccu gist status", printer, |session| session.status()) {
        Ok(status) => return Ok((Some(status), None)),
        Err(error @ LedgerError::Syncing(_)) => return Ok((None, Some(line.failed(error)))),
        Err(error @ LedgerError::Sync(_)) => line.failed(error),
        Err(error) => return Err(line.failed(error)),
    };
    let now = (line.context.surroundings.clock)();
    let remembered = line.opened.ledger.remembered_sync(&line.codec, now)?;
    Ok((Some(remembered), Some(error)))
}

fn write(known: &Known, context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let (title, ok, muted) = (theme::TITLE, theme::ACTIVE, theme::MUTED);
    writeln!(printer.stdout(), "{title}GitHub Token{title:#}")?;
    match &known.found {
        Ok(found) => writeln!(printer.stdout(), "{ok}✓ Configured{ok:#}\nLocation: {}", found.source)?,
        Err(_) => writeln!(printer.stdout(), "✗ Not configured\nRun `ccu gist setup`, or `ccu gist set-token`")?,
    }
    let name = sanitize(&known.machine_name);
    writeln!(printer.stdout(), "\n{title}This machine{title:#}\nName: {name} {muted}({}){muted:#}", known.machine_id)?;
    let time = |time: Option<_>| time.map_or_else(|| "never".to_owned(), |time| context.local_time(time));
    if let Some(status) = &known.status {
        let (pushed, pulled) = (time(status.last_push), time(status.last_pull));
        writeln!(printer.stdout(), "Last push: {pushed}\nLast pull: {pulled}")?;
    }
    writeln!(printer.stdout(), "Not sent yet: {}", count(known.unsent, "record", "records"))?;
    writeln!(printer.stdout(), "Encryption: {}", if known.is_encrypted { "on" } else { "off" })?;
    let Some(status) = &known.status else { return Ok(()) };
    write_gist(status, known.trouble.is_some(), context, printer)?;
    if let Some(limit) = known.rate_limit {
        let (remaining, all) = (grouped(limit.remaining), grouped(limit.limit));
        let reset = limit.reset.timestamp().to_zoned(context.zone.clone()).strftime("%H:%M").to_string();
        writeln!(
            printer.stdout(),
            "\n{title}Rate limit{title:#}\n{remaining} of {all} requests left; all are there again at {reset}"
        )?;
    }
    printer.flush()?;
    if !status.other_gists.is_empty() {
        printer.note(&several_gists(&status.other_gists))?;
    }
    Ok(())
}

fn write_gist(
    status: &SyncStatus,
    is_old: bool,
    context: &GistContext<'_>,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    let title = theme::TITLE;
    match &status.gist {
        Some(gist) => {
            let updated = gist.updated_at.map_or_else(|| "unknown".to_owned(), |time| context.local_time(time));
            let files = count(gist.n_files as u64, "file", "files");
            let (url, bytes) = (sanitize(&gist.html_url).into_owned(), short(gist.bytes));
            writeln!(
                printer.stdout(),
                "\n{title}Gist{title:#}\nAddress: {url}\nUpdated: {updated}\nSize: {files}, {bytes}B"
            )?;
        }
        None if is_old => {}
        None => writeln!(printer.stdout(), "\n{title}Gist{title:#}\nNone yet; `ccu gist push` makes it")?,
    }
    if !status.machines.is_empty() {
        writeln!(printer.stdout(), "\n{title}Machines{title:#}")?;
        machine_table(&status.machines, context).write(context.width(), printer.stdout())?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusJson {
    schema: u32,
    token: TokenJson,
    machine: ThisMachineJson,
    gist: Option<GistJson>,
    machines: Vec<MachineJson>,
    rate_limit: Option<RateLimitJson>,
    is_encrypted: bool,
    other_gists: Vec<String>,
    /// Why the Gist could not be asked; what stands beside it is what was known then.
    problem: Option<String>,
}

#[derive(Serialize)]
struct TokenJson {
    configured: bool,
    location: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThisMachineJson {
    name: String,
    id: String,
    last_push: Option<String>,
    last_pull: Option<String>,
    unsent_records: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GistJson {
    id: String,
    url: String,
    last_updated: Option<String>,
    files: usize,
    bytes: u64,
    revision: Option<String>,
}

#[derive(Serialize)]
struct RateLimitJson {
    limit: u64,
    remaining: u64,
    reset: String,
}

impl StatusJson {
    fn new(known: &Known) -> Self {
        let status = known.status.as_ref();
        let text = |time: Option<ccu_core::time::UtcMillis>| time.map(|time| time.to_string());
        let gist = status.and_then(|status| status.gist.as_ref()).map(|gist| GistJson {
            id: gist.id.clone(),
            url: gist.html_url.clone(),
            last_updated: text(gist.updated_at),
            files: gist.n_files,
            bytes: gist.bytes,
            revision: gist.revision.clone(),
        });
        StatusJson {
            schema: json::SCHEMA,
            token: TokenJson {
                configured: known.found.is_ok(),
                location: known.found.as_ref().ok().map(|found| found.source.to_string()),
            },
            machine: ThisMachineJson {
                name: known.machine_name.clone(),
                id: known.machine_id.clone(),
                last_push: text(status.and_then(|status| status.last_push)),
                last_pull: text(status.and_then(|status| status.last_pull)),
                unsent_records: known.unsent,
            },
            gist,
            machines: status.map(|status| status.machines.iter().map(MachineJson::new).collect()).unwrap_or_default(),
            rate_limit: known.rate_limit.map(|limit| RateLimitJson {
                limit: limit.limit,
                remaining: limit.remaining,
                reset: limit.reset.to_string(),
            }),
            is_encrypted: known.is_encrypted,
            other_gists: status.map(|status| status.other_gists.clone()).unwrap_or_default(),
            problem: known.trouble.as_ref().map(CommandError::in_one_line),
        }
    }
}
