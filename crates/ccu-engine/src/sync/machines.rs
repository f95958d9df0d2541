//! What users say of machines: their names, which counts for which, and which is to be forgotten. All of it stands in the
//! manifest as directives, which every machine obeys at its next pull.

use std::collections::BTreeSet;

use ccu_core::ids::MachineId;
use ccu_core::legacy;
use ccu_core::wire::manifest::{Directive, Manifest};
use ccu_core::wire::time;

use super::attempt::MOST_FILES;
use super::check::Written;
use super::directives::{drop_forgotten, spoken_name};
use super::error::SyncError;
use super::machine_state::{MachineState, meant};
use super::push::Effort;
use super::session::Session;
use super::view::{MANIFEST, View};
use crate::gist::{Changes, RemoteError};

/// What was done to forget a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgot {
    /// Its name.
    pub machine_name: String,
    /// Whether it was this one; its next push is refused.
    pub was_this_machine: bool,
    /// The files that were removed, sorted.
    pub files_removed: Vec<String>,
}

/// What is to be said of a machine.
struct Saying<'s> {
    machine: MachineId,
    /// What it changes.
    change: &'s dyn Fn(&mut Directive),
    /// The machine's files, where they go; the head first.
    files: Vec<String>,
}

impl Saying<'_> {
    /// The directive to be put into a manifest; `None` where it says so already.
    fn next(&self, manifest: &Manifest) -> Option<Directive> {
        let known = manifest.directive(self.machine);
        let mut next = Directive::next(known, self.machine);
        (self.change)(&mut next);
        let says_so = |known: &Directive| Directive { edition: known.edition, ..next.clone() } == *known;
        (!known.is_some_and(says_so)).then_some(next)
    }
}

impl<'a> Session<'a> {
    /// Lists the machines, by name.
    ///
    /// **Errors**: [`SyncError::NoGist`], and when the Gist cannot be reached.
    pub fn machine_list(&mut self) -> Result<Vec<MachineState>, SyncError> {
        self.within_limit(Self::machines_now)
    }

    fn machines_now(&mut self) -> Result<Vec<MachineState>, SyncError> {
        let view = self.find(false, false)?.view;
        let manifest = self.manifest_if_whole(&view)?;
        self.machines_of(&view, manifest.as_ref())
    }

    /// Gives a machine another name, on all machines but itself: that goes by its configuration.
    ///
    /// **Errors**: [`SyncError::UnknownMachine`], [`SyncError::AmbiguousMachine`], and those of a push.
    pub fn rename_machine(&mut self, name: &str, new: &str) -> Result<(), SyncError> {
        self.within_limit(|session| {
            let machine = meant(&session.machines_now()?, name)?.id;
            // Where heads are encrypted, nobody reads a name in the manifest either.
            let is_sealed = session.settings.codec.encrypts;
            let said = if is_sealed { session.pack(MANIFEST, new)? } else { new.to_owned() };
            let codec = session.codec();
            session.say(machine, &|directive| {
                let is_readable = directive.name.as_deref() == Some(new);
                if spoken_name(codec, directive).as_deref() != Some(new) || is_sealed && is_readable {
                    directive.name = Some(said.clone());
                }
            })
        })
    }

    /// Lets the usage of a machine count for another one.
    ///
    /// **Errors**: [`SyncError::MergesInCircle`], [`SyncError::UnknownMachine`], [`SyncError::AmbiguousMachine`], and those
    /// of a push.
    pub fn merge_machines(&mut self, from: &str, into: &str) -> Result<(), SyncError> {
        self.within_limit(|session| {
            let view = session.find(false, false)?.view;
            let manifest = session.manifest_if_whole(&view)?;
            let machines = session.machines_of(&view, manifest.as_ref())?;
            let (from, into) = (meant(&machines, from)?, meant(&machines, into)?);
            if counts_for(manifest.as_ref(), into.id, from.id) {
                return Err(SyncError::MergesInCircle { from: from.name.clone(), into: into.name.clone() });
            }
            session.say(from.id, &|directive| directive.merged_into = Some(into.id))
        })
    }

    /// Takes a machine out of the Gist: what its files hold comes in here first, then they go, and its next push is refused.
    /// Records that other machines have of it stay there.
    ///
    /// `loses_unread` goes on where its files cannot be read; what they held is then only in the Gist's git history.
    ///
    /// **Errors**: [`SyncError::UnknownMachine`], [`SyncError::AmbiguousMachine`], [`SyncError::Unread`], those of a push, and
    /// when it cannot be told which files are the machine's.
    pub fn forget_machine(&mut self, name: &str, loses_unread: bool) -> Result<Forgot, SyncError> {
        self.within_limit(|session| session.forget(name, loses_unread))
    }

