//! The sums at the end of a head and of an export: for people who open the file, and for the earlier tool.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::NanoUsd;
use crate::record::UsageRecord;

/// Sums over all records of a machine, whichever file they stand in. Nothing is computed from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// Records.
    pub total_records: u64,
    /// Sessions.
    pub total_sessions: u64,
    /// Tokens of all kinds.
    pub total_tokens: u64,
    /// Prompt tokens that no cache served.
    pub input_tokens: u64,
    /// Generated tokens.
    pub output_tokens: u64,
    /// Tokens written to either cache.
    pub cache_creation_tokens: u64,
    /// Tokens read from a cache.
    pub cache_read_tokens: u64,
    /// What they would cost by the prices of the API. On the wire: dollars.
    #[serde(serialize_with = "write_dollars", deserialize_with = "read_dollars")]
    pub total_cost: NanoUsd,
}

impl Statistics {
    /// Sums records; what they cost is for others to say.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a UsageRecord>, total_cost: NanoUsd) -> Statistics {
        let mut sessions = FxHashSet::default();
        let mut sums = Statistics { total_cost, ..Statistics::default() };
        for record in records {
            sums.total_records += 1;
            sums.add_tokens(record);
            sessions.insert(&record.strand.session);
        }
        sums.total_sessions = sessions.len() as u64;
        sums
    }

    fn add_tokens(&mut self, record: &UsageRecord) {
        let tokens = &record.tokens;
        self.total_tokens = self.total_tokens.saturating_add(tokens.total());
        self.input_tokens = self.input_tokens.saturating_add(tokens.input);
        self.output_tokens = self.output_tokens.saturating_add(tokens.output);
        self.cache_creation_tokens = self.cache_creation_tokens.saturating_add(tokens.cache_write());
        self.cache_read_tokens = self.cache_read_tokens.saturating_add(tokens.cache_read);
    }
}

/// Writes dollars as a number with all digits, so that it reads back to the same, up to a million dollars.
fn write_dollars<S: Serializer>(cost: &NanoUsd, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(cost.dollars())
}

fn read_dollars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NanoUsd, D::Error> {
    let dollars = Option::<f64>::deserialize(deserializer)?.unwrap_or_default();
    // Casting saturates.
    Ok(NanoUsd((dollars * 1e9).round() as i64))
}
