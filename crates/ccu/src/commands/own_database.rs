//! Which file is this machine's database, found without opening or making any.

use std::fs;
use std::path::{Path, PathBuf};

use ccu_core::ids::MachineId;
use ccu_engine::machine;
use ccu_engine::paths;
use ccu_store::machine_of;

use crate::surroundings::Surroundings;

/// The database of this machine in a directory; `None` where there is none, or it cannot be told.
pub fn own_database(data_dir: &Path, surroundings: &Surroundings) -> Option<PathBuf> {
    let config_dir = paths::config_dir(&surroundings.environment).ok()?.value;
    let machine = machine::load_id(&config_dir).ok()??;
    find(data_dir, machine)
}

fn find(data_dir: &Path, machine: MachineId) -> Option<PathBuf> {
    let mut paths = fs::read_dir(data_dir).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_database = |path: &Path| path.extension().is_some_and(|extension| extension == "db");
    paths.find(|path| is_database(path) && machine_of(path).is_ok_and(|owner| owner == Some(machine)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_store::Store;

    #[test]
    fn the_file_of_this_machine_is_found_and_none_is_made() {
        let data = tempfile::tempdir().unwrap();
        let (here, there) = (MachineId([1; 16]), MachineId([2; 16]));
        let path = data.path().join("usage_history_here.db");
        drop(Store::open(&path, here, "here").unwrap());
        assert_eq!(find(data.path(), here), Some(path));
        assert_eq!(find(data.path(), there), None);
        assert_eq!(find(&data.path().join("gone"), here), None);
        assert!(!data.path().join("gone").exists());
    }
}
