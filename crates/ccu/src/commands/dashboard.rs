//! `ccu` without a command: the dashboard on a terminal, the summary elsewhere.

use crate::args::Cli;
use crate::args::report::ReportArgs;
use crate::commands::summary;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::settings;
use crate::surroundings::Surroundings;
use crate::tui::{self, Wanted};

/// A view was asked for where none can be drawn.
#[derive(Debug, thiserror::Error)]
#[error("`--view` opens the dashboard, which needs a terminal for input and output")]
struct NoTerminal;

/// A view was asked for together with flags that only the summary heeds.
#[derive(Debug, thiserror::Error)]
#[error("`--view` opens the dashboard, which takes no flags of reports but `--anon`")]
struct NoReport;

/// Opens the dashboard, or prints the summary.
pub fn run(cli: &Cli, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let is_report = has_report_flags(&cli.summary);
    match (can_draw(surroundings), is_report, cli.view) {
        (_, true, Some(_)) => Err(CommandError::new(ErrorKind::Usage, NoReport)),
        (false, false, Some(_)) => Err(CommandError::new(ErrorKind::Usage, NoTerminal)
            .hint("`ccu summary`, `ccu weekly`, `ccu device` and the like print what it shows")),
        (true, false, view) => {
            let has_color = settings::printer_options(&cli.output, surroundings).has_color_stdout;
            tui::run(Wanted { view, is_anonymous: cli.summary.anon, has_color }, surroundings)
        }
        (_, _, None) => summary::run(&cli.summary, surroundings, printer),
    }
}

/// Whether flags were given that are about the summary.
fn has_report_flags(args: &ReportArgs) -> bool {
    *args != ReportArgs { anon: args.anon, ..ReportArgs::default() }
}

/// Whether there is a terminal on both sides that can move its cursor.
fn can_draw(surroundings: &Surroundings) -> bool {
    let terminal = &surroundings.terminal;
    let is_dumb = surroundings.environment.term.as_deref().is_some_and(|term| term == "dumb");
    terminal.has_stdin && terminal.has_stdout && !is_dumb
}
