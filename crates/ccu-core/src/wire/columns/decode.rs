//! From columns to records. Whatever the columns say, what comes out is either records or an error.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Columns, Flag, MOST, STRAND_FIELDS, StrandField, wrong};
use crate::ids::{MachineId, RecordKey};
use crate::record::{Numbered, Origin, Strand, TokenCounts, UsageRecord};
use crate::time::UtcMillis;
use crate::wire::{Strands, WireError, time};

/// Reads the records, in the order in which they were written. They have no uuid, and their origin is the Gist.
///
/// **Errors**: when columns disagree about the number of records, point outside of a dictionary, or hold numbers that no
/// record can have. The memory used is in proportion to the columns.
pub fn decode(columns: &Columns) -> Result<Vec<Numbered>, WireError> {
    let keys = keys(columns)?;
    check_lengths(columns, keys.len())?;
    let sequences = sequences(&columns.sequence_runs, keys.len())?;
    // Before they are built: a few kilobytes of a packed file can hold a hundred million empty ones.
    if columns.strands.len() > keys.len() {
        return Err(wrong("strands", "no longer than there are records"));
    }
    let strands = strands(columns)?;
    let strand_indexes = spread("strand_runs", &columns.strand_runs, strands.len() as u64, keys.len())?;
    let flags = spread("flag_runs", &columns.flag_runs, Flag::SUMS, keys.len())?;
    let mut rows = Rows::new(columns, flags, strands.len());
    let mut records = Vec::with_capacity(keys.len());
    for (row, key) in keys.into_iter().enumerate() {
        let strand_idx = strand_indexes[row] as usize;
        let (strand, machine) = &strands[strand_idx];
        let mut record = UsageRecord {
            key,
            uuid: None,
            time: rows.time(row)?,
            machine: *machine,
            strand: strand.clone(),
            tokens: TokenCounts::default(),
            web_searches: 0,
            is_complete: true,
            origin: Origin::Gist,
            legacy_until: None,
        };
        rows.fill(&mut record, row, strand_idx)?;
        records.push(Numbered { sequence: sequences[row], record });
    }
    rows.check_end()?;
    Ok(records)
}

fn keys(columns: &Columns) -> Result<Vec<RecordKey>, WireError> {
    let bytes = STANDARD_NO_PAD.decode(&columns.keys).map_err(|_| wrong("keys", "base64 without padding"))?;
    let (keys, rest) = bytes.as_chunks::<16>();
    if !rest.is_empty() || keys.len() as u64 != columns.count {
        return Err(wrong("keys", "16 bytes for each of `count` records"));
    }
    Ok(keys.iter().copied().map(RecordKey).collect())
}

fn check_lengths(columns: &Columns, n_records: usize) -> Result<(), WireError> {
    let lengths = [
        ("times", columns.times.len()),
        ("input", columns.input.len()),
        ("output", columns.output.len()),
        ("cache_write", columns.cache_write.len()),
        ("cache_read", columns.cache_read.len()),
    ];
    match lengths.iter().find(|(_, length)| *length != n_records) {
        None => Ok(()),
        Some((field, _)) => Err(wrong(field, "as long as there are records")),
    }
}

fn sequences(runs: &[i64], n_records: usize) -> Result<Vec<u64>, WireError> {
    let (pairs, rest) = runs.as_chunks::<2>();
    let mut sequences = Vec::with_capacity(n_records);
    let mut next = 0_i64;
    for [skipped, run_length] in pairs {
        let first = next.wrapping_add(*skipped);
        let is_room = (1..=(n_records - sequences.len()) as i64).contains(run_length);
        next = if is_room { first.wrapping_add(*run_length) } else { -1 };
        if !(0..=MOST as i64 + 1).contains(&first) || !(first..=MOST as i64 + 1).contains(&next) {
            break;
        }
        sequences.extend(first as u64..next as u64);
    }
    let is_whole = rest.is_empty() && sequences.len() == n_records;
    is_whole
        .then_some(sequences)
        .ok_or(wrong("sequence_runs", "pairs of skipped and following numbers, up to 2^53 - 1"))
}

/// Spreads out a list of values below `end` and of how often each follows itself.
fn spread(field: &'static str, runs: &[u64], end: u64, n_records: usize) -> Result<Vec<u32>, WireError> {
    let (pairs, rest) = runs.as_chunks::<2>();
    let mut values = Vec::with_capacity(n_records);
    for [value, run_length] in pairs {
        if *value >= end || *run_length > (n_records - values.len()) as u64 {
            break;
        }
        values.resize(values.len() + *run_length as usize, *value as u32);
    }
    let is_whole = rest.is_empty() && values.len() == n_records;
    is_whole.then_some(values).ok_or(wrong(field, "pairs of a value and its number of records"))
}

fn strands(columns: &Columns) -> Result<Vec<(Arc<Strand>, MachineId)>, WireError> {
    let mut shared = Strands::default();
    columns.strands.iter().map(|fields| strand(columns, fields, &mut shared)).collect()
}

