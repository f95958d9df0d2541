//! What was typed. Nothing is decided here: `settings` joins it with the environment and the configuration.

pub mod date;
pub mod report;

use std::ffi::OsString;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::args::report::{BlocksArgs, ReportArgs};
use crate::commands::completions::CompletionsArgs;
use crate::commands::config::ConfigArgs;
use crate::commands::demo::DemoArgs;
use crate::commands::doctor::DoctorArgs;
use crate::commands::export::ExportArgs;
use crate::commands::gist::GistArgs;
use crate::commands::import::ImportArgs;
use crate::commands::man::ManArgs;
use crate::commands::refresh::RefreshArgs;
use crate::commands::reset_db::ResetDbArgs;
use crate::tui::View;

/// Claude Code usage and cost on all your machines, for good
///
/// ccu reads the transcripts that Claude Code writes and deletes after 30 days, keeps one record for each billed API
/// response, and shows tokens and API-equivalent cost. Without a command it opens the dashboard; where there is no terminal
/// for it, or flags of a report are given, it prints the summary.
#[derive(Debug, Parser)]
#[command(name = "ccu", version, before_help = "Example: ccu daily --since 7d --breakdown", max_term_width = 100)]
pub struct Cli {
    /// What to do; the dashboard or the summary where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Open the dashboard at this view; without it, at that of the last time
    #[arg(long, value_name = "NAME", value_parser = view())]
    pub view: Option<View>,
    /// The flags of the summary.
    #[command(flatten)]
    pub summary: ReportArgs,
    /// The flags that every command has.
    #[command(flatten)]
    pub output: OutputArgs,
}

impl Cli {
    /// Reads the words of a command line.
    ///
    /// **Errors**: clap's, which are also how it hands over help and version; and flags of a report in front of a command,
    /// which would be the summary's and silently do nothing.
    pub fn read<T: Into<OsString> + Clone>(words: impl IntoIterator<Item = T>) -> Result<Cli, clap::Error> {
        let cli = Cli::try_parse_from(words)?;
        if cli.command.is_some() && (cli.summary != ReportArgs::default() || cli.view.is_some()) {
            let message = "flags of a report stand behind its name, as in `ccu daily --json`";
            return Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        Ok(cli)
    }
}

fn view() -> impl TypedValueParser<Value = View> {
    PossibleValuesParser::new(View::ALL.map(View::name)).map(|name| View::parse(&name).unwrap_or(View::Usage))
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show today, this week, this month and all time, and what stands behind them
    #[command(before_help = "Example: ccu summary --machine laptop")]
    Summary(ReportArgs),
    /// Show usage by day
    #[command(before_help = "Example: ccu daily --since 7d --breakdown")]
    Daily(ReportArgs),
    /// Show usage by week
    #[command(before_help = "Example: ccu weekly --last 8 --start-of-week sunday")]
    Weekly(ReportArgs),
    /// Show usage by month
    #[command(before_help = "Example: ccu monthly --last 6 --json")]
    Monthly(ReportArgs),
    /// Show usage by year
    #[command(before_help = "Example: ccu yearly --machine laptop")]
    Yearly(ReportArgs),
    /// Show usage by session
    #[command(visible_alias = "sessions", before_help = "Example: ccu session --since yesterday --last 10")]
    Session(ReportArgs),
    /// Show usage by project
    #[command(visible_alias = "projects", before_help = "Example: ccu project --since 3m --breakdown")]
    Project(ReportArgs),
    /// Show usage by model
    #[command(visible_alias = "models", before_help = "Example: ccu model --since 2026-01-01 --csv")]
    Model(ReportArgs),
    /// Show usage by machine
    #[command(visible_alias = "devices", before_help = "Example: ccu device --since 2w")]
    Device(ReportArgs),
    /// Show usage by windows of five hours, with the rate and outlook of the one that runs now
    #[command(
        before_help = "Example: ccu blocks --active",
        mut_arg("since", |arg| arg.help("Show whole blocks, from those that begin on this day on: YYYY-MM-DD, YYYYMMDD, today, yesterday, or so long ago: 7d, 2w, 3m")),
        mut_arg("until", |arg| arg.help("Show whole blocks, up to those that begin on this day, even where they end on the next")),
    )]
    Blocks(BlocksArgs),
    /// Read new transcripts into the database, which every report does first
    #[command(before_help = "Example: ccu refresh --quiet")]
    Refresh(RefreshArgs),
    /// Share records between your machines through a GitHub Gist
    #[command(before_help = "Example: ccu gist setup")]
    Gist(GistArgs),
    /// Write the records into a file, as JSON or CSV
    #[command(before_help = "Example: ccu export export.json")]
    Export(ExportArgs),
    /// Take in exports, files of a Gist, and what the earlier tool left
    #[command(before_help = "Example: ccu import export.json")]
    Import(ImportArgs),
    /// Show and change settings
    #[command(before_help = "Example: ccu config set report.timezone Europe/Berlin")]
    Config(ConfigArgs),
    /// Set the database of this machine aside and begin a new one
    #[command(before_help = "Example: ccu reset-db --force")]
    ResetDb(ResetDbArgs),
    /// Check paths, database and transcripts, and say what is wrong
    #[command(before_help = "Example: ccu doctor")]
    Doctor(DoctorArgs),
    /// Run a command on invented data; nothing of yours is read or written
    #[command(before_help = "Example: ccu demo monthly --breakdown")]
    Demo(DemoArgs),
    /// Print a completion script for a shell
    #[command(before_help = "Example: ccu completions zsh > ~/.zfunc/_ccu")]
    Completions(CompletionsArgs),
    /// Print a manual page
    #[command(before_help = "Example: ccu man daily | man -l -")]
    Man(ManArgs),
    /// Print the reference of the command line, which docs/cli.md holds
    #[command(hide = true)]
    MarkdownHelp,
}

