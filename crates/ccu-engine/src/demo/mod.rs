//! Invented data: the transcripts of a made-up developer, eighteen months up to today on several machines, so that a
//! newcomer sees the product without having any.
//!
//! Transcripts are written in the forms that Claude Code writes (docs/formats/transcript.md) and then read as real ones are,
//! so everything after is the same code. Every kind of row occurs: copies that grow, subagents, forks, fast and partial
//! responses, 1-hour cache writes, web searches, sub-calls, a model without a price, a row without a time, a cut line.
//! The data is a function of `today`; all names are invented, all texts are words from a short list.

mod calendar;
mod cast;
mod era;
mod line;
mod random;
mod response;
mod session;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ccu_core::time::UtcMillis;

use crate::ingest::Source;
use crate::ledger::{Ledger, LedgerError, LedgerPlace};
use crate::machine::{self, MachineError};
use crate::paths::TranscriptRoot;
use crate::progress::Progress;
use cast::DemoMachine;
use session::Transcript;

/// The directory of Claude Code in the home of each machine.
const CLAUDE: &str = ".claude";

/// Why there is no invented data.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A transcript could not be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The id of the invented machine could not be kept.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The user stopped it.
    #[error("interrupted while the demo was being made")]
    Interrupted,
}

/// Where the demo's ledger is in its home: what [`furnish`] opens, and what may be opened again while the home is there.
pub fn place(home: &Path) -> LedgerPlace {
    LedgerPlace {
        config_dir: home.join("config"),
        data_dir: home.join("data"),
        machine_name: DemoMachine::Workstation.name().to_owned(),
        roots: roots(home, DemoMachine::Workstation),
    }
}

/// Fills an empty directory with the transcripts of several machines up to `today` and reads them into a ledger there.
/// Nothing outside of `home` is read or written. The directory is the caller's to remove.
///
/// **Shape**: `<machine>/.claude/projects` for transcripts, `config` and `data` for ccu's own files; some 20 MB.
/// The same bytes for the same `today` and `home`, the database aside.
///
/// **Errors**: when a file cannot be written, the ledger not be opened, or the user stops it.
pub fn furnish(home: &Path, today: UtcMillis, progress: &dyn Progress) -> Result<Ledger, DemoError> {
    write_transcripts(home, today, progress)?;
    let place = place(home);
    machine::adopt_id(&place.config_dir, DemoMachine::Workstation.id())?;
    let mut ledger = Ledger::open(place)?;
    for machine in DemoMachine::ALL {
        let roots = roots(home, machine);
        let source = Source { roots: &roots, machine: machine.id() };
        let refreshed = ledger.refresh_for(machine.name(), source, progress)?;
        if refreshed.is_interrupted {
            return Err(DemoError::Interrupted);
        }
    }
    Ok(ledger)
}

fn roots(home: &Path, machine: DemoMachine) -> Vec<TranscriptRoot> {
    vec![TranscriptRoot { path: home.join(machine.name()).join(CLAUDE), is_named: true }]
}

fn write_transcripts(home: &Path, today: UtcMillis, progress: &dyn Progress) -> Result<(), DemoError> {
    let mut made = BTreeSet::new();
    for plan in calendar::sessions(today) {
        if progress.is_interrupted() {
            return Err(DemoError::Interrupted);
        }
        let projects = home.join(plan.machine.name()).join(CLAUDE).join("projects");
        for transcript in session::transcripts(&plan) {
            write(&projects, &transcript, &mut made)?;
        }
    }
    Ok(())
}

/// Writes a transcript. It is soon removed again, so nothing waits for the disk. `made` are directories that are there.
fn write(projects: &Path, transcript: &Transcript, made: &mut BTreeSet<PathBuf>) -> Result<(), DemoError> {
    let path = projects.join(&transcript.path);
    let directory = path.parent().unwrap_or(projects);
    if !made.contains(directory) {
        fs::create_dir_all(directory).map_err(|source| DemoError::Write { path: directory.to_owned(), source })?;
        made.insert(directory.to_owned());
    }
    let written = File::create(&path).and_then(|mut file| file.write_all(transcript.text.as_bytes()));
    written.map_err(|source| DemoError::Write { path, source })
}
