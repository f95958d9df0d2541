//! What commands on the database begin with: settings, prices, the open ledger, and the reading of new transcripts.

use std::path::Path;

use ccu_core::pricing::PriceTable;
use ccu_core::report::Filter;
use ccu_engine::config::{Config, ResolvedSettings};
use ccu_engine::ingest::{Refreshed, Skipped};
use ccu_engine::ledger::{Ledger, LedgerError, LedgerPlace};
use ccu_engine::paths::{self, TranscriptRoot};

use crate::args::report::ReportArgs;
use crate::commands::config;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::progress::ReadingWatch;
use crate::render::number::grouped;
use crate::render::{ReadingNotes, SkippedFile};
use crate::settings::{self, Answer};
use crate::surroundings::Surroundings;

/// An open ledger with what it takes to ask it.
pub struct Opened {
    /// The database with its transcripts.
    pub ledger: Ledger,
    /// The prices that hold.
    pub prices: PriceTable,
    /// The directories of Claude Code.
    pub roots: Vec<TranscriptRoot>,
    /// Whether all of it is invented.
    pub is_demo: bool,
}

/// The reading was stopped by the user.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; what was read until then is kept")]
struct Interrupted;

impl Opened {
    /// Opens this machine's ledger by the settings of the configuration and the environment.
    ///
    /// **Errors**: as [`Opened::new`], and when the settings cannot be read.
    pub fn of(surroundings: &Surroundings) -> Result<Opened, CommandError> {
        let config = load_config(surroundings)?;
        let resolved = settings::resolved(&ReportArgs::default(), &config, surroundings)?;
        Opened::new(&config, &resolved, surroundings)
    }

    /// Opens this machine's ledger.
    ///
    /// **Errors**: when a directory is unknown, the prices contradict each other, or the database cannot be opened.
    pub fn new(
        config: &Config,
        resolved: &ResolvedSettings,
        surroundings: &Surroundings,
    ) -> Result<Opened, CommandError> {
        let place = place(resolved, surroundings)?;
        let prices = config.price_table()?;
        let roots = place.roots.clone();
        Ok(Opened { ledger: Ledger::open(place)?, prices, roots, is_demo: surroundings.is_demo })
    }

    /// Reads new transcripts. Where another run is at it, says so and goes on with what is stored.
    ///
    /// **Errors**: when the user stops it, or the database fails.
    pub fn refresh_for_report(
        &mut self,
        command: &str,
        is_animated: bool,
        printer: &mut Printer<'_>,
    ) -> Result<Option<Refreshed>, CommandError> {
        match self.refresh(command, is_animated, printer) {
            Ok(refreshed) => Ok(Some(refreshed)),
            Err(RefreshError::Ledger(error @ LedgerError::Busy(_))) => {
                printer.warning(&format!("{error}; this shows what is stored by now"))?;
                Ok(None)
            }
            Err(RefreshError::Ledger(error)) => Err(error.into()),
            Err(RefreshError::Command(error)) => Err(error),
        }
    }

    /// Reads new transcripts.
    ///
    /// **Errors**: when the user stops it, another run is at it, or the database fails.
    pub fn refresh(
        &mut self,
        command: &str,
        is_animated: bool,
        printer: &mut Printer<'_>,
    ) -> Result<Refreshed, RefreshError> {
        let watch = ReadingWatch::begin(is_animated && !printer.is_quiet());
        let refreshed = self.ledger.refresh(command, &watch)?;
        drop(watch);
        if refreshed.is_interrupted {
            return Err(RefreshError::Command(CommandError::new(ErrorKind::Interrupted, Interrupted)));
        }
        for root in &refreshed.missing_roots {
            let warned = printer.warning(&missing_root(root));
            warned.map_err(|error| RefreshError::Command(error.into()))?;
        }
        Ok(refreshed)
    }

    /// What could not be read: the lines that the database remembers, and the files of this run.
    ///
    /// **Errors**: those of the database.
    pub fn reading_notes(&self, refreshed: Option<&Refreshed>) -> Result<ReadingNotes, CommandError> {
        let skipped = refreshed.map(|refreshed| refreshed.skipped.as_slice()).unwrap_or_default();
        let skipped_files = skipped.iter().map(|skipped| SkippedFile {
            path: skipped.path.to_string_lossy().into_owned(),
            reason: skipped.reason.to_string(),
        });
        Ok(ReadingNotes {
            malformed_lines: self.ledger.malformed_lines()?,
            odd_lines: self.ledger.odd_lines()?,
            skipped_files: skipped_files.collect(),
            is_demo: self.is_demo,
        })
    }
}

/// Why transcripts were not read to the end.
pub enum RefreshError {
    /// The ledger.
    Ledger(LedgerError),
    /// The user, or an output that cannot be written.
    Command(CommandError),
}

