//! Records in the table `records`: inserted, met again, improved.

use ccu_core::dedupe::merge;
use ccu_core::ids::{CompactId, RecordKey};
use ccu_core::record::{Origin, PromptClass, TokenCounts, UsageRecord};
use ccu_core::rollup::{ContextNumber, EntryKey, SessionNumber, UsageEntry, UsageSums};
use ccu_core::time::UtcMillis;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Result, Row};

use crate::dictionary::{Dictionary, IdRef, IdValue, StrandNumbers};
use crate::known_keys::{Known, KnownKeys};

/// What an insert did, with the roll-up entries that go and come.
pub(crate) enum Outcome {
    New(UsageEntry),
    /// The entries and the records before and after; the records behind a pointer, because they are seldom asked for.
    Improved {
        before: UsageEntry,
        after: UsageEntry,
        records: Box<[UsageRecord; 2]>,
    },
    Duplicate,
}

/// Inserts records, with its statements at hand: looking one up for each record costs as much as a third of the insert.
pub(crate) struct Inserter<'c> {
    pub connection: &'c Connection,
    known_keys: &'c mut KnownKeys,
    insert: CachedStatement<'c>,
}

impl<'c> Inserter<'c> {
    pub fn new(connection: &'c Connection, known_keys: &'c mut KnownKeys) -> Result<Self> {
        let sql = "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        Ok(Inserter { connection, known_keys, insert: connection.prepare_cached(sql)? })
    }

    /// Inserts `record` under `sequence`, or joins it with the stored copy of the same response.
    pub fn insert(&mut self, dictionary: &mut Dictionary, record: &UsageRecord, sequence: i64) -> Result<Outcome> {
        let numbers = dictionary.strand(self.connection, record)?;
        let Some(stored) = self.stored(record.key)? else {
            self.insert_new(record, numbers, sequence)?;
            return Ok(Outcome::New(entry(record, numbers)));
        };
        if stored.says_the_same(record, numbers) {
            return Ok(Outcome::Duplicate);
        }
        let (before, numbers_before) = stored.record(self.connection, dictionary)?;
        let mut after = before.clone();
        if !merge(&mut after, record.clone()) {
            return Ok(Outcome::Duplicate);
        }
        let numbers_after = dictionary.strand(self.connection, &after)?;
        self.connection.prepare_cached("DELETE FROM records WHERE sequence = ?1")?.execute([stored.sequence])?;
        self.insert_new(&after, numbers_after, sequence)?;
        Ok(Outcome::Improved {
            before: entry(&before, numbers_before),
            after: entry(&after, numbers_after),
            records: Box::new([before, after]),
        })
    }

    /// Inserts a record unless its key is known, and says whether it did.
    pub fn insert_unless_known(&mut self, record: &UsageRecord, numbers: StrandNumbers, sequence: i64) -> Result<bool> {
        if self.stored(record.key)?.is_some() {
            return Ok(false);
        }
        self.insert_new(record, numbers, sequence)?;
        Ok(true)
    }

    /// The stored copy of the record with this key.
    fn stored(&self, key: RecordKey) -> Result<Option<StoredRow>> {
        match self.known_keys.look_up(key) {
            Known::No => Ok(None),
            Known::Perhaps => StoredRow::load(self.connection, key),
            Known::Under(sequence) => StoredRow::load_under(self.connection, sequence),
        }
    }

