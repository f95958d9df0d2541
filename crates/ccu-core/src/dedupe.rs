//! Which copy of a response stands: a join, so that the order of reading, batches and machines never matters.
//!
//! The counts come whole from the row that stands, never field by field. Beside them stand four joins of their own: the
//! earliest time with its machine, whether any copy was finished, where the record came from, and the place it was made in.

use std::cmp::{Ordering, Reverse};

use crate::record::{Origin, UsageRecord};

/// What a second copy did to a stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Nothing: the stored record already says all.
    Unchanged,
    /// The stored record becomes this one.
    Improved(Box<UsageRecord>),
}

/// Joins a stored record with another copy of the same response.
///
/// **Shape**: commutative, associative and idempotent over records with one key (property tests).
pub fn merge(stored: &UsageRecord, seen: &UsageRecord) -> Merged {
    let joined = join(stored, seen);
    if joined == *stored { Merged::Unchanged } else { Merged::Improved(Box::new(joined)) }
}

fn join(a: &UsageRecord, b: &UsageRecord) -> UsageRecord {
    let standing = if stands_over(a, b) == Ordering::Less { b } else { a };
    let earliest = if moment(b) < moment(a) { b } else { a };
    let place = if place(b) < place(a) { b } else { a };
    UsageRecord {
        time: earliest.time,
        machine: earliest.machine,
        project: place.project.clone(),
        branch: place.branch.clone(),
        origin: a.origin.min(b.origin),
        is_complete: a.is_complete || b.is_complete,
        ..standing.clone()
    }
}

/// The greater row stands: more output; not a sidechain; the smaller input side, because proxies report too much first and
/// correct it later; then the smaller counts, model and uuid. What follows only makes the order total.
fn stands_over(a: &UsageRecord, b: &UsageRecord) -> Ordering {
    let counts = |record: &UsageRecord| {
        let tokens = &record.tokens;
        let split = (tokens.input, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read);
        (tokens.output, !record.is_sidechain, Reverse(tokens.prompt()), Reverse(split))
    };
    counts(a)
        .cmp(&counts(b))
        .then_with(|| b.model.as_bytes().cmp(a.model.as_bytes()))
        .then_with(|| b.uuid.cmp(&a.uuid))
        .then_with(|| b.session.as_bytes().cmp(a.session.as_bytes()))
        .then_with(|| texts(b).cmp(&texts(a)))
        .then_with(|| b.web_searches.cmp(&a.web_searches))
}

fn texts(record: &UsageRecord) -> [&str; 5] {
    [&record.agent, &record.version, &record.speed, &record.service_tier, &record.inference_geo]
}

/// The smaller moment is the earlier; a record without a time comes last.
fn moment(record: &UsageRecord) -> (bool, i64, [u8; 16]) {
    (record.time.is_none(), record.time.map_or(0, |time| time.0), record.machine.0)
}

/// The smaller place wins: what this machine saw itself before what it was told (a told name may be shortened), then any
/// name before none, then the smaller name.
fn place(record: &UsageRecord) -> (Origin, bool, &str, &str) {
    (record.origin, record.project.is_empty(), &record.project, &record.branch)
}

#[cfg(test)]
mod tests;
