//! Proof that a directory tree was not touched: everything about it that a program could change.

#![expect(clippy::expect_used, reason = "a test bench that cannot read its own files fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names, contents, modification times and modes of some trees. Two of them are equal where nothing was touched between;
/// where they differ, their debug output names the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint {
    entries: BTreeMap<PathBuf, Entry>,
}

/// One file, directory or link.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    modified: SystemTime,
    mode: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Directory,
    File {
        bytes: u64,
        content_hash: u64,
    },
    Link {
        target: PathBuf,
    },
    /// Sockets, pipes and the like.
    Other,
}

impl Fingerprint {
    /// Takes the fingerprint of these trees; one that is not there has none, so its making is noticed.
    ///
    /// # Panics
    /// When something in a tree cannot be read.
    #[must_use]
    pub fn of(roots: &[PathBuf]) -> Fingerprint {
        let mut fingerprint = Fingerprint::default();
        roots.iter().filter(|root| root.symlink_metadata().is_ok()).for_each(|root| fingerprint.take(root));
        fingerprint
    }

    fn take(&mut self, path: &Path) {
        let metadata = path.symlink_metadata().expect("an entry of the tree can be looked at");
        let kind = match metadata.file_type() {
            file_type if file_type.is_symlink() => {
                Kind::Link { target: path.read_link().expect("a link has a target") }
            }
            file_type if file_type.is_dir() => Kind::Directory,
            file_type if file_type.is_file() => content(path),
            _ => Kind::Other,
        };
        if kind == Kind::Directory {
            for entry in path.read_dir().expect("a directory of the tree can be read") {
                self.take(&entry.expect("a directory of the tree can be read").path());
            }
        }
        let modified = metadata.modified().expect("the platform keeps modification times");
        self.entries.insert(path.to_owned(), Entry { kind, modified, mode: mode(&metadata) });
    }
}

fn content(path: &Path) -> Kind {
    let bytes = fs::read(path).expect("a file of the tree can be read");
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    Kind::File { bytes: bytes.len() as u64, content_hash: hasher.finish() }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

#[cfg(not(unix))]
fn mode(metadata: &fs::Metadata) -> u32 {
    u32::from(metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Sandbox;
    use crate::transcript::Line;
    use std::time::Duration;

    /// Whether the fingerprint notices what `touch` does to a transcript.
    fn notices(touch: impl FnOnce(&Path)) -> bool {
        let sandbox = Sandbox::new();
        let path = sandbox.write_transcript("app/one.jsonl", [Line::assistant()]);
        let before = sandbox.tree_fingerprint();
        touch(&path);
        before != sandbox.tree_fingerprint()
    }

    fn modified(path: &Path) -> SystemTime {
        path.metadata().unwrap().modified().unwrap()
    }

    fn set_modified(path: &Path, time: SystemTime) {
        fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn reading_is_not_noticed() {
        assert!(!notices(|path| drop(fs::read(path).unwrap())));
    }

    #[test]
    fn every_touch_is_noticed() {
        assert!(notices(|path| fs::remove_file(path).unwrap()), "a file removed");
        assert!(notices(|path| fs::rename(path, path.with_extension("old")).unwrap()), "a file renamed");
        assert!(notices(|path| drop(fs::File::create(path.with_extension("lock")).unwrap())), "a file made");
        assert!(notices(|path| set_modified(path, modified(path) + Duration::from_secs(9))), "a time changed");
        assert!(
            notices(|path| {
                let mut permissions = path.metadata().unwrap().permissions();
                permissions.set_readonly(true);
                fs::set_permissions(path, permissions).unwrap();
            }),
            "a mode changed"
        );
        assert!(
            notices(|path| {
                let (time, mut bytes) = (modified(path), fs::read(path).unwrap());
                bytes[0] ^= 1;
                std::io::Write::write_all(&mut fs::File::create(path).unwrap(), &bytes).unwrap();
                set_modified(path, time);
            }),
            "a byte changed, size and time as before"
        );
    }

    #[test]
    fn a_tree_that_is_not_there_is_noticed_once_it_is() {
        let sandbox = Sandbox::new();
        let before = sandbox.tree_fingerprint();
        fs::create_dir_all(sandbox.home().join(".config").join("claude")).unwrap();
        assert_ne!(before, sandbox.tree_fingerprint());
    }
}
