//! The commands: one file each, with what was typed and what it does together.

pub mod blocks;
pub mod completions;
pub mod config;
pub mod dashboard;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod gist;
pub mod import;
pub mod man;
pub mod markdown_help;
pub mod opened;
pub mod refresh;
pub mod report;
pub mod reset_db;
pub mod summary;
pub mod unknown_filters;

use ccu_core::report::Grouping;

use crate::args::{Cli, Command};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::surroundings::Surroundings;

/// Runs what was typed.
///
/// **Errors**: those of the command.
pub fn run(cli: &Cli, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<ExitCode, CommandError> {
    let done = match &cli.command {
        None => dashboard::run(cli, surroundings, printer),
        Some(Command::Summary(args)) => summary::run(args, surroundings, printer),
        Some(Command::Daily(args)) => report::run(Grouping::Daily, args, surroundings, printer),
        Some(Command::Weekly(args)) => report::run(Grouping::Weekly, args, surroundings, printer),
        Some(Command::Monthly(args)) => report::run(Grouping::Monthly, args, surroundings, printer),
        Some(Command::Yearly(args)) => report::run(Grouping::Yearly, args, surroundings, printer),
        Some(Command::Session(args)) => report::run(Grouping::Session, args, surroundings, printer),
        Some(Command::Project(args)) => report::run(Grouping::Project, args, surroundings, printer),
        Some(Command::Model(args)) => report::run(Grouping::Model, args, surroundings, printer),
        Some(Command::Device(args)) => report::run(Grouping::Device, args, surroundings, printer),
        Some(Command::Blocks(args)) => blocks::run(args, surroundings, printer),
        Some(Command::Refresh(args)) => refresh::run(args, surroundings, printer),
        Some(Command::Config(args)) => config::run(args, surroundings, printer),
        Some(Command::ResetDb(args)) => reset_db::run(args, surroundings, printer),
        Some(Command::Doctor(args)) => return doctor::run(args, surroundings, printer),
        Some(Command::Gist(args)) => return gist::run(args, surroundings, printer),
        Some(Command::Export(args)) => export::run(args, surroundings, printer),
        Some(Command::Import(args)) => return import::run(args, surroundings, printer),
        Some(Command::Demo(args)) => return demo::run(args, &cli.output, surroundings),
        Some(Command::Completions(args)) => completions::run(args, printer),
        Some(Command::Man(args)) => man::run(args, printer),
        Some(Command::MarkdownHelp) => markdown_help::run(printer),
    };
    done.map(|()| ExitCode::Ok)
}
