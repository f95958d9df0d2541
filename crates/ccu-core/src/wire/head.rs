//! The head of a machine: its newest records, what segments hold the older ones, and sums for people who open the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::{self, Columns};
use super::indent::to_text;
use super::plain_record::PlainRecord;
use super::{FORMAT, MOST_GENERATION, SegmentEntry, Statistics, Strands, WireError, not_json_or, time};
use crate::ids::{DatabaseId, MachineId};
use crate::record::{Numbered, Origin};
use crate::time::UtcMillis;

/// What the file says that it is.
pub(super) const CONTENT: &str = "head";
/// A machine with fewer records than this writes them as objects, which people and the earlier tool can read.
const FEWEST_IN_COLUMNS: u64 = 500;

/// The head of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The machine.
    pub machine: MachineId,
    /// Its name.
    pub machine_name: String,
    /// The database that gave the sequence numbers of the tail.
    pub database: DatabaseId,
    /// Raised with every head that the machine writes.
    pub generation: u64,
    /// When it was written.
    pub exported: UtcMillis,
    /// The highest sequence number that a record had until then.
    pub head_sequence: u64,
    /// Records of the machine, in the tail and in segments.
    pub record_count: u64,
    /// The first and the last time of a record.
    pub range: Option<(UtcMillis, UtcMillis)>,
    /// Sums over all records.
    pub statistics: Statistics,
    /// The newest records.
    pub tail: Vec<Numbered>,
    /// The segments that hold the others.
    pub segments: Vec<SegmentEntry>,
    /// The names of the machines that records are attributed to, as far as they are known.
    pub machine_names: BTreeMap<MachineId, String>,
}

#[derive(Serialize, Deserialize)]
struct HeadFile {
    machine_name: String,
    export_date: String,
    data_range: DataRange,
    records: Vec<PlainRecord>,
    statistics: Statistics,
    ccu: HeadObject,
}

/// The UTC dates of the first and the last dated record.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DataRange {
    oldest: Option<String>,
    newest: Option<String>,
}

impl DataRange {
    pub(super) fn of(range: Option<(UtcMillis, UtcMillis)>) -> DataRange {
        let date = |time| Some(time::date(time).to_string());
        DataRange {
            oldest: range.and_then(|(oldest, _)| date(oldest)),
            newest: range.and_then(|(_, newest)| date(newest)),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct HeadObject {
    format: u64,
    content: String,
    machine_id: MachineId,
    database_id: DatabaseId,
    generation: u64,
    record_count: u64,
    head_sequence: u64,
    /// The first and the last time, to the millisecond.
    range: Option<(String, String)>,
    segments: Vec<SegmentEntry>,
    machine_names: BTreeMap<MachineId, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tail: Option<Columns>,
}

impl Head {
    /// Writes the file: with objects while the machine has fewer than 500 records, with columns from then on.
    pub fn to_text(&self) -> String {
        let is_plain = self.record_count < FEWEST_IN_COLUMNS && self.segments.is_empty();
        let plain =
            |numbered: &Numbered| PlainRecord::of(&numbered.record, Some(numbered.sequence), Some(self.machine));
        let file = HeadFile {
            machine_name: self.machine_name.clone(),
            export_date: time::stamp(self.exported),
            data_range: DataRange::of(self.range),
            records: if is_plain { self.tail.iter().map(plain).collect() } else { Vec::new() },
            statistics: self.statistics,
            ccu: HeadObject {
                format: FORMAT,
                content: CONTENT.to_owned(),
                machine_id: self.machine,
                database_id: self.database,
                generation: self.generation,
                record_count: self.record_count,
                head_sequence: self.head_sequence,
                range: self.range.map(|(oldest, newest)| (time::stamp(oldest), time::stamp(newest))),
                segments: self.segments.clone(),
                machine_names: self.machine_names.clone(),
                tail: (!is_plain).then(|| columns::encode(&self.tail)),
            },
        };
        to_text(&file, 3)
    }

    /// Reads the file.
    pub(super) fn parse(text: &str) -> Result<Head, WireError> {
        let file: HeadFile = serde_json::from_str(text).map_err(not_json_or("the head of a machine"))?;
        let HeadFile { ccu, records, .. } = file;
        let mut tail = plain_tail(records, ccu.machine_id)?;
        if let Some(columns) = &ccu.tail {
            tail.extend(columns::decode(columns)?);
        }
        let range =
            |(oldest, newest): (String, String)| Ok((time::parse("range", &oldest)?, time::parse("range", &newest)?));
        let head = Head {
            machine: ccu.machine_id,
            machine_name: file.machine_name,
            database: ccu.database_id,
            generation: ccu.generation,
            exported: time::parse_any("export_date", &file.export_date)?,
            head_sequence: ccu.head_sequence,
            record_count: ccu.record_count,
            range: ccu.range.map(range).transpose()?,
            statistics: file.statistics,
            tail,
            segments: ccu.segments,
            machine_names: ccu.machine_names,
        };
        head.check()?;
        Ok(head)
    }

    /// Refuses a head whose own numbers disagree: whoever goes on numbering from it would give a number twice.
    fn check(&self) -> Result<(), WireError> {
        if self.generation > MOST_GENERATION {
            return Err(WireError::Field { field: "generation", expected: "a number up to 2^53 - 1" });
        }
        let last_of_tail = self.tail.iter().map(|numbered| numbered.sequence).max();
        let last_of_segments =
            self.segments.iter().filter(|entry| entry.database == self.database).map(|entry| entry.last);
        if last_of_tail.into_iter().chain(last_of_segments).any(|last| last > self.head_sequence) {
            return Err(WireError::Field { field: "head_sequence", expected: "the highest sequence number" });
        }
        match self.segments.iter().find(|entry| entry.first > entry.last || entry.count == 0) {
            None => Ok(()),
            Some(_) => Err(WireError::Field { field: "segments", expected: "a list of segments that hold records" }),
        }
    }
}

fn plain_tail(records: Vec<PlainRecord>, machine: MachineId) -> Result<Vec<Numbered>, WireError> {
    let mut strands = Strands::default();
    let numbered = |record: PlainRecord| {
        let sequence = record.sequence.ok_or(WireError::Field { field: "sequence", expected: "given" })?;
        Ok(Numbered { sequence, record: record.into_record(&mut strands, Some(machine), Origin::Gist)? })
    };
    records.into_iter().map(numbered).collect()
}
