//! The record: what is kept of one billed API response.

use std::sync::Arc;

use crate::ids::{CompactId, MachineId, RecordKey};
use crate::time::{Slot, UtcMillis};

/// Token counts of one response, or sums of them. Unit: tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TokenCounts {
    /// Prompt tokens that no cache served.
    pub input: u64,
    /// Generated tokens, thinking included.
    pub output: u64,
    /// Prompt tokens written to the 5-minute cache.
    pub cache_write_5m: u64,
    /// Prompt tokens written to the 1-hour cache.
    pub cache_write_1h: u64,
    /// Prompt tokens read from a cache.
    pub cache_read: u64,
}

impl TokenCounts {
    /// Tokens written to either cache.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    /// The whole prompt: input, cache writes and cache reads. Long-context prices go by it.
    pub fn prompt(&self) -> u64 {
        self.input.saturating_add(self.cache_write()).saturating_add(self.cache_read)
    }

    /// Every token.
    pub fn total(&self) -> u64 {
        self.prompt().saturating_add(self.output)
    }

    /// Field by field, saturating.
    pub fn plus(&self, other: &TokenCounts) -> TokenCounts {
        TokenCounts {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_write_5m: self.cache_write_5m.saturating_add(other.cache_write_5m),
            cache_write_1h: self.cache_write_1h.saturating_add(other.cache_write_1h),
            cache_read: self.cache_read.saturating_add(other.cache_read),
        }
    }
}

/// Which way a record came to this machine. Smaller wins when copies meet: what was seen here beats what was told, and a
/// record that this machine answers for stays its own when another turns out to have it too, or neither would send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Read from a transcript on this machine.
    Transcript,
    /// Read on this machine once, lost with its database, and come back from its own files in the Gist.
    Restored,
    /// Imported from a file.
    Import,
    /// Pulled from another machine's files in the Gist.
    Gist,
}

impl Origin {
    /// Whether this machine answers for the record in the Gist: everything but what another machine answers for.
    pub fn is_own(self) -> bool {
        self != Origin::Gist
    }
}

/// The texts of a record. Neighbouring records have the same, and share one value. An empty text means "not given".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Strand {
    /// The session id as the transcript spells it.
    pub session: Arc<str>,
    /// The subagent's id.
    pub agent: Arc<str>,
    /// The Claude Code version.
    pub version: Arc<str>,
    /// The model id as the transcript gives it.
    pub model: Arc<str>,
    /// The working directory.
    pub project: Arc<str>,
    /// The git branch.
    pub branch: Arc<str>,
    /// `fast`, or empty for standard speed.
    pub speed: Arc<str>,
    /// `batch` or `priority`, or empty for the standard tier.
    pub service_tier: Arc<str>,
    /// `us` and the like, or empty where inference may run anywhere.
    pub inference_geo: Arc<str>,
    /// Whether a subagent or side question made the call.
    pub is_sidechain: bool,
}

/// What is kept of one billed API response. It holds no text of any message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRecord {
    /// The identity; see [`crate::identity`].
    pub key: RecordKey,
    /// The uuid of the row that stands.
    pub uuid: Option<CompactId>,
    /// The earliest time seen on any copy; `None` is counted under the day `unknown`.
    pub time: Option<UtcMillis>,
    /// The machine with the earliest time.
    pub machine: MachineId,
    /// Session, model, project and the like.
    pub strand: Arc<Strand>,
    /// Tokens of the row that stands.
    pub tokens: TokenCounts,
    /// Web searches, billed by the search.
    pub web_searches: u64,
    /// Whether any copy carried a stop reason; where none did, the final output count may never have been written.
    pub is_complete: bool,
    /// How the record came here.
    pub origin: Origin,
    /// Only for records of the earlier tool: the time of the last row that fell together in this one ([`crate::legacy`]).
    pub legacy_until: Option<UtcMillis>,
}

impl UsageRecord {
    /// The slot its usage is counted in; `None` for an undated record.
    pub fn slot(&self) -> Option<Slot> {
        self.time.map(UtcMillis::slot)
    }

    /// The size class of its prompt, which long-context prices go by.
    pub fn prompt_class(&self) -> PromptClass {
        PromptClass::of(self.tokens.prompt())
    }
}

/// A record with the sequence number that it has in the database of its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// Raised with every insert and improvement, and never used twice in one database.
    pub sequence: u64,
    /// The record.
    pub record: UsageRecord,
}

/// How large a prompt was, as far as any price asks. Roll-ups keep the classes apart because a price tier applies to
/// the whole request: the sum of two small prompts must never look like one large prompt.
///
/// **Source**: the thresholds of all published prices are 100,000 and 200,000 prompt tokens (prices.json, 2026-11-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PromptClass {
    /// Up to 100,000 prompt tokens.
    UpTo100k,
    /// Above 100,000 and up to 200,000.
    UpTo200k,
    /// Above 200,000.
    Above200k,
}

impl PromptClass {
    /// All classes, smallest first.
    pub const ALL: [PromptClass; 3] = [PromptClass::UpTo100k, PromptClass::UpTo200k, PromptClass::Above200k];

    /// The class of a prompt of so many tokens.
    pub fn of(prompt_tokens: u64) -> PromptClass {
        match prompt_tokens {
            0..=100_000 => PromptClass::UpTo100k,
            100_001..=200_000 => PromptClass::UpTo200k,
            _ => PromptClass::Above200k,
        }
    }

    /// The number of prompt tokens that every prompt of the class exceeds.
    pub fn exceeds(self) -> u64 {
        match self {
            PromptClass::UpTo100k => 0,
            PromptClass::UpTo200k => 100_000,
            PromptClass::Above200k => 200_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_part_at_their_thresholds() {
        assert_eq!(PromptClass::of(100_000), PromptClass::UpTo100k);
        assert_eq!(PromptClass::of(100_001), PromptClass::UpTo200k);
        assert_eq!(PromptClass::of(200_000), PromptClass::UpTo200k);
        assert_eq!(PromptClass::of(200_001), PromptClass::Above200k);
    }

    #[test]
    fn sums_saturate_instead_of_wrapping() {
        let most = TokenCounts { input: u64::MAX, output: 1, ..TokenCounts::default() };
        assert_eq!(most.plus(&most).input, u64::MAX);
        assert_eq!(most.total(), u64::MAX);
    }
}
