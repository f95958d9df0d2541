//! Which files and directories below `projects` cannot be read, asked of the system without reading them: for `ccu doctor`,
//! which has no use for a database here.

use std::fs::File;

use super::discover::Discovery;
use super::skipped::Skipped;
use crate::paths::TranscriptRoot;

/// Looks for what cannot be read, by path. What vanishes meanwhile is no matter.
pub fn unreadable(roots: &[TranscriptRoot]) -> Vec<Skipped> {
    let Discovery { transcripts, mut skipped, .. } = Discovery::of(roots);
    let closed = transcripts.iter().filter_map(|found| {
        let path = found.name.path();
        let error = File::open(&path).err()?;
        Skipped::from_io(path, &error)
    });
    skipped.extend(closed);
    skipped.sort_by(|one, other| one.path.cmp(&other.path));
    skipped
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::ingest::{PROJECTS, SkipReason};
    use std::fs;
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
