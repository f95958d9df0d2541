//! How the errors of the other rooms look to a user: their kind, and the command that mends them.

pub mod sync;

use std::fs::File;
use std::io;
use std::path::Path;

use ccu_engine::atomic_file::WriteError;
use ccu_engine::config::{ConfigError, LocatedProblem, Problem, ResolveError};
use ccu_engine::ledger::LedgerError;
use ccu_engine::machine::MachineError;
use ccu_engine::paths::PathError;
use ccu_store::StoreError;

use crate::error::{CommandError, ErrorKind};
use crate::render::jq::JqError;

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        let hint = match &error {
            ConfigError::Refused { .. } | ConfigError::NotAKey { .. } | ConfigError::KeyIsTable { .. } => {
                let hint = quoting_hint(&error).unwrap_or(CONFIG_HELP);
                return CommandError::new(ErrorKind::Usage, error).hint(hint);
            }
            ConfigError::Read { .. } | ConfigError::Write { .. } => {
                return CommandError::new(ErrorKind::File, error).hint(OTHER_CONFIG_DIR);
            }
            ConfigError::Locked { .. } => {
                return CommandError::new(ErrorKind::Busy, error).hint("wait for it, or end it, then try again");
            }
            ConfigError::NotUtf8 { .. } => "save the file as UTF-8",
            ConfigError::Invalid { path, problems } if let Some(line) = broken_line(problems) => {
                let hint = format!("mend line {line} of `{}` in an editor; `ccu config` cannot", path.display());
                return CommandError::new(ErrorKind::Config, error).hint(hint);
            }
            ConfigError::Invalid { .. } => "edit these lines, or take one out with `ccu config unset KEY`",
            ConfigError::Prices { .. } => "take a price or alias out with `ccu config unset KEY`",
        };
        CommandError::new(ErrorKind::Config, error).hint(hint)
    }
}

/// The first line that is no TOML: where there is one, no key can be found, and none taken out.
fn broken_line(problems: &[LocatedProblem]) -> Option<usize> {
    problems.iter().find(|located| matches!(located.problem, Problem::Syntax { .. })).map(|located| located.line)
}

/// What mends a key or value that was typed wrongly.
const CONFIG_HELP: &str = "`ccu config set --help` lists the settings and what they may be";
/// What mends a configuration directory that cannot be used.
const OTHER_CONFIG_DIR: &str = "mend the directory, or name another one with `CCU_CONFIG_DIR`";
/// What mends a database that is damaged.
pub const DAMAGED_DATABASE: &str = "`ccu reset-db --force` sets the file aside; the transcripts that are left, `ccu gist pull` and `ccu import` then fill a new one";
/// What mends a data directory that cannot be used.
const OTHER_DATA_DIR: &str = "mend the directory, or name another one with `CCU_DATA_DIR`";

/// A model id with points in it is taken for several keys, which is the mistake that people make.
fn quoting_hint(error: &ConfigError) -> Option<&'static str> {
    let ConfigError::Refused { problem } = error else { return None };
    let text = problem.to_string();
    let key = text.strip_prefix("unknown key `")?.split('`').next()?;
    let (table, rest) = key.split_once('.')?;
    let has_points = match table {
        "prices" => rest.matches('.').count() > 1,
        "aliases" => rest.contains('.'),
        _ => false,
    };
    (has_points && !rest.contains(['"', '\'']) && !text.contains("did you mean"))
        .then_some("a model id with points in it is quoted, as in `ccu config set 'prices.\"glm-4.7\".input' 0.6`")
}

impl From<ResolveError> for CommandError {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Path(error) => error.into(),
            ResolveError::Machine(error) => error.into(),
            ResolveError::BadZoneVariable { .. } => CommandError::new(ErrorKind::Config, error)
                .hint("set `TZ` to a zone such as `Europe/Berlin`, or unset it"),
            ResolveError::BadApiUrlVariable { .. } => {
                CommandError::new(ErrorKind::Config, error).hint("mend `CCU_GITHUB_API_URL`, or unset it")
            }
        }
    }
}

impl From<PathError> for CommandError {
    fn from(error: PathError) -> Self {
        CommandError::new(ErrorKind::Config, error)
    }
}

impl From<MachineError> for CommandError {
    fn from(error: MachineError) -> Self {
        match &error {
            MachineError::BadName { .. } => CommandError::new(ErrorKind::Config, error)
                .hint("`CCU_MACHINE` or `ccu config set machine.name NAME` gives this machine a name"),
            MachineError::DamagedId { .. } => CommandError::new(ErrorKind::File, error)
                .hint("put the UUID back from a backup; if there is none, delete the file, and this machine counts as a new one"),
            MachineError::ReadId { .. } | MachineError::WriteId { .. } => {
                CommandError::new(ErrorKind::File, error).hint(OTHER_CONFIG_DIR)
            }
            MachineError::NoRandomness { .. } => CommandError::new(ErrorKind::File, error),
        }
    }
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> Self {
        CommandError::new(ErrorKind::File, error)
    }
}

