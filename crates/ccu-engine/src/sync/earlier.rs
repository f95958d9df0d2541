//! Files of the earlier tool in the Gist: taken in like everything else, and never written.

use ccu_core::ids::MachineId;
use ccu_core::legacy::{self, Read};
use ccu_core::record::{Origin, UsageRecord};
use ccu_core::wire::WireError;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::SyncError;

/// A file of the earlier tool.
pub(super) struct EarlierFile {
    /// The name that the machine had.
    pub machine_name: String,
    /// The machine that its records are attributed to.
    pub machine: MachineId,
    /// What counts.
    pub records: Vec<UsageRecord>,
    /// Records that cannot be read.
    pub n_bad: u64,
}

#[derive(Deserialize)]
struct Shape<'a> {
    machine_name: Option<String>,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// Reads a file whole: the API cuts what is larger than ten megabytes, so none is.
///
/// **Errors**: when it is no such file. A record that cannot be read is counted and left out.
pub(super) fn read(file: &str, text: &str) -> Result<EarlierFile, SyncError> {
    let shape: Shape<'_> = serde_json::from_str(text).map_err(|source| SyncError::Broken {
        file: file.to_owned(),
        source: Box::new(WireError::Shape { expected: "a data file of the earlier tool", source }),
    })?;
    let machine_name = shape.machine_name.unwrap_or_else(|| "unknown".to_owned());
    let machine = legacy::machine_of_name(&machine_name);
    let mut found = EarlierFile { machine_name, machine, records: Vec::new(), n_bad: 0 };
    for row in shape.records {
        match legacy::read_row(row.get()) {
            Ok((_, Read::Row(row))) => {
                found.records.push(UsageRecord { origin: Origin::Gist, ..row.into_record(machine) });
            }
            Ok((_, Read::NotBilled(_))) => {}
            Err(_) => found.n_bad += 1,
        }
    }
    Ok(found)
}
