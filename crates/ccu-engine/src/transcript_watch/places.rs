//! Which directories must be watched: the projects of every directory of Claude Code, or what will tell that they appear.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ccu_store::FileIdentity;

use crate::ingest::{PROJECTS, identity};
use crate::paths::TranscriptRoot;

/// A directory as it is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Tells a directory from one that was made in its stead.
    pub identity: FileIdentity,
    /// Whether transcripts lie below it; otherwise a missing directory may appear in it.
    pub has_transcripts: bool,
}

/// The directories to watch, as they are now, by their real paths: systems tell of changes below those.
pub(super) fn places(roots: &[TranscriptRoot]) -> BTreeMap<PathBuf, Place> {
    let mut places = BTreeMap::new();
    for root in roots {
        let projects = root.path.join(PROJECTS);
        let mut candidates = projects.ancestors().filter_map(|path| Some((path, real_directory(path)?)));
        if let Some((path, (real, identity))) = candidates.next() {
            let has_transcripts = path == projects;
            let place = places.entry(real).or_insert(Place { identity, has_transcripts });
            place.has_transcripts |= has_transcripts;
        }
    }
    places
}

fn real_directory(path: &Path) -> Option<(PathBuf, FileIdentity)> {
    let real = fs::canonicalize(path).ok()?;
    let metadata = fs::metadata(&real).ok().filter(fs::Metadata::is_dir)?;
    Some((real, identity(&metadata)))
}
