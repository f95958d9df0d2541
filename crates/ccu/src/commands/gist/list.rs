//! `ccu gist list`: all Gists of the account, and which of them is ours.

use ccu_engine::gist::{Gist, Remote};
use ccu_engine::sync::DESCRIPTION;
use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::gist::context::GistContext;
use crate::ctrl_c::Heeded;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width};
use crate::render::json;
use crate::render::number::grouped;
use crate::sanitize::sanitize;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// Lists them.
pub fn run(args: &ListArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let context = GistContext::new(&args.json, surroundings)?;
    let found = context.token(printer)?;
    let _heeded = Heeded::begin();
    let gists = context.github(&found.token)?.list().map_err(|error| context.refused(error))?;
    if !context.is_for_people() {
        return printer.json(&json::to_text(&GistsJson::new(&gists))?, &context.answer);
    }
    if gists.is_empty() {
        return Ok(writeln!(printer.stdout(), "The account has no Gists.")?);
    }
    Ok(table(&gists, &context).write(context.width(), printer.stdout())?)
}

/// Whether a Gist is one of ccu's, by its description.
pub fn is_ours(gist: &Gist) -> bool {
    gist.description == DESCRIPTION
}

fn table(gists: &[Gist], context: &GistContext<'_>) -> Grid {
    let row = |gist: &Gist| {
        let updated = gist.updated_at.map(|time| context.local_time(time)).unwrap_or_default();
        let cells = vec![
            Cell::Text(sanitize(&gist.id).into_owned()),
            Cell::Text(updated),
            Cell::Text(grouped(gist.files.len() as u64)),
            Cell::Text(if gist.is_public { "public" } else { "secret" }.to_owned()),
            Cell::Text(sanitize(&gist.description).into_owned()),
        ];
        Line::Row(anstyle::Style::new(), cells)
    };
    Grid {
        columns: vec![
            Column::text("Id", Width::Whole),
            Column::text("Updated", Width::Whole),
            Column::number("Files"),
            Column::text("Kind", Width::Whole),
            Column::text("Description", Width::AtLeast(8, Cut::End)),
        ],
        lines: gists.iter().map(row).collect(),
    }
}

#[derive(Serialize)]
struct GistsJson {
    schema: u32,
    gists: Vec<GistJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GistJson {
    id: String,
    description: String,
    url: String,
    is_public: bool,
    is_ccu: bool,
    updated_at: Option<String>,
    files: Vec<String>,
}

impl GistsJson {
    fn new(gists: &[Gist]) -> Self {
        let gist = |gist: &Gist| GistJson {
            id: gist.id.clone(),
            description: gist.description.clone(),
            url: gist.html_url.clone(),
            is_public: gist.is_public,
            is_ccu: is_ours(gist),
            updated_at: gist.updated_at.map(|time| time.to_string()),
            files: gist.files.keys().cloned().collect(),
        };
        GistsJson { schema: json::SCHEMA, gists: gists.iter().map(gist).collect() }
    }
}
