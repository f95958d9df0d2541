//! Which files of the Gist are a machine's: told by what stands in them, never by their names alone.

use std::collections::BTreeSet;

use ccu_core::ids::MachineId;
use ccu_core::wire::Content;
use ccu_core::wire::file_name::{self, FileKind};

use super::codec::Codec;
use super::earlier;
use super::error::SyncError;
use super::heads::{Owner, data_files, owner, parse};
use super::listing::is_backup_of;
use super::machine_state::MachineState;
use super::session::Session;
use super::view::View;

impl Session<'_> {
    /// The files of a machine, its heads first: they, the segments that they name, its backups, and segments of it that
    /// nothing names.
    ///
    /// **Errors**: when its own head cannot be opened or is of a newer format: then nobody can tell what else is its.
    pub(super) fn files_of(&self, view: &View<'_>, machine: &MachineState) -> Result<Vec<String>, SyncError> {
        let codec = self.codec();
        let mut heads = Vec::new();
        // Segments that its heads name, and those that other heads name.
        let (mut named, mut others) = (BTreeSet::new(), BTreeSet::new());
        for file in data_files(view) {
            let is_listed = machine.file.as_ref() == Some(&file);
            match owner(codec, view, &file) {
                Ok(Some(Owner::Head(head))) if head.machine == machine.id => {
                    named.extend(head.segments.into_iter().map(|entry| entry.file));
                    heads.push(file);
                }
                Ok(Some(Owner::Head(head))) => others.extend(head.segments.into_iter().map(|entry| entry.file)),
                Ok(Some(Owner::Earlier(text))) => {
                    if earlier::read(&file, &text).is_ok_and(|earlier| earlier.machine == machine.id) {
                        heads.push(file);
                    }
                }
                // The manifest says that it is its head, and it says nothing else any more.
                Err(SyncError::Broken { .. }) if is_listed => heads.push(file),
                Err(error) if is_listed || error.ends_all() => return Err(error),
                Ok(Some(Owner::Other) | None) | Err(_) => {}
            }
        }
        let is_segment = |file: &String| file_name::kind(file) == FileKind::Segment;
        let mut files: BTreeSet<String> =
            named.into_iter().filter(|file| is_segment(file) && view.index.files.contains_key(file)).collect();
        for file in view.index.files.keys().filter(|file| may_be_unnamed(file)) {
            if files.contains(file) || others.contains(file) {
                continue;
            }
            let is_its = match machine_in(codec, view, file) {
                Ok(found) => found == Some(machine.id),
                Err(error) if error.ends_all() => return Err(error),
                // Nobody reads it any more: its name is all that is left of it.
                Err(SyncError::Broken { .. }) => heads.iter().any(|head| is_backup_of(head, file)),
                Err(_) => false,
            };
            if is_its {
                files.insert(file.clone());
            }
        }
        heads.extend(files.into_iter().filter(|file| !others.contains(file)));
        Ok(heads)
    }
}

fn may_be_unnamed(file: &str) -> bool {
    matches!(file_name::kind(file), FileKind::Segment | FileKind::Backup { .. })
}

/// The machine that stands in a file.
fn machine_in(codec: &Codec, view: &View<'_>, file: &str) -> Result<Option<MachineId>, SyncError> {
    let Some(text) = view.text(file)? else { return Ok(None) };
    Ok(match parse(codec, file, &text)? {
        Content::Head(head) => Some(head.machine),
        Content::Segment(segment) => Some(segment.machine),
        Content::Earlier => Some(earlier::read(file, &text)?.machine),
        Content::Sealed(_) | Content::Export(_) => None,
    })
}
