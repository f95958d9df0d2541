//! `--jq`: runs a jq filter over a finished JSON text, inside of this process and without files.

use jaq_core::load::{Arena, Error as LoadError, File, Loader};
use jaq_core::{Ctx, Vars, data};
use jaq_json::{Val, read, write as json_write};

use crate::sanitize::escape_json;

/// Characters of jq's own message that are shown.
const MAX_PROBLEM: usize = 120;

/// Why a filter gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum JqError {
    /// It is no jq.
    #[error("`--jq` does not understand `{filter}`: {problem} at character {position}")]
    Syntax {
        /// The filter as typed.
        filter: String,
        /// What is wrong.
        problem: String,
        /// Where, counted from 1.
        position: usize,
    },
    /// It failed on the report.
    #[error("`--jq` failed: {problem}")]
    Run {
        /// What jq says.
        problem: String,
    },
}

/// Checks that a filter is jq, before any work is done for it.
///
/// **Errors**: when it is none.
pub fn check(filter: &str) -> Result<(), JqError> {
    compile(filter).map(|_| ())
}

/// Runs a filter over a JSON text; each answer is one line of JSON.
///
/// **Errors**: when the filter is no jq or fails on the value.
pub fn run(filter: &str, json: &str) -> Result<String, JqError> {
    let filter = compile(filter)?;
    let input = read::parse_single(json.as_bytes()).map_err(|error| JqError::Run { problem: error.to_string() })?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut lines = String::new();
    for answer in filter.id.run((context, input)) {
        match answer {
            Ok(value) => {
                lines.push_str(&escape_json(&to_json(&value)));
                lines.push('\n');
            }
            Err(stop) => match stop.get_err() {
                Ok(error) => return Err(JqError::Run { problem: beginning(&error.to_string()) }),
                // `halt` ends the answers and is no failure.
                Err(_) => break,
            },
        }
    }
    Ok(lines)
}

fn compile(filter: &str) -> Result<jaq_core::Filter<data::JustLut<Val>>, JqError> {
    let arena = Arena::default();
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let modules = Loader::new(defs)
        .load(&arena, File { code: filter, path: () })
        .map_err(|errors| errors.first().map_or_else(|| unnamed(filter), |(_, error)| load_problem(filter, error)))?;
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    jaq_core::Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
        let first = errors.first().and_then(|(_, errors)| errors.first());
        first.map_or_else(
            || unnamed(filter),
            |(name, kind)| syntax(filter, name, format!("no {} `{name}`", kind.as_str())),
        )
    })
}

/// jq quotes the value that it failed on, which may be the whole report.
fn beginning(problem: &str) -> String {
    match problem.char_indices().nth(MAX_PROBLEM) {
        Some((end, _)) => format!("{}...", &problem[..end]),
        None => problem.to_owned(),
    }
}

fn to_json(value: &Val) -> String {
    let mut line = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = json_write::write(&mut line, &json_write::Pp::default(), 0, value);
    String::from_utf8_lossy(&line).into_owned()
}

fn load_problem(filter: &str, error: &LoadError<&str>) -> JqError {
    match error {
        LoadError::Lex(errors) => match errors.first() {
            Some((expected, rest)) => syntax(filter, rest, format!("expected {}", expected.as_str())),
            None => unnamed(filter),
        },
        LoadError::Parse(errors) => match errors.first() {
            Some((expected, rest)) => syntax(filter, rest, format!("expected {}", expected.as_str())),
            None => unnamed(filter),
        },
        LoadError::Io(errors) => match errors.first() {
            Some((path, _)) => syntax(filter, path, "modules are not supported".to_owned()),
            None => unnamed(filter),
        },
    }
}

/// An error at `rest`, which is a part of the filter.
fn syntax(filter: &str, rest: &str, problem: String) -> JqError {
    let offset = (rest.as_ptr() as usize).saturating_sub(filter.as_ptr() as usize).min(filter.len());
    let before = filter.char_indices().take_while(|(position, _)| *position < offset).count();
    JqError::Syntax { filter: filter.to_owned(), problem, position: before + 1 }
}

fn unnamed(filter: &str) -> JqError {
    JqError::Syntax { filter: filter.to_owned(), problem: "no jq".to_owned(), position: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str =
        r#"{"daily":[{"date":"2026-11-21","totalCost":1.25},{"date":"2026-11-22","costNanoUsd":9007199254740993}]}"#;

    fn answer(filter: &str) -> Result<String, JqError> {
        run(filter, JSON)
    }

    #[test]
    fn answers_are_lines_of_json() {
        let check = |filter, expected| assert_eq!(answer(filter).unwrap(), expected, "{filter}");
        check(".daily[].date", "\"2026-11-21\"\n\"2026-11-22\"\n");
        check(".daily | length", "2\n");
        check(".daily[0]", "{\"date\":\"2026-11-21\",\"totalCost\":1.25}\n");
        check("[.daily[].costNanoUsd]", "[null,9007199254740993]\n");
        check(".daily[] | .totalCost // 0 | . * 2", "2.5\n0\n");
        check("empty", "");
        check("1, halt, 2", "1\n");
        check("\"\\u001b[31m\"", "\"\\u001b[31m\"\n");
        check("\"\u{202e}\"", "\"\\u202e\"\n");
    }

    #[test]
    fn errors_say_what_and_where() {
        let filters =
            [".daily[", ".a | §", ".a | no_such_filter", "", "$x", "include \"a\"; .", ".daily + 1", "error(\"mine\")"];
        let messages = filters.map(|filter| answer(filter).unwrap_err().to_string()).join("\n");
        insta::assert_snapshot!(messages, @r#"
        `--jq` does not understand `.daily[`: expected closing bracket at character 8
        `--jq` does not understand `.a | §`: expected token at character 6
        `--jq` does not understand `.a | no_such_filter`: no filter `no_such_filter` at character 6
        `--jq` does not understand ``: expected term at character 1
        `--jq` does not understand `$x`: no variable `$x` at character 1
        `--jq` does not understand `include "a"; .`: modules are not supported at character 10
        `--jq` failed: cannot calculate [{"date":"2026-11-21","totalCost":1.25},{"date":"2026-11-22","costNanoUsd":9007199254740993}] + 1
        `--jq` failed: "mine"
        "#);
    }
}
