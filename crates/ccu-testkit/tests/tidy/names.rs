//! File and module names: a name says what is inside, so names that fit anything are not used.

use crate::rust_source::without_literals;
use crate::tree::TextFile;

/// Names that would fit any content.
const VAGUE: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"];

fn vague_names(files: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.is_ours()) {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if is_vague(stem) {
                violations.push(format!("{}: `{part}` says nothing about its content; name the concept", file.path));
            }
        }
        if file.extension() == "rs" {
            violations.extend(vague_modules(file));
        }
    }
    violations
}

fn vague_modules(file: &TextFile) -> Vec<String> {
    let source = without_literals(&file.text);
    let mut violations = Vec::new();
    for (line_idx, line) in source.lines().enumerate() {
        let declared =
            line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("mod ");
        let name = declared.unwrap_or_default().trim_end_matches([';', '{', '}', ' ']);
        if is_vague(name) {
            let line_number = line_idx + 1;
            violations.push(format!(
                "{}:{line_number}: `mod {name}` says nothing about its content; name the concept",
                file.path
            ));
        }
    }
    violations
}

/// Whether a name is one of [`VAGUE`], alone or as a part of a longer one (`gist_utils`).
fn is_vague(name: &str) -> bool {
    name.split(['_', '-']).any(|word| VAGUE.contains(&word.to_ascii_lowercase().as_str()))
}

#[test]
fn names_say_something() {
    crate::assert_none(&vague_names(&crate::tree::text_files().unwrap()));
}

#[test]
fn vague_ones_are_caught() {
    use crate::tree::made_up;

    let check = |path: &str, text: &str, n_expected: usize| {
        assert_eq!(vague_names(&[made_up(path, text)]).len(), n_expected, "{path} {text}");
    };
    check("crates/a/src/utils.rs", "", 1);
    check("crates/a/src/gist_helpers.rs", "", 1);
    check("crates/a/tests/common/mod.rs", "", 1);
    check("docs/misc.md", "", 1);
    check("crates/a/src/lib.rs", "mod manager;\npub(crate) mod util {\n}\n", 2);
    check("crates/a/src/lib.rs", "mod commons;\nuse common::x; // mod utils;\n", 0);
    check("crates/a/src/money.rs", "mod tests {}\n", 0);
    check("fixtures/gist/misc.json", "", 0);
}
