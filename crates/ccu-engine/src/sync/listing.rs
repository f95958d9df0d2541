//! The manifest as sync uses it: read, rebuilt where it is lost, and brought up to date with our own entry.

use ccu_core::time::UtcMillis;
use ccu_core::wire::file_name::FileKind;
use ccu_core::wire::manifest::{Manifest, ManifestMachine};
use ccu_core::wire::{FORMAT, Head, file_name, time};

use super::codec::Codec;
use super::directives::spoken_name;
use super::error::SyncError;
use super::heads::{Owner, data_files, is_encrypted, owner};
use super::segments::sha256;
use super::session::Session;
use super::state::{Index, Own, Remembered};
use super::view::{MANIFEST, View};

/// A head as the manifest lists it.
pub(super) struct ListedHead<'h> {
    pub head: &'h Head,
    pub file: &'h str,
    /// Its text as it stands in the Gist.
    pub text: &'h str,
    /// Its backups, newest first.
    pub backups: Vec<String>,
}

impl Session<'_> {
    /// The manifest; `None` where it is gone or broken. What cannot be fetched is an error, never an empty manifest.
    pub(super) fn manifest(&self, view: &View<'_>) -> Result<Option<Manifest>, SyncError> {
        let Some(text) = view.text(MANIFEST)? else {
            return if view.index.is_truncated { Err(SyncError::TooManyFiles) } else { Ok(None) };
        };
        match Manifest::parse(&text) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(ccu_core::wire::WireError::NewerFormat { found }) => {
                Err(SyncError::NewerFormat { file: MANIFEST.to_owned(), found })
            }
            Err(_) => Ok(None),
        }
    }

    /// Tells the user that this machine was taken out of the Gist, instead of putting it back.
    pub(super) fn refuse_if_forgotten(&self, manifest: Option<&Manifest>) -> Result<(), SyncError> {
        let directive = manifest.and_then(|manifest| manifest.directive(self.settings.machine));
        match directive.and_then(|directive| directive.forgotten_at.as_deref()) {
            Some(at) => Err(SyncError::Forgotten { at: UtcMillis::parse(at) }),
            None => Ok(()),
        }
    }

    /// A manifest made anew from the heads that are there, and from the last one that we could read: what users said of
    /// machines and backups is in no head.
    pub(super) fn rebuilt_manifest(&self, view: &View<'_>) -> Result<Manifest, SyncError> {
        let last = Index::load(self.store)?.and_then(|index| Manifest::parse(&index.manifest?).ok());
        let mut manifest = last.unwrap_or_else(|| Manifest::new(self.clock.now()));
        for file in data_files(view) {
            // What cannot be read now is listed by its own machine at its next push.
            if let Ok(Some(Owner::Head(head))) = owner(self.codec(), view, &file) {
                let text = view.text(&file)?.unwrap_or_default();
                let listed = ListedHead { head: &head, file: &file, text: &text, backups: backups(view, &file) };
                manifest.upsert(self.entry_of(None, listed));
            }
        }
        Ok(manifest)
    }

    /// Whether the manifest lists our head as it stands.
    pub(super) fn is_listed(&self, manifest: Option<&Manifest>, own: &Own) -> bool {
        let entry = manifest.and_then(|manifest| manifest.entry(self.settings.machine));
        entry.is_some_and(|entry| entry.generation == Some(own.generation))
    }

    /// The entry of a head in the manifest; what a newer ccu put into the one before stays.
    pub(super) fn entry_of(&self, before: Option<&ManifestMachine>, listed: ListedHead<'_>) -> ManifestMachine {
        let ListedHead { head, file, text, backups } = listed;
        // Whoever cannot open the head must not read its name here.
        let name = if is_encrypted(text) { file_name::slug_of_id(head.machine) } else { head.machine_name.clone() };
        ManifestMachine {
            machine_name: name,
            last_sync: time::stamp(head.exported),
            last_record_date: head.range.map(|(_, newest)| time::date(newest).to_string()),
            total_records: head.record_count,
            current_file: file.to_owned(),
            backups,
            data_files: None,
            machine_id: Some(head.machine),
            database_id: Some(head.database),
            generation: Some(head.generation),
            head_sha256: Some(sha256(text.as_bytes())),
            format: Some(FORMAT),
            unknown: before.map(|before| before.unknown.clone()).unwrap_or_default(),
        }
    }
}

/// The name of the machine that a data file belongs to, as far as the manifest tells.
pub(super) fn name_of_file(codec: &Codec, manifest: &Manifest, file: &str) -> Option<String> {
    let machines = manifest.machines();
    let is_its = |machine: &&&ManifestMachine| {
        machine.current_file == file || machine.data_files.iter().flatten().any(|name| name == file)
    };
    let machine = machines.iter().find(is_its)?;
    let said = machine.machine_id.and_then(|id| spoken_name(codec, manifest.directive(id)?));
    said.or_else(|| listed_name(machine))
}

/// The name that an entry gives; `None` where it names nobody, because the head is encrypted.
pub(super) fn listed_name(entry: &ManifestMachine) -> Option<String> {
    let is_hidden = entry.machine_id.is_some_and(|id| file_name::slug_of_id(id) == entry.machine_name);
    (!is_hidden).then(|| entry.machine_name.clone())
}

/// The backups of the machine whose head this is, newest first.
pub(super) fn backups(view: &View<'_>, head_file: &str) -> Vec<String> {
    let names = view.index.files.keys();
    let mut backups: Vec<String> = names.filter(|name| is_backup_of(head_file, name)).cloned().collect();
    backups.sort_unstable_by(|a, b| b.cmp(a));
    backups
}

/// Whether a file is a backup of this head by its name.
pub(super) fn is_backup_of(head_file: &str, file: &str) -> bool {
    let slug = file_name::slug_of_head(head_file);
    matches!(file_name::kind(file), FileKind::Backup { slug: of, .. } if Some(&of) == slug.as_ref())
}