    fn forget(&mut self, name: &str, loses_unread: bool) -> Result<Forgot, SyncError> {
        let target = meant(&self.machines_ever()?, name)?.clone();
        let at = time::stamp(self.clock.now());
        let change = |directive: &mut Directive| {
            directive.forgotten_at.get_or_insert_with(|| at.clone());
        };
        let mut removed = BTreeSet::new();
        let manifest = self.patiently(&mut Effort::default(), |session, effort| {
            // A file that is not there any more must not be removed again: the whole write would be refused.
            let id = session.find(false, false)?.view.index.id;
            let view = session.look_anew(&id)?;
            let files = session.files_of(&view, &target)?;
            match session.take_in_files(&view, &files) {
                Err(error) if error.is_unreadable() && loses_unread => {}
                Err(error) if error.is_unreadable() => {
                    return Err(SyncError::Unread { machine: target.name.clone(), source: Box::new(error) });
                }
                done => done?,
            }
            removed.extend(files.iter().cloned());
            session.say_once(view, &Saying { machine: target.id, change: &change, files }, effort)
        })?;
        self.obey(&manifest)?;
        Ok(Forgot {
            machine_name: target.name,
            was_this_machine: target.is_this_machine,
            files_removed: removed.into_iter().collect(),
        })
    }

    /// All machines that can be forgotten: those that were already too, because a run that was cut short left files.
    fn machines_ever(&mut self) -> Result<Vec<MachineState>, SyncError> {
        let view = self.find(false, false)?.view;
        let manifest = self.manifest_if_whole(&view)?;
        let mut machines = self.machines_of(&view, manifest.as_ref())?;
        for stored in self.store.machines()? {
            let directive = manifest.as_ref().and_then(|manifest| manifest.directive(stored.id));
            let is_forgotten = directive.is_some_and(|directive| directive.forgotten_at.is_some());
            if is_forgotten && machines.iter().all(|machine| machine.id != stored.id) {
                machines.push(MachineState {
                    is_this_machine: stored.id == self.settings.machine,
                    is_earlier: legacy::machine_of_name(&stored.name) == stored.id,
                    id: stored.id,
                    name: stored.name,
                    last_sync: None,
                    last_record_date: None,
                    records: 0,
                    merged_into: None,
                    file: None,
                });
            }
        }
        Ok(machines)
    }

    /// Puts a directive into the manifest, and obeys it here.
    fn say(&mut self, machine: MachineId, change: &dyn Fn(&mut Directive)) -> Result<(), SyncError> {
        let manifest = self.patiently(&mut Effort::default(), |session, effort| {
            let view = session.find(false, false)?.view;
            session.say_once(view, &Saying { machine, change, files: Vec::new() }, effort)
        })?;
        self.obey(&manifest)
    }

    /// Says it once; gives the manifest that then stands.
    fn say_once(&mut self, view: View<'a>, saying: &Saying<'_>, effort: &mut Effort) -> Result<Manifest, SyncError> {
        let mut manifest = match self.manifest(&view)? {
            Some(manifest) => manifest,
            None => self.rebuilt_manifest(&view)?,
        };
        let directive = saying.next(&manifest);
        if directive.is_none() && saying.files.is_empty() {
            if effort.unanswered > 0 {
                let was_there =
                    |view: &View<'a>| Ok(self.manifest(view)?.is_some_and(|manifest| saying.next(&manifest).is_none()));
                self.check_found(&view, &was_there, effort)?;
            }
            return Ok(manifest);
        }
        if let Some(directive) = directive {
            manifest.set_directive(directive);
        }
        if !saying.files.is_empty() {
            drop_earlier(&mut manifest, saying.machine);
        }
        drop_forgotten(&mut manifest);
        manifest.set_last_updated(self.clock.now());
        let (first, rest) = saying.files.split_at(saying.files.len().min(MOST_FILES - 1));
        let mut changes: Changes = first.iter().map(|file| (file.clone(), None)).collect();
        changes.insert(MANIFEST.to_owned(), Some(manifest.to_text()));
        let answer = self.write(&view.index.id, &changes, effort)?;
        let written = Written { before: view, answer, own: None, manifest: manifest.clone() };
        let view = self.checked(written, effort)?;
        let view = self.remove(view, rest, effort)?;
        let stands = self.manifest(&view)?.unwrap_or(manifest);
        if saying.next(&stands).is_some() {
            // Somebody said something else of the machine at the same moment, and that stands: it is said after theirs.
            return Err(SyncError::Remote { what: "cannot write to the Gist", source: RemoteError::Conflict });
        }
        Ok(stands)
    }
}

/// Whether the usage of `machine` counts for `other`, be it through others.
fn counts_for(manifest: Option<&Manifest>, machine: MachineId, other: MachineId) -> bool {
    let (mut seen, mut end) = (BTreeSet::new(), machine);
    while end != other && seen.insert(end) {
        match manifest.and_then(|manifest| manifest.directive(end)?.merged_into) {
            Some(next) => end = next,
            None => return false,
        }
    }
    end == other
}

fn drop_earlier(manifest: &mut Manifest, machine: MachineId) {
    let is_its = |name: &String| legacy::machine_of_name(name) == machine;
    let names: Vec<String> =
        manifest.machines().into_iter().map(|entry| entry.machine_name.clone()).filter(is_its).collect();
    for name in names {
        manifest.remove_earlier(&name);
    }
}
