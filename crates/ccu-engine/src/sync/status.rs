//! Status: the Gist, its machines, and what of this machine is not in it yet.

use ccu_core::time::UtcMillis;
use ccu_core::wire::manifest::Manifest;
use ccu_store::Store;

use super::error::SyncError;
use super::machine_state::{MachineState, Viewpoint};
use super::session::Session;
use super::state::{self, Index, Remembered, Times};
use super::view::View;

/// The Gist as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GistState {
    /// Its id.
    pub id: String,
    /// Its page for people.
    pub html_url: String,
    /// When GitHub says that it was changed last.
    pub updated_at: Option<UtcMillis>,
    /// Files that are listed.
    pub n_files: usize,
    /// Bytes in them.
    pub bytes: u64,
    /// Whether there are more files than GitHub lists.
    pub is_truncated: bool,
    /// Its newest revision, 40 hexadecimal digits.
    pub revision: Option<String>,
}

/// How sync stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncStatus {
    /// The Gist; `None` where the account has none.
    pub gist: Option<GistState>,
    /// Its machines, by name.
    pub machines: Vec<MachineState>,
    /// When this machine's last push ended well.
    pub last_push: Option<UtcMillis>,
    /// When its last pull ended well.
    pub last_pull: Option<UtcMillis>,
    /// Own records that are not in the Gist yet.
    pub unsent: u64,
    /// Before then GitHub wants no question; what is said of the Gist is what it was at the last one.
    pub not_before: Option<UtcMillis>,
    /// Ids of other Gists with the same description.
    pub other_gists: Vec<String>,
}

impl GistState {
    pub(super) fn of(index: &Index) -> GistState {
        GistState {
            id: index.id.clone(),
            html_url: index.html_url.clone(),
            updated_at: index.updated_at.map(UtcMillis),
            n_files: index.files.len(),
            bytes: index.files.values().map(|file| file.size).sum(),
            is_truncated: index.is_truncated,
            revision: index.revision.clone(),
        }
    }
}

/// How sync stood at the last answer; nobody is asked.
///
/// **Errors**: those of the store.
pub(crate) fn remembered(viewpoint: Viewpoint<'_>, now: UtcMillis) -> Result<SyncStatus, SyncError> {
    let mut status = unasked(viewpoint.store, now)?;
    recall(viewpoint, &mut status)?;
    Ok(status)
}

/// What is known without a question, but for the Gist.
fn unasked(store: &Store, now: UtcMillis) -> Result<SyncStatus, SyncError> {
    let times: Times = state::load_or_default(store)?;
    Ok(SyncStatus {
        gist: None,
        machines: Vec::new(),
        last_push: times.last_push.map(UtcMillis),
        last_pull: times.last_pull.map(UtcMillis),
        unsent: state::unsent_records(store)?,
        not_before: times.limited_until(now),
        other_gists: Vec::new(),
    })
}

/// Adds what was known of the Gist at the last answer.
fn recall(viewpoint: Viewpoint<'_>, status: &mut SyncStatus) -> Result<(), SyncError> {
    let Some(index) = Index::load(viewpoint.store)?.filter(|index| !index.id.is_empty()) else { return Ok(()) };
    let manifest = index.manifest.as_ref().and_then(|text| Manifest::parse(text).ok());
    status.gist = Some(GistState::of(&index));
    status.machines = viewpoint.remembered(&index, manifest.as_ref())?;
    Ok(())
}

impl Session<'_> {
    /// Says how sync stands; asks the Gist no more than whether it has changed, if it hasn't.
    ///
    /// **Errors**: when the Gist cannot be reached, or is gone. That the account has none, or that GitHub wants no question
    /// now, is no error.
    pub fn status(&mut self) -> Result<SyncStatus, SyncError> {
        let mut status = unasked(self.store, self.clock.now())?;
        match self.within_limit(|session| session.look_for_status(&mut status)) {
            Ok(()) | Err(SyncError::NoGist) => {}
            Err(SyncError::Limited { .. }) => recall(self.viewpoint(), &mut status)?,
            Err(error) => return Err(error),
        }
        status.not_before = state::load_or_default::<Times>(self.store)?.limited_until(self.clock.now());
        Ok(status)
    }

    fn look_for_status(&mut self, status: &mut SyncStatus) -> Result<(), SyncError> {
        let found = self.find(false, false)?;
        let manifest = self.manifest_if_whole(&found.view)?;
        status.machines = self.machines_of(&found.view, manifest.as_ref())?;
        status.gist = Some(GistState::of(&found.view.index));
        status.other_gists = found.others;
        Ok(())
    }

    /// The manifest, where it says anything: what it says, the heads say too.
    ///
    /// **Errors**: when the Gist cannot be reached.
    pub(super) fn manifest_if_whole(&self, view: &View<'_>) -> Result<Option<Manifest>, SyncError> {
        match self.manifest(view) {
            Err(error) if error.ends_all() => Err(error),
            manifest => Ok(manifest.ok().flatten()),
        }
    }
}
