//! What changed in Claude Code over time, as far as its transcripts show it.
//!
//! **Source**: measured on 3,128 public transcripts of Claude Code 1.0.11 to 2.1.239 (docs/formats/transcript.md), figures rounded.

use std::fmt;

use super::moment::Moment;
use crate::random::Random;

/// A Claude Code version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u16, pub(super) u16, pub(super) u16);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// How the output count of one response's rows develops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// Every row was written after the end and says the same.
    Same,
    /// Rows carry the count of the beginning, the last one the true count and the stop reason.
    LastIsFinal,
    /// As before, but without stop reason.
    LastIsFinalUnmarked,
    /// The true count was never written.
    Placeholder,
}

/// Where the rows of a subagent go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AgentPlace {
    /// Into the session's own file.
    MainFile,
    /// Into `agent-<hex>.jsonl` beside it.
    Beside,
    /// Into `<session>/subagents/`.
    Nested,
}

impl Version {
    /// The version that somebody ran at that time; some people lag behind.
    pub(super) fn at(time: Moment, random: &mut Random) -> Version {
        let day = time.day();
        let newest = RELEASES.partition_point(|&(from, _)| from <= day.as_str()).saturating_sub(1);
        let lag = if random.chance(200) { random.below(4) as usize } else { 0 };
        RELEASES[newest.saturating_sub(lag)].1
    }

    /// Whether the envelope stands at the end of the line, after the message.
    pub(super) fn envelope_is_last(self) -> bool {
        self >= Version(2, 1, 74)
    }

    /// How output counts develop.
    pub(super) fn growth(self, is_sidechain: bool, random: &mut Random) -> Growth {
        let grows_in = match self {
            v if v < Version(2, 1, 9) => 450,
            v if v < Version(2, 1, 30) => 0,
            v if v < Version(2, 1, 60) => 250,
            v if v < Version(2, 1, 98) || is_sidechain => return Growth::LastIsFinal,
            _ => return Growth::Same,
        };
        if random.chance(grows_in) { Growth::LastIsFinalUnmarked } else { Growth::Placeholder }
    }

    /// Whether cache writes last an hour; otherwise five minutes.
    pub(super) fn writes_last_an_hour(self, is_sidechain: bool) -> bool {
        self >= Version(2, 1, 20) && !(is_sidechain && self >= Version(2, 1, 100))
    }

    /// Where subagents are written.
    pub(super) fn agent_place(self) -> AgentPlace {
        match self {
            v if v < Version(2, 0, 28) => AgentPlace::MainFile,
            v if v < Version(2, 1, 2) => AgentPlace::Beside,
            _ => AgentPlace::Nested,
        }
    }

    /// Weights of 1, 2, 3, ... rows for one response.
    pub(super) fn row_weights(self) -> &'static [u64] {
        match self.0 {
            1 => &[480, 450, 45, 15, 10],
            _ if self.1 == 0 => &[270, 390, 180, 110, 30, 20],
            _ => &[350, 400, 177, 45, 15, 7, 3, 1, 1, 1],
        }
    }

    /// Other lines, each with its number per 1,000 assistant rows of a main file.
    pub(super) fn company(self) -> &'static [(Company, u64)] {
        match self {
            v if v < Version(2, 0, 0) => COMPANY_1_0,
            v if v < Version(2, 1, 0) => COMPANY_2_0,
            v if v < Version(2, 1, 30) => COMPANY_2_1_0,
            v if v < Version(2, 1, 90) => COMPANY_2_1_30,
            v if v < Version(2, 1, 150) => COMPANY_2_1_90,
            _ => COMPANY_2_1_150,
        }
    }
}

/// Lines that stand beside assistant rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    Prompt,
    Paste,
    Summary,
    Snapshot,
    SnapshotDelta,
    Queue,
    ApiError,
    BashProgress,
    HookProgress,
    AgentProgress,
    TurnDuration,
    StopHooks,
    Attachment,
    LastPrompt,
    PermissionMode,
    Mode,
    AiTitle,
    CustomTitle,
    PullRequest,
    Bridge,
}

use Company as C;
const COMPANY_1_0: &[(Company, u64)] = &[(C::Prompt, 92), (C::Paste, 40), (C::Summary, 13)];
const COMPANY_2_0: &[(Company, u64)] =
    &[(C::Snapshot, 85), (C::Prompt, 68), (C::Paste, 34), (C::Queue, 31), (C::Summary, 11), (C::ApiError, 6)];
