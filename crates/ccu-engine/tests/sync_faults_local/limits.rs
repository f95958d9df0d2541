//! More files than GitHub lists: what is missing in the list may well be there, and nothing is done on the guess that it is
//! not.

use ccu_engine::sync::SyncError;
use ccu_testkit::fake_github::Options;

use super::machine::{self, Machine, gist_id};

const MOST_FILES: usize = 8;

/// A Gist whose list is cut before our files once somebody has put enough others into it.
fn crowd(fake: &ccu_testkit::fake_github::FakeGitHub) {
    for nth in 0..MOST_FILES {
        fake.gists().edit(&gist_id(fake), &format!("a note {nth}.md"), "mine");
    }
}

#[test]
fn a_push_does_not_write_over_what_is_not_listed() {
    let check = |prepare: fn(&mut Machine)| {
        let fake = machine::start(Options::new().most_files(MOST_FILES));
        let mut home = Machine::new(&fake, "home");
        home.find(0..5);
        home.push();
        prepare(&mut home);
        home.find(3..9);
        crowd(&fake);
        let before = fake.gists().files(&gist_id(&fake));
        let error = home.try_push().unwrap_err();
        assert!(matches!(error, SyncError::TooManyFiles), "{error:?}");
        assert_eq!(fake.gists().files(&gist_id(&fake)), before, "nothing was written");
        assert_ne!(home.unsent(), 0, "nothing is taken for sent");

        // Somebody tidies up, and all goes on.
        (0..MOST_FILES).for_each(|nth| fake.gists().remove_file(&gist_id(&fake), &format!("a note {nth}.md")));
        home.push();
        let mut other = Machine::new(&fake, "other");
        other.pull();
        assert_eq!(other.numbers(), (0..9).collect::<Vec<_>>());
    };
    check(|_| {});
    check(Machine::wipe);
}

#[test]
fn a_pull_says_that_files_may_be_missing_and_forgets_nothing() {
    let fake = machine::start(Options::new().most_files(MOST_FILES));
    let mut first = Machine::new(&fake, "first");
    first.find(0..5);
    first.push();
    let mut other = Machine::new(&fake, "other");
    other.pull();
    crowd(&fake);
    let pulled = other.try_pull().unwrap();
    assert!(matches!(pulled.errors[..], [SyncError::TooManyFiles]), "{:?}", pulled.errors);
    assert_eq!(other.numbers(), [0, 1, 2, 3, 4]);

    (0..MOST_FILES).for_each(|nth| fake.gists().remove_file(&gist_id(&fake), &format!("a note {nth}.md")));
    first.find(5..6);
    first.push();
    assert_eq!(other.pull().inserted.new, 1, "the list is whole again, and the next pull notices");
}

#[test]
fn a_machine_whose_files_are_listed_goes_on_beside_others_that_are_not() {
    let fake = machine::start(Options::new().most_files(MOST_FILES));
    let mut last = Machine::new(&fake, "zebra").with_small_segments();
    last.find(0..48 + 12 + 4);
    last.push();
    let mut home = Machine::new(&fake, "home").with_small_segments();
    home.find(100..111);
    home.push();
    (0..2).for_each(|nth| fake.gists().edit(&gist_id(&fake), &format!("a note {nth}.md"), "mine"));
    let unlisted = fake.gists().newest(&gist_id(&fake)).names()[MOST_FILES..].to_vec().join(" ");
    assert!(unlisted.contains("zebra") && !unlisted.contains("home"), "{unlisted}");

    home.find(111..113);
    home.push();
    (0..2).for_each(|nth| fake.gists().remove_file(&gist_id(&fake), &format!("a note {nth}.md")));
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers(), (0..64).chain(100..113).collect::<Vec<_>>());
    let manifest = fake.gists().file(&gist_id(&fake), "manifest.json").unwrap();
    assert!(manifest.contains("\"zebra\"") && manifest.contains("\"home\""), "{manifest}");
}
