//! The machines of the Gist as people see them: from the manifest, from heads that it does not list, and as users said.

use std::collections::BTreeMap;

use ccu_core::ids::MachineId;
use ccu_core::legacy;
use ccu_core::time::UtcMillis;
use ccu_core::wire::manifest::{Manifest, ManifestMachine};
use ccu_core::wire::{Head, time};
use ccu_store::Store;

use super::codec::Codec;
use super::directives::spoken_name;
use super::earlier::{self, EarlierFile};
use super::error::SyncError;
use super::heads::{Owner, data_files, owner};
use super::listing::listed_name;
use super::session::{Session, SyncSettings};
use super::state::Index;
use super::view::View;

/// A machine of the Gist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineState {
    /// Its name: what a user called it, else its own.
    pub name: String,
    /// Its id. A machine of the earlier tool has none; it goes by the one that its records are attributed to.
    pub id: MachineId,
    /// When it pushed last, by its own clock.
    pub last_sync: Option<UtcMillis>,
    /// The UTC date of its newest record, `YYYY-MM-DD`.
    pub last_record_date: Option<String>,
    /// Its records.
    pub records: u64,
    /// Whether it is this one.
    pub is_this_machine: bool,
    /// Whether the earlier tool wrote its files.
    pub is_earlier: bool,
    /// The name of the machine that its usage counts for.
    pub merged_into: Option<String>,
    /// The file that it begins with; `None` where that is gone.
    pub file: Option<String>,
}

/// Whose machines they are seen from: what this machine is and knows.
#[derive(Clone, Copy)]
pub(crate) struct Viewpoint<'a> {
    /// Its id.
    pub machine: MachineId,
    /// Its name.
    pub machine_name: &'a str,
    /// Its database.
    pub store: &'a Store,
    /// What opens names that are sealed.
    pub codec: &'a Codec,
}

