//! The one door: a transaction that takes in records, reading offsets and problems, and keeps the roll-ups true to them.

use ccu_core::record::UsageRecord;

use crate::connection::Store;
use crate::error::StoreError;
use crate::legacy::{LegacyRecords, LegacyState, Turnover};
use crate::records::{Inserter, Outcome};
use crate::rollups::RollupChanges;

/// What became of the records that were offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inserted {
    /// Records of responses that were unknown.
    pub new: u64,
    /// Stored records that a better copy changed.
    pub improved: u64,
    /// Copies that said nothing new.
    pub duplicate: u64,
    /// Legacy records that ceased to count, because the response itself came or others of them are of the same response.
    pub replaced: u64,
}

impl Inserted {
    /// Both together.
    pub fn plus(&self, other: &Inserted) -> Inserted {
        Inserted {
            new: self.new + other.new,
            improved: self.improved + other.improved,
            duplicate: self.duplicate + other.duplicate,
            replaced: self.replaced + other.replaced,
        }
    }

    /// Counts what a legacy record came to.
    fn count_legacy(&mut self, turnover: Turnover) {
        if turnover.come == 0 {
            self.duplicate += 1;
        } else if turnover.come <= turnover.gone {
            self.improved += 1;
        }
        self.count_turnover(turnover);
    }

    /// The number of records is always those that were new less those that were replaced.
    fn count_turnover(&mut self, turnover: Turnover) {
        self.new += turnover.come.saturating_sub(turnover.gone);
        self.replaced += turnover.gone.saturating_sub(turnover.come);
    }
}

/// What works on legacy records: parts of the transaction that the inserter leaves free.
macro_rules! legacy_records {
    ($writing:ident, $inserter:ident, $dictionary:ident) => {
        LegacyRecords {
            inserter: &mut $inserter,
            dictionary: $dictionary,
            state: &mut $writing.legacy,
            changes: &mut $writing.changes,
            next_sequence: &mut $writing.next_sequence,
        }
    };
}

/// An open transaction. Dropped without [`Writing::commit`], it leaves no trace.
pub struct Writing<'s> {
    pub(crate) store: &'s mut Store,
    pub(crate) next_sequence: i64,
    changes: RollupChanges,
    legacy: LegacyState,
    inserted: Inserted,
    /// The statement that makes the index of the keys, while there is none.
    key_index: Option<String>,
    is_open: bool,
}

impl Store {
    /// Begins to write. Waits up to ten seconds for another writer.
    pub fn begin(&mut self) -> Result<Writing<'_>, StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(self.wrap())?;
        let mut writing = Writing {
            store: self,
            next_sequence: 1,
            changes: RollupChanges::default(),
            legacy: LegacyState::default(),
            inserted: Inserted::default(),
            key_index: None,
            is_open: true,
        };
        // Kept apart from the records, so that a number is never used twice, not even after its record is gone.
        writing.next_sequence = writing.store.next_sequence()?;
        writing.legacy = LegacyState::new(&writing.store.connection).map_err(writing.store.wrap())?;
        writing.store.known_keys.begin(writing.next_sequence);
        Ok(writing)
    }

    /// Begins to take in many records, and to do nothing else with them. A database that never had one does without its index
    /// of keys until the transaction ends: made at once, it takes some 0.4 us less a record. What stands for it takes some 50
    /// bytes of memory a record, so end it in time.
    pub fn begin_filling(&mut self) -> Result<Writing<'_>, StoreError> {
        let mut writing = self.begin()?;
        if writing.next_sequence == 1 {
            let key_index = writing.drop_key_index().map_err(writing.store.wrap())?;
            writing.key_index = Some(key_index);
            writing.store.known_keys.fill();
        }
        Ok(writing)
    }

    /// The sequence number that the next record gets.
    pub(crate) fn next_sequence(&self) -> Result<i64, StoreError> {
        self.connection
            .prepare_cached("SELECT coalesce((SELECT value FROM meta WHERE name = 'next_sequence'), 1)")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(self.wrap())
    }
}