fn strand(columns: &Columns, fields: &[u32], shared: &mut Strands) -> Result<(Arc<Strand>, MachineId), WireError> {
    let field = |field: StrandField| fields.get(field as usize).copied().unwrap_or_default() as usize;
    let mut text = |list: &[String], place| match field(place) {
        0 => Ok(Arc::default()),
        index => match list.get(index - 1) {
            Some(text) => Ok(shared.text(text)),
            None => Err(wrong("strands", "indexes into the dictionaries")),
        },
    };
    let strand = Strand {
        session: text(&columns.sessions, StrandField::Session)?,
        agent: text(&columns.agents, StrandField::Agent)?,
        version: text(&columns.versions, StrandField::Version)?,
        model: text(&columns.models, StrandField::Model)?,
        project: text(&columns.projects, StrandField::Project)?,
        branch: text(&columns.branches, StrandField::Branch)?,
        speed: text(&columns.speeds, StrandField::Speed)?,
        service_tier: text(&columns.service_tiers, StrandField::ServiceTier)?,
        inference_geo: text(&columns.inference_geos, StrandField::InferenceGeo)?,
        is_sidechain: field(StrandField::Sidechain) == 1,
    };
    let is_odd = fields.len() > STRAND_FIELDS || field(StrandField::Sidechain) > 1;
    match columns.machines.get(field(StrandField::Machine)) {
        Some(machine) if !is_odd => Ok((Arc::new(strand), *machine)),
        _ => Err(wrong("strands", "up to 11 numbers, with 0 or 1 for a sidechain and a known machine")),
    }
}

/// What reading row after row has to remember.
struct Rows<'a> {
    columns: &'a Columns,
    flags: Vec<u32>,
    expected_reads: Vec<i64>,
    last_time: i64,
    cache_writes_1h: std::slice::Iter<'a, u64>,
    web_searches: std::slice::Iter<'a, u64>,
    legacy_until: std::slice::Iter<'a, i64>,
}

impl<'a> Rows<'a> {
    fn new(columns: &'a Columns, flags: Vec<u32>, n_strands: usize) -> Self {
        Rows {
            columns,
            flags,
            expected_reads: vec![0; n_strands],
            last_time: 0,
            cache_writes_1h: columns.cache_write_1h.iter(),
            web_searches: columns.web_searches.iter(),
            legacy_until: columns.legacy_until.iter(),
        }
    }

    fn time(&mut self, row: usize) -> Result<Option<UtcMillis>, WireError> {
        let Some(since_last) = self.columns.times[row] else { return Ok(None) };
        self.last_time = self.last_time.wrapping_add(since_last);
        time::check("times", self.last_time).map(Some)
    }

    fn fill(&mut self, record: &mut UsageRecord, row: usize, strand_idx: usize) -> Result<(), WireError> {
        let flags = u64::from(self.flags[row]);
        record.is_complete = flags & Flag::INCOMPLETE == 0;
        record.tokens = self.tokens(row, strand_idx, flags)?;
        if flags & Flag::WEB_SEARCHES != 0 {
            record.web_searches = count("web_searches", self.web_searches.next())?;
        }
        if flags & Flag::LEGACY != 0 {
            let since_time = self.legacy_until.next().ok_or(wrong("legacy_until", "as long as `flag_runs` says"))?;
            let until = record.time.map_or(0, |time| time.0).wrapping_add(*since_time);
            record.legacy_until = Some(time::check("legacy_until", until)?);
        }
        Ok(())
    }

    fn tokens(&mut self, row: usize, strand_idx: usize, flags: u64) -> Result<TokenCounts, WireError> {
        let written = count("cache_write", self.columns.cache_write.get(row))?;
        let (cache_write_5m, cache_write_1h) = if flags & Flag::BOTH_WRITES != 0 {
            (written, count("cache_write_1h", self.cache_writes_1h.next())?)
        } else if flags & Flag::WRITES_1H != 0 {
            (0, written)
        } else {
            (written, 0)
        };
        let cache_read = self.expected_reads[strand_idx].wrapping_add(self.columns.cache_read[row]);
        let cache_read = count("cache_read", u64::try_from(cache_read).ok().as_ref())?;
        let tokens = TokenCounts {
            input: count("input", self.columns.input.get(row))?,
            output: count("output", self.columns.output.get(row))?,
            cache_write_5m,
            cache_write_1h,
            cache_read,
        };
        // Three numbers below 2^53 do not overflow.
        self.expected_reads[strand_idx] = (tokens.cache_read + tokens.cache_write()) as i64;
        Ok(tokens)
    }

    /// Refuses values that no record asked for: something is missing elsewhere.
    fn check_end(&self) -> Result<(), WireError> {
        let rest = [
            ("cache_write_1h", self.cache_writes_1h.len()),
            ("web_searches", self.web_searches.len()),
            ("legacy_until", self.legacy_until.len()),
        ];
        match rest.iter().find(|(_, n_left)| *n_left != 0) {
            None => Ok(()),
            Some((field, _)) => Err(wrong(field, "as long as `flag_runs` says")),
        }
    }
}

/// Takes a count, if there is one and a model can have made it.
fn count(field: &'static str, count: Option<&u64>) -> Result<u64, WireError> {
    let count = count.filter(|count| **count <= MOST);
    count.copied().ok_or(wrong(field, "whole numbers up to 2^53 - 1, as many as there are records"))
}
