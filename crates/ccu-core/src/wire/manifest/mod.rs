//! The manifest: the index of the Gist, written by every machine, and never an authority. All of it but what users say
//! can be made again from the heads.
//!
//! Two manifests merge into one whatever their order and however often (a join), so machines that overwrite each other's
//! manifest agree in the end. No clock of theirs decides about what a machine says of itself.

mod directive;
mod file;
mod machine;
mod retention;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{WireError, time};
use crate::ids::MachineId;
use crate::time::UtcMillis;

pub use directive::Directive;
pub use machine::ManifestMachine;

use retention::Retention;

/// The version that every manifest has, the earlier tool's too.
const VERSION: &str = "1.0";

/// Fields that this ccu does not know, by name.
type Fields = BTreeMap<String, Value>;

/// The index of the Gist.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    version: String,
    last_updated: String,
    retention: Retention,
    /// Machines of ccu.
    machines: BTreeMap<MachineId, ManifestMachine>,
    /// Machines of the earlier tool, which has nothing but names.
    earlier_machines: BTreeMap<String, ManifestMachine>,
    directives: BTreeMap<MachineId, Directive>,
    unknown: Fields,
    unknown_of_ccu: Fields,
}

impl Manifest {
    /// A manifest without machines.
    pub fn new(now: UtcMillis) -> Manifest {
        Manifest {
            version: VERSION.to_owned(),
            last_updated: time::stamp(now),
            retention: Retention::default(),
            machines: BTreeMap::new(),
            earlier_machines: BTreeMap::new(),
            directives: BTreeMap::new(),
            unknown: BTreeMap::new(),
            unknown_of_ccu: BTreeMap::new(),
        }
    }

    /// Reads a manifest of ours or of the earlier tool.
    ///
    /// **Errors**: when it is no JSON, has another shape, or a newer ccu wrote it. Never read as an empty one.
    pub fn parse(text: &str) -> Result<Manifest, WireError> {
        file::parse(text)
    }

    /// Writes the file: machines by name, then by id.
    pub fn to_text(&self) -> String {
        file::to_text(self)
    }

    /// Joins two manifests: for each machine the entry with the highest generation, for each machine of the earlier tool
    /// the latest, for each directive the highest edition, for the retention the one that was edited more often, and all
    /// unknown fields; where these differ, the greater by its text.
    pub fn merge(mut self, other: Manifest) -> Manifest {
        other.machines.into_values().chain(other.earlier_machines.into_values()).for_each(|machine| self.join(machine));
        other.directives.into_values().for_each(|directive| self.set_directive(directive));
        self.version = self.version.max(other.version);
        self.last_updated = later(self.last_updated, other.last_updated);
        self.retention = self.retention.max(other.retention);
        merge_fields(&mut self.unknown, other.unknown);
        merge_fields(&mut self.unknown_of_ccu, other.unknown_of_ccu);
        self
    }

    /// All machines, by name, then by id; those of the earlier tool have none.
    pub fn machines(&self) -> Vec<&ManifestMachine> {
        let mut machines: Vec<&ManifestMachine> =
            self.earlier_machines.values().chain(self.machines.values()).collect();
        machines.sort_by(|a, b| (&a.machine_name, a.machine_id).cmp(&(&b.machine_name, b.machine_id)));
        machines
    }

    /// The entry of a machine.
    pub fn entry(&self, machine: MachineId) -> Option<&ManifestMachine> {
        self.machines.get(&machine)
    }

    /// Puts in the entry of a machine, replacing the one it has unless that has a higher generation. An entry without id
    /// is one of the earlier tool.
    pub fn upsert(&mut self, entry: ManifestMachine) {
        let is_older = |known: &ManifestMachine| known.generation > entry.generation;
        match entry.machine_id {
            Some(machine) if !self.machines.get(&machine).is_some_and(is_older) => {
                self.machines.insert(machine, entry);
            }
            Some(_) => {}
            None => self.join(entry),
        }
    }

    /// Takes out the entry of a machine. A copy of the manifest that still has it brings it back when the two merge: what
    /// tells that a machine was forgotten is its directive.
    pub fn remove(&mut self, machine: MachineId) -> Option<ManifestMachine> {
        self.machines.remove(&machine)
    }

    /// Takes out the entry of a machine of the earlier tool.
    pub fn remove_earlier(&mut self, machine_name: &str) -> Option<ManifestMachine> {
        self.earlier_machines.remove(machine_name)
    }

    /// What a user said of a machine.
    pub fn directive(&self, machine: MachineId) -> Option<&Directive> {
        self.directives.get(&machine)
    }

    /// What users said of machines.
    pub fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.directives.values()
    }

    /// Puts in what a user says of a machine, unless a higher edition is there. [`Directive::next`] makes the next one.
    pub fn set_directive(&mut self, directive: Directive) {
        match self.directives.get(&directive.machine_id) {
            Some(known) if directive.rank() <= known.rank() => {}
            _ => {
                self.directives.insert(directive.machine_id, directive);
            }
        }
    }

    /// Days that backups are kept; 0 where none are made. Users edit it in the Gist.
    pub fn retention_days(&self) -> u32 {
        self.retention.days
    }

    /// When a machine changed it last, as that machine's clock said.
    pub fn last_updated(&self) -> &str {
        &self.last_updated
    }

    /// Says when it is changed; it never goes back.
    pub fn set_last_updated(&mut self, now: UtcMillis) {
        let before = std::mem::take(&mut self.last_updated);
        self.last_updated = later(before, time::stamp(now));
    }

    fn join(&mut self, entry: ManifestMachine) {
        match entry.machine_id {
            Some(machine) => match self.machines.get(&machine) {
                Some(known) if entry.rank() <= known.rank() => {}
                _ => drop(self.machines.insert(machine, entry)),
            },
            None => match self.earlier_machines.get(&entry.machine_name) {
                Some(known) if entry.rank() <= known.rank() => {}
                _ => drop(self.earlier_machines.insert(entry.machine_name.clone(), entry)),
            },
        }
    }
}

/// Sorts what differs and has nothing else to be sorted by.
fn canonical(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn merge_fields(fields: &mut Fields, others: Fields) {
    for (name, other) in others {
        match fields.get(&name) {
            Some(known) if canonical(&other) <= canonical(known) => {}
            _ => drop(fields.insert(name, other)),
        }
    }
}

/// The instant of a time in a manifest, for sorting. The earlier tool writes microseconds, the guide `Z`.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn later(a: String, b: String) -> String {
    if (instant(&a), &a) < (instant(&b), &b) { b } else { a }
}

#[cfg(test)]
mod tests;
