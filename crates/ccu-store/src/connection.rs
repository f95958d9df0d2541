//! Opening the database: settings, schema, and whose it is.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use ccu_core::ids::MachineId;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction};

use crate::dictionary::Dictionary;
use crate::error::StoreError;
use crate::known_keys::KnownKeys;
use crate::migrations;

/// How long a statement waits for another process before it gives up.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The open database of one machine, with the records of every machine that it knows.
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) dictionary: Dictionary,
    pub(crate) known_keys: KnownKeys,
    pub(crate) path: PathBuf,
    pub(crate) this_machine: MachineId,
}

impl Store {
    /// Opens the database at `path`, makes it where there is none, and brings its schema up to date.
    ///
    /// `this_machine` and `name` are written as the machine that the database belongs to. WAL lets reports read while a
    /// refresh writes; with `synchronous=NORMAL` a crash of the computer may lose the last transactions, never the file,
    /// and what is lost is read again because the offsets are in the same transactions.
    pub fn open(path: &Path, this_machine: MachineId, name: &str) -> Result<Store, StoreError> {
        let wrap = |source| StoreError::sqlite(path, source);
        let mut connection = Connection::open(path).map_err(wrap)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(wrap)?;
        // Else SQLite plans a statement anew for every value bound to it: 15 % of an ingest (measured).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(wrap)?;
        // Reading the version first: a file that is no database is told before anything is written to it.
        migrations::check(&connection, path)?;
        use_write_ahead_log(&connection).map_err(wrap)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(wrap)?;
        connection.pragma_update(None, "cache_size", -32768).map_err(wrap)?;
        connection.set_prepared_statement_cache_capacity(64);
        migrations::migrate(&mut connection, path)?;
        let (dictionary, known_keys) = (Dictionary::default(), KnownKeys::default());
        let mut store = Store { connection, dictionary, known_keys, path: path.to_owned(), this_machine };
        store.claim(name)?;
        Ok(store)
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Holds on to the database as it is now: until this is dropped, all that is read is of one moment, whatever others write
    /// meanwhile. Inside of a transaction, it is that of the transaction.
    ///
    /// **Errors**: when the database cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let begun = self.connection.is_autocommit().then(|| self.connection.unchecked_transaction());
        Ok(Snapshot { _transaction: begun.transpose().map_err(self.wrap())? })
    }

    pub(crate) fn wrap(&self) -> impl Fn(rusqlite::Error) -> StoreError + use<'_> {
        |source| StoreError::sqlite(&self.path, source)
    }

    /// Writes whose database this is; a look suffices where nothing changed.
    fn claim(&mut self, name: &str) -> Result<(), StoreError> {
        let id = self.this_machine;
        let stored: Option<(String, bool)> = self
            .connection
            .query_row(
                "SELECT name, EXISTS (SELECT 1 FROM meta WHERE meta.name = 'machine_id' AND value = ?1) FROM machines WHERE machine_id = ?1",
                [&id.0[..]],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(self.wrap())?;
        if stored.is_some_and(|(stored, is_ours)| stored == name && is_ours) {
            return Ok(());
        }
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
        let transaction = transaction.map_err(|source| StoreError::sqlite(&self.path, source))?;
        transaction
            .execute("INSERT INTO meta VALUES ('machine_id', ?1) ON CONFLICT DO UPDATE SET value = excluded.value", [&id.0[..]])
            .and_then(|_| {
                transaction.execute(
                    "INSERT INTO machines (machine_id, name) VALUES (?1, ?2) ON CONFLICT (machine_id) DO UPDATE SET name = excluded.name",
                    (&id.0[..], name),
                )
            })
            .and_then(|_| transaction.commit())
            .map_err(|source| StoreError::sqlite(&self.path, source))
    }
}

/// The database at one moment.
pub struct Snapshot<'s> {
    /// Nothing is written in it, so it may end as a rollback does.
    _transaction: Option<Transaction<'s>>,
}

/// Turns the write-ahead log on. Where another process does the same, or closes the file at this moment, SQLite says so at once
/// instead of waiting as it does elsewhere; the wait is made up for here.
fn use_write_ahead_log(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// The machine that the database at `path` belongs to; `None` where it says none. Nothing is written.
pub fn machine_of(path: &Path) -> Result<Option<MachineId>, StoreError> {
    let wrap = |source| StoreError::sqlite(path, source);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrap)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(wrap)?;
    migrations::check(&connection, path)?;
    let has_meta: bool = connection
        .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta')", [], |row| row.get(0))
        .map_err(wrap)?;
    if !has_meta {
        return Ok(None);
    }
    let id: Option<[u8; 16]> = connection
        .query_row("SELECT value FROM meta WHERE name = 'machine_id'", [], |row| row.get(0))
        .optional()
        .map_err(wrap)?;
    Ok(id.map(MachineId))
}
