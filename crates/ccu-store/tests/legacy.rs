//! Records of the earlier tool beside records of transcripts: whatever comes first, the same records count.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use ccu_core::identity::legacy_key;
use ccu_core::ids::{CompactId, MachineId, RecordKey};
use ccu_core::legacy::LINK_MS;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_store::{Inserted, Store};
use proptest::prelude::*;

const HERE: MachineId = MachineId([1; 16]);
const THERE: MachineId = MachineId([2; 16]);
const MORNING: i64 = 1_795_335_000_000;

fn open(path: &Path) -> Store {
    Store::open(path, HERE, "here").unwrap()
}

/// A copy of a response, by what echoes look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    session: &'static str,
    input: u64,
    cache_write: u64,
    cache_read: u64,
    output: u64,
    seconds: i64,
}

const FIRST: Copy = Copy { session: "s", input: 3, cache_write: 400, cache_read: 9_000, output: 8, seconds: 0 };

fn record(key: RecordKey, copy: Copy) -> UsageRecord {
    let Copy { session, input, cache_write, cache_read, output, seconds } = copy;
    UsageRecord {
        key,
        uuid: None,
        time: Some(UtcMillis(MORNING + seconds * 1_000)),
        machine: HERE,
        strand: Arc::new(Strand {
            session: session.into(),
            model: "claude-opus-5".into(),
            project: "/home/a/src/api".into(),
            ..Strand::default()
        }),
        tokens: TokenCounts { input, output, cache_write_5m: cache_write, cache_write_1h: 0, cache_read },
        web_searches: 0,
        is_complete: true,
        origin: Origin::Transcript,
        legacy_until: None,
    }
}

/// A row of the earlier tool.
fn row(uuid: &str, copy: Copy) -> UsageRecord {
    let record = record(legacy_key(copy.session, uuid), copy);
    UsageRecord {
        uuid: Some(CompactId::new(uuid)),
        machine: THERE,
        origin: Origin::Import,
        legacy_until: record.time,
        ..record
    }
}

/// A response as a transcript gives it.
fn response(id: u8, copy: Copy) -> UsageRecord {
    record(RecordKey([id; 16]), copy)
}

fn insert(store: &mut Store, records: &[UsageRecord]) -> Inserted {
    let mut writing = store.begin().unwrap();
    writing.insert_batch(records).unwrap();
    writing.commit().unwrap()
}

fn records(store: &Store) -> Vec<UsageRecord> {
    let mut records = Vec::new();
    store
        .all_records(&mut |numbered| {
            records.push(numbered.record);
            ControlFlow::Continue(())
        })
        .unwrap();
    records.sort_by_key(|record| record.key);
    records
}

/// Inserts one by one in this order and in the other, and gives what counts; both must agree.
fn counted(offered: &[UsageRecord]) -> Vec<UsageRecord> {
    let folder = tempfile::tempdir().unwrap();
    let mut forth = open(&folder.path().join("forth.db"));
    let mut back = open(&folder.path().join("back.db"));
    let mut sum = Inserted::default();
    for record in offered {
        sum = sum.plus(&insert(&mut forth, std::slice::from_ref(record)));
    }
    for record in offered.iter().rev() {
        insert(&mut back, std::slice::from_ref(record));
    }
    let counted = records(&forth);
    assert_eq!(counted, records(&back));
    assert_eq!(counted.len() as u64, sum.new - sum.replaced, "{sum:?}");
    assert!(forth.health().unwrap().are_rollups_true && back.health().unwrap().are_rollups_true);
    counted
}

