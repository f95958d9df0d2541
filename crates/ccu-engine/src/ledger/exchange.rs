//! Exports and imports of a ledger.

use std::io::{Read, Write};
use std::path::Path;

use super::Ledger;
use crate::atomic_file::{self, Access};
use crate::exchange::{
    ExportError, ExportForm, ExportRequest, ExportSource, Exported, ImportError, Imported, export_csv, export_json,
    import, import_reader,
};
use crate::sync::Codec;

impl Ledger {
    /// Writes records to `out`, record by record.
    ///
    /// **Errors**: those of the store and of writing.
    pub fn export(&self, out: &mut dyn Write, request: &ExportRequest<'_>) -> Result<Exported, ExportError> {
        let machine_name = &self.place.machine_name;
        let source = ExportSource { store: &self.store, machine: self.machine, machine_name, prices: request.prices };
        match request.form {
            ExportForm::Json { now } => export_json(&source, request.scope, now, out),
            ExportForm::Csv => export_csv(&source, request.scope, out),
        }
    }

    /// Writes records to a file, which is replaced as a whole, or not at all.
    ///
    /// **Errors**: those of the store and of the file.
    pub fn export_to_file(&self, path: &Path, request: &ExportRequest<'_>) -> Result<Exported, ExportError> {
        atomic_file::write_with(path, Access::Unchanged, |out| self.export(out, request))
    }

    /// Imports a file, or the files of a directory; see [`import()`].
    ///
    /// **Errors**: as [`import()`].
    pub fn import(&mut self, path: &Path, codec: &Codec) -> Result<Imported, ImportError> {
        import(&mut self.store, path, codec)
    }

    /// Imports what a reader gives, which `name` is for the user; see [`import_reader`].
    ///
    /// **Errors**: as [`import()`].
    pub fn import_reader(&mut self, reader: &mut dyn Read, name: &str, codec: &Codec) -> Result<Imported, ImportError> {
        import_reader(&mut self.store, reader, name, codec)
    }
}
