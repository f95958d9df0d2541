//! Snapshot files: each one belongs to a test that exists, and none waits for its review.

use std::path::Path;

use crate::tree::TextFile;

/// What insta writes above the snapshot.
const SOURCE_KEY: &str = "source: ";

fn orphans(files: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files {
        if file.path.ends_with(".snap.new") || file.path.ends_with(".pending-snap") {
            violations.push(format!("{}: not reviewed yet; accept it as `.snap` or mend the code", file.path));
        } else if file.extension() == "snap" {
            violations.extend(why_orphan(file, files).map(|why| format!("{}: {why}", file.path)));
        }
    }
    violations
}

/// Why no test owns a snapshot; `None` where one does.
fn why_orphan(snapshot: &TextFile, files: &[TextFile]) -> Option<String> {
    let source =
        snapshot.text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(SOURCE_KEY));
    let Some(source) = source else { return Some("no `source:` line; let insta write it".to_owned()) };
    let source = source.trim_matches('"');
    let Some(test_file) = files.iter().find(|file| file.path == source) else {
        return Some(format!("its test file `{source}` is gone; delete the snapshot"));
    };
    let folder = Path::new(&snapshot.path).parent();
    if folder != Path::new(source).parent().map(|beside| beside.join("snapshots")).as_deref() {
        return Some(format!("it does not lie in `snapshots/` beside `{source}`; move or delete it"));
    }
    let name = test_name(snapshot.name());
    (!test_file.text.contains(name))
        .then(|| format!("`{source}` has no test or snapshot named `{name}`; delete the snapshot"))
}

/// `ccu__render__table__narrow@json-2.snap` is of `narrow`: insta adds the module before, a suffix or number after.
fn test_name(file_name: &str) -> &str {
    let name = file_name.trim_end_matches(".snap");
    let name = name.split('@').next().unwrap_or(name);
    let name = name.rsplit("__").next().unwrap_or(name);
    match name.rsplit_once('-') {
        Some((before, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => name,
    }
}

#[test]
fn every_snapshot_has_a_test() {
    crate::assert_none(&orphans(&crate::tree::text_files().unwrap()));
}

#[test]
fn orphans_are_caught() {
    use crate::tree::made_up;

    let test_file = || made_up("crates/a/tests/table.rs", "fn test_narrow() {}\nassert_snapshot!(\"wide\", x);");
    let header = "---\nsource: crates/a/tests/table.rs\nexpression: x\n---\nsource: elsewhere.rs\n";
    let check = |path: &str, text: &str, expected: &[&str]| {
        assert_eq!(orphans(&[test_file(), made_up(path, text)]), expected);
    };
    check("crates/a/tests/snapshots/table__narrow.snap", header, &[]);
    check("crates/a/tests/snapshots/table__wide@json-2.snap", header, &[]);
    check(
        "crates/a/tests/snapshots/table__gone.snap",
        header,
        &[
            "crates/a/tests/snapshots/table__gone.snap: `crates/a/tests/table.rs` has no test or snapshot named `gone`; delete the snapshot",
        ],
    );
    check(
        "crates/a/src/snapshots/table__narrow.snap",
        header,
        &[
            "crates/a/src/snapshots/table__narrow.snap: it does not lie in `snapshots/` beside `crates/a/tests/table.rs`; move or delete it",
        ],
    );
    check("a.snap", "---\nsource: b.rs\n---\n", &["a.snap: its test file `b.rs` is gone; delete the snapshot"]);
    check("a.snap", "---\n---\n\nsource: b.rs\n", &["a.snap: no `source:` line; let insta write it"]);
    check("a.snap.new", header, &["a.snap.new: not reviewed yet; accept it as `.snap` or mend the code"]);
}
