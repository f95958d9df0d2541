//! A row of the earlier tool, and the record that it becomes.

use std::sync::Arc;

use crate::identity;
use crate::ids::{CompactId, MachineId};
use crate::record::{Origin, Strand, TokenCounts, UsageRecord};
use crate::time::UtcMillis;

/// The model of rows that Claude Code made up itself; nothing was billed.
const SYNTHETIC_MODEL: &str = "<synthetic>";
/// The model of a row that names none, as in transcripts.
const UNKNOWN_MODEL: &str = "unknown";
/// What the earlier tool wrote where a line had no uuid.
const NO_UUID: &str = "unknown";

/// A row of the earlier tool's table `usage_records`, or a record of its JSON files, that holds tokens. No text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyRow {
    /// The session id.
    pub session: String,
    /// The uuid of the transcript line; `unknown` where it had none.
    pub uuid: String,
    /// When the line was written.
    pub time: UtcMillis,
    /// The model; `None` where the row names none.
    pub model: Option<String>,
    /// Tokens; all cache writes count as 5-minute writes, because the earlier tool kept their sum alone.
    pub tokens: TokenCounts,
    /// The working directory.
    pub folder: String,
    /// The git branch, empty where there is none.
    pub branch: String,
    /// The Claude Code version.
    pub version: String,
}

/// Why nothing was billed for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotBilled {
    /// A prompt or a tool's result: no model, no tokens. (The earlier tool's files don't say which rows are the user's.)
    UserRow,
    /// A row of the model `<synthetic>`.
    Synthetic,
    /// An answer without any tokens.
    NoTokens,
}

/// What one row came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A row with tokens.
    Row(LegacyRow),
    /// A row that counts nothing.
    NotBilled(NotBilled),
}

/// Why a row cannot be read; it is named and left out, and the rest goes on.
#[derive(Debug, thiserror::Error)]
pub enum BadRow {
    /// A field is missing or of another kind.
    #[error("it is not a record of the earlier tool")]
    Shape(#[source] serde_json::Error),
    /// Neither its timestamp nor its date is a time that a transcript can have.
    #[error("its timestamp `{}` is no time", timestamp.escape_debug())]
    Time {
        /// What was given.
        timestamp: String,
    },
    /// A count is below zero or above 2^53 - 1.
    #[error("its `{field}` is no count of tokens")]
    Count {
        /// The field.
        field: &'static str,
    },
}

/// A row as it is stored anywhere: in JSON or in SQLite.
#[derive(Debug, Clone, Default)]
pub struct RawRow<'a> {
    /// `session_id`.
    pub session: &'a str,
    /// `message_uuid`.
    pub uuid: &'a str,
    /// `timestamp`.
    pub timestamp: &'a str,
    /// `date`: the day in the zone of the machine that wrote the row.
    pub date: &'a str,
    /// `model`.
    pub model: Option<&'a str>,
    /// `input_tokens`, `output_tokens`, `cache_creation_tokens` and `cache_read_tokens`.
    pub counts: [i64; 4],
    /// `folder`.
    pub folder: &'a str,
    /// `git_branch`.
    pub branch: &'a str,
    /// `version`.
    pub version: &'a str,
}

impl RawRow<'_> {
    /// Says what the row came to.
    ///
    /// **Errors**: when a count or the time is none. A timestamp that is none is made up for by noon UTC of the row's date.
    pub fn read(&self) -> Result<Read, BadRow> {
        let [input, output, cache_write, cache_read] = counts(self.counts)?;
        let tokens = TokenCounts { input, output, cache_write_5m: cache_write, cache_write_1h: 0, cache_read };
        match (self.model, tokens.total()) {
            (Some(SYNTHETIC_MODEL), _) => return Ok(Read::NotBilled(NotBilled::Synthetic)),
            (None, 0) => return Ok(Read::NotBilled(NotBilled::UserRow)),
            (Some(_), 0) => return Ok(Read::NotBilled(NotBilled::NoTokens)),
            (_, 1..) => {}
        }
        let time = UtcMillis::parse(self.timestamp)
            .or_else(|| UtcMillis::parse(&format!("{}T12:00:00Z", self.date)))
            .ok_or_else(|| BadRow::Time { timestamp: self.timestamp.to_owned() })?;
        Ok(Read::Row(LegacyRow {
            session: self.session.to_owned(),
            uuid: self.uuid.to_owned(),
            time,
            model: self.model.map(str::to_owned),
            tokens,
            folder: self.folder.to_owned(),
            branch: self.branch.to_owned(),
            version: self.version.to_owned(),
        }))
    }
}

fn counts(numbers: [i64; 4]) -> Result<[u64; 4], BadRow> {
    /// Counts above 2^53 - 1 are none, as in transcripts.
    const MOST: i64 = (1 << 53) - 1;
    const FIELDS: [&str; 4] = ["input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens"];
    for (number, field) in numbers.into_iter().zip(FIELDS) {
        if !(0..=MOST).contains(&number) {
            return Err(BadRow::Count { field });
        }
    }
    Ok(numbers.map(|number| number as u64))
}