#[test]
fn rows_of_one_response_are_one_record() {
    let rows = [
        row("a", FIRST),
        row("b", Copy { seconds: 50, output: 1, ..FIRST }),
        row("c", Copy { seconds: 100, output: 90, ..FIRST }),
        row("d", Copy { seconds: 161, output: 1, ..FIRST }),
    ];
    let counted = counted(&rows);
    let spans: BTreeSet<_> = counted
        .iter()
        .map(|record| (record.time.unwrap().0, record.legacy_until.unwrap().0, record.tokens.output))
        .collect();
    let expected = BTreeSet::from([(MORNING, MORNING + 100_000, 90), (MORNING + 161_000, MORNING + 161_000, 1)]);
    assert_eq!(spans, expected);
    let joined = counted.iter().find(|record| record.tokens.output == 90).unwrap();
    assert_eq!((joined.key, joined.machine, joined.origin), (legacy_key("s", "c"), THERE, Origin::Import));
}

#[test]
fn a_response_that_a_transcript_holds_is_counted_from_it() {
    let check = |what: &str, legacy: Copy, transcript: Copy, expected: usize| {
        let n_counted = counted(&[row("a", legacy), response(1, transcript)]).len();
        assert_eq!(n_counted, expected, "{what}");
    };
    check("the same", FIRST, Copy { output: 70, ..FIRST }, 1);
    check("written again by a resumed session", Copy { seconds: 7_200, ..FIRST }, FIRST, 1);
    check("cache writes that the earlier tool didn't see", Copy { cache_write: 0, ..FIRST }, FIRST, 1);
    check("a fork under its own session id", Copy { session: "fork", ..FIRST }, FIRST, 1);
    check("another prompt", Copy { input: 4, ..FIRST }, FIRST, 2);
    check("other cache writes", Copy { cache_write: 401, ..FIRST }, Copy { seconds: 1, ..FIRST }, 2);
    check("cache writes that the response didn't have", FIRST, Copy { cache_write: 0, seconds: 1, ..FIRST }, 2);
    check("another session at another time", Copy { session: "t", seconds: 1, ..FIRST }, FIRST, 2);
}

#[test]
fn a_forked_session_counts_once_without_transcripts_too() {
    let counted = counted(&[
        row("a", FIRST),
        row("b", Copy { output: 30, seconds: 2, ..FIRST }),
        row("a", Copy { session: "fork", ..FIRST }),
        row("b", Copy { session: "fork", output: 30, seconds: 2, ..FIRST }),
    ]);
    assert_eq!(counted.iter().map(|record| record.tokens.output).collect::<Vec<_>>(), [30]);
}

#[test]
fn a_record_that_changes_its_echo_gives_back_what_it_kept_from_counting() {
    let legacy = row("a", Copy { session: "z", seconds: 5, ..FIRST });
    let copies = [response(1, Copy { session: "z", ..FIRST }), response(1, Copy { output: 90, ..FIRST })];
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    assert_eq!(insert(&mut store, std::slice::from_ref(&legacy)).new, 1);
    let first = Inserted { new: 1, improved: 0, duplicate: 0, replaced: 1 };
    assert_eq!(insert(&mut store, &copies[..1]), first);
    assert_eq!(records(&store).len(), 1);
    let second = Inserted { new: 1, improved: 1, duplicate: 0, replaced: 0 };
    assert_eq!(insert(&mut store, &copies[1..]), second);
    assert_eq!(records(&store).len(), 2);
    assert_eq!(counted(&[copies[1].clone(), legacy, copies[0].clone()]).len(), 2);
}

#[test]
fn what_is_rolled_back_is_not_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    let mut writing = store.begin().unwrap();
    writing.insert_batch(&[row("a", FIRST), response(2, Copy { input: 9, ..FIRST })]).unwrap();
    drop(writing);
    assert_eq!(insert(&mut store, &[response(1, FIRST)]).replaced, 0);
    assert_eq!(insert(&mut store, &[row("a", FIRST)]).duplicate, 1);
    assert_eq!(insert(&mut store, &[row("b", Copy { input: 9, ..FIRST })]).new, 1);
}

#[test]
fn legacy_records_are_told_apart_in_sums() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("a.db"));
    insert(&mut store, &[row("a", FIRST), response(1, Copy { input: 9, ..FIRST })]);
    let (mut responses, mut legacy) = (0, 0);
    let mut add = |entry: ccu_core::rollup::UsageEntry| {
        responses += entry.sums.responses;
        legacy += entry.sums.legacy;
    };
    store.usage_entries((None, None), &mut add).unwrap();
    assert_eq!((responses, legacy), (2, 1));
}

