//! Verify: everything in the Gist is read anew and held against what it should be, whatever is remembered.

use std::collections::{BTreeMap, BTreeSet};

use ccu_core::ids::MachineId;
use ccu_core::wire::file_name::{self, FileKind};
use ccu_core::wire::manifest::{Manifest, ManifestMachine};
use ccu_core::wire::{Head, WireError};

use super::codec::Codec;
use super::earlier;
use super::error::SyncError;
use super::heads::{Owner, owner};
use super::segments::{segment, sha256};
use super::session::Session;
use super::state::{self, Index, Remembered};
use super::view::{MANIFEST, View};

/// What was read, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Verified {
    /// Files that are listed.
    pub n_files: usize,
    /// Bytes in them.
    pub bytes: u64,
    /// Records in heads, in segments that they name, and in files of the earlier tool. One that was improved after it was
    /// sealed counts with each of its versions.
    pub n_records: u64,
    /// The names of the machines whose files were read, sorted.
    pub machines: Vec<String>,
    /// What is missing, broken, or cannot be opened; empty where all is well.
    pub problems: Vec<SyncError>,
}

impl Session<'_> {
    /// Reads everything anew. When something is wrong, the next pull looks again too, changed or not.
    ///
    /// **Errors**: when the Gist cannot be reached. What is wrong with its files is in [`Verified::problems`].
    pub fn verify(&mut self) -> Result<Verified, SyncError> {
        self.within_limit(Self::read_everything)
    }

    fn read_everything(&mut self) -> Result<Verified, SyncError> {
        let found = self.find(false, false)?.view;
        let view = if found.is_unchanged { self.look_anew(&found.index.id)? } else { found };
        let mut reading = Reading {
            codec: self.codec(),
            view: &view,
            heads: BTreeMap::new(),
            names: BTreeSet::new(),
            verified: Verified {
                n_files: view.index.files.len(),
                bytes: view.index.files.values().map(|file| file.size).sum(),
                ..Verified::default()
            },
        };
        if view.index.is_truncated {
            reading.verified.problems.push(SyncError::TooManyFiles);
        }
        let files: Vec<&String> = view.index.files.keys().filter(|name| is_read(name)).collect();
        for (nth, file) in files.iter().enumerate() {
            self.watch.receiving(nth, files.len());
            let outcome = reading.read(file);
            reading.note(outcome)?;
        }
        let outcome = reading.check_manifest();
        reading.note(outcome)?;
        let Reading { names, mut verified, .. } = reading;
        verified.machines = names.into_iter().collect();
        if !verified.problems.is_empty()
            && let Some(index) = Index::load(self.store)?
        {
            state::save(self.store, &Index { is_pulled: false, ..index })?;
        }
        Ok(verified)
    }
}

/// Heads and backups; segments are read by the heads that name them.
fn is_read(file: &str) -> bool {
    matches!(file_name::kind(file), FileKind::Head { .. } | FileKind::Backup { .. })
}

/// What has been read so far.
struct Reading<'v> {
    codec: &'v Codec,
    view: &'v View<'v>,
    /// The heads of ccu by machine, with their files; of several of one machine, the newest.
    heads: BTreeMap<MachineId, (String, Box<Head>)>,
    names: BTreeSet<String>,
    verified: Verified,
}

