//! What `deny.toml` allows and forbids, read without a TOML crate: it is our own file, one entry a line.

use std::io::Result;

/// The part of `deny.toml` that the offline check goes by.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DenyList {
    /// SPDX ids of licences we accept.
    pub licences: Vec<String>,
    /// Packages that may not come back.
    pub banned: Vec<String>,
    /// Versions that may stand beside another version of the same package: `name@version` or `name:<version`.
    pub second_versions: Vec<String>,
    /// Registries that packages may come from.
    pub registries: Vec<String>,
}

/// Reads the workspace's `deny.toml`.
pub fn deny_list() -> Result<DenyList> {
    Ok(read(&std::fs::read_to_string(crate::tree::root().join("deny.toml"))?))
}

/// Collects the entries of the lists that [`DenyList`] names.
pub fn read(text: &str) -> DenyList {
    let mut found = DenyList::default();
    let (mut section, mut key) = ("", "");
    for line in text.lines().map(|line| line.trim()).filter(|line| !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
            key = "";
        } else if let Some((name, rest)) = line.split_once(" = [") {
            key = name;
            if rest.contains(']') {
                rest.split(',').for_each(|entry| add(&mut found, section, key, entry));
                key = "";
            }
        } else if line.starts_with(']') {
            key = "";
        } else {
            add(&mut found, section, key, line);
        }
    }
    found
}

/// An entry is a quoted text, or a table that begins with `crate = "..."`.
fn add(found: &mut DenyList, section: &str, key: &str, entry: &str) {
    let Some(value) = entry.split('"').nth(1).map(str::to_owned) else { return };
    match (section, key) {
        ("[licenses]", "allow") => found.licences.push(value),
        ("[bans]", "deny") => found.banned.push(value),
        ("[bans]", "skip") => found.second_versions.push(value),
        ("[sources]", "allow-registry") => found.registries.push(value),
        _ => {}
    }
}

/// Whether an entry of [`DenyList::second_versions`] speaks of a package's version.
pub fn speaks_of(entry: &str, name: &str, version: &str) -> bool {
    if let Some((entry_name, below)) = entry.split_once(":<") {
        return entry_name == name && numbers(version) < numbers(below);
    }
    entry.split_once('@') == Some((name, version))
}

fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[test]
fn lists_are_read() {
    let text = "[licenses]\n# \"GPL\"\nallow = [\n    \"MIT\",\n    # \"X11\",\n    \"Zlib\", # seldom\n]\nconfidence = 0.9\n\
                [bans]\nmultiple-versions = \"deny\"\nallow = [\"x\"]\ndeny = [\n    { crate = \"tokio\", reason = \"no async\" },\n]\n\
                skip = [{ crate = \"syn@2.0.1\" }]\n[sources]\nallow-registry = [\"https://example.org\"]\n";
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let expected = DenyList {
        licences: list(&["MIT", "Zlib"]),
        banned: list(&["tokio"]),
        second_versions: list(&["syn@2.0.1"]),
        registries: list(&["https://example.org"]),
    };
    assert_eq!(read(text), expected);
}

#[test]
fn versions_are_compared() {
    let check = |entry: &str, version: &str, expected: bool| {
        assert_eq!(speaks_of(entry, "syn", version), expected, "{entry} {version}")
    };
    check("syn:<3", "2.0.119", true);
    check("syn:<3", "3.0.0", false);
    check("syn:<3.1", "3.0.10", true);
    check("syn@2.0.119", "2.0.119", true);
    check("syn@2.0.119", "2.0.1", false);
    check("sync:<3", "2.0.1", false);
}
