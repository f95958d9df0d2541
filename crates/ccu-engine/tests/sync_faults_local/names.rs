//! Names: of machines, which become file names, and of folders, which come back as they were.

use std::sync::Arc;
use std::thread;

use ccu_core::ids::MachineId;
use ccu_core::record::{Strand, UsageRecord};
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_engine::sync::Notice;
use ccu_testkit::fake_github::{Fault, Meeting};

use super::machine::{self, Machine, gist_id};

#[test]
fn two_machines_of_one_name_that_push_at_once_both_stay() {
    let fake = machine::fake();
    // The Gist is there, so that both begin with the same question.
    let mut third = Machine::new(&fake, "third");
    third.find(500..501);
    third.push();
    let mut twins = [1, 2].map(|nth| Machine::with_id(&fake, "twin", MachineId([nth; 16])));
    fake.faults().order(Fault::meet(Meeting::all_win(2)).on_patch());
    thread::scope(|scope| {
        for (twin, first) in twins.iter_mut().zip([0, 100]) {
            scope.spawn(move || {
                twin.find(first..first + 5);
                twin.push();
            });
        }
    });
    assert_eq!(fake.faults().n_left(), 0, "they met");
    // Who was overwritten at the very moment learns it at its next push.
    for round in 0..2 {
        for (twin, number) in twins.iter_mut().zip([5, 105]) {
            twin.find([number + round]);
            twin.push();
        }
    }
    let commits = fake.gists().n_commits(&gist_id(&fake));
    twins.iter_mut().for_each(|twin| drop(twin.push()));
    assert_eq!(fake.gists().n_commits(&gist_id(&fake)), commits, "all is quiet");

    let heads: Vec<String> = fake.gists().newest(&gist_id(&fake)).names().iter().map(ToString::to_string).collect();
    assert_eq!(
        heads.iter().filter(|name| name.starts_with("usage_data_twin") && !name.contains("_backup_")).count(),
        2,
        "{heads:?}"
    );
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers(), (0..7).chain(100..107).chain([500]).collect::<Vec<_>>());
    let machines = other.store.machines().unwrap();
    assert_eq!(machines.iter().filter(|machine| machine.name == "twin").count(), 2, "{machines:?}");
}

#[test]
fn who_comes_second_to_a_name_is_told_its_file() {
    let fake = machine::fake();
    let mut first = Machine::with_id(&fake, "twin", MachineId([1; 16]));
    first.find(0..5);
    first.push();
    let head = fake.gists().file(&gist_id(&fake), "usage_data_twin.json").unwrap();
    let mut second = Machine::with_id(&fake, "twin", MachineId([0xab; 16]));
    second.find(100..105);
    let taken = Notice::NameTaken { file: "usage_data_twin-abab.json".into() };
    assert_eq!(second.push().notices, [taken]);
    assert_eq!(fake.gists().file(&gist_id(&fake), "usage_data_twin.json").unwrap(), head);
}

#[test]
fn odd_names_of_machines_are_kept() {
    let long = "x".repeat(200);
    let names =
        ["a/b", "..", "CON", &long, "😀", "x_backup_20250101", "x_s0_1-2_0123abcd", "dot.", "a b", "A/B", "é\u{301}"];
    let fake = machine::fake();
    for (nth, name) in (1_u8..).zip(names) {
        let mut machine = Machine::with_id(&fake, name, MachineId([nth; 16]));
        machine.find([u64::from(nth)]);
        machine.push();
        // The second day, so that each has a backup too, of which none may be taken for a machine.
        fake.advance(86_400);
        machine.find([100 + u64::from(nth)]);
        assert!(machine.push().backup.is_some());
    }
    let mut other = Machine::with_id(&fake, "other", MachineId([99; 16]));
    other.pull();
    assert_eq!(other.numbers().len(), 2 * names.len());
    let mut found: Vec<String> = other.store.machines().unwrap().into_iter().map(|machine| machine.name).collect();
    found.retain(|name| name != "other");
    found.sort();
    let mut expected = names.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(found, expected);
    for name in fake.gists().newest(&gist_id(&fake)).names() {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        assert!(name.len() <= 120 && name.bytes().all(is_plain), "{name}");
    }
}

#[test]
fn folders_come_back_as_they_were() {
    let folders = [
        "/home/ann/Büro/日本語 😀",
        "/a\0b",
        "/a\r\nb\n",
        "/\u{fffd}\u{fffd}",
        "/e\u{301} and é",
        "C:\\Users\\ann\\src\\\\api",
        "\u{feff}/bom\u{2028}\u{202e}",
        " /blank at both ends ",
        &format!("/{}", "長い".repeat(2000)),
        "/\"quoted\" \\u0041 {}[]",
    ];
    // Some in a segment, and some in the tail, with objects and with columns.
    for n_records in [folders.len() as u64, 600] {
        let fake = machine::fake();
        let mut home = Machine::new(&fake, "home").with_small_segments();
        home.settings.projects = ProjectPrivacy::Full;
        if n_records < 100 {
            home.settings.segment_sizes = ccu_core::layout::SIZES;
        }
        let records: Vec<UsageRecord> = (0..n_records)
            .map(|number| {
                let mut record = home.record(number, 1);
                let folder = folders[number as usize % folders.len()];
                let strand = Strand { project: folder.into(), branch: folder.into(), ..Strand::clone(&record.strand) };
                record.strand = Arc::new(strand);
                record
            })
            .collect();
        home.insert(&records);
        home.push();
        let mut other = Machine::new(&fake, "other");
        other.pull();
        for record in records {
            let found = other.store.record(record.key).unwrap().unwrap().record;
            assert_eq!((&found.strand.project, &found.strand.branch), (&record.strand.project, &record.strand.branch));
        }
    }
}
