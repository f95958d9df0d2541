//! `ccu gist cat`: prints one file of the Gist, or of another, as it stands there.

use ccu_engine::gist::{Remote, RemoteError, file_content};
use ccu_engine::sync::SyncError;
use clap::Args;

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::commands::gist::list::is_ours;
use crate::ctrl_c::Heeded;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::sanitize::sanitize_lines;
use crate::settings::Answer;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct CatArgs {
    /// The file
    pub file: String,
    /// The Gist; that of ccu where nothing is said
    #[arg(long, value_name = "ID")]
    pub gist: Option<String>,
    /// Take the file for JSON and filter it by jq
    #[arg(long, value_name = "EXPR")]
    pub jq: Option<String>,
}

/// The Gist has no file of that name.
#[derive(Debug, thiserror::Error)]
#[error("the Gist `{id}` has no file `{file}`")]
struct NoFile {
    id: String,
    file: String,
}

/// Prints the file.
pub fn run(args: &CatArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&JsonArgs { json: false, jq: args.jq.clone() }, surroundings)?;
    let found = context.token(printer)?;
    let _heeded = Heeded::begin();
    let github = context.github(&found.token)?;
    let id = match &args.gist {
        Some(id) => id.clone(),
        None => ours(&github).map_err(|error| context.failed(error))?,
    };
    let content = file_content(&github, &id, &args.file).map_err(|error| context.refused(error))?;
    let Some(content) = content else {
        return Err(CommandError::new(ErrorKind::Gist, NoFile { id, file: args.file.clone() })
            .hint("`ccu gist info` lists the files of ccu's Gist, `ccu gist list --json` those of all"));
    };
    match &context.answer {
        answer @ Answer::Jq(_) => printer.json(&content, answer),
        _ if surroundings.terminal.has_stdout => Ok(writeln!(printer.stdout(), "{}", sanitize_lines(&content))?),
        _ => Ok(printer.stdout().write_all(content.as_bytes())?),
    }
}

/// The id of ccu's Gist: the oldest, as every machine chooses.
fn ours(remote: &dyn Remote) -> Result<String, SyncError> {
    let listed = remote.list().map_err(|source| match source {
        RemoteError::Limited { until } => SyncError::Limited { until },
        source => SyncError::Remote { what: "cannot list the Gists of the account", source },
    })?;
    let oldest = listed.into_iter().filter(is_ours).min_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    oldest.map(|gist| gist.id).ok_or(SyncError::NoGist)
}