impl LegacyRow {
    /// The record of this row alone, attributed to `machine`.
    ///
    /// It is not partial: whether the final count was written is a question about the response, and the earlier tool's records
    /// are reported apart anyway.
    pub fn into_record(self, machine: MachineId) -> UsageRecord {
        let uuid = (!matches!(self.uuid.as_str(), "" | NO_UUID)).then(|| CompactId::new(&self.uuid));
        let key = match uuid {
            Some(_) => identity::legacy_key(&self.session, &self.uuid),
            // Of several lines without a uuid each database holds one, and not each the same: what tells them apart is added.
            None => identity::legacy_key(&self.session, &self.identity_without_uuid()),
        };
        UsageRecord {
            key,
            uuid,
            time: Some(self.time),
            machine,
            tokens: self.tokens,
            web_searches: 0,
            is_complete: true,
            origin: Origin::Import,
            legacy_until: Some(self.time),
            strand: Arc::new(Strand {
                session: self.session.into(),
                version: self.version.into(),
                model: self.model.map_or_else(|| UNKNOWN_MODEL.into(), Arc::from),
                project: self.folder.into(),
                branch: self.branch.into(),
                ..Strand::default()
            }),
        }
    }

    fn identity_without_uuid(&self) -> String {
        let TokenCounts { input, output, cache_write_5m, cache_read, .. } = self.tokens;
        let model = self.model.as_deref().unwrap_or(UNKNOWN_MODEL);
        format!("{NO_UUID} {} {input} {output} {cache_write_5m} {cache_read} {model}", self.time.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: RawRow<'static> = RawRow {
        session: "s",
        uuid: "u",
        timestamp: "2026-11-22T10:30:09.657000+00:00",
        date: "2026-11-22",
        model: Some("claude-opus-5"),
        counts: [1, 2, 3, 4],
        folder: "/home/a",
        branch: "main",
        version: "2.0.50",
    };

    fn row(raw: &RawRow<'_>) -> LegacyRow {
        match raw.read().unwrap() {
            Read::Row(row) => row,
            Read::NotBilled(why) => panic!("{why:?}"),
        }
    }

    #[test]
    fn rows_that_count_nothing_say_why() {
        let check = |model, counts, expected| {
            assert_eq!(RawRow { model, counts, ..GOOD }.read().unwrap(), Read::NotBilled(expected));
        };
        check(None, [0; 4], NotBilled::UserRow);
        check(Some("<synthetic>"), [0, 7, 0, 0], NotBilled::Synthetic);
        check(Some("claude-opus-5"), [0; 4], NotBilled::NoTokens);
    }

    #[test]
    fn a_row_becomes_a_legacy_record() {
        let machine = MachineId([9; 16]);
        let record = row(&GOOD).into_record(machine);
        assert_eq!(record.key, identity::legacy_key("s", "u"));
        assert_eq!((record.time, record.legacy_until), (Some(UtcMillis(1_795_343_409_657)), record.time));
        assert_eq!((record.tokens.cache_write_5m, record.tokens.cache_write_1h), (3, 0));
        assert_eq!((&*record.strand.project, &*record.strand.branch, record.machine), ("/home/a", "main", machine));
        assert_eq!(&*row(&RawRow { model: None, ..GOOD }).into_record(machine).strand.model, "unknown");
    }

    #[test]
    fn rows_without_a_uuid_are_told_apart() {
        let record = |raw: RawRow<'static>| row(&raw).into_record(MachineId([9; 16]));
        let nameless = RawRow { uuid: "unknown", ..GOOD };
        assert_eq!(record(nameless.clone()).uuid, None);
        assert_ne!(record(nameless.clone()).key, record(RawRow { counts: [1, 2, 3, 5], ..nameless.clone() }).key);
        assert_eq!(record(nameless.clone()).key, record(nameless).key);
    }

    #[test]
    fn a_day_stands_in_for_a_time() {
        assert_eq!(row(&RawRow { timestamp: "soon", ..GOOD }).time.to_string(), "2026-11-22T12:00:00.000Z");
    }

    #[test]
    fn bad_rows_say_what_is_bad() {
        let check = |raw: RawRow<'_>, expected| assert_eq!(raw.read().unwrap_err().to_string(), expected);
        check(RawRow { timestamp: "soon", date: "", ..GOOD }, "its timestamp `soon` is no time");
        check(RawRow { counts: [0, 0, -1, 0], ..GOOD }, "its `cache_creation_tokens` is no count of tokens");
        check(RawRow { counts: [1 << 53, 0, 0, 0], ..GOOD }, "its `input_tokens` is no count of tokens");
    }
}
