//! Starting over: the database is set aside, never deleted.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ccu_core::time::UtcMillis;

use super::{LOCK_FILE, LOCK_WAIT, LedgerError, LedgerPlace, database};
use crate::file_lock;

/// What a reset did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The database that was set aside; `None` where there was none.
    pub database: Option<PathBuf>,
    /// Where it is now.
    pub set_aside: PathBuf,
}

/// SQLite's files beside a database; they belong to it and go with it.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

/// Sets this machine's database aside under a name with the time, so that the next run begins a new one.
///
/// The machine's id stays, so what others know of this machine still belongs to it.
///
/// **Errors**: when another run holds the database, or a file cannot be moved.
pub fn reset(place: &LedgerPlace, now: UtcMillis) -> Result<Reset, LedgerError> {
    if !place.data_dir.exists() {
        return Ok(Reset { database: None, set_aside: place.data_dir.clone() });
    }
    let _lock = file_lock::acquire(&place.data_dir.join(LOCK_FILE), "ccu reset-db", LOCK_WAIT)?;
    let machine = database::machine_id(place)?;
    let path = database::locate(&place.data_dir, machine, &place.machine_name)?;
    let set_aside = free_name(&path, now);
    let existed = path.exists();
    for companion in COMPANIONS {
        let from = with_ending(&path, companion);
        match fs::rename(&from, with_ending(&set_aside, companion)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(LedgerError::CannotSetAside { path: from, source }),
        }
    }
    Ok(Reset { database: existed.then_some(path), set_aside })
}

/// A name with the time that no file has: of two resets in one second, the second must not replace what the first has kept.
fn free_name(path: &Path, now: UtcMillis) -> PathBuf {
    let stamp = now.timestamp().strftime("%Y%m%d-%H%M%S").to_string();
    let mut name = with_ending(path, &format!(".reset-{stamp}"));
    let mut nth = 1;
    while COMPANIONS.iter().any(|companion| with_ending(&name, companion).symlink_metadata().is_ok()) {
        nth += 1;
        name = with_ending(path, &format!(".reset-{stamp}-{nth}"));
    }
    name
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
