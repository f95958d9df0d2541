//! How the database is: its size, its soundness, and whether the roll-ups say what the records say.

use ccu_core::time::UtcMillis;

use crate::connection::Store;
use crate::error::StoreError;

/// How the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What SQLite's quick check found wrong, and numbering that is; empty when sound.
    pub damages: Vec<String>,
    /// The number of records.
    pub n_records: u64,
    /// The number of transcripts read so far and still there.
    pub n_transcripts: u64,
    /// The earliest record.
    pub first: Option<UtcMillis>,
    /// The latest record.
    pub last: Option<UtcMillis>,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// Whether the roll-ups are what the records call for.
    pub are_rollups_true: bool,
}

/// What rebuilding the roll-ups did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuiltRollups {
    /// The number of days that have roll-ups now.
    pub n_days: usize,
    /// Whether they were other than before.
    pub were_wrong: bool,
}

impl Store {
    /// Looks the whole database over: some 1 s for a million records.
    pub fn health(&self) -> Result<Health, StoreError> {
        let _moment = self.snapshot()?;
        let mut damages: Vec<String> = self
            .connection
            .prepare("PRAGMA quick_check(20)")
            .and_then(|mut statement| {
                statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
            })
            .map_err(self.wrap())?;
        damages.retain(|line| line != "ok");
        damages.extend(self.wrong_numbering()?);
        damages.extend(self.keys_twice()?);
        let (n_records, first, last) = self
            .connection
            .query_row("SELECT count(*), min(time), max(time) FROM records", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?))
            })
            .map_err(self.wrap())?;
        let number = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(self.wrap());
        let n_transcripts = number("SELECT count(*) FROM transcripts")?;
        let bytes = number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?;
        Ok(Health {
            damages,
            n_records: n_records as u64,
            n_transcripts: n_transcripts as u64,
            first: first.map(UtcMillis),
            last: last.map(UtcMillis),
            bytes: bytes as u64,
            are_rollups_true: self.are_rollups_true()?,
        })
    }

    /// A next sequence number that a record has already: no record could come in any more, or others would miss it.
    fn wrong_numbering(&self) -> Result<Option<String>, StoreError> {
        let highest: i64 = self
            .connection
            .query_row("SELECT coalesce(max(sequence), 0) FROM records", [], |row| row.get(0))
            .map_err(self.wrap())?;
        let next = self.next_sequence()?;
        Ok((next <= highest).then(|| format!("the next record would get the number {next}, but {highest} is given")))
    }

    /// Records that stand twice. The writer sees to it that none does; the index holds too little of a key to refuse one.
    fn keys_twice(&self) -> Result<Option<String>, StoreError> {
        let n_twice: i64 = self
            .connection
            .query_row("SELECT count(*) - count(DISTINCT key) FROM records", [], |row| row.get(0))
            .map_err(self.wrap())?;
        Ok((n_twice > 0).then(|| format!("{n_twice} records stand twice")))
    }

    fn are_rollups_true(&self) -> Result<bool, StoreError> {
        let mut expected = self.rollups_from_records()?;
        let mut is_true = true;
        let read = self.usage_entries((None, None), &mut |entry| {
            let day = expected.entry(crate::rollups::day_number(entry.key.slot)).or_default();
            is_true &= day.remove(&entry.key) == Some(entry.sums);
        });
        match read {
            Ok(()) => Ok(is_true && expected.values().all(|day| day.is_empty())),
            Err(StoreError::Rollup { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Lets the file grow to so many pages of 4 KiB and no further: a full disk for tests.
    pub fn limit_pages(&self, n_pages: u32) -> Result<(), StoreError> {
        let pages =
            self.connection.pragma_update_and_check(None, "max_page_count", n_pages, |row| row.get::<_, i64>(0));
        pages.map(|_| ()).map_err(self.wrap())
    }

    /// Makes all roll-ups anew from the records.
    pub fn rebuild_rollups(&mut self) -> Result<RebuiltRollups, StoreError> {
        let writing = self.begin()?;
        let were_wrong = !writing.store.are_rollups_true()?;
        let days = writing.store.rollups_from_records()?;
        writing.store.replace_rollups(&days)?;
        writing.commit()?;
        Ok(RebuiltRollups { n_days: days.len(), were_wrong })
    }
}