impl From<LedgerError> for RefreshError {
    fn from(error: LedgerError) -> Self {
        RefreshError::Ledger(error)
    }
}

impl From<RefreshError> for CommandError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Ledger(error) => error.into(),
            RefreshError::Command(error) => error,
        }
    }
}

/// Where this machine's ledger is.
///
/// **Errors**: when no home directory is known and one is needed.
pub fn place(resolved: &ResolvedSettings, surroundings: &Surroundings) -> Result<LedgerPlace, CommandError> {
    Ok(LedgerPlace {
        config_dir: paths::config_dir(&surroundings.environment)?.value,
        data_dir: resolved.data_dir.value.clone(),
        machine_name: resolved.machine_name.value.to_string(),
        roots: paths::transcript_roots(&surroundings.environment)?,
    })
}

/// The configuration file.
///
/// **Errors**: when it cannot be read or is not valid.
pub fn load_config(surroundings: &Surroundings) -> Result<Config, CommandError> {
    Ok(Config::load(&config::file(surroundings)?)?)
}

/// Whether a bar may be drawn beside this answer.
pub fn is_animated(answer: &Answer, surroundings: &Surroundings) -> bool {
    match answer {
        Answer::Table(_) | Answer::Csv => surroundings.terminal.has_stderr,
        Answer::Json | Answer::Jq(_) => false,
    }
}

/// Whether everything counts.
pub fn keeps_all(filter: &Filter) -> bool {
    *filter == Filter::default()
}

/// What is wrong with a directory that the user named and that holds no transcripts. The usual mistake is to name
/// `projects` itself.
pub fn missing_root(root: &Path) -> String {
    let shown = root.display();
    match (root.is_dir(), root.parent()) {
        (true, Some(parent)) if root.ends_with("projects") => {
            format!(
                "`{shown}` of `CLAUDE_CONFIG_DIR` has no directory `projects`; did you mean `{}`?",
                parent.display()
            )
        }
        (true, _) => format!("`{shown}` of `CLAUDE_CONFIG_DIR` has no directory `projects`"),
        (false, _) => format!("`{shown}` of `CLAUDE_CONFIG_DIR` is not there"),
    }
}

/// Where transcripts were looked for and what to do, in two lines: for those who have none yet, or none that can be read.
pub fn nothing_found(roots: &[TranscriptRoot], skipped: &[Skipped], hides_paths: bool) -> String {
    if let [first, others @ ..] = skipped {
        let others = match others.len() {
            0 => String::new(),
            n_others => format!(" (and {} more)", grouped(n_others as u64)),
        };
        let path = if hides_paths { String::new() } else { format!("`{}`: ", first.path.display()) };
        return format!(
            "The transcripts of Claude Code cannot be read: {path}{}{others}.\n\
             `ccu doctor` says what mends it.",
            first.reason
        );
    }
    let places: Vec<String> = roots.iter().map(|root| format!("`{}`", root.path.join("projects").display())).collect();
    format!(
        "No transcripts of Claude Code were found in {}.\n\
         Use Claude Code and come back, set `CLAUDE_CONFIG_DIR` if its files are elsewhere, or look around with `ccu demo`.",
        places.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_transcripts_is_told_from_one_that_is_not_there() {
        let home = tempfile::tempdir().unwrap();
        let projects = home.path().join("projects");
        std::fs::create_dir_all(&projects).unwrap();
        let check = |path: &Path, expected: &str| {
            assert_eq!(missing_root(path).replace(&home.path().display().to_string(), "~"), expected);
        };
        check(&home.path().join("gone"), "`~/gone` of `CLAUDE_CONFIG_DIR` is not there");
        check(home.path(), "`~` of `CLAUDE_CONFIG_DIR` has no directory `projects`");
        check(&projects, "`~/projects` of `CLAUDE_CONFIG_DIR` has no directory `projects`; did you mean `~`?");
    }

    #[test]
    fn unreadable_transcripts_are_told_from_none() {
        let roots = [TranscriptRoot { path: "/home/me/.claude".into(), is_named: false }];
        let denied =
            |path: &str| Skipped { path: path.into(), reason: ccu_engine::ingest::SkipReason::PermissionDenied };
        let check = |skipped: &[Skipped], expected: &str| {
            assert_eq!(nothing_found(&roots, skipped, false).lines().next().unwrap(), expected);
        };
        check(&[], "No transcripts of Claude Code were found in `/home/me/.claude/projects`.");
        check(
            &[denied("/home/me/.claude/projects")],
            "The transcripts of Claude Code cannot be read: `/home/me/.claude/projects`: permission denied.",
        );
        check(
            &[denied("/p/a"), denied("/p/b")],
            "The transcripts of Claude Code cannot be read: `/p/a`: permission denied (and 1 more).",
        );
        assert!(!nothing_found(&roots, &[denied("/p/a")], true).contains("/p/a"));
    }
}
