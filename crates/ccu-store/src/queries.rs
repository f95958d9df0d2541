//! What reports ask: contexts, roll-up entries, session names.

use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId};
use ccu_core::rollup::{UsageContext, UsageEntry};
use rusqlite::Result;
use rustc_hash::FxHashMap;

use crate::connection::Store;
use crate::dictionary::IdValue;
use crate::error::StoreError;
use crate::rollups::UNDATED;
use crate::texts::Texts;

impl Store {
    /// All contexts, each with the machine that its usage is shown as; the index is the context's number. Index 0 and numbers
    /// that are missing hold an empty context, which no entry has.
    pub fn contexts(&self) -> Result<Vec<UsageContext>, StoreError> {
        let machines = self.machines()?;
        let shown_as: FxHashMap<_, _> = machines.iter().map(|machine| (machine.id, machine.shown_as)).collect();
        let load = || -> Result<Vec<UsageContext>> {
            let mut machine_ids = FxHashMap::default();
            let mut statement = self.connection.prepare_cached("SELECT id, machine_id FROM machines")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id = MachineId(row.get(1)?);
                machine_ids.insert(row.get::<_, i64>(0)?, shown_as.get(&id).copied().unwrap_or(id));
            }
            let connection = &self.connection;
            let mut texts = Texts::default();
            let mut contexts = vec![empty_context(self.this_machine)];
            let mut statement = self.connection.prepare_cached(
                "SELECT id, machine, model, project, speed, service_tier, inference_geo, is_sidechain FROM contexts ORDER BY id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let number = row.get::<_, u32>(0)? as usize;
                contexts.resize(number, empty_context(self.this_machine));
                contexts.push(UsageContext {
                    machine: machine_ids.get(&row.get(1)?).copied().unwrap_or(self.this_machine),
                    model: texts.name(connection, row.get(2)?)?,
                    project: texts.name(connection, row.get(3)?)?,
                    speed: texts.name(connection, row.get(4)?)?,
                    service_tier: texts.name(connection, row.get(5)?)?,
                    inference_geo: texts.name(connection, row.get(6)?)?,
                    is_sidechain: row.get(7)?,
                });
            }
            Ok(contexts)
        };
        load().map_err(self.wrap())
    }

    /// Gives the undated roll-up entries, then those of these UTC days by time. Bounds are inclusive.
    pub fn usage_entries(
        &self,
        days: (Option<i32>, Option<i32>),
        each: &mut dyn FnMut(UsageEntry),
    ) -> Result<(), StoreError> {
        let since = days.0.map_or(i64::MIN, i64::from).max(UNDATED + 1);
        let until = days.1.map_or(i64::from(i32::MAX), i64::from);
        let mut statement = self
            .connection
            .prepare_cached("SELECT day, entries FROM rollups WHERE day BETWEEN ?1 AND ?2 ORDER BY day")
            .map_err(self.wrap())?;
        // Asked for in one range and another, or else SQLite would sort copies of them all.
        for range in [(UNDATED, UNDATED), (since, until)] {
            let mut rows = statement.query(range).map_err(self.wrap())?;
            while let Some(row) = rows.next().map_err(self.wrap())? {
                let day = row.get(0).map_err(self.wrap())?;
                let packed = row
                    .get_ref(1)
                    .and_then(|value| value.as_blob().map_err(rusqlite::Error::from))
                    .map_err(self.wrap())?;
                self.unpack_day(day, packed, each)?;
            }
        }
        Ok(())
    }

    /// Whether there is any record.
    pub fn has_records(&self) -> Result<bool, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM records)").map_err(self.wrap())?;
        statement.query_row([], |row| row.get(0)).map_err(self.wrap())
    }

    /// The ids of all sessions; the index is the session's number.
    pub fn session_names(&self) -> Result<Vec<CompactId>, StoreError> {
        let load = || -> Result<Vec<CompactId>> {
            let mut names = vec![CompactId::new("")];
            let mut statement = self.connection.prepare_cached("SELECT id, name FROM sessions ORDER BY id")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                names.resize(row.get::<_, u32>(0)? as usize, CompactId::new(""));
                names.push(row.get::<_, IdValue>(1)?.0);
            }
            Ok(names)
        };
        load().map_err(self.wrap())
    }
}

fn empty_context(machine: MachineId) -> UsageContext {
    let empty: Arc<str> = "".into();
    UsageContext {
        machine,
        model: empty.clone(),
        project: empty.clone(),
        speed: empty.clone(),
        service_tier: empty.clone(),
        inference_geo: empty,
        is_sidechain: false,
    }
}
