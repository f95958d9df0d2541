//! Which copy of a response stands: a join, so that the order of reading, batches and machines never matters.
//!
//! The counts come whole from the row that stands, never field by field. Beside them stand four joins of their own: the
//! earliest time with its machine, whether any copy was finished, where the record came from, and the place it was made in.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use crate::record::{Origin, Strand, UsageRecord};

/// Joins a record with another copy of the same response, in place. Says whether that changed it.
///
/// **Shape**: commutative, associative and idempotent over records with one key (property tests).
pub fn merge(record: &mut UsageRecord, mut seen: UsageRecord) -> bool {
    let mut is_changed = false;
    if stands_over(record, &seen) == Ordering::Less {
        std::mem::swap(record, &mut seen);
        is_changed = true;
    }
    // From here on `record` holds the row that stands, and what it lacks may be in `seen`, whichever came first.
    let state =
        |record: &UsageRecord| (record.origin, record.is_complete, record.time, record.machine, record.legacy_until);
    let before = state(record);
    if moment(&seen) < moment(record) {
        (record.time, record.machine) = (seen.time, seen.machine);
    }
    let takes_place = place(&seen) < place(record);
    is_changed |= takes_place;
    record.origin = record.origin.min(seen.origin);
    record.is_complete |= seen.is_complete;
    record.legacy_until = match (record.legacy_until, seen.legacy_until) {
        (Some(a), Some(b)) => Some(a.max(b)),
        // A key of the earlier tool is only met in its own records; what says otherwise has seen the response itself.
        _ => None,
    };
    if takes_place {
        let strand = Arc::make_mut(&mut record.strand);
        (strand.project, strand.branch) = (seen.strand.project.clone(), seen.strand.branch.clone());
    }
    is_changed || before != state(record)
}

/// The greater row stands: more output; not a sidechain; the smaller input side, because proxies report too much first and
/// correct it later; then the smaller counts and model. What follows only makes the order total.
pub(crate) fn stands_over(a: &UsageRecord, b: &UsageRecord) -> Ordering {
    let counts = |record: &UsageRecord| {
        let tokens = &record.tokens;
        let split = (tokens.input, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read);
        (tokens.output, !record.strand.is_sidechain, Reverse(tokens.prompt()), Reverse(split))
    };
    counts(a)
        .cmp(&counts(b))
        .then_with(|| b.strand.model.as_bytes().cmp(a.strand.model.as_bytes()))
        .then_with(|| texts(b).cmp(&texts(a)))
        .then_with(|| b.web_searches.cmp(&a.web_searches))
        // Last, and none after any: the uuid stays on its machine, so nothing that others see may depend on it.
        .then_with(|| (b.uuid.is_none(), &b.uuid).cmp(&(a.uuid.is_none(), &a.uuid)))
}

fn texts(record: &UsageRecord) -> [&str; 6] {
    let Strand { session, agent, version, speed, service_tier, inference_geo, .. } = &*record.strand;
    [session, agent, version, speed, service_tier, inference_geo]
}

/// The smaller moment is the earlier; a record without a time comes last.
fn moment(record: &UsageRecord) -> (bool, i64, [u8; 16]) {
    (record.time.is_none(), record.time.map_or(0, |time| time.0), record.machine.0)
}

/// The smaller place wins: what this machine saw itself before what it was told (a told name may be shortened), then any
/// name before none, then the smaller name.
fn place(record: &UsageRecord) -> (Origin, bool, &str, &str) {
    let Strand { project, branch, .. } = &*record.strand;
    (record.origin, project.is_empty(), project, branch)
}

#[cfg(test)]
mod tests;
