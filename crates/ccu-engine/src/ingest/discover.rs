//! Finding the transcripts: every `*.jsonl` file below `projects`, at any depth, each file once.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ccu_store::{FileIdentity, TranscriptName};
use rustc_hash::FxHashSet;

use super::skipped::{SkipReason, Skipped};
use crate::paths::TranscriptRoot;

/// The directory below a directory of Claude Code that holds its transcripts.
pub(crate) const PROJECTS: &str = "projects";
/// So many projects are listed sooner than a thread is started.
const ENTRIES_PER_THREAD: usize = 8;

/// A transcript as it lies on the disk.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub name: TranscriptName,
    pub state: FileState,
}

/// What tells whether a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileState {
    pub identity: FileIdentity,
    pub size: u64,
    pub modified_ns: i64,
}

impl FileState {
    pub fn of(metadata: &Metadata) -> FileState {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        FileState {
            identity: identity(metadata),
            size: metadata.len(),
            modified_ns: modified.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)),
        }
    }
}

/// What tells a file or directory from all others; the same for all where the system has no such thing.
#[cfg(unix)]
pub(crate) fn identity(metadata: &Metadata) -> FileIdentity {
    use std::os::unix::fs::MetadataExt;
    FileIdentity { device: metadata.dev(), inode: metadata.ino() }
}

#[cfg(not(unix))]
pub(crate) fn identity(_metadata: &Metadata) -> FileIdentity {
    FileIdentity::default()
}

/// What was found below the directories walked so far.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    pub transcripts: Vec<Found>,
    pub skipped: Vec<Skipped>,
    pub missing_roots: Vec<PathBuf>,
    /// The `projects` directories that were there and could be listed: below them, what was not found is gone.
    pub listed_roots: Vec<PathBuf>,
    seen: FxHashSet<FileIdentity>,
}

impl Discovery {
    /// Walks all directories of Claude Code.
    pub fn of(roots: &[TranscriptRoot]) -> Discovery {
        let mut discovery = Discovery::default();
        roots.iter().for_each(|root| discovery.walk(root));
        discovery
    }

    /// Walks one directory of Claude Code. One that is not there matters only where the user named it.
    fn walk(&mut self, root: &TranscriptRoot) {
        let projects = root.path.join(PROJECTS);
        match fs::metadata(&projects) {
            Ok(metadata) if metadata.is_dir() => {
                if self.is_new(identity(&metadata)) {
                    self.list_on_all_processors(&projects);
                }
                self.listed_roots.push(projects);
            }
            Ok(_) => self.skip(projects, SkipReason::NotAFile),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if root.is_named {
                    self.missing_roots.push(root.path.clone());
                }
            }
            Err(error) => self.skipped.extend(Skipped::from_io(projects, &error)),
        }
    }

    /// Lists what is below `projects`: most of the time goes into the system's answers about ten thousand files, and it
    /// answers each processor.
    fn list_on_all_processors(&mut self, projects: &Path) {
        let entries: Vec<DirEntry> = match fs::read_dir(projects).and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) => return self.skipped.extend(Skipped::from_io(projects.to_owned(), &error)),
        };
        let projects: Arc<Path> = projects.into();
        let n_threads =
            thread::available_parallelism().map_or(1, |n| n.get()).min(entries.len() / ENTRIES_PER_THREAD + 1);
        let next = AtomicUsize::new(0);
        let part = || {
            // What was met before this walk is known to all parts; what they meet twice in it is sorted out when they join.
            let mut part = Discovery { seen: self.seen.clone(), ..Discovery::default() };
            while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                part.look_at(&projects, entry);
            }
            part
        };
        let parts: Vec<Discovery> = thread::scope(|scope| {
            let others: Vec<_> =
                (1..n_threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, part).ok()).collect();
            let own = part();
            others.into_iter().filter_map(|other| other.join().ok()).chain([own]).collect()
        });
        parts.into_iter().for_each(|part| self.absorb(part));
    }

    fn absorb(&mut self, part: Discovery) {
        for found in part.transcripts {
            if self.is_new(found.state.identity) {
                self.transcripts.push(found);
            }
        }
        self.skipped.extend(part.skipped);
    }

    fn skip(&mut self, path: PathBuf, reason: SkipReason) {
        self.skipped.push(Skipped { path, reason });
    }

    /// Whether a file or directory was not met before. Links may lead to the same place twice, or in circles.
    fn is_new(&mut self, identity: FileIdentity) -> bool {
        identity == FileIdentity::default() || self.seen.insert(identity)
    }

    fn enter(&mut self, directory: &Path, metadata: &Metadata) {
        if self.is_new(identity(metadata)) {
            self.list(directory);
        }
    }

    fn list(&mut self, directory: &Path) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.skipped.extend(Skipped::from_io(directory.to_owned(), &error)),
        };
        let directory: Arc<Path> = directory.into();
        for entry in entries {
            match entry {
                Ok(entry) => self.look_at(&directory, &entry),
                Err(error) => return self.skipped.extend(Skipped::from_io(directory.to_path_buf(), &error)),
            }
        }
    }

    fn look_at(&mut self, directory: &Arc<Path>, entry: &DirEntry) {
        let name = entry.file_name();
        let is_transcript = Path::new(&name).extension().is_some_and(|extension| extension == "jsonl");
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_dir() || is_transcript || kind.is_symlink() => kind,
            // Most other files are tool results; they are not even looked at.
            Ok(_) => return,
            Err(error) => return self.skipped.extend(Skipped::from_io(entry.path(), &error)),
        };
        let metadata = if kind.is_symlink() { fs::metadata(entry.path()) } else { entry.metadata() };
        match metadata {
            Ok(metadata) if metadata.is_dir() => self.enter(&entry.path(), &metadata),
            Ok(_) if !is_transcript => {}
            Ok(metadata) if !metadata.is_file() => self.skip(entry.path(), SkipReason::NotAFile),
            Ok(metadata) => {
                let state = FileState::of(&metadata);
                if self.is_new(state.identity) {
                    let name = TranscriptName { directory: directory.clone(), name };
                    self.transcripts.push(Found { name, state });
                }
            }
            Err(_) if kind.is_symlink() && is_transcript => self.skip(entry.path(), SkipReason::BrokenLink),
            Err(_) if kind.is_symlink() => {}
            Err(error) => self.skipped.extend(Skipped::from_io(entry.path(), &error)),
        }
    }
}
