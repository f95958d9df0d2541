//! `ccu reset-db`: sets this machine's database aside and says what can bring its content back.

use ccu_engine::ledger;
use clap::Args;

use crate::commands::opened::{load_config, place};
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
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
#[error(
    "`ccu reset-db` takes all stored usage out of the reports; transcripts that Claude Code has not deleted yet bring theirs back, nothing else does"
)]
struct ForceNeeded;

/// Sets the database aside.
pub fn run(args: &ResetDbArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if !args.force {
        return Err(CommandError::new(ErrorKind::Usage, ForceNeeded)
            .hint("`ccu reset-db --force` does it; the old file is kept beside the new one")
            .hint("`ccu doctor` shows what the database holds"));
    }
    let config = load_config(surroundings)?;
    let (resolved, _) = settings::resolved_without_zone(&config, surroundings)?;
    let reset = ledger::reset(&place(&resolved, surroundings)?, surroundings.now)?;
    let text = match &reset.database {
        Some(_) => format!(
            "The database was set aside as `{}`.\n\
             The next report fills a new one from the transcripts that Claude Code has not deleted yet.",
            sanitize(&reset.set_aside.to_string_lossy())
        ),
        None => "There is no database.".to_owned(),
    };
    Ok(writeln!(printer.stdout(), "{text}")?)
}
