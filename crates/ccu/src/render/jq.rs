//! `--jq`: runs a jq filter over a finished JSON text, inside of this process and without files.
//!
//! jaq recurses where a filter nests and where it calls itself, and an overflow of the stack ends the process. So it runs on
//! a stack of its own (`stack`), reads no filter that could nest too deeply for it, and lets no definition call itself once
//! half of the stack is used. What is left unbounded is a value that a filter nests millions of arrays deep.

mod stack;

use std::io;

use jaq_core::load::{Arena, Error as LoadError, File, Loader};
use jaq_core::{Ctx, Vars, data};
use jaq_json::{Val, read, write as json_write};

use crate::sanitize::escape_json;

/// Characters of a filter, or of jq's own message, that are shown.
const MAX_SHOWN: usize = 120;
/// Bytes of a filter. Each may be a level of nesting.
const MAX_FILTER: usize = 16 << 10;

/// Why a filter gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum JqError {
    /// It is no jq.
    #[error("`--jq` does not understand `{filter}`: {problem} at character {position}")]
    Syntax {
        /// The filter as typed, or its beginning.
        filter: String,
        /// What is wrong.
        problem: String,
        /// Where, counted from 1.
        position: usize,
    },
    /// It is so long that it may nest too deeply.
    #[error("`--jq` takes a filter of at most {MAX_FILTER} bytes; this one has {n_bytes}")]
    TooLong {
        /// Its length.
        n_bytes: usize,
    },
    /// The system gives no thread to run it on.
    #[error("`--jq` cannot start the thread that runs it")]
    NoThread {
        /// Why.
        source: io::Error,
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
    refuse_too_long(filter)?;
    stack::on_deep_stack(|| compile(filter).map(|_| ()))
}

fn refuse_too_long(filter: &str) -> Result<(), JqError> {
    match filter.len() {
        0..=MAX_FILTER => Ok(()),
        n_bytes => Err(JqError::TooLong { n_bytes }),
    }
}

/// Runs a filter over a JSON text; each answer is one line of JSON.
///
/// **Errors**: when the filter is no jq or fails on the value.
pub fn run(filter: &str, json: &str) -> Result<String, JqError> {
    refuse_too_long(filter)?;
    stack::on_deep_stack(|| match answers(&stack::guarded(filter), json) {
        // What is wrong is said of the filter as it was typed.
        Err(error @ JqError::Syntax { .. }) => compile(filter).and(Err(error)),
        done => done,
    })
}

fn answers(filter: &str, json: &str) -> Result<String, JqError> {
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
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).chain([stack::guard()]);
    jaq_core::Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
        let first = errors.first().and_then(|(_, errors)| errors.first());
        first.map_or_else(
            || unnamed(filter),
            |(name, kind)| syntax(filter, name, format!("no {} `{name}`", kind.as_str())),
        )
    })
}

/// The beginning of a long text: a filter, or what jq says, which may quote the whole report.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
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
    JqError::Syntax { filter: beginning(filter), problem, position: before + 1 }
}

fn unnamed(filter: &str) -> JqError {
    JqError::Syntax { filter: beginning(filter), problem: "no jq".to_owned(), position: 1 }
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

    #[test]
    fn nesting_of_every_kind_overflows_no_stack() {
        let check = |open: &str, middle: &str, close: &str| {
            let n_levels = (MAX_FILTER - middle.len()) / (open.len() + close.len());
            let filter = [&open.repeat(n_levels), middle, &close.repeat(n_levels)].concat();
            // Whatever comes of it, it comes back.
            let _ = answer(&filter);
        };
        check("[", "1", "]");
        check("(", "1", ")");
        check("{a:", "1", "}");
        check("-", "1", "");
        check("1+", "1", "");
        check(".|", ".", "");
        check("1,", "1", "");
        check("1//", "1", "");
        check(".[", "0", "]");
        check("try ", "1", "");
        check("if 1 then ", "1", " end");
        check("\"\\(", "1", ")\"");
        check("def f:", "1", ";f");
        check("def f:1;", "1", "");
        check(". as [", "$x", "]");
        check("map(", "1", ")");
        check("path(", ".", ")");
        check("[", "", "");
        assert!(matches!(answer(&"[".repeat(MAX_FILTER + 1)), Err(JqError::TooLong { .. })));
    }

    #[test]
    fn definitions_that_never_end_overflow_no_stack() {
        let filters = [
            "def f: 1+f; f",
            "def f($x): [f($x)]; f(1)",
            "def f: def g: 1+f; g; f",
            "\"\\(def f: -f; f)\"",
            "path(def f: first(f, .); f)",
            ".a |= (def f: 1+f; f)",
            "first(def f: (f|.+1), 0; f)",
            "def @f: 1+@f; @f",
        ];
        for filter in filters {
            let said = answer(filter).unwrap_err().to_string();
            assert_eq!(said, "`--jq` failed: \"definitions call themselves too deeply\"", "{filter}");
        }
        assert_eq!(answer("def f: if . < 100000 then .+1|f else . end; 0|f").unwrap(), "100000\n");
        assert_eq!(answer("def f: if . > 0 then 1+(.-1|f) else 0 end; 1000|f").unwrap(), "1000\n");
    }
}
