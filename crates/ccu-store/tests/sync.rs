//! The store as sharing needs it: what is new since a mark, whose records, which database, which machine they are shown as.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use ccu_core::dedupe::merge;
use ccu_core::ids::{CompactId, MachineId, RecordKey};
use ccu_core::record::{Numbered, Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_store::{Store, Writing};
use proptest::prelude::*;

const HERE: MachineId = MachineId([1; 16]);
const THERE: MachineId = MachineId([2; 16]);
const MORNING: i64 = 1_795_335_000_000;

fn open(path: &Path) -> Store {
    Store::open(path, HERE, "here").unwrap()
}

fn record(id: u8, origin: Origin) -> UsageRecord {
    let strand = Strand {
        session: "5e55".into(),
        agent: "a1".into(),
        version: "2.1.240".into(),
        model: "claude-opus-5".into(),
        project: "/home/a/src/api".into(),
        branch: "main".into(),
        speed: "fast".into(),
        service_tier: "batch".into(),
        inference_geo: "us".into(),
        is_sidechain: true,
    };
    UsageRecord {
        key: RecordKey([id; 16]),
        uuid: Some(CompactId::Uuid([id; 16])),
        time: Some(UtcMillis(MORNING)),
        machine: THERE,
        strand: Arc::new(strand),
        tokens: TokenCounts { input: 1, output: 2, cache_write_5m: 3, cache_write_1h: 4, cache_read: 5 },
        web_searches: 6,
        is_complete: true,
        legacy_until: None,
        origin,
    }
}

fn change<T>(store: &mut Store, change: impl FnOnce(&mut Writing<'_>) -> T) -> T {
    let mut writing = store.begin().unwrap();
    let result = change(&mut writing);
    writing.commit().unwrap();
    result
}

fn insert(store: &mut Store, records: &[UsageRecord]) {
    change(store, |writing| writing.insert_batch(records).unwrap());
}

fn own(store: &Store, range: RangeInclusive<u64>) -> Vec<Numbered> {
    let mut records = Vec::new();
    store
        .own_records(range, &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        })
        .unwrap();
    records
}

/// The first byte of each key, with the sequence number.
fn ids(records: &[Numbered]) -> Vec<(u8, u64)> {
    records.iter().map(|numbered| (numbered.record.key.0[0], numbered.sequence)).collect()
}

#[test]
fn records_come_back_to_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    let plain = UsageRecord {
        uuid: Some(CompactId::new("no uuid")),
        time: None,
        strand: Arc::new(Strand::default()),
        tokens: TokenCounts::default(),
        web_searches: 0,
        is_complete: false,
        machine: HERE,
        ..record(2, Origin::Import)
    };
    let records = [record(1, Origin::Restored), plain, UsageRecord { uuid: None, ..record(3, Origin::Gist) }];
    insert(&mut store, &records);
    let expected: Vec<_> = (1..).zip(records.clone()).map(|(sequence, record)| Numbered { sequence, record }).collect();
    let mut all = Vec::new();
    store
        .all_records(&mut |record| {
            all.push(record);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(all, expected);
    assert_eq!(own(&store, 0..=u64::MAX), expected[..2]);
    assert_eq!(store.record(records[2].key).unwrap().as_ref(), Some(&expected[2]));
    assert_eq!(store.record(RecordKey([9; 16])).unwrap(), None);
    assert_eq!((store.count_records().unwrap(), store.count_own(0).unwrap(), store.count_own(1).unwrap()), (3, 2, 1));
}

#[test]
fn ranges_include_their_ends_and_a_break_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    assert_eq!((store.last_sequence().unwrap(), own(&store, 0..=u64::MAX)), (0, vec![]));
    insert(&mut store, &[1, 2, 3, 4].map(|id| record(id, Origin::Transcript)));
    assert_eq!(store.last_sequence().unwrap(), 4);
    let check = |range, expected: &[(u8, u64)]| assert_eq!(ids(&own(&store, range)), expected);
    check(2..=3, &[(2, 2), (3, 3)]);
    check(4..=u64::MAX, &[(4, 4)]);
    check(5..=u64::MAX, &[]);
    check(RangeInclusive::new(3, 2), &[]);
    check(u64::MAX..=u64::MAX, &[]);
    let (mut n_own, mut n_all) = (0, 0);
    let break_at = |n: &mut u32, last| {
        *n += 1;
        if *n == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.own_records(1..=4, &mut |_| break_at(&mut n_own, 2)).unwrap();
    store.all_records(&mut |_| break_at(&mut n_all, 3)).unwrap();
    assert_eq!((n_own, n_all), (2, 3));
}

#[test]
fn neighbours_share_their_texts() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    insert(&mut store, &[1, 2].map(|id| record(id, Origin::Transcript)));
    let records = own(&store, 1..=2);
    assert!(Arc::ptr_eq(&records[0].record.strand, &records[1].record.strand));
}

#[test]
fn who_answers_for_a_record_met_two_ways() {
    use Origin::{Gist, Import, Restored, Transcript};
    let check = |first, then, expected, last_sequence| {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder.path().join("a.db"));
        insert(&mut store, &[record(1, first)]);
        insert(&mut store, &[record(1, then)]);
        let stored = store.record(RecordKey([1; 16])).unwrap().unwrap();
        assert_eq!((stored.record.origin, stored.sequence), (expected, last_sequence), "{first:?}, then {then:?}");
        let n_own = u64::from(expected.is_own());
        assert_eq!((store.count_own(0).unwrap(), own(&store, 0..=9).len() as u64), (n_own, n_own), "{expected:?}");
    };
    check(Gist, Transcript, Transcript, 2);
    check(Gist, Restored, Restored, 2);
    check(Gist, Import, Import, 2);
    check(Import, Gist, Import, 1);
    check(Import, Restored, Restored, 2);
    check(Restored, Gist, Restored, 1);
    check(Restored, Import, Restored, 1);
    check(Restored, Transcript, Transcript, 2);
    check(Transcript, Restored, Transcript, 1);
    check(Transcript, Gist, Transcript, 1);
}

