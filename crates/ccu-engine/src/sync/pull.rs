//! Pull: what other machines have put into the Gist comes in, each machine in one transaction, in any order.

use std::collections::BTreeSet;

use ccu_core::ids::MachineId;
use ccu_core::record::UsageRecord;
use ccu_core::wire::Head;
use ccu_core::wire::file_name;
use ccu_core::wire::manifest::Manifest;
use ccu_store::Inserted;
use rustc_hash::FxHashSet;

use super::directives::spoken_name;
use super::earlier;
use super::error::SyncError;
use super::heads::{Owner, data_files, owner};
use super::listing::name_of_file;
use super::own_head::Verdict;
use super::restore::StandingHead;
use super::segments::segment;
use super::session::Session;
use super::state::{Index, Own, Remembered};
use super::view::View;

/// What a pull did.
#[derive(Debug, Default)]
pub struct Pulled {
    /// The Gist's id.
    pub gist: String,
    /// Machines of which something came in, by name, sorted.
    pub machines: Vec<String>,
    /// What came of the records.
    pub inserted: Inserted,
    /// Records of ours that came back.
    pub restored: u64,
    /// What could not be taken in; everything else was.
    pub errors: Vec<SyncError>,
    /// Whether the Gist is as it was at the last pull.
    pub is_unchanged: bool,
    /// Records in files of the earlier tool that cannot be read.
    pub n_bad_records: u64,
    /// Ids of other Gists with the same description.
    pub other_gists: Vec<String>,
}

