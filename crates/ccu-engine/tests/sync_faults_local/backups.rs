//! Backups: one a UTC day, as many days as the user says, and no more than the Gist has room for.

use ccu_core::retention::MOST_FILES;
use ccu_engine::sync::PushOptions;
use ccu_testkit::fake_github::FakeGitHub;

use super::machine::{self, Machine, gist_id};

/// Seconds of a day; the stand-in's clock begins at 2026-11-22T12:00:00Z.
const DAY: i64 = 86_400;

fn backups(fake: &FakeGitHub) -> Vec<String> {
    let newest = fake.gists().newest(&gist_id(fake));
    let days = newest.names().into_iter().filter_map(|name| Some(name.split_once("home_backup_")?.1));
    days.map(|day| day.trim_end_matches(".json").to_owned()).collect()
}

fn edit_retention(fake: &FakeGitHub, days: &str) {
    let id = gist_id(fake);
    let text = fake.gists().file(&id, "manifest.json").unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["backup_retention_days"] = serde_json::from_str(days).unwrap();
    fake.gists().edit(&id, "manifest.json", &serde_json::to_string_pretty(&manifest).unwrap());
}

fn retention(fake: &FakeGitHub) -> u64 {
    let text = fake.gists().file(&gist_id(fake), "manifest.json").unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["backup_retention_days"].as_u64().unwrap()
}

#[test]
fn the_first_push_of_a_utc_day_makes_one() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    let mut next = 0;
    let mut push = |home: &mut Machine, options: PushOptions| {
        home.find([next]);
        next += 1;
        home.push_with(options).unwrap().backup
    };
    let (usual, without) = (PushOptions::default(), PushOptions { no_backup: true, ..PushOptions::default() });
    assert_eq!(push(&mut home, usual), None, "there was nothing to keep");

    // To the last seconds of the day, and into the next: what counts is UTC, in which no day is longer than another.
    let to_midnight = || DAY - fake.now().rem_euclid(DAY);
    fake.advance(to_midnight() - 10);
    assert_eq!(push(&mut home, usual).as_deref(), Some("usage_data_home_backup_20261122.json"));
    fake.advance(to_midnight());
    let before = fake.gists().file(&gist_id(&fake), "usage_data_home.json").unwrap();
    assert_eq!(push(&mut home, without), None);
    assert_eq!(backups(&fake), ["20261122"]);
    assert_eq!(push(&mut home, usual).as_deref(), Some("usage_data_home_backup_20261123.json"));
    let kept = fake.gists().file(&gist_id(&fake), "usage_data_home_backup_20261123.json").unwrap();
    assert_ne!(kept, before, "the push without a backup is in it");
    assert_eq!(push(&mut home, usual), None);
    assert_eq!(fake.gists().file(&gist_id(&fake), "usage_data_home_backup_20261123.json").unwrap(), kept);

    // The clock goes back a day: that day's backup stands, and tomorrow's stays.
    fake.advance(-DAY / 2);
    assert_eq!(push(&mut home, usual), None);
    assert_eq!(backups(&fake), ["20261122", "20261123"]);
    // Back to a day without one: it gets one, and the newer ones stay.
    fake.advance(-DAY);
    assert_eq!(push(&mut home, usual).as_deref(), Some("usage_data_home_backup_20261121.json"));
    assert_eq!(backups(&fake), ["20261121", "20261122", "20261123"]);
}

#[test]
fn what_the_user_says_about_days_stands() {
    let check = |days: &str, expected: &[&str]| {
        let fake = machine::fake();
        let mut home = Machine::new(&fake, "home");
        home.find(0..1);
        home.push();
        edit_retention(&fake, days);
        for nth in 1..5 {
            fake.advance(DAY);
            home.find(nth..nth + 1);
            home.push();
        }
        assert_eq!(backups(&fake), expected, "{days} days");
        assert_eq!(retention(&fake).to_string(), days, "what the user said stands");
        // Other machines obey it, too.
        let mut other = Machine::new(&fake, "other");
        other.find(100..101);
        other.push();
        assert_eq!(retention(&fake).to_string(), days);
    };
    check("0", &[]);
    check("1", &["20261125", "20261126"]);
    check("60", &["20261123", "20261124", "20261125", "20261126"]);
}

#[test]
fn a_full_gist_loses_own_backups_only_and_never_the_newest() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    home.find(0..1);
    home.push();
    let id = gist_id(&fake);
    let day = |nth: i64| jiff::civil::date(2026, 11, 22).saturating_sub(jiff::Span::new().days(nth)).strftime("%Y%m%d");
    for nth in 1..=25 {
        fake.gists().edit(&id, &format!("usage_data_home_backup_{}.json", day(nth)), "{}");
        for other in 1..=10 {
            fake.gists().edit(&id, &format!("usage_data_vm{other}_backup_{}.json", day(nth)), "{}");
        }
    }
    fake.gists().edit(&id, "usage_data_home_2025_backup_20200101.json", "{}");
    fake.gists().edit(&id, "usage_data_home_backup_20201301.json", "no day");
    for nth in 1..3 {
        fake.advance(DAY);
        home.find(nth..nth + 1);
        home.push();
    }
    let files = fake.gists().files(&id);
    // A backup more than the limit: the one that the last push made.
    assert!(files.len() <= MOST_FILES + 1, "{}", files.len());
    assert!(files.contains_key("usage_data_home_backup_20261124.json"), "the newest is kept");
    let of_others = files.keys().filter(|name| name.contains("_vm") && name.contains("_backup_")).count();
    assert_eq!(of_others, 250);
    assert!(files.contains_key("usage_data_home_2025_backup_20200101.json"), "another machine's name");
    assert!(files.contains_key("usage_data_home_backup_20201301.json"), "no backup at all");
}
