//! Legacy records that are of one response, made one.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use crate::dedupe;
use crate::record::{Strand, UsageRecord};

/// Joins two legacy records of one response, whether or not they have one key: the row that [stands first](stands_over) whole,
/// the earliest time with its machine, the latest `legacy_until`, the better place.
///
/// **Shape**: commutative, associative and idempotent over legacy records of one echo (property tests).
pub fn join(a: UsageRecord, b: UsageRecord) -> UsageRecord {
    let (mut standing, other) = if stands_over(&a, &b) == Ordering::Less { (b, a) } else { (a, b) };
    let place = Strand {
        project: other.strand.project.clone(),
        branch: other.strand.branch.clone(),
        ..Strand::clone(&standing.strand)
    };
    // Of the other record only what is joined by itself is left, so that the join of copies does the rest.
    let beside = UsageRecord {
        time: other.time,
        machine: other.machine,
        is_complete: other.is_complete,
        origin: other.origin,
        legacy_until: other.legacy_until,
        strand: if place == *standing.strand { standing.strand.clone() } else { Arc::new(place) },
        ..standing.clone()
    };
    dedupe::merge(&mut standing, beside);
    standing
}

/// The greater row stands: more output, then the smaller key; what follows only makes the order total.
pub fn stands_over(a: &UsageRecord, b: &UsageRecord) -> Ordering {
    let rank = |record: &UsageRecord| (record.tokens.output, Reverse(record.key));
    rank(a).cmp(&rank(b)).then_with(|| dedupe::stands_over(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CompactId, MachineId, RecordKey};
    use crate::record::{Origin, TokenCounts};
    use crate::time::UtcMillis;
    use proptest::prelude::*;

    fn legacy_record() -> impl Strategy<Value = UsageRecord> {
        let ids = (0_u8..4, 0_u8..3, any::<bool>(), any::<bool>());
        let times = (1_000_i64..1_005, 0_i64..4);
        let origin = prop::sample::select(vec![Origin::Gist, Origin::Import, Origin::Restored]);
        let places = (prop::sample::select(vec!["", "/a", "/b"]), prop::sample::select(vec!["", "main"]));
        (ids, times, origin, places, 0_u64..3).prop_map(|(ids, times, origin, places, output)| {
            let (key, machine, has_uuid, is_new) = ids;
            UsageRecord {
                key: RecordKey([key; 16]),
                uuid: has_uuid.then_some(CompactId::Uuid([key; 16])),
                time: Some(UtcMillis(times.0)),
                machine: MachineId([machine; 16]),
                strand: Arc::new(Strand {
                    version: if is_new { "2".into() } else { "1".into() },
                    project: places.0.into(),
                    branch: places.1.into(),
                    ..Strand::default()
                }),
                tokens: TokenCounts { input: 1, output, ..TokenCounts::default() },
                web_searches: 0,
                is_complete: true,
                origin,
                legacy_until: Some(UtcMillis(times.0 + times.1)),
            }
        })
    }

    proptest! {
        #[test]
        fn joining_is_commutative(a in legacy_record(), b in legacy_record()) {
            prop_assert_eq!(join(a.clone(), b.clone()), join(b, a));
        }

        #[test]
        fn joining_is_associative(a in legacy_record(), b in legacy_record(), c in legacy_record()) {
            prop_assert_eq!(join(join(a.clone(), b.clone()), c.clone()), join(a, join(b, c)));
        }

        #[test]
        fn joining_twice_is_joining_once(a in legacy_record(), b in legacy_record()) {
            let once = join(a.clone(), b.clone());
            prop_assert_eq!(&join(once.clone(), b), &once);
            prop_assert_eq!(&join(a, once.clone()), &once);
        }

        #[test]
        fn a_join_spans_both_and_keeps_the_larger_output(a in legacy_record(), b in legacy_record()) {
            let joined = join(a.clone(), b.clone());
            prop_assert_eq!(joined.time, a.time.min(b.time));
            prop_assert_eq!(joined.legacy_until, a.legacy_until.max(b.legacy_until));
            prop_assert_eq!(joined.tokens.output, a.tokens.output.max(b.tokens.output));
        }
    }
}
