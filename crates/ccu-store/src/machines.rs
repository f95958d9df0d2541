//! The machines that the database holds records of, and which of them are shown as another.

use ccu_core::ids::MachineId;
use ccu_core::time::UtcMillis;
use rusqlite::{Result, ToSql};
use rustc_hash::FxHashMap;

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
    /// The machine that a user said its usage belongs to; it may be merged itself, or unknown.
    pub merged_into: Option<MachineId>,
    /// The machine that reports show its usage as: the end of the chain of mergers, as far as it is known. Itself, where it is
    /// not merged, or where the chain turns in a circle.
    pub shown_as: MachineId,
}

impl Store {
    /// All machines, by name.
    pub fn machines(&self) -> Result<Vec<StoredMachine>, StoreError> {
        let mut machines = self
            .connection
            .prepare_cached("SELECT machine_id, name, last_sync, merged_into FROM machines ORDER BY name, machine_id")
            .and_then(|mut statement| {
                let machines = statement.query_map([], |row| {
                    let id = MachineId(row.get(0)?);
                    Ok(StoredMachine {
                        id,
                        name: row.get(1)?,
                        last_sync: row.get::<_, Option<i64>>(2)?.map(UtcMillis),
                        merged_into: row.get::<_, Option<[u8; 16]>>(3)?.map(MachineId),
                        shown_as: id,
                    })
                })?;
                machines.collect::<Result<Vec<_>>>()
            })
            .map_err(self.wrap())?;
        let mergers = machines.iter().map(|machine| (machine.id, machine.merged_into)).collect();
        for machine in &mut machines {
            machine.shown_as = end_of_chain(&mergers, machine.id);
        }
        Ok(machines)
    }
}

/// Follows the mergers from `start` to a machine that is not merged into a known one.
fn end_of_chain(mergers: &FxHashMap<MachineId, Option<MachineId>>, start: MachineId) -> MachineId {
    let mut end = start;
    // A chain without a circle has fewer links than there are machines.
    for _ in mergers {
        match mergers.get(&end).copied().flatten().filter(|next| mergers.contains_key(next)) {
            Some(next) => end = next,
            None => return end,
        }
    }
    start
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

    /// Names a machine that nobody has named yet: others know its name only by hearsay.
    pub fn name_machine_if_unknown(&mut self, id: MachineId, name: &str) -> Result<(), StoreError> {
        self.store
            .connection
            .prepare_cached(
                "INSERT INTO machines (machine_id, name) VALUES (?1, ?2) ON CONFLICT (machine_id) DO UPDATE SET name = excluded.name \
                 WHERE machines.name = ?3",
            )
            .and_then(|mut statement| statement.execute((&id.0[..], name, id.to_string())))
            .map(|_| ())
            .map_err(self.store.wrap())
    }

    /// Writes when a machine's records were last exchanged.
    pub fn set_last_sync(&mut self, machine: MachineId, time: UtcMillis) -> Result<(), StoreError> {
        self.update_machine(machine, "UPDATE machines SET last_sync = ?2 WHERE machine_id = ?1", &time.0)
    }

    /// Writes what a user said: this machine's usage is shown as that of `into`, which need not be known. `None`, and a machine
    /// merged into itself, undoes it.
    pub fn set_merged(&mut self, id: MachineId, into: Option<MachineId>) -> Result<(), StoreError> {
        let into = into.filter(|into| *into != id).map(|into| into.0);
        let into = into.as_ref().map(|into| &into[..]);
        self.update_machine(id, "UPDATE machines SET merged_into = ?2 WHERE machine_id = ?1", &into)
    }

    /// Runs an update of one machine. One that has never told its name goes by its id, as where records name it first.
    fn update_machine(&mut self, machine: MachineId, update: &str, value: &dyn ToSql) -> Result<(), StoreError> {
        let connection = &self.store.connection;
        connection
            .prepare_cached("INSERT INTO machines (machine_id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .and_then(|mut statement| statement.execute((&machine.0[..], machine.to_string())))
            .and_then(|_| connection.prepare_cached(update)?.execute((&machine.0[..], value)))
            .map(|_| ())
            .map_err(self.store.wrap())
    }
}
