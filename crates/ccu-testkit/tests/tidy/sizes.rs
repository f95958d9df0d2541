//! How long files and functions may be: a concept that outgrows them has parts, and the parts have names.

use crate::rust_source::{functions, without_tests};
use crate::tree::TextFile;

/// The most lines of a file, without its tests.
const MOST_FILE_LINES: usize = 500;
/// The most lines of a function, from `fn` to its closing brace.
const MOST_FUNCTION_LINES: usize = 80;

fn too_long(files: &[TextFile]) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.extension() == "rs" && !file.is_test()) {
        let (source, n_lines) = without_tests(&file.text);
        if n_lines > MOST_FILE_LINES {
            violations.push(format!(
                "{}: {n_lines} lines without tests, {MOST_FILE_LINES} are the most; split the concept and name its parts",
                file.path
            ));
        }
        for function in functions(&source).iter().filter(|function| function.lines.len() > MOST_FUNCTION_LINES) {
            violations.push(format!(
                "{}:{}: `{}` has {} lines, {MOST_FUNCTION_LINES} are the most; name its steps",
                file.path,
                function.lines.start + 1,
                function.name,
                function.lines.len()
            ));
        }
    }
    violations
}

#[test]
fn files_and_functions_are_short() {
    crate::assert_none(&too_long(&crate::tree::text_files().unwrap()));
}

#[test]
fn long_ones_are_caught() {
    use crate::tree::made_up;

    let body = |n_lines: usize| "    step();\n".repeat(n_lines);
    let longest_function = format!("fn f() {{\n{}}}\n", body(78));
    let long_function = format!("//! Text.\n\nfn f() {{\n{}}}\n", body(79));
    let long_file = "// Line.\n".repeat(501);
    let long_tests = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{long_file}{long_function}}}\n");
    let check = |path: &str, text: &str, expected: &[&str]| assert_eq!(too_long(&[made_up(path, text)]), expected);

    check("a.rs", &longest_function, &[]);
    check("a.rs", &long_function, &["a.rs:3: `f` has 81 lines, 80 are the most; name its steps"]);
    check(
        "a.rs",
        &long_file,
        &["a.rs: 501 lines without tests, 500 are the most; split the concept and name its parts"],
    );
    check("a.rs", &long_tests, &[]);
    check("tests/a.rs", &long_file, &[]);
    check("a.md", &long_file, &[]);
}
