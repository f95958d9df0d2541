//! Exchange of records through files: exports as JSON and CSV, and imports of those, of a Gist's files, and of what the earlier
//! tool left.
//!
//! The commands go through [`crate::ledger::Ledger`]; scripts in Rust find the two functions of the guide here:
//! [`save_json_export`] and [`import_from_json_file`].

mod csv;
mod document;
mod earlier;
mod error;
mod export;
mod import;
mod intake;

use std::path::Path;

use ccu_core::pricing::PriceTable;
use ccu_core::time::UtcMillis;

pub use csv::{CSV_COLUMNS, export_csv};
pub use earlier::{EarlierFile, read_earlier_file};
pub use error::{BadRecordReason, ExportError, ImportError};
pub use export::{ExportForm, ExportRequest, ExportScope, ExportSource, Exported, export_json};
pub use import::{import, import_reader};
pub use intake::{BadRecord, Imported, LostDay, SkippedFile};

use crate::ledger::Ledger;
use crate::sync::Codec;

/// Saves all records of the ledger as JSON; the file is replaced as a whole, or not at all.
///
/// ```no_run
/// use std::path::Path;
///
/// use ccu_core::pricing::PriceTable;
/// use ccu_core::time::UtcMillis;
/// use ccu_engine::exchange::save_json_export;
/// use ccu_engine::ledger::{Ledger, LedgerPlace};
///
/// let ledger = Ledger::open(LedgerPlace {
///     config_dir: "/home/ann/.config/ccu".into(),
///     data_dir: "/home/ann/.local/share/ccu".into(),
///     machine_name: "HOME-WT".to_owned(),
///     roots: vec![],
/// })?;
/// let exported = save_json_export(&ledger, Path::new("export.json"), &PriceTable::embedded()?, UtcMillis(1_795_343_409_657))?;
/// println!("Exported: {} records", exported.statistics.total_records);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **Errors**: those of the store and of the file.
pub fn save_json_export(
    ledger: &Ledger,
    path: &Path,
    prices: &PriceTable,
    now: UtcMillis,
) -> Result<Exported, ExportError> {
    let request = ExportRequest { form: ExportForm::Json { now }, scope: ExportScope::default(), prices };
    ledger.export_to_file(path, &request)
}

/// Imports a file of JSON: an export of ours or of the earlier tool, or a file of a Gist.
///
/// ```no_run
/// use std::path::Path;
///
/// use ccu_engine::exchange::import_from_json_file;
/// use ccu_engine::ledger::{Ledger, LedgerPlace};
///
/// let mut ledger = Ledger::open(LedgerPlace {
///     config_dir: "/home/ann/.config/ccu".into(),
///     data_dir: "/home/ann/.local/share/ccu".into(),
///     machine_name: "HOME-WT".to_owned(),
///     roots: vec![],
/// })?;
/// let stats = import_from_json_file(&mut ledger, Path::new("export.json"))?;
/// println!("Imported: {} records", stats.new_records());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **Errors**: as [`import()`].
pub fn import_from_json_file(ledger: &mut Ledger, path: &Path) -> Result<Imported, ImportError> {
    ledger.import(path, &Codec::default())
}

#[cfg(test)]
mod tests;
