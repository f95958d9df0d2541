//! The store at its door: records in, roll-ups out, on a real file.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId, RecordKey};
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::rollup::{UsageEntry, UsageSums};
use ccu_core::time::UtcMillis;
use ccu_core::transcript::LineProblem;
use ccu_store::{Cursor, FileIdentity, Inserted, Store, StoreError, TranscriptName, machine_of};
use proptest::prelude::*;

const HERE: MachineId = MachineId([1; 16]);
const MORNING: i64 = 1_795_335_000_000;

fn open(path: &Path) -> Store {
    Store::open(path, HERE, "here").unwrap()
}

fn record(id: u8) -> UsageRecord {
    UsageRecord {
        key: RecordKey([id; 16]),
        uuid: Some(CompactId::Uuid([id; 16])),
        time: Some(UtcMillis(MORNING)),
        machine: HERE,
        strand: Arc::new(strand()),
        tokens: TokenCounts { input: 1, output: 2, cache_write_5m: 3, cache_write_1h: 4, cache_read: 5 },
        web_searches: 0,
        is_complete: true,
        legacy_until: None,
        origin: Origin::Transcript,
    }
}

fn strand() -> Strand {
    Strand {
        session: "5e55".into(),
        model: "claude-opus-5".into(),
        project: "/home/a/src/api".into(),
        branch: "main".into(),
        version: "2.1.240".into(),
        ..Strand::default()
    }
}

fn insert(store: &mut Store, records: &[UsageRecord]) -> Inserted {
    let mut writing = store.begin().unwrap();
    writing.insert_batch(records).unwrap();
    writing.commit().unwrap()
}

fn entries(store: &Store) -> Vec<UsageEntry> {
    let mut entries = Vec::new();
    store.usage_entries((None, None), &mut |entry| entries.push(entry)).unwrap();
    entries
}

fn total(store: &Store) -> UsageSums {
    entries(store).iter().fold(UsageSums::default(), |sum, entry| sum.plus(&entry.sums))
}

#[test]
fn a_response_counts_once_and_its_better_copy_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    assert_eq!(
        insert(&mut store, &[record(1), record(2)]),
        Inserted { new: 2, improved: 0, duplicate: 0, replaced: 0 }
    );
    let mut better = record(1);
    better.tokens.output = 50;
    assert_eq!(insert(&mut store, &[better, record(2)]), Inserted { new: 0, improved: 1, duplicate: 1, replaced: 0 });
    assert_eq!((total(&store).responses, total(&store).tokens.output), (2, 52));
    assert!(store.health().unwrap().are_rollups_true);
}

#[test]
fn keys_that_begin_alike_are_different_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let like = |last: u8| {
        let mut key = [7; 16];
        key[15] = last;
        UsageRecord { key: RecordKey(key), ..record(last) }
    };
    let records: Vec<_> = (0..20).map(like).collect();
    let mut store = open(&path);
    assert_eq!(insert(&mut store, &records[..10]), Inserted { new: 10, ..Inserted::default() });
    assert_eq!(insert(&mut store, &records[5..15]), Inserted { new: 5, duplicate: 5, ..Inserted::default() });
    // The next process has not seen them come in.
    let mut store = open(&path);
    assert_eq!(insert(&mut store, &records), Inserted { new: 5, duplicate: 15, ..Inserted::default() });
    assert_eq!(total(&store).responses, 20);
}

#[test]
fn a_database_that_is_filled_is_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let fill = |store: &mut Store, records: &[UsageRecord]| {
        let mut writing = store.begin_filling().unwrap();
        writing.insert_batch(records).unwrap();
        writing.commit().unwrap()
    };
    let better = |id| UsageRecord { tokens: TokenCounts { output: 50, ..record(id).tokens }, ..record(id) };
    let (path, index) = (folder.path().join("a.db"), "SELECT count(*) FROM sqlite_schema WHERE name = 'record_heads'");
    let n_indexes =
        || rusqlite::Connection::open(&path).unwrap().query_row(index, [], |row| row.get::<_, i64>(0)).unwrap();
    let mut store = open(&path);
    let mut writing = store.begin_filling().unwrap();
    writing.insert_batch(&[record(1), record(2)]).unwrap();
    drop(writing);
    assert_eq!((n_indexes(), total(&store).responses), (1, 0));
    let filled = fill(&mut store, &[record(1), record(2), better(1), record(1), record(2)]);
    assert_eq!(filled, Inserted { new: 2, improved: 1, duplicate: 2, replaced: 0 });
    assert_eq!(
        fill(&mut store, &[record(2), record(3), better(2)]),
        Inserted { new: 1, improved: 1, duplicate: 1, replaced: 0 }
    );
    assert_eq!(insert(&mut open(&path), &[better(1), better(2), better(3)]).improved, 1);
    assert_eq!((n_indexes(), total(&store).responses, total(&store).tokens.output), (1, 3, 150));
    assert_eq!(store.health().unwrap().damages, Vec::<String>::new());
}

