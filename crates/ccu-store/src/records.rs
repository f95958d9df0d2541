//! Records in the table `records`: inserted, met again, improved.

use ccu_core::dedupe::merge;
use ccu_core::ids::CompactId;
use ccu_core::record::{Origin, PromptClass, TokenCounts, UsageRecord};
use ccu_core::rollup::{ContextNumber, EntryKey, SessionNumber, UsageEntry, UsageSums};
use ccu_core::time::UtcMillis;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Result, Row};

use crate::dictionary::{Dictionary, IdRef, IdValue, StrandNumbers};

/// What an insert did, with the roll-up entries that go and come.
pub(crate) enum Outcome {
    New(UsageEntry),
    Improved { before: UsageEntry, after: UsageEntry },
    Duplicate,
}

/// Inserts records, with its statements at hand: looking one up for each record costs as much as a third of the insert.
pub(crate) struct Inserter<'c> {
    connection: &'c Connection,
    insert: CachedStatement<'c>,
}

impl<'c> Inserter<'c> {
    pub fn new(connection: &'c Connection) -> Result<Self> {
        let sql = "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (key) DO NOTHING";
        Ok(Inserter { connection, insert: connection.prepare_cached(sql)? })
    }

    /// Inserts `record` under `sequence`, or joins it with the stored copy of the same response.
    pub fn insert(&mut self, dictionary: &mut Dictionary, record: &UsageRecord, sequence: i64) -> Result<Outcome> {
        let numbers = dictionary.strand(self.connection, record)?;
        if self.insert_new(record, numbers, sequence)? {
            return Ok(Outcome::New(entry(record, numbers)));
        }
        let Some(stored) = StoredRow::load(self.connection, record)? else {
            return Ok(Outcome::Duplicate);
        };
        if stored.says_the_same(record, numbers) {
            return Ok(Outcome::Duplicate);
        }
        let (before, numbers_before) = stored.record(self.connection, dictionary, record)?;
        let mut after = before.clone();
        if !merge(&mut after, record.clone()) {
            return Ok(Outcome::Duplicate);
        }
        let numbers_after = dictionary.strand(self.connection, &after)?;
        self.connection.prepare_cached("DELETE FROM records WHERE sequence = ?1")?.execute([stored.sequence])?;
        self.insert_new(&after, numbers_after, sequence)?;
        Ok(Outcome::Improved { before: entry(&before, numbers_before), after: entry(&after, numbers_after) })
    }

    fn insert_new(&mut self, record: &UsageRecord, numbers: StrandNumbers, sequence: i64) -> Result<bool> {
        let tokens = &record.tokens;
        let changed = self.insert.execute((
            sequence,
            &record.key.0[..],
            record.uuid.as_ref().map(IdRef),
            numbers.strand,
            record.time.map(|time| time.0),
            tokens.input as i64,
            tokens.output as i64,
            tokens.cache_write_5m as i64,
            tokens.cache_write_1h as i64,
            tokens.cache_read as i64,
            record.web_searches as i64,
            flags(record),
        ))?;
        Ok(changed == 1)
    }
}

/// The roll-up entry that a record is part of, holding this record alone.
pub(crate) fn entry(record: &UsageRecord, numbers: StrandNumbers) -> UsageEntry {
    let key = EntryKey {
        slot: record.slot(),
        session: numbers.session,
        context: numbers.context,
        class: record.prompt_class(),
    };
    UsageEntry { key, sums: UsageSums::of(record) }
}

const COMPLETE: i64 = 1;
const PULLED: i64 = 2;
const IMPORTED: i64 = 4;
const RESTORED: i64 = 8;

fn flags(record: &UsageRecord) -> i64 {
    let origin = match record.origin {
        Origin::Transcript => 0,
        Origin::Restored => RESTORED,
        Origin::Gist => PULLED,
        Origin::Import => IMPORTED,
    };
    origin | if record.is_complete { COMPLETE } else { 0 }
}

