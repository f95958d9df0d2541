//! Going back: the records of a backup, or of a revision of the Gist, are merged into the database. Nothing is ever undone by
//! it; what has come since stays.

use ccu_core::ids::MachineId;
use ccu_core::wire::Head;
use ccu_core::wire::file_name;
use ccu_store::Inserted;
use jiff::civil::Date;

use super::backup::backup_files;
use super::earlier::{self, EarlierFile};
use super::error::SyncError;
use super::heads::{Owner, data_files, owner};
use super::listing::is_backup_of;
use super::machine_state::{MachineState, meant};
use super::session::Session;
use super::snapshot::Merged;
use super::view::View;

/// What came back.
#[derive(Debug, Default)]
pub struct RestoredBackup {
    /// The backup's file; the revision where everything that it held was asked for.
    pub file: String,
    /// What came of the records.
    pub inserted: Inserted,
    /// What the snapshot names and is found nowhere, or cannot be read; everything else came in.
    pub missing: Vec<SyncError>,
}

/// What a machine was at some time.
enum Snapshot {
    Head(Box<Head>),
    Earlier(EarlierFile),
}

impl Snapshot {
    fn machine(&self) -> MachineId {
        match self {
            Snapshot::Head(head) => head.machine,
            Snapshot::Earlier(earlier) => earlier.machine,
        }
    }

    /// Which of two of one machine and day is the later.
    fn generation(&self) -> u64 {
        match self {
            Snapshot::Head(head) => head.generation,
            Snapshot::Earlier(_) => 0,
        }
    }
}

impl<'a> Session<'a> {
    /// Merges the records of a machine's backup of a UTC day (`YYYY-MM-DD` or `YYYYMMDD`); without `machine`, of this
    /// machine's.
    ///
    /// With `revision`, the Gist as it was then is looked into instead: for the backup of the day, and where `day` is empty
    /// for everything, of the machine or of all.
    ///
    /// **Errors**: [`SyncError::NoBackup`], [`SyncError::UnknownMachine`], [`SyncError::AmbiguousMachine`], and when the Gist
    /// cannot be reached.
    pub fn restore_backup(
        &mut self,
        day: &str,
        machine: Option<&str>,
        revision: Option<&str>,
    ) -> Result<RestoredBackup, SyncError> {
        self.within_limit(|session| match revision {
            Some(revision) if day.is_empty() => session.restore_revision(revision, machine),
            _ => session.restore_day(day, machine, revision),
        })
    }

    fn restore_day(
        &mut self,
        day: &str,
        machine: Option<&str>,
        revision: Option<&str>,
    ) -> Result<RestoredBackup, SyncError> {
        let view = self.view_of(revision)?;
        let machine = machine.map(|name| self.machine_in(&view, name)).transpose()?;
        let id = machine.as_ref().map_or(self.settings.machine, |machine| machine.id);
        let mut found: Option<(String, Snapshot)> = None;
        for (file, date) in backup_files(&view) {
            if Some(date) != date_of(day) {
                continue;
            }
            let snapshot = match self.snapshot(&view, &file) {
                // It can only be said that this very backup is broken if its name is the machine's.
                Err(error) if error.ends_all() || self.is_named_for(machine.as_ref(), &file) => return Err(error),
                snapshot => snapshot.ok().flatten().filter(|snapshot| snapshot.machine() == id),
            };
            if let Some(snapshot) = snapshot
                && found.as_ref().is_none_or(|(_, known)| known.generation() < snapshot.generation())
            {
                found = Some((file, snapshot));
            }
        }
        let Some((file, snapshot)) = found else {
            return Err(SyncError::NoBackup { day: day.to_owned(), known: self.days(&view, id)? });
        };
        let mut restored = RestoredBackup { file, ..RestoredBackup::default() };
        let merged = self.merge(&view, &snapshot)?;
        restored.add(merged);
        Ok(restored)
    }

    fn restore_revision(&mut self, revision: &str, machine: Option<&str>) -> Result<RestoredBackup, SyncError> {
        let view = self.view_of(Some(revision))?;
        let machine = machine.map(|name| self.machine_in(&view, name)).transpose()?;
        let mut restored = RestoredBackup { file: revision.to_owned(), ..RestoredBackup::default() };
        for file in data_files(&view) {
            let is_wanted =
                |snapshot: &Snapshot| machine.as_ref().is_none_or(|machine| machine.id == snapshot.machine());
            let merged = match self.snapshot(&view, &file) {
                Ok(Some(snapshot)) if is_wanted(&snapshot) => self.merge(&view, &snapshot),
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            match merged {
                Ok(merged) => restored.add(merged),
                Err(error) if error.ends_all() => return Err(error),
                Err(error) => restored.missing.push(error),
            }
        }
        Ok(restored)
    }

    /// The Gist as it is, or as it was after a revision.
    fn view_of(&mut self, revision: Option<&str>) -> Result<View<'a>, SyncError> {
        let now = self.find(false, false)?.view;
        let Some(revision) = revision else { return Ok(now) };
        let (talk, id) = (self.talk(), now.index.id.as_str());
        let gist = talk.ask("cannot read a revision of the Gist", |remote| remote.read_revision(id, revision))?;
        Ok(View::of(talk, gist, &self.settings.token_fingerprint))
    }

    fn machine_in(&self, view: &View<'_>, name: &str) -> Result<MachineState, SyncError> {
        let manifest = self.manifest_if_whole(view)?;
        let machines = self.machines_of(view, manifest.as_ref())?;
        meant(&machines, name).cloned()
    }

    /// Whether a backup would be this machine's by its name.
    fn is_named_for(&self, machine: Option<&MachineState>, file: &str) -> bool {
        let own = || file_name::head(&file_name::slug(&self.settings.machine_name));
        let head = machine.map_or_else(|| Some(own()), |machine| machine.file.clone());
        head.is_some_and(|head| is_backup_of(&head, file))
    }

    fn snapshot(&self, view: &View<'_>, file: &str) -> Result<Option<Snapshot>, SyncError> {
        Ok(match owner(self.codec(), view, file)? {
            Some(Owner::Head(head)) => Some(Snapshot::Head(head)),
            Some(Owner::Earlier(text)) => Some(Snapshot::Earlier(earlier::read(file, &text)?)),
            Some(Owner::Other) | None => None,
        })
    }

    fn merge(&mut self, view: &View<'_>, snapshot: &Snapshot) -> Result<Merged, SyncError> {
        match snapshot {
            Snapshot::Head(head) => self.merge_snapshot(view, head),
            Snapshot::Earlier(earlier) => self.merge_earlier(earlier),
        }
    }

    /// The days of a machine's backups, newest first.
    fn days(&self, view: &View<'_>, machine: MachineId) -> Result<Vec<String>, SyncError> {
        let mut days = Vec::new();
        for (file, date) in backup_files(view) {
            match self.snapshot(view, &file) {
                Err(error) if error.ends_all() => return Err(error),
                Ok(Some(snapshot)) if snapshot.machine() == machine => days.push(date),
                Ok(_) | Err(_) => {}
            }
        }
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.dedup();
        Ok(days.iter().map(Date::to_string).collect())
    }
}

impl RestoredBackup {
    fn add(&mut self, merged: Merged) {
        self.inserted = self.inserted.plus(&merged.inserted);
        self.missing.extend(merged.missing);
    }
}

/// Reads `2026-11-22` or `20261122`.
fn date_of(day: &str) -> Option<Date> {
    let day = day.trim();
    let formats = ["%Y-%m-%d", "%Y%m%d"];
    formats.into_iter().find_map(|format| Date::strptime(format, day).ok())
}