#[test]
fn two_processes_that_write_in_turn_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (mut one, mut other) = (open(&path), open(&path));
    assert_eq!(insert(&mut one, &[record(1)]).new, 1);
    assert_eq!(insert(&mut other, &[record(2)]).new, 1);
    assert_eq!(insert(&mut one, &[record(1), record(2), record(3)]).duplicate, 2);
    assert_eq!(insert(&mut other, &[record(1), record(2), record(3)]).duplicate, 3);
    assert_eq!((total(&one), total(&one).responses), (total(&other), 3));
}

#[test]
fn an_earlier_copy_moves_a_record_to_its_day_and_leaves_true_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    let at = |id, ms| UsageRecord { time: Some(UtcMillis(MORNING + ms)), ..record(id) };
    insert(&mut store, &[at(1, 100), at(2, 200), at(3, 300)]);
    insert(&mut store, &[at(3, -86_400_000)]);
    let bounds: Vec<_> = entries(&store).iter().map(|entry| (entry.sums.first, entry.sums.last)).collect();
    let time = |ms| Some(UtcMillis(MORNING + ms));
    assert_eq!(bounds, [(time(-86_400_000), time(-86_400_000)), (time(100), time(200))]);
}

#[test]
fn what_is_not_committed_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = open(&path);
    let mut writing = store.begin().unwrap();
    writing.insert_batch(&[record(1)]).unwrap();
    drop(writing);
    assert_eq!(total(&store), UsageSums::default());
    assert_eq!(insert(&mut store, &[record(1)]).new, 1);
    assert_eq!(total(&open(&path)).responses, 1);
}

#[test]
fn names_come_back_as_they_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    let strand = Strand {
        session: "".into(),
        project: "/a\0b\u{202e}".into(),
        speed: "fast".into(),
        is_sidechain: true,
        ..strand()
    };
    let odd = UsageRecord { strand: Arc::new(strand), ..record(1) };
    insert(&mut store, std::slice::from_ref(&odd));
    let entry = entries(&store)[0];
    let contexts = store.contexts().unwrap();
    let context = &contexts[entry.key.context.0 as usize];
    assert_eq!((&*context.project, &*context.speed, context.is_sidechain), ("/a\0b\u{202e}", "fast", true));
    assert_eq!(store.session_names().unwrap()[entry.key.session.0 as usize], CompactId::new(""));
    assert_eq!(insert(&mut store, &[odd]).duplicate, 1);
}

#[test]
fn cursors_and_problems_are_kept_with_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    let transcript = TranscriptName { directory: Path::new("/p/-a").into(), name: "s.jsonl".into() };
    let cursor = Cursor {
        identity: FileIdentity { device: u64::MAX, inode: 7 },
        size: 100,
        modified_ns: -5,
        offset: 90,
        tail_hash: u32::MAX,
    };
    let mut writing = store.begin().unwrap();
    writing.set_cursor(&transcript, &cursor).unwrap();
    writing.add_problem(&transcript, 10, LineProblem::NotJson).unwrap();
    writing.add_problem(&transcript, 20, LineProblem::OddTokenCount).unwrap();
    writing.commit().unwrap();
    let cursors = store.cursors().unwrap();
    assert_eq!(cursors.of(&transcript), Some(&cursor));
    assert_eq!(
        (store.malformed_lines().unwrap(), store.odd_lines().unwrap(), store.problems(9).unwrap().len()),
        (1, 1, 2)
    );
    let mut writing = store.begin().unwrap();
    writing.forget_transcript(&transcript).unwrap();
    writing.commit().unwrap();
    assert!(store.cursors().unwrap().is_empty());
    assert_eq!(store.problems(9).unwrap(), []);
}

