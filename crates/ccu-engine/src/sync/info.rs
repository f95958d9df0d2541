//! Info: the Gist file by file, and its revisions.

use ccu_core::retention::RETENTION_DAYS;
use ccu_core::wire::file_name::{self, FileKind};

use super::error::SyncError;
use super::machine_state::MachineState;
use super::session::Session;
use super::status::GistState;
use crate::gist::BlobId;

/// How many revisions are listed.
const MOST_REVISIONS: usize = 30;

/// The Gist in detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The Gist as a whole.
    pub gist: GistState,
    /// Its files, by name.
    pub files: Vec<FileState>,
    /// Its newest revisions, newest first, at most 30.
    pub revisions: Vec<String>,
    /// Days that backups are kept; 0 where none are made.
    pub retention_days: u32,
}

/// A file of the Gist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Its name.
    pub name: String,
    /// What it is by its name.
    pub kind: FileKind,
    /// The name of the machine that it seems to belong to.
    pub machine_name: Option<String>,
    /// Bytes.
    pub bytes: u64,
    /// The git blob id of its content.
    pub blob: BlobId,
}

impl Session<'_> {
    /// Lists what is in the Gist.
    ///
    /// **Errors**: [`SyncError::NoGist`], and when the Gist cannot be reached.
    pub fn info(&mut self) -> Result<Info, SyncError> {
        self.within_limit(Self::list_everything)
    }

    fn list_everything(&mut self) -> Result<Info, SyncError> {
        let view = self.find(false, false)?.view;
        let manifest = self.manifest_if_whole(&view)?;
        let machines = self.machines_of(&view, manifest.as_ref())?;
        let id = view.index.id.clone();
        let what = "cannot read the revisions of the Gist";
        let revisions = self.talk().ask(what, |remote| remote.revisions(&id, MOST_REVISIONS))?;
        let state = |name: &String| {
            Some(FileState {
                name: name.clone(),
                kind: file_name::kind(name),
                machine_name: machine_of_file(&machines, name),
                bytes: view.index.files.get(name)?.size,
                blob: view.index.blob(name)?,
            })
        };
        Ok(Info {
            gist: GistState::of(&view.index),
            files: view.index.files.keys().filter_map(state).collect(),
            revisions,
            retention_days: manifest.map_or(RETENTION_DAYS, |manifest| manifest.retention_days()),
        })
    }
}

/// The machine whose head, segment or backup has this name. For people only: whose a file is stands in the file.
pub(super) fn machine_of_file(machines: &[MachineState], name: &str) -> Option<String> {
    // The slug of each machine as it stands at the beginning of names, behind what all names begin with.
    let beginnings =
        machines.iter().filter_map(|machine| Some((machine.file.as_deref()?.strip_suffix(".json")?, machine)));
    let ends_there = |rest: &str| rest == ".json" || rest.starts_with("_backup_") || rest.starts_with("_s");
    let its = beginnings.filter(|(beginning, _)| name.strip_prefix(beginning).is_some_and(ends_there));
    its.max_by_key(|(beginning, _)| beginning.len()).map(|(_, machine)| machine.name.clone())
}
