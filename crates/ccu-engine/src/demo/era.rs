//! What was new when: versions of Claude Code with their habits, and models.

use std::fmt;

use jiff::civil::{Date, date};

use super::random::Random;

/// A Claude Code version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub u16, pub u16, pub u16);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
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

/// How the output count of one response's rows develops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// Every row was written after the end and says the same.
    Same,
    /// Rows carry the count of the beginning, the last one the true count and the stop reason.
    LastIsFinal,
    /// The true count was never written, nor the stop reason.
    NeverFinal,
}

/// **Source** of all habits: docs/formats/transcript.md. One is made milder: versions before 2.1.62 seldom wrote stop
/// reasons. Here only those that never did leave them out, or half of the data would be partial.
impl Version {
    /// The version that somebody who updates had on that day.
    pub fn on(day: Date) -> Version {
        newest(RELEASES, day)
    }

    /// Whether the envelope stands at the end of the line, after the message.
    pub fn envelope_is_last(self) -> bool {
        self >= Version(2, 1, 74)
    }

    /// Whether lines name the git branch.
    pub fn names_branch(self) -> bool {
        self >= Version(1, 0, 58)
    }

    /// Whether cache writes are split by how long they last.
    pub fn splits_cache_writes(self) -> bool {
        self >= Version(1, 0, 89)
    }

    /// Whether cache writes last an hour; otherwise five minutes.
    pub fn writes_last_an_hour(self, is_sidechain: bool) -> bool {
        self >= Version(2, 1, 20) && !(is_sidechain && self >= Version(2, 1, 100))
    }

    /// Whether responses list the calls that they are made of, another model's among them.
    pub fn takes_advice(self) -> bool {
        self >= Version(2, 1, 98)
    }

    /// How output counts develop.
    pub fn growth(self, is_sidechain: bool) -> Growth {
        match self {
            version if (Version(2, 1, 9)..Version(2, 1, 30)).contains(&version) => Growth::NeverFinal,
            version if version >= Version(2, 1, 98) && !is_sidechain => Growth::Same,
            _ => Growth::LastIsFinal,
        }
    }

    /// Where subagents are written.
    pub fn agent_place(self) -> AgentPlace {
        match self {
            version if version < Version(2, 0, 28) => AgentPlace::MainFile,
            version if version < Version(2, 1, 2) => AgentPlace::Beside,
            _ => AgentPlace::Nested,
        }
    }
}

/// Days on which versions were first met, oldest first.
const RELEASES: &[(Date, Version)] = &[
    (date(2025, 5, 20), Version(1, 0, 3)),
    (date(2025, 6, 24), Version(1, 0, 33)),
    (date(2025, 7, 23), Version(1, 0, 58)),
    (date(2025, 8, 20), Version(1, 0, 89)),
    (date(2025, 10, 1), Version(2, 0, 1)),
    (date(2025, 10, 30), Version(2, 0, 29)),
    (date(2025, 12, 23), Version(2, 0, 76)),
    (date(2026, 1, 13), Version(2, 1, 6)),
    (date(2026, 1, 16), Version(2, 1, 9)),
    (date(2026, 2, 2), Version(2, 1, 29)),
    (date(2026, 2, 11), Version(2, 1, 39)),
    (date(2026, 2, 27), Version(2, 1, 62)),
    (date(2026, 3, 15), Version(2, 1, 76)),
    (date(2026, 4, 9), Version(2, 1, 98)),
    (date(2026, 5, 24), Version(2, 1, 150)),
    (date(2026, 7, 2), Version(2, 1, 198)),
    (date(2026, 8, 9), Version(2, 1, 228)),
    (date(2026, 10, 20), Version(2, 1, 281)),
];

/// The kinds of models, with the days on which they were first met; the days from September 2026 on are rough.
const OPUS: &[(Date, &str)] = &[
    (date(2025, 5, 22), "claude-opus-4-20250514"),
    (date(2025, 8, 5), "claude-opus-4-1-20250805"),
    (date(2025, 11, 24), "claude-opus-4-5-20251101"),
    (date(2026, 2, 5), "claude-opus-4-6"),
    (date(2026, 4, 16), "claude-opus-4-7"),
    (date(2026, 5, 28), "claude-opus-4-8"),
    (date(2026, 7, 24), "claude-opus-5"),
    (date(2026, 9, 22), "claude-opus-5-5"),
];
const SONNET: &[(Date, &str)] = &[
    (date(2024, 10, 22), "claude-3-5-sonnet-20241022"),
    (date(2025, 2, 24), "claude-3-7-sonnet-20250219"),
    (date(2025, 5, 22), "claude-sonnet-4-20250514"),
    (date(2025, 9, 29), "claude-sonnet-4-5-20250929"),
    (date(2026, 2, 17), "claude-sonnet-4-6"),
    (date(2026, 7, 18), "claude-sonnet-5"),
    (date(2026, 9, 22), "claude-sonnet-5-5"),
];
const HAIKU: &[(Date, &str)] = &[
    (date(2024, 10, 22), "claude-3-5-haiku-20241022"),
    (date(2025, 10, 15), "claude-haiku-4-5-20251001"),
    (date(2026, 10, 13), "claude-haiku-5-5"),
];
const FABLE: &[(Date, &str)] = &[
    (date(2026, 6, 9), "claude-fable-5"),
    (date(2026, 9, 1), "claude-fable-5-1"),
    (date(2026, 11, 5), "claude-fable-5-2"),
];
/// A vendor whose models have no price in our table.
const FOREIGN: &[(Date, &str)] = &[(date(2025, 9, 30), "glm-4.6"), (date(2025, 12, 22), "glm-4.7")];

