//! `ccu gist api`: asks the GitHub API for any path and prints its JSON. It only reads.

use clap::Args;

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::ctrl_c::Heeded;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::json;
use crate::settings::Answer;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ApiArgs {
    /// The path, such as `/user` or `/gists?per_page=100`
    pub path: String,
    /// Accepted as elsewhere: the answer is JSON in any case
    #[arg(long, short)]
    pub json: bool,
    /// Filter the answer by jq
    #[arg(long, value_name = "EXPR")]
    pub jq: Option<String>,
}

/// Asks, and prints the answer.
pub fn run(args: &ApiArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&JsonArgs { json: true, jq: args.jq.clone() }, surroundings)?;
    let found = context.token(printer)?;
    let _heeded = Heeded::begin();
    let github = context.github(&found.token)?;
    let text = github.get_text(&args.path).map_err(|error| context.refused(error))?;
    match &context.answer {
        answer @ Answer::Jq(_) => printer.json(&text, answer),
        answer => {
            let value: serde_json::Value = serde_json::from_str(&text)?;
            printer.json(&json::to_text(&value)?, answer)
        }
    }
}
