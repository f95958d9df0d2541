//! The usage row of a transcript line, still in the line's own words.

use std::borrow::Cow;
use std::fmt;

use crate::record::TokenCounts;

/// One transcript line with usage. Texts borrow from the line unless they were escaped; an absent, null, empty or
/// ill-typed text is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row<'a> {
    /// `message.id`.
    pub message_id: Option<Cow<'a, str>>,
    /// `requestId`.
    pub request_id: Option<Cow<'a, str>>,
    /// `sessionId`.
    pub session_id: Option<Cow<'a, str>>,
    /// `uuid`, one per line.
    pub uuid: Option<Cow<'a, str>>,
    /// `timestamp`.
    pub timestamp: Option<Cow<'a, str>>,
    /// `message.model`.
    pub model: Option<Cow<'a, str>>,
    /// `cwd`.
    pub cwd: Option<Cow<'a, str>>,
    /// `gitBranch`.
    pub git_branch: Option<Cow<'a, str>>,
    /// `version` of Claude Code.
    pub version: Option<Cow<'a, str>>,
    /// `agentId`.
    pub agent_id: Option<Cow<'a, str>>,
    /// `message.usage.speed`.
    pub speed: Option<Cow<'a, str>>,
    /// `message.usage.service_tier`.
    pub service_tier: Option<Cow<'a, str>>,
    /// `message.usage.inference_geo`.
    pub inference_geo: Option<Cow<'a, str>>,
    /// `isSidechain`.
    pub is_sidechain: bool,
    /// Whether `message.stop_reason` is a text.
    pub has_stop_reason: bool,
    /// The counts of `message.usage`, cache writes split.
    pub tokens: TokenCounts,
    /// `message.usage.server_tool_use.web_search_requests`.
    pub web_searches: u64,
    /// Entries of `message.usage.iterations` that were billed beside the response.
    pub sub_calls: Vec<SubCall<'a>>,
    /// What was odd about a row that counts all the same.
    pub problem: Option<LineProblem>,
}

/// A call of another model on behalf of a response: an entry of `usage.iterations` with type `advisor_message`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SubCall<'a> {
    /// The index in `iterations`.
    pub position: usize,
    /// The entry's model.
    pub model: Option<Cow<'a, str>>,
    /// The entry's counts.
    pub tokens: TokenCounts,
    /// The entry's web searches.
    pub web_searches: u64,
}

/// The counts of a usage object as written, before the cache writes are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RawCounts {
    pub input: u64,
    pub output: u64,
    pub cache_creation: u64,
    pub cache_creation_5m: u64,
    pub cache_creation_1h: u64,
    pub cache_read: u64,
}

impl RawCounts {
    /// Splits the cache writes: a remainder that no split explains was written to the 5-minute cache, the only one there
    /// was when Claude Code wrote no split; a split larger than the flat count stands.
    pub fn split(self) -> TokenCounts {
        let explained = self.cache_creation_5m.saturating_add(self.cache_creation_1h);
        let cache_write_5m = if explained < self.cache_creation {
            self.cache_creation - self.cache_creation_1h
        } else {
            self.cache_creation_5m
        };
        TokenCounts {
            input: self.input,
            output: self.output,
            cache_write_5m,
            cache_write_1h: self.cache_creation_1h,
            cache_read: self.cache_read,
        }
    }
}

/// What is wrong with a transcript line. The numbers are stored: never change one, only add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineProblem {
    /// The line is not a JSON object.
    NotAnObject,
    /// The line begins as an object and does not end as one.
    Truncated,
    /// The line holds a usage key and is not valid JSON.
    NotJson,
    /// The line holds a usage key and is longer than is read.
    TooLong,
    /// The row counts; bytes that are not UTF-8 were replaced.
    NotUtf8,
    /// The row counts; a token count that is negative, no whole number or absurd was read as zero.
    OddTokenCount,
    /// The row counts; its time is missing, unreadable or not between 2015 and 2100.
    OddTime,
}

impl LineProblem {
    /// All problems.
    pub const ALL: [LineProblem; 7] = [
        LineProblem::NotAnObject,
        LineProblem::Truncated,
        LineProblem::NotJson,
        LineProblem::TooLong,
        LineProblem::NotUtf8,
        LineProblem::OddTokenCount,
        LineProblem::OddTime,
    ];

    /// Whether the line was left out of all sums.
    pub fn is_left_out(self) -> bool {
        match self {
            LineProblem::NotAnObject | LineProblem::Truncated | LineProblem::NotJson | LineProblem::TooLong => true,
            LineProblem::NotUtf8 | LineProblem::OddTokenCount | LineProblem::OddTime => false,
        }
    }

    /// The stored number.
    pub fn number(self) -> u8 {
        match self {
            LineProblem::NotAnObject => 1,
            LineProblem::Truncated => 2,
            LineProblem::NotJson => 3,
            LineProblem::TooLong => 4,
            LineProblem::NotUtf8 => 5,
            LineProblem::OddTokenCount => 6,
            LineProblem::OddTime => 7,
        }
    }

    /// The problem with that stored number.
    pub fn from_number(number: u8) -> Option<LineProblem> {
        LineProblem::ALL.into_iter().find(|problem| problem.number() == number)
    }
}

impl fmt::Display for LineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LineProblem::NotAnObject => "expected a JSON object, left out",
            LineProblem::Truncated => "the object is cut off, left out",
            LineProblem::NotJson => "holds usage but is not valid JSON, left out",
            LineProblem::TooLong => "holds usage but is longer than 64 MB, left out",
            LineProblem::NotUtf8 => "holds bytes that are not UTF-8, counted with those replaced",
            LineProblem::OddTokenCount => "holds a token count that is no plausible whole number, read as 0",
            LineProblem::OddTime => "has no usable timestamp, counted under `unknown`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn problems_keep_their_numbers() {
        for problem in LineProblem::ALL {
            assert_eq!(LineProblem::from_number(problem.number()), Some(problem));
        }
        assert_eq!(LineProblem::from_number(0), None);
    }

    proptest! {
        #[test]
        fn no_cache_write_is_lost(flat in 0u64..1000, split_5m in 0u64..1000, split_1h in 0u64..1000) {
            let raw = RawCounts {
                cache_creation: flat,
                cache_creation_5m: split_5m,
                cache_creation_1h: split_1h,
                ..RawCounts::default()
            };
            prop_assert_eq!(raw.split().cache_write(), flat.max(split_5m + split_1h));
        }
    }
}
