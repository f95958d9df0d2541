//! What users say of machines, as it stands in the manifest: understood, and never lost when two say something at once.

use ccu_core::ids::MachineId;
use ccu_core::wire::manifest::{Directive, Manifest};
use ccu_core::wire::{self, Content};

use super::codec::Codec;

/// The name that a user gave to a machine; sealed in the manifest where the heads are. `None` where they gave none, or it
/// cannot be opened here.
pub(super) fn spoken_name(codec: &Codec, directive: &Directive) -> Option<String> {
    let name = directive.name.as_ref()?;
    match wire::parse(name) {
        Ok(Content::Sealed(envelope)) => codec.open(&envelope).ok(),
        _ => Some(name.clone()),
    }
}

/// Takes out the entries of machines that a user has forgotten.
pub(super) fn drop_forgotten(manifest: &mut Manifest) {
    let is_forgotten = |directive: &&Directive| directive.forgotten_at.is_some();
    let forgotten: Vec<MachineId> =
        manifest.directives().filter(is_forgotten).map(|directive| directive.machine_id).collect();
    for machine in forgotten {
        manifest.remove(machine);
    }
}

/// The manifest that says what both say. `ours` was written over `theirs`: where users said different things of a machine at
/// once, both hold, and of one thing what was said last.
pub(super) fn merged(mut ours: Manifest, theirs: Manifest) -> Manifest {
    let both: Vec<Directive> =
        theirs.directives().filter_map(|said| both_said(ours.directive(said.machine_id)?, said)).collect();
    ours = ours.merge(theirs);
    both.into_iter().for_each(|directive| ours.set_directive(directive));
    // Merging brings back the entries of machines that were forgotten since.
    drop_forgotten(&mut ours);
    ours
}

/// The next edition of two that are of the same one; `None` where one of them is newer, or they agree.
fn both_said(ours: &Directive, theirs: &Directive) -> Option<Directive> {
    if ours.edition != theirs.edition || ours == theirs {
        return None;
    }
    let mut unknown = theirs.unknown.clone();
    unknown.extend(ours.unknown.clone());
    Some(Directive {
        name: ours.name.clone().or_else(|| theirs.name.clone()),
        merged_into: ours.merged_into.or(theirs.merged_into),
        forgotten_at: ours.forgotten_at.clone().or_else(|| theirs.forgotten_at.clone()),
        unknown,
        ..Directive::next(Some(ours), ours.machine_id)
    })
}
