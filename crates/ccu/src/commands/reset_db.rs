//! `ccu reset-db`: sets this machine's database aside, and says what goes and what can bring it back.

use ccu_engine::ledger::{self, Ledger};
use clap::Args;

use crate::commands::opened::{load_config, place};
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::render::Scope;
use crate::render::number::{count, short};
use crate::sanitize::sanitize;
use crate::settings;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ResetDbArgs {
    /// Do it; without this flag nothing is touched, and ccu says what would go
    #[arg(long)]
    pub force: bool,
}

/// The flag is missing.
#[derive(Debug, thiserror::Error)]
#[error("`ccu reset-db` takes all stored usage out of the reports: {content}")]
struct ForceNeeded {
    content: String,
}

/// Sets the database aside.
pub fn run(args: &ResetDbArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if !args.force {
        return Err(CommandError::new(ErrorKind::Usage, ForceNeeded { content: content(surroundings) })
            .hint("`ccu reset-db --force` does it; the file is kept beside the new one, its name ending with `.reset-` and the time")
            .hint("transcripts that Claude Code has not deleted yet bring theirs back at the next report, `ccu gist pull` what is in the Gist, `ccu import FILE` what was exported, and moving the kept file back everything"));
    }
    let config = load_config(surroundings)?;
    let (resolved, _) = settings::resolved_without_zone(&config, surroundings)?;
    let reset = ledger::reset(&place(&resolved, surroundings)?, surroundings.now)?;
    let text = match &reset.database {
        Some(path) => format!(
            "The database was set aside as `{}`.\n\
             The next report fills a new one from the transcripts that Claude Code has not deleted yet; `ccu gist pull` and \
             `ccu import` add what they have.\n\
             Moved back to `{}`, the file brings everything back.",
            sanitize(&reset.set_aside.to_string_lossy()),
            sanitize(&path.to_string_lossy())
        ),
        None => "There is no database.".to_owned(),
    };
    Ok(writeln!(printer.stdout(), "{text}")?)
}

/// What the database holds, as far as it can be told.
fn content(surroundings: &Surroundings) -> String {
    match stored(surroundings) {
        Ok(content) => content,
        Err(error) => format!("how much it is cannot be told: {}", error.in_one_line()),
    }
}

fn stored(surroundings: &Surroundings) -> Result<String, CommandError> {
    let config = load_config(surroundings)?;
    let (resolved, _) = settings::resolved_without_zone(&config, surroundings)?;
    let place = place(&resolved, surroundings)?;
    // Opening the ledger would make what is not there.
    let Some(path) = ledger::existing_database(&place.config_dir, &place.data_dir) else {
        return Ok(format!("no database of this machine can be read in `{}`", place.data_dir.display()));
    };
    let health = Ledger::open(place)?.health()?;
    let scope = Scope::everything(settings::zone(&resolved, surroundings));
    let span = match (health.first, health.last) {
        (Some(first), Some(last)) => format!(" from {} to {}", scope.day(first), scope.day(last)),
        (_, _) => String::new(),
    };
    let records = count(health.n_records, "record", "records");
    Ok(format!("{records}{span}, {}B, in `{}`", short(health.bytes), path.display()))
}