#[test]
fn a_better_pulled_copy_of_an_own_record_is_own_and_new() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    insert(&mut store, &[record(1, Origin::Transcript), record(2, Origin::Restored)]);
    let better =
        |id| UsageRecord { tokens: TokenCounts { output: 50, ..TokenCounts::default() }, ..record(id, Origin::Gist) };
    insert(&mut store, &[better(1), better(2)]);
    let origins: Vec<_> = own(&store, 3..=4).into_iter().map(|numbered| numbered.record.origin).collect();
    assert_eq!(origins, [Origin::Transcript, Origin::Restored]);
}

#[test]
fn a_transaction_reads_what_it_wrote_and_leaves_no_trace_when_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    insert(&mut store, &[record(1, Origin::Transcript)]);
    let identity = store.database_id().unwrap();
    let mut writing = store.begin().unwrap();
    writing.insert_batch(&[record(2, Origin::Transcript)]).unwrap();
    assert_eq!(writing.store().last_sequence().unwrap(), 2);
    assert_eq!(writing.renumber_own(&mut |numbered| numbered.sequence == 1).unwrap(), 2);
    assert_eq!(writing.store().last_sequence().unwrap(), 3);
    assert_eq!(ids(&own(writing.store(), 0..=9)), [(1, 1), (2, 3)]);
    writing.set_sync_state("head", Some("{}")).unwrap();
    writing.add_pulled_file([7; 20]).unwrap();
    writing.set_merged(THERE, Some(HERE)).unwrap();
    assert_ne!(writing.renew_database_id().unwrap(), identity);
    drop(writing);
    assert_eq!((store.last_sequence().unwrap(), ids(&own(&store, 0..=9))), (1, vec![(1, 1)]));
    assert_eq!((store.sync_state("head").unwrap(), store.pulled_files().unwrap().len()), (None, 0));
    assert_eq!(store.machines().unwrap().iter().filter(|machine| machine.merged_into.is_some()).count(), 0);
    assert_eq!(store.database_id().unwrap(), identity);
}

