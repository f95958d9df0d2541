//! `ccu gist machines`: lists the machines of the Gist, renames and merges them, and takes one out.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::{GistContext, GistLine};
use crate::commands::gist::machine_table::{MachineJson, machine_table};
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::prompt;
use crate::render::json;
use crate::render::number::count;
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct MachinesArgs {
    /// What to do; a list where nothing is said.
    #[command(subcommand)]
    pub action: Option<MachinesAction>,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// What to do with machines. A machine is named by its name, or by the first four digits of its id or more.
#[derive(Debug, Clone, Subcommand)]
pub enum MachinesAction {
    /// List the machines
    #[command(before_help = "Example: ccu gist machines list")]
    List {
        /// JSON.
        #[command(flatten)]
        json: JsonArgs,
    },
    /// Give a machine another name in all reports
    #[command(before_help = "Example: ccu gist machines rename DESKTOP-8KQ2 HOME-WT")]
    Rename {
        /// The machine
        machine: String,
        /// Its new name
        name: String,
    },
    /// Count a machine's usage for another one, such as a computer that was replaced
    #[command(before_help = "Example: ccu gist machines merge old-laptop laptop")]
    Merge {
        /// The machine that goes into the other
        from: String,
        /// The other
        into: String,
    },
    /// Take a machine's records in here and its files out of the Gist
    ///
    /// Records that machines have of it stay there. Its next push is refused.
    #[command(before_help = "Example: ccu gist machines forget old-laptop")]
    Forget {
        /// The machine
        machine: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
        /// Go on where its files cannot be read; what only they hold is lost
        #[arg(long)]
        force: bool,
    },
}

/// What is removed from everybody's Gist needs a yes.
#[derive(Debug, thiserror::Error)]
#[error("`ccu gist machines forget` takes the files of `{machine}` out of the Gist, and needs a yes")]
struct YesNeeded {
    machine: String,
}

/// Does it.
pub fn run(args: &MachinesArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let nothing = JsonArgs::default();
    match &args.action {
        None => list(&args.json, surroundings, printer),
        Some(MachinesAction::List { json }) => list(json, surroundings, printer),
        Some(MachinesAction::Rename { machine, name }) => {
            let context = GistContext::new(&nothing, surroundings)?;
            let mut line = GistLine::open(&context, printer)?;
            line.sync("ccu gist machines rename", printer, |session| session.rename_machine(machine, name))?;
            done(&format!("{} is now called {}.", sanitize(machine), sanitize(name)), printer)
        }
        Some(MachinesAction::Merge { from, into }) => {
            let context = GistContext::new(&nothing, surroundings)?;
            let mut line = GistLine::open(&context, printer)?;
            line.sync("ccu gist machines merge", printer, |session| session.merge_machines(from, into))?;
            done(&format!("The usage of {} now counts for {}.", sanitize(from), sanitize(into)), printer)
        }
        Some(MachinesAction::Forget { machine, yes, force }) => {
            let context = GistContext::new(&nothing, surroundings)?;
            if !*yes {
                ask_to_forget(machine, &context, printer)?;
            }
            forget(machine, *force, &context, printer)
        }
    }
}

fn done(sentence: &str, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    if printer.is_quiet() {
        return Ok(());
    }
    Ok(writeln!(printer.stdout(), "{sentence}")?)
}

fn list(json: &JsonArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(json, surroundings)?;
    let mut line = GistLine::open(&context, printer)?;
    let machines = line.sync("ccu gist machines", printer, |session| session.machine_list())?;
    if !context.is_for_people() {
        let answer = MachinesJson { schema: json::SCHEMA, machines: machines.iter().map(MachineJson::new).collect() };
        return printer.json(&json::to_text(&answer)?, &context.answer);
    }
    if machines.is_empty() {
        return Ok(writeln!(printer.stdout(), "No machine has put anything into the Gist yet.")?);
    }
    Ok(machine_table(&machines, &context).write(context.width(), printer.stdout())?)
}

fn ask_to_forget(machine: &str, context: &GistContext<'_>, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let question = format!("Take the files of `{machine}` out of the Gist? Its next push is refused then.");
    if context.can_ask() && prompt::yes_or_no(&question, false, printer)? {
        return Ok(());
    }
    let error = CommandError::new(ErrorKind::Usage, YesNeeded { machine: machine.to_owned() });
    Err(error.hint("`--yes` says it; the Gist's history on GitHub keeps the files all the same"))
}

fn forget(
    machine: &str,
    is_forced: bool,
    context: &GistContext<'_>,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    let mut line = GistLine::open(context, printer)?;
    let forgot =
        line.sync("ccu gist machines forget", printer, |session| session.forget_machine(machine, is_forced))?;
    let n_files = count(forgot.files_removed.len() as u64, "file", "files");
    done(&format!("Took {} out of the Gist ({n_files} removed).", sanitize(&forgot.machine_name)), printer)?;
    if forgot.was_this_machine {
        printer.warning("that was this machine: its pushes are refused from now on")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct MachinesJson {
    schema: u32,
    machines: Vec<MachineJson>,
}
