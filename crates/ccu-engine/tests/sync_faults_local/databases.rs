//! Lost, restored and full databases: the Gist knows what this machine had, and nothing of it is written over.

use std::fs;

use ccu_engine::sync::{Notice, SyncError};
use ccu_store::StoreError;

use super::image::{copy_dir, is_sound, put_in_place};
use super::machine::{self, Machine};

#[test]
fn a_lost_database_comes_back_before_anything_is_pushed() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home").with_small_segments();
    home.find(0..35);
    home.push();
    home.wipe();
    // Some transcripts are still there, and some are new.
    home.find(30..40);
    home.improve(31, 9);
    let pushed = home.push();
    assert_eq!(pushed.restored, 30);
    assert!(pushed.notices.contains(&Notice::TookOver { records: 30 }), "{:?}", pushed.notices);
    assert_eq!(home.push().files, []);
    is_sound(&home);

    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.records(), home.records());
    assert_eq!(other.numbers(), (0..40).collect::<Vec<_>>());
    assert_eq!(other.records()[&31], 9);
}

#[test]
fn a_pull_brings_a_lost_database_back_too() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home").with_small_segments();
    home.find(0..35);
    home.push();
    home.wipe();
    let pulled = home.pull();
    assert_eq!((pulled.restored, home.numbers()), (35, (0..35).collect()));
    home.find(35..37);
    home.push();
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.records(), home.records());
}

#[test]
fn a_database_restored_from_a_backup_goes_on_from_the_gist() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home").with_small_segments();
    home.find(0..20);
    home.push();
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    copy_dir(home.directory(), &copy);
    home.find(20..35);
    home.push();
    put_in_place(&copy, &mut home);
    assert_eq!(home.numbers().len(), 20);
    home.find(33..40);
    assert_eq!(home.push().restored, 13);
    is_sound(&home);
    assert_eq!(home.numbers(), (0..40).collect::<Vec<_>>());
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.records(), home.records());
}

#[test]
fn a_full_disk_leaves_whole_machines_only() {
    let fake = machine::fake();
    let mut first = Machine::new(&fake, "first");
    first.find(0..5);
    first.push();
    let mut second = Machine::new(&fake, "second");
    second.find(1000..4000);
    second.push();

    let mut home = Machine::new(&fake, "home");
    let n_pages = u32::try_from(fs::metadata(home.database()).unwrap().len() / 4096).unwrap();
    home.store.limit_pages(n_pages + 12).unwrap();
    let error = home.try_pull().unwrap_err();
    assert!(matches!(error, SyncError::Store(StoreError::DiskFull { .. })), "{error:?}");
    is_sound(&home);
    assert_eq!(home.numbers(), [0, 1, 2, 3, 4], "one machine whole, the other not at all");

    // Somebody makes room.
    home.reopen();
    home.pull();
    is_sound(&home);
    assert_eq!(home.numbers().len(), 3005);
}

#[test]
fn a_push_on_a_full_disk_sends_nothing_that_is_not_remembered() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    home.find(0..3000);
    let n_pages = u32::try_from(fs::metadata(home.database()).unwrap().len() / 4096).unwrap();
    home.store.limit_pages(n_pages).unwrap();
    let error = home.try_push().unwrap_err();
    assert!(matches!(error, SyncError::Store(StoreError::DiskFull { .. })), "{error:?}");
    is_sound(&home);
    home.reopen();
    home.push();
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers().len(), 3000);
}
