//! What became of our own head since we wrote it, and which name is ours.

use ccu_core::wire::Head;
use ccu_core::wire::file_name;
use ccu_core::wire::manifest::Manifest;

use super::error::SyncError;
use super::heads::{Owner, owner};
use super::listing::backups;
use super::session::Session;
use super::state::Own;
use super::view::View;

/// How our own head stands in the Gist.
pub(super) enum Verdict {
    /// As we wrote it, under this slug.
    Intact { slug: String },
    /// There is none, and we never wrote one: the first push, under this slug.
    First { slug: String },
    /// It is gone, broken, or older than what we wrote: to be written again, under this slug.
    Rewrite { slug: String },
    /// It holds what we don't remember: to be taken over before anything is written.
    TakeOver { slug: String, head: Box<Head> },
    /// Its generation is lower than one that we wrote. An old answer, or overwritten: asking again tells.
    Older { slug: String, head: Box<Head> },
    /// Another computer writes under our id.
    Cloned,
}

impl Session<'_> {
    /// Looks at the head under our name, if it is ours, and finds a free name if it isn't.
    pub(super) fn verdict(
        &self,
        view: &View<'_>,
        manifest: Option<&Manifest>,
        own: Option<&Own>,
    ) -> Result<Verdict, SyncError> {
        if let Some(own) = own
            && own.head_blob.is_some()
            && view.index.blob(&file_name::head(&own.slug)).map(|blob| blob.to_string()) == own.head_blob
        {
            return Ok(Verdict::Intact { slug: own.slug.clone() });
        }
        for slug in self.slugs(manifest, own) {
            if let Some(verdict) = self.verdict_on(view, own, slug)? {
                return Ok(verdict);
            }
        }
        // Even the name with a part of our id is another's; the whole id is nobody else's.
        Ok(Verdict::First { slug: file_name::slug_of_id(self.settings.machine) })
    }

    /// The names that may be ours: what we used last, what the manifest says, our name, and our name with our id.
    fn slugs(&self, manifest: Option<&Manifest>, own: Option<&Own>) -> Vec<String> {
        let (name, machine) = (&self.settings.machine_name, self.settings.machine);
        let by_manifest = manifest.and_then(|manifest| manifest.entry(machine));
        let by_manifest = by_manifest.and_then(|entry| file_name::slug_of_head(&entry.current_file));
        let named = if self.settings.codec.encrypts { file_name::slug_of_id(machine) } else { file_name::slug(name) };
        let mut slugs = Vec::new();
        let all =
            [own.map(|own| own.slug.clone()), by_manifest, Some(named), Some(file_name::slug_with_id(name, machine))];
        for slug in all.into_iter().flatten() {
            if !slugs.contains(&slug) {
                slugs.push(slug);
            }
        }
        slugs
    }

    /// What the file of this slug says; `None` where the name is another's.
    fn verdict_on(&self, view: &View<'_>, own: Option<&Own>, slug: String) -> Result<Option<Verdict>, SyncError> {
        let file = file_name::head(&slug);
        let was_ours = own.is_some_and(|own| own.slug == slug);
        let Some(file) = view.index.files.keys().find(|name| name.eq_ignore_ascii_case(&file)) else {
            if view.index.is_truncated {
                return Err(SyncError::TooManyFiles);
            }
            if !was_ours && !backups(view, &file).is_empty() {
                // Backups without their head are somebody's too, and would go after their days as if they were ours.
                return Ok(None);
            }
            let is_rewrite = was_ours && own.is_some_and(|own| own.generation > 0);
            return Ok(Some(if is_rewrite { Verdict::Rewrite { slug } } else { Verdict::First { slug } }));
        };
        let head = match owner(self.codec(), view, file) {
            Ok(Some(Owner::Head(head))) => head,
            Ok(_) => return Ok(None),
            // Ours by name, and what it held is in our database: it is mended by writing it again.
            Err(SyncError::Broken { .. }) if was_ours => return Ok(Some(Verdict::Rewrite { slug })),
            Err(SyncError::Broken { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if head.machine != self.settings.machine {
            return Ok(None);
        }
        Ok(Some(match own {
            Some(own) if head.generation < own.generation => Verdict::Older { slug, head },
            Some(own)
                if own.has_taken_over && own.database != head.database && !own.ancestors.contains(&head.database) =>
            {
                Verdict::Cloned
            }
            _ => Verdict::TakeOver { slug, head },
        }))
    }
}
