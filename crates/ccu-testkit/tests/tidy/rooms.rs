//! Which crate may use what: our own crates stand in one straight line, and a third-party crate lives in its room.

use crate::packages::Package;
use crate::tree::{TextFile, root};

/// Our crates, lowest first: each may use those before it.
const LINE: [&str; 4] = ["ccu-core", "ccu-store", "ccu-engine", "ccu"];
/// The test bench. It is nobody's normal dependency and may use what it likes.
const TEST_BENCH: &str = "ccu-testkit";

/// Third-party crates that are thinking, not doing: from the lowest room on, all may use them.
const FOR_ALL: [&str; 9] =
    ["base64", "jiff", "memchr", "rustc-hash", "serde", "serde_json", "sha2", "simdutf8", "thiserror"];
/// Third-party crates and the rooms that may use them.
const ROOMS: [(&str, &[&str]); 4] = [
    ("ccu-core", &[]),
    ("ccu-store", &["rusqlite"]),
    (
        "ccu-engine",
        &[
            "age",
            "csv",
            "etcetera",
            "flate2",
            "gethostname",
            "getrandom",
            "keyring",
            "notify",
            "rustix",
            "rustls",
            "sha1",
            "strsim",
            "tempfile",
            "toml",
            "toml_edit",
            "ureq",
        ],
    ),
    (
        "ccu",
        &[
            "anstream",
            "anstyle",
            "clap",
            "clap_complete",
            "clap_mangen",
            "comfy-table",
            "console",
            "csv",
            "ctrlc",
            "indicatif",
            "jaq-core",
            "jaq-json",
            "jaq-std",
            "strsim",
            "tempfile",
            "terminal_size",
            "unicode-width",
        ],
    ),
];
/// Third-party crates of tests, in any room.
const FOR_TESTS: [&str; 5] = ["insta", "jsonschema", "proptest", "rcgen", "tempfile"];

fn out_of_room(packages: &[Package]) -> Vec<String> {
    let mut violations = Vec::new();
    for package in packages.iter().filter(|package| package.source.is_none() && package.name != TEST_BENCH) {
        let Some(height) = LINE.iter().position(|name| *name == package.name) else {
            violations.push(format!("`{}` is a new crate; give it a place in the line in tidy/rooms.rs", package.name));
            continue;
        };
        let room = ROOMS.iter().find(|(name, _)| *name == package.name).map_or(&[][..], |(_, own)| own);
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let is_in_line = LINE[..height].contains(&name);
            let is_in_room = FOR_ALL.contains(&name) || room.contains(&name);
            let is_for_tests = dependency.is_for_tests && (name == TEST_BENCH || FOR_TESTS.contains(&name));
            if !is_in_line && !is_in_room && !is_for_tests {
                violations.push(format!(
                    "`{}` may not use `{name}`; move the code to its room, or justify the crate and add it to the table in tidy/rooms.rs",
                    package.name
                ));
            }
        }
    }
    violations
}

/// Versions stand in the root manifest, once; dependency lists are sorted, so that each has one place.
fn untidy_manifests(manifests: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for manifest in manifests {
        let is_root = manifest.path == "Cargo.toml";
        let mut is_dependencies = false;
        let mut previous = "";
        for (line_idx, line) in manifest.text.lines().enumerate() {
            let at = format!("{}:{}", manifest.path, line_idx + 1);
            if line.starts_with('[') {
                is_dependencies = line.ends_with("dependencies]");
            }
            let Some(name) = line.split([' ', '.', '=']).next().filter(|name| is_dependency_name(name)) else {
                // A blank line parts our own crates from third-party ones; each group is sorted by itself.
                previous = "";
                continue;
            };
            if is_dependencies && name < previous {
                violations.push(format!("{at}: `{name}` stands after `{previous}`; sort the list"));
            }
            if is_dependencies && !is_root && !line.contains("workspace = true") {
                violations.push(format!(
                    "{at}: `{name}` has a version of its own; put it into the root's `[workspace.dependencies]`"
                ));
            }
            previous = name;
        }
    }
    violations
}

fn is_dependency_name(word: &str) -> bool {
    word.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

fn manifests() -> Vec<TextFile> {
    let files = crate::tree::text_files().unwrap_or_default();
    // The fuzz targets are a workspace of their own, because they need a nightly compiler.
    files.into_iter().filter(|file| file.name() == "Cargo.toml" && !file.path.starts_with("fuzz/")).collect()
}

#[test]
fn dependencies_keep_to_their_rooms() {
    crate::assert_none(&out_of_room(&crate::packages::packages().unwrap()));
}

#[test]
fn manifests_are_tidy() {
    let manifests = manifests();
    assert!(manifests.len() > LINE.len(), "{} manifests below {}", manifests.len(), root().display());
    crate::assert_none(&untidy_manifests(&manifests));
}

#[test]
fn wrong_rooms_are_caught() {
    use serde_json::json;

    let check = |package: &str, dependency: &str, kind: Option<&str>, n_expected: usize| {
        let metadata =
            json!({ "packages": [{ "name": package, "dependencies": [{ "name": dependency, "kind": kind }] }] });
        let violations = out_of_room(&crate::packages::read(&metadata));
        assert_eq!(violations.len(), n_expected, "{package} -> {dependency}: {violations:?}");
    };
    check("ccu-core", "serde", None, 0);
    check("ccu-core", "ccu-store", None, 1);
    check("ccu-core", "tempfile", None, 1);
    check("ccu-core", "proptest", Some("dev"), 0);
    check("ccu-core", "rusqlite", Some("dev"), 1);
    check("ccu-store", "rusqlite", None, 0);
    check("ccu-store", "ccu-core", None, 0);
    check("ccu-store", "toml", None, 1);
    check("ccu-engine", "rusqlite", None, 1);
    check("ccu-engine", "clap", Some("build"), 1);
    check("ccu", "rusqlite", None, 1);
    check("ccu", "ccu-store", None, 0);
    check("ccu", "ccu-testkit", None, 1);
    check("ccu", "ccu-testkit", Some("dev"), 0);
    check("ccu-core", "ccu-engine", Some("dev"), 1);
    check("ccu", "never-heard-of", None, 1);
    check("ccu-new", "serde", None, 1);
    check("ccu-testkit", "tempfile", None, 0);
}

#[test]
fn untidy_manifests_are_caught() {
    use crate::tree::made_up;

    let check = |path: &str, text: &str, n_expected: usize| {
        let violations = untidy_manifests(&[made_up(path, text)]);
        assert_eq!(violations.len(), n_expected, "{text}: {violations:?}");
    };
    check("Cargo.toml", "[workspace.dependencies]\nccu = { path = \"c\" }\n\nanstyle = \"1\"\nclap = \"4\"\n", 0);
    check("Cargo.toml", "[workspace.dependencies]\nclap = \"4\"\nanstyle = \"1\"\n", 1);
    check("Cargo.toml", "[package]\nname = \"b\"\nlicense = \"a\"\n", 0);
    check("crates/a/Cargo.toml", "[dependencies]\nserde.workspace = true\ntoml = { workspace = true }\n", 0);
    check("crates/a/Cargo.toml", "[dev-dependencies]\ntoml.workspace = true\nserde.workspace = true\n", 1);
    check("crates/a/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nrustix = \"1.1\"\n", 1);
}
