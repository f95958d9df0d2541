//! Texts as numbers: the dictionaries that records and roll-ups point into, and what is remembered of them.
//!
//! Dictionaries only grow, so a number once seen stays true, whichever process made it; what a rolled-back transaction
//! made is forgotten with [`Dictionary::forget`].

use std::path::Path;
use std::sync::Arc;

use ccu_core::fnv::fnv1a;
use ccu_core::ids::{CompactId, MachineId};
use ccu_core::record::{Strand, UsageRecord};
use ccu_core::rollup::{ContextNumber, SessionNumber, UsageContext};
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Result, ToSql};
use rustc_hash::FxHashMap;

use crate::cursors::PathValue;
use crate::texts::Texts;

/// The numbers of a strand: its own, and those that roll-ups are kept by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StrandNumbers {
    pub strand: i64,
    pub session: SessionNumber,
    pub context: ContextNumber,
}

/// A strand as it is stored: with the machine that the usage is attributed to.
pub(crate) type MachineStrand = (MachineId, Arc<Strand>);

/// What is remembered of the dictionaries.
#[derive(Default)]
pub(crate) struct Dictionary {
    /// The strand of the last record, which the next one mostly shares.
    last: Option<(MachineStrand, StrandNumbers)>,
    strands: FxHashMap<MachineStrand, StrandNumbers>,
    strands_by_number: FxHashMap<i64, (MachineStrand, StrandNumbers)>,
    texts: Texts,
    contexts: FxHashMap<UsageContext, i64>,
    names: FxHashMap<Arc<str>, i64>,
    machines: FxHashMap<MachineId, i64>,
    directories: FxHashMap<Arc<Path>, i64>,
}

/// More strands than this are not remembered at once: their texts would take megabytes, and few are met twice.
pub(crate) const MOST_STRANDS: usize = 4096;

impl Dictionary {
    pub fn forget(&mut self) {
        *self = Dictionary::default();
    }

    /// The numbers of a record's strand, made where there are none yet.
    pub fn strand(&mut self, connection: &Connection, record: &UsageRecord) -> Result<StrandNumbers> {
        if let Some(((machine, strand), numbers)) = &self.last
            && *machine == record.machine
            && Arc::ptr_eq(strand, &record.strand)
        {
            return Ok(*numbers);
        }
        let strand = (record.machine, record.strand.clone());
        let numbers = match self.strands.get(&strand) {
            Some(numbers) => *numbers,
            None => self.new_strand(connection, &strand)?,
        };
        self.last = Some((strand, numbers));
        Ok(numbers)
    }

    fn new_strand(&mut self, connection: &Connection, strand: &MachineStrand) -> Result<StrandNumbers> {
        let texts = &*strand.1;
        let session = number(connection, SESSION, [&IdRef(&CompactId::new(&texts.session)) as &dyn ToSql])?;
        let context = self.context(connection, &context_of(strand))?;
        let branch = self.name(connection, &texts.branch)?;
        let version = self.name(connection, &texts.version)?;
        let agent = self.name(connection, &texts.agent)?;
        let strand_number = number(connection, STRAND, [&session as &dyn ToSql, &context, &branch, &version, &agent])?;
        let numbers = StrandNumbers {
            strand: strand_number,
            session: SessionNumber(session as u32),
            context: ContextNumber(context as u32),
        };
        self.remember(strand.clone(), numbers);
        Ok(numbers)
    }

    /// The strand with that number, and its other numbers.
    pub fn strand_by_number(&mut self, connection: &Connection, strand: i64) -> Result<(MachineStrand, StrandNumbers)> {
        if let Some(found) = self.strands_by_number.get(&strand) {
            return Ok(found.clone());
        }
        let (strand, numbers) = self.texts.strand(connection, strand)?;
        self.remember(strand.clone(), numbers);
        Ok((strand, numbers))
    }

    fn remember(&mut self, strand: MachineStrand, numbers: StrandNumbers) {
        if self.strands.len() >= MOST_STRANDS {
            self.strands.clear();
            self.strands_by_number.clear();
        }
        self.strands.insert(strand.clone(), numbers);
        self.strands_by_number.insert(numbers.strand, (strand, numbers));
    }

    fn context(&mut self, connection: &Connection, context: &UsageContext) -> Result<i64> {
        if let Some(number) = self.contexts.get(context) {
            return Ok(*number);
        }
        let machine = self.machine(connection, context.machine)?;
        let model = self.name(connection, &context.model)?;
        let project = self.name(connection, &context.project)?;
        let speed = self.name(connection, &context.speed)?;
        let service_tier = self.name(connection, &context.service_tier)?;
        let inference_geo = self.name(connection, &context.inference_geo)?;
        let columns =
            [&machine as &dyn ToSql, &model, &project, &speed, &service_tier, &inference_geo, &context.is_sidechain];
        let number = number(connection, CONTEXT, columns)?;
        self.contexts.insert(context.clone(), number);
        Ok(number)
    }