    fn insert_new(&mut self, record: &UsageRecord, numbers: StrandNumbers, sequence: i64) -> Result<()> {
        let tokens = &record.tokens;
        self.insert.execute((
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
            flags(record),
            record.legacy_until.map(|until| until.0),
        ))?;
        self.known_keys.took(record.key, sequence);
        Ok(())
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
/// The bits above are the number of web searches, mostly 0: a column of its own takes a byte to say so. No count that comes in
/// is above 2^53 - 1 (ccu-core, transcript and wire), so all of it has room.
const FLAG_BITS: u32 = 4;

pub(crate) fn flags(record: &UsageRecord) -> i64 {
    let origin = match record.origin {
        Origin::Transcript => 0,
        Origin::Restored => RESTORED,
        Origin::Gist => PULLED,
        Origin::Import => IMPORTED,
    };
    let complete = if record.is_complete { COMPLETE } else { 0 };
    origin | complete | (record.web_searches << FLAG_BITS) as i64
}

/// The statement that gives what [`StoredRow::read`] reads, of the records that the clause in its argument selects.
macro_rules! select_records {
    ($clause:literal) => {
        concat!(
            "SELECT sequence, key, uuid, strand, time, ",
            "input, output, cache_write_5m, cache_write_1h, cache_read, flags, legacy_until FROM records ",
            $clause
        )
    };
}
pub(crate) use select_records;

/// The strand and the time of a row of [`select_records`], read without the rest of it.
pub(crate) fn strand_and_time(row: &Row<'_>) -> Result<(i64, Option<UtcMillis>)> {
    Ok((row.get(3)?, row.get::<_, Option<i64>>(4)?.map(UtcMillis)))
}

/// A row of `records` as it is stored: numbers for texts.
pub(crate) struct StoredRow {
    pub sequence: i64,
    key: RecordKey,
    uuid: Option<CompactId>,
    strand: i64,
    time: Option<UtcMillis>,
    tokens: TokenCounts,
    flags: i64,
    legacy_until: Option<UtcMillis>,
}

impl StoredRow {
    /// Loads the stored copy of the record with this key. The index holds the beginnings of keys.
    pub fn load(connection: &Connection, key: RecordKey) -> Result<Option<StoredRow>> {
        let sql = select_records!("WHERE substr(key, 1, 3) = substr(?1, 1, 3) AND key = ?1");
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_row([&key.0[..]], StoredRow::read).optional()
    }

    /// Loads the record with this sequence number.
    fn load_under(connection: &Connection, sequence: i64) -> Result<Option<StoredRow>> {
        connection
            .prepare_cached(select_records!("WHERE sequence = ?1"))?
            .query_row([sequence], StoredRow::read)
            .optional()
    }

    /// Reads a row of [`select_records`].
    pub fn read(row: &Row<'_>) -> Result<StoredRow> {
        Ok(StoredRow {
            sequence: row.get(0)?,
            key: RecordKey(row.get(1)?),
            uuid: row.get::<_, Option<IdValue>>(2)?.map(|id| id.0),
            strand: row.get(3)?,
            time: row.get::<_, Option<i64>>(4)?.map(UtcMillis),
            tokens: tokens(row, 5)?,
            flags: row.get(10)?,
            legacy_until: row.get::<_, Option<i64>>(11)?.map(UtcMillis),
        })
    }

    /// Whether `record` is this row to the letter: the usual case when a file is read again.
    fn says_the_same(&self, record: &UsageRecord, numbers: StrandNumbers) -> bool {
        self.strand == numbers.strand
            && self.flags == flags(record)
            && self.time == record.time
            && self.legacy_until == record.legacy_until
            && self.uuid == record.uuid
            && self.tokens == record.tokens
    }

    /// The stored record in full.
    pub fn record(&self, connection: &Connection, dictionary: &mut Dictionary) -> Result<(UsageRecord, StrandNumbers)> {
        let ((machine, strand), numbers) = dictionary.strand_by_number(connection, self.strand)?;
        let record = UsageRecord {
            key: self.key,
            uuid: self.uuid.clone(),
            time: self.time,
            machine,
            strand,
            tokens: self.tokens,
            web_searches: web_searches(self.flags),
            is_complete: self.flags & COMPLETE != 0,
            legacy_until: self.legacy_until,
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

fn web_searches(flags: i64) -> u64 {
    flags as u64 >> FLAG_BITS
}

/// The token counts of a row, the first of them in `column`.
fn tokens(row: &Row<'_>, column: usize) -> Result<TokenCounts> {
    let count = |offset| row.get(column + offset).map(|count: i64| count as u64);
    Ok(TokenCounts {
        input: count(0)?,
        output: count(1)?,
        cache_write_5m: count(2)?,
        cache_write_1h: count(3)?,
        cache_read: count(4)?,
    })
}

/// The roll-up entry of every record, in the order of arrival: what the roll-ups must say.
pub(crate) fn each_entry(connection: &Connection, mut each: impl FnMut(UsageEntry)) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT time, session, context, flags, input, output, cache_write_5m, cache_write_1h, cache_read, legacy_until \
         FROM records JOIN strands ON strands.id = strand ORDER BY sequence",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let time = row.get::<_, Option<i64>>(0)?.map(UtcMillis);
        let (tokens, flags) = (tokens(row, 4)?, row.get::<_, i64>(3)?);
        let key = EntryKey {
            slot: time.map(UtcMillis::slot),
            session: SessionNumber(row.get(1)?),
            context: ContextNumber(row.get(2)?),
            class: PromptClass::of(tokens.prompt()),
        };
        let partial = u64::from(flags & COMPLETE == 0);
        let legacy = u64::from(row.get::<_, Option<i64>>(9)?.is_some());
        let web_searches = web_searches(flags);
        let sums = UsageSums { responses: 1, partial, legacy, tokens, web_searches, first: time, last: time };
        each(UsageEntry { key, sums });
    }
    Ok(())
}