/// What lets a database be opened. SQLite tells no reasons apart: the file itself, and what it needs beside it.
fn opening(path: &Path) -> &'static str {
    match File::options().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            "it is a directory; move it away, or name another data directory with `CCU_DATA_DIR`"
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && path.is_file() => {
            "the file may not be read and written by your user; let it, as with `chmod u+rw`, or name another directory with `CCU_DATA_DIR`"
        }
        _ => "its directory must be writable, even to read it; make it so, or name another one with `CCU_DATA_DIR`",
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let hint = match &error {
            StoreError::Damaged { .. } => DAMAGED_DATABASE,
            StoreError::NotOurs { .. } => "move the file away, or name another directory with `CCU_DATA_DIR`",
            StoreError::Locked { .. } => {
                "wait until the other program is done; `--no-refresh` shows what is stored by now, where it can be read"
            }
            StoreError::ReadOnly { .. } => {
                "make the file and its directory writable, or name another directory with `CCU_DATA_DIR`"
            }
            StoreError::NewerSchema { .. } => "update ccu on this machine",
            StoreError::DiskFull { .. } => "make room, then try again",
            StoreError::CannotOpen { path, .. } => {
                let hint = opening(path);
                return CommandError::new(ErrorKind::Database, error).hint(hint);
            }
            StoreError::Rollup { .. } => "make them anew with `ccu doctor --rebuild`",
            StoreError::Sqlite { .. } => "`ccu doctor` checks the database",
        };
        CommandError::new(ErrorKind::Database, error).hint(hint)
    }
}

impl From<LedgerError> for CommandError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Machine(error) => error.into(),
            LedgerError::Store(error) => error.into(),
            LedgerError::Busy(_) => CommandError::new(ErrorKind::File, error)
                .hint("wait until it is done; `--no-refresh` shows what is stored by now"),
            LedgerError::Syncing(_) => {
                CommandError::new(ErrorKind::Busy, error).hint("wait until it is done, then try again")
            }
            LedgerError::Sync(error) => (*error).into(),
            LedgerError::NoDataDirectory { .. } | LedgerError::UnreadableDataDirectory { .. } => {
                CommandError::new(ErrorKind::File, error).hint("name another directory with `CCU_DATA_DIR`")
            }
            LedgerError::CannotSetAside { .. } | LedgerError::Lock(_) => {
                CommandError::new(ErrorKind::File, error).hint(OTHER_DATA_DIR)
            }
        }
    }
}

impl From<JqError> for CommandError {
    fn from(error: JqError) -> Self {
        CommandError::new(ErrorKind::Usage, error).hint("jq's language is described at https://jqlang.org/manual")
    }
}

/// A value of ours that is no JSON, which cannot be.
impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        CommandError::new(ErrorKind::Internal, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_engine::atomic_file::{self, Access};
    use ccu_engine::config;

    #[test]
    fn a_key_is_only_taken_out_of_a_file_that_has_keys() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        let check = |text: &str, expected: &str| {
            atomic_file::write(&path, text.as_bytes(), Access::Unchanged).unwrap();
            let hints = CommandError::from(config::Config::load(&path).unwrap_err()).hints.join("; ");
            assert_eq!(hints.replace(path.to_str().unwrap(), "FILE"), expected);
        };
        check("[report]\ntimezone = \n", "mend line 2 of `FILE` in an editor; `ccu config` cannot");
        check("[report]\ntimezone = 1\n", "edit these lines, or take one out with `ccu config unset KEY`");
    }

    #[test]
    fn a_model_id_with_points_is_told_to_be_quoted() {
        let home = tempfile::tempdir().unwrap();
        let hint = |key| {
            let error = config::set(&home.path().join("config.toml"), key, "1").unwrap_err();
            CommandError::from(error).hints.join("; ")
        };
        let quoted = "a model id with points in it is quoted, as in `ccu config set 'prices.\"glm-4.7\".input' 0.6`";
        assert_eq!(hint("prices.glm-4.7.input"), quoted);
        assert_eq!(hint("aliases.glm-4.7"), quoted);
        assert_eq!(hint("report.timezon"), CONFIG_HELP);
        assert_eq!(hint("prices.glm.inputs"), CONFIG_HELP);
    }
}
