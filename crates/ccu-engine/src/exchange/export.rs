//! Exports: which records, and as JSON of the form that the earlier tool knows.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;

use ccu_core::ids::MachineId;
use ccu_core::money::NanoUsd;
use ccu_core::pricing::{PriceQuery, PriceTable};
use ccu_core::record::UsageRecord;
use ccu_core::time::UtcMillis;
use ccu_core::wire::{ExportHeading, ExportWriter, Statistics};
use ccu_store::{Store, StoreError};
use rustc_hash::FxHashSet;

use super::ExportError;

/// What an export looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    /// JSON of the earlier tool's form, which can be imported again.
    Json {
        /// The time now, which stands in the file.
        now: UtcMillis,
    },
    /// CSV, for spreadsheets.
    Csv,
}

/// What is wanted of an export.
#[derive(Debug, Clone, Copy)]
pub struct ExportRequest<'a> {
    /// What it looks like.
    pub form: ExportForm,
    /// Which records it holds.
    pub scope: ExportScope,
    /// The prices of today.
    pub prices: &'a PriceTable,
}

/// Which records an export holds; by default all that the database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportScope {
    /// Only those attributed to this machine.
    pub machine: Option<MachineId>,
    /// Only those of this time or later. Records without a time are left out then.
    pub since: Option<UtcMillis>,
}

impl ExportScope {
    fn holds(&self, record: &UsageRecord) -> bool {
        self.machine.is_none_or(|machine| record.machine == machine)
            && self.since.is_none_or(|since| record.time.is_some_and(|time| time >= since))
    }
}

/// What an export held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Its sums, as they stand at its end. The cost is that of models with a known price.
    pub statistics: Statistics,
    /// The times of its first and last record.
    pub range: Option<(UtcMillis, UtcMillis)>,
}

/// Where an export comes from.
#[derive(Clone, Copy)]
pub struct ExportSource<'a> {
    /// The database.
    pub store: &'a Store,
    /// This machine, which stands at the head of the file.
    pub machine: MachineId,
    /// Its name.
    pub machine_name: &'a str,
    /// The prices of today.
    pub prices: &'a PriceTable,
}

/// Writes the records as JSON, one after the other, so that memory does not grow with their number.
///
/// **Shape**: the fields of the earlier tool's exports (`machine_name`, `export_date`, `data_range`, `records`, `statistics`),
/// and an object `ccu` with the names of all machines (docs/formats/gist.md). Imported by [`super::import()`], every record is
/// what it was but for its origin.
///
/// **Errors**: those of the store and of writing.
pub fn export_json(
    source: &ExportSource<'_>,
    scope: ExportScope,
    now: UtcMillis,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    let mut tally = Tally::default();
    let mut machines = FxHashSet::default();
    // What stands before the records must be known before they are read; reading twice takes no memory.
    each(source.store, scope, &mut |record| {
        tally.extend_range(record);
        machines.insert(record.machine);
        Ok(())
    })?;
    let heading = ExportHeading {
        machine: source.machine,
        machine_name: source.machine_name.to_owned(),
        exported: now,
        range: tally.range,
        machine_names: machine_names(source.store, &machines)?,
    };
    let mut writer = ExportWriter::begin(out, heading)?;
    each(source.store, scope, &mut |record| {
        tally.add(record, source.prices);
        Ok(writer.record(record)?)
    })?;
    let exported = tally.finish();
    writer.end(&exported.statistics)?.flush()?;
    Ok(exported)
}

/// Gives the records of an export in the order in which they came into the database.
pub(super) fn each(
    store: &Store,
    scope: ExportScope,
    take: &mut dyn FnMut(&UsageRecord) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut failure = None;
    store.all_records(&mut |numbered| {
        if scope.holds(&numbered.record)
            && let Err(error) = take(&numbered.record)
        {
            failure = Some(error);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    failure.map_or(Ok(()), Err)
}

/// The names of these machines, as far as they have told them.
pub(super) fn machine_names(
    store: &Store,
    machines: &FxHashSet<MachineId>,
) -> Result<BTreeMap<MachineId, String>, StoreError> {
    let known = store.machines()?.into_iter().filter(|machine| machines.contains(&machine.id));
    Ok(known
        .filter(|machine| machine.name != machine.id.to_string())
        .map(|machine| (machine.id, machine.name))
        .collect())
}

/// What a record would cost; `None` where its model has no known price.
pub(super) fn cost(record: &UsageRecord, prices: &PriceTable) -> Option<NanoUsd> {
    let strand = &record.strand;
    let query = PriceQuery {
        speed: &strand.speed,
        service_tier: &strand.service_tier,
        inference_geo: &strand.inference_geo,
        class: record.prompt_class(),
        day: record.slot().map(|slot| slot.utc_day()),
    };
    Some(prices.rate(&strand.model, &query)?.cost(&record.tokens, record.web_searches))
}

/// The sums of an export.
#[derive(Default)]
pub(super) struct Tally {
    statistics: Statistics,
    sessions: FxHashSet<std::sync::Arc<str>>,
    range: Option<(UtcMillis, UtcMillis)>,
}

impl Tally {
    pub fn extend_range(&mut self, record: &UsageRecord) {
        if let Some(time) = record.time {
            let (first, last) = self.range.unwrap_or((time, time));
            self.range = Some((first.min(time), last.max(time)));
        }
    }

    pub fn add(&mut self, record: &UsageRecord, prices: &PriceTable) {
        let one = Statistics::of([record], cost(record, prices).unwrap_or_default());
        let sums = &mut self.statistics;
        sums.total_records += 1;
        sums.total_tokens = sums.total_tokens.saturating_add(one.total_tokens);
        sums.input_tokens = sums.input_tokens.saturating_add(one.input_tokens);
        sums.output_tokens = sums.output_tokens.saturating_add(one.output_tokens);
        sums.cache_creation_tokens = sums.cache_creation_tokens.saturating_add(one.cache_creation_tokens);
        sums.cache_read_tokens = sums.cache_read_tokens.saturating_add(one.cache_read_tokens);
        sums.total_cost += one.total_cost;
        if !self.sessions.contains(&record.strand.session) {
            self.sessions.insert(record.strand.session.clone());
        }
    }

    pub fn finish(mut self) -> Exported {
        self.statistics.total_sessions = self.sessions.len() as u64;
        Exported { statistics: self.statistics, range: self.range }
    }
}
