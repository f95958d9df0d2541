//! What the manifest says of a machine.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Fields, canonical, instant};
use crate::ids::{DatabaseId, MachineId};
use crate::wire::hex;

/// What the manifest says of a machine: what the earlier tool says and reads, then ours.
///
/// **Source** of the first seven fields: versions 1.3 to 1.8.2 of the earlier tool (docs/formats/gist.md). It needs a
/// `machine_name` and a `last_sync`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ManifestMachine {
    /// Its name.
    pub machine_name: String,
    /// When it pushed last, by its own clock, as [`crate::wire::time::stamp`] writes it.
    #[serde(default, deserialize_with = "nullable")]
    pub last_sync: String,
    /// The UTC date of its newest record.
    #[serde(default)]
    pub last_record_date: Option<String>,
    /// Its records.
    #[serde(default, deserialize_with = "nullable")]
    pub total_records: u64,
    /// The file to begin with: the head.
    #[serde(default, deserialize_with = "nullable")]
    pub current_file: String,
    /// Its backups, newest first.
    #[serde(default, deserialize_with = "nullable")]
    pub backups: Vec<String>,
    /// Where the earlier tool has several files: all of them. It reads each as a file with `records`, so ours names the
    /// head alone, or is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_files: Option<Vec<String>>,
    /// Its id; none where the earlier tool wrote the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<MachineId>,
    /// The database that gave the sequence numbers of its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_id: Option<DatabaseId>,
    /// The generation of its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The SHA-256 of its head's text as it stands in the Gist.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex::optional")]
    pub head_sha256: Option<[u8; 32]>,
    /// The format of its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<u64>,
    /// Fields that this ccu does not know.
    #[serde(flatten)]
    pub unknown: Fields,
}

/// Reads `null` as nothing.
fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

impl ManifestMachine {
    /// Which of two entries of one machine stands: the higher generation, which only the machine raises. The earlier tool
    /// has none; of its entries the later one stands.
    pub(super) fn rank(&self) -> (Option<u64>, Option<Timestamp>, String) {
        let last_sync = if self.machine_id.is_none() { instant(&self.last_sync) } else { None };
        (self.generation, last_sync, canonical(self))
    }
}