/// A row of `records` as it is stored: numbers for texts.
struct StoredRow {
    sequence: i64,
    uuid: Option<CompactId>,
    strand: i64,
    time: Option<UtcMillis>,
    tokens: TokenCounts,
    web_searches: u64,
    flags: i64,
}

impl StoredRow {
    /// Loads the stored copy of `record`.
    fn load(connection: &Connection, record: &UsageRecord) -> Result<Option<StoredRow>> {
        let mut statement = connection.prepare_cached(
            "SELECT sequence, uuid, strand, time, input, output, cache_write_5m, cache_write_1h, cache_read, web_searches, flags \
             FROM records WHERE key = ?1",
        )?;
        statement.query_row([&record.key.0[..]], StoredRow::read).optional()
    }

    fn read(row: &Row<'_>) -> Result<StoredRow> {
        let count = |column| row.get(column).map(|count: i64| count as u64);
        Ok(StoredRow {
            sequence: row.get(0)?,
            uuid: row.get::<_, Option<IdValue>>(1)?.map(|id| id.0),
            strand: row.get(2)?,
            time: row.get::<_, Option<i64>>(3)?.map(UtcMillis),
            tokens: TokenCounts {
                input: count(4)?,
                output: count(5)?,
                cache_write_5m: count(6)?,
                cache_write_1h: count(7)?,
                cache_read: count(8)?,
            },
            web_searches: count(9)?,
            flags: row.get(10)?,
        })
    }

    /// Whether `record` is this row to the letter: the usual case when a file is read again.
    fn says_the_same(&self, record: &UsageRecord, numbers: StrandNumbers) -> bool {
        self.strand == numbers.strand
            && self.flags == flags(record)
            && self.time == record.time
            && self.uuid == record.uuid
            && self.tokens == record.tokens
            && self.web_searches == record.web_searches
    }

    /// The stored record in full. `like` is any copy of it; only its key is used.
    fn record(
        &self,
        connection: &Connection,
        dictionary: &mut Dictionary,
        like: &UsageRecord,
    ) -> Result<(UsageRecord, StrandNumbers)> {
        let ((machine, strand), numbers) = dictionary.strand_by_number(connection, self.strand)?;
        let record = UsageRecord {
            key: like.key,
            uuid: self.uuid.clone(),
            time: self.time,
            machine,
            strand,
            tokens: self.tokens,
            web_searches: self.web_searches,
            is_complete: self.flags & COMPLETE != 0,
            legacy_until: None,
            origin: match self.flags & (PULLED | IMPORTED | RESTORED) {
                0 => Origin::Transcript,
                RESTORED => Origin::Restored,
                PULLED => Origin::Gist,
                _ => Origin::Import,
            },
        };
        Ok((record, numbers))
    }
}

/// The roll-up entry of every record, in the order of arrival: what the roll-ups must say.
pub(crate) fn each_entry(connection: &Connection, mut each: impl FnMut(UsageEntry)) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT time, session, context, flags, input, output, cache_write_5m, cache_write_1h, cache_read, web_searches \
         FROM records JOIN strands ON strands.id = strand ORDER BY sequence",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = |column| row.get(column).map(|count: i64| count as u64);
        let time = row.get::<_, Option<i64>>(0)?.map(UtcMillis);
        let tokens = TokenCounts {
            input: count(4)?,
            output: count(5)?,
            cache_write_5m: count(6)?,
            cache_write_1h: count(7)?,
            cache_read: count(8)?,
        };
        let key = EntryKey {
            slot: time.map(UtcMillis::slot),
            session: SessionNumber(row.get(1)?),
            context: ContextNumber(row.get(2)?),
            class: PromptClass::of(tokens.prompt()),
        };
        let partial = u64::from(row.get::<_, i64>(3)? & COMPLETE == 0);
        let sums =
            UsageSums { responses: 1, partial, legacy: 0, tokens, web_searches: count(9)?, first: time, last: time };
        each(UsageEntry { key, sums });
    }
    Ok(())
}
