//! The table `legacy_records`.

use ccu_core::record::UsageRecord;
use rusqlite::{Connection, Result};

use crate::dictionary::{Dictionary, IdRef, StrandNumbers};
use crate::records::{StoredRow, flags};

/// Rows that fell together, as they are stored.
pub(super) struct LegacyGroup {
    pub id: i64,
    pub echo: i64,
    pub moment: i64,
    /// Whether it stands in `records` too.
    pub is_counted: bool,
    pub record: UsageRecord,
    pub numbers: StrandNumbers,
}

/// The columns from `key` on are those of [`StoredRow`], with a number for the sequence before them.
macro_rules! select_groups {
    ($clause:literal) => {
        concat!(
            "SELECT id, key, uuid, strand, time, ",
            "input, output, cache_write_5m, cache_write_1h, cache_read, flags, legacy_until, ",
            "echo, moment, is_counted FROM legacy_records ",
            $clause
        )
    };
}

impl LegacyGroup {
    pub fn with_echo(connection: &Connection, dictionary: &mut Dictionary, echo: i64) -> Result<Vec<LegacyGroup>> {
        Self::select(connection, dictionary, select_groups!("WHERE echo = ?1"), echo)
    }

    pub fn with_moment(connection: &Connection, dictionary: &mut Dictionary, moment: i64) -> Result<Vec<LegacyGroup>> {
        Self::select(connection, dictionary, select_groups!("WHERE moment = ?1"), moment)
    }

    fn select(connection: &Connection, dictionary: &mut Dictionary, sql: &str, value: i64) -> Result<Vec<LegacyGroup>> {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([value])?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next()? {
            let stored = StoredRow::read(row)?;
            let (record, numbers) = stored.record(connection, dictionary)?;
            let (echo, moment, is_counted) = (row.get(12)?, row.get(13)?, row.get(14)?);
            groups.push(LegacyGroup { id: stored.sequence, echo, moment, is_counted, record, numbers });
        }
        Ok(groups)
    }

    pub fn insert(&self, connection: &Connection) -> Result<()> {
        let LegacyGroup { echo, moment, is_counted, record, numbers, .. } = self;
        let tokens = &record.tokens;
        let sql =
            "INSERT INTO legacy_records VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        connection.prepare_cached(sql)?.execute((
            echo,
            moment,
            is_counted,
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
        Ok(())
    }

    pub fn delete(&self, connection: &Connection) -> Result<()> {
        connection.prepare_cached("DELETE FROM legacy_records WHERE id = ?1")?.execute([self.id])?;
        Ok(())
    }

    /// Writes whether the group stands in `records`.
    pub fn set_counted(&mut self, connection: &Connection, is_counted: bool) -> Result<()> {
        self.is_counted = is_counted;
        connection
            .prepare_cached("UPDATE legacy_records SET is_counted = ?2 WHERE id = ?1")?
            .execute((self.id, is_counted))?;
        Ok(())
    }

    /// Removes the group's row from `records`, and says whether it was there.
    pub fn remove_record(&self, connection: &Connection) -> Result<bool> {
        // A record of a transcript under this key would be no legacy record any more, and stays.
        let sql =
            "DELETE FROM records WHERE substr(key, 1, 3) = substr(?1, 1, 3) AND key = ?1 AND legacy_until IS NOT NULL";
        Ok(connection.prepare_cached(sql)?.execute([&self.record.key.0[..]])? == 1)
    }
}

/// The moments of the legacy records that have one of these echoes or moments, each once.
pub(super) fn moments_of(connection: &Connection, echoes: &[i64]) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT moment FROM legacy_records WHERE echo IN (?1, ?2, ?3) \
         UNION SELECT moment FROM legacy_records WHERE moment IN (?1, ?2, ?3)",
    )?;
    let nth = |idx: usize| echoes.get(idx);
    statement.query_map((nth(0), nth(1), nth(2)), |row| row.get(0))?.collect()
}
