//! `ccu gist logout`: removes the stored token from this machine.

use ccu_engine::auth::{LoggedOut, TokenSource, logout};
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::json;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct LogoutArgs {
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Removes the token. The exit code says whether it is gone from every place that is ours to empty.
pub fn run(
    args: &LogoutArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let LoggedOut { removed, remaining, problems } = logout(&context.places());
    let code = if problems.is_empty() { ExitCode::Ok } else { ExitCode::Failed };
    if !context.is_for_people() {
        let answer = LoggedOutJson {
            schema: json::SCHEMA,
            removed: names(&removed),
            remaining: names(&remaining),
            problems: problems.iter().map(ToString::to_string).collect(),
        };
        printer.json(&json::to_text(&answer)?, &context.answer)?;
        return Ok(code);
    }
    match removed.as_slice() {
        [] => writeln!(printer.stdout(), "No token is stored here.")?,
        places => {
            for place in places {
                writeln!(printer.stdout(), "Removed the token from {}.", place.in_sentence())?;
            }
            printer.note("GitHub still accepts the token until you delete it at https://github.com/settings/tokens")?;
        }
    }
    for place in remaining {
        printer.warning(&format!("{} may still give a token; that is not ours to change", place.in_sentence()))?;
    }
    for problem in problems {
        printer.failure(&problem.into())?;
    }
    Ok(code)
}

fn names(places: &[TokenSource]) -> Vec<String> {
    places.iter().map(ToString::to_string).collect()
}

#[derive(Serialize)]
struct LoggedOutJson {
    schema: u32,
    removed: Vec<String>,
    remaining: Vec<String>,
    problems: Vec<String>,
}
