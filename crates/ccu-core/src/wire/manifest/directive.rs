//! What a user said of a machine: its name, that it is another one, that it is to be forgotten.

use serde::{Deserialize, Serialize};

use super::{Fields, canonical};
use crate::ids::MachineId;

/// What a user said of a machine, on whichever machine they said it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Directive {
    /// The machine.
    pub machine_id: MachineId,
    /// Raised whenever a user says something new of it; the highest stands.
    pub edition: u64,
    /// The name it is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The machine that its records count for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<MachineId>,
    /// When its files were taken out of the Gist, as [`crate::wire::time::stamp`] writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgotten_at: Option<String>,
    /// Fields that this ccu does not know.
    #[serde(flatten)]
    pub unknown: Fields,
}

impl Directive {
    /// What to change, and then to put into the manifest: the known one as its next edition, or an empty first one.
    pub fn next(known: Option<&Directive>, machine_id: MachineId) -> Directive {
        match known {
            Some(known) => Directive { edition: known.edition.saturating_add(1), ..known.clone() },
            None => Directive {
                machine_id,
                edition: 1,
                name: None,
                merged_into: None,
                forgotten_at: None,
                unknown: Fields::new(),
            },
        }
    }

    /// Which of two stands.
    pub(super) fn rank(&self) -> (u64, String) {
        (self.edition, canonical(self))
    }
}
