//! Records on their way from a file into the database: ours and the earlier tool's, with what was left out and why.

use std::collections::{BTreeMap, BTreeSet};

use ccu_core::ids::MachineId;
use ccu_core::legacy::{self, LegacyRow, NotBilled, Read};
use ccu_core::record::{Origin, UsageRecord};
use ccu_core::wire::Strands;
use ccu_core::wire::plain_record::PlainRecord;
use ccu_store::{Inserted, StoreError, Writing};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::BadRecordReason;

/// Bad records that are named; beyond that they are only counted.
const MOST_NAMED: usize = 20;
/// Records that are handed to the store at once.
const RECORDS_PER_BATCH: usize = 1_024;

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// What became of the records.
    pub inserted: Inserted,
    /// Rows of the earlier tool that were a user's: prompts and tools' results.
    pub n_user_rows: u64,
    /// Rows of the earlier tool that Claude Code made up itself, or without any tokens.
    pub n_rows_without_usage: u64,
    /// Records that could not be read.
    pub n_bad: u64,
    /// The first twenty of them.
    pub bad: Vec<BadRecord>,
    /// Days of which the earlier tool kept sums and not the rows. They are not imported: a day's sum has no model and no time,
    /// and counts every response as often as it had rows.
    pub days_without_rows: Vec<LostDay>,
    /// Files that were imported.
    pub n_files: u64,
    /// Files of a directory that were left out.
    pub skipped: Vec<SkippedFile>,
}

impl Imported {
    /// Records of responses that were unknown.
    pub fn new_records(&self) -> u64 {
        self.inserted.new
    }

    /// Adds what another file came to.
    pub(super) fn add(&mut self, other: Imported) {
        self.inserted = self.inserted.plus(&other.inserted);
        self.n_user_rows += other.n_user_rows;
        self.n_rows_without_usage += other.n_rows_without_usage;
        self.n_bad += other.n_bad;
        self.bad.extend(other.bad);
        self.bad.truncate(MOST_NAMED);
        self.n_files += other.n_files;
    }
}

/// A record that was left out.
#[derive(Debug)]
pub struct BadRecord {
    /// The file, or `standard input` and the like.
    pub file: String,
    /// Its place among the file's records, counted from 1.
    pub number: u64,
    /// What is wrong with it.
    pub reason: BadRecordReason,
}

/// A file of a directory that was left out; the others were imported.
#[derive(Debug)]
pub struct SkippedFile {
    /// The file's name.
    pub file: String,
    /// Why.
    pub reason: super::ImportError,
}

/// A day of which the earlier tool kept a sum and not the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostDay {
    /// The machine.
    pub machine_name: String,
    /// The day, `YYYY-MM-DD`, in the zone of that machine.
    pub date: String,
    /// All tokens of the day's rows.
    pub total_tokens: u64,
}

/// The days of an import's rows and sums, over all its files: sums stand in the first of several files only.
#[derive(Default)]
pub(super) struct Days {
    with_rows: FxHashSet<(String, String)>,
    with_sums: BTreeMap<(String, String), u64>,
}

impl Days {
    pub fn add_row(&mut self, machine_name: &str, date: String) {
        if !date.is_empty() {
            self.with_rows.insert((machine_name.to_owned(), date));
        }
    }

    pub fn add_sum(&mut self, machine_name: &str, date: String, total_tokens: u64) {
        if total_tokens > 0 {
            self.with_sums.insert((machine_name.to_owned(), date), total_tokens);
        }
    }

    pub fn without_rows(&self) -> Vec<LostDay> {
        let lost = self.with_sums.iter().filter(|(day, _)| !self.with_rows.contains(*day));
        let lost = lost.map(|((machine_name, date), total_tokens)| LostDay {
            machine_name: machine_name.clone(),
            date: date.clone(),
            total_tokens: *total_tokens,
        });
        lost.collect()
    }
}

/// One file on its way in.
pub(super) struct Intake<'i, 's> {
    pub writing: &'i mut Writing<'s>,
    pub imported: &'i mut Imported,
    pub days: &'i mut Days,
    /// The file, as it is named to the user.
    pub file: String,
    /// Records seen so far.
    pub n_seen: u64,
    batch: Vec<UsageRecord>,
    strands: Strands,
    /// Names of the earlier tool's machines that were met.
    earlier_machines: BTreeSet<String>,
}

