//! The earlier tool's SQLite databases, read and never written. Of its table `usage_records` the columns with texts of messages
//! are not even named here.
//!
//! **Source**: databases of its versions 1.0 to 1.8.2 (docs/formats/earlier-tool.md, seen 2026-11-22). None of them is strict,
//! so a column may hold anything.

use std::path::{Path, PathBuf};

use ccu_core::legacy::RawRow;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Result, Row};
use rustc_hash::FxHashSet;

use crate::connection::BUSY_TIMEOUT;
use crate::error::StoreError;

/// Whose database a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// One of ccu.
    Ours,
    /// One of the earlier tool, with usage in it.
    EarlierTool,
    /// Anything else, such as the earlier tool's `machines.db`.
    Other,
}

/// A row as the earlier tool's database has it.
#[derive(Debug)]
pub struct EarlierRow<'a> {
    /// The machine; `None` in rows that the earlier tool had pulled, and in its oldest databases.
    pub machine_name: Option<&'a str>,
    /// The rest.
    pub row: RawRow<'a>,
}

/// An open database of the earlier tool.
pub struct EarlierDatabase {
    connection: Connection,
    path: PathBuf,
    columns: FxHashSet<String>,
}

/// The columns in the order of [`EarlierDatabase::each_row`]; the first six are in every version.
const COLUMNS: [&str; 13] = [
    "session_id",
    "message_uuid",
    "input_tokens",
    "output_tokens",
    "cache_creation_tokens",
    "cache_read_tokens",
    "timestamp",
    "date",
    "model",
    "folder",
    "git_branch",
    "version",
    "machine_name",
];

/// Says whose database the file is. Nothing is written.
pub fn database_kind(path: &Path) -> Result<DatabaseKind, StoreError> {
    let open = || -> Result<DatabaseKind> {
        let connection = open_read_only(path)?;
        let has = |table: &str| -> Result<bool> {
            let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
            connection.query_row(sql, [table], |row| row.get(0))
        };
        Ok(match (has("usage_records")?, has("strands")?) {
            (true, _) => DatabaseKind::EarlierTool,
            (false, true) => DatabaseKind::Ours,
            (false, false) => DatabaseKind::Other,
        })
    };
    open().map_err(|source| StoreError::sqlite(path, source))
}

fn open_read_only(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

impl EarlierDatabase {
    /// Opens a database of the earlier tool to read it.
    pub fn open(path: &Path) -> Result<EarlierDatabase, StoreError> {
        let open = || -> Result<(Connection, FxHashSet<String>)> {
            let connection = open_read_only(path)?;
            let columns = connection
                .prepare("SELECT name FROM pragma_table_info('usage_records')")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_>>()?;
            Ok((connection, columns))
        };
        let (connection, columns) = open().map_err(|source| StoreError::sqlite(path, source))?;
        Ok(EarlierDatabase { connection, path: path.to_owned(), columns })
    }

    /// Gives every row, in the order in which they were written.
    ///
    /// A count that is no integer comes as -1, which no count can be, so that whoever reads the row names it.
    pub fn each_row(&self, each: &mut dyn FnMut(EarlierRow<'_>)) -> Result<(), StoreError> {
        let columns = COLUMNS.map(|name| if self.columns.contains(name) { name } else { "NULL" });
        let sql = format!("SELECT {} FROM usage_records ORDER BY rowid", columns.join(", "));
        let mut read = || -> Result<()> {
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(EarlierRow {
                    machine_name: optional_text(row, 12)?,
                    row: RawRow {
                        session: text(row, 0)?,
                        uuid: text(row, 1)?,
                        counts: [count(row, 2)?, count(row, 3)?, count(row, 4)?, count(row, 5)?],
                        timestamp: text(row, 6)?,
                        date: text(row, 7)?,
                        model: optional_text(row, 8)?,
                        folder: text(row, 9)?,
                        branch: text(row, 10)?,
                        version: text(row, 11)?,
                    },
                });
            }
            Ok(())
        };
        read().map_err(|source| StoreError::sqlite(&self.path, source))
    }

    /// The days, in the zone of the machine that wrote it, of which it kept sums and has no rows; with all their tokens.
    pub fn days_without_rows(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let read = || -> Result<Vec<(String, u64)>> {
            let has_snapshots: bool = self.connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'daily_snapshots')",
                [],
                |row| row.get(0),
            )?;
            if !has_snapshots || !self.columns.contains("date") {
                return Ok(Vec::new());
            }
            let mut statement = self.connection.prepare(
                "SELECT date, total_tokens FROM daily_snapshots \
                 WHERE date NOT IN (SELECT date FROM usage_records) AND total_tokens > 0 ORDER BY date",
            )?;
            let days = statement.query_map([], |row| Ok((text(row, 0)?.to_owned(), count(row, 1)?.max(0) as u64)))?;
            days.collect()
        };
        read().map_err(|source| StoreError::sqlite(&self.path, source))
    }
}

