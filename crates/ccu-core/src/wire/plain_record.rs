//! A record as an object of its own: in small heads and in exports. The earlier tool reads its 13 fields; ours follow
//! them, so that a record reads back to exactly what it was.

use serde::{Deserialize, Serialize};

use super::columns::MOST;
use super::{Strands, WireError, time};
use crate::ids::{CompactId, Hyphenated, MachineId, RecordKey};
use crate::record::{Origin, Strand, TokenCounts, UsageRecord};
use crate::time::UtcMillis;

/// The time of an undated record in `timestamp`, where the earlier tool insists on one: before everything that is real.
const UNDATED: UtcMillis = UtcMillis(0);

/// A record in words. Fields of ours are left out where they have their usual value.
///
/// **Source** of the first 13: what version 1.8.2 of the earlier tool writes and reads (docs/formats/gist.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainRecord {
    /// The session id.
    pub session_id: String,
    /// The uuid of the row where it is known, else the key, written as a UUID.
    pub message_uuid: String,
    /// The time, as [`time::stamp`] writes it; the epoch where there is none.
    pub timestamp: String,
    /// The model; `null` where none is given.
    pub model: Option<String>,
    /// All tokens.
    pub total_tokens: u64,
    /// Prompt tokens that no cache served.
    pub input_tokens: u64,
    /// Generated tokens.
    pub output_tokens: u64,
    /// Tokens written to either cache.
    pub cache_creation_tokens: u64,
    /// Tokens read from a cache.
    pub cache_read_tokens: u64,
    /// The working directory, or what privacy leaves of it.
    pub folder: String,
    /// The git branch, or what privacy leaves of it; `null` where none is given.
    pub git_branch: Option<String>,
    /// The Claude Code version.
    pub version: String,
    /// The UTC date of `timestamp`.
    pub date: String,
    /// The key as a UUID; left out where `message_uuid` is the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The sequence number, where the record has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The machine; left out where it is the machine of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<MachineId>,
    /// Those of `cache_creation_tokens` that were written to the 1-hour cache.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub cache_creation_1h_tokens: u64,
    /// Web searches.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub web_searches: u64,
    /// The subagent's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agent_id: String,
    /// `fast`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub speed: String,
    /// `batch` or `priority`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service_tier: String,
    /// `us` and the like.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inference_geo: String,
    /// Whether a subagent or side question made the call.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub is_sidechain: bool,
    /// Whether no copy carried a stop reason.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub is_incomplete: bool,
    /// Whether there is no time, whatever `timestamp` says.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub is_undated: bool,
    /// Only for records of the earlier tool: the time of the last row that fell together in this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_until: Option<String>,
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PlainRecord {
    /// Writes a record down. A record of `home`, the machine of the file, does not name its machine.
    pub fn of(record: &UsageRecord, sequence: Option<u64>, home: Option<MachineId>) -> PlainRecord {
        let UsageRecord { strand, tokens, .. } = record;
        let key = Hyphenated(&record.key.0).to_string();
        // The earlier tool takes two records of one session and uuid for one, so an empty uuid is none.
        let uuid = record.uuid.as_ref().map(CompactId::to_string).filter(|uuid| !uuid.is_empty());
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let timestamp = record.time.unwrap_or(UNDATED);
        PlainRecord {
            session_id: strand.session.to_string(),
            key: uuid.as_ref().map(|_| key.clone()),
            message_uuid: uuid.unwrap_or(key),
            timestamp: time::stamp(timestamp),
            model: given(&strand.model),
            total_tokens: tokens.total(),
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            cache_creation_tokens: tokens.cache_write(),
            cache_read_tokens: tokens.cache_read,
            folder: strand.project.to_string(),
            git_branch: given(&strand.branch),
            version: strand.version.to_string(),
            date: time::date(timestamp).to_string(),
            sequence,
            machine_id: Some(record.machine).filter(|machine| Some(*machine) != home),
            cache_creation_1h_tokens: tokens.cache_write_1h,
            web_searches: record.web_searches,
            agent_id: strand.agent.to_string(),
            speed: strand.speed.to_string(),
            service_tier: strand.service_tier.to_string(),
            inference_geo: strand.inference_geo.to_string(),
            is_sidechain: strand.is_sidechain,
            is_incomplete: !record.is_complete,
            is_undated: record.time.is_none(),
            legacy_until: record.legacy_until.map(time::stamp),
        }
    }

    /// Makes the record again. `strands` shares texts between the records of a file.
    ///
    /// **Errors**: when it names no machine and there is no `home`, when it has no key, or numbers or times that no record
    /// can have. The two sums `total_tokens` and `date` are not looked at.
    pub fn into_record(
        self,
        strands: &mut Strands,
        home: Option<MachineId>,
        origin: Origin,
    ) -> Result<UsageRecord, WireError> {
        let (key, uuid) = match &self.key {
            Some(key) => (parse_key("key", key)?, Some(CompactId::new(&self.message_uuid))),
            None => (parse_key("message_uuid", &self.message_uuid)?, None),
        };
        let machine = self.machine_id.or(home);
        let time = if self.is_undated { None } else { Some(time::parse("timestamp", &self.timestamp)?) };
        Ok(UsageRecord {
            key,
            uuid,
            time,
            machine: machine.ok_or(WireError::Field { field: "machine_id", expected: "given" })?,
            strand: self.strand(strands),
            tokens: self.tokens()?,
            web_searches: count("web_searches", self.web_searches)?,
            is_complete: !self.is_incomplete,
            origin,
            legacy_until: self.legacy_until.as_deref().map(|text| time::parse("legacy_until", text)).transpose()?,
        })
    }

    fn strand(&self, strands: &mut Strands) -> std::sync::Arc<Strand> {
        let strand = Strand {
            session: strands.text(&self.session_id),
            agent: strands.text(&self.agent_id),
            version: strands.text(&self.version),
            model: strands.text(self.model.as_deref().unwrap_or_default()),
            project: strands.text(&self.folder),
            branch: strands.text(self.git_branch.as_deref().unwrap_or_default()),
            speed: strands.text(&self.speed),
            service_tier: strands.text(&self.service_tier),
            inference_geo: strands.text(&self.inference_geo),
            is_sidechain: self.is_sidechain,
        };
        strands.strand(strand)
    }

    fn tokens(&self) -> Result<TokenCounts, WireError> {
        let in_5m = self.cache_creation_tokens.checked_sub(self.cache_creation_1h_tokens);
        let in_5m = in_5m.ok_or(WireError::Field {
            field: "cache_creation_1h_tokens",
            expected: "a part of cache_creation_tokens",
        })?;
        Ok(TokenCounts {
            input: count("input_tokens", self.input_tokens)?,
            output: count("output_tokens", self.output_tokens)?,
            cache_write_5m: count("cache_creation_tokens", in_5m)?,
            cache_write_1h: count("cache_creation_1h_tokens", self.cache_creation_1h_tokens)?,
            cache_read: count("cache_read_tokens", self.cache_read_tokens)?,
        })
    }
}

fn count(field: &'static str, count: u64) -> Result<u64, WireError> {
    (count <= MOST).then_some(count).ok_or(WireError::Field { field, expected: "at most 2^53 - 1" })
}

fn parse_key(field: &'static str, text: &str) -> Result<RecordKey, WireError> {
    match CompactId::new(text) {
        CompactId::Uuid(bytes) => Ok(RecordKey(bytes)),
        CompactId::Text(_) => Err(WireError::Field { field, expected: "a lower-case hyphenated UUID" }),
    }
}