fn copies() -> impl Strategy<Value = Vec<UsageRecord>> {
    let copy = (
        prop::sample::select(vec!["s", "t"]),
        prop::sample::select(vec![0_u64, 400]),
        0_u64..3,
        prop::sample::select(vec![0_i64, 1, 40, 90, 200, 4_000]),
        0_u64..2,
    );
    let copy = copy.prop_map(|(session, cache_write, output, seconds, input)| Copy {
        session,
        cache_write,
        output,
        seconds,
        input,
        ..FIRST
    });
    let offered =
        (copy, prop::option::of(0_u8..3), 0_u8..9, prop::bool::ANY).prop_map(|(copy, id, uuid, is_pulled)| {
            let offered = match id {
                Some(id) => response(id, copy),
                None => row(&format!("{uuid} {copy:?}"), copy),
            };
            UsageRecord { origin: if is_pulled { Origin::Gist } else { offered.origin }, ..offered }
        });
    prop::collection::vec(offered, 1..24)
}

/// Rows that are of one response, as far as session, counts and time tell.
struct Group<'a> {
    session: &'a str,
    /// Input, cache writes and cache reads.
    counts: (u64, u64, u64),
    first: i64,
    last: i64,
    /// The greatest of its rows'.
    rank: (u64, std::cmp::Reverse<RecordKey>),
}

fn counts_of(record: &UsageRecord) -> (u64, u64, u64) {
    (record.tokens.input, record.tokens.cache_write(), record.tokens.cache_read)
}

fn ms(record: &UsageRecord) -> i64 {
    record.time.unwrap().0
}

impl Group<'_> {
    fn is_of_moment(&self, counts: (u64, u64, u64), first: i64) -> bool {
        (self.counts.0, self.counts.2, self.first) == (counts.0, counts.2, first)
    }

    fn has_transcript(&self, transcripts: &[UsageRecord]) -> bool {
        transcripts.iter().any(|record| {
            let counts = counts_of(record);
            let has_echo = self.session == &*record.strand.session
                && (self.counts.0, self.counts.2) == (counts.0, counts.2)
                && (self.counts.1 == 0 || self.counts.1 == counts.1);
            has_echo || self.is_of_moment(counts, ms(record))
        })
    }
}

