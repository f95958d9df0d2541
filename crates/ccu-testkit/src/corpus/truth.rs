//! What a correct reader finds: every row is offered as it is written, and the rule is applied here a second time, apart from `ccu`.
//!
//! **Source** of the rule: docs/accuracy.md. One record per response; which copy stands is a total order on rows; the earliest time counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::moment::Moment;

/// The model of rows that Claude Code writes itself; they cost nothing and are no responses.
pub(super) const SYNTHETIC: &str = "<synthetic>";
/// The day of records without a readable time.
pub const UNKNOWN: &str = "unknown";

/// Tokens of one row, as a reader must understand them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Tokens {
    pub(super) input: u64,
    pub(super) output: u64,
    pub(super) write_5m: u64,
    pub(super) write_1h: u64,
    pub(super) read: u64,
}

/// What makes rows the same response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    /// Anthropic's own message id is unique in the world.
    Message(Rc<str>),
    /// A request id, where the message id is no genuine one.
    Request(Rc<str>),
    /// An invented id of twelve characters or more: session, id, model.
    Invented(u128, Rc<str>, Rc<str>),
    /// A constant id of a gateway: session, id, model, and input, cache writes, cache reads.
    Constant(u128, Rc<str>, Rc<str>, [u64; 3]),
    /// No message id: the row's uuid.
    Uuid(u128),
    /// Nothing at all: the row by itself, by number.
    Alone(u64),
}

/// One row with usage, as far as the rule asks.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) identity: Identity,
    pub(super) tokens: Tokens,
    pub(super) model: Rc<str>,
    pub(super) is_sidechain: bool,
    pub(super) uuid: Option<u128>,
    pub(super) time: Option<Moment>,
}

impl Sighting {
    /// The greatest stands.
    fn rank(&self) -> impl Ord + '_ {
        let tokens = &self.tokens;
        let prompt = u128::from(tokens.input)
            + u128::from(tokens.write_5m)
            + u128::from(tokens.write_1h)
            + u128::from(tokens.read);
        let fields = (tokens.input, tokens.write_5m, tokens.write_1h, tokens.read);
        (tokens.output, !self.is_sidechain, Reverse((prompt, fields, &self.model, self.uuid)))
    }
}

/// Sums over records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Distinct responses.
    pub messages: u64,
    /// Uncached prompt tokens.
    pub input: u64,
    /// Generated tokens.
    pub output: u64,
    /// Tokens written to either cache.
    pub cache_creation: u64,
    /// Tokens written to the 5-minute cache.
    pub cc_5m: u64,
    /// Tokens written to the 1-hour cache.
    pub cc_1h: u64,
    /// Tokens read from a cache.
    pub cache_read: u64,
}

impl AddAssign<Tally> for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.messages += other.messages;
        self.input += other.input;
        self.output += other.output;
        self.cache_creation += other.cache_creation;
        self.cc_5m += other.cc_5m;
        self.cc_1h += other.cc_1h;
        self.cache_read += other.cache_read;
    }
}

impl From<Tokens> for Tally {
    fn from(tokens: Tokens) -> Tally {
        Tally {
            messages: 1,
            input: tokens.input,
            output: tokens.output,
            cache_creation: tokens.write_5m + tokens.write_1h,
            cc_5m: tokens.write_5m,
            cc_1h: tokens.write_1h,
            cache_read: tokens.read,
        }
    }
}

impl Tally {
    /// Keys in alphabetical order, so that the text is the same whatever order the JSON library keeps.
    fn to_json(self) -> Value {
        json!({
            "cache_creation": self.cache_creation,
            "cache_read": self.cache_read,
            "cc_1h": self.cc_1h,
            "cc_5m": self.cc_5m,
            "input": self.input,
            "messages": self.messages,
            "output": self.output,
        })
    }
}

/// What a correct reader finds in a corpus, and how large the corpus is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    /// Sums over everything.
    pub totals: Tally,
    /// Sums by UTC day (`YYYY-MM-DD` or [`UNKNOWN`]), then model.
    pub days: BTreeMap<String, BTreeMap<String, Tally>>,
    /// Transcripts written.
    pub files: u64,
    /// Lines written, damaged ones included.
    pub lines: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Rows with usage, copies included.
    pub rows: u64,
}