fn optional_text<'r>(row: &'r Row<'_>, column: usize) -> Result<Option<&'r str>> {
    Ok(row.get_ref(column)?.as_str_or_null().unwrap_or_default())
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str> {
    Ok(optional_text(row, column)?.unwrap_or_default())
}

fn count(row: &Row<'_>, column: usize) -> Result<i64> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(count) => count,
        ValueRef::Null => 0,
        ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => -1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Store;
    use ccu_core::ids::MachineId;

    /// A database as one of the earlier tool's versions made it; the extra columns are those that it had.
    fn earlier_database(path: &Path, extra_columns: &str) -> Connection {
        let connection = Connection::open(path).unwrap();
        let sql = format!(
            "CREATE TABLE usage_records (id INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, timestamp TEXT NOT NULL, \
             session_id TEXT NOT NULL, message_uuid TEXT NOT NULL, message_type TEXT NOT NULL, model TEXT, folder TEXT NOT NULL, \
             git_branch TEXT, version TEXT NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, \
             cache_creation_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL \
             {extra_columns}, UNIQUE (session_id, message_uuid))"
        );
        connection.execute_batch(&sql).unwrap();
        connection
    }

    fn insert_row(connection: &Connection, uuid: &str, input: &dyn rusqlite::ToSql) {
        let sql = "INSERT INTO usage_records (date, timestamp, session_id, message_uuid, message_type, model, folder, version, \
                   input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens, total_tokens) \
                   VALUES ('2026-11-22', '2026-11-22T10:30:09+00:00', 's', ?1, 'assistant', 'm', '/a', '2', ?2, 2, 3, 4, 0)";
        connection.execute(sql, [&uuid as &dyn rusqlite::ToSql, input]).unwrap();
    }

    fn rows(path: &Path) -> Vec<(Option<String>, String, [i64; 4])> {
        let mut rows = Vec::new();
        let mut take = |row: EarlierRow<'_>| {
            rows.push((row.machine_name.map(str::to_owned), row.row.uuid.to_owned(), row.row.counts));
        };
        EarlierDatabase::open(path).unwrap().each_row(&mut take).unwrap();
        rows
    }

    #[test]
    fn rows_are_read_with_and_without_machine_names() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.db");
        insert_row(&earlier_database(&old, ""), "u", &1);
        assert_eq!(rows(&old), [(None, "u".to_owned(), [1, 2, 3, 4])]);
        let new = folder.path().join("new.db");
        let connection = earlier_database(&new, ", machine_name TEXT, content TEXT, cost REAL");
        insert_row(&connection, "u", &1);
        insert_row(&connection, "v", &"many");
        connection.execute("UPDATE usage_records SET machine_name = 'HOME' WHERE message_uuid = 'u'", []).unwrap();
        let expected = [(Some("HOME".to_owned()), "u".to_owned(), [1, 2, 3, 4]), (None, "v".to_owned(), [-1, 2, 3, 4])];
        assert_eq!(rows(&new), expected);
    }

    #[test]
    fn days_without_rows_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = earlier_database(&path, "");
        insert_row(&connection, "u", &1);
        assert_eq!(EarlierDatabase::open(&path).unwrap().days_without_rows().unwrap(), []);
        let sql = "CREATE TABLE daily_snapshots (date TEXT PRIMARY KEY, total_tokens INTEGER NOT NULL); \
                   INSERT INTO daily_snapshots VALUES ('2026-11-22', 7), ('2026-11-21', 9), ('2026-11-20', 0)";
        connection.execute_batch(sql).unwrap();
        let lost = EarlierDatabase::open(&path).unwrap().days_without_rows().unwrap();
        assert_eq!(lost, [("2026-11-21".to_owned(), 9)]);
    }

    #[test]
    fn whose_a_database_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        drop(earlier_database(&path("theirs.db"), ""));
        drop(Store::open(&path("ours.db"), MachineId([1; 16]), "here").unwrap());
        Connection::open(path("other.db")).unwrap().execute_batch("CREATE TABLE machines (name TEXT)").unwrap();
        let check = |name, expected| assert_eq!(database_kind(&path(name)).unwrap(), expected, "{name}");
        check("theirs.db", DatabaseKind::EarlierTool);
        check("ours.db", DatabaseKind::Ours);
        check("other.db", DatabaseKind::Other);
        assert!(database_kind(&path("absent.db")).is_err());
    }
}
