//! Old answers, and files that were damaged, changed by hand or removed.

use std::sync::Arc;

use ccu_core::wire::manifest::Manifest;
use ccu_core::wire::{Content, Head, parse};
use ccu_engine::sync::{Notice, SyncError};
use ccu_testkit::fake_github::{Action, FakeGitHub, Fault};
use serde_json::Value;

use crate::machine::{Machine, fake, gist_id, head_file};

fn file(fake: &FakeGitHub, name: &str) -> String {
    fake.gists().file(&gist_id(fake), name).unwrap()
}

fn head(fake: &FakeGitHub, name: &str) -> Head {
    match parse(&file(fake, &head_file(name))).unwrap() {
        Content::Head(head) => head,
        other => panic!("{other:?}"),
    }
}

fn listed(fake: &FakeGitHub) -> Vec<String> {
    let manifest = Manifest::parse(&file(fake, "manifest.json")).unwrap();
    manifest.machines().iter().map(|machine| machine.machine_name.clone()).collect()
}

/// Two machines that have pushed and pulled: `a` has the records 0 to 29 in small segments, `b` has 100.
fn two(fake: &Arc<FakeGitHub>) -> [Machine; 2] {
    let mut machines = ["a", "b"].map(|name| Machine::new(fake, name).with_small_segments());
    machines[0].find(0..30);
    machines[1].find([100]);
    machines.iter_mut().for_each(|machine| drop(machine.push()));
    machines.iter_mut().for_each(|machine| drop(machine.pull()));
    machines
}

fn segments(fake: &FakeGitHub, name: &str) -> Vec<String> {
    head(fake, name).segments.into_iter().map(|entry| entry.file).collect()
}

/// Fault 19: answers are a few revisions old, up to three times in a row.
#[test]
fn old_answers_lose_nothing_and_no_generation_comes_back() {
    for n_revisions in 1..=3 {
        for times in 1..=3 {
            let fake = fake();
            let mut a = Machine::new(&fake, "a");
            let mut b = Machine::new(&fake, "b");
            for number in 0..4 {
                a.find([number]);
                a.push();
            }
            let generation = head(&fake, "a").generation;
            a.find([4]);
            b.find([100]);
            fake.faults().order(Fault::new(Action::Stale(n_revisions)).on_read().times(times));
            a.push();
            assert!(head(&fake, "a").generation > generation, "{n_revisions} {times}");
            fake.faults().clear();
            fake.faults().order(Fault::new(Action::Stale(n_revisions)).on_read().times(times));
            b.push();
            fake.faults().clear();
            for machine in [&mut a, &mut b] {
                machine.push();
                machine.pull();
                assert_eq!(machine.numbers(), [0, 1, 2, 3, 4, 100], "{n_revisions} {times}");
            }
            assert_eq!(listed(&fake), ["a", "b"], "{n_revisions} {times}");
        }
    }
}

/// Fault 19, of a pull: what it did not see, the next one sees.
#[test]
fn a_pull_with_an_old_answer_is_made_up_for() {
    let fake = fake();
    let [mut a, mut b] = two(&fake);
    a.find([30]);
    a.push();
    fake.faults().order(Fault::new(Action::Stale(1)).on_read());
    b.pull();
    b.pull();
    assert_eq!(b.numbers(), Vec::from_iter((0..31).chain([100])));
}

const NO_MANIFESTS: [&str; 6] =
    ["{\"version\": \"1.0\", \"mach", "[]", "", "<!DOCTYPE html><title>Unicorn!</title>", "null", "{}"];

