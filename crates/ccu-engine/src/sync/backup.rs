//! Backups: which there are, and one of now.

use ccu_core::wire::file_name::{self, FileKind};
use ccu_core::wire::manifest::ManifestMachine;
use ccu_core::wire::time::date;
use jiff::civil::Date;

use super::check::Written;
use super::earlier;
use super::error::SyncError;
use super::heads::{Owner, owner};
use super::info::machine_of_file;
use super::listing::{ListedHead, backups};
use super::own_head::Verdict;
use super::push::Effort;
use super::session::Session;
use super::state::{Own, Remembered};
use super::view::{MANIFEST, View};
use crate::gist::Changes;

/// A backup in the Gist: the head of a machine as it was before its first push of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupState {
    /// The UTC day, `YYYY-MM-DD`.
    pub day: String,
    /// Its file.
    pub file: String,
    /// The name of the machine; empty where nothing tells it.
    pub machine_name: String,
    /// Bytes of the file; the segments that it names are not its own.
    pub bytes: u64,
    /// Records that the machine had; `None` where the file cannot be read.
    pub records: Option<u64>,
}

impl<'a> Session<'a> {
    /// Lists the backups of all machines, newest first.
    ///
    /// **Errors**: [`SyncError::NoGist`], and when the Gist cannot be reached.
    pub fn backups(&mut self) -> Result<Vec<BackupState>, SyncError> {
        self.within_limit(|session| {
            // Most contents come with a whole answer, and none with one that says that nothing has changed.
            let id = session.find(false, false)?.view.index.id;
            let view = session.look_anew(&id)?;
            session.list_backups(&view)
        })
    }

    fn list_backups(&self, view: &View<'_>) -> Result<Vec<BackupState>, SyncError> {
        let manifest = self.manifest_if_whole(view)?;
        let machines = self.machines_of(view, manifest.as_ref())?;
        let mut list = Vec::new();
        for (file, day) in backup_files(view) {
            let shown = |id, said: &str| {
                let machine = machines.iter().find(|machine| machine.id == id);
                machine.map_or_else(|| said.to_owned(), |machine| machine.name.clone())
            };
            let read = match owner(self.codec(), view, &file) {
                Ok(Some(Owner::Head(head))) => Some((shown(head.machine, &head.machine_name), head.record_count)),
                Ok(Some(Owner::Earlier(text))) => earlier::read(&file, &text)
                    .ok()
                    .map(|earlier| (shown(earlier.machine, &earlier.machine_name), earlier.records.len() as u64)),
                Err(error) if error.ends_all() => return Err(error),
                Ok(Some(Owner::Other) | None) | Err(_) => None,
            };
            let (machine_name, records) = match read {
                Some((name, records)) => (name, Some(records)),
                None => (machine_of_file(&machines, &file).unwrap_or_default(), None),
            };
            let bytes = view.index.files.get(&file).map_or(0, |listed| listed.size);
            list.push(BackupState { day: day.to_string(), file, machine_name, bytes, records });
        }
        list.sort_by(|a, b| (&b.day, &a.machine_name, &a.file).cmp(&(&a.day, &b.machine_name, &b.file)));
        Ok(list)
    }

    /// Makes this machine's head, as it stands in the Gist now, today's backup, whatever the retention; where today has one,
    /// that stays. Gives its name; `None` where this machine has nothing in the Gist.
    ///
    /// **Errors**: those of a push.
    pub fn create_backup(&mut self) -> Result<Option<String>, SyncError> {
        self.within_limit(|session| session.patiently(&mut Effort::default(), Session::back_up_once))
    }

    fn back_up_once(&mut self, effort: &mut Effort) -> Result<Option<String>, SyncError> {
        let view = match self.find(false, false) {
            Err(SyncError::NoGist) => return Ok(None),
            found => found?.view,
        };
        let manifest = self.manifest(&view)?;
        self.refuse_if_forgotten(manifest.as_ref())?;
        let own = Own::load(self.store)?.filter(|own| own.gist == view.index.id);
        let slug = match self.verdict(&view, manifest.as_ref(), own.as_ref())? {
            Verdict::Intact { slug } | Verdict::TakeOver { slug, .. } | Verdict::Older { slug, .. } => slug,
            Verdict::First { .. } | Verdict::Rewrite { .. } => return Ok(None),
            Verdict::Cloned => return Err(SyncError::Cloned),
        };
        let (file, name) = (file_name::head(&slug), file_name::backup(&slug, date(self.clock.now())));
        if view.index.files.contains_key(&name) {
            if effort.unanswered > 0 {
                self.check_found(&view, &|view| Ok(view.index.files.contains_key(&name)), effort)?;
            }
            return Ok(Some(name));
        }
        let Some(Owner::Head(head)) = owner(self.codec(), &view, &file)? else { return Ok(None) };
        let Some(text) = view.text(&file)? else { return Ok(None) };
        let mut manifest = match manifest {
            Some(manifest) => manifest,
            None => self.rebuilt_manifest(&view)?,
        };
        let mut files = backups(&view, &file);
        files.insert(0, name.clone());
        let entry = match manifest.entry(head.machine) {
            Some(entry) if entry.current_file == file => ManifestMachine { backups: files, ..entry.clone() },
            before => self.entry_of(before, ListedHead { head: &head, file: &file, text: &text, backups: files }),
        };
        manifest.upsert(entry);
        manifest.set_last_updated(self.clock.now());
        let changes = Changes::from([
            (name.clone(), Some(self.backup_text(&name, text)?)),
            (MANIFEST.to_owned(), Some(manifest.to_text())),
        ]);
        let answer = self.write(&view.index.id, &changes, effort)?;
        self.checked(Written { before: view, answer, own: None, manifest }, effort)?;
        Ok(Some(name))
    }
}

/// The backups in the Gist with their days.
pub(super) fn backup_files(view: &View<'_>) -> Vec<(String, Date)> {
    let day = |file: &String| match file_name::kind(file) {
        FileKind::Backup { date, .. } => Some((file.clone(), date)),
        FileKind::Manifest | FileKind::Head { .. } | FileKind::Segment | FileKind::Other => None,
    };
    view.index.files.keys().filter_map(day).collect()
}
