//! Imports: what a file is, and the way of its records into the database. Each file is one transaction.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use ccu_core::ids::MachineId;
use ccu_core::wire::{self, Content};
use ccu_store::Store;
use serde::Deserialize;

use super::earlier::{SQLITE_MAGIC, read_database};
use super::intake::{Days, Imported, Intake, SkippedFile};
use super::{ImportError, document};
use crate::sync::Codec;

/// A file up to this size is looked at as a whole, so that it can be one of a Gist: those are at most 10 MB.
const MOST_OF_A_GIST: u64 = 16 << 20;
/// Some editors write this mark of UTF-8 at the beginning of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file says that it is.
#[derive(Deserialize)]
struct Probe {
    ccu: Option<ProbedObject>,
}

#[derive(Deserialize)]
struct ProbedObject {
    content: Option<String>,
}

/// Imports a file, or the files of a directory such as a cloned Gist: exports and heads and segments of ours, files, exports
/// and databases of the earlier tool. The codec opens what is packed.
///
/// Records that are there already say nothing new, whichever way they came; so importing twice is importing once.
///
/// **Errors**: when a file cannot be read or is none of those; nothing of it is imported then. Of a directory, such files are
/// named in [`Imported::skipped`] and the others imported.
pub fn import(store: &mut Store, path: &Path, codec: &Codec) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut days = Days::default();
    let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        let files = candidates(path).map_err(unreadable)?;
        for file in files {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let import = FileImport { store, codec, imported: &mut imported, days: &mut days, name: name.clone() };
            match import.file(&file) {
                Ok(()) => {}
                // The database is at fault and not the file, so the others would fare no better.
                Err(error @ ImportError::Store(_)) => return Err(error),
                Err(reason) => imported.skipped.push(SkippedFile { file: name, reason }),
            }
        }
        if imported.n_files == 0 && imported.skipped.is_empty() {
            return Err(ImportError::EmptyDirectory { path: path.to_owned() });
        }
    } else {
        let name = path.display().to_string();
        FileImport { store, codec, imported: &mut imported, days: &mut days, name }.file(path)?;
    }
    imported.days_without_rows = days.without_rows();
    Ok(imported)
}

/// Imports what a reader gives, which `name` is for the user (`standard input`): as [`import()`], but no databases.
///
/// **Errors**: as [`import()`].
pub fn import_reader(
    store: &mut Store,
    reader: &mut dyn Read,
    name: &str,
    codec: &Codec,
) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut days = Days::default();
    let import = FileImport { store, codec, imported: &mut imported, days: &mut days, name: name.to_owned() };
    import.texts(reader)?;
    imported.days_without_rows = days.without_rows();
    Ok(imported)
}

/// The files of a directory that may hold records, by name. The manifest is an index and holds none.
fn candidates(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let has_ending = path.extension().is_some_and(|ending| ending == "json" || ending == "db");
        if has_ending && path.file_name().is_some_and(|name| name != wire::file_name::MANIFEST) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One file.
struct FileImport<'i> {
    store: &'i mut Store,
    codec: &'i Codec,
    imported: &'i mut Imported,
    days: &'i mut Days,
    name: String,
}

impl FileImport<'_> {
    fn file(self, path: &Path) -> Result<(), ImportError> {
        let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unreadable)?;
        let mut start = Vec::new();
        file.by_ref().take(SQLITE_MAGIC.len() as u64).read_to_end(&mut start).map_err(unreadable)?;
        if start == SQLITE_MAGIC {
            return self.take_in(|intake| read_database(path, intake).map(|()| BTreeMap::new()));
        }
        self.texts(&mut Cursor::new(start).chain(file))
    }

    fn texts(self, reader: &mut dyn Read) -> Result<(), ImportError> {
        let mut start = Vec::new();
        reader.take(MOST_OF_A_GIST).read_to_end(&mut start).map_err(ImportError::UnreadableInput)?;
        let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start);
        if (start.len() as u64) < MOST_OF_A_GIST {
            let content = serde_json::from_slice::<Probe>(text).ok().and_then(|probe| probe.ccu?.content);
            if content.is_some_and(|content| content != "export") {
                return self.file_of_a_gist(text);
            }
        }
        let rest = BufReader::with_capacity(1 << 20, reader);
        self.take_in(|intake| document::read(text.chain(rest), intake))
    }

    /// A head, a segment, or one of them packed.
    fn file_of_a_gist(self, text: &[u8]) -> Result<(), ImportError> {
        let text = String::from_utf8_lossy(text);
        let content = match wire::parse(&text)? {
            Content::Sealed(envelope) => wire::parse(&self.codec.open(&envelope)?)?,
            content => content,
        };
        let (records, names) = match content {
            Content::Head(head) => {
                let mut names = head.machine_names;
                names.insert(head.machine, head.machine_name);
                (head.tail, names)
            }
            Content::Segment(segment) => (segment.records, BTreeMap::new()),
            Content::Sealed(_) | Content::Export(_) | Content::Earlier => return Err(ImportError::NoRecords),
        };
        self.take_in(|intake| {
            records.into_iter().try_for_each(|numbered| intake.record(numbered.record))?;
            Ok(names)
        })
    }

    /// Runs one file's import as one transaction.
    fn take_in(
        self,
        read: impl FnOnce(&mut Intake<'_, '_>) -> Result<BTreeMap<MachineId, String>, ImportError>,
    ) -> Result<(), ImportError> {
        let mut writing = self.store.begin()?;
        // What a file that is given up said of itself must not stand beside what was taken in.
        let mut imported = Imported::default();
        let mut intake = Intake::new(&mut writing, &mut imported, self.days, &self.name);
        let names = read(&mut intake)?;
        intake.finish(&names)?;
        imported.inserted = writing.commit()?;
        self.imported.add(imported);
        Ok(())
    }
}
