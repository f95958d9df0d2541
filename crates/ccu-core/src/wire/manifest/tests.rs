//! The manifest: what is read, what survives, and that merging is a join.

use super::*;
use crate::ids::DatabaseId;
use proptest::prelude::*;

const NOW: UtcMillis = UtcMillis(1_795_343_409_657);

/// A manifest of the earlier tool, with fields that nobody knows.
const EARLIER: &str = include_str!("../../../../../fixtures/gist/earlier_tool/manifest.json");

fn id(byte: u8) -> MachineId {
    MachineId([byte; 16])
}

fn machine(byte: u8, generation: u64) -> ManifestMachine {
    ManifestMachine {
        machine_name: format!("machine-{byte}"),
        last_sync: time::stamp(NOW),
        last_record_date: Some("2026-11-22".to_owned()),
        total_records: 12,
        current_file: format!("usage_data_machine-{byte}.json"),
        backups: vec![format!("usage_data_machine-{byte}_backup_20261121.json")],
        data_files: None,
        machine_id: Some(id(byte)),
        database_id: Some(DatabaseId([7; 16])),
        generation: Some(generation),
        head_sha256: Some([0xab; 32]),
        format: Some(2),
        unknown: Fields::new(),
    }
}

fn read(text: &str) -> Manifest {
    Manifest::parse(text).unwrap()
}

fn edited(manifest: &Manifest, days: &str) -> Manifest {
    let text = manifest.to_text();
    let line = format!("\"backup_retention_days\": {},\n", manifest.retention_days());
    assert!(text.contains(&line), "{text}");
    read(&text.replace(&line, &format!("\"backup_retention_days\": {days},\n")))
}