impl Reading<'_> {
    /// Keeps what is wrong with a file.
    ///
    /// **Errors**: when nothing further can be read.
    fn note(&mut self, outcome: Result<(), SyncError>) -> Result<(), SyncError> {
        match outcome {
            Err(error) if error.ends_all() => return Err(error),
            Err(error) => self.verified.problems.push(error),
            Ok(()) => {}
        }
        Ok(())
    }

    fn read(&mut self, file: &str) -> Result<(), SyncError> {
        let is_backup = matches!(file_name::kind(file), FileKind::Backup { .. });
        match owner(self.codec, self.view, file)? {
            // What a backup names may have been merged since.
            Some(Owner::Head(_)) if is_backup => {}
            Some(Owner::Head(head)) => self.read_head(file, head)?,
            Some(Owner::Earlier(text)) => {
                let earlier = earlier::read(file, &text)?;
                if !is_backup {
                    self.verified.n_records += earlier.records.len() as u64;
                    self.names.insert(earlier.machine_name);
                }
                if earlier.n_bad > 0 {
                    return Err(mismatch(file, format!("{} of its records cannot be read", earlier.n_bad)));
                }
            }
            Some(Owner::Other) => return Err(mismatch(file, "it does not hold what its name says".to_owned())),
            None => {}
        }
        self.view.drop_text(file);
        Ok(())
    }

    fn read_head(&mut self, file: &str, head: Box<Head>) -> Result<(), SyncError> {
        self.names.insert(head.machine_name.clone());
        let mut n_records = head.tail.len() as u64;
        for entry in &head.segments {
            n_records += entry.count;
            // Of what is not listed, nothing is known where the list is cut.
            if self.view.index.is_truncated && !self.view.index.files.contains_key(&entry.file) {
                continue;
            }
            let broken = |source: WireError| SyncError::Broken { file: entry.file.clone(), source: Box::new(source) };
            let outcome = segment(self.codec, self.view, head.machine, entry)
                .and_then(|segment| entry.check(&segment).map_err(broken));
            self.note(outcome)?;
        }
        self.verified.n_records += n_records;
        let is_newest = |(_, known): &(String, Box<Head>)| known.generation < head.generation;
        if self.heads.get(&head.machine).is_none_or(is_newest) {
            self.heads.insert(head.machine, (file.to_owned(), head.clone()));
        }
        if n_records < head.record_count {
            return Err(mismatch(file, format!("it promises {} records and names {n_records}", head.record_count)));
        }
        Ok(())
    }

    /// Holds the manifest against the heads.
    fn check_manifest(&mut self) -> Result<(), SyncError> {
        let Some(text) = self.view.text(MANIFEST)? else {
            return Err(mismatch(MANIFEST, "it is missing".to_owned()));
        };
        let manifest = Manifest::parse(&text).map_err(|source| match source {
            WireError::NewerFormat { found } => SyncError::NewerFormat { file: MANIFEST.to_owned(), found },
            source => SyncError::Broken { file: MANIFEST.to_owned(), source: Box::new(source) },
        })?;
        let heads = std::mem::take(&mut self.heads);
        for (machine, (file, head)) in &heads {
            let is_forgotten = manifest.directive(*machine).is_some_and(|said| said.forgotten_at.is_some());
            let outcome = match manifest.entry(*machine) {
                Some(entry) => self.check_entry(entry, file, head),
                None if is_forgotten => Ok(()),
                None => Err(mismatch(MANIFEST, format!("it does not list `{file}`"))),
            };
            self.note(outcome)?;
        }
        if self.view.index.is_truncated {
            return Ok(());
        }
        for entry in manifest.machines() {
            let files =
                [&entry.current_file].into_iter().chain(entry.data_files.iter().flatten()).chain(&entry.backups);
            for file in files.filter(|file| !file.is_empty() && !self.view.index.files.contains_key(*file)) {
                let missing = mismatch(MANIFEST, format!("it lists `{file}`, which is missing"));
                self.verified.problems.push(missing);
            }
        }
        Ok(())
    }

    fn check_entry(&self, entry: &ManifestMachine, file: &str, head: &Head) -> Result<(), SyncError> {
        let text = self.view.text(file)?.unwrap_or_default();
        let checks = [
            ("current_file", entry.current_file == file),
            ("generation", entry.generation == Some(head.generation)),
            ("head_sha256", entry.head_sha256 == Some(sha256(text.as_bytes()))),
            ("database_id", entry.database_id == Some(head.database)),
            ("total_records", entry.total_records == head.record_count),
        ];
        match checks.iter().find(|(_, agrees)| !agrees) {
            None => Ok(()),
            Some((field, _)) => {
                Err(mismatch(MANIFEST, format!("its `{field}` for `{file}` is not what that file says")))
            }
        }
    }
}

fn mismatch(file: &str, reason: String) -> SyncError {
    SyncError::Mismatch { file: file.to_owned(), reason }
}
