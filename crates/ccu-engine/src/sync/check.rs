//! After a write: what did it replace? GitHub knows no "write only if unchanged", so what another machine wrote between our
//! look and our write is found in the revision before ours, and put back.

use ccu_core::wire::file_name;
use ccu_core::wire::manifest::Manifest;

use super::directives::merged;
use super::error::SyncError;
use super::heads::{Owner, owner};
use super::push::{Effort, Notice};
use super::session::Session;
use super::state::{Intent, Own};
use super::view::{MANIFEST, View};
use crate::gist::{Changes, Gist, RemoteError};

/// How many revisions back a head is looked for that was written without an answer.
const MOST_REVISIONS: usize = 20;
/// How often what was replaced is put back, before the next push is left to do it.
const MOST_REPAIRS: u32 = 4;

/// A write of the manifest, and of our head with it or not, that was answered.
pub(super) struct Written<'w, 'a> {
    /// The Gist as it was when the write was planned.
    pub before: View<'a>,
    /// What GitHub says it is now.
    pub answer: Gist,
    /// Our head, where it was written too.
    pub own: Option<&'w Own>,
    /// The manifest as it was sent.
    pub manifest: Manifest,
}

impl<'a> Session<'a> {
    /// Checks a write, and repairs what it replaced.
    ///
    /// **Errors**: [`RemoteError::Conflict`] as for any write, when our own head must be written anew: under another name, or
    /// over what another process of ours wrote.
    pub(super) fn checked(&mut self, written: Written<'_, 'a>, effort: &mut Effort) -> Result<View<'a>, SyncError> {
        let Written { before, answer: mut gist, own, mut manifest } = written;
        let head_in = |view: &View<'_>| own.and_then(|own| view.index.blob(&file_name::head(&own.slug)));
        let mut planned_on = before.index.revision.clone();
        let mut before_head = head_in(&before);
        let mut view = self.seen(gist.clone())?;
        for _ in 0..MOST_REPAIRS {
            let Some(parent) = self.parent(&gist)? else { break };
            if planned_on.as_ref() == Some(&parent) {
                break;
            }
            let id = view.index.id.clone();
            let replaced =
                self.talk().ask("cannot read a revision of the Gist", |remote| remote.read_revision(&id, &parent))?;
            let replaced = View::of(self.talk(), replaced, &self.settings.token_fingerprint);
            if let Some(own) = own
                && head_in(&replaced) != before_head
            {
                self.put_back_head(&replaced, own, effort)?;
            }
            let Some(repaired) = self.merged_manifest(&replaced, &manifest)? else { break };
            manifest = repaired;
            let text = manifest.to_text();
            effort.pushed.notice(Notice::Repaired { file: MANIFEST.to_owned() });
            planned_on.clone_from(&view.index.revision);
            before_head = head_in(&view);
            gist = self.write(&id, &Changes::from([(MANIFEST.to_owned(), Some(text))]), effort)?;
            view = self.seen(gist.clone())?;
        }
        Ok(view)
    }

    /// The same for a head that is found to be there though no answer said so.
    ///
    /// **Errors**: as above.
    pub(super) fn check_arrived(&self, view: &View<'_>, intent: &Intent, effort: &mut Effort) -> Result<(), SyncError> {
        let Some(own) = &intent.after else { return Ok(()) };
        let Some(replaced) = self.revision_before(view, own)? else { return Ok(()) };
        if intent.base.is_some() && replaced.index.revision == intent.base {
            return Ok(());
        }
        if replaced.index.files.contains_key(&file_name::head(&own.slug)) {
            self.put_back_head(&replaced, own, effort)?;
        }
        let Some(ours) = self.manifest(view)? else { return Ok(()) };
        if let Some(merged) = self.merged_manifest(&replaced, &ours)? {
            effort.pushed.notice(Notice::Repaired { file: MANIFEST.to_owned() });
            self.write(&view.index.id, &Changes::from([(MANIFEST.to_owned(), Some(merged.to_text()))]), effort)?;
        }
        Ok(())
    }

    /// The same for a manifest that is found to be there though no answer said so: `was_there` tells whether a revision
    /// holds what was written.
    ///
    /// **Errors**: as above.
    pub(super) fn check_found(
        &self,
        view: &View<'a>,
        was_there: &dyn Fn(&View<'a>) -> Result<bool, SyncError>,
        effort: &mut Effort,
    ) -> Result<(), SyncError> {
        let (talk, id) = (self.talk(), view.index.id.as_str());
        let what = "cannot read a revision of the Gist";
        for revision in talk.ask(what, |remote| remote.revisions(id, MOST_REVISIONS))? {
            let gist = talk.ask(what, |remote| remote.read_revision(id, &revision))?;
            let replaced = View::of(talk, gist, &self.settings.token_fingerprint);
            if was_there(&replaced)? {
                continue;
            }
            let Some(ours) = self.manifest(view)? else { return Ok(()) };
            if let Some(merged) = self.merged_manifest(&replaced, &ours)? {
                self.write(id, &Changes::from([(MANIFEST.to_owned(), Some(merged.to_text()))]), effort)?;
            }
            return Ok(());
        }
        Ok(())
    }

    /// The newest revision in which our head does not stand yet; `None` where it is too far back.
    fn revision_before(&self, view: &View<'_>, own: &Own) -> Result<Option<View<'a>>, SyncError> {
        let (talk, id) = (self.talk(), view.index.id.as_str());
        let what = "cannot read a revision of the Gist";
        for revision in talk.ask(what, |remote| remote.revisions(id, MOST_REVISIONS))? {
            let gist = talk.ask(what, |remote| remote.read_revision(id, &revision))?;
            let mut before = View::of(talk, gist, &self.settings.token_fingerprint);
            before.index.revision = Some(revision);
            if before.index.blob(&file_name::head(&own.slug)).map(|blob| blob.to_string()) != own.head_blob {
                return Ok(Some(before));
            }
        }
        Ok(None)
    }

    /// The revision before the one that an answer describes.
    fn parent(&self, gist: &Gist) -> Result<Option<String>, SyncError> {
        if gist.revisions.len() > 1 {
            return Ok(gist.revisions.get(1).cloned());
        }
        let id = gist.id.as_str();
        let revisions = self.talk().ask("cannot read the revisions of the Gist", |remote| remote.revisions(id, 2))?;
        Ok(revisions.get(1).cloned())
    }

    /// The manifest that says what both say; `None` where ours says it all.
    fn merged_manifest(&self, replaced: &View<'_>, ours: &Manifest) -> Result<Option<Manifest>, SyncError> {
        let Some(theirs) = self.manifest(replaced)? else { return Ok(None) };
        let merged = merged(ours.clone(), theirs);
        Ok((merged.to_text() != ours.to_text()).then_some(merged))
    }

    /// Somebody wrote under our head's name between our look and our write.
    fn put_back_head(&self, replaced: &View<'_>, own: &Own, effort: &mut Effort) -> Result<(), SyncError> {
        let file = file_name::head(&own.slug);
        let file = file.as_str();
        let Some(text) = replaced.text(file)? else { return Ok(()) };
        let again = SyncError::Remote { what: "cannot write to the Gist", source: RemoteError::Conflict };
        match owner(self.codec(), replaced, file) {
            // Another process of ours: the next try takes over what it wrote. Its head is put back for that.
            Ok(Some(Owner::Head(head)))
                if head.machine == self.settings.machine && head.generation < own.generation =>
            {
                Ok(())
            }
            Ok(Some(Owner::Other)) | Err(SyncError::Broken { .. }) => Ok(()),
            Ok(None) => Ok(()),
            Ok(Some(Owner::Head(_) | Owner::Earlier(_))) | Err(_) => {
                let id = replaced.index.id.clone();
                effort.pushed.notice(Notice::Repaired { file: file.to_owned() });
                self.write(&id, &Changes::from([(file.to_owned(), Some(text))]), effort)?;
                Err(again)
            }
        }
    }
}