    fn name(&mut self, connection: &Connection, name: &Arc<str>) -> Result<i64> {
        if let Some(number) = self.names.get(name) {
            return Ok(*number);
        }
        let number = number(connection, NAME, [&&**name as &dyn ToSql])?;
        if self.names.len() >= MOST_STRANDS {
            self.names.clear();
        }
        self.names.insert(name.clone(), number);
        Ok(number)
    }

    /// The number of a directory that holds transcripts.
    pub fn directory(&mut self, connection: &Connection, directory: &Arc<Path>) -> Result<i64> {
        if let Some(number) = self.directories.get(directory) {
            return Ok(*number);
        }
        let path = directory.as_os_str();
        let hash = fnv1a(path.as_encoded_bytes()) as i32;
        let number = number(connection, DIRECTORY, [&hash as &dyn ToSql, &PathValue(path)])?;
        self.directories.insert(directory.clone(), number);
        Ok(number)
    }

    /// The number of a machine. One that has never told its name goes by its id.
    fn machine(&mut self, connection: &Connection, machine: MachineId) -> Result<i64> {
        if let Some(number) = self.machines.get(&machine) {
            return Ok(*number);
        }
        let found = connection
            .prepare_cached("SELECT id FROM machines WHERE machine_id = ?1")?
            .query_row([&machine.0[..]], |row| row.get(0))
            .optional()?;
        let number = match found {
            Some(number) => number,
            None => connection
                .prepare_cached("INSERT INTO machines (machine_id, name) VALUES (?1, ?2)")?
                .insert((&machine.0[..], machine.to_string()))?,
        };
        self.machines.insert(machine, number);
        Ok(number)
    }
}

/// What of a strand usage is grouped and priced by.
fn context_of((machine, strand): &MachineStrand) -> UsageContext {
    UsageContext {
        machine: *machine,
        model: strand.model.clone(),
        project: strand.project.clone(),
        speed: strand.speed.clone(),
        service_tier: strand.service_tier.clone(),
        inference_geo: strand.inference_geo.clone(),
        is_sidechain: strand.is_sidechain,
    }
}

/// How one dictionary is asked and extended; both statements take the same columns.
struct Table {
    select: &'static str,
    insert: &'static str,
}

const SESSION: Table = Table {
    select: "SELECT id FROM sessions WHERE substr(name, -4) = substr(?1, -4) AND name = ?1",
    insert: "INSERT INTO sessions (name) VALUES (?1)",
};
const NAME: Table = Table {
    select: "SELECT id FROM names WHERE substr(name, -8) = substr(?1, -8) AND name = ?1",
    insert: "INSERT INTO names (name) VALUES (?1)",
};
const DIRECTORY: Table = Table {
    select: "SELECT id FROM directories WHERE hash = ?1 AND path = ?2",
    insert: "INSERT INTO directories (hash, path) VALUES (?1, ?2)",
};
const CONTEXT: Table = Table {
    select: "SELECT id FROM contexts WHERE machine = ?1 AND model = ?2 AND project = ?3 AND speed = ?4 \
             AND service_tier = ?5 AND inference_geo = ?6 AND is_sidechain = ?7",
    insert: "INSERT INTO contexts (machine, model, project, speed, service_tier, inference_geo, is_sidechain) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
};
const STRAND: Table = Table {
    select: "SELECT id FROM strands WHERE session = ?1 AND context = ?2 AND branch = ?3 AND version = ?4 AND agent = ?5",
    insert: "INSERT INTO strands (session, context, branch, version, agent) VALUES (?1, ?2, ?3, ?4, ?5)",
};

/// The number of what these columns say. That it stands but once is seen to here, in a transaction that no other writer can
/// be in: an index that saw to it would hold it all a second time.
fn number<const N: usize>(connection: &Connection, table: Table, columns: [&dyn ToSql; N]) -> Result<i64> {
    let found = connection.prepare_cached(table.select)?.query_row(&columns[..], |row| row.get(0)).optional()?;
    match found {
        Some(number) => Ok(number),
        None => connection.prepare_cached(table.insert)?.insert(&columns[..]),
    }
}

/// An id as it is stored: a canonical UUID as a blob of 16 bytes, any other text as it is.
pub(crate) struct IdValue(pub CompactId);

/// An id on its way in.
pub(crate) struct IdRef<'i>(pub &'i CompactId);

impl ToSql for IdRef<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            CompactId::Uuid(bytes) => ValueRef::Blob(bytes),
            CompactId::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl FromSql for IdValue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(_) => <[u8; 16]>::column_result(value).map(|bytes| IdValue(CompactId::Uuid(bytes))),
            _ => value.as_str().map(|text| IdValue(CompactId::Text(text.into()))),
        }
    }
}
