//! `ccu man`: the manual pages, made from the same definition as the help.

use std::io::{self, Write};
use std::path::PathBuf;

use ccu_engine::atomic_file::{self, Access};
use clap::{Args, Command, CommandFactory};

use crate::args::Cli;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// The command whose page to print, such as `daily` or `config set`; without one, the page of ccu
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub command: Vec<String>,
    /// Write all pages to this directory instead
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// There is no such command.
#[derive(Debug, thiserror::Error)]
#[error("there is no command `ccu {name}`")]
struct NoSuchCommand {
    name: String,
}

/// Prints or writes the pages.
pub fn run(args: &ManArgs, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let pages = pages(Cli::command())?;
    if let Some(dir) = &args.dir {
        for page in &pages {
            atomic_file::write(&dir.join(format!("{}.1", page.name)), &page.text, Access::Unchanged)?;
        }
        return Ok(());
    }
    let words = std::iter::once("ccu").chain(args.command.iter().map(String::as_str));
    let name = words.collect::<Vec<&str>>().join("-");
    let Some(page) = pages.iter().find(|page| page.name == name) else {
        let error = NoSuchCommand { name: args.command.join(" ") };
        return Err(CommandError::new(ErrorKind::Usage, error).hint("`ccu --help` lists the commands"));
    };
    Ok(printer.stdout().write_all(&page.text)?)
}

/// One manual page.
struct Page {
    /// `ccu-config-set`
    name: String,
    /// The page in roff.
    text: Vec<u8>,
}

/// The page of a command and those of the commands below it.
fn pages(mut command: Command) -> io::Result<Vec<Page>> {
    // The pages are the help.
    command = command.disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = Vec::new();
    let man = clap_mangen::Man::new(command.clone()).title(&name).source(format!("ccu {}", env!("CARGO_PKG_VERSION")));
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if let Some(example) = command.get_before_help() {
        let example = example.to_string().replace("Example: ", "").replace('-', "\\-");
        writeln!(text, ".SH EXAMPLE\n.nf\n{example}\n.fi")?;
    }
    man.render_options_section(&mut text)?;
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        man.render_subcommands_section(&mut text)?;
    }
    if command.get_after_help().is_some() {
        let mut extra = Vec::new();
        man.render_extra_section(&mut extra)?;
        // The only text behind help is the list of settings.
        text.extend(String::from_utf8_lossy(&extra).replacen(".SH EXTRA", ".SH SETTINGS", 1).into_bytes());
    }
    pages.push(Page { name, text });
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| add_pages(below, pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let pages = pages(Cli::command()).unwrap();
        let names: Vec<&str> = pages.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(
            names.join(" "),
            "ccu ccu-summary ccu-daily ccu-weekly ccu-monthly ccu-yearly ccu-session ccu-project ccu-model ccu-device ccu-blocks \
             ccu-refresh ccu-gist ccu-gist-setup ccu-gist-set-token ccu-gist-logout ccu-gist-status ccu-gist-info \
             ccu-gist-push ccu-gist-pull ccu-gist-sync ccu-gist-verify ccu-gist-backup ccu-gist-backup-list \
             ccu-gist-backup-create ccu-gist-backup-restore ccu-gist-machines ccu-gist-machines-list \
             ccu-gist-machines-rename ccu-gist-machines-merge ccu-gist-machines-forget ccu-gist-encrypt \
             ccu-gist-encrypt-on ccu-gist-encrypt-off ccu-gist-encrypt-status ccu-gist-key ccu-gist-key-show \
             ccu-gist-key-import ccu-gist-key-new ccu-gist-list ccu-gist-cat ccu-gist-api ccu-export ccu-import \
             ccu-config ccu-config-show ccu-config-get ccu-config-set ccu-config-unset ccu-config-path \
             ccu-reset-db ccu-doctor ccu-demo ccu-completions ccu-man"
        );
        for page in &pages {
            let text = String::from_utf8(page.text.clone()).unwrap();
            assert!(text.contains(".SH SYNOPSIS") && text.contains(".SH EXAMPLE\n.nf\nccu "), "{}", page.name);
        }
    }
}