impl Truth {
    /// The content of `truth.json`.
    pub fn to_json(&self) -> Value {
        let days: Map<String, Value> = self
            .days
            .iter()
            .map(|(day, models)| {
                let models = models.iter().map(|(model, tally)| (model.clone(), tally.to_json())).collect();
                (day.clone(), Value::Object(models))
            })
            .collect();
        json!({
            "bytes": self.bytes,
            "days": days,
            "files": self.files,
            "lines": self.lines,
            "rows": self.rows,
            "totals": self.totals.to_json(),
        })
    }
}

/// Collects sightings while the corpus is written.
#[derive(Default)]
pub(super) struct Ledger {
    records: HashMap<Identity, Sighting>,
    rows: u64,
}

impl Ledger {
    /// The number of distinct responses so far.
    pub(super) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// A number that no other row without ids has.
    pub(super) fn row_number(&self) -> u64 {
        self.rows
    }

    /// Takes in one row.
    pub(super) fn offer(&mut self, sighting: Sighting) {
        if &*sighting.model == SYNTHETIC {
            return;
        }
        self.rows += 1;
        let Some(standing) = self.records.get_mut(&sighting.identity) else {
            self.records.insert(sighting.identity.clone(), sighting);
            return;
        };
        let earliest = [standing.time, sighting.time].into_iter().flatten().min();
        if standing.rank() < sighting.rank() {
            *standing = sighting;
        }
        standing.time = earliest;
    }

    /// Sums up.
    pub(super) fn truth(&self) -> Truth {
        let mut truth = Truth { rows: self.rows, ..Truth::default() };
        for record in self.records.values() {
            let tally = Tally::from(record.tokens);
            let day = record.time.map_or_else(|| UNKNOWN.to_owned(), Moment::day);
            truth.totals += tally;
            *truth.days.entry(day).or_default().entry(record.model.to_string()).or_default() += tally;
        }
        truth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(output: u64, input: u64, time: Option<i64>) -> Sighting {
        Sighting {
            identity: Identity::Message("msg_01a".into()),
            tokens: Tokens { input, output, ..Tokens::default() },
            model: "claude-opus-5".into(),
            is_sidechain: false,
            uuid: Some(7),
            time: time.map(Moment),
        }
    }

    fn check(rows: &[Sighting], expected: (&str, u64, u64)) {
        for rows in [rows.to_vec(), rows.iter().rev().cloned().collect()] {
            let mut ledger = Ledger::default();
            rows.into_iter().for_each(|row| ledger.offer(row));
            let truth = ledger.truth();
            let day = truth.days.keys().next().map(String::as_str).unwrap();
            assert_eq!((day, truth.totals.output, truth.totals.input), expected);
            assert_eq!(truth.totals.messages, 1);
        }
    }

    #[test]
    fn the_same_copy_stands_in_any_order_and_the_earliest_day_is_kept() {
        const DAY: i64 = 86_400_000;
        check(&[row(1, 5, Some(3 * DAY)), row(9, 5, Some(4 * DAY))], ("1970-01-04", 9, 5));
        check(&[row(9, 500, Some(3 * DAY)), row(9, 5, Some(4 * DAY))], ("1970-01-04", 9, 5));
        check(&[row(9, 5, None), row(1, 5, Some(4 * DAY))], ("1970-01-05", 9, 5));
        check(&[row(9, 5, None)], ("unknown", 9, 5));
        let aside = Sighting { is_sidechain: true, ..row(9, 3, None) };
        check(&[row(9, 5, None), aside], ("unknown", 9, 5));
    }

    #[test]
    fn synthetic_rows_are_no_responses() {
        let mut ledger = Ledger::default();
        ledger.offer(Sighting { model: SYNTHETIC.into(), ..row(0, 0, None) });
        assert_eq!(ledger.truth(), Truth::default());
    }
}