impl Writing<'_> {
    /// The store as this transaction has it so far; only the roll-ups stay as they were until [`Writing::commit`].
    pub fn store(&self) -> &Store {
        self.store
    }

    /// Takes in records from any source: each is new, improves what is stored, or says nothing new.
    ///
    /// An improved record gets a new sequence number, so that whoever reads "what is new since" meets it again.
    pub fn insert_batch(&mut self, records: &[UsageRecord]) -> Result<Inserted, StoreError> {
        let before = self.inserted;
        let Store { connection, dictionary, known_keys, path, .. } = &mut *self.store;
        let wrap = |source| StoreError::sqlite(path, source);
        let mut inserter = Inserter::new(connection, known_keys).map_err(wrap)?;
        for record in records {
            if record.legacy_until.is_some() {
                let turnover = legacy_records!(self, inserter, dictionary).insert(record).map_err(wrap)?;
                self.inserted.count_legacy(turnover);
                continue;
            }
            let change = match inserter.insert(dictionary, record, self.next_sequence).map_err(wrap)? {
                Outcome::New(entry) => {
                    self.changes.add(&entry);
                    self.inserted.new += 1;
                    None
                }
                Outcome::Improved { before, after, records } => {
                    self.changes.replace(&before, &after);
                    self.inserted.improved += 1;
                    Some(records)
                }
                Outcome::Duplicate => {
                    self.inserted.duplicate += 1;
                    continue;
                }
            };
            self.next_sequence += 1;
            if self.legacy.is_watching() {
                let (before, after) = match change.as_deref() {
                    Some([before, after]) => (Some(before), after),
                    None => (None, record),
                };
                let mut legacy = legacy_records!(self, inserter, dictionary);
                let turnover = legacy.transcript_changed(before, after).map_err(wrap)?;
                self.inserted.count_turnover(turnover);
            }
        }
        drop(inserter);
        self.keep_next_sequence()?;
        if self.changes.are_many() {
            self.store.apply(std::mem::take(&mut self.changes))?;
        }
        let after = self.inserted;
        Ok(Inserted {
            new: after.new - before.new,
            improved: after.improved - before.improved,
            duplicate: after.duplicate - before.duplicate,
            replaced: after.replaced - before.replaced,
        })
    }

    /// Drops the index of the keys and gives the statement that makes it again. Other processes see neither.
    fn drop_key_index(&self) -> rusqlite::Result<String> {
        let connection = &self.store.connection;
        let sql = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = 'record_heads'";
        let key_index = connection.query_row(sql, [], |row| row.get(0))?;
        connection.execute_batch("DROP INDEX record_heads")?;
        Ok(key_index)
    }

    /// Writes the sequence number that the next record gets, so that [`Writing::store`] knows it too.
    pub(crate) fn keep_next_sequence(&self) -> Result<(), StoreError> {
        self.store
            .connection
            .prepare_cached(
                "INSERT INTO meta VALUES ('next_sequence', ?1) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            )
            .and_then(|mut statement| statement.execute([self.next_sequence]))
            .map(|_| ())
            .map_err(self.store.wrap())
    }

    /// Makes everything permanent: records, roll-ups, offsets and problems together.
    pub fn commit(mut self) -> Result<Inserted, StoreError> {
        if let Some(key_index) = &self.key_index {
            self.store.connection.execute_batch(key_index).map_err(self.store.wrap())?;
        }
        self.store.apply(std::mem::take(&mut self.changes))?;
        self.keep_next_sequence()?;
        self.store.connection.execute_batch("COMMIT").map_err(self.store.wrap())?;
        self.is_open = false;
        self.store.known_keys.commit(self.next_sequence);
        Ok(self.inserted)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // A failed COMMIT may have rolled back already; then there is nothing left to undo.
            let _ = self.store.connection.execute_batch("ROLLBACK");
            self.store.dictionary.forget();
        }
    }
}
