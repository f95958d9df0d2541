//! Which file in the data directory is this machine's database.
//!
//! The file is named after the machine when it is made. Later the file that holds our machine id is ours, whatever the
//! machine is called by then.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ccu_core::ids::MachineId;
use ccu_store::machine_of;

use super::{LedgerError, LedgerPlace};
use crate::machine;

const PREFIX: &str = "usage_history_";
const SUFFIX: &str = ".db";
/// File systems allow 255 bytes a name; the name is also shown in narrow places.
const LONGEST_SLUG: usize = 60;

/// The id of this machine. Where it was lost and one database is there, that database's machine is who we are: a lost
/// configuration directory must not part users from their history.
pub(super) fn machine_id(place: &LedgerPlace) -> Result<MachineId, LedgerError> {
    if let Some(id) = machine::load_id(&place.config_dir)? {
        return Ok(id);
    }
    let owners: Vec<MachineId> =
        databases(&place.data_dir)?.iter().filter_map(|path| machine_of(path).ok().flatten()).collect();
    match owners[..] {
        [owner] => Ok(machine::adopt_id(&place.config_dir, owner)?),
        _ => Ok(machine::load_or_create_id(&place.config_dir)?),
    }
}

/// The path of this machine's database, whether or not it exists.
pub(super) fn locate(data_dir: &Path, machine: MachineId, name: &str) -> Result<PathBuf, LedgerError> {
    let mut unreadable = None;
    let preferred = data_dir.join(format!("{PREFIX}{}{SUFFIX}", slug(name)));
    let mut is_preferred_taken = false;
    for path in databases(data_dir)? {
        match machine_of(&path) {
            Ok(Some(owner)) if owner == machine => return Ok(path),
            Ok(Some(_)) => is_preferred_taken |= path == preferred,
            // Nobody's: its making was cut short, by a full disk say.
            Ok(None) => {}
            // Perhaps ours: opening it says what is wrong, while a new file would hide it.
            Err(_) => {
                unreadable.get_or_insert(path);
            }
        }
    }
    let short_id: String = machine.to_string().chars().take(4).collect();
    Ok(match (unreadable, is_preferred_taken) {
        (Some(path), _) => path,
        (None, false) => preferred,
        (None, true) => data_dir.join(format!("{PREFIX}{}-{short_id}{SUFFIX}", slug(name))),
    })
}

/// The file in `data_dir` that is the database of the machine whose configuration is in `config_dir`, found without opening or
/// making any; `None` where there is none, or it cannot be told.
pub fn existing_database(config_dir: &Path, data_dir: &Path) -> Option<PathBuf> {
    let machine = machine::load_id(config_dir).ok()??;
    let is_its = |path: &PathBuf| machine_of(path).is_ok_and(|owner| owner == Some(machine));
    databases(data_dir).ok()?.into_iter().find(is_its)
}

fn databases(data_dir: &Path) -> Result<Vec<PathBuf>, LedgerError> {
    let unreadable = |source| LedgerError::UnreadableDataDirectory { path: data_dir.to_owned(), source };
    let entries = match fs::read_dir(data_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A machine's name as part of a file name: letters, digits, `.`, `_` and `-` stay.
fn slug(name: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    let plain = name.chars().map(|character| if is_plain(character) { character } else { '-' });
    let slug: String = plain.take(LONGEST_SLUG).collect();
    if slug.is_empty() { "machine".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_store::Store;

    const HERE: MachineId = MachineId([1; 16]);
    const THERE: MachineId = MachineId([2; 16]);

    fn place(home: &Path) -> LedgerPlace {
        LedgerPlace {
            config_dir: home.join("config"),
            data_dir: home.join("data"),
            machine_name: "here".into(),
            roots: vec![],
        }
    }

    fn located(data_dir: &Path, machine: MachineId, name: &str) -> String {
        let path = locate(data_dir, machine, name).unwrap();
        path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn names_become_plain_file_names() {
        let check = |name, expected| assert_eq!(slug(name), expected);
        check("HOME-WT", "HOME-WT");
        check("Ann's Mac/Büro", "Ann-s-Mac-B-ro");
        check("..", "..");
        check("", "machine");
        assert_eq!(slug(&"x".repeat(200)).len(), LONGEST_SLUG);
    }

    #[test]
    fn a_renamed_machine_keeps_its_database() {
        let data = tempfile::tempdir().unwrap();
        drop(Store::open(&data.path().join("usage_history_old.db"), HERE, "old").unwrap());
        assert_eq!(located(data.path(), HERE, "new"), "usage_history_old.db");
        assert_eq!(located(data.path(), THERE, "new"), "usage_history_new.db");
        assert_eq!(located(data.path(), THERE, "old"), "usage_history_old-0202.db");
    }

    #[test]
    fn a_database_whose_making_was_cut_short_is_made_whole() {
        let data = tempfile::tempdir().unwrap();
        fs::File::create(data.path().join("usage_history_here.db")).unwrap();
        assert_eq!(located(data.path(), HERE, "here"), "usage_history_here.db");
        drop(Store::open(&data.path().join("usage_history_here.db"), HERE, "here").unwrap());
        assert_eq!(located(data.path(), HERE, "here"), "usage_history_here.db");
    }

    #[test]
    fn a_damaged_database_is_not_hidden_by_a_new_one() {
        let data = tempfile::tempdir().unwrap();
        std::io::Write::write_all(&mut fs::File::create(data.path().join("usage_history_old.db")).unwrap(), &[7; 9000])
            .unwrap();
        assert_eq!(located(data.path(), HERE, "new"), "usage_history_old.db");
    }

    #[test]
    fn a_lost_id_comes_back_from_the_only_database() {
        let home = tempfile::tempdir().unwrap();
        let place = place(home.path());
        fs::create_dir_all(&place.data_dir).unwrap();
        drop(Store::open(&place.data_dir.join("usage_history_x.db"), HERE, "x").unwrap());
        assert_eq!(machine_id(&place).unwrap(), HERE);
        assert_eq!(machine::load_id(&place.config_dir).unwrap(), Some(HERE));
    }

    #[test]
    fn the_file_of_this_machine_is_found_and_none_is_made() {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = place(home.path());
        assert_eq!(existing_database(&place.config_dir, &place.data_dir), None);
        let here = machine::load_or_create_id(&place.config_dir).unwrap();
        fs::create_dir_all(&place.data_dir).unwrap();
        let path = place.data_dir.join("usage_history_here.db");
        drop(Store::open(&path, here, "here").unwrap());
        assert_eq!(existing_database(&place.config_dir, &place.data_dir), Some(path));
        machine::load_or_create_id(other.path()).unwrap();
        assert_eq!(existing_database(other.path(), &place.data_dir), None);
        assert_eq!(existing_database(&place.config_dir, &home.path().join("gone")), None);
        assert!(!home.path().join("gone").exists());
    }
}
