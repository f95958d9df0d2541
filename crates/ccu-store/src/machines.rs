//! The machines that the database holds records of.

use ccu_core::ids::MachineId;
use ccu_core::time::UtcMillis;
use rusqlite::Result;

use crate::connection::Store;
use crate::error::StoreError;
use crate::writing::Writing;

/// A machine as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMachine {
    /// Its identity.
    pub id: MachineId,
    /// Its name.
    pub name: String,
    /// When its records were last exchanged.
    pub last_sync: Option<UtcMillis>,
}

impl Store {
    /// All machines, by name.
    pub fn machines(&self) -> Result<Vec<StoredMachine>, StoreError> {
        self.connection
            .prepare_cached("SELECT machine_id, name, last_sync FROM machines ORDER BY name, machine_id")
            .and_then(|mut statement| {
                let machines = statement.query_map([], |row| {
                    Ok(StoredMachine {
                        id: MachineId(row.get(0)?),
                        name: row.get(1)?,
                        last_sync: row.get::<_, Option<i64>>(2)?.map(UtcMillis),
                    })
                })?;
                machines.collect::<Result<Vec<_>>>()
            })
            .map_err(self.wrap())
    }
}

impl Writing<'_> {
    /// Names a machine, which need not have records yet.
    pub fn name_machine(&mut self, id: MachineId, name: &str) -> Result<(), StoreError> {
        self.store
            .connection
            .prepare_cached(
                "INSERT INTO machines (machine_id, name) VALUES (?1, ?2) ON CONFLICT (machine_id) DO UPDATE SET name = excluded.name",
            )
            .and_then(|mut statement| statement.execute((&id.0[..], name)))
            .map(|_| ())
            .map_err(self.store.wrap())
    }
}
