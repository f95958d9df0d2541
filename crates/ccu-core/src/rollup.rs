//! Roll-ups: sums per quarter of an hour, session and context, from which every report is made.
//!
//! A million records are some 140,000 entries (measured on made-up and real transcripts: one per 6 to 7 records). They are
//! kept packed, one chunk a UTC day, because SQLite takes about 0.5 us for a row of this width and a report has 25 ms.

mod packed;

pub use packed::{DamagedRollup, pack, unpack};

use std::sync::Arc;

use crate::ids::MachineId;
use crate::record::{PromptClass, TokenCounts, UsageRecord};
use crate::time::{Slot, UtcMillis};

/// What usage is grouped and priced by, besides its time and session. An empty text means "not given" or "standard".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UsageContext {
    /// The machine the usage is attributed to.
    pub machine: MachineId,
    /// The model id as the transcript gives it.
    pub model: Arc<str>,
    /// The working directory.
    pub project: Arc<str>,
    /// `fast`, or empty for standard speed.
    pub speed: Arc<str>,
    /// `batch` or `priority`, or empty.
    pub service_tier: Arc<str>,
    /// `us` and the like, or empty.
    pub inference_geo: Arc<str>,
    /// Whether a subagent or side question made the calls.
    pub is_sidechain: bool,
}

/// The number of a session in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionNumber(pub u32);

/// The number of a [`UsageContext`] in one database: its index in the list that the store gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextNumber(pub u32);

/// What one entry of a roll-up stands for. Ordered by time first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    /// The quarter of an hour; `None` for undated records.
    pub slot: Option<Slot>,
    /// The session.
    pub session: SessionNumber,
    /// The context.
    pub context: ContextNumber,
    /// The size class of the prompts.
    pub class: PromptClass,
}

/// Sums over the records of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageSums {
    /// Billed API responses.
    pub responses: u64,
    /// Responses without any stop reason.
    pub partial: u64,
    /// Records of the earlier tool.
    pub legacy: u64,
    /// Token sums.
    pub tokens: TokenCounts,
    /// Web searches.
    pub web_searches: u64,
    /// The earliest response; `None` where undated.
    pub first: Option<UtcMillis>,
    /// The latest response.
    pub last: Option<UtcMillis>,
}

/// One entry of a roll-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageEntry {
    /// What it stands for.
    pub key: EntryKey,
    /// Its sums.
    pub sums: UsageSums,
}

impl UsageSums {
    /// The sums of one record.
    pub fn of(record: &UsageRecord) -> UsageSums {
        UsageSums {
            responses: 1,
            partial: u64::from(!record.is_complete),
            legacy: u64::from(record.legacy_until.is_some()),
            tokens: record.tokens,
            web_searches: record.web_searches,
            first: record.time,
            last: record.time,
        }
    }

    /// Both together; sums saturate.
    pub fn plus(&self, other: &UsageSums) -> UsageSums {
        UsageSums {
            responses: self.responses.saturating_add(other.responses),
            partial: self.partial.saturating_add(other.partial),
            legacy: self.legacy.saturating_add(other.legacy),
            tokens: self.tokens.plus(&other.tokens),
            web_searches: self.web_searches.saturating_add(other.web_searches),
            first: self.first.into_iter().chain(other.first).min(),
            last: self.last.max(other.last),
        }
    }

    /// What is left without `other`, which must be part of it. The first and last response stay as they are: whether they
    /// still hold, only the records can tell.
    pub fn minus(&self, other: &UsageSums) -> UsageSums {
        let (tokens, fewer) = (&self.tokens, &other.tokens);
        UsageSums {
            responses: self.responses.saturating_sub(other.responses),
            partial: self.partial.saturating_sub(other.partial),
            legacy: self.legacy.saturating_sub(other.legacy),
            tokens: TokenCounts {
                input: tokens.input.saturating_sub(fewer.input),
                output: tokens.output.saturating_sub(fewer.output),
                cache_write_5m: tokens.cache_write_5m.saturating_sub(fewer.cache_write_5m),
                cache_write_1h: tokens.cache_write_1h.saturating_sub(fewer.cache_write_1h),
                cache_read: tokens.cache_read.saturating_sub(fewer.cache_read),
            },
            web_searches: self.web_searches.saturating_sub(other.web_searches),
            first: self.first,
            last: self.last,
        }
    }
}
