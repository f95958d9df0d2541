//! How the errors of the other rooms look to a user: their kind, and the command that mends them.

use ccu_engine::atomic_file::WriteError;
use ccu_engine::config::{ConfigError, ResolveError};
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
                return CommandError::new(ErrorKind::Usage, error).hint("`ccu config show` lists the settings");
            }
            ConfigError::Read { .. } | ConfigError::Write { .. } => return CommandError::new(ErrorKind::File, error),
            ConfigError::NotUtf8 { .. } => "save the file as UTF-8",
            ConfigError::Invalid { .. } => "edit these lines, or take one out with `ccu config unset KEY`",
            ConfigError::Prices { .. } => "take a price or alias out with `ccu config unset KEY`",
        };
        CommandError::new(ErrorKind::Config, error).hint(hint)
    }
}

impl From<ResolveError> for CommandError {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Path(error) => error.into(),
            ResolveError::Machine(error) => error.into(),
            ResolveError::BadZoneVariable { .. } => {
                CommandError::new(ErrorKind::Config, error).hint("name a zone with `--timezone`, or unset `TZ`")
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
            MachineError::BadName { .. } => CommandError::new(ErrorKind::Config, error),
            MachineError::DamagedId { .. } => CommandError::new(ErrorKind::File, error)
                .hint("put the UUID back from a backup; if there is none, delete the file, and this machine counts as a new one"),
            MachineError::ReadId { .. } | MachineError::WriteId { .. } | MachineError::NoRandomness { .. } => {
                CommandError::new(ErrorKind::File, error)
            }
        }
    }
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> Self {
        CommandError::new(ErrorKind::File, error)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let hint = match &error {
            StoreError::Damaged { .. } => {
                "`ccu reset-db --force` sets the file aside; the transcripts that are left then fill a new one"
            }
            StoreError::NotOurs { .. } => "move the file away, or name another directory with `CCU_DATA_DIR`",
            StoreError::Locked { .. } => "wait until the other ccu is done, then try again",
            StoreError::ReadOnly { .. } => {
                "make the file and its directory writable, or name another directory with `CCU_DATA_DIR`"
            }
            StoreError::NewerSchema { .. } => "update ccu on this machine",
            StoreError::DiskFull { .. } => "make room, then try again",
            StoreError::CannotOpen { .. } => "`ccu doctor` shows where the database should be",
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
            LedgerError::NoDataDirectory { .. } | LedgerError::UnreadableDataDirectory { .. } => {
                CommandError::new(ErrorKind::File, error).hint("name another directory with `CCU_DATA_DIR`")
            }
            LedgerError::CannotSetAside { .. } | LedgerError::Lock(_) => CommandError::new(ErrorKind::File, error),
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
