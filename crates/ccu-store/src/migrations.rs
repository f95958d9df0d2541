//! Schema versions: an ordered list of SQL scripts, and SQLite's `user_version` to say which have run.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;

const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/0001_records.sql"),
    include_str!("migrations/0002_sync.sql"),
    include_str!("migrations/0003_legacy.sql"),
    include_str!("migrations/0004_web_searches.sql"),
];

/// Reads the schema version of a file, which tells whether it is a database that we know.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // One statement, so that another process that makes the schema just now is seen before or after, never halfway.
    let sql = "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version";
    let (version, n_tables): (i64, i64) = connection
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|source| StoreError::sqlite(path, source))?;
    let known = MIGRATIONS.len();
    match (usize::try_from(version), n_tables) {
        (Err(_), _) | (Ok(0), 1..) => Err(StoreError::NotOurs { path: path.to_owned() }),
        (Ok(found), _) if found > known => Err(StoreError::NewerSchema { path: path.to_owned(), found, known }),
        (Ok(_), _) => Ok(()),
    }
}

/// Brings the database to the newest schema.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let known = MIGRATIONS.len();
    if schema_version(connection, path)? == known {
        return Ok(());
    }
    let wrap = |source| StoreError::sqlite(path, source);
    // Two processes may start at once: which scripts to run is decided inside the transaction that runs them.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrap)?;
    let found = schema_version(&transaction, path)?;
    for script in MIGRATIONS.iter().skip(found) {
        transaction.execute_batch(script).map_err(wrap)?;
    }
    transaction.pragma_update(None, "user_version", known as i64).map_err(wrap)?;
    transaction.commit().map_err(wrap)
}

fn schema_version(connection: &Connection, path: &Path) -> Result<usize, StoreError> {
    let version: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|source| StoreError::sqlite(path, source))?;
    usize::try_from(version).map_err(|_| StoreError::NotOurs { path: path.to_owned() })
}
