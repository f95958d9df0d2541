//! Reading a file with `records` from front to end, record by record, whatever its size.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use ccu_core::ids::MachineId;
use ccu_core::legacy::DailySnapshot;
use ccu_core::wire::{FORMAT, WireError};
use ccu_store::StoreError;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::ImportError;
use super::intake::Intake;

/// The machine of files that name none; the earlier tool wrote the same where it found no name.
const NO_NAME: &str = "unknown";

/// The object `ccu` of our exports.
#[derive(Deserialize)]
pub(super) struct ExportObject {
    format: u64,
    content: String,
    #[serde(default)]
    record_count: Option<u64>,
    #[serde(default)]
    machine_names: BTreeMap<MachineId, String>,
}

/// Reads an export of ours, or a file or export of the earlier tool, into the intake; gives the names of machines that it knows.
///
/// **Errors**: when it is no JSON, has no `records`, was written by a newer ccu, or lacks records that it says it has; nothing
/// of it may be kept then.
pub(super) fn read(reader: impl Read, intake: &mut Intake<'_, '_>) -> Result<BTreeMap<MachineId, String>, ImportError> {
    let mut document = Document { machine_name: NO_NAME.to_owned(), ..Document::default() };
    let mut failure = None;
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let seed = DocumentSeed { document: &mut document, intake, failure: &mut failure };
    let read = seed.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if let Some(error) = failure {
        return Err(error.into());
    }
    read.map_err(not_json)?;
    for snapshot in std::mem::take(&mut document.snapshots) {
        intake.days.add_sum(&document.machine_name, snapshot.date, snapshot.total_tokens);
    }
    document.finish(intake.n_seen)
}

fn not_json(error: serde_json::Error) -> ImportError {
    match error.classify() {
        serde_json::error::Category::Io => ImportError::UnreadableInput(error.into()),
        serde_json::error::Category::Data => ImportError::NoRecords,
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof => ImportError::NotJson(error),
    }
}

#[derive(Default)]
struct Document {
    machine_name: String,
    has_records: bool,
    snapshots: Vec<DailySnapshot>,
    ccu: Option<Box<RawValue>>,
}

impl Document {
    fn finish(self, n_seen: u64) -> Result<BTreeMap<MachineId, String>, ImportError> {
        let shape = |source| WireError::Shape { expected: "an export", source };
        let object = self.ccu.map(|ccu| serde_json::from_str::<ExportObject>(ccu.get())).transpose().map_err(shape)?;
        let Some(object) = object else {
            return if self.has_records { Ok(BTreeMap::new()) } else { Err(ImportError::NoRecords) };
        };
        if object.format > FORMAT {
            return Err(WireError::NewerFormat { found: object.format }.into());
        }
        if object.content != "export" {
            return Err(ImportError::TooLarge);
        }
        if object.record_count.is_some_and(|count| count != n_seen) {
            return Err(WireError::Field { field: "records", expected: "as many as `record_count` says" }.into());
        }
        Ok(object.machine_names)
    }
}

/// The whole file.
struct DocumentSeed<'d, 'n, 'i, 's> {
    document: &'d mut Document,
    intake: &'n mut Intake<'i, 's>,
    failure: &'d mut Option<StoreError>,
}

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `records`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                "machine_name" => {
                    if let Some(name) = fields.next_value::<Option<String>>()? {
                        self.document.machine_name = name;
                    }
                }
                "records" => {
                    self.document.has_records = true;
                    let machine_name = &self.document.machine_name;
                    fields.next_value_seed(RecordsSeed { machine_name, intake: self.intake, failure: self.failure })?;
                }
                "daily_snapshots" => {
                    let snapshots = fields.next_value::<Box<RawValue>>()?;
                    // Nothing is counted from them, so that unreadable ones are no loss.
                    self.document.snapshots = serde_json::from_str(snapshots.get()).unwrap_or_default();
                }
                "ccu" => self.document.ccu = Some(fields.next_value()?),
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The list of records.
struct RecordsSeed<'d, 'n, 'i, 's> {
    machine_name: &'d str,
    intake: &'n mut Intake<'i, 's>,
    failure: &'d mut Option<StoreError>,
}

impl<'de> DeserializeSeed<'de> for RecordsSeed<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RecordsSeed<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        // Each by itself, so that a bad one spoils no other.
        while let Some(entry) = entries.next_element::<Box<RawValue>>()? {
            if let Err(error) = self.intake.entry(entry.get(), self.machine_name) {
                *self.failure = Some(error);
                return Err(A::Error::custom("the database takes no more"));
            }
        }
        Ok(())
    }
}
