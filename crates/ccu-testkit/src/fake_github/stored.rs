//! A Gist with its history: how revisions come, and how one of them is looked at.

#![expect(clippy::expect_used, reason = "a history that has lost its first revision fails the test")]

use std::collections::HashMap;
use std::sync::Arc;

use super::blob::Blob;
use super::changes::Files;
use super::revision::Revision;

/// A Gist with all its revisions.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) about: About,
    /// Oldest first; never empty.
    pub(super) revisions: Vec<Arc<Revision>>,
    /// Every content that ever was in it, by id.
    pub(super) blobs: HashMap<String, Arc<Blob>>,
    pub(super) is_being_written: bool,
}

/// What is known of a Gist beside its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub(super) id: String,
    pub(super) owner: String,
    pub(super) description: Option<String>,
    pub(super) is_public: bool,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

/// A Gist as an answer describes it.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) about: About,
    /// Newest first, never empty; the first is described.
    pub(super) revisions: Vec<Arc<Revision>>,
}

/// Which revision is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    /// So many before the newest; the oldest where there are fewer.
    Behind(usize),
    Version(&'a str),
}

impl Stored {
    /// A Gist with its first revision.
    pub(super) fn new(about: About, files: Files) -> Stored {
        let first = Revision::new(None, files, about.created_at);
        let mut stored = Stored { about, revisions: Vec::new(), blobs: HashMap::new(), is_being_written: false };
        stored.keep_blobs(&first);
        stored.revisions.push(first);
        stored
    }

    /// The Gist as it is now.
    pub(super) fn whole(&self) -> Snapshot {
        Snapshot { about: self.about.clone(), revisions: self.revisions.iter().rev().cloned().collect() }
    }

    pub(super) fn newest(&self) -> &Arc<Revision> {
        self.revisions.last().expect("a Gist is made with its first revision")
    }

    pub(super) fn snapshot(&self, at: At<'_>) -> Option<Snapshot> {
        let last_idx = match at {
            At::Behind(n) => self.revisions.len().saturating_sub(n + 1),
            At::Version(version) => self.revisions.iter().position(|revision| revision.version == version)?,
        };
        let mut about = self.about.clone();
        if last_idx + 1 < self.revisions.len() {
            about.updated_at = self.revisions[last_idx].committed_at;
        }
        let revisions = self.revisions[..=last_idx].iter().rev().cloned().collect();
        Some(Snapshot { about, revisions })
    }

    /// Adds a revision, unless nothing changes. Returns whether it did.
    pub(super) fn commit(&mut self, files: Files, now: i64) -> bool {
        let newest = self.newest();
        if newest.files == files {
            return false;
        }
        let revision = Revision::new(Some(newest), files, now);
        self.keep_blobs(&revision);
        self.revisions.push(revision);
        self.about.updated_at = now;
        true
    }

    fn keep_blobs(&mut self, revision: &Revision) {
        for blob in revision.files.values().filter(|blob| !self.blobs.contains_key(&blob.id)).collect::<Vec<_>>() {
            self.blobs.insert(blob.id.clone(), blob.clone());
        }
    }
}
