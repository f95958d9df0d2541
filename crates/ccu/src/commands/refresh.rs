//! `ccu refresh`: reads new transcripts into the database and says what came of it.

use ccu_engine::ingest::Refreshed;
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::opened::{Opened, is_animated, load_config};
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::json;
use crate::render::number::{count, grouped, short};
use crate::settings::{self, Answer};
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct RefreshArgs {
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Reads new transcripts.
pub fn run(args: &RefreshArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let answer = settings::answer(&args.json, surroundings)?;
    let config = load_config(surroundings)?;
    let (resolved, _) = settings::resolved_without_zone(&config, surroundings)?;
    let mut opened = Opened::new(&config, &resolved, surroundings)?;
    let refreshed = opened.refresh("ccu refresh", is_animated(&answer, surroundings), printer)?;
    for skipped in &refreshed.skipped {
        printer.warning(&format!("`{}` could not be read: {}", skipped.path.display(), skipped.reason))?;
    }
    match &answer {
        // What it did is the answer only to someone who looks; cron sends mail for every word.
        Answer::Table(_) | Answer::Csv if printer.is_quiet() => Ok(()),
        Answer::Table(_) | Answer::Csv => Ok(writeln!(printer.stdout(), "{}", sentence(&refreshed))?),
        Answer::Json | Answer::Jq(_) => {
            printer.json(&json::to_text(&RefreshedJson::new(&refreshed, &opened)?)?, &answer)
        }
    }
}

fn sentence(refreshed: &Refreshed) -> String {
    let transcripts = count(refreshed.n_transcripts as u64, "transcript", "transcripts");
    if refreshed.n_read == 0 {
        return format!("Nothing new in {transcripts}.");
    }
    let inserted = &refreshed.inserted;
    format!(
        "Read {}B in {} of {transcripts}: {}, {} improved, {} already known.",
        short(refreshed.bytes_read),
        grouped(refreshed.n_read as u64),
        count(inserted.new, "new response", "new responses"),
        grouped(inserted.improved),
        count(inserted.duplicate, "copy", "copies"),
    )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefreshedJson {
    schema: u32,
    transcripts: usize,
    transcripts_read: usize,
    bytes_read: u64,
    new_records: u64,
    improved_records: u64,
    duplicate_records: u64,
    malformed_lines: u64,
    skipped_files: usize,
}

impl RefreshedJson {
    fn new(refreshed: &Refreshed, opened: &Opened) -> Result<Self, CommandError> {
        Ok(RefreshedJson {
            schema: json::SCHEMA,
            transcripts: refreshed.n_transcripts,
            transcripts_read: refreshed.n_read,
            bytes_read: refreshed.bytes_read,
            new_records: refreshed.inserted.new,
            improved_records: refreshed.inserted.improved,
            duplicate_records: refreshed.inserted.duplicate,
            malformed_lines: opened.ledger.malformed_lines()?,
            skipped_files: refreshed.skipped.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_store::Inserted;

    #[test]
    fn what_came_of_it_is_one_sentence() {
        let check = |refreshed: Refreshed, expected| assert_eq!(sentence(&refreshed), expected);
        check(Refreshed { n_transcripts: 1, ..Refreshed::default() }, "Nothing new in 1 transcript.");
        let inserted = Inserted { new: 1, improved: 2_000, duplicate: 3, replaced: 0 };
        check(
            Refreshed { inserted, n_transcripts: 745, n_read: 12, bytes_read: 3_400_000, ..Refreshed::default() },
            "Read 3.40MB in 12 of 745 transcripts: 1 new response, 2,000 improved, 3 copies already known.",
        );
    }
}
