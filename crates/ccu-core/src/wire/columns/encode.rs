//! From records to columns.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustc_hash::FxHashMap;

use super::{Columns, Flag, STRAND_FIELDS, StrandField, texts};
use crate::ids::MachineId;
use crate::record::{Numbered, Strand, UsageRecord};

/// Lays out records in their order.
pub fn encode(records: &[Numbered]) -> Columns {
    let mut encoder = Encoder::default();
    let mut keys = Vec::with_capacity(records.len() * 16);
    for Numbered { sequence, record } in records {
        keys.extend(record.key.0);
        encoder.add_sequence(*sequence);
        encoder.add_record(record);
    }
    Columns { count: records.len() as u64, keys: STANDARD_NO_PAD.encode(keys), ..encoder.columns }
}

#[derive(Default)]
struct Encoder<'a> {
    columns: Columns,
    dictionaries: [FxHashMap<&'a str, u32>; 9],
    /// Strands by where they are in memory, because neighbours share one value; and by what they say.
    by_address: FxHashMap<(*const Strand, MachineId), usize>,
    by_content: FxHashMap<[u32; STRAND_FIELDS], usize>,
    /// What each strand's next record is expected to read from the cache.
    expected_reads: Vec<u64>,
    next_sequence: u64,
    last_time: i64,
}

impl<'a> Encoder<'a> {
    fn add_sequence(&mut self, sequence: u64) {
        let skipped = sequence.wrapping_sub(self.next_sequence) as i64;
        match self.columns.sequence_runs.last_mut() {
            Some(run_length) if skipped == 0 => *run_length += 1,
            _ => self.columns.sequence_runs.extend([skipped, 1]),
        }
        self.next_sequence = sequence.wrapping_add(1);
    }

    fn add_record(&mut self, record: &'a UsageRecord) {
        let strand_idx = self.strand_index(record);
        add_to_runs(&mut self.columns.strand_runs, strand_idx as u64);
        let time = record.time.map(|time| time.0);
        self.columns.times.push(time.map(|time| time.wrapping_sub(self.last_time)));
        self.last_time = time.unwrap_or(self.last_time);

        let tokens = &record.tokens;
        self.columns.input.push(tokens.input);
        self.columns.output.push(tokens.output);
        self.columns.cache_read.push(tokens.cache_read.wrapping_sub(self.expected_reads[strand_idx]) as i64);
        self.expected_reads[strand_idx] = tokens.cache_read.wrapping_add(tokens.cache_write());
        self.add_rarities(record);
    }

    /// Adds what most records do not have, and the flags that say so.
    fn add_rarities(&mut self, record: &UsageRecord) {
        let columns = &mut self.columns;
        let (in_5m, in_1h) = (record.tokens.cache_write_5m, record.tokens.cache_write_1h);
        let mut flags = if record.is_complete { 0 } else { Flag::INCOMPLETE };
        if in_5m != 0 && in_1h != 0 {
            flags |= Flag::BOTH_WRITES;
            columns.cache_write_1h.push(in_1h);
        } else if in_1h != 0 {
            flags |= Flag::WRITES_1H;
        }
        columns.cache_write.push(if in_5m == 0 { in_1h } else { in_5m });
        if let Some(until) = record.legacy_until {
            flags |= Flag::LEGACY;
            columns.legacy_until.push(until.0.wrapping_sub(record.time.map_or(0, |time| time.0)));
        }
        if record.web_searches != 0 {
            flags |= Flag::WEB_SEARCHES;
            columns.web_searches.push(record.web_searches);
        }
        add_to_runs(&mut columns.flag_runs, flags);
    }

    fn strand_index(&mut self, record: &'a UsageRecord) -> usize {
        let address = (Arc::as_ptr(&record.strand), record.machine);
        if let Some(strand_idx) = self.by_address.get(&address) {
            return *strand_idx;
        }
        let fields = self.strand_fields(&record.strand, record.machine);
        let next = self.columns.strands.len();
        let strand_idx = *self.by_content.entry(fields).or_insert(next);
        if strand_idx == next {
            let n_given = STRAND_FIELDS - fields.iter().rev().take_while(|field| **field == 0).count();
            self.columns.strands.push(fields[..n_given].to_vec());
            self.expected_reads.push(0);
        }
        self.by_address.insert(address, strand_idx);
        strand_idx
    }

    fn strand_fields(&mut self, strand: &'a Strand, machine: MachineId) -> [u32; STRAND_FIELDS] {
        let mut fields = [0; STRAND_FIELDS];
        fields[StrandField::Sidechain as usize] = u32::from(strand.is_sidechain);
        fields[StrandField::Machine as usize] = self.machine_index(machine);
        let columns = &mut self.columns;
        let lists = [
            &mut columns.sessions,
            &mut columns.agents,
            &mut columns.projects,
            &mut columns.branches,
            &mut columns.versions,
            &mut columns.models,
            &mut columns.speeds,
            &mut columns.service_tiers,
            &mut columns.inference_geos,
        ];
        for (((field, text), list), dictionary) in texts(strand).into_iter().zip(lists).zip(&mut self.dictionaries) {
            if !text.is_empty() {
                fields[field as usize] = *dictionary.entry(text).or_insert_with(|| {
                    list.push(text.to_string());
                    list.len() as u32
                });
            }
        }
        fields
    }

    fn machine_index(&mut self, machine: MachineId) -> u32 {
        let machines = &mut self.columns.machines;
        let machine_idx = machines.iter().position(|known| *known == machine).unwrap_or_else(|| {
            machines.push(machine);
            machines.len() - 1
        });
        machine_idx as u32
    }
}

/// Appends a value to a list of values and of how often each follows itself.
fn add_to_runs(runs: &mut Vec<u64>, value: u64) {
    match runs[..] {
        [.., last, ref mut run_length] if last == value => *run_length += 1,
        _ => runs.extend([value, 1]),
    }
}
