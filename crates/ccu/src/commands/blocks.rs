//! `ccu blocks`: usage by windows of five hours.

use ccu_core::report::{Block, BlockState, BlocksReport, BlocksRequest, Grouping, Notes};

use crate::args::date::{Amount, DateArg};
use crate::args::report::{BlocksArgs, ReportArgs};
use crate::commands::opened::{Opened, load_config};
use crate::commands::report;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::{BlocksView, csv, footnotes, json, table};
use crate::settings::{self, Answer, ReportSettings};
use crate::surroundings::Surroundings;

/// `--recent` is `--since` so long ago.
const RECENT: DateArg = DateArg::BeforeToday(Amount::Days(3));

/// Reads new transcripts and shows the blocks.
pub fn run(args: &BlocksArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let report_args =
        ReportArgs { since: if args.recent { Some(RECENT) } else { args.report.since }, ..args.report.clone() };
    let config = load_config(surroundings)?;
    let resolved = settings::resolved_for_report(&report_args, &config, surroundings)?;
    // Blocks have a request of their own; any grouping without periods has the same rules for flags.
    let settings = settings::report(&report_args, Grouping::Session, &resolved, surroundings)?;
    let mut opened = Opened::new(&config, &resolved, surroundings)?;
    let refreshed = report::refresh(&mut opened, &settings, surroundings, printer)?;
    let mut blocks = opened.ledger.blocks(&request(&settings), &opened.prices)?;
    if args.active {
        blocks = only_active(blocks);
    }
    if blocks.blocks.is_empty() && report::is_nothing_there(&settings, refreshed.as_ref()) {
        return report::say_nothing_found(&opened, refreshed.as_ref(), &settings, printer);
    }
    let view = BlocksView {
        report: &blocks,
        reading: &opened.reading_notes(refreshed.as_ref())?,
        scope: &settings.scope,
        n_last: settings.request.last,
        shown: settings.shown,
        hides_paths: settings.hides_names,
        is_active_only: args.active,
    };
    show(&view, &settings.answer, printer)
}

fn request(settings: &ReportSettings) -> BlocksRequest {
    let request = &settings.request;
    BlocksRequest {
        zone: request.zone.clone(),
        now: request.now,
        since: request.since,
        until: request.until,
        last: request.last,
        order: request.order,
        filter: request.filter.clone(),
    }
}

/// The block that runs now, alone, with its own totals and notes.
fn only_active(report: BlocksReport) -> BlocksReport {
    let active: Option<Block> = report.blocks.into_iter().find(|block| block.state == BlockState::Active);
    let models = active.as_ref().map(|block| block.models.clone()).unwrap_or_default();
    let totals = active.as_ref().map(|block| block.usage).unwrap_or_default();
    let has_model =
        |model: &String| models.iter().any(|usage| *usage.model == **model && usage.usage.unpriced_tokens > 0);
    let unpriced_tokens = |model: &String| {
        models.iter().find(|usage| *usage.model == **model).map_or(0, |usage| usage.usage.unpriced_tokens)
    };
    let unpriced = report.notes.unpriced_models.iter().filter(|(model, _)| has_model(model));
    let notes = Notes {
        unpriced_models: unpriced.map(|(model, _)| (model.clone(), unpriced_tokens(model))).collect(),
        partial_records: totals.partial,
        legacy_records: totals.legacy,
        ..report.notes
    };
    BlocksReport { blocks: active.into_iter().collect(), totals, models, notes }
}

fn show(view: &BlocksView<'_>, answer: &Answer, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match answer {
        Answer::Table(options) => table::blocks::write(view, *options, printer.stdout())?,
        Answer::Json | Answer::Jq(_) => printer.json(&json::blocks::report(view)?, answer)?,
        Answer::Csv => {
            csv::write_blocks(view, printer.stdout())?;
            report::warn(&footnotes::sentences(&view.caveats()), printer)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;
    use ccu_core::report::Usage;

    #[test]
    fn the_active_block_has_its_own_totals() {
        let report = sample::blocks().report;
        let all = report.totals;
        let active = only_active(report);
        assert_eq!(active.blocks.len(), 1);
        assert_eq!(active.totals, active.blocks[0].usage);
        assert_ne!(active.totals, all);
    }

    #[test]
    fn no_active_block_is_no_usage() {
        let mut report = sample::blocks().report;
        report.blocks.pop();
        report.notes.unpriced_models = vec![("old".to_owned(), 1)];
        report.notes.partial_records = 7;
        let active = only_active(report);
        assert_eq!((active.blocks.len(), active.totals), (0, Usage::default()));
        assert_eq!(active.notes, Notes::default());
    }
}
