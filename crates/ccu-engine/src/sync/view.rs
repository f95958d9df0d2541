//! The Gist as it is now: its file list, and contents as far as they are asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ccu_core::wire::manifest::Manifest;

use super::error::SyncError;
use super::session::Session;
use super::state::{Index, Remembered};
use super::talk::Talk;
use crate::gist::{BlobId, Gist, Reading};

/// The name of the index among the files.
pub(super) const MANIFEST: &str = ccu_core::wire::file_name::MANIFEST;

/// A Gist that was just looked at. All its contents are of one moment: a `raw_url` names a content, not a file.
pub(super) struct View<'a> {
    talk: Talk<'a>,
    /// What the answer listed.
    pub index: Index,
    /// The login of its owner; empty where the list of an earlier answer serves.
    pub owner: String,
    /// Whether the answer was that nothing has changed.
    pub is_unchanged: bool,
    /// Contents that the answer held or that were fetched.
    contents: RefCell<BTreeMap<String, String>>,
}

impl<'a> View<'a> {
    /// What an answer says.
    pub fn of(talk: Talk<'a>, gist: Gist, fingerprint: &str) -> View<'a> {
        let index = Index::of(&gist, fingerprint);
        let contents = gist.files.into_iter().filter_map(|(name, file)| Some((name, file.content?)));
        View { talk, index, owner: gist.owner, is_unchanged: false, contents: RefCell::new(contents.collect()) }
    }

    /// What the answer said that has not changed since.
    pub fn remembered(talk: Talk<'a>, index: Index) -> View<'a> {
        View { talk, index, owner: String::new(), is_unchanged: true, contents: RefCell::default() }
    }

    /// The content of a file; `None` where it is not there.
    ///
    /// **Errors**: when it cannot be fetched, or is not what the list promised.
    pub fn text(&self, name: &str) -> Result<Option<String>, SyncError> {
        if let Some(text) = self.contents.borrow().get(name) {
            return Ok(Some(text.clone()));
        }
        if name == MANIFEST
            && let Some(text) = &self.index.manifest
            && self.index.blob(name) == Some(BlobId::of(text.as_bytes()))
        {
            return Ok(Some(text.clone()));
        }
        let Some(file) = self.index.file(name) else { return Ok(None) };
        let text = self.talk.ask("cannot fetch a file of the Gist", |remote| remote.fetch(name, &file))?;
        if name == MANIFEST {
            self.contents.borrow_mut().insert(name.to_owned(), text.clone());
        }
        Ok(Some(text))
    }

    /// Fetches files that will be asked for, so that nobody waits for the network who keeps others out of the database.
    ///
    /// **Errors**: as [`View::text`].
    pub fn fetch<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<(), SyncError> {
        for name in names {
            if let Some(text) = self.text(name)? {
                self.contents.borrow_mut().insert(name.to_owned(), text);
            }
        }
        Ok(())
    }

    /// What to remember of it. The manifest's text stays with it, because every push and pull asks for that, and because
    /// what users said in it is nowhere else: a broken one does not take the place of the last good one.
    pub fn to_remember(&self, before: Option<&Index>) -> Index {
        let read = self.contents.borrow().get(MANIFEST).filter(|text| Manifest::parse(text).is_ok()).cloned();
        let known = || self.index.manifest.clone().or_else(|| before.and_then(|before| before.manifest.clone()));
        Index { manifest: read.or_else(known), ..self.index.clone() }
    }

    /// Lets go of a content that will not be asked for again.
    pub fn drop_text(&self, name: &str) {
        self.contents.borrow_mut().remove(name);
    }
}

impl<'a> Session<'a> {
    /// Looks at the Gist. Where it still is as at the last look, the list of then serves.
    pub(super) fn look(&self, id: &str) -> Result<View<'a>, SyncError> {
        let known = Index::load(self.store)?.filter(|index| index.id == id);
        let fingerprint = self.settings.token_fingerprint.as_str();
        let etag = known.as_ref().and_then(|index| index.etag.as_ref()).filter(|(holder, _)| holder == fingerprint);
        let etag = etag.map(|(_, etag)| etag.as_str());
        let talk = self.talk();
        match talk.ask("cannot read the Gist", |remote| remote.read(id, etag))? {
            Reading::Gist(gist) => self.seen(*gist),
            Reading::NotModified => match known {
                Some(index) => Ok(View::remembered(talk, index)),
                None => self.look_anew(id),
            },
        }
    }

    /// Looks at the Gist without relying on what is remembered.
    pub(super) fn look_anew(&self, id: &str) -> Result<View<'a>, SyncError> {
        match self.talk().ask("cannot read the Gist", |remote| remote.read(id, None))? {
            Reading::Gist(gist) => self.seen(*gist),
            Reading::NotModified => Err(SyncError::Remote {
                what: "cannot read the Gist",
                source: crate::gist::RemoteError::Unexpected {
                    host: "GitHub".into(),
                    reason: "`304 Not Modified` to an unconditional question".into(),
                },
            }),
        }
    }

    /// What an answer says, with the revision that some versions of the API leave out.
    pub(super) fn seen(&self, gist: Gist) -> Result<View<'a>, SyncError> {
        let talk = self.talk();
        let mut view = View::of(talk, gist, &self.settings.token_fingerprint);
        if view.index.revision.is_none() {
            let id = view.index.id.clone();
            let revisions = talk.ask("cannot read the revisions of the Gist", |remote| remote.revisions(&id, 1))?;
            view.index.revision = revisions.into_iter().next();
        }
        Ok(view)
    }
}
