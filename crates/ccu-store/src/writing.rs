//! The one door: a transaction that takes in records, reading offsets and problems, and keeps the roll-ups true to them.

use ccu_core::record::UsageRecord;

use crate::connection::Store;
use crate::error::StoreError;
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
}

/// An open transaction. Dropped without [`Writing::commit`], it leaves no trace.
pub struct Writing<'s> {
    pub(crate) store: &'s mut Store,
    next_sequence: i64,
    changes: RollupChanges,
    inserted: Inserted,
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
            inserted: Inserted::default(),
            is_open: true,
        };
        // Kept apart from the records, so that a number is never used twice, not even after its record is gone.
        writing.next_sequence = writing
            .store
            .connection
            .query_row("SELECT coalesce((SELECT value FROM meta WHERE name = 'next_sequence'), 1)", [], |row| {
                row.get(0)
            })
            .map_err(writing.store.wrap())?;
        Ok(writing)
    }
}

impl Writing<'_> {
    /// Takes in records from any source: each is new, improves what is stored, or says nothing new.
    ///
    /// An improved record gets a new sequence number, so that whoever reads "what is new since" meets it again.
    pub fn insert_batch(&mut self, records: &[UsageRecord]) -> Result<Inserted, StoreError> {
        let before = self.inserted;
        let Store { connection, dictionary, path, .. } = &mut *self.store;
        let wrap = |source| StoreError::sqlite(path, source);
        let mut inserter = Inserter::new(connection).map_err(wrap)?;
        for record in records {
            match inserter.insert(dictionary, record, self.next_sequence).map_err(wrap)? {
                Outcome::New(entry) => {
                    self.changes.add(&entry);
                    self.next_sequence += 1;
                    self.inserted.new += 1;
                }
                Outcome::Improved { before, after } => {
                    self.changes.replace(&before, &after);
                    self.next_sequence += 1;
                    self.inserted.improved += 1;
                }
                Outcome::Duplicate => self.inserted.duplicate += 1,
            }
        }
        let after = self.inserted;
        Ok(Inserted {
            new: after.new - before.new,
            improved: after.improved - before.improved,
            duplicate: after.duplicate - before.duplicate,
        })
    }

    /// Makes everything permanent: records, roll-ups, offsets and problems together.
    pub fn commit(mut self) -> Result<Inserted, StoreError> {
        self.store.apply(std::mem::take(&mut self.changes))?;
        self.store
            .connection
            .execute(
                "INSERT INTO meta VALUES ('next_sequence', ?1) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
                [self.next_sequence],
            )
            .and_then(|_| self.store.connection.execute_batch("COMMIT"))
            .map_err(self.store.wrap())?;
        self.is_open = false;
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
