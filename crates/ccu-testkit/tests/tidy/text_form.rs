//! The form of our text files: heads, white space, open marks with an issue, and no path of one person's computer.

use crate::tree::TextFile;

/// Extensions of text that we write or generate.
const PROSE_AND_CODE: [&str; 10] = ["css", "html", "json", "md", "py", "rs", "sh", "sql", "toml", "yml"];
/// Extensions of code, in which an open mark is a promise.
const CODE: [&str; 5] = ["py", "rs", "sh", "sql", "toml"];
/// Files without an extension that are code or prose.
const WITHOUT_EXTENSION: [&str; 4] = [".ci/run", ".gitignore", "LICENSE-APACHE", "LICENSE-MIT"];

/// Words that mark unfinished work; split, so that this table does not mark anything itself.
const OPEN_MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
/// Paths that exist on the computer where this was written, and nowhere else.
const PRIVATE_PATHS: [&str; 3] = [concat!("/wo", "rk/"), concat!("fa", "rm-"), concat!("../sha", "red")];

fn is_text(file: &TextFile) -> bool {
    file.is_ours() && (PROSE_AND_CODE.contains(&file.extension()) || WITHOUT_EXTENSION.contains(&file.path.as_str()))
}

fn is_code(file: &TextFile) -> bool {
    file.is_ours() && (CODE.contains(&file.extension()) || file.path == ".ci/run")
}

fn headless(files: &[TextFile]) -> Vec<String> {
    let sources = files.iter().filter(|file| file.extension() == "rs" && file.is_ours());
    let headless = sources.filter(|file| !file.text.starts_with("//! "));
    headless.map(|file| format!("{}: begin with `//!` and the file's job in one sentence", file.path)).collect()
}

fn white_space(files: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| is_text(file)) {
        for (line_idx, line) in file.text.split('\n').enumerate() {
            let at = format!("{}:{}", file.path, line_idx + 1);
            if line.ends_with([' ', '\t', '\r']) {
                violations.push(format!("{at}: white space at the end of the line"));
            }
            if file.extension() == "rs" && line.contains('\t') {
                violations.push(format!("{at}: a tab; indent with blanks, and write `\\t` in a literal"));
            }
        }
        if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
            violations.push(format!("{}: end the file with exactly one line feed", file.path));
        }
    }
    violations
}

fn open_marks(files: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| is_code(file)) {
        for (line_idx, line) in file.text.lines().enumerate() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if words.any(|word| OPEN_MARKS.contains(&word)) && !names_issue(line) {
                violations.push(format!(
                    "{}:{}: an open mark without an issue number (`#12`)",
                    file.path,
                    line_idx + 1
                ));
            }
        }
    }
    violations
}

/// Whether a line has a `#` followed by a digit.
fn names_issue(line: &str) -> bool {
    line.as_bytes().windows(2).any(|pair| pair[0] == b'#' && pair[1].is_ascii_digit())
}

/// A test or benchmark may use what only some computers have, if it says so where it skips; nothing else may.
fn private_paths(files: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.is_ours()) {
        if (file.is_test() || file.path.starts_with("benches/")) && file.text.contains("skipped") {
            continue;
        }
        for (line_idx, line) in file.text.lines().enumerate() {
            for path in PRIVATE_PATHS.iter().filter(|path| line.contains(**path)) {
                let at = format!("{}:{}", file.path, line_idx + 1);
                violations.push(format!(
                    "{at}: `{path}` exists on one computer only; a test may use it and must print `skipped` elsewhere"
                ));
            }
        }
    }
    violations
}

#[test]
fn every_source_file_says_its_job() {
    crate::assert_none(&headless(&crate::tree::text_files().unwrap()));
}

#[test]
fn white_space_is_tidy() {
    crate::assert_none(&white_space(&crate::tree::text_files().unwrap()));
}

#[test]
fn open_marks_name_an_issue() {
    crate::assert_none(&open_marks(&crate::tree::text_files().unwrap()));
}

#[test]
fn nothing_needs_one_persons_computer() {
    crate::assert_none(&private_paths(&crate::tree::text_files().unwrap()));
}

#[cfg(test)]
mod catches {
    use super::*;
    use crate::tree::made_up;

    fn check(rule: fn(&[TextFile]) -> Vec<String>, path: &str, text: &str, n_expected: usize) {
        let violations = rule(&[made_up(path, text)]);
        assert_eq!(violations.len(), n_expected, "{path} {text:?}: {violations:?}");
    }

    #[test]
    fn missing_heads() {
        check(headless, "a.rs", "//! Job.\nfn f() {}\n", 0);
        check(headless, "a.rs", "fn f() {}\n", 1);
        check(headless, "a.rs", "//!\n", 1);
        check(headless, "a.rs", "\n//! Job.\n", 1);
        check(headless, "a.md", "text\n", 0);
    }

    #[test]
    fn untidy_white_space() {
        check(white_space, "a.rs", "a\n\nb\n", 0);
        check(white_space, "a.md", "a \n", 1);
        check(white_space, "a.md", "a\r\n", 1);
        check(white_space, "a.rs", "\ta\n", 1);
        check(white_space, "a.sql", "\ta\n", 0);
        check(white_space, "a.toml", "a", 1);
        check(white_space, ".ci/run", "a\n\n", 1);
        check(white_space, "fixtures/transcripts/unfinished.json", "a", 0);
        check(white_space, "a.snap", "a ", 0);
    }

    #[test]
    fn marks_without_an_issue() {
        for mark in OPEN_MARKS {
            check(open_marks, "a.rs", &format!("// {mark}: later\n"), 1);
            check(open_marks, "a.sql", &format!("-- {mark}(#12) later\n"), 0);
            check(open_marks, "a.rs", &format!("let {mark}_LATER = 1;\n"), 0);
            check(open_marks, "a.md", &format!("{mark}\n"), 0);
        }
    }

    #[test]
    fn paths_of_one_computer() {
        for path in PRIVATE_PATHS {
            check(private_paths, "a.md", &format!("see {path}b\n"), 1);
            check(private_paths, "crates/a/tests/a.rs", &format!("open(\"{path}b\")\n"), 1);
            check(private_paths, "crates/a/tests/a.rs", &format!("open(\"{path}b\") // skipped elsewhere\n"), 0);
            check(private_paths, "crates/a/src/a.rs", &format!("open(\"{path}b\") // skipped elsewhere\n"), 1);
        }
    }
}
