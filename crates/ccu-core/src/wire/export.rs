//! Exports: all records in one file of the form that the earlier tool exports and imports.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::head::DataRange;
use super::indent;
use super::plain_record::PlainRecord;
use super::{FORMAT, Statistics, Strands, WireError, not_json_or, time};
use crate::ids::MachineId;
use crate::record::{Origin, UsageRecord};
use crate::time::UtcMillis;

/// What the file says that it is.
pub(super) const CONTENT: &str = "export";

/// An export as it is read. Written it is by [`ExportWriter`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The machine that wrote it.
    pub machine: MachineId,
    /// Its name.
    pub machine_name: String,
    /// When it was written.
    pub exported: UtcMillis,
    /// Sums over all records.
    pub statistics: Statistics,
    /// The records of all machines; their origin is an import.
    pub records: Vec<UsageRecord>,
    /// The names of the machines that records are attributed to, as far as they are known.
    pub machine_names: BTreeMap<MachineId, String>,
}

/// What is known of an export before its first record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportHeading {
    /// The machine that writes it.
    pub machine: MachineId,
    /// Its name.
    pub machine_name: String,
    /// The time now.
    pub exported: UtcMillis,
    /// The first and the last time of a record.
    pub range: Option<(UtcMillis, UtcMillis)>,
    /// The names of the machines that records are attributed to, as far as they are known.
    pub machine_names: BTreeMap<MachineId, String>,
}

/// Writes an export record by record, so that its size does not matter.
#[derive(Debug)]
pub struct ExportWriter<W: io::Write> {
    out: W,
    heading: ExportHeading,
    n_records: u64,
}

impl<W: io::Write> ExportWriter<W> {
    /// Writes what stands before the records.
    ///
    /// **Errors**: those of writing.
    pub fn begin(mut out: W, heading: ExportHeading) -> io::Result<Self> {
        out.write_all(b"{")?;
        let mut writer = ExportWriter { out, heading, n_records: 0 };
        let (name, exported) = (writer.heading.machine_name.clone(), time::stamp(writer.heading.exported));
        writer.field("machine_name", &name)?;
        writer.out.write_all(b",")?;
        writer.field("export_date", &exported)?;
        writer.out.write_all(b",")?;
        writer.field("data_range", &DataRange::of(writer.heading.range))?;
        writer.out.write_all(b",\n  \"records\": [")?;
        Ok(writer)
    }

    /// Writes a record.
    ///
    /// **Errors**: those of writing.
    pub fn record(&mut self, record: &UsageRecord) -> io::Result<()> {
        self.out.write_all(if self.n_records == 0 { b"\n    " } else { b",\n    " })?;
        self.n_records += 1;
        // Every record names its machine, so that it can be read before the end of the file is.
        indent::write(&mut self.out, &PlainRecord::of(record, None, None), 2..3)
    }

    /// Writes what stands behind the records, and gives back what was written to.
    ///
    /// **Errors**: those of writing.
    pub fn end(mut self, statistics: &Statistics) -> io::Result<W> {
        self.out.write_all(if self.n_records == 0 { b"]," } else { b"\n  ]," })?;
        self.field("statistics", statistics)?;
        self.out.write_all(b",")?;
        let object = ExportObject {
            format: FORMAT,
            content: CONTENT.to_owned(),
            machine_id: self.heading.machine,
            record_count: self.n_records,
            machine_names: std::mem::take(&mut self.heading.machine_names),
        };
        self.field("ccu", &object)?;
        self.out.write_all(b"\n}\n")?;
        Ok(self.out)
    }

    fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "\n  \"{name}\": ")?;
        indent::write(&mut self.out, value, 1..3)
    }
}

#[derive(Deserialize)]
struct ExportFile {
    machine_name: String,
    export_date: String,
    records: Records,
    statistics: Statistics,
    ccu: ExportObject,
}

#[derive(Serialize, Deserialize)]
struct ExportObject {
    format: u64,
    content: String,
    machine_id: MachineId,
    record_count: u64,
    machine_names: BTreeMap<MachineId, String>,
}

impl Export {
    /// Reads the file.
    pub(super) fn parse(text: &str) -> Result<Export, WireError> {
        let file: ExportFile = serde_json::from_str(text).map_err(not_json_or("an export"))?;
        let records = file.records.0?;
        if records.len() as u64 != file.ccu.record_count {
            return Err(WireError::Field { field: "records", expected: "as many records as `record_count` says" });
        }
        Ok(Export {
            machine: file.ccu.machine_id,
            machine_name: file.machine_name,
            exported: time::parse_any("export_date", &file.export_date)?,
            statistics: file.statistics,
            records,
            machine_names: file.ccu.machine_names,
        })
    }
}

/// Records, made while they are read: objects in words take several times the memory.
struct Records(Result<Vec<UsageRecord>, WireError>);

impl<'de> Deserialize<'de> for Records {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RecordsVisitor)
    }
}

struct RecordsVisitor;

impl<'de> Visitor<'de> for RecordsVisitor {
    type Value = Records;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Records, A::Error> {
        let mut strands = Strands::default();
        let mut records = Ok(Vec::new());
        while let Some(plain) = list.next_element::<PlainRecord>()? {
            if let Ok(read) = &mut records {
                match plain.into_record(&mut strands, None, Origin::Import) {
                    Ok(record) => read.push(record),
                    Err(error) => records = Err(error),
                }
            }
        }
        Ok(Records(records))
    }
}
