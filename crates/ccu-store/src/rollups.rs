//! Roll-ups kept in step with the records: changes gathered while records come in, applied once at the end.

use std::collections::BTreeMap;

use ccu_core::record::PromptClass;
use ccu_core::rollup::{ContextNumber, DamagedRollup, EntryKey, SessionNumber, UsageEntry, UsageSums, pack, unpack};
use ccu_core::time::{SLOT_MS, Slot, UtcMillis};
use rusqlite::OptionalExtension;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::connection::Store;
use crate::error::StoreError;
use crate::records;

/// The day number that undated entries are stored under.
pub(crate) const UNDATED: i64 = i32::MIN as i64;

/// What records that came and went did to the entries.
#[derive(Default)]
pub(crate) struct RollupChanges {
    changes: FxHashMap<EntryKey, Change>,
}

#[derive(Default)]
struct Change {
    added: UsageSums,
    removed: UsageSums,
    /// Whether a record moved to another entry; its time may have been the entry's first or last.
    has_lost_a_record: bool,
}

/// More changes than this are not gathered: a million records in one transaction would keep some 60 MB of them.
const MOST_CHANGES: usize = 16_384;

impl RollupChanges {
    /// Whether they should be applied before more come.
    pub fn are_many(&self) -> bool {
        self.changes.len() > MOST_CHANGES
    }

    pub fn add(&mut self, entry: &UsageEntry) {
        let change = self.changes.entry(entry.key).or_default();
        change.added = change.added.plus(&entry.sums);
    }

    pub fn remove(&mut self, entry: &UsageEntry) {
        let change = self.changes.entry(entry.key).or_default();
        change.removed = change.removed.plus(&entry.sums);
        change.has_lost_a_record = true;
    }

    pub fn replace(&mut self, before: &UsageEntry, after: &UsageEntry) {
        let has_moved = before.key != after.key || before.sums.first != after.sums.first;
        let change = self.changes.entry(before.key).or_default();
        change.removed = change.removed.plus(&before.sums);
        change.has_lost_a_record |= has_moved;
        self.add(after);
    }

    fn by_day(self) -> BTreeMap<i64, Vec<(EntryKey, Change)>> {
        let mut days: BTreeMap<i64, Vec<(EntryKey, Change)>> = BTreeMap::new();
        for (key, change) in self.changes {
            days.entry(day_number(key.slot)).or_default().push((key, change));
        }
        days
    }
}

pub(crate) fn day_number(slot: Option<Slot>) -> i64 {
    slot.map_or(UNDATED, |slot| i64::from(slot.utc_day()))
}

fn utc_day(day_number: i64) -> Option<i32> {
    (day_number != UNDATED).then_some(day_number as i32)
}

impl Store {
    /// Brings the stored roll-ups up to date. Part of the transaction that changed the records.
    pub(crate) fn apply(&mut self, changes: RollupChanges) -> Result<(), StoreError> {
        let days = changes.by_day();
        let unsure: FxHashSet<EntryKey> = days
            .values()
            .flatten()
            .filter(|(key, change)| change.has_lost_a_record && key.slot.is_some())
            .map(|(key, _)| *key)
            .collect();
        let bounds = self.bounds(&unsure)?;
        for (day, changes) in days {
            let mut entries = self.day_entries(day)?;
            for (key, change) in changes {
                let sums = entries.get(&key).copied().unwrap_or_default();
                let mut sums = sums.plus(&change.added).minus(&change.removed);
                if let Some((first, last)) = bounds.get(&key) {
                    (sums.first, sums.last) = (Some(*first), Some(*last));
                }
                match sums.responses {
                    0 => entries.remove(&key),
                    _ => entries.insert(key, sums),
                };
            }
            self.store_day(day, &entries)?;
        }
        Ok(())
    }

