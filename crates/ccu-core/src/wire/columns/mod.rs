//! Records as columns: one list for each field, texts in dictionaries, numbers as differences to what is expected.
//!
//! Records that are appended only append to the columns, so that git stores two versions of a tail as one and a difference.
//! The uuid of a row and the origin of a record are not in here: the key is the identity on the wire.

mod decode;
mod encode;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::WireError;
use crate::ids::MachineId;
use crate::record::Strand;
use crate::transcript::MOST_TOKENS;

pub use decode::decode;
pub use encode::encode;

/// Sequence numbers are at most this too: a number that every reader of JSON holds exactly.
pub(super) const MOST: u64 = MOST_TOKENS;

/// Records as they stand in a file. What the columns mean is in docs/formats/gist.md.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Columns {
    count: u64,
    machines: Vec<MachineId>,
    sessions: Vec<String>,
    agents: Vec<String>,
    projects: Vec<String>,
    branches: Vec<String>,
    versions: Vec<String>,
    models: Vec<String>,
    speeds: Vec<String>,
    service_tiers: Vec<String>,
    inference_geos: Vec<String>,
    /// Each strand as indexes into the dictionaries, in the order of [`StrandField`], without the zeros at its end.
    strands: Vec<Vec<u32>>,
    /// Strand, number of records, strand, number of records and so on.
    strand_runs: Vec<u64>,
    /// The keys without anything between them, in base64.
    keys: String,
    /// How many numbers are passed over, how many follow each other, and so on.
    sequence_runs: Vec<i64>,
    /// Milliseconds since the last record with a time.
    times: Vec<Option<i64>>,
    input: Vec<u64>,
    output: Vec<u64>,
    cache_write: Vec<u64>,
    /// The difference to what the record before it of the same strand wrote and read.
    cache_read: Vec<i64>,
    /// The sum of the bits in [`Flag`], number of records, sum, number of records and so on.
    flag_runs: Vec<u64>,
    /// For records with [`Flag::BOTH_WRITES`] only.
    cache_write_1h: Vec<u64>,
    /// For records with [`Flag::WEB_SEARCHES`] only.
    web_searches: Vec<u64>,
    /// For records with [`Flag::LEGACY`] only: milliseconds since their time.
    legacy_until: Vec<i64>,
}

/// What the places of a strand's list say. Those at the end are mostly zero, and left out.
///
/// A text's index counts from 1, and 0 means that none was given. The machine's counts from 0.
enum StrandField {
    Session,
    Model,
    Project,
    Version,
    Branch,
    Agent,
    Sidechain,
    Machine,
    Speed,
    ServiceTier,
    InferenceGeo,
}

/// The number of [`StrandField`]s.
const STRAND_FIELDS: usize = StrandField::InferenceGeo as usize + 1;

/// Bits of a record.
struct Flag;

impl Flag {
    /// No copy of the record carried a stop reason.
    const INCOMPLETE: u64 = 1;
    /// What was written to a cache was written to the 1-hour cache.
    const WRITES_1H: u64 = 2;
    /// Both caches were written to: `cache_write` is for the 5-minute one.
    const BOTH_WRITES: u64 = 4;
    /// The record has a value in `legacy_until`.
    const LEGACY: u64 = 8;
    /// The record has a value in `web_searches`.
    const WEB_SEARCHES: u64 = 16;
    /// The number of sums that there are.
    const SUMS: u64 = 32;
}

/// The texts of a strand that stand in dictionaries, each with its place.
fn texts(strand: &Strand) -> [(StrandField, &Arc<str>); 9] {
    [
        (StrandField::Session, &strand.session),
        (StrandField::Agent, &strand.agent),
        (StrandField::Project, &strand.project),
        (StrandField::Branch, &strand.branch),
        (StrandField::Version, &strand.version),
        (StrandField::Model, &strand.model),
        (StrandField::Speed, &strand.speed),
        (StrandField::ServiceTier, &strand.service_tier),
        (StrandField::InferenceGeo, &strand.inference_geo),
    ]
}

fn wrong(field: &'static str, expected: &'static str) -> WireError {
    WireError::Field { field, expected }
}

#[cfg(test)]
mod tests;
