//! `ccu markdown-help` (hidden): the reference of the command line. A test holds docs/cli.md against it.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use crate::args::Cli;
use crate::error::CommandError;
use crate::printer::Printer;

/// Prints the reference.
pub fn run(printer: &mut Printer<'_>) -> Result<(), CommandError> {
    Ok(printer.stdout().write_all(reference().as_bytes())?)
}

/// The reference as Markdown.
fn reference() -> String {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut text = String::from(
        "# The command line\n\n\
         Made by `ccu markdown-help > docs/cli.md`; a test says so when it is out of date. What the JSON looks like is in\n\
         [formats/report_json.md](formats/report_json.md), which settings there are in [configuration.md](configuration.md).\n\n\
         ## Exit codes\n\n\
         | code | meaning |\n|---|---|\n\
         | 0 | done; lines of transcripts that could not be read are noted, and leave it so |\n\
         | 1 | the command failed |\n\
         | 2 | the command line was wrong |\n\
         | 3 | a GitHub token is needed, or the one that is there is not accepted or may not do it |\n\
         | 4 | GitHub could not be reached, wants no request for now, or another run is at it: try later |\n\
         | 130 | interrupted by Ctrl-C |\n",
    );
    add_command(&command, &mut text);
    text
}

fn add_command(command: &Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(text, "\n## `{name}`\n\n{}\n", about.trim());
    if let Some(example) = command.get_before_help() {
        let _ = write!(text, "\n{}\n", example.to_string().replacen("Example: ", "Example: `", 1) + "`");
    }
    let aliases: Vec<String> = command.get_visible_aliases().map(|alias| format!("`{alias}`")).collect();
    if !aliases.is_empty() {
        let _ = write!(text, "\nAlso: {}\n", aliases.join(", "));
    }
    let usage = command.clone().render_usage().to_string();
    let _ = write!(text, "\n```\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
    add_arguments(command, text);
    command.get_subcommands().filter(|below| !below.is_hide_set()).for_each(|below| add_command(below, text));
}

fn add_arguments(command: &Command, text: &mut String) {
    let arguments: Vec<&Arg> = command.get_arguments().filter(|argument| !is_help(argument)).collect();
    if arguments.is_empty() {
        return;
    }
    text.push_str("\n| argument | meaning |\n|---|---|\n");
    for argument in arguments {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> =
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        let is_choice = !values.is_empty() && argument.get_action().takes_values();
        let values = if is_choice { format!(" ({})", values.join(", ")) } else { String::new() };
        let _ = writeln!(text, "| `{}` | {}{values} |", signature(argument), help.replace('|', "\\|"));
    }
}

/// Help and version are the same everywhere.
fn is_help(argument: &Arg) -> bool {
    argument.is_hide_set() || matches!(argument.get_id().as_str(), "help" | "version")
}

/// `-s, --since DAY`
fn signature(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let value = if argument.get_action().takes_values() { names.join(" ") } else { String::new() };
    let flags: Vec<String> = argument
        .get_short()
        .map(|short| format!("-{short}"))
        .into_iter()
        .chain(argument.get_long().map(|long| format!("--{long}")))
        .collect();
    format!("{} {value}", flags.join(", ")).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_up_to_date() {
        let kept = include_str!("../../../../docs/cli.md");
        assert!(
            reference() == kept,
            "docs/cli.md is out of date: run `cargo run -p ccu -- markdown-help > docs/cli.md`"
        );
    }
}