#[test]
fn a_database_has_an_identity_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let first = open(&path).database_id().unwrap();
    assert_eq!(open(&path).database_id().unwrap(), first);
    assert_ne!(open(&folder.path().join("b.db")).database_id().unwrap(), first);
    let renewed = change(&mut open(&path), |writing| writing.renew_database_id().unwrap());
    assert_ne!(renewed, first);
    assert_eq!(open(&path).database_id().unwrap(), renewed);
}

#[test]
fn a_database_of_schema_1_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../src/migrations/0001_records.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO meta VALUES ('machine_id', x'01010101010101010101010101010101'), ('next_sequence', 8);
         INSERT INTO machines VALUES (1, x'01010101010101010101010101010101', 'here', 5);
         INSERT INTO names VALUES (1, ''), (2, 'claude-opus-5');
         INSERT INTO sessions VALUES (1, 's');
         INSERT INTO contexts VALUES (1, 1, 2, 1, 1, 1, 1, 0);
         INSERT INTO strands VALUES (1, 1, 1, 1, 1, 1);
         INSERT INTO records VALUES (7, x'09090909090909090909090909090909', NULL, 1, 1795335000000, 1, 2, 3, 4, 5, 6, 1);
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(old);
    let mut store = open(&path);
    let expected = UsageRecord {
        uuid: None,
        machine: HERE,
        strand: Arc::new(Strand { session: "s".into(), model: "claude-opus-5".into(), ..Strand::default() }),
        ..record(9, Origin::Transcript)
    };
    assert_eq!(own(&store, 0..=u64::MAX), [Numbered { sequence: 7, record: expected }]);
    assert_eq!(store.last_sequence().unwrap(), 7);
    let machine = &store.machines().unwrap()[0];
    assert_eq!((&*machine.name, machine.last_sync, machine.merged_into), ("here", Some(UtcMillis(5)), None));
    assert_eq!(open(&path).database_id().unwrap(), store.database_id().unwrap());
    insert(&mut store, &[record(1, Origin::Transcript)]);
    assert_eq!(ids(&own(&store, 8..=u64::MAX)), [(1, 8)]);
}

#[test]
fn texts_of_the_sync_engine_are_kept_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = open(&path);
    let mut check = |name: &str, value: Option<&str>| {
        change(&mut store, |writing| writing.set_sync_state(name, value).unwrap());
        assert_eq!(open(&path).sync_state(name).unwrap().as_deref(), value);
    };
    check("index", Some("{\"a\": 1}"));
    check("intent", Some(""));
    check("index", Some("{}"));
    check("intent", None);
    check("never there", None);
    assert_eq!(store.sync_state("index").unwrap().as_deref(), Some("{}"));
}

#[test]
fn pulled_files_are_remembered_while_they_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    let mut check = |add: &[u8], present: Option<&[u8]>, expected: &[u8]| {
        change(&mut store, |writing| {
            add.iter().for_each(|blob| writing.add_pulled_file([*blob; 20]).unwrap());
            if let Some(present) = present {
                writing.keep_pulled_files(&present.iter().map(|blob| [*blob; 20]).collect()).unwrap();
            }
        });
        let mut blobs: Vec<u8> = store.pulled_files().unwrap().into_iter().map(|blob| blob[0]).collect();
        blobs.sort_unstable();
        assert_eq!(blobs, expected);
    };
    check(&[], Some(&[1]), &[]);
    check(&[1, 2, 3, 2], None, &[1, 2, 3]);
    check(&[4], Some(&[4, 2, 9]), &[2, 4]);
    check(&[], Some(&[]), &[]);
}