/// Fault 20: the manifest is no manifest.
#[test]
fn a_broken_manifest_hides_nobody_and_is_made_anew() {
    for text in NO_MANIFESTS {
        let fake = fake();
        let [mut a, mut b] = two(&fake);
        fake.gists().edit(&gist_id(&fake), "manifest.json", text);
        let mut c = Machine::new(&fake, "c");
        c.pull();
        assert_eq!(c.numbers(), Vec::from_iter((0..30).chain([100])), "{text}");
        c.find([200]);
        let pushed = c.push();
        assert!(pushed.notices.contains(&Notice::ManifestRebuilt), "{text}: {:?}", pushed.notices);
        assert_eq!(listed(&fake), ["a", "b", "c"], "{text}");
        for machine in [&mut a, &mut b] {
            machine.push();
            machine.pull();
            assert_eq!(machine.numbers(), Vec::from_iter((0..30).chain([100, 200])), "{text}");
        }
        assert_eq!(listed(&fake), ["a", "b", "c"], "{text}");
    }
}

/// Fault 20, of a machine that has nothing new: it mends the manifest all the same.
#[test]
fn a_broken_manifest_is_mended_without_new_records() {
    for text in NO_MANIFESTS {
        let fake = fake();
        let [mut a, _b] = two(&fake);
        fake.gists().edit(&gist_id(&fake), "manifest.json", text);
        a.push();
        assert_eq!(listed(&fake), ["a", "b"], "{text}");
    }
}

/// Fault 21: the manifest was removed by hand.
#[test]
fn a_manifest_that_was_removed_is_made_anew() {
    let fake = fake();
    let [mut a, _b] = two(&fake);
    let id = gist_id(&fake);
    fake.gists().remove_file(&id, "manifest.json");
    let mut c = Machine::new(&fake, "c");
    c.pull();
    c.find([200]);
    c.push();
    assert_eq!(listed(&fake), ["a", "b", "c"]);
    assert_eq!(Manifest::parse(&file(&fake, "manifest.json")).unwrap().retention_days(), 30);
    fake.gists().remove_file(&id, "manifest.json");
    a.push();
    assert_eq!(listed(&fake), ["a", "b", "c"]);
}

/// Fault 21: a machine's entry was removed by hand.
#[test]
fn an_entry_that_was_removed_comes_back_with_its_machine() {
    let fake = fake();
    let [mut a, mut b] = two(&fake);
    let mut manifest: Value = serde_json::from_str(&file(&fake, "manifest.json")).unwrap();
    manifest["machines"].as_array_mut().unwrap().retain(|machine| machine["machine_name"] != "b");
    fake.gists().edit(&gist_id(&fake), "manifest.json", &manifest.to_string());
    let mut c = Machine::new(&fake, "c");
    c.pull();
    assert_eq!(c.numbers(), Vec::from_iter((0..30).chain([100])), "the file list tells of it");
    a.push();
    b.push();
    assert_eq!(listed(&fake), ["a", "b"]);
}

/// Fault 22: our own head was damaged or changed by hand.
#[test]
fn an_own_head_that_was_damaged_is_written_again() {
    let damages: [fn(&str) -> Option<String>; 6] = [
        |text| Some(text[..text.len() / 2].to_owned()),
        |_| Some("<html>".to_owned()),
        |_| Some("[]".to_owned()),
        |_| Some("{}".to_owned()),
        |text| Some(text.replace("\"machine_id\"", "\"machine\"")),
        |_| None,
    ];
    for (nth, damage) in damages.into_iter().enumerate() {
        let fake = fake();
        let [mut a, _b] = two(&fake);
        let (id, name) = (gist_id(&fake), head_file("a"));
        let generation = head(&fake, "a").generation;
        match damage(&file(&fake, &name)) {
            Some(text) => fake.gists().edit(&id, &name, &text),
            None => fake.gists().remove_file(&id, &name),
        }
        let pushed = a.push();
        assert_eq!(pushed.notices, [Notice::Rewritten], "{nth}");
        assert!(head(&fake, "a").generation > generation, "{nth}");
        assert_eq!(a.numbers(), Vec::from_iter((0..30).chain([100])), "{nth}");
        let mut c = Machine::new(&fake, "c");
        c.pull();
        assert_eq!(c.records(), a.records(), "{nth}");
        assert_eq!(listed(&fake), ["a", "b"], "{nth}");
    }
}

