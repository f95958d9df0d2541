//! The join laws, over records that differ in everything that copies of one response can differ in.

use std::sync::Arc;

use proptest::prelude::*;

use super::merge;
use crate::ids::{CompactId, MachineId, RecordKey};
use crate::record::{Origin, TokenCounts, UsageRecord};
use crate::time::UtcMillis;

fn blank() -> UsageRecord {
    UsageRecord {
        key: RecordKey([0; 16]),
        session: "s".into(),
        uuid: None,
        time: Some(UtcMillis(2_000)),
        machine: MachineId([1; 16]),
        model: "m".into(),
        project: "/p".into(),
        branch: "main".into(),
        version: "2.1.50".into(),
        agent: "".into(),
        tokens: TokenCounts::default(),
        web_searches: 0,
        speed: "".into(),
        service_tier: "".into(),
        inference_geo: "".into(),
        is_sidechain: false,
        is_complete: false,
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
    check("not a sidechain", with_tokens(9, 2), UsageRecord { is_sidechain: true, ..with_tokens(1, 2) });
    check("smaller model", with_tokens(1, 2), UsageRecord { model: "n".into(), ..with_tokens(1, 2) });
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
    let told = UsageRecord { origin: Origin::Gist, project: "a".into(), ..with_tokens(1, 9) };
    let record = joined(&told, &blank());
    assert_eq!((&*record.project, record.tokens.output, record.origin), ("/p", 9, Origin::Transcript));
}

#[test]
fn a_copy_that_says_nothing_new_changes_nothing() {
    assert_eq!(joined(&with_tokens(1, 2), &with_tokens(1, 1)), with_tokens(1, 2));
    assert_eq!(joined(&blank(), &blank()), blank());
}

fn text() -> impl Strategy<Value = Arc<str>> {
    prop::sample::select(vec!["", "a", "b"]).prop_map(Arc::from)
}

fn copy() -> impl Strategy<Value = UsageRecord> {
    let ids = (text(), prop::option::of(text()), prop::option::of(1_000_i64..1_004), 0_u8..3);
    let names = (text(), text(), text(), text(), text(), text(), text(), text());
    let counts = ((0_u64..3, 0_u64..3, 0_u64..3), (0_u64..3, 0_u64..3, 0_u64..3));
    let flags = (any::<bool>(), any::<bool>(), prop::sample::select(vec![Origin::Transcript, Origin::Gist, Origin::Import]));
    (ids, names, counts, flags).prop_map(|(ids, names, counts, flags)| UsageRecord {
        session: ids.0,
        uuid: ids.1.map(|uuid| CompactId::new(&uuid)),
        time: ids.2.map(UtcMillis),
        machine: MachineId([ids.3; 16]),
        model: names.0,
        project: names.1,
        branch: names.2,
        version: names.3,
        agent: names.4,
        speed: names.5,
        service_tier: names.6,
        inference_geo: names.7,
        tokens: TokenCounts {
            input: counts.0.0,
            output: counts.0.1,
            cache_write_5m: counts.0.2,
            cache_write_1h: counts.1.0,
            cache_read: counts.1.1,
        },
        web_searches: counts.1.2,
        is_sidechain: flags.0,
        is_complete: flags.1,
        origin: flags.2,
        ..blank()
    })
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