impl Session<'_> {
    /// Takes in what is new, of all machines or of those named.
    ///
    /// **Errors**: when the Gist cannot be reached. What is wrong with a machine's files is in [`Pulled::errors`], and does
    /// not keep others from coming in.
    pub fn pull(&mut self, names: &[String]) -> Result<Pulled, SyncError> {
        self.within_limit(|session| session.pull_all(names))
    }

    fn pull_all(&mut self, names: &[String]) -> Result<Pulled, SyncError> {
        let found = self.find(false, false)?;
        let view = found.view;
        let mut pulled = Pulled { gist: view.index.id.clone(), other_gists: found.others, ..Pulled::default() };
        if view.is_unchanged && view.index.is_pulled && names.is_empty() {
            pulled.is_unchanged = true;
        } else {
            self.take_in(&view, names, &mut pulled)?;
        }
        let now = self.clock.now().0;
        self.remember_times(|times| times.last_pull = Some(now))?;
        Ok(pulled)
    }

    fn take_in(&mut self, view: &View<'_>, names: &[String], pulled: &mut Pulled) -> Result<(), SyncError> {
        let manifest = match self.manifest(view) {
            Err(error) if error.ends_all() => return Err(error),
            // The heads say everything that a manifest says.
            Err(error) => {
                pulled.errors.push(error);
                None
            }
            Ok(manifest) => manifest,
        };
        let known = self.store.pulled_files()?;
        let mut incoming = Incoming { view, manifest: manifest.as_ref(), names, known, seen: BTreeSet::new(), pulled };
        let files = data_files(view);
        for (nth, file) in files.iter().enumerate() {
            self.watch.receiving(nth, files.len());
            match self.take_in_file(&mut incoming, file) {
                // A clone begins anew under an id of its own.
                Err(error) if error.ends_all() || matches!(error, SyncError::Cloned) => return Err(error),
                Err(error) => incoming.pulled.errors.push(error),
                Ok(()) => {}
            }
        }
        incoming.name_unknown();
        if let Some(manifest) = &manifest {
            self.obey(manifest)?;
        }
        self.finish_pull(view, names.is_empty() && pulled.errors.is_empty())
    }

    /// Takes in these data files, or says why one cannot be.
    pub(super) fn take_in_files(&mut self, view: &View<'_>, files: &[String]) -> Result<(), SyncError> {
        let (manifest, known, mut pulled) = (self.manifest(view)?, self.store.pulled_files()?, Pulled::default());
        let (names, seen) = (&[], BTreeSet::new());
        let mut incoming = Incoming { view, manifest: manifest.as_ref(), names, known, seen, pulled: &mut pulled };
        let data = data_files(view);
        data.iter().filter(|file| files.contains(file)).try_for_each(|file| self.take_in_file(&mut incoming, file))
    }

    /// Remembers how the Gist looked, and forgets files that it no longer has.
    fn finish_pull(&mut self, view: &View<'_>, is_whole: bool) -> Result<(), SyncError> {
        let mut index = view.to_remember(Index::load(self.store)?.as_ref());
        index.is_pulled = is_whole;
        let present: FxHashSet<[u8; 20]> =
            index.files.keys().filter_map(|name| index.blob(name)).map(|blob| blob.0).collect();
        let mut writing = self.store.begin()?;
        if !index.is_truncated {
            writing.keep_pulled_files(&present)?;
        }
        index.save(&mut writing)?;
        writing.commit()?;
        Ok(())
    }

    fn take_in_file(&mut self, incoming: &mut Incoming<'_, '_>, file: &str) -> Result<(), SyncError> {
        let listed = incoming.manifest.and_then(|manifest| name_of_file(self.codec(), manifest, file));
        let is_in = incoming.is_in(file);
        if let Some(name) = &listed {
            incoming.seen.insert(name.clone());
            if is_in || !incoming.wants(name) {
                return Ok(());
            }
        } else if is_in && incoming.names.is_empty() {
            return Ok(());
        }
        match owner(self.codec(), incoming.view, file)? {
            Some(Owner::Head(head)) if head.machine == self.settings.machine => {
                incoming.seen.insert(head.machine_name.clone());
                self.take_back(incoming, file)
            }
            Some(Owner::Head(head)) => {
                incoming.seen.insert(head.machine_name.clone());
                let is_wanted = incoming.wants(listed.as_deref().unwrap_or(&head.machine_name));
                if is_in || !is_wanted || incoming.is_superseded(file, &head) {
                    return Ok(());
                }
                self.take_in_head(incoming, file, &head)
            }
            Some(Owner::Earlier(text)) => self.take_in_earlier(incoming, file, &text),
            Some(Owner::Other) | None => Ok(()),
        }
    }

    /// Takes in a machine: all its segments that are not in yet, its newest records, and its name.
    fn take_in_head(&mut self, incoming: &mut Incoming<'_, '_>, file: &str, head: &Head) -> Result<(), SyncError> {
        let (codec, view) = (self.codec(), incoming.view);
        let missing = || head.segments.iter().filter(|entry| !incoming.is_in(&entry.file));
        view.fetch(missing().map(|entry| entry.file.as_str()))?;
        let mut writing = self.store.begin()?;
        for entry in missing() {
            let segment = segment(codec, view, head.machine, entry)?;
            let records: Vec<UsageRecord> = segment.records.into_iter().map(|numbered| numbered.record).collect();
            writing.insert_batch(&records)?;
            if let Some(blob) = view.index.blob(&entry.file) {
                writing.add_pulled_file(blob.0)?;
            }
        }
        let tail: Vec<UsageRecord> = head.tail.iter().map(|numbered| numbered.record.clone()).collect();
        writing.insert_batch(&tail)?;
        for (machine, name) in &head.machine_names {
            writing.name_machine_if_unknown(*machine, name)?;
        }
        writing.name_machine(head.machine, &head.machine_name)?;
        writing.set_last_sync(head.machine, head.exported)?;
        if let Some(blob) = view.index.blob(file) {
            writing.add_pulled_file(blob.0)?;
        }
        incoming.pulled.add(&head.machine_name, writing.commit()?);
        Ok(())
    }

    /// Our own file holds what this database lost, or is as we left it.
    fn take_back(&mut self, incoming: &mut Incoming<'_, '_>, file: &str) -> Result<(), SyncError> {
        let view = incoming.view;
        let own = Own::load(self.store)?.filter(|own| own.gist == view.index.id);
        match self.verdict(view, incoming.manifest, own.as_ref())? {
            Verdict::TakeOver { slug, head } if file_name::head(&slug).eq_ignore_ascii_case(file) => {
                let inserted = self.restore(view, &StandingHead { head: &head, slug: &slug }, false)?;
                incoming.pulled.restored += inserted.new;
                incoming.pulled.add(&head.machine_name, inserted);
                Ok(())
            }
            Verdict::Cloned => Err(SyncError::Cloned),
            _ => Ok(()),
        }
    }

    fn take_in_earlier(&mut self, incoming: &mut Incoming<'_, '_>, file: &str, text: &str) -> Result<(), SyncError> {
        let found = earlier::read(file, text)?;
        incoming.seen.insert(found.machine_name.clone());
        if !incoming.wants(&found.machine_name) {
            return Ok(());
        }
        let mut writing = self.store.begin()?;
        writing.name_machine_if_unknown(found.machine, &found.machine_name)?;
        writing.insert_batch(&found.records)?;
        if let Some(blob) = incoming.view.index.blob(file) {
            writing.add_pulled_file(blob.0)?;
        }
        incoming.pulled.add(&found.machine_name, writing.commit()?);
        incoming.pulled.n_bad_records += found.n_bad;
        Ok(())
    }

    /// Does what the user said about machines: names, and which machine is shown as which.
    pub(super) fn obey(&mut self, manifest: &Manifest) -> Result<(), SyncError> {
        let (this, codec) = (self.settings.machine, self.codec());
        let known: Vec<(MachineId, String, Option<MachineId>)> =
            self.store.machines()?.into_iter().map(|machine| (machine.id, machine.name, machine.merged_into)).collect();
        let mut writing = self.store.begin()?;
        for (id, name, merged_into) in known {
            let Some(directive) = manifest.directive(id) else { continue };
            // This machine is called as its configuration says.
            if let Some(said) = spoken_name(codec, directive).filter(|said| id != this && *said != name) {
                writing.name_machine(id, &said)?;
            }
            if directive.merged_into != merged_into {
                writing.set_merged(id, directive.merged_into)?;
            }
        }
        writing.commit()?;
        Ok(())
    }
}

