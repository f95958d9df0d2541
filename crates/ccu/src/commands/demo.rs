//! `ccu demo`: runs a command on invented data in a temporary home. Nothing of the user's is read or written.

use std::ffi::OsString;
use std::path::Path;

use ccu_engine::demo::{self, DemoError};
use ccu_engine::env::Environment;
use clap::Args;

use crate::args::{Cli, Command, OutputArgs};
use crate::commands;
use crate::error::{CommandError, ErrorKind};
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::progress::ReadingWatch;
use crate::settings;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// The command to run, with its flags; the summary where none is given
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

/// A demo within the demo.
#[derive(Debug, thiserror::Error)]
#[error("a demo within the demo shows nothing new")]
struct Nested;

/// Syncing, which would ask GitHub with the user's token.
#[derive(Debug, thiserror::Error)]
#[error("the demo has no Gist: it would ask GitHub with your token")]
struct NoGist;

/// The temporary home cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make a temporary directory for the demo")]
struct NoHome {
    source: std::io::Error,
}

/// Why nothing is synced in the demo.
pub fn no_gist() -> CommandError {
    CommandError::new(ErrorKind::Usage, NoGist).hint("`ccu gist setup` sets up sync of your own usage")
}

/// Makes the data and runs the command on them. Its own flags decide how the outputs behave, beside those of the demo.
pub fn run(args: &DemoArgs, output: &OutputArgs, surroundings: &Surroundings) -> Result<ExitCode, CommandError> {
    let mut cli = Cli::read(std::iter::once("ccu").chain(args.command.iter().map(String::as_str)))
        .map_err(|error| CommandError::new(ErrorKind::Usage, error))?;
    if matches!(cli.command, Some(Command::Demo(_))) {
        return Err(CommandError::new(ErrorKind::Usage, Nested));
    }
    if matches!(cli.command, Some(Command::Gist(_))) {
        return Err(no_gist());
    }
    cli.output = cli.output.over(output);
    let home = tempfile::Builder::new().prefix("ccu-demo-").tempdir();
    let home = home.map_err(|source| {
        CommandError::new(ErrorKind::File, NoHome { source }).hint("name a directory that can be written with `TMPDIR`")
    })?;
    furnish(home.path(), &cli.output, surroundings)?;
    let surroundings = within(home.path(), surroundings);
    let mut printer = Printer::for_process(settings::printer_options(&cli.output, &surroundings));
    let code = commands::run(&cli, &surroundings, &mut printer)?;
    printer.flush()?;
    Ok(code)
}

/// Makes the data. The ledger is closed again: the command opens it as it would a user's.
fn furnish(home: &Path, output: &OutputArgs, surroundings: &Surroundings) -> Result<(), CommandError> {
    let watch = ReadingWatch::begin(surroundings.terminal.has_stderr && !output.quiet);
    demo::furnish(home, surroundings.now, &watch).map(drop).map_err(|error| match error {
        DemoError::Interrupted => CommandError::new(ErrorKind::Interrupted, error),
        DemoError::Write { .. } => CommandError::new(ErrorKind::File, error),
        DemoError::Machine(error) => error.into(),
        DemoError::Ledger(error) => error.into(),
    })
}

/// The surroundings with every path inside of the temporary home.
fn within(home: &Path, surroundings: &Surroundings) -> Surroundings {
    let place = demo::place(home);
    let environment = Environment {
        ccu_config_dir: Some(place.config_dir.into()),
        ccu_data_dir: Some(place.data_dir.into()),
        ccu_machine: Some(OsString::from(place.machine_name)),
        claude_config_dir: place.roots.into_iter().next().map(|root| root.path.into()),
        home_dir: Some(home.to_owned()),
        user_config_dir: Some(home.join("config")),
        user_data_dir: Some(home.join("data")),
        ..surroundings.environment.clone()
    };
    Surroundings { environment, is_demo: true, ..surroundings.clone() }
}
