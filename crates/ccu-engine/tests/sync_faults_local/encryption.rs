//! Encrypted Gists: who lacks the key writes nothing, neither here nor there, and learns why.

use ccu_engine::sync::{Codec, CodecError, Key, PushOptions, SyncError};
use ccu_testkit::fake_github::FakeGitHub;

use super::machine::{self, Machine, gist_id};

fn with_key(mut machine: Machine, key: Option<&Key>, encrypts: bool) -> Machine {
    machine.settings.codec = Codec { key: key.cloned(), encrypts };
    machine
}

fn is_no_key(error: &SyncError) -> bool {
    matches!(error, SyncError::Sealed { source, .. } if matches!(**source, CodecError::NoKey))
}

fn is_wrong_key(error: &SyncError) -> bool {
    matches!(error, SyncError::Sealed { source, .. } if matches!(**source, CodecError::Key(_)))
}

/// A Gist with one machine, encrypted.
fn sealed(fake: &std::sync::Arc<FakeGitHub>, key: &Key) -> Machine {
    let mut first = with_key(Machine::new(fake, "first").with_small_segments(), Some(key), true);
    first.find(0..9);
    first.push();
    first
}

#[test]
fn who_has_the_key_reads_all_and_who_has_none_sees_nothing() {
    let (fake, key) = (machine::fake(), Key::generate());
    sealed(&fake, &key);
    for (name, text) in fake.gists().files(&gist_id(&fake)) {
        for word in ["first", "session", "project", "claude", "ann"] {
            assert!(!text.contains(word) && !name.contains(word), "{name} shows `{word}`");
        }
    }
    let mut second = with_key(Machine::new(&fake, "second"), Some(&key), true);
    second.pull();
    assert_eq!(second.numbers().len(), 9);
    assert!(second.store.machines().unwrap().iter().any(|machine| machine.name == "first"));
}

#[test]
fn without_the_key_nothing_is_written() {
    let (key, other_key) = (Key::generate(), Key::generate());
    let check = |their_key: Option<&Key>, encrypts: bool, is_expected: fn(&SyncError) -> bool| {
        let fake = machine::fake();
        sealed(&fake, &key);
        let before = fake.gists().files(&gist_id(&fake));
        let mut home = with_key(Machine::new(&fake, "home"), their_key, encrypts);
        home.find(100..105);
        let pulled = home.try_pull().unwrap();
        assert!(pulled.errors.len() == 1 && is_expected(&pulled.errors[0]), "{:?}", pulled.errors);
        let error = home.try_push().unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!(fake.gists().files(&gist_id(&fake)), before);
        assert_eq!(home.numbers(), (100..105).collect::<Vec<_>>());

        // With the key, all is as if nothing had happened.
        home = with_key(home, Some(&key), true);
        home.push();
        home.pull();
        assert_eq!(home.numbers(), (0..9).chain(100..105).collect::<Vec<_>>());
    };
    check(None, false, is_no_key);
    check(None, true, is_no_key);
    check(Some(&other_key), false, is_wrong_key);
    check(Some(&other_key), true, is_wrong_key);
}

#[test]
fn a_machine_that_lost_its_key_does_not_go_on() {
    let (key, other_key) = (Key::generate(), Key::generate());
    let check = |their_key: Option<&Key>, encrypts: bool, is_expected: fn(&SyncError) -> bool| {
        let fake = machine::fake();
        let first = sealed(&fake, &key);
        let before = fake.gists().files(&gist_id(&fake));
        let mut first = with_key(first, their_key, encrypts);
        first.find(9..12);
        let error = first.try_push().unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        // Nor does one that lost its database, too.
        first.wipe();
        first.find(9..12);
        let error = first.try_push().unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!(fake.gists().files(&gist_id(&fake)), before);
    };
    check(None, false, is_no_key);
    check(None, true, is_no_key);
    check(Some(&other_key), true, is_wrong_key);
}

#[test]
fn no_gist_is_made_for_want_of_a_key() {
    let fake = machine::fake();
    let mut home = with_key(Machine::new(&fake, "home"), None, true);
    home.find(0..5);
    let error = home.try_push().unwrap_err();
    assert!(is_no_key(&error), "{error:?}");
    assert_eq!(fake.gists().ids(), [""; 0]);
}

#[test]
fn plain_and_encrypted_heads_live_side_by_side() {
    let (fake, key) = (machine::fake(), Key::generate());
    let mut plain = Machine::new(&fake, "plain");
    plain.find(100..105);
    plain.push();
    sealed(&fake, &key);
    // A machine that was there before goes on; of the other it says that it cannot be opened.
    plain.find(105..106);
    plain.push();
    let pulled = plain.try_pull().unwrap();
    assert!(pulled.errors.len() == 1 && is_no_key(&pulled.errors[0]), "{:?}", pulled.errors);
    assert_eq!(plain.numbers(), (100..106).collect::<Vec<_>>());
    let mut both = with_key(Machine::new(&fake, "both"), Some(&key), true);
    both.pull();
    assert_eq!(both.numbers(), (0..9).chain(100..106).collect::<Vec<_>>());
}

#[test]
fn encryption_is_turned_on_and_off_and_on_with_another_key() {
    let (fake, key, other_key) = (machine::fake(), Key::generate(), Key::generate());
    let mut home = Machine::new(&fake, "home").with_small_segments();
    let force = PushOptions { force: true, ..PushOptions::default() };
    for (round, codec) in [
        Codec::default(),
        Codec { key: Some(key.clone()), encrypts: true },
        Codec { key: Some(key.clone()), encrypts: false },
        Codec { key: Some(key), encrypts: true },
        Codec { key: Some(other_key), encrypts: true },
    ]
    .into_iter()
    .enumerate()
    {
        home.settings.codec = codec.clone();
        let first = round as u64 * 6;
        home.find(first..first + 6);
        home.push_with(force).unwrap();
        home.push();
        let mut other = Machine::new(&fake, &format!("other {round}"));
        other.settings.codec = codec;
        other.pull();
        assert_eq!(other.numbers(), home.numbers(), "round {round}");
    }
}

#[test]
fn who_has_the_key_and_does_not_encrypt_shows_nothing_by_accident() {
    let (fake, key) = (machine::fake(), Key::generate());
    sealed(&fake, &key);
    let before = fake.gists().files(&gist_id(&fake));
    let mut second = with_key(Machine::new(&fake, "second"), Some(&key), false);
    second.find(100..105);
    let error = second.try_push().unwrap_err();
    assert!(matches!(&error, SyncError::WouldShow { .. }), "{error:?}");
    assert_eq!(fake.gists().files(&gist_id(&fake)), before);
    // Nor does one whose setting was lost.
    let mut second = with_key(second, Some(&key), true);
    second.push();
    let before = fake.gists().files(&gist_id(&fake));
    second = with_key(second, Some(&key), false);
    second.find(105..106);
    let error = second.try_push().unwrap_err();
    assert!(matches!(&error, SyncError::WouldShow { .. }), "{error:?}");
    assert_eq!(fake.gists().files(&gist_id(&fake)), before);
}