#[derive(Deserialize)]
struct MachineProbe {
    machine_id: Option<IgnoredAny>,
}

impl<'i, 's> Intake<'i, 's> {
    pub fn new(writing: &'i mut Writing<'s>, imported: &'i mut Imported, days: &'i mut Days, file: &str) -> Self {
        Intake {
            writing,
            imported,
            days,
            file: file.to_owned(),
            n_seen: 0,
            batch: Vec::with_capacity(RECORDS_PER_BATCH),
            strands: Strands::default(),
            earlier_machines: BTreeSet::new(),
        }
    }

    /// Takes in an entry of a file's `records`. Ours name their machine; all others are the earlier tool's, from `machine_name`.
    pub fn entry(&mut self, json: &str, machine_name: &str) -> Result<(), StoreError> {
        if is_ours(json) {
            return match self.our_record(json) {
                Ok(record) => self.record(record),
                Err(reason) => self.bad(reason),
            };
        }
        match legacy::read_row(json) {
            Ok((date, read)) => {
                self.days.add_row(machine_name, date);
                self.row(read, machine_name)
            }
            Err(reason) => self.bad(reason.into()),
        }
    }

    fn our_record(&mut self, json: &str) -> Result<UsageRecord, BadRecordReason> {
        let plain: PlainRecord = serde_json::from_str(json).map_err(BadRecordReason::Shape)?;
        Ok(plain.into_record(&mut self.strands, None, Origin::Import)?)
    }

    /// Takes in what a row of the earlier tool came to.
    pub fn row(&mut self, read: Read, machine_name: &str) -> Result<(), StoreError> {
        match read {
            Read::Row(row) => self.legacy_row(row, machine_name),
            Read::NotBilled(NotBilled::UserRow) => {
                self.n_seen += 1;
                self.imported.n_user_rows += 1;
                Ok(())
            }
            Read::NotBilled(NotBilled::Synthetic | NotBilled::NoTokens) => {
                self.n_seen += 1;
                self.imported.n_rows_without_usage += 1;
                Ok(())
            }
        }
    }

    fn legacy_row(&mut self, row: LegacyRow, machine_name: &str) -> Result<(), StoreError> {
        if !self.earlier_machines.contains(machine_name) {
            self.earlier_machines.insert(machine_name.to_owned());
        }
        self.record(row.into_record(legacy::machine_of_name(machine_name)))
    }

    pub fn record(&mut self, record: UsageRecord) -> Result<(), StoreError> {
        self.n_seen += 1;
        self.batch.push(UsageRecord { origin: Origin::Import, ..record });
        if self.batch.len() < RECORDS_PER_BATCH {
            return Ok(());
        }
        self.hand_over()
    }

    pub fn bad(&mut self, reason: BadRecordReason) -> Result<(), StoreError> {
        self.n_seen += 1;
        self.imported.n_bad += 1;
        if self.imported.bad.len() < MOST_NAMED {
            self.imported.bad.push(BadRecord { file: self.file.clone(), number: self.n_seen, reason });
        }
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), StoreError> {
        self.writing.insert_batch(&self.batch)?;
        self.batch.clear();
        Ok(())
    }

    /// Hands over what is left, and names the machines that have told no name yet.
    pub fn finish(mut self, names: &BTreeMap<MachineId, String>) -> Result<(), StoreError> {
        self.hand_over()?;
        let known = self.writing.store().machines()?;
        let earlier = self.earlier_machines.into_iter().map(|name| (legacy::machine_of_name(&name), name));
        for (id, name) in earlier.chain(names.iter().map(|(id, name)| (*id, name.clone()))) {
            // A machine that never told its name goes by its id.
            if known.iter().all(|machine| machine.id != id || machine.name == id.to_string()) {
                self.writing.name_machine(id, &name)?;
            }
        }
        self.imported.n_files += 1;
        Ok(())
    }
}

/// Whether the entry is a record of ours. Looking for the name first spares most entries a second reading.
fn is_ours(json: &str) -> bool {
    memchr::memmem::find(json.as_bytes(), br#""machine_id""#).is_some()
        && serde_json::from_str::<MachineProbe>(json).is_ok_and(|probe| probe.machine_id.is_some())
}