/// The flags that every command has.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true, help_heading = "Everywhere")]
    pub color: ColorArg,
    /// Leave out warnings and progress
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub quiet: bool,
}

impl OutputArgs {
    /// These flags, and where they say nothing, those around them.
    pub fn over(&self, outer: &OutputArgs) -> OutputArgs {
        let color = if self.color == ColorArg::Auto { outer.color } else { self.color };
        OutputArgs { color, quiet: self.quiet || outer.quiet }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The flags of commands that answer in JSON on request.
#[derive(Debug, Clone, Default, Args)]
pub struct JsonArgs {
    /// Answer in JSON
    #[arg(long, short)]
    pub json: bool,
    /// Answer in JSON, filtered by jq (`--jq .totals.totalCost`)
    #[arg(long, value_name = "EXPR")]
    pub jq: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What clap says first about a line that it refuses.
    fn refused(line: &str) -> String {
        let error = Cli::read(line.split_whitespace()).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands_have_the_names_people_try() {
        for line in ["sessions", "projects", "models", "devices", "session", "project", "model", "device"] {
            assert!(Cli::read(["ccu", line]).is_ok(), "{line}");
        }
        for line in ["heatmap", "statusline", "watch", "serve", "config edit"] {
            let words: Vec<&str> = std::iter::once("ccu").chain(line.split(' ')).collect();
            assert!(Cli::read(words).is_err(), "{line} is shown though it does not work yet");
        }
    }

    #[test]
    fn help_is_a_command_too() {
        let check = |line: &str, expected: &str| {
            let help = Cli::read(line.split(' ')).unwrap_err();
            assert_eq!(help.kind(), clap::error::ErrorKind::DisplayHelp, "{line}");
            assert!(help.to_string().contains(expected), "{line}");
        };
        check("ccu help", "Usage: ccu [OPTIONS] [COMMAND]");
        check("ccu help daily", "Usage: ccu daily [OPTIONS]");
        check("ccu help config set", "Usage: ccu config set");
    }

    #[test]
    fn quiet_and_colour_stand_anywhere() {
        for line in ["ccu -q --color never daily", "ccu daily -q --color never", "ccu -q daily --color never"] {
            let output = Cli::read(line.split(' ')).unwrap().output;
            assert_eq!((output.quiet, output.color), (true, ColorArg::Never), "{line}");
        }
    }

    #[test]
    fn lines_that_make_no_sense_are_refused() {
        let check = |line: &str, message: &str| assert_eq!(refused(line), message);
        check("ccu --json daily", "flags of a report stand behind its name, as in `ccu daily --json`");
        check("ccu daily --csv --json", "the argument '--csv' cannot be used with '--json'");
        check("ccu daily --csv --jq .", "the argument '--csv' cannot be used with '--jq <EXPR>'");
        for number in ["0", "-1", "three", "1.5", "4294967296"] {
            check(
                &format!("ccu daily --last {number}"),
                &format!("invalid value '{number}' for '--last <N>': expected a whole number from 1 on"),
            );
        }
        check("ccu blocks --active --recent", "the argument '--active' cannot be used with '--recent'");
        check("ccu blocks --recent --since 7d", "the argument '--recent' cannot be used with '--since <DAY>'");
        check(
            "ccu daily --timezone Europe/Berln",
            "invalid value 'Europe/Berln' for '--timezone <ZONE>': no such time zone; did you mean `Europe/Berlin`?",
        );
        check(
            "ccu daily --since 2026-13-01",
            "invalid value '2026-13-01' for '--since <DAY>': expected a date such as `2026-11-22` or `20261122`, `today`, `yesterday`, or a time before today such as `7d`, `2w`, `3m`",
        );
    }

    #[test]
    fn the_demo_takes_the_flags_of_its_command() {
        let Some(Command::Demo(args)) = Cli::read(["ccu", "demo", "daily", "--last", "3", "-q"]).unwrap().command
        else {
            panic!("not the demo");
        };
        assert_eq!(args.command, ["daily", "--last", "3", "-q"]);
    }
}
