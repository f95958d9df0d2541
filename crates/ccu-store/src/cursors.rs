//! How far each transcript was read, so that a run reads only what is new.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Result, ToSql};
use rustc_hash::FxHashMap;

use crate::connection::Store;
use crate::error::StoreError;
use crate::file_name::{PackedName, unpack_name};
use crate::writing::Writing;

/// A transcript by the directory it lies in and its file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TranscriptName {
    /// The directory, absolute.
    pub directory: Arc<Path>,
    /// The file's name in it.
    pub name: OsString,
}

impl TranscriptName {
    /// The whole path.
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }
}

/// What tells one file from another of the same name; zeros where the platform does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FileIdentity {
    /// The device that holds the file.
    pub device: u64,
    /// The file's number there.
    pub inode: u64,
}

/// How far a transcript was read, and how it looked then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which file it was.
    pub identity: FileIdentity,
    /// Its size in bytes; of a file that was not read to its end, the offset.
    pub size: u64,
    /// When it was last modified, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// The bytes read: the end of the last whole line.
    pub offset: u64,
    /// A hash of the bytes before the offset; another hash there means the file was rewritten.
    pub tail_hash: u32,
}

/// All cursors, by directory and name.
#[derive(Debug, Default)]
pub struct Cursors {
    directories: FxHashMap<Vec<u8>, FxHashMap<Vec<u8>, Cursor>>,
}

impl Cursors {
    /// How far a transcript was read.
    pub fn of(&self, transcript: &TranscriptName) -> Option<&Cursor> {
        let files = self.directories.get(transcript.directory.as_os_str().as_encoded_bytes())?;
        files.get(transcript.name.as_encoded_bytes())
    }

    /// The names of all transcripts ever read and not forgotten, as far as they can be written on this platform.
    pub fn names(&self) -> Vec<TranscriptName> {
        let names = self.directories.iter().flat_map(|(directory, files)| {
            let directory: Arc<Path> = PathBuf::from(os_string(directory)).into();
            files.keys().map(move |name| TranscriptName { directory: directory.clone(), name: os_string(name) })
        });
        names.collect()
    }

    /// The number of transcripts.
    pub fn len(&self) -> usize {
        self.directories.values().map(FxHashMap::len).sum()
    }

    /// Whether no transcript was ever read.
    pub fn is_empty(&self) -> bool {
        self.directories.values().all(FxHashMap::is_empty)
    }
}

impl Store {
    /// Loads all cursors; some 0.6 us each.
    pub fn cursors(&self) -> Result<Cursors, StoreError> {
        let load = || -> Result<Cursors> {
            let mut files: FxHashMap<i64, FxHashMap<Vec<u8>, Cursor>> = FxHashMap::default();
            let mut statement = self
                .connection
                .prepare("SELECT directory, name, device, inode, size, modified, unread, tail_hash FROM transcripts")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let number = |column| row.get(column).map(|number: i64| number as u64);
                let size = number(4)?;
                let cursor = Cursor {
                    identity: FileIdentity { device: number(2)?, inode: number(3)? },
                    size,
                    modified_ns: row.get(5)?,
                    offset: size.wrapping_sub(number(6)?),
                    tail_hash: number(7)? as u32,
                };
                files.entry(row.get(0)?).or_default().insert(unpack_name(row.get_ref(1)?), cursor);
            }
            let mut directories = FxHashMap::default();
            let mut statement = self.connection.prepare("SELECT id, path FROM directories")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                directories.insert(bytes(row.get_ref(1)?), files.remove(&row.get(0)?).unwrap_or_default());
            }
            Ok(Cursors { directories })
        };
        load().map_err(self.wrap())
    }
}

impl Writing<'_> {
    /// Writes how far a transcript was read.
    pub fn set_cursor(&mut self, transcript: &TranscriptName, cursor: &Cursor) -> Result<(), StoreError> {
        let mut set = || -> Result<usize> {
            let directory = self.directory(&transcript.directory)?;
            let mut statement = self
                .store
                .connection
                .prepare_cached("REPLACE INTO transcripts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
            statement.execute((
                directory,
                PackedName(&transcript.name),
                cursor.identity.device as i64,
                cursor.identity.inode as i64,
                cursor.size as i64,
                cursor.modified_ns,
                // Mostly 0, which takes no byte; below 0 where the file grew while it was read.
                cursor.size.wrapping_sub(cursor.offset) as i64,
                // Signed, or every second hash would take six bytes instead of four.
                cursor.tail_hash as i32,
            ))
        };
        set().map(|_| ()).map_err(self.store.wrap())
    }

    /// Forgets how far a transcript was read, and its problems: it is gone, or is read again from its beginning. Its
    /// records stay.
    pub fn forget_transcript(&mut self, transcript: &TranscriptName) -> Result<(), StoreError> {
        let mut forget = || -> Result<()> {
            let key = (self.directory(&transcript.directory)?, PackedName(&transcript.name));
            let connection = &self.store.connection;
            connection
                .prepare_cached("DELETE FROM transcripts WHERE directory = ?1 AND name = ?2")?
                .execute((key.0, &key.1))?;
            connection
                .prepare_cached("DELETE FROM line_problems WHERE directory = ?1 AND name = ?2")?
                .execute((key.0, &key.1))?;
            Ok(())
        };
        forget().map_err(self.store.wrap())
    }

    pub(crate) fn directory(&mut self, directory: &Arc<Path>) -> Result<i64> {
        let Store { connection, dictionary, .. } = &mut *self.store;
        dictionary.directory(connection, directory)
    }
}

/// A path as it is stored: as text, or as a blob where it is no Unicode.
pub(crate) struct PathValue<'a>(pub &'a OsStr);

impl ToSql for PathValue<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self.0.to_str() {
            Some(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            None => ToSqlOutput::Owned(Value::Blob(self.0.as_encoded_bytes().to_vec())),
        })
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// The encoded bytes of a stored path, whichever way it is stored.
pub(crate) fn bytes(value: ValueRef<'_>) -> Vec<u8> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
    }
}