#[test]
fn two_processes_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let threads: Vec<_> = (0..4_u8)
        .map(|id| {
            let path = path.clone();
            std::thread::spawn(move || {
                for round in 0..20 {
                    insert(&mut open(&path), &[record(round), record(100 + 20 * id + round)]);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let store = open(&path);
    assert_eq!(total(&store).responses, 20 + 4 * 20);
    assert!(store.health().unwrap().are_rollups_true);
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, is_expected: fn(&StoreError) -> bool| {
        let path = folder.path().join(name);
        let before = std::fs::read(&path).unwrap();
        let error = Store::open(&path, HERE, "here").err().unwrap();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "{name}");
    };
    std::fs::File::create(folder.path().join("text"))
        .and_then(|mut file| std::io::Write::write_all(&mut file, &[b'x'; 5000]))
        .unwrap();
    check("text", |error| matches!(error, StoreError::Damaged { .. }));
    let sql = |name: &str, sql: &str| {
        rusqlite::Connection::open(folder.path().join(name)).unwrap().execute_batch(sql).unwrap()
    };
    sql("foreign", "CREATE TABLE notes (text)");
    check("foreign", |error| matches!(error, StoreError::NotOurs { .. }));
    sql("newer", "CREATE TABLE t (x); PRAGMA user_version = 9");
    check("newer", |error| matches!(error, StoreError::NewerSchema { found: 9, .. }));
}

#[test]
fn a_full_disk_rolls_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = open(&path);
    insert(&mut store, &[record(1)]);
    store.limit_pages(4).unwrap();
    let mut writing = store.begin().unwrap();
    let many: Vec<_> = (0..2000_u32)
        .map(|id| UsageRecord {
            key: RecordKey(u128::from(id).to_be_bytes()),
            strand: Arc::new(Strand { project: format!("/p/{id}").into(), ..strand() }),
            ..record(2)
        })
        .collect();
    let error = writing.insert_batch(&many).unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    drop(writing);
    assert_eq!(total(&open(&path)).responses, 1);
}

#[test]
fn a_damaged_roll_up_is_told_and_rebuilt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = open(&path);
    insert(&mut store, &[record(1)]);
    rusqlite::Connection::open(&path).unwrap().execute("UPDATE rollups SET entries = x'0180'", []).unwrap();
    let error = store.usage_entries((None, None), &mut |_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Rollup { .. }), "{error:?}");
    assert!(store.rebuild_rollups().unwrap().were_wrong);
    assert_eq!(total(&store).responses, 1);
    assert!(!store.rebuild_rollups().unwrap().were_wrong);
}

#[test]
fn a_database_knows_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(open(&path));
    assert_eq!(machine_of(&path).unwrap(), Some(HERE));
    let store = Store::open(&path, HERE, "renamed").unwrap();
    assert_eq!(store.machines().unwrap()[0].name, "renamed");
}

fn copies() -> impl Strategy<Value = Vec<UsageRecord>> {
    let copy = (0_u8..6, 0_u64..3, prop::option::of(0_i64..4), 0_usize..2, any::<bool>(), any::<bool>(), 0_u64..3);
    let copy = copy.prop_map(|(id, output, time, session, is_sidechain, is_complete, size)| UsageRecord {
        time: time.map(|time| UtcMillis(MORNING + time * 500_000)),
        strand: Arc::new(Strand { session: ["5e55", "f02c"][session].into(), is_sidechain, ..strand() }),
        tokens: TokenCounts { output, input: size * 100_000, ..TokenCounts::default() },
        is_complete,
        ..record(id)
    });
    prop::collection::vec(copy, 1..30)
}

/// What the store says of everything but the numbers it gave to sessions and contexts.
fn content(store: &Store) -> BTreeMap<String, UsageSums> {
    let (contexts, sessions) = (store.contexts().unwrap(), store.session_names().unwrap());
    entries(store)
        .into_iter()
        .map(|entry| {
            let key = entry.key;
            let names = (&contexts[key.context.0 as usize], &sessions[key.session.0 as usize]);
            (format!("{:?} {:?} {:?}", key.slot, names, key.class), entry.sums)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_and_any_batches_end_the_same(copies in copies(), cut in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut once = open(&folder.path().join("once.db"));
        insert(&mut once, &copies);
        let mut pieces = open(&folder.path().join("pieces.db"));
        let mut shuffled = copies.clone();
        shuffled.reverse();
        let cut = cut.index(copies.len());
        insert(&mut pieces, &shuffled[cut..]);
        insert(&mut pieces, &shuffled);
        prop_assert_eq!(content(&once), content(&pieces));
        prop_assert!(once.health().unwrap().are_rollups_true);
        prop_assert!(pieces.health().unwrap().are_rollups_true);
    }
}

#[test]
fn what_is_read_of_one_moment_knows_nothing_of_what_others_write_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let (store, mut other) = (open(&path), open(&path));
    insert(&mut other, &[record(1)]);
    let moment = store.snapshot().unwrap();
    let n_contexts = store.contexts().unwrap().len();
    let stranger =
        UsageRecord { strand: Arc::new(Strand { model: "claude-haiku-4-5".into(), ..strand() }), ..record(2) };
    insert(&mut other, &[stranger]);
    assert!(entries(&store).iter().all(|entry| (entry.key.context.0 as usize) < n_contexts));
    drop(moment);
    assert_eq!((entries(&store).len(), store.contexts().unwrap().len()), (2, n_contexts + 1));
}