/// Models whose fast mode has a price.
const FAST: &[&str] = &["claude-opus-4-6", "claude-opus-4-8", "claude-opus-5", "claude-opus-5-5"];

/// What a model is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Work with somebody who looks on.
    Lead,
    /// Jobs that run by themselves.
    Routine,
    /// A subagent's errand.
    Errand,
    /// Advice on another model's work.
    Advice,
    /// Jobs that were given to another vendor.
    Foreign,
}

/// A model that was chosen on that day.
pub(super) fn model_for(role: Role, day: Date, random: &mut Random) -> &'static str {
    // Not everybody changes at once.
    let day = if random.chance(120) { day.saturating_sub(jiff::Span::new().days(24)) } else { day };
    match role {
        Role::Lead => newest([SONNET, OPUS, FABLE][random.weighted(lead_weights(day).into_iter())], day),
        Role::Routine => newest(SONNET, day),
        Role::Errand => newest(if random.chance(600) { HAIKU } else { SONNET }, day),
        Role::Advice => newest(OPUS, day),
        Role::Foreign => newest(FOREIGN, day),
    }
}

/// How often Sonnet, Opus and Fable lead: Opus was dear, then became cheaper, then Fable came.
fn lead_weights(day: Date) -> [u64; 3] {
    match day {
        day if day < OPUS[0].0 => [100, 0, 0],
        day if day < OPUS[2].0 => [75, 25, 0],
        day if day < FABLE[0].0 => [30, 70, 0],
        _ => [20, 50, 30],
    }
}

/// Whether the other vendor had a model yet.
pub(super) fn has_foreign_model(day: Date) -> bool {
    FOREIGN[0].0 <= day
}

/// Whether the model has a fast mode with a price.
pub(super) fn has_fast_mode(model: &str) -> bool {
    FAST.contains(&model)
}

/// From that day on, long prompts cost no more than short ones.
///
/// **Source**: ccu-core/src/prices.json.
pub(super) fn long_prompts_are_dear(day: Date) -> bool {
    day < date(2026, 3, 13)
}

/// The last row that had come by that day; the first where none had.
fn newest<T: Copy>(rows: &[(Date, T)], day: Date) -> T {
    rows[rows.partition_point(|&(from, _)| from <= day).saturating_sub(1)].1
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_core::pricing::{PriceQuery, PriceTable};
    use ccu_core::record::PromptClass;

    #[test]
    fn tables_rise() {
        assert!(RELEASES.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        for models in [OPUS, SONNET, HAIKU, FABLE, FOREIGN] {
            assert!(models.is_sorted_by(|a, b| a.0 < b.0), "{models:?}");
        }
    }

    #[test]
    fn every_model_has_a_price_but_the_foreign_ones() {
        let prices = PriceTable::embedded().unwrap();
        for (_, model) in [OPUS, SONNET, HAIKU, FABLE].concat() {
            assert!(prices.entry(model).is_some(), "{model}");
        }
        for (_, model) in FOREIGN {
            assert!(prices.entry(model).is_none(), "{model}");
        }
    }

    #[test]
    fn every_fast_mode_has_a_price() {
        let prices = PriceTable::embedded().unwrap();
        for model in FAST {
            let class = PromptClass::UpTo100k;
            let query = PriceQuery { speed: "fast", service_tier: "", inference_geo: "", class, day: None };
            assert!(OPUS.iter().any(|(_, id)| id == model) && prices.rate(model, &query).is_some(), "{model}");
        }
    }

    #[test]
    fn the_newest_that_had_come() {
        let check = |day, expected| assert_eq!(newest(HAIKU, day), expected, "{day}");
        check(date(2024, 7, 1), "claude-3-5-haiku-20241022");
        check(date(2025, 10, 14), "claude-3-5-haiku-20241022");
        check(date(2025, 10, 15), "claude-haiku-4-5-20251001");
        check(date(2031, 1, 1), "claude-haiku-5-5");
    }
}
