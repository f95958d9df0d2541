//! Which files and directories below `projects` cannot be read, asked of the system without reading them: for `ccu doctor`.
//! What counts as a transcript is what `ingest` takes for one.

use std::fs::{self, DirEntry, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use ccu_store::FileIdentity;
use rustc_hash::FxHashSet;

use crate::ingest::{PROJECTS, SkipReason, Skipped, identity};
use crate::paths::TranscriptRoot;

/// Looks for what cannot be read, by path. What vanishes meanwhile is no matter.
pub fn unreadable(roots: &[TranscriptRoot]) -> Vec<Skipped> {
    let mut walk = Walk::default();
    roots.iter().for_each(|root| walk.root(root));
    walk.unreadable.sort_by(|one, other| one.path.cmp(&other.path));
    walk.unreadable
}

/// The walk, with what it has found so far.
#[derive(Default)]
struct Walk {
    unreadable: Vec<Skipped>,
    seen: FxHashSet<FileIdentity>,
}

impl Walk {
    fn root(&mut self, root: &TranscriptRoot) {
        let projects = root.path.join(PROJECTS);
        match fs::metadata(&projects) {
            Ok(metadata) if metadata.is_dir() => self.directory(&projects, &metadata),
            Ok(_) => self.add(projects, SkipReason::NotAFile),
            Err(error) => self.failed(projects, &error),
        }
    }

    fn directory(&mut self, directory: &Path, metadata: &Metadata) {
        if !self.is_new(metadata) {
            return;
        }
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.failed(directory.to_owned(), &error),
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(&entry),
                Err(error) => return self.failed(directory.to_owned(), &error),
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry) {
        let path = entry.path();
        let is_transcript = path.extension().is_some_and(|extension| extension == "jsonl");
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_dir() || is_transcript || kind.is_symlink() => kind,
            Ok(_) => return,
            Err(error) => return self.failed(path, &error),
        };
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.directory(&path, &metadata),
            Ok(metadata) if is_transcript => self.transcript(path, &metadata),
            Ok(_) => {}
            Err(_) if kind.is_symlink() && is_transcript => self.add(path, SkipReason::BrokenLink),
            Err(_) if kind.is_symlink() => {}
            Err(error) => self.failed(path, &error),
        }
    }

    /// A pipe is not opened: that would wait for somebody to write to it.
    fn transcript(&mut self, path: PathBuf, metadata: &Metadata) {
        if !metadata.is_file() {
            self.add(path, SkipReason::NotAFile);
        } else if self.is_new(metadata)
            && let Err(error) = File::open(&path)
        {
            self.failed(path, &error);
        }
    }

    fn failed(&mut self, path: PathBuf, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::NotFound => {}
            io::ErrorKind::PermissionDenied => self.add(path, SkipReason::PermissionDenied),
            kind => self.add(path, SkipReason::Other(kind)),
        }
    }

    fn add(&mut self, path: PathBuf, reason: SkipReason) {
        self.unreadable.push(Skipped { path, reason });
    }

    fn is_new(&mut self, metadata: &Metadata) -> bool {
        let identity = identity(metadata);
        identity == FileIdentity::default() || self.seen.insert(identity)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn what_is_no_transcript_is_named_with_its_reason() {
        let home = tempfile::tempdir().unwrap();
        let project = home.path().join(PROJECTS).join("app");
        fs::create_dir_all(project.join("directory.jsonl")).unwrap();
        File::create(project.join("good.jsonl")).unwrap();
        symlink("nowhere", project.join("link.jsonl")).unwrap();
        symlink("nowhere", project.join("link.txt")).unwrap();
        symlink("..", project.join("directory.jsonl/circle")).unwrap();
        let _socket = UnixListener::bind(project.join("socket.jsonl")).unwrap();
        let found = unreadable(&[TranscriptRoot { path: home.path().to_owned(), is_named: true }]);
        let expected = [("link.jsonl", SkipReason::BrokenLink), ("socket.jsonl", SkipReason::NotAFile)];
        assert_eq!(found, expected.map(|(name, reason)| Skipped { path: project.join(name), reason }));
    }

    #[test]
    fn projects_that_are_no_directory_are_named() {
        let home = tempfile::tempdir().unwrap();
        let root = TranscriptRoot { path: home.path().to_owned(), is_named: true };
        assert_eq!(unreadable(std::slice::from_ref(&root)), []);
        let projects = home.path().join(PROJECTS);
        File::create(&projects).unwrap();
        assert_eq!(unreadable(&[root]), [Skipped { path: projects, reason: SkipReason::NotAFile }]);
    }
}