const COMPANY_2_1_0: &[(Company, u64)] = &[
    (C::BashProgress, 370),
    (C::Queue, 150),
    (C::AgentProgress, 150),
    (C::Snapshot, 150),
    (C::HookProgress, 80),
    (C::Prompt, 50),
    (C::Summary, 25),
    (C::TurnDuration, 15),
    (C::StopHooks, 8),
    (C::Paste, 8),
];
const COMPANY_2_1_30: &[(Company, u64)] = &[
    (C::HookProgress, 370),
    (C::BashProgress, 360),
    (C::AgentProgress, 290),
    (C::Snapshot, 130),
    (C::Prompt, 90),
    (C::Queue, 40),
    (C::StopHooks, 25),
    (C::TurnDuration, 22),
    (C::Paste, 19),
    (C::LastPrompt, 5),
];
const COMPANY_2_1_90: &[(Company, u64)] = &[
    (C::Snapshot, 145),
    (C::Prompt, 125),
    (C::PermissionMode, 120),
    (C::LastPrompt, 120),
    (C::Attachment, 120),
    (C::TurnDuration, 73),
    (C::AiTitle, 67),
    (C::Queue, 20),
    (C::StopHooks, 19),
    (C::Paste, 8),
    (C::PullRequest, 4),
];
const COMPANY_2_1_150: &[(Company, u64)] = &[
    (C::Attachment, 330),
    (C::LastPrompt, 140),
    (C::PermissionMode, 130),
    (C::Mode, 120),
    (C::Prompt, 117),
    (C::AiTitle, 115),
    (C::Snapshot, 95),
    (C::Queue, 78),
    (C::TurnDuration, 72),
    (C::Bridge, 29),
    (C::SnapshotDelta, 14),
    (C::CustomTitle, 14),
    (C::StopHooks, 12),
    (C::PullRequest, 7),
    (C::Paste, 5),
];

/// Days on which versions were first met, oldest first.
const RELEASES: &[(&str, Version)] = &[
    ("2025-05-20", Version(1, 0, 3)),
    ("2025-06-04", Version(1, 0, 11)),
    ("2025-06-24", Version(1, 0, 33)),
    ("2025-07-23", Version(1, 0, 58)),
    ("2025-08-20", Version(1, 0, 89)),
    ("2025-09-20", Version(1, 0, 120)),
    ("2025-10-01", Version(2, 0, 1)),
    ("2025-10-16", Version(2, 0, 19)),
    ("2025-10-30", Version(2, 0, 29)),
    ("2025-12-09", Version(2, 0, 62)),
    ("2025-12-23", Version(2, 0, 76)),
    ("2026-01-08", Version(2, 1, 1)),
    ("2026-01-13", Version(2, 1, 6)),
    ("2026-01-16", Version(2, 1, 9)),
    ("2026-01-24", Version(2, 1, 19)),
    ("2026-02-02", Version(2, 1, 29)),
    ("2026-02-11", Version(2, 1, 39)),
    ("2026-02-22", Version(2, 1, 50)),
    ("2026-02-27", Version(2, 1, 62)),
    ("2026-03-15", Version(2, 1, 76)),
    ("2026-03-30", Version(2, 1, 87)),
    ("2026-04-07", Version(2, 1, 92)),
    ("2026-04-09", Version(2, 1, 98)),
    ("2026-04-19", Version(2, 1, 114)),
    ("2026-05-02", Version(2, 1, 126)),
    ("2026-05-24", Version(2, 1, 150)),
    ("2026-06-13", Version(2, 1, 177)),
    ("2026-07-02", Version(2, 1, 198)),
    ("2026-07-23", Version(2, 1, 218)),
    ("2026-08-09", Version(2, 1, 228)),
    ("2026-09-15", Version(2, 1, 260)),
    ("2026-10-20", Version(2, 1, 281)),
];

/// Claude models: first day, last day, id, how often it was chosen.
const MODELS: &[(&str, &str, &str, u64)] = &[
    ("2025-05-22", "2025-08-10", "claude-opus-4-20250514", 2),
    ("2025-05-22", "2025-10-01", "claude-sonnet-4-20250514", 8),
    ("2025-08-05", "2025-12-10", "claude-opus-4-1-20250805", 2),
    ("2025-09-29", "2026-03-01", "claude-sonnet-4-5-20250929", 8),
    ("2025-10-15", "9999-12-31", "claude-haiku-4-5-20251001", 2),
    ("2025-11-24", "2026-02-20", "claude-opus-4-5-20251101", 7),
    ("2026-02-05", "2026-04-20", "claude-opus-4-6", 12),
    ("2026-02-17", "2026-06-10", "claude-sonnet-4-6", 4),
    ("2026-04-16", "2026-06-05", "claude-opus-4-7", 12),
    ("2026-05-28", "2026-07-30", "claude-opus-4-8", 8),
    ("2026-06-09", "9999-12-31", "claude-fable-5", 12),
    ("2026-07-18", "9999-12-31", "claude-sonnet-5", 3),
    ("2026-07-24", "9999-12-31", "claude-opus-5", 8),
];

/// A Claude model that could be chosen on that day.
pub(super) fn claude_model(time: Moment, random: &mut Random) -> &'static str {
    let day = time.day();
    let weights: Vec<u64> = MODELS
        .iter()
        .map(|&(from, until, _, weight)| if (from..=until).contains(&day.as_str()) { weight } else { 0 })
        .collect();
    MODELS[random.weighted(&weights)].2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_rise() {
        assert!(RELEASES.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        assert_eq!(RELEASES[0].0, "2025-05-20", "older than any session");
    }

    #[test]
    fn every_day_of_the_history_has_a_model() {
        let mut random = Random::new(1);
        let mut time = Moment::FIRST;
        while time < Moment::LAST {
            let model = claude_model(time, &mut random);
            let (from, until, ..) = MODELS.iter().find(|row| row.2 == model).unwrap();
            assert!((*from..=*until).contains(&time.day().as_str()), "{time} {model}");
            time = time.after(86_400_000);
        }
    }
}
