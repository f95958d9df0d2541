//! The echoes of the records of transcripts: by them legacy records are recognised.

use ccu_core::legacy::EchoBase;
use ccu_core::record::{Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use rusqlite::{Connection, Result};
use rustc_hash::FxHashMap;

use crate::dictionary::IdValue;

/// What the echoes of each strand begin with, by the strand's number.
#[derive(Default)]
pub(super) struct Bases(FxHashMap<i64, EchoBase>);

impl Bases {
    pub fn of(&mut self, number: i64, strand: &Strand) -> EchoBase {
        *self.0.entry(number).or_insert_with(|| EchoBase::of(strand))
    }

    fn load_all(&mut self, connection: &Connection) -> Result<()> {
        let mut statement = connection.prepare(
            "SELECT strands.id, sessions.name, names.name FROM strands \
             JOIN sessions ON sessions.id = strands.session \
             JOIN contexts ON contexts.id = strands.context \
             JOIN names ON names.id = contexts.model",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let session = row.get::<_, IdValue>(1)?.0.to_string();
            let model = row.get_ref(2)?.as_str()?;
            self.0.entry(row.get(0)?).or_insert_with(|| EchoBase::new(&session, model));
        }
        Ok(())
    }
}

/// All by which a record of a transcript is recognised in legacy records: its echo, its echo as a log without the kinds of
/// cache writes gave it, and its moment.
pub(super) fn echoes_of(base: EchoBase, record: &UsageRecord) -> Vec<i64> {
    let mut echoes = Vec::with_capacity(3);
    push_echoes(base, &record.tokens, record.time, &mut echoes);
    echoes
}

fn push_echoes(base: EchoBase, tokens: &TokenCounts, time: Option<UtcMillis>, echoes: &mut Vec<i64>) {
    echoes.push(base.echo(tokens));
    if tokens.cache_write() > 0 {
        echoes.push(base.echo_without_writes(tokens));
    }
    echoes.extend(time.map(|time| base.moment(tokens, time)));
}

/// How often each echo is that of a record of a transcript: 24 bytes a record.
pub(super) struct TranscriptEchoes {
    /// As the database had them when it was asked, sorted.
    stored: Vec<i64>,
    /// What has changed since.
    changes: FxHashMap<i64, i64>,
}

impl TranscriptEchoes {
    /// Reads all records: some 0.6 s for a million.
    pub fn load(connection: &Connection, bases: &mut Bases) -> Result<TranscriptEchoes> {
        bases.load_all(connection)?;
        let mut statement = connection.prepare(
            "SELECT strand, time, input, cache_write_5m, cache_write_1h, cache_read FROM records WHERE legacy_until IS NULL",
        )?;
        let mut rows = statement.query([])?;
        let mut stored = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(base) = bases.0.get(&row.get(0)?) else { continue };
            let count = |column| row.get(column).map(|count: i64| count as u64);
            let tokens = TokenCounts {
                input: count(2)?,
                output: 0,
                cache_write_5m: count(3)?,
                cache_write_1h: count(4)?,
                cache_read: count(5)?,
            };
            push_echoes(*base, &tokens, row.get::<_, Option<i64>>(1)?.map(UtcMillis), &mut stored);
        }
        stored.sort_unstable();
        Ok(TranscriptEchoes { stored, changes: FxHashMap::default() })
    }

    pub fn change(&mut self, left: &[i64], came: &[i64]) {
        left.iter().for_each(|echo| *self.changes.entry(*echo).or_default() -= 1);
        came.iter().for_each(|echo| *self.changes.entry(*echo).or_default() += 1);
    }

    pub fn has(&self, echo: i64) -> bool {
        let first = self.stored.partition_point(|stored| *stored < echo);
        let n_stored = self.stored[first..].iter().take_while(|stored| **stored == echo).count() as i64;
        n_stored + self.changes.get(&echo).copied().unwrap_or_default() > 0
    }
}
