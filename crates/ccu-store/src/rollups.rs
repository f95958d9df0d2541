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
    changes: Vec<(EntryKey, Change)>,
    /// The place of each entry in the list. A map of the changes themselves would take twice the memory.
    places: FxHashMap<EntryKey, u32>,
}

#[derive(Default)]
struct Change {
    added: UsageSums,
    removed: Option<Box<Removed>>,
}

/// Rare, and nearly as large as what was added.
#[derive(Default)]
struct Removed {
    sums: UsageSums,
    /// Whether a record moved to another entry; its time may have been the entry's first or last.
    has_lost_a_record: bool,
}

/// More changes than this are not gathered: a million records in one transaction would keep some 25 MB of them.
const MOST_CHANGES: usize = 16_384;

impl RollupChanges {
    /// Whether they should be applied before more come.
    pub fn are_many(&self) -> bool {
        self.changes.len() > MOST_CHANGES
    }

    pub fn add(&mut self, entry: &UsageEntry) {
        let change = self.change(entry.key);
        change.added = change.added.plus(&entry.sums);
    }

    pub fn remove(&mut self, entry: &UsageEntry) {
        self.change(entry.key).remove(&entry.sums, true);
    }

    pub fn replace(&mut self, before: &UsageEntry, after: &UsageEntry) {
        let has_moved = before.key != after.key || before.sums.first != after.sums.first;
        self.change(before.key).remove(&before.sums, has_moved);
        self.add(after);
    }

    fn change(&mut self, key: EntryKey) -> &mut Change {
        let RollupChanges { changes, places } = self;
        let place = *places.entry(key).or_insert_with(|| {
            changes.push((key, Change::default()));
            changes.len() as u32 - 1
        });
        &mut changes[place as usize].1
    }

    /// The changes by day, and by entry in each day.
    fn sorted(self) -> Vec<(EntryKey, Change)> {
        let RollupChanges { mut changes, places } = self;
        drop(places);
        changes.sort_unstable_by_key(|(key, _)| (day_number(key.slot), *key));
        changes
    }
}

impl Change {
    fn remove(&mut self, sums: &UsageSums, has_moved: bool) {
        let removed = self.removed.get_or_insert_default();
        removed.sums = removed.sums.plus(sums);
        removed.has_lost_a_record |= has_moved;
    }

    fn has_lost_a_record(&self) -> bool {
        self.removed.as_ref().is_some_and(|removed| removed.has_lost_a_record)
    }

    /// What it makes of an entry's sums.
    fn applied_to(&self, sums: UsageSums) -> UsageSums {
        let sums = sums.plus(&self.added);
        self.removed.as_ref().map_or(sums, |removed| sums.minus(&removed.sums))
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
        let changes = changes.sorted();
        let unsure: FxHashSet<EntryKey> = changes
            .iter()
            .filter(|(key, change)| change.has_lost_a_record() && key.slot.is_some())
            .map(|(key, _)| *key)
            .collect();
        let bounds = self.bounds(&unsure)?;
        for changes in changes.chunk_by(|(a, _), (b, _)| day_number(a.slot) == day_number(b.slot)) {
            let day = day_number(changes[0].0.slot);
            self.store_day(day, &changed(self.day_entries(day)?, changes, &bounds))?;
        }
        Ok(())
    }

    /// The entries of a day, in the order of their keys.
    fn day_entries(&self, day: i64) -> Result<Vec<UsageEntry>, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT entries FROM rollups WHERE day = ?1")
            .and_then(|mut statement| statement.query_row([day], |row| row.get(0)).optional())
            .map_err(self.wrap())?;
        let mut entries = Vec::new();
        if let Some(packed) = packed {
            self.unpack_day(day, &packed, &mut |entry| entries.push(entry))?;
        }
        // They are stored so; sorting what is sorted takes one look.
        entries.sort_unstable_by_key(|entry| entry.key);
        Ok(entries)
    }

    fn store_day(&self, day: i64, entries: &[UsageEntry]) -> Result<(), StoreError> {
        let statement = match entries.is_empty() {
            true => self.connection.execute("DELETE FROM rollups WHERE day = ?1", [day]),
            false => self
                .connection
                .prepare_cached(
                    "INSERT INTO rollups VALUES (?1, ?2) ON CONFLICT DO UPDATE SET entries = excluded.entries",
                )
                .and_then(|mut statement| statement.execute((day, pack(utc_day(day), entries)))),
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
        days.iter().try_for_each(|(day, entries)| {
            let entries: Vec<UsageEntry> =
                entries.iter().map(|(key, sums)| UsageEntry { key: *key, sums: *sums }).collect();
            self.store_day(*day, &entries)
        })
    }
}

/// The entries of one day as the changes leave them; both come and go in the order of their keys.
fn changed(
    entries: Vec<UsageEntry>,
    changes: &[(EntryKey, Change)],
    bounds: &FxHashMap<EntryKey, (UtcMillis, UtcMillis)>,
) -> Vec<UsageEntry> {
    let mut result = Vec::with_capacity(entries.len() + changes.len());
    let mut entries = entries.into_iter().peekable();
    for (key, change) in changes {
        result.extend(std::iter::from_fn(|| entries.next_if(|entry| entry.key < *key)));
        let before = entries.next_if(|entry| entry.key == *key).map_or_else(UsageSums::default, |entry| entry.sums);
        let mut sums = change.applied_to(before);
        if let Some((first, last)) = bounds.get(key) {
            (sums.first, sums.last) = (Some(*first), Some(*last));
        }
        if sums.responses > 0 {
            result.push(UsageEntry { key: *key, sums });
        }
    }
    result.extend(entries);
    result
}
