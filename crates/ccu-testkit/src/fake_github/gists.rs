//! The Gists with their histories, and what a test may do to them by hand.

#![expect(clippy::expect_used, reason = "a test that asks for a Gist that it never made fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::random::Random;

use super::blob::Blob;
use super::changes::{Change, Files, Refusal};
use super::clock::Clock;
use super::revision::Revision;
use super::seed::Seed;
use super::stored::{About, At, Snapshot, Stored};

/// All Gists of all accounts. Methods that take an id panic where there is no such Gist.
#[derive(Debug)]
pub struct Gists {
    state: Mutex<State>,
    clock: Arc<Clock>,
}

#[derive(Debug)]
struct State {
    gists: BTreeMap<String, Stored>,
    ids: Random,
}

impl Gists {
    pub(super) fn new(clock: Arc<Clock>) -> Gists {
        Gists { state: Mutex::new(State { gists: BTreeMap::new(), ids: Random::new(20_261_122) }), clock }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[track_caller]
    fn of<T>(&self, id: &str, read: impl FnOnce(&mut Stored) -> T) -> T {
        read(self.lock().gists.get_mut(id).expect("the fake holds a Gist of this id"))
    }

    /// Makes a Gist and returns its id.
    pub fn seed(&self, seed: Seed) -> String {
        let files = seed.files.into_iter().map(|(name, text)| (name, Blob::new(text))).collect();
        let created_at = seed.created_at.unwrap_or_else(|| self.clock.now());
        let about = About {
            id: String::new(),
            owner: seed.owner,
            description: Some(seed.description),
            is_public: seed.is_public,
            created_at,
            updated_at: created_at,
        };
        self.insert(about, files).about.id
    }

    fn insert(&self, mut about: About, files: Files) -> Snapshot {
        let mut state = self.lock();
        about.id = state.ids.hex(32);
        let stored = Stored::new(about, files);
        let snapshot = stored.whole();
        state.gists.insert(snapshot.about.id.clone(), stored);
        snapshot
    }

    /// The ids of all Gists, oldest first.
    pub fn ids(&self) -> Vec<String> {
        let state = self.lock();
        let mut gists: Vec<&About> = state.gists.values().map(|stored| &stored.about).collect();
        gists.sort_by_key(|about| (about.created_at, &about.id));
        gists.into_iter().map(|about| about.id.clone()).collect()
    }

    /// Whether there is a Gist of this id.
    pub fn contains(&self, id: &str) -> bool {
        self.lock().gists.contains_key(id)
    }

    /// The newest revision.
    #[track_caller]
    pub fn newest(&self, id: &str) -> Arc<Revision> {
        self.of(id, |stored| stored.newest().clone())
    }

    /// The files as they are now, with their contents.
    #[track_caller]
    pub fn files(&self, id: &str) -> BTreeMap<String, String> {
        self.newest(id).files()
    }

    /// A file's content as it is now.
    #[track_caller]
    pub fn file(&self, id: &str, name: &str) -> Option<String> {
        self.newest(id).file(name).map(str::to_owned)
    }

    /// All revisions, newest first.
    #[track_caller]
    pub fn revisions(&self, id: &str) -> Vec<Arc<Revision>> {
        self.of(id, |stored| stored.revisions.iter().rev().cloned().collect())
    }

    /// How many revisions there are.
    #[track_caller]
    pub fn n_commits(&self, id: &str) -> usize {
        self.of(id, |stored| stored.revisions.len())
    }

    /// Bytes of all files as they are now.
    #[track_caller]
    pub fn total_bytes(&self, id: &str) -> u64 {
        self.newest(id).total_bytes()
    }

    /// The description; empty where there is none.
    #[track_caller]
    pub fn description(&self, id: &str) -> String {
        self.of(id, |stored| stored.about.description.clone().unwrap_or_default())
    }

    /// Writes a file as somebody does on the web page, as one revision; blank content is kept. Does nothing where the
    /// file already is so.
    #[track_caller]
    pub fn edit(&self, id: &str, name: &str, text: &str) {
        let blob = Blob::new(text.to_owned());
        self.by_hand(id, |files| drop(files.insert(name.to_owned(), blob)));
    }

    /// Removes a file as somebody does on the web page, as one revision; the last one as well.
    #[track_caller]
    pub fn remove_file(&self, id: &str, name: &str) {
        self.by_hand(id, |files| drop(files.remove(name)));
    }

    /// Makes the files what they were in a revision, as one new revision: what a lost race of somebody else leaves.
    #[track_caller]
    pub fn put_back(&self, id: &str, version: &str) {
        let revision = self.revisions(id).into_iter().find(|revision| revision.version == version);
        let before = revision.expect("the Gist has a revision of this version").files.clone();
        self.by_hand(id, |files| *files = before);
    }

    #[track_caller]
    fn by_hand(&self, id: &str, change: impl FnOnce(&mut Files)) {
        let now = self.clock.now();
        self.of(id, |stored| {
            let mut files = stored.newest().files.clone();
            change(&mut files);
            stored.commit(files, now);
        });
    }

    /// Deletes a Gist with all its revisions. Returns whether there was one.
    pub fn delete(&self, id: &str) -> bool {
        self.lock().gists.remove(id).is_some()
    }

    pub(super) fn create(&self, owner: &str, change: Change) -> Result<Snapshot, Refusal> {
        let files = change.applied_to(&Files::new())?;
        let now = self.clock.now();
        let about = About {
            id: String::new(),
            owner: owner.to_owned(),
            description: change.description,
            is_public: change.is_public,
            created_at: now,
            updated_at: now,
        };
        Ok(self.insert(about, files))
    }

    /// Carries out a PATCH as one revision. A file in `stale` that it doesn't name becomes what it was one revision ago.
    pub(super) fn patch(&self, id: &str, change: Change, stale: Option<&str>) -> Result<(Snapshot, bool), Refusal> {
        let now = self.clock.now();
        let mut state = self.lock();
        let stored = state.gists.get_mut(id).ok_or(Refusal::NotFound)?;
        let mut files = change.applied_to(&stored.newest().files)?;
        if let Some(name) = stale.filter(|name| !change.files.contains_key(*name)) {
            let older = &stored.revisions[stored.revisions.len().saturating_sub(2)];
            match older.files.get(name) {
                Some(blob) => drop(files.insert(name.to_owned(), blob.clone())),
                None => drop(files.remove(name)),
            }
        }
        let is_new = stored.commit(files, now);
        if let Some(description) = change.description.filter(|new| Some(new) != stored.about.description.as_ref()) {
            stored.about.description = Some(description);
            stored.about.updated_at = now;
        }
        Ok((stored.whole(), is_new))
    }

    pub(super) fn snapshot(&self, id: &str, at: At<'_>) -> Option<Snapshot> {
        self.lock().gists.get(id)?.snapshot(at)
    }

    /// All Gists, newest first.
    pub(super) fn list(&self) -> Vec<Snapshot> {
        let state = self.lock();
        let mut list: Vec<Snapshot> = state.gists.values().map(Stored::whole).collect();
        list.sort_by(|a, b| (b.about.created_at, &b.about.id).cmp(&(a.about.created_at, &a.about.id)));
        list
    }

    pub(super) fn blob(&self, id: &str, blob: &str) -> Option<Arc<Blob>> {
        self.lock().gists.get(id)?.blobs.get(blob).cloned()
    }

    /// Marks a Gist as being written. Returns whether nobody else was writing.
    pub(super) fn begin_write(&self, id: &str) -> bool {
        let mut state = self.lock();
        let stored = state.gists.get_mut(id);
        stored.is_none_or(|stored| !std::mem::replace(&mut stored.is_being_written, true))
    }

    pub(super) fn end_write(&self, id: &str) {
        if let Some(stored) = self.lock().gists.get_mut(id) {
            stored.is_being_written = false;
        }
    }
}