#[test]
fn a_manifest_reads_like_the_guides() {
    let mut manifest = Manifest::new(NOW);
    manifest.upsert(machine(1, 5));
    let first = Directive::next(None, id(9));
    manifest.set_directive(Directive { merged_into: Some(id(1)), ..first });
    insta::assert_snapshot!(manifest.to_text(), @r#"
    {
      "version": "1.0",
      "last_updated": "2026-11-22T10:30:09.657000+00:00",
      "machines": [
        {
          "machine_name": "machine-1",
          "last_sync": "2026-11-22T10:30:09.657000+00:00",
          "last_record_date": "2026-11-22",
          "total_records": 12,
          "current_file": "usage_data_machine-1.json",
          "backups": [
            "usage_data_machine-1_backup_20261121.json"
          ],
          "machine_id": "01010101-0101-0101-0101-010101010101",
          "database_id": "07070707-0707-0707-0707-070707070707",
          "generation": 5,
          "head_sha256": "abababababababababababababababababababababababababababababababab",
          "format": 2
        }
      ],
      "backup_retention_days": 30,
      "ccu": {
        "format": 2,
        "retention": {
          "edition": 0,
          "days": 30
        },
        "directives": [
          {
            "machine_id": "09090909-0909-0909-0909-090909090909",
            "edition": 1,
            "merged_into": "01010101-0101-0101-0101-010101010101"
          }
        ]
      }
    }
    "#);
}

#[test]
fn the_earlier_tools_manifest_survives() {
    let mut manifest = read(EARLIER);
    let names: Vec<&str> = manifest.machines().iter().map(|machine| &*machine.machine_name).collect();
    assert_eq!(names, ["DESK", "vm"]);
    assert_eq!(manifest.machines()[0].data_files.as_ref().unwrap().len(), 3);
    assert_eq!(manifest.machines()[1].last_record_date, None);
    assert_eq!(manifest.retention_days(), 0);
    manifest.upsert(machine(1, 5));
    let again: Value = serde_json::from_str(&manifest.to_text()).unwrap();
    let before: Value = serde_json::from_str(EARLIER).unwrap();
    for name in ["version", "last_updated", "backup_retention_days", "note"] {
        assert_eq!(again[name], before[name], "{name}");
    }
    for machine in before["machines"].as_array().unwrap() {
        assert!(again["machines"].as_array().unwrap().contains(machine), "{machine}");
    }
}

#[test]
fn what_the_earlier_tools_variants_leave_out() {
    let machine =
        r#"{"machine_name": "vm", "last_sync": "2025-10-21T20:45:00Z", "current_file": null, "backups": null}"#;
    let manifest = read(&format!(r#"{{"version": "1.0", "last_updated": "", "machines": [{machine}]}}"#));
    let vm = manifest.machines()[0];
    assert_eq!((vm.total_records, &*vm.current_file, vm.backups.len()), (0, "", 0));
    assert_eq!(manifest.retention_days(), 30);
}

#[test]
fn odd_manifests_are_errors_that_say_what_was_expected() {
    let check = |text: &str, expected: &str| {
        let error = Manifest::parse(text).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(format!("{error}: {source}").starts_with(expected), "{text}: {error}: {source}");
    };
    check("", "it is not JSON");
    check("<html></html>", "it is not JSON");
    check(r#"{"version": "1.0", "last_upd"#, "it is not JSON");
    check("[]", "expected a manifest with `version`, `last_updated` and `machines`");
    check("{}", "expected a manifest with `version`, `last_updated` and `machines`: missing field `version`");
    let with = |rest: &str| format!(r#"{{"version": "1.0", "last_updated": "", "machines": []{rest}}}"#);
    check(&with(r#", "ccu": {"format": 3}"#), "it has format 3, and this ccu reads formats up to 2");
    check(&with(r#", "ccu": {"format": 3, "directives": 7}"#), "it has format 3");
    for days in ["-1", "\"60\"", "1.5", "[]", "5000000000"] {
        check(&with(&format!(r#", "backup_retention_days": {days}"#)), "expected a manifest");
    }
    let with_machine = |machine: &str| format!(r#"{{"version": "1.0", "last_updated": "", "machines": [{machine}]}}"#);
    check(&with_machine("{}"), "expected a manifest");
    check(&with_machine(r#"{"machine_name": "a", "machine_id": "b"}"#), "expected a manifest");
    check(&with_machine(r#"{"machine_name": "a", "head_sha256": "b"}"#), "expected a manifest");
}

#[test]
fn the_higher_generation_stands() {
    let mut manifest = Manifest::new(NOW);
    manifest.upsert(machine(1, 5));
    manifest.upsert(machine(1, 4));
    assert_eq!(manifest.entry(id(1)).unwrap().generation, Some(5));
    manifest.upsert(ManifestMachine { total_records: 1, ..machine(1, 5) });
    assert_eq!(manifest.entry(id(1)).unwrap().total_records, 1);
    assert_eq!(manifest.entry(id(2)), None);
    assert!(manifest.remove(id(1)).is_some() && manifest.machines().is_empty());
}

#[test]
fn of_the_earlier_tools_entries_the_later_stands() {
    let earlier = |last_sync: &str| ManifestMachine {
        last_sync: last_sync.to_owned(),
        machine_id: None,
        generation: None,
        ..machine(1, 0)
    };
    let (first, second) = ("2025-10-21T20:45:00Z", "2025-10-21T20:45:00.000001+00:00");
    for order in [[first, second], [second, first]] {
        let mut manifest = Manifest::new(NOW);
        manifest.upsert(machine(1, 3));
        order.into_iter().for_each(|last_sync| manifest.upsert(earlier(last_sync)));
        let times: Vec<_> = manifest.machines().iter().map(|machine| machine.last_sync.clone()).collect();
        assert_eq!(times, [second.to_owned(), time::stamp(NOW)]);
    }
}

#[test]
fn a_users_edit_of_the_retention_wins_every_race() {
    let base = Manifest::new(NOW);
    let sixty = edited(&base, "60");
    assert_eq!(sixty.retention_days(), 60);
    let mut pushed = base.clone();
    pushed.set_last_updated(UtcMillis(NOW.0 + 1_000_000));
    assert_eq!(pushed.clone().merge(sixty.clone()).retention_days(), 60);
    let ten = edited(&sixty, "10");
    assert_eq!(ten.clone().merge(sixty).merge(pushed).retention_days(), 10);
    assert_eq!(read(&ten.to_text()).retention_days(), 10);
    assert_eq!(edited(&ten, "0").retention_days(), 0);
    assert_eq!(read(&ten.to_text().replace("  \"backup_retention_days\": 10,\n", "")).retention_days(), 10);
}

#[test]
fn what_a_user_said_last_stands() {
    let mut manifest = Manifest::new(NOW);
    let first = Directive { name: Some("old".to_owned()), ..Directive::next(None, id(1)) };
    let second = Directive { name: Some("new".to_owned()), ..Directive::next(Some(&first), id(1)) };
    manifest.set_directive(second.clone());
    manifest.set_directive(first);
    assert_eq!(manifest.directive(id(1)), Some(&second));
    assert_eq!(manifest.directives().count(), 1);
}

fn any_machine() -> impl Strategy<Value = ManifestMachine> {
    (0_u8..3, 0_u64..3, 0_u64..3, 0_i64..3, any::<bool>(), "[a-b]{0,1}").prop_map(
        |(byte, generation, total_records, second, is_ours, unknown)| ManifestMachine {
            machine_id: is_ours.then(|| id(byte)),
            generation: is_ours.then_some(generation),
            total_records,
            last_sync: time::stamp(UtcMillis(NOW.0 + second * 500)),
            unknown: BTreeMap::from([("x".to_owned(), Value::from(unknown))]),
            ..machine(byte, generation)
        },
    )
}

fn any_directive() -> impl Strategy<Value = Directive> {
    (0_u8..3, 0_u64..3, prop::option::of("[a-c]"), prop::option::of(0_u8..3)).prop_map(
        |(byte, edition, name, merged_into)| Directive {
            edition,
            name,
            merged_into: merged_into.map(id),
            ..Directive::next(None, id(byte))
        },
    )
}

fn any_manifest() -> impl Strategy<Value = Manifest> {
    let fields = || prop::collection::btree_map("[p-r]", (0_u8..3).prop_map(Value::from), 0..3);
    (
        prop::collection::vec(any_machine(), 0..5),
        prop::collection::vec(any_directive(), 0..4),
        (0_i64..3, 0_u64..2, 0_u32..3),
        fields(),
        fields(),
    )
        .prop_map(|(machines, directives, (second, edition, days), unknown, unknown_of_ccu)| {
            let mut manifest = Manifest::new(UtcMillis(NOW.0 + second * 500));
            machines.into_iter().for_each(|machine| manifest.join(machine));
            directives.into_iter().for_each(|directive| manifest.set_directive(directive));
            Manifest { retention: Retention { edition, days }, unknown, unknown_of_ccu, ..manifest }
        })
}

proptest! {
    #[test]
    fn merging_is_a_join(a in any_manifest(), b in any_manifest(), c in any_manifest()) {
        let merged = |a: &Manifest, b: &Manifest| a.clone().merge(b.clone());
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a);
    }

    #[test]
    fn a_manifest_reads_back(manifest in any_manifest()) {
        prop_assert_eq!(read(&manifest.to_text()), manifest);
    }

    #[test]
    fn no_text_makes_reading_panic(text in "[\\[\\]{}\":, a-z0-9.\\-]{0,60}") {
        let _ = Manifest::parse(&text);
    }
}