/// The legacy records that should count, worked out from the sets alone: sessions and times of the first rows.
fn expected(offered: &[UsageRecord], transcripts: &[UsageRecord]) -> BTreeSet<(String, i64)> {
    let mut rows: Vec<&UsageRecord> = offered.iter().filter(|record| record.legacy_until.is_some()).collect();
    rows.sort_by_key(|row| (row.strand.session.clone(), counts_of(row), row.time));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in rows {
        let (session, counts, time) = (&*row.strand.session, counts_of(row), ms(row));
        let rank = (row.tokens.output, std::cmp::Reverse(row.key));
        match groups.last_mut() {
            Some(last) if (last.session, last.counts) == (session, counts) && time - last.last <= LINK_MS => {
                (last.last, last.rank) = (time, last.rank.max(rank));
            }
            _ => groups.push(Group { session, counts, first: time, last: time, rank }),
        }
    }
    let should_count = |group: &&Group<'_>| {
        let mut same_moment = groups.iter().filter(|other| other.is_of_moment(group.counts, group.first));
        !same_moment.any(|other| other.rank > group.rank || other.has_transcript(transcripts))
    };
    groups.iter().filter(should_count).map(|group| (group.session.to_owned(), group.first)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_any_split_and_twice_end_the_same(offered in copies(), order in any::<u64>(), cut in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut once = open(&folder.path().join("once.db"));
        insert(&mut once, &offered);
        let mut shuffled = offered.clone();
        let rank = |idx: usize| (idx as u64 + 1).wrapping_mul(order | 1).rotate_left(17);
        let mut order: Vec<usize> = (0..offered.len()).collect();
        order.sort_by_key(|idx| rank(*idx));
        shuffled.iter_mut().zip(order).for_each(|(shuffled, idx)| *shuffled = offered[idx].clone());
        let mut pieces = open(&folder.path().join("pieces.db"));
        let cut = cut.index(offered.len());
        insert(&mut pieces, &shuffled[cut..]);
        insert(&mut pieces, &shuffled);
        prop_assert_eq!(records(&once), records(&pieces));
        prop_assert!(once.health().unwrap().are_rollups_true);
        prop_assert!(pieces.health().unwrap().are_rollups_true);

        let (legacy, transcripts): (Vec<_>, Vec<_>) = records(&once).into_iter().partition(|record| record.legacy_until.is_some());
        let counted: BTreeSet<_> = legacy.iter().map(|record| (record.strand.session.to_string(), record.time.unwrap().0)).collect();
        prop_assert_eq!(counted, expected(&offered, &transcripts));
    }

    #[test]
    fn every_response_counts_once_on_every_machine(responses in responses(), seen in any::<[[bool; 4]; 2]>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut stores = ["first.db", "second.db"].map(|name| open(&folder.path().join(name)));
        for (store, seen) in stores.iter_mut().zip(seen) {
            let offered: Vec<UsageRecord> = responses.iter().flat_map(|response| response.rows(seen)).collect();
            insert(store, &offered);
        }
        for _ in 0..3 {
            let [first, second] = &mut stores;
            let (from_first, from_second) = (records(first), records(second));
            insert(first, &from_second);
            insert(second, &from_first);
        }
        let was_seen = |kind: usize| seen[0][kind] || seen[1][kind];
        let n_expected = responses
            .iter()
            .filter(|response| was_seen(0) || was_seen(1) || (response.n_forked > 0 && (was_seen(2) || was_seen(3))))
            .count();
        for store in &stores {
            prop_assert_eq!(records(store).len(), n_expected);
            prop_assert!(store.health().unwrap().are_rollups_true);
        }
    }
}

/// A response of a session that was forked later.
#[derive(Debug)]
struct Response {
    id: u8,
    n_rows: i64,
    /// How many of its rows the fork repeats.
    n_forked: i64,
    has_writes: bool,
    /// Whether the log named the kinds of cache writes; else the earlier tool saw none.
    names_writes: bool,
}

impl Response {
    /// Its rows, in a transcript and in the earlier tool's history of the session, and in both of the fork.
    fn rows(&self, seen: [bool; 4]) -> Vec<UsageRecord> {
        let mut rows = Vec::new();
        for (kind, _) in seen.iter().enumerate().filter(|(_, is_seen)| **is_seen) {
            let (session, n_rows) = if kind < 2 { ("parent", self.n_rows) } else { ("fork", self.n_forked) };
            for row_idx in 0..n_rows {
                let copy = Copy {
                    session,
                    input: u64::from(self.id),
                    cache_write: if self.has_writes && (self.names_writes || kind % 2 == 0) { 400 } else { 0 },
                    cache_read: 9_000,
                    output: row_idx as u64,
                    seconds: i64::from(self.id) * 30 + row_idx * 20,
                };
                rows.push(match kind % 2 {
                    0 => response(self.id, copy),
                    _ => row(&format!("{} {row_idx}", self.id), copy),
                });
            }
        }
        rows
    }
}

fn responses() -> impl Strategy<Value = Vec<Response>> {
    let shape = (1_i64..4, 0_i64..4, any::<bool>(), any::<bool>());
    prop::collection::vec(shape, 1..5).prop_map(|shapes| {
        let numbered = shapes.into_iter().zip(1..);
        let response = |((n_rows, n_forked, has_writes, names_writes), id): ((i64, i64, bool, bool), u8)| Response {
            id,
            n_rows,
            n_forked: n_forked.min(n_rows),
            has_writes,
            names_writes,
        };
        numbered.map(response).collect()
    })
}