    fn day_entries(&self, day: i64) -> Result<BTreeMap<EntryKey, UsageSums>, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT entries FROM rollups WHERE day = ?1")
            .and_then(|mut statement| statement.query_row([day], |row| row.get(0)).optional())
            .map_err(self.wrap())?;
        let mut entries = BTreeMap::new();
        if let Some(packed) = packed {
            self.unpack_day(day, &packed, &mut |entry| {
                entries.insert(entry.key, entry.sums);
            })?;
        }
        Ok(entries)
    }

    fn store_day(&self, day: i64, entries: &BTreeMap<EntryKey, UsageSums>) -> Result<(), StoreError> {
        let entries: Vec<UsageEntry> =
            entries.iter().map(|(key, sums)| UsageEntry { key: *key, sums: *sums }).collect();
        let statement = match entries.is_empty() {
            true => self.connection.execute("DELETE FROM rollups WHERE day = ?1", [day]),
            false => self
                .connection
                .prepare_cached(
                    "INSERT INTO rollups VALUES (?1, ?2) ON CONFLICT DO UPDATE SET entries = excluded.entries",
                )
                .and_then(|mut statement| statement.execute((day, pack(utc_day(day), &entries)))),
        };
        statement.map(|_| ()).map_err(self.wrap())
    }

    pub(crate) fn unpack_day(
        &self,
        day: i64,
        packed: &[u8],
        each: &mut dyn FnMut(UsageEntry),
    ) -> Result<(), StoreError> {
        unpack(utc_day(day), packed, each)
            .map_err(|source: DamagedRollup| StoreError::Rollup { path: self.path.clone(), source })
    }

    /// The first and last time of the records in these entries, read from the records: no entry can tell them once a
    /// record has left it. Rare (a copy of a response moved it to an earlier time or another session), so one pass over
    /// the table is cheaper than an index on every record.
    fn bounds(&self, unsure: &FxHashSet<EntryKey>) -> Result<FxHashMap<EntryKey, (UtcMillis, UtcMillis)>, StoreError> {
        let mut bounds = FxHashMap::default();
        let slots: FxHashSet<Slot> = unsure.iter().filter_map(|key| key.slot).collect();
        let (Some(first), Some(last)) = (slots.iter().min(), slots.iter().max()) else {
            return Ok(bounds);
        };
        let range = (first.start().0, last.start().0 + SLOT_MS);
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(
                "SELECT time, strand, input + cache_write_5m + cache_write_1h + cache_read FROM records WHERE time >= ?1 AND time < ?2",
            )?;
            let mut strand = self.connection.prepare_cached("SELECT session, context FROM strands WHERE id = ?1")?;
            let mut rows = statement.query(range)?;
            while let Some(row) = rows.next()? {
                let time = UtcMillis(row.get(0)?);
                if !slots.contains(&time.slot()) {
                    continue;
                }
                let numbers = strand.query_row([row.get::<_, i64>(1)?], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let key = EntryKey {
                    slot: Some(time.slot()),
                    session: SessionNumber(numbers.0),
                    context: ContextNumber(numbers.1),
                    class: PromptClass::of(row.get::<_, i64>(2)? as u64),
                };
                if unsure.contains(&key) {
                    let (first, last) = bounds.entry(key).or_insert((time, time));
                    (*first, *last) = ((*first).min(time), (*last).max(time));
                }
            }
            Ok(())
        };
        read().map_err(self.wrap())?;
        Ok(bounds)
    }

    /// The roll-ups that the records call for, made from nothing else.
    pub(crate) fn rollups_from_records(&self) -> Result<BTreeMap<i64, BTreeMap<EntryKey, UsageSums>>, StoreError> {
        let mut days: BTreeMap<i64, BTreeMap<EntryKey, UsageSums>> = BTreeMap::new();
        records::each_entry(&self.connection, |entry| {
            let sums = days.entry(day_number(entry.key.slot)).or_default().entry(entry.key).or_default();
            *sums = sums.plus(&entry.sums);
        })
        .map_err(self.wrap())?;
        Ok(days)
    }

    pub(crate) fn replace_rollups(
        &self,
        days: &BTreeMap<i64, BTreeMap<EntryKey, UsageSums>>,
    ) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM rollups", []).map_err(self.wrap())?;
        days.iter().try_for_each(|(day, entries)| self.store_day(*day, entries))
    }
}
