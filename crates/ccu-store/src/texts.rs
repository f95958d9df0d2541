//! Numbers as texts again: strands read back from the dictionaries, their contexts and names looked up once each.

use std::sync::Arc;

use ccu_core::ids::MachineId;
use ccu_core::record::Strand;
use ccu_core::rollup::{ContextNumber, SessionNumber, UsageContext};
use rusqlite::{Connection, Result};
use rustc_hash::FxHashMap;

use crate::dictionary::{IdValue, MOST_STRANDS, MachineStrand, StrandNumbers};

/// What is remembered of texts by their numbers.
#[derive(Default)]
pub(crate) struct Texts {
    contexts: FxHashMap<i64, UsageContext>,
    names: FxHashMap<i64, Arc<str>>,
}

impl Texts {
    /// The strand with that number, and its other numbers.
    pub fn strand(&mut self, connection: &Connection, number: i64) -> Result<(MachineStrand, StrandNumbers)> {
        let mut statement = connection.prepare_cached(
            "SELECT session, context, branch, version, agent, name FROM strands JOIN sessions ON sessions.id = session \
             WHERE strands.id = ?1",
        )?;
        statement.query_row([number], |row| {
            let context = self.context(connection, row.get(1)?)?;
            let strand = Strand {
                session: row.get::<_, IdValue>(5)?.0.to_string().into(),
                agent: self.name(connection, row.get(4)?)?,
                version: self.name(connection, row.get(3)?)?,
                model: context.model,
                project: context.project,
                branch: self.name(connection, row.get(2)?)?,
                speed: context.speed,
                service_tier: context.service_tier,
                inference_geo: context.inference_geo,
                is_sidechain: context.is_sidechain,
            };
            let numbers = StrandNumbers {
                strand: number,
                session: SessionNumber(row.get(0)?),
                context: ContextNumber(row.get(1)?),
            };
            Ok(((context.machine, Arc::new(strand)), numbers))
        })
    }

    fn context(&mut self, connection: &Connection, number: i64) -> Result<UsageContext> {
        if let Some(context) = self.contexts.get(&number) {
            return Ok(context.clone());
        }
        let mut statement = connection.prepare_cached(
            "SELECT machine_id, model, project, speed, service_tier, inference_geo, is_sidechain \
             FROM contexts JOIN machines ON machines.id = machine WHERE contexts.id = ?1",
        )?;
        let context = statement.query_row([number], |row| {
            Ok(UsageContext {
                machine: MachineId(row.get(0)?),
                model: self.name(connection, row.get(1)?)?,
                project: self.name(connection, row.get(2)?)?,
                speed: self.name(connection, row.get(3)?)?,
                service_tier: self.name(connection, row.get(4)?)?,
                inference_geo: self.name(connection, row.get(5)?)?,
                is_sidechain: row.get(6)?,
            })
        })?;
        remember(&mut self.contexts, number, context.clone());
        Ok(context)
    }

    /// The name with that number.
    pub fn name(&mut self, connection: &Connection, number: i64) -> Result<Arc<str>> {
        if let Some(name) = self.names.get(&number) {
            return Ok(name.clone());
        }
        let mut statement = connection.prepare_cached("SELECT name FROM names WHERE id = ?1")?;
        let name: Arc<str> = statement.query_row([number], |row| row.get::<_, String>(0))?.into();
        remember(&mut self.names, number, name.clone());
        Ok(name)
    }
}

fn remember<T>(known: &mut FxHashMap<i64, T>, number: i64, value: T) {
    if known.len() >= MOST_STRANDS {
        known.clear();
    }
    known.insert(number, value);
}