/// Fault 22: a segment of ours was removed or changed by hand.
#[test]
fn an_own_segment_that_was_damaged_is_written_again() {
    for is_removed in [true, false] {
        let fake = fake();
        let [mut a, _b] = two(&fake);
        let (id, segment) = (gist_id(&fake), segments(&fake, "a").remove(0));
        if is_removed {
            fake.gists().remove_file(&id, &segment);
        } else {
            fake.gists().edit(&id, &segment, "{}");
        }
        a.push();
        let mut c = Machine::new(&fake, "c");
        c.pull();
        assert_eq!(c.records(), a.records());
    }
}

/// Fault 22: another machine's head was damaged by hand.
#[test]
fn a_foreign_head_that_was_damaged_is_left_out_and_what_was_there_stays() {
    for text in ["{\"machine_name\": \"a\", \"rec", "<html>"] {
        let fake = fake();
        let [mut a, mut b] = two(&fake);
        let mut d = Machine::new(&fake, "d");
        d.find([300]);
        d.push();
        fake.gists().edit(&gist_id(&fake), &head_file("a"), text);
        let pulled = b.try_pull().unwrap();
        let [SyncError::Broken { file, .. }] = &pulled.errors[..] else { panic!("{:?}", pulled.errors) };
        assert_eq!(*file, head_file("a"));
        assert_eq!(b.numbers(), Vec::from_iter((0..30).chain([100, 300])), "what was there stays, others come in");
        // It is told at each pull until it is mended.
        assert_eq!(b.try_pull().unwrap().errors.len(), 1);
        a.find([30]);
        a.push();
        b.pull();
        assert_eq!(b.numbers(), Vec::from_iter((0..31).chain([100, 300])));
    }
}

/// Fault 23: a segment is missing, changed, or holds another number of records than its head says.
#[test]
fn a_segment_that_is_not_what_its_head_says_keeps_its_machine_out() {
    enum Damage {
        Missing,
        Flipped,
        Swapped,
        Count,
    }
    for damage in [Damage::Missing, Damage::Flipped, Damage::Swapped, Damage::Count] {
        let fake = fake();
        let [_a, _b] = two(&fake);
        let id = gist_id(&fake);
        let whole = fake.gists().newest(&id).version.clone();
        let segments = segments(&fake, "a");
        let (first, last) = (segments.first().unwrap(), segments.last().unwrap());
        match damage {
            Damage::Missing => fake.gists().remove_file(&id, last),
            Damage::Flipped => {
                let text = file(&fake, last);
                let payload = text.rfind("\"payload\"").unwrap() + 20;
                let flipped = if &text[payload..=payload] == "A" { "B" } else { "A" };
                fake.gists().edit(&id, last, &format!("{}{flipped}{}", &text[..payload], &text[payload + 1..]));
            }
            Damage::Swapped => fake.gists().edit(&id, last, &file(&fake, first)),
            Damage::Count => {
                let name = head_file("a");
                let mut head: Value = serde_json::from_str(&file(&fake, &name)).unwrap();
                let entries = head["ccu"]["segments"].as_array_mut().unwrap();
                let count = entries.last_mut().unwrap().get_mut("count").unwrap();
                *count = (count.as_u64().unwrap() + 1).into();
                fake.gists().edit(&id, &name, &head.to_string());
            }
        }
        let mut c = Machine::new(&fake, "c");
        for _ in 0..2 {
            let pulled = c.try_pull().unwrap();
            let [SyncError::Mismatch { file, .. }] = &pulled.errors[..] else { panic!("{:?}", pulled.errors) };
            assert_eq!(file, last);
            assert_eq!(c.numbers(), [100], "nothing of that machine is in, not even its whole segments");
        }
        fake.gists().put_back(&id, &whole);
        c.pull();
        assert_eq!(c.numbers(), Vec::from_iter((0..30).chain([100])));
    }
}
