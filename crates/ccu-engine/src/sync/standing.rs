//! What stands in the Gist of this machine, found out before anything is sent: an earlier push settled, our head understood,
//! lost records taken over, missing segments noticed.

use ccu_core::wire::file_name;
use ccu_core::wire::manifest::Manifest;

use super::error::SyncError;
use super::heads::is_encrypted;
use super::listing::backups;
use super::own_head::Verdict;
use super::push::{Effort, Notice};
use super::restore::StandingHead;
use super::session::Session;
use super::state::{Intent, Own, Packing, Remembered, StandingSegment};
use super::view::View;
use crate::config::privacy_name;

/// How often an answer that looks old is asked for again.
const MOST_LOOKS: u32 = 4;

/// What a push starts from.
pub(super) struct Standing<'a> {
    pub view: View<'a>,
    /// The manifest as it is; `None` where it is gone or broken.
    pub manifest: Option<Manifest>,
    /// Our own head and segments, as the next push continues them.
    pub own: Own,
    /// Segments that are there, whether or not a head names them.
    pub spares: Vec<StandingSegment>,
    /// Files of ours that nothing will name any more.
    pub obsolete: Vec<String>,
    /// Whether the head must be written even without new records.
    pub is_due: bool,
}

impl<'a> Session<'a> {
    /// Finds out what stands.
    ///
    /// **Errors**: when a file of ours cannot be read, this machine was forgotten, or is two machines.
    pub(super) fn standing(&mut self, view: View<'a>, effort: &mut Effort) -> Result<Standing<'a>, SyncError> {
        let spares = self.settle(&view, effort)?;
        let (view, manifest, slug, is_due) = self.resolved(view, effort)?;
        let database = self.store.database_id()?;
        let known = self.own_in(&view)?.filter(|own| own.database == database);
        let is_known = known.is_some();
        let mut own = known.unwrap_or_else(|| Own::new(view.index.id.clone(), database, slug.clone()));
        own.slug = slug;
        let obsolete = std::mem::take(&mut own.leftovers);
        let mut standing = Standing { view, manifest, own, spares, obsolete, is_due };
        let is_repacked = is_known && self.packs_otherwise(&standing.own);
        if is_repacked {
            self.take_hidden_name(&mut standing);
        }
        let is_forced = (effort.options.force || is_repacked) && effort.pushed.exported == 0;
        let mut segments = standing.own.segments.clone();
        if is_forced {
            // All is sent anew, perhaps because the key is another one; but what this very run has sent already is not.
            segments.iter_mut().for_each(StandingSegment::not_to_be_used_again);
            if effort.pushed.files.is_empty() {
                standing.spares.iter_mut().for_each(StandingSegment::not_to_be_used_again);
            }
        }
        standing.spares.extend(segments);
        if is_known && (is_forced || standing.lacks_segments()) {
            standing.start_anew();
        }
        Ok(standing)
    }

    /// How what is sent now is packed.
    pub(super) fn packing(&self) -> Packing {
        let projects = privacy_name(self.settings.projects).to_owned();
        Packing { is_encrypted: self.settings.codec.encrypts, projects }
    }

    /// Whether what stands was packed by other settings than those of now.
    fn packs_otherwise(&self, own: &Own) -> bool {
        match (&own.packing, &own.head_text) {
            (Some(packing), _) => *packing != self.packing(),
            (None, Some(text)) => is_encrypted(text) != self.settings.codec.encrypts,
            (None, None) => false,
        }
    }

    /// Where what could be read is encrypted from now on, no file keeps the machine's name, and no backup can be read on.
    fn take_hidden_name(&self, standing: &mut Standing<'_>) {
        let hidden = file_name::slug_of_id(self.settings.machine);
        let slug = &mut standing.own.slug;
        if self.settings.codec.encrypts && *slug != hidden {
            let head = file_name::head(slug);
            standing.obsolete.extend(backups(&standing.view, &head));
            standing.obsolete.push(head);
            *slug = hidden;
        }
    }

    /// What we remember of ourselves in this Gist.
    fn own_in(&self, view: &View<'_>) -> Result<Option<Own>, SyncError> {
        Ok(Own::load(self.store)?.filter(|own| own.gist == view.index.id))
    }

    /// Finds out how a push that was cut short ended, and gives the segments that it left.
    fn settle(&mut self, view: &View<'_>, effort: &mut Effort) -> Result<Vec<StandingSegment>, SyncError> {
        let Some(intent) = Intent::load(self.store)?.filter(|intent| intent.gist == view.index.id) else {
            return Ok(Vec::new());
        };
        let Some(after) = &intent.after else { return Ok(intent.segments) };
        let stands = view.index.blob(&file_name::head(&after.slug)).map(|blob| blob.to_string());
        if stands == after.head_blob {
            self.check_arrived(view, &intent, effort)?;
            let mut writing = self.store.begin()?;
            after.save(&mut writing)?;
            Intent::forget(&mut writing)?;
            writing.commit()?;
            effort.has_arrived(after);
        }
        Ok(intent.segments)
    }

    /// Understands our head, asking again where the answer may be old, and taking over what we lost.
    fn resolved(
        &mut self,
        view: View<'a>,
        effort: &mut Effort,
    ) -> Result<(View<'a>, Option<Manifest>, String, bool), SyncError> {
        let (mut view, mut looks) = (view, 0);
        loop {
            let manifest = self.manifest(&view)?;
            self.refuse_if_forgotten(manifest.as_ref())?;
            let own = self.own_in(&view)?;
            let is_last_look = looks == MOST_LOOKS;
            let slug = match self.verdict(&view, manifest.as_ref(), own.as_ref())? {
                Verdict::Intact { slug } => return Ok((view, manifest, slug, false)),
                Verdict::First { slug } => {
                    if slug != file_name::slug(&self.settings.machine_name) && !self.settings.codec.encrypts {
                        effort.pushed.notice(Notice::NameTaken { file: file_name::head(&slug) });
                    }
                    // Somebody else's head stands where ours stood: it must be written under its new name.
                    let is_due = own.is_some_and(|own| own.head_blob.is_some());
                    // A Gist that a dry run only imagines cannot be asked for again.
                    let is_imagined = view.index.id.is_empty();
                    if is_due || is_imagined || looks > 0 {
                        return Ok((view, manifest, slug, is_due));
                    }
                    // A machine that finds nothing of its own may have been given an old answer, and its first head would
                    // replace one that it has forgotten.
                    slug
                }
                Verdict::Cloned => return Err(SyncError::Cloned),
                Verdict::TakeOver { slug, head } => {
                    self.take_over(&view, &StandingHead { head: &head, slug: &slug }, effort)?;
                    return Ok((view, manifest, slug, true));
                }
                Verdict::Older { slug, head }
                    if is_last_look && own.is_none_or(|own| own.database != head.database) =>
                {
                    self.take_over(&view, &StandingHead { head: &head, slug: &slug }, effort)?;
                    return Ok((view, manifest, slug, true));
                }
                Verdict::Rewrite { slug } | Verdict::Older { slug, .. } => slug,
            };
            if is_last_look {
                effort.pushed.notice(Notice::Rewritten);
                return Ok((view, manifest, slug, true));
            }
            self.talk().pause(looks)?;
            looks += 1;
            view = self.look_anew(&view.index.id.clone())?;
        }
    }

    fn take_over(
        &mut self,
        view: &View<'_>,
        standing: &StandingHead<'_>,
        effort: &mut Effort,
    ) -> Result<(), SyncError> {
        let inserted = self.restore(view, standing, effort.options.force)?;
        effort.pushed.restored += inserted.new;
        if inserted.new > 0 {
            effort.pushed.notice(Notice::TookOver { records: inserted.new });
        }
        Ok(())
    }
}

impl Own {
    /// A machine that has nothing in the Gist yet.
    fn new(gist: String, database: ccu_core::ids::DatabaseId, slug: String) -> Own {
        Own {
            gist,
            database,
            generation: 0,
            slug,
            head_blob: None,
            head_text: None,
            sealed: 0,
            head_sequence: 0,
            segments: Vec::new(),
            frozen: Vec::new(),
            ancestors: Vec::new(),
            has_taken_over: false,
            leftovers: Vec::new(),
            packing: None,
        }
    }
}

impl Standing<'_> {
    /// Whether a segment that the next head would name is gone or changed.
    fn lacks_segments(&self) -> bool {
        let is_there = |segment: &StandingSegment| {
            self.view.index.blob(&segment.entry.file).is_some_and(|blob| blob.to_string() == segment.blob)
        };
        // A list that is cut says nothing about what it lacks.
        let all_there = self.own.segments.iter().all(is_there)
            && self.own.frozen.iter().all(|entry| self.view.index.files.contains_key(&entry.file));
        !all_there && !self.view.index.is_truncated
    }

    /// Everything is laid out anew: all own records are in the database, the frozen ones too.
    fn start_anew(&mut self) {
        let own = &mut self.own;
        let frozen = own.frozen.drain(..).map(|entry| entry.file);
        self.obsolete.extend(frozen);
        self.obsolete.extend(own.segments.drain(..).map(|segment| segment.entry.file));
        (own.sealed, own.head_sequence) = (0, 0);
        self.is_due = true;
    }
}
