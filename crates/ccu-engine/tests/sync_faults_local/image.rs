//! A machine's files as they are at a moment: what a clone of its disk holds, a backup, or a killed process leaves.

use std::fs;
use std::path::Path;

use ccu_store::Store;

use super::machine::Machine;

/// Copies a directory with all that is in it; SQLite's files are copied as they are.
pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts these files in the place of the machine's, and opens its database as the next run does.
pub fn put_in_place(image: &Path, machine: &mut Machine) {
    let settings = &machine.settings;
    machine.store = Store::open(Path::new(":memory:"), settings.machine, &settings.machine_name).unwrap();
    for entry in fs::read_dir(machine.directory()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    copy_dir(image, machine.directory());
    machine.reopen();
    is_sound(machine);
}

/// Its database is sound, and its roll-ups say what its records say.
pub fn is_sound(machine: &Machine) {
    let health = machine.store.health().unwrap();
    assert!(health.damages.is_empty() && health.are_rollups_true, "{health:?}");
}