impl Pulled {
    fn add(&mut self, machine: &str, inserted: Inserted) {
        self.inserted.new += inserted.new;
        self.inserted.improved += inserted.improved;
        self.inserted.duplicate += inserted.duplicate;
        if let Err(place) = self.machines.binary_search_by(|known| known.as_str().cmp(machine)) {
            self.machines.insert(place, machine.to_owned());
        }
    }
}

/// A pull under way.
struct Incoming<'i, 'v> {
    view: &'i View<'v>,
    manifest: Option<&'i Manifest>,
    /// The machines that are wanted; all where none is named.
    names: &'i [String],
    /// Blobs that are in already.
    known: FxHashSet<[u8; 20]>,
    /// The machines that there are.
    seen: BTreeSet<String>,
    pulled: &'i mut Pulled,
}

impl Incoming<'_, '_> {
    fn is_in(&self, file: &str) -> bool {
        self.view.index.blob(file).is_some_and(|blob| self.known.contains(&blob.0))
    }

    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
    }

    /// Whether a machine has a newer head under another name: it had to change its name, and the old file names segments
    /// that are gone.
    fn is_superseded(&self, file: &str, head: &Head) -> bool {
        let entry = self.manifest.and_then(|manifest| manifest.entry(head.machine));
        entry.is_some_and(|entry| {
            entry.current_file != file
                && entry.generation > Some(head.generation)
                && self.view.index.files.contains_key(&entry.current_file)
        })
    }

    /// Says which wanted machines there are none of, and that files may be missing in a list that was cut.
    fn name_unknown(&mut self) {
        let is_unknown = |name: &&String| !self.seen.iter().any(|known| known.eq_ignore_ascii_case(name));
        let known: Vec<String> = self.seen.iter().cloned().collect();
        for name in self.names.iter().filter(is_unknown) {
            let known = known.clone();
            self.pulled.errors.push(SyncError::UnknownMachine { name: name.clone(), known });
        }
        let is_told = self.pulled.errors.iter().any(|error| matches!(error, SyncError::TooManyFiles));
        if self.view.index.is_truncated && !is_told {
            self.pulled.errors.push(SyncError::TooManyFiles);
        }
    }
}