#[test]
fn a_merged_machine_is_shown_as_the_end_of_its_chain() {
    let check = |mergers: &[(u8, u8)], expected: [u8; 4]| {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder.path().join("a.db"));
        let of = |machine| UsageRecord { machine: MachineId([machine; 16]), ..record(machine, Origin::Gist) };
        insert(&mut store, &[1, 2, 3, 4].map(of));
        change(&mut store, |writing| {
            for (machine, into) in mergers {
                let into = (*into != 0).then_some(MachineId([*into; 16]));
                writing.set_merged(MachineId([*machine; 16]), into).unwrap();
            }
        });
        let contexts: Vec<u8> = store.contexts().unwrap()[1..].iter().map(|context| context.machine.0[0]).collect();
        assert_eq!(contexts, expected, "{mergers:?}");
        let mut machines = store.machines().unwrap();
        machines.sort_by_key(|machine| machine.id);
        let shown_as: Vec<u8> = machines.iter().map(|machine| machine.shown_as.0[0]).collect();
        assert_eq!(shown_as, expected, "{mergers:?}");
    };
    check(&[], [1, 2, 3, 4]);
    check(&[(2, 1)], [1, 1, 3, 4]);
    check(&[(4, 3), (3, 2), (2, 1)], [1, 1, 1, 1]);
    check(&[(1, 2)], [2, 2, 3, 4]);
    // Undone, and merged into itself.
    check(&[(2, 1), (2, 0)], [1, 2, 3, 4]);
    check(&[(2, 2), (3, 1)], [1, 2, 1, 4]);
    // The target is unknown: as far as the chain is known.
    check(&[(2, 9)], [1, 2, 3, 4]);
    check(&[(3, 2), (2, 9)], [1, 2, 2, 4]);
    // A circle merges nothing, neither its own machines nor what leads into it.
    check(&[(2, 3), (3, 2)], [1, 2, 3, 4]);
    check(&[(4, 2), (2, 3), (3, 2)], [1, 2, 3, 4]);
}

#[test]
fn what_is_written_of_a_machine_does_not_wait_for_its_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    change(&mut store, |writing| {
        writing.set_last_sync(THERE, UtcMillis(1)).unwrap();
        writing.set_last_sync(THERE, UtcMillis(2)).unwrap();
        writing.name_machine(THERE, "there").unwrap();
        writing.set_merged(THERE, Some(HERE)).unwrap();
    });
    let machine = store.machines().unwrap().pop().unwrap();
    assert_eq!((&*machine.name, machine.last_sync, machine.merged_into), ("there", Some(UtcMillis(2)), Some(HERE)));
    insert(&mut store, &[record(1, Origin::Gist)]);
    assert_eq!(store.machines().unwrap().len(), 2);
}

#[test]
fn numbers_that_would_be_given_twice_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = open(&path);
    insert(&mut store, &[1, 2].map(|id| record(id, Origin::Transcript)));
    assert_eq!(store.health().unwrap().damages, [""; 0]);
    rusqlite::Connection::open(&path).unwrap().execute("DELETE FROM meta WHERE name = 'next_sequence'", []).unwrap();
    assert_eq!(store.health().unwrap().damages, ["the next record would get the number 1, but 2 is given"]);
}

const ORIGINS: [Origin; 4] = [Origin::Transcript, Origin::Restored, Origin::Gist, Origin::Import];