impl Session<'_> {
    pub(super) fn viewpoint(&self) -> Viewpoint<'_> {
        let SyncSettings { machine, machine_name, codec, .. } = self.settings;
        Viewpoint { machine: *machine, machine_name, store: self.store, codec }
    }

    /// The machines, by name. Those that a user has forgotten are left out, unless files of theirs came back.
    ///
    /// **Errors**: when the Gist cannot be reached. A file that cannot be read hides no other machine.
    pub(super) fn machines_of(
        &self,
        view: &View<'_>,
        manifest: Option<&Manifest>,
    ) -> Result<Vec<MachineState>, SyncError> {
        let mut found = Found::listed(manifest, &view.index);
        self.find_unlisted(view, &mut found)?;
        self.viewpoint().named(found, manifest)
    }

    /// Adds machines whose files the manifest does not list, and names that it does not tell.
    fn find_unlisted(&self, view: &View<'_>, found: &mut Found) -> Result<(), SyncError> {
        for file in data_files(view) {
            if found.named.contains(&file) {
                continue;
            }
            match owner(self.codec(), view, &file) {
                Ok(Some(Owner::Head(head))) => found.add_head(&head, file),
                Ok(Some(Owner::Earlier(text))) => match earlier::read(&file, &text) {
                    Ok(earlier) => found.add_earlier(earlier, file),
                    Err(_) => continue,
                },
                Ok(Some(Owner::Other) | None) => {}
                Err(error) if error.ends_all() => return Err(error),
                // What is wrong with it, `pull` and `verify` tell.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

impl Viewpoint<'_> {
    /// The machines that were in the Gist at the last answer, by name; nobody is asked.
    ///
    /// **Errors**: those of the store.
    pub(super) fn remembered(self, index: &Index, manifest: Option<&Manifest>) -> Result<Vec<MachineState>, SyncError> {
        self.named(Found::listed(manifest, index), manifest)
    }

    fn named(self, found: Found, manifest: Option<&Manifest>) -> Result<Vec<MachineState>, SyncError> {
        let known: BTreeMap<MachineId, String> =
            self.store.machines()?.into_iter().map(|machine| (machine.id, machine.name)).collect();
        let is_gone = |state: &MachineState| {
            let directive = manifest.and_then(|manifest| manifest.directive(state.id));
            state.file.is_none() && directive.is_some_and(|directive| directive.forgotten_at.is_some())
        };
        let mut machines: Vec<MachineState> = found.machines.into_values().filter(|state| !is_gone(state)).collect();
        for state in &mut machines {
            state.is_this_machine = state.id == self.machine;
            state.name = self.shown_name(manifest, state, known.get(&state.id));
        }
        name_mergers(&mut machines, manifest, &known);
        machines.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(machines)
    }

    fn shown_name(self, manifest: Option<&Manifest>, state: &MachineState, known: Option<&String>) -> String {
        if state.is_this_machine {
            // It is called as its configuration says.
            return self.machine_name.to_owned();
        }
        let said = manifest.and_then(|manifest| spoken_name(self.codec, manifest.directive(state.id)?));
        let own = Some(&state.name).filter(|name| !name.is_empty());
        said.or_else(|| own.or(known).cloned()).unwrap_or_else(|| state.id.to_string())
    }
}

/// The machines found so far.
struct Found {
    machines: BTreeMap<MachineId, MachineState>,
    /// Files that need not be read: the manifest says whose they are.
    named: Vec<String>,
}

impl Found {
    fn listed(manifest: Option<&Manifest>, index: &Index) -> Found {
        let mut found = Found { machines: BTreeMap::new(), named: Vec::new() };
        for entry in manifest.iter().flat_map(|manifest| manifest.machines()) {
            found.list(entry, index);
        }
        found
    }

    fn list(&mut self, entry: &ManifestMachine, index: &Index) {
        let id = entry.machine_id.unwrap_or_else(|| legacy::machine_of_name(&entry.machine_name));
        let file = Some(entry.current_file.clone()).filter(|file| index.files.contains_key(file));
        let name = listed_name(entry);
        if name.is_some() {
            self.named.extend(file.iter().chain(entry.data_files.iter().flatten()).cloned());
        }
        let state = MachineState {
            name: name.unwrap_or_default(),
            id,
            last_sync: UtcMillis::parse(&entry.last_sync),
            last_record_date: entry.last_record_date.clone(),
            records: entry.total_records,
            is_this_machine: false,
            is_earlier: entry.machine_id.is_none(),
            merged_into: None,
            file,
        };
        self.machines.insert(id, state);
    }

    fn add_head(&mut self, head: &Head, file: String) {
        let listed = self.machines.get(&head.machine);
        if listed.is_some_and(|state| state.file.is_some() && !state.name.is_empty()) {
            return;
        }
        let state = MachineState {
            name: head.machine_name.clone(),
            id: head.machine,
            last_sync: Some(head.exported),
            last_record_date: head.range.map(|(_, newest)| time::date(newest).to_string()),
            records: head.record_count,
            is_this_machine: false,
            is_earlier: false,
            merged_into: None,
            file: Some(file),
        };
        self.machines.insert(head.machine, state);
    }

    fn add_earlier(&mut self, earlier: EarlierFile, file: String) {
        let newest = earlier.records.iter().filter_map(|record| record.time).max();
        let n_records = earlier.records.len() as u64;
        let new = || MachineState {
            name: earlier.machine_name,
            id: earlier.machine,
            last_sync: None,
            last_record_date: None,
            records: 0,
            is_this_machine: false,
            is_earlier: true,
            merged_into: None,
            file: None,
        };
        let state = self.machines.entry(earlier.machine).or_insert_with(new);
        // Of several files of a machine that the manifest does not list, each holds a part.
        if state.last_sync.is_none() {
            state.records += n_records;
            state.last_record_date = state.last_record_date.take().max(newest.map(|time| time::date(time).to_string()));
        }
        state.file.get_or_insert(file);
    }
}

fn name_mergers(machines: &mut [MachineState], manifest: Option<&Manifest>, known: &BTreeMap<MachineId, String>) {
    let names: BTreeMap<MachineId, String> = machines.iter().map(|state| (state.id, state.name.clone())).collect();
    for state in machines {
        let into = manifest.and_then(|manifest| manifest.directive(state.id)?.merged_into);
        let name = |id| names.get(&id).or_else(|| known.get(&id)).cloned().unwrap_or_else(|| id.to_string());
        state.merged_into = into.filter(|into| *into != state.id).map(name);
    }
}

/// The machine that a user means: by its name, whatever its capitals, or by the first digits of its id, four at least.
///
/// **Errors**: [`SyncError::UnknownMachine`], and [`SyncError::AmbiguousMachine`] where several are meant.
pub(super) fn meant<'m>(machines: &'m [MachineState], asked: &str) -> Result<&'m MachineState, SyncError> {
    let lower = asked.to_lowercase();
    let digits: String = lower.chars().filter(|c| *c != '-').collect();
    let is_id = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_named = |state: &&MachineState| state.name == asked;
    let is_named_alike = |state: &&MachineState| state.name.to_lowercase() == lower;
    let has_id = |state: &&MachineState| is_id && state.id.to_string().replace('-', "").starts_with(&digits);
    let ways: [&dyn Fn(&&MachineState) -> bool; 3] = [&is_named, &is_named_alike, &has_id];
    for is_meant in ways {
        let found: Vec<&MachineState> = machines.iter().filter(is_meant).collect();
        match found.as_slice() {
            [] => {}
            [machine] => return Ok(machine),
            several => {
                let candidates = several.iter().map(|state| (state.name.clone(), state.id)).collect();
                return Err(SyncError::AmbiguousMachine { name: asked.to_owned(), candidates });
            }
        }
    }
    let known = machines.iter().map(|state| state.name.clone()).collect();
    Err(SyncError::UnknownMachine { name: asked.to_owned(), known })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(name: &str, first: u8) -> MachineState {
        let mut id = [7; 16];
        id[0] = first;
        MachineState {
            name: name.to_owned(),
            id: MachineId(id),
            last_sync: None,
            last_record_date: None,
            records: 0,
            is_this_machine: false,
            is_earlier: false,
            merged_into: None,
            file: None,
        }
    }

    #[test]
    fn machines_are_meant_by_name_or_id() {
        let machines = [state("HOME-WT", 0xab), state("home-wt", 0xac), state("vm", 0xad), state("ad07", 0xae)];
        let check = |asked: &str, expected: Result<u8, &str>| {
            let found = meant(&machines, asked).map(|machine| machine.id.0[0]).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{asked}");
        };
        check("HOME-WT", Ok(0xab));
        check("home-wt", Ok(0xac));
        check("Home-WT", Err("`Home-WT` may be any of 2 machines"));
        check("VM", Ok(0xad));
        check("ab07", Ok(0xab));
        check("AC070707-0707", Ok(0xac));
        check("ad07", Ok(0xae));
        check("ab", Err("there is no machine `ab` in the Gist"));
        check("", Err("there is no machine `` in the Gist"));
    }
}
