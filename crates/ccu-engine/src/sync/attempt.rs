//! One try of a push: look, understand, plan, send, check.

use ccu_core::wire::manifest::Manifest;
use ccu_core::wire::privacy::Privacy;

use super::check::Written;
use super::error::SyncError;
use super::find::Found;
use super::head_text::HeadParts;
use super::outgoing::{Outgoing, Packing};
use super::push::{Effort, Notice};
use super::session::Session;
use super::standing::Standing;
use super::state::{self, Index, Intent, Own, Remembered, StandingSegment};
use super::view::View;
use crate::gist::{BlobId, Changes, Gist};

/// At most so many bytes go into one request; GitHub cuts what takes it longer than ten seconds.
const MOST_BYTES: u64 = 4 << 20;
/// At most so many files.
pub(super) const MOST_FILES: usize = 10;
/// So many of them are left for the head, the manifest and a backup.
const FILES_BESIDE_HEAD: usize = MOST_FILES - 3;

impl<'a> Session<'a> {
    /// Tries once.
    pub(super) fn push_once(&mut self, effort: &mut Effort) -> Result<(), SyncError> {
        let found = match self.find(!effort.options.dry_run, effort.options.recreate) {
            Err(SyncError::NoGist) if effort.options.dry_run => self.nothing_yet(),
            found => found?,
        };
        note_found(&found, effort);
        let mut standing = self.standing(found.view, effort)?;
        let n_new = self.store.count_own(standing.own.head_sequence)?;
        if n_new == 0 && !standing.is_due && self.is_listed(standing.manifest.as_ref(), &standing.own) {
            return if effort.options.dry_run { Ok(()) } else { self.tidy(standing, effort) };
        }
        if n_new == 0 && standing.own.generation == 0 && !standing.is_due {
            // A machine without a record has nothing to say yet.
            return self.remember(&standing.view);
        }
        if !effort.options.force {
            self.refuse_other_keys(&standing)?;
        }
        let mut sealing = self.send_segments(&mut standing, effort)?;
        sealing.n_new = n_new;
        self.send_head(standing, sealing, effort)
    }

    /// Nothing is new: removes what a push that was cut short has left, and remembers how the Gist looks.
    fn tidy(&mut self, standing: Standing<'a>, effort: &mut Effort) -> Result<(), SyncError> {
        let Standing { view, own, obsolete, .. } = standing;
        if obsolete.is_empty() {
            return if view.is_unchanged { Ok(()) } else { self.remember(&view) };
        }
        let view = self.remove(view, &obsolete, effort)?;
        effort.pushed.removed = obsolete;
        state::save(self.store, &own)?;
        self.remember(&view)
    }

    /// Sends the segments that are not there yet, but for a last few that go with the head.
    fn send_segments(&mut self, standing: &mut Standing<'a>, effort: &mut Effort) -> Result<Sealing, SyncError> {
        let layout = self.layout(&standing.own)?;
        let mut privacy = Privacy::new(self.settings.projects);
        let is_dry = effort.options.dry_run;
        let mut sealing = Sealing { sealed: layout.sealed, ..Sealing::default() };
        let most_bytes = effort.batch.unwrap_or(MOST_BYTES).min(MOST_BYTES);
        for run in layout.runs {
            let (view, own, spares) = (&standing.view, &standing.own, &standing.spares);
            let mut packing = Packing { view, own, spares, privacy };
            let planned = self.planned(&mut packing, run, effort)?;
            privacy = packing.privacy;
            let Some(planned) = planned else { continue };
            sealing.segments.push(planned.segment.clone());
            let Some(text) = planned.text else { continue };
            let file = Outgoing { name: planned.segment.entry.file.clone(), text };
            effort.pushed.files.push((file.name.clone(), file.text.len() as u64));
            let is_full = sealing.bytes() + file.text.len() as u64 > most_bytes;
            if !is_dry && (is_full || sealing.batch.len() == FILES_BESIDE_HEAD) {
                self.send_batch(standing, &mut sealing, effort)?;
            }
            sealing.batch.push(file);
        }
        // The head belongs to the last request, which must not be a large one.
        if !is_dry && sealing.bytes() > most_bytes / 2 {
            self.send_batch(standing, &mut sealing, effort)?;
        }
        Ok(sealing)
    }

    /// Sends segments that nothing names yet: harmless if this is all that arrives.
    fn send_batch(
        &mut self,
        standing: &mut Standing<'a>,
        sealing: &mut Sealing,
        effort: &mut Effort,
    ) -> Result<(), SyncError> {
        if sealing.batch.is_empty() {
            return Ok(());
        }
        let sent: Vec<StandingSegment> = standing.spares.iter().chain(&sealing.segments).cloned().collect();
        let generation = self.next_generation(&standing.own, standing.manifest.as_ref())?;
        let intent = Intent {
            generation,
            gist: standing.view.index.id.clone(),
            base: standing.view.index.revision.clone(),
            segments: sent,
            after: None,
        };
        state::save(self.store, &intent)?;
        let changes: Changes = sealing.batch.drain(..).map(|file| (file.name, Some(file.text))).collect();
        let gist = self.write(&standing.view.index.id, &changes, effort)?;
        standing.view = self.seen(gist)?;
        Ok(())
    }

