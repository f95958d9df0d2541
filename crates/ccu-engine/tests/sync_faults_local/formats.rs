//! Files of a newer ccu: left as they are, and no obstacle for what can be read.

use ccu_engine::sync::SyncError;
use ccu_testkit::fake_github::FakeGitHub;

use super::machine::{self, Machine, gist_id};

/// Makes a file one of format 3.
fn raise_format(fake: &FakeGitHub, file: &str) -> String {
    let id = gist_id(fake);
    let text = fake.gists().file(&id, file).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["ccu"]["format"] = 3.into();
    let text = serde_json::to_string_pretty(&json).unwrap();
    fake.gists().edit(&id, file, &text);
    text
}

#[test]
fn a_newer_head_is_left_alone_and_others_come_in() {
    let fake = machine::fake();
    for (name, first) in [("newer", 0), ("older", 100)] {
        let mut machine = Machine::new(&fake, name);
        machine.find(first..first + 5);
        machine.push();
    }
    let newer = raise_format(&fake, "usage_data_newer.json");
    let mut home = Machine::new(&fake, "home");
    for _ in 0..2 {
        let pulled = home.try_pull().unwrap();
        let [SyncError::NewerFormat { file, found: 3 }] = &pulled.errors[..] else { panic!("{:?}", pulled.errors) };
        assert_eq!(file, "usage_data_newer.json");
        assert_eq!(home.numbers(), (100..105).collect::<Vec<_>>());
    }
    home.find(200..205);
    home.push();
    assert_eq!(fake.gists().file(&gist_id(&fake), "usage_data_newer.json").unwrap(), newer);
    let manifest = fake.gists().file(&gist_id(&fake), "manifest.json").unwrap();
    assert!(manifest.contains("\"newer\""), "{manifest}");

    // It is broken, besides: what is rebuilt from heads keeps the machine that it cannot read.
    fake.gists().edit(&gist_id(&fake), "manifest.json", "[]");
    home.find(205..206);
    home.push();
    let manifest = fake.gists().file(&gist_id(&fake), "manifest.json").unwrap();
    assert!(manifest.contains("\"newer\"") && manifest.contains("\"older\""), "{manifest}");
}

#[test]
fn our_own_newer_head_is_not_overwritten() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    home.find(0..5);
    home.push();
    raise_format(&fake, "usage_data_home.json");
    let before = fake.gists().files(&gist_id(&fake));
    home.find(5..9);
    for _ in 0..2 {
        let error = home.try_push().unwrap_err();
        assert!(matches!(error, SyncError::NewerFormat { found: 3, .. }), "{error:?}");
        home.wipe();
    }
    assert_eq!(fake.gists().files(&gist_id(&fake)), before);
}

#[test]
fn a_newer_manifest_is_left_alone_and_heads_come_in() {
    let fake = machine::fake();
    let mut first = Machine::new(&fake, "first");
    first.find(0..5);
    first.push();
    raise_format(&fake, "manifest.json");
    let before = fake.gists().files(&gist_id(&fake));
    let mut home = Machine::new(&fake, "home");
    let pulled = home.try_pull().unwrap();
    assert!(matches!(&pulled.errors[..], [SyncError::NewerFormat { file, .. }] if file == "manifest.json"));
    assert_eq!(home.numbers(), [0, 1, 2, 3, 4]);
    home.find(100..105);
    for machine in [&mut home, &mut first] {
        let error = machine.try_push().unwrap_err();
        assert!(matches!(error, SyncError::NewerFormat { found: 3, .. }), "{error:?}");
    }
    assert_eq!(fake.gists().files(&gist_id(&fake)), before);
}

#[test]
fn a_newer_segment_keeps_its_machine_out_until_it_can_be_read() {
    let fake = machine::fake();
    let mut first = Machine::new(&fake, "first").with_small_segments();
    first.find(0..6);
    first.push();
    let id = gist_id(&fake);
    let files = fake.gists().files(&id);
    let segment = files.keys().find(|name| name.contains("_s0_")).unwrap();
    raise_format(&fake, segment);
    let mut home = Machine::new(&fake, "home");
    let pulled = home.try_pull().unwrap();
    assert_eq!((pulled.errors.len(), home.numbers().len()), (1, 0), "{:?}", pulled.errors);
    fake.gists().edit(&id, segment, &files[segment]);
    home.pull();
    assert_eq!(home.numbers().len(), 6);
}

#[test]
fn an_unknown_machine_is_an_error_and_the_known_come_in() {
    let fake = machine::fake();
    for (name, first) in [("HOME-WT", 0), ("Laptop-WT", 100), ("vm", 200)] {
        let mut machine = Machine::new(&fake, name);
        machine.find(first..first + 5);
        machine.push();
    }
    let mut home = Machine::new(&fake, "here");
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let asked = names(&["HOME-WT", "Desktop"]);
    let pulled = home.session(|session| session.pull(&asked)).unwrap();
    let [SyncError::UnknownMachine { name, known }] = &pulled.errors[..] else { panic!("{:?}", pulled.errors) };
    assert_eq!((name.as_str(), known), ("Desktop", &names(&["HOME-WT", "Laptop-WT", "vm"])));
    assert_eq!((pulled.machines, home.numbers()), (names(&["HOME-WT"]), (0..5).collect()));
    // Nothing of it is remembered as whole: the next pull takes in the others.
    home.pull();
    assert_eq!(home.numbers().len(), 15);
}
