//! A revision of a Gist: all its files after one write, and where it stands in the history.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::blob;
use super::changes::Files;

/// One commit of a Gist.
#[derive(Debug, PartialEq, Eq)]
pub struct Revision {
    /// Forty hexadecimal digits.
    pub version: String,
    /// The version before it; `None` for the first.
    pub parent: Option<String>,
    /// Seconds after 1970.
    pub committed_at: i64,
    /// Lines that came.
    pub additions: u64,
    /// Lines that went.
    pub deletions: u64,
    pub(super) files: Files,
}

impl Revision {
    /// The revision that holds `files` and follows `parent`.
    pub(super) fn new(parent: Option<&Revision>, files: Files, committed_at: i64) -> Arc<Revision> {
        let none = Files::new();
        let before = parent.map_or(&none, |parent| &parent.files);
        let lines_only_in = |these: &Files, those: &Files| {
            let changed = these.iter().filter(|(name, blob)| those.get(*name).is_none_or(|other| other.id != blob.id));
            changed.map(|(_, blob)| blob.n_lines).sum()
        };
        let (additions, deletions) = (lines_only_in(&files, before), lines_only_in(before, &files));
        let parent = parent.map(|parent| parent.version.clone());
        let time = committed_at.to_string();
        let tree = files.iter().flat_map(|(name, blob)| [name.as_str(), blob.id.as_str()]);
        let version = blob::digest([parent.as_deref().unwrap_or_default(), time.as_str()].into_iter().chain(tree));
        Arc::new(Revision { version, parent, committed_at, additions, deletions, files })
    }

    /// The names of its files, sorted.
    pub fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    /// A file's content.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|blob| blob.text.as_str())
    }

    /// The contents of all files by name.
    pub fn files(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|(name, blob)| (name.clone(), blob.text.clone())).collect()
    }

    /// Bytes of all files.
    pub fn total_bytes(&self) -> u64 {
        self.files.values().map(|blob| blob.text.len() as u64).sum()
    }
}