    /// Sends the head with all that belongs to it: from here on others see the new records.
    fn send_head(&mut self, standing: Standing<'a>, sealing: Sealing, effort: &mut Effort) -> Result<(), SyncError> {
        let generation = self.next_generation(&standing.own, standing.manifest.as_ref())?;
        let n_new = sealing.n_new;
        let parts = self.head_parts(standing, Sealing { generation, ..sealing }, effort)?;
        if effort.options.dry_run {
            effort.pushed.exported = n_new;
            return Ok(());
        }
        let HeadParts { view: before, mut after, changes, removals, manifest } = parts;
        let gist = before.index.id.clone();
        let base = before.index.revision.clone();
        let intent = Intent {
            generation,
            gist: gist.clone(),
            base,
            segments: after.segments.clone(),
            after: Some(after.clone()),
        };
        state::save(self.store, &intent)?;
        effort.sent = Some((generation, n_new));
        let answer = self.write(&gist, &changes, effort)?;
        let written = Written { before, answer, own: Some(&after), manifest };
        let mut view = self.checked(written, effort)?;
        effort.has_arrived(&after);
        if !removals.is_empty() {
            view = self.remove(view, &removals, effort)?;
        }
        after.leftovers.clear();
        self.finish(&view, &after)
    }

    /// Remembers a push that is done.
    fn finish(&mut self, view: &View<'_>, own: &Own) -> Result<(), SyncError> {
        let mut index = view.to_remember(Index::load(self.store)?.as_ref());
        // Others may have written since the last pull: that what we sent is known does not make the rest known.
        index.is_pulled = false;
        let mut writing = self.store.begin()?;
        own.save(&mut writing)?;
        index.save(&mut writing)?;
        Intent::forget(&mut writing)?;
        writing.commit()?;
        Ok(())
    }

    /// A number that no head of ours ever had, not even one of which nobody knows whether it arrived.
    ///
    /// The manifest counts too: where machines merged one that a late request of ours had written, it may be ahead of our head.
    fn next_generation(&self, own: &Own, manifest: Option<&Manifest>) -> Result<u64, SyncError> {
        let begun = Intent::load(self.store)?.map_or(0, |intent| intent.generation);
        let listed = manifest.and_then(|manifest| manifest.entry(self.settings.machine)?.generation).unwrap_or(0);
        Ok(own.generation.max(begun).max(listed) + 1)
    }

    /// Writes, and checks that what stands now is what was sent.
    pub(super) fn write(&self, id: &str, changes: &Changes, effort: &mut Effort) -> Result<Gist, SyncError> {
        effort.last_request = changes.values().flatten().map(|text| text.len() as u64).sum();
        self.watch.sending(0, effort.last_request);
        let answer = self.talk().write(|remote| remote.patch(id, changes))?;
        let gist = answer.map_err(|error| self.why_not_written(Some(id), error))?;
        self.watch.sending(effort.last_request, effort.last_request);
        for (name, text) in changes {
            let stands = gist.files.get(name).map(|file| file.blob);
            let sent = text.as_ref().map(|text| BlobId::of(text.as_bytes()));
            // A file that the answer doesn't list was removed, or is beyond the 300 that are listed.
            if stands != sent && !(stands.is_none() && gist.is_truncated) {
                return Err(SyncError::NotKept { file: name.clone() });
            }
        }
        Ok(gist)
    }

    /// Removes what nothing names any more and what did not fit into the request of the head.
    pub(super) fn remove(
        &self,
        view: View<'a>,
        removals: &[String],
        effort: &mut Effort,
    ) -> Result<View<'a>, SyncError> {
        let mut view = view;
        for names in removals.chunks(MOST_FILES) {
            let is_there = |name: &&String| view.index.files.contains_key(*name);
            let changes: Changes = names.iter().filter(is_there).map(|name| (name.clone(), None)).collect();
            if !changes.is_empty() {
                let gist = self.write(&view.index.id.clone(), &changes, effort)?;
                view = self.seen(gist)?;
            }
        }
        Ok(view)
    }
}

/// The segments of a push.
#[derive(Default)]
pub(super) struct Sealing {
    /// All that the head is to name, of this database.
    pub segments: Vec<StandingSegment>,
    /// The last sequence number in them.
    pub sealed: u64,
    /// Records that were not in the Gist before.
    pub n_new: u64,
    /// The generation of the head.
    pub generation: u64,
    /// Those that go with the head.
    pub batch: Vec<Outgoing>,
}

impl Sealing {
    fn bytes(&self) -> u64 {
        self.batch.iter().map(|file| file.text.len() as u64).sum()
    }
}

fn note_found(found: &Found<'_>, effort: &mut Effort) {
    let index = &found.view.index;
    (effort.pushed.gist, effort.pushed.html_url) = (index.id.clone(), index.html_url.clone());
    if found.is_new {
        effort.pushed.notice(Notice::MadeGist { html_url: index.html_url.clone() });
    }
    if !found.others.is_empty() {
        effort.pushed.notice(Notice::SeveralGists { others: found.others.clone() });
    }
}
