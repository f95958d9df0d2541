//! `ccu completions`: prints a completion script for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::CommandError;
use crate::printer::Printer;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    // clap_complete panics where its writer fails, as it does when the reader goes away.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ccu", &mut script);
    Ok(printer.stdout().write_all(&script)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_shell_completes_commands_and_flags() {
        for &shell in Shell::value_variants() {
            let mut stdout = Vec::new();
            let mut printer = Printer::for_test(&mut stdout);
            run(&CompletionsArgs { shell }, &mut printer).unwrap();
            printer.flush().unwrap();
            drop(printer);
            let script = String::from_utf8(stdout).unwrap();
            for word in ["blocks", "reset-db", "start-of-week"] {
                assert!(script.contains(word), "{word} for {shell}");
            }
            assert!(!script.contains("statusline"), "{shell}");
        }
    }
}
