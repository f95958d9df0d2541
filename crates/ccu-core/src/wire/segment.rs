//! Segments: pieces of a machine's older records that never change, and the entries that name them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::columns::{self, Columns};
use super::indent::to_text;
use super::{FORMAT, WireError, hex, not_json_or};
use crate::ids::{DatabaseId, MachineId};
use crate::record::Numbered;

/// What the file says that it is.
pub(super) const CONTENT: &str = "segment";

/// What a head says of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// The file's name.
    pub file: String,
    /// The SHA-256 of the file's text as it stands in the Gist.
    #[serde(with = "hex::required")]
    pub sha256: [u8; 32],
    /// Records in it.
    pub count: u64,
    /// The first sequence number that it was sealed for. A record that was improved since may have left it.
    pub first: u64,
    /// The last sequence number that it was sealed for.
    pub last: u64,
    /// How often its records were merged.
    pub level: u8,
    /// The database that gave the sequence numbers.
    pub database: DatabaseId,
}

impl SegmentEntry {
    /// Whether this is the entry of a file with such a text.
    pub fn is_of_text(&self, text: &str) -> bool {
        self.sha256 == <[u8; 32]>::from(Sha256::digest(text.as_bytes()))
    }

    /// Refuses a segment that is another than the head says.
    ///
    /// **Errors**: when its database, level or number of records differ, or when it holds a sequence number outside of the
    /// entry's.
    pub fn check(&self, segment: &Segment) -> Result<(), WireError> {
        let sequences = || segment.records.iter().map(|numbered| numbered.sequence);
        let is_within = sequences().all(|sequence| (self.first..=self.last).contains(&sequence));
        let checks = [
            ("database_id", segment.database == self.database),
            ("level", segment.level == self.level),
            ("count", segment.records.len() as u64 == self.count),
            ("sequence_runs", is_within),
        ];
        match checks.iter().find(|(_, agrees)| !agrees) {
            None => Ok(()),
            Some((field, _)) => Err(WireError::Field { field, expected: "what the head says of the segment" }),
        }
    }
}

/// A piece of a machine's older records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The machine that wrote it.
    pub machine: MachineId,
    /// The database that gave the sequence numbers.
    pub database: DatabaseId,
    /// How often its records were merged.
    pub level: u8,
    /// The records.
    pub records: Vec<Numbered>,
}

#[derive(Serialize, Deserialize)]
struct SegmentFile {
    ccu: SegmentObject,
}

#[derive(Serialize, Deserialize)]
struct SegmentObject {
    format: u64,
    content: String,
    machine_id: MachineId,
    database_id: DatabaseId,
    level: u8,
    records: Columns,
}

impl Segment {
    /// Writes the file.
    pub fn to_text(&self) -> String {
        let object = SegmentObject {
            format: FORMAT,
            content: CONTENT.to_owned(),
            machine_id: self.machine,
            database_id: self.database,
            level: self.level,
            records: columns::encode(&self.records),
        };
        to_text(&SegmentFile { ccu: object }, 3)
    }

    /// Reads the file.
    pub(super) fn parse(text: &str) -> Result<Segment, WireError> {
        let SegmentFile { ccu } = serde_json::from_str(text).map_err(not_json_or("a segment"))?;
        Ok(Segment {
            machine: ccu.machine_id,
            database: ccu.database_id,
            level: ccu.level,
            records: columns::decode(&ccu.records)?,
        })
    }
}
