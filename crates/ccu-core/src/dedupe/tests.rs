//! The join laws, over records that differ in everything that copies of one response can differ in.

use std::sync::Arc;

use proptest::prelude::*;

use super::merge;
use crate::ids::{CompactId, MachineId, RecordKey};
use crate::record::{Origin, Strand, TokenCounts, UsageRecord};
use crate::time::UtcMillis;

/// A strand by its texts in order.
fn strand(texts: &[&str; 9], is_sidechain: bool) -> Arc<Strand> {
    let [session, agent, version, model, project, branch, speed, service_tier, inference_geo] = texts.map(Arc::from);
    Arc::new(Strand {
        session,
        agent,
        version,
        model,
        project,
        branch,
        speed,
        service_tier,
        inference_geo,
        is_sidechain,
    })
}

fn with_strand(record: UsageRecord, change: impl FnOnce(&mut Strand)) -> UsageRecord {
    let mut strand = Strand::clone(&record.strand);
    change(&mut strand);
    UsageRecord { strand: Arc::new(strand), ..record }
}

fn blank() -> UsageRecord {
    UsageRecord {
        key: RecordKey([0; 16]),
        uuid: None,
        time: Some(UtcMillis(2_000)),
        machine: MachineId([1; 16]),
        strand: strand(&["s", "", "2.1.50", "m", "/p", "main", "", "", ""], false),
        tokens: TokenCounts::default(),
        web_searches: 0,
        is_complete: false,
        legacy_until: None,
        origin: Origin::Transcript,
    }
}

fn joined(a: &UsageRecord, b: &UsageRecord) -> UsageRecord {
    let mut record = a.clone();
    let is_changed = merge(&mut record, b.clone());
    assert_eq!(is_changed, record != *a);
    record
}

fn with_tokens(input: u64, output: u64) -> UsageRecord {
    UsageRecord { tokens: TokenCounts { input, output, ..TokenCounts::default() }, ..blank() }
}

#[test]
fn the_better_row_stands() {
    let check = |what: &str, better: UsageRecord, worse: UsageRecord| {
        assert_eq!(joined(&worse, &better).tokens, better.tokens, "{what}");
        assert_eq!(joined(&better, &worse).tokens, better.tokens, "{what}, other way round");
    };
    check("more output", with_tokens(9, 2), with_tokens(1, 1));
    check("smaller input side", with_tokens(1, 2), with_tokens(9, 2));
    check("not a sidechain", with_tokens(9, 2), with_strand(with_tokens(1, 2), |strand| strand.is_sidechain = true));
    check("smaller model", with_tokens(1, 2), with_strand(with_tokens(1, 2), |strand| strand.model = "n".into()));
}

#[test]
fn a_record_never_changes_its_day() {
    let early = UsageRecord { time: Some(UtcMillis(1_000)), machine: MachineId([9; 16]), ..with_tokens(1, 1) };
    let late = with_tokens(1, 9);
    let record = joined(&late, &early);
    assert_eq!((record.time, record.machine, record.tokens.output), (early.time, early.machine, 9));
    let undated = UsageRecord { time: None, ..with_tokens(1, 10) };
    assert_eq!(joined(&undated, &late).time, late.time);
}

#[test]
fn what_was_seen_here_names_the_place() {
    let told = UsageRecord { origin: Origin::Gist, ..with_tokens(1, 9) };
    let told = with_strand(told, |strand| strand.project = "a".into());
    let record = joined(&told, &blank());
    assert_eq!((&*record.strand.project, record.tokens.output, record.origin), ("/p", 9, Origin::Transcript));
}

#[test]
fn a_copy_that_says_nothing_new_changes_nothing() {
    assert_eq!(joined(&with_tokens(1, 2), &with_tokens(1, 1)), with_tokens(1, 2));
    assert_eq!(joined(&blank(), &blank()), blank());
}

fn text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "a", "b"])
}

fn copy() -> impl Strategy<Value = UsageRecord> {
    let ids = (prop::option::of(text()), prop::option::of(1_000_i64..1_004), 0_u8..3);
    let texts = prop::array::uniform9(text());
    let counts = prop::array::uniform6(0_u64..3);
    let flags = (
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(vec![Origin::Transcript, Origin::Restored, Origin::Gist, Origin::Import]),
    );
    (ids, texts, counts, flags).prop_map(
        |((uuid, time, machine), texts, counts, (is_sidechain, is_complete, origin))| {
            let [input, output, cache_write_5m, cache_write_1h, cache_read, web_searches] = counts;
            UsageRecord {
                uuid: uuid.map(CompactId::new),
                time: time.map(UtcMillis),
                machine: MachineId([machine; 16]),
                strand: strand(&texts, is_sidechain),
                tokens: TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read },
                web_searches,
                is_complete,
                origin,
                ..blank()
            }
        },
    )
}

proptest! {
    #[test]
    fn joining_is_commutative(a in copy(), b in copy()) {
        prop_assert_eq!(joined(&a, &b), joined(&b, &a));
    }

    #[test]
    fn joining_is_associative(a in copy(), b in copy(), c in copy()) {
        prop_assert_eq!(joined(&joined(&a, &b), &c), joined(&a, &joined(&b, &c)));
    }

    #[test]
    fn joining_twice_is_joining_once(a in copy(), b in copy()) {
        let once = joined(&a, &b);
        prop_assert_eq!(&joined(&once, &b), &once);
        prop_assert_eq!(&joined(&once, &a), &once);
    }

    #[test]
    fn any_order_and_any_split_give_one_record(copies in prop::collection::vec(copy(), 1..6), seed in any::<u64>(), cut in any::<prop::sample::Index>()) {
        let fold = |copies: &[UsageRecord]| copies[1..].iter().fold(copies[0].clone(), |stored, seen| joined(&stored, seen));
        let mut shuffled = copies.clone();
        shuffled.sort_by_key(|copy| (copy.tokens.output ^ seed, copy.time.map(|time| time.0 as u64 ^ seed)));
        let cut = cut.index(copies.len());
        let split = match cut {
            0 => fold(&shuffled),
            _ => joined(&fold(&shuffled[cut..]), &fold(&shuffled[..cut])),
        };
        prop_assert_eq!(split, fold(&copies));
    }
}
