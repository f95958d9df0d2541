//! The files the rules are about: everything under the workspace root that git tracks or would track.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One text file of the project.
pub struct TextFile {
    /// Its path below the workspace root, with `/` on every system.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl TextFile {
    /// The name after the last `/`.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// What stands after the last dot of the name; empty where there is none.
    pub fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Whether the whole file is test code.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }

    /// Whether we wrote the file by hand or generate it: the input of tests may look like anything.
    pub fn is_ours(&self) -> bool {
        !self.path.starts_with("fixtures/") && self.name() != "Cargo.lock"
    }
}

/// The workspace root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All text files of the project. Files that are not UTF-8 are nobody's prose and are left out.
pub fn text_files() -> io::Result<Vec<TextFile>> {
    let root = root();
    let paths = match git_paths(&root) {
        Some(paths) => paths,
        // A source archive has no history, and git refuses a checkout that belongs to somebody else.
        None => walked_paths(&root)?,
    };
    let mut files = Vec::new();
    for path in paths {
        match fs::read(root.join(&path)) {
            Ok(bytes) => files.extend(String::from_utf8(bytes).ok().map(|text| TextFile { path, text })),
            // Tracked but deleted in the working tree, or a symbolic link to a folder.
            Err(_) => continue,
        }
    }
    Ok(files)
}

fn git_paths(root: &Path) -> Option<BTreeSet<String>> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let output = Command::new("git").args(arguments).current_dir(root).output().ok()?;
    let paths = String::from_utf8(output.stdout).ok()?;
    let paths: BTreeSet<String> = paths.split_terminator('\0').map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

/// Walks the tree without git's help: `.git` and what `.gitignore` names from the root on are left out.
fn walked_paths(root: &Path) -> io::Result<BTreeSet<String>> {
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let ignored: BTreeSet<&str> = ignored.lines().filter_map(|line| line.strip_prefix('/')).collect();
    let mut paths = BTreeSet::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            if path == ".git" || ignored.contains(path.as_str()) {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(format!("{path}/"));
            } else if kind.is_file() {
                paths.insert(path);
            }
        }
    }
    Ok(paths)
}

/// Makes a file for a rule to judge.
pub fn made_up(path: &str, text: &str) -> TextFile {
    TextFile { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn the_tree_is_found() {
    let files = text_files().unwrap();
    let has = |path: &str| files.iter().any(|file| file.path == path);
    assert!(has("Cargo.toml") && has("crates/ccu-testkit/tests/tidy/tree.rs"));
    assert!(!files.iter().any(|file| file.path.starts_with("target/") || file.path.starts_with(".git/")));
}

#[test]
fn walking_finds_what_git_finds() {
    let walked = walked_paths(&root()).unwrap();
    assert!(walked.contains("Cargo.toml") && walked.contains("crates/ccu-testkit/tests/tidy/tree.rs"));
    assert!(!walked.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
    for path in git_paths(&root()).unwrap_or_default() {
        let is_there = root().join(&path).is_file();
        assert!(!is_there || walked.contains(&path), "{path} is tracked and was not walked");
    }
}

#[test]
fn paths_are_told_apart() {
    let file = made_up("crates/a/src/money.rs", "");
    assert_eq!((file.name(), file.extension(), file.is_test()), ("money.rs", "rs", false));
    assert_eq!(made_up(".ci/run", "").extension(), "");
    assert!(made_up("crates/a/tests/end_to_end.rs", "").is_test());
    assert!(made_up("crates/a/src/dedupe/tests.rs", "").is_test());
    assert!(!made_up("fixtures/transcripts/bad.jsonl", "").is_ours());
}