/// What happens to a database.
#[derive(Debug, Clone)]
enum Step {
    Insert(Vec<UsageRecord>),
    /// Inserts that are not committed.
    Abandon(Vec<UsageRecord>),
    /// Renumbers all own records but those with these ids.
    Renumber(Vec<u8>),
    Mark,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let copy = (0_u8..6, 0_usize..4, 0_u64..3, 0_i64..3, 1_u8..3, 0_usize..2, any::<bool>());
    let copy = copy.prop_map(|(id, origin, output, time, machine, session, has_uuid)| {
        let record = record(id, ORIGINS[origin]);
        UsageRecord {
            uuid: record.uuid.clone().filter(|_| has_uuid),
            time: Some(UtcMillis(MORNING + time)),
            machine: MachineId([machine; 16]),
            strand: Arc::new(Strand { session: ["5e55", "f02c"][session].into(), ..(*record.strand).clone() }),
            tokens: TokenCounts { output, ..record.tokens },
            ..record
        }
    });
    let copies = prop::collection::vec(copy, 1..6).boxed();
    let step = prop_oneof![
        6 => copies.clone().prop_map(Step::Insert),
        1 => copies.prop_map(Step::Abandon),
        1 => prop::collection::vec(0_u8..6, 0..4).prop_map(Step::Renumber),
        3 => Just(Step::Mark),
    ];
    prop::collection::vec(step, 1..20)
}

/// What must be stored: each record, and the step that it was last new, improved or renumbered in.
type Expected = BTreeMap<RecordKey, (UsageRecord, usize)>;

fn expect_insert(expected: &mut Expected, copies: &[UsageRecord], step: usize) {
    for copy in copies {
        match expected.get_mut(&copy.key) {
            Some((record, changed)) => {
                if merge(record, copy.clone()) {
                    *changed = step;
                }
            }
            None => {
                expected.insert(copy.key, (copy.clone(), step));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn above_a_mark_is_exactly_what_is_own_and_new_or_improved_since(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder.path().join("a.db"));
        let mut expected = Expected::new();
        let mut marks = vec![(0, 0)];
        for (step, what) in (1..).zip(&steps) {
            match what {
                Step::Insert(copies) => {
                    insert(&mut store, copies);
                    expect_insert(&mut expected, copies, step);
                }
                Step::Abandon(copies) => {
                    store.begin().unwrap().insert_batch(copies).unwrap();
                }
                Step::Renumber(held) => {
                    let is_held = |key: RecordKey| held.contains(&key.0[0]);
                    let before: Vec<_> = own(&store, 0..=u64::MAX).into_iter().map(|numbered| numbered.record).collect();
                    let last = store.last_sequence().unwrap();
                    let mark = change(&mut store, |writing| {
                        writing.renumber_own(&mut |numbered| is_held(numbered.record.key)).unwrap()
                    });
                    let after: Vec<_> = own(&store, mark + 1..=u64::MAX).into_iter().map(|numbered| numbered.record).collect();
                    let unheld: Vec<_> = before.into_iter().filter(|record| !is_held(record.key)).collect();
                    prop_assert_eq!((mark, after), (last, unheld));
                    for (record, changed) in expected.values_mut() {
                        if record.origin.is_own() && !is_held(record.key) {
                            *changed = step;
                        }
                    }
                }
                Step::Mark => marks.push((store.last_sequence().unwrap(), step)),
            }
            for (mark, marked) in &marks {
                let mut new = own(&store, mark + 1..=u64::MAX);
                prop_assert_eq!(store.count_own(*mark).unwrap(), new.len() as u64);
                prop_assert!(new.is_sorted_by(|a, b| a.sequence < b.sequence));
                prop_assert!(new.iter().all(|numbered| numbered.sequence <= store.last_sequence().unwrap()));
                new.sort_by_key(|numbered| numbered.record.key);
                let new: Vec<UsageRecord> = new.into_iter().map(|numbered| numbered.record).collect();
                let is_new = |(record, changed): &&(UsageRecord, usize)| record.origin.is_own() && changed > marked;
                let expected: Vec<UsageRecord> = expected.values().filter(is_new).map(|(record, _)| record.clone()).collect();
                prop_assert_eq!(new, expected);
            }
        }
        let health = store.health().unwrap();
        prop_assert_eq!((health.damages, health.are_rollups_true), (vec![], true));
    }
}
