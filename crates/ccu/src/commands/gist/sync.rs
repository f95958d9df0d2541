//! `ccu gist sync`: pull, then push.

use ccu_engine::gist::Traffic;
use ccu_engine::sync::PushOptions;
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::notices;
use crate::commands::gist::pull::{self, PulledJson};
use crate::commands::gist::push::{self, PushedJson};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::json;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct SyncArgs {
    /// Make no backup, even where this is the first push of the day
    #[arg(long)]
    pub no_backup: bool,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Pulls, then pushes. What could not be taken in does not keep this machine's records from going out.
pub fn run(args: &SyncArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    line.refresh("ccu gist sync", printer)?;
    let pulled = pull::pull_if_there(&mut line, "ccu gist sync", printer)?;
    let after_pull = line.traffic();
    let errors = pull::failures(&pulled);
    if context.is_for_people() {
        pull::write(&pulled, &errors, printer)?;
    }
    let options = PushOptions { no_backup: args.no_backup, ..PushOptions::default() };
    let pushed = push::push(&mut line, "ccu gist sync", options, printer)?;
    let traffic = since(line.traffic(), after_pull);
    if context.is_for_people() {
        if !printer.is_quiet() {
            writeln!(printer.stdout(), "{}", push::sentence(&pushed, traffic))?;
        }
        notices::say(&pushed.notices, printer)?;
    } else {
        let answer = SyncedJson {
            schema: json::SCHEMA,
            pull: PulledJson::new(&pulled, &errors, after_pull),
            push: PushedJson::new(&pushed, false, traffic),
        };
        printer.json(&json::to_text(&answer)?, &context.answer)?;
    }
    pull::end(pulled, &context, printer)
}

/// What went over the wire after another count.
pub fn since(now: Traffic, before: Traffic) -> Traffic {
    Traffic {
        requests: now.requests - before.requests,
        bytes_sent: now.bytes_sent - before.bytes_sent,
        bytes_received: now.bytes_received - before.bytes_received,
    }
}

#[derive(Serialize)]
struct SyncedJson {
    schema: u32,
    pull: PulledJson,
    push: PushedJson,
}
