//! What sharing records remembers: the database's identity, the sync engine's own texts, and files taken in whole.

use ccu_core::ids::DatabaseId;
use rusqlite::{OptionalExtension, Result};
use rustc_hash::FxHashSet;

use crate::connection::Store;
use crate::error::StoreError;
use crate::writing::Writing;

impl Store {
    /// The identity of this database, made with it.
    pub fn database_id(&self) -> Result<DatabaseId, StoreError> {
        self.connection
            .query_row("SELECT value FROM meta WHERE name = 'database_id'", [], |row| row.get(0).map(DatabaseId))
            .map_err(self.wrap())
    }

    /// The text that the sync engine keeps under this name.
    pub fn sync_state(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.connection
            .prepare_cached("SELECT value FROM sync_state WHERE name = ?1")
            .and_then(|mut statement| statement.query_row([name], |row| row.get(0)).optional())
            .map_err(self.wrap())
    }

    /// The git blob ids of the Gist's files whose records were taken in whole.
    pub fn pulled_files(&self) -> Result<FxHashSet<[u8; 20]>, StoreError> {
        self.connection
            .prepare_cached("SELECT blob FROM pulled_files")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect::<Result<FxHashSet<_>>>())
            .map_err(self.wrap())
    }
}

impl Writing<'_> {
    /// Gives the database a new identity: its old sequence numbers mean nothing to others any more.
    pub fn renew_database_id(&mut self) -> Result<DatabaseId, StoreError> {
        let sql = "INSERT INTO meta VALUES ('database_id', randomblob(16)) \
                   ON CONFLICT DO UPDATE SET value = excluded.value RETURNING value";
        let id = self.store.connection.query_row(sql, [], |row| row.get(0).map(DatabaseId));
        id.map_err(self.store.wrap())
    }

    /// Keeps a text of the sync engine under this name; `None` removes it.
    pub fn set_sync_state(&mut self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let connection = &self.store.connection;
        let changed = match value {
            Some(value) => connection
                .prepare_cached(
                    "INSERT INTO sync_state VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
                )
                .and_then(|mut statement| statement.execute([name, value])),
            None => connection
                .prepare_cached("DELETE FROM sync_state WHERE name = ?1")
                .and_then(|mut statement| statement.execute([name])),
        };
        changed.map(|_| ()).map_err(self.store.wrap())
    }

    /// Remembers that the records of the file with this git blob id were taken in whole.
    pub fn add_pulled_file(&mut self, blob: [u8; 20]) -> Result<(), StoreError> {
        self.store
            .connection
            .prepare_cached("INSERT INTO pulled_files VALUES (?1) ON CONFLICT DO NOTHING")
            .and_then(|mut statement| statement.execute([&blob[..]]))
            .map(|_| ())
            .map_err(self.store.wrap())
    }

    /// Forgets the pulled files that are not among those `present` in the Gist.
    pub fn keep_pulled_files(&mut self, present: &FxHashSet<[u8; 20]>) -> Result<(), StoreError> {
        let mut gone = self.store.pulled_files()?.into_iter().filter(|blob| !present.contains(blob));
        let mut forget = || -> Result<()> {
            let mut statement = self.store.connection.prepare_cached("DELETE FROM pulled_files WHERE blob = ?1")?;
            gone.try_for_each(|blob| statement.execute([&blob[..]]).map(|_| ()))
        };
        forget().map_err(self.store.wrap())
    }
}
