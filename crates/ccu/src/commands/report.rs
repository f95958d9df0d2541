//! `ccu daily`, `weekly`, `monthly`, `yearly`, `session`, `project`, `model`, `device`: reports by one grouping.

use ccu_core::pricing::PriceTable;
use ccu_core::report::{Filter, Grouping, Machine, ReportRequest};
use ccu_engine::ingest::Refreshed;
use ccu_engine::ledger::{Ledger, LedgerError};

use crate::args::report::ReportArgs;
use crate::commands::opened::{Opened, is_animated, keeps_all, load_config, nothing_found};
use crate::commands::unknown_filters;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::names::Names;
use crate::render::{ReportView, csv, footnotes, json, table};
use crate::sanitize::sanitize_lines;
use crate::settings::{self, Answer, ReportSettings};
use crate::surroundings::Surroundings;

/// Reads new transcripts and shows the report.
pub fn run(
    grouping: Grouping,
    args: &ReportArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    let config = load_config(surroundings)?;
    let resolved = settings::resolved_for_report(args, &config, surroundings)?;
    let settings = settings::report(args, grouping, &resolved, surroundings)?;
    let mut opened = Opened::new(&config, &resolved, surroundings)?;
    let refreshed = refresh(&mut opened, &settings, surroundings, printer)?;
    let report = opened.ledger.report(&settings.request, &opened.prices)?;
    if report.rows.is_empty() && is_nothing_there(&settings, refreshed.as_ref()) {
        return say_nothing_found(&opened, refreshed.as_ref(), &settings, printer);
    }
    let machines = opened.ledger.machines()?;
    let view = ReportView {
        report: &report,
        names: &names(&settings, &machines, &opened)?,
        machines: &machines,
        reading: &opened.reading_notes(refreshed.as_ref())?,
        scope: &settings.scope,
        n_last: settings.request.last.filter(|_| settings.scope.last.is_none()),
        shown: settings.shown,
    };
    show(&view, &settings.answer, printer)
}

/// Reads new transcripts, unless that was declined, and warns of filters that match nothing then.
///
/// **Errors**: when the user stops it, or the database fails.
pub fn refresh(
    opened: &mut Opened,
    settings: &ReportSettings,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<Option<Refreshed>, CommandError> {
    let refreshed = match settings.is_refreshing {
        true => opened.refresh_for_report("ccu", is_animated(&settings.answer, surroundings), printer)?,
        false => None,
    };
    unknown_filters::warn(settings, opened, printer)?;
    Ok(refreshed)
}

/// Whether an empty report comes from there being no transcripts at all, and a person asks.
pub fn is_nothing_there(settings: &ReportSettings, refreshed: Option<&Refreshed>) -> bool {
    let asks_for_all = settings.scope.dates().is_none() && keeps_all(&settings.request.filter);
    let has_transcripts = refreshed.is_none_or(|refreshed| refreshed.n_transcripts > 0);
    matches!(settings.answer, Answer::Table(_)) && asks_for_all && !has_transcripts
}

/// Says where transcripts were looked for, why there are none, and what to do.
///
/// **Errors**: when the output cannot be written.
pub fn say_nothing_found(
    opened: &Opened,
    refreshed: Option<&Refreshed>,
    settings: &ReportSettings,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    let skipped = refreshed.map(|refreshed| refreshed.skipped.as_slice()).unwrap_or_default();
    Ok(writeln!(printer.stdout(), "{}", sanitize_lines(&nothing_found(&opened.roots, skipped, settings.hides_names)))?)
}

/// The names that a report shows.
///
/// **Errors**: those of the database.
pub fn names(settings: &ReportSettings, machines: &[Machine], opened: &Opened) -> Result<Names, CommandError> {
    match settings.hides_names {
        true => Ok(hidden_names(&settings.request, &opened.ledger, &opened.prices)?),
        false => Ok(Names::plain(machines)),
    }
}

/// Numbers in place of names. They are given over all that is stored, so that a number means the same in every report;
/// `request` tells only what the days and the prices go by.
///
/// **Errors**: those of the database.
pub fn hidden_names(request: &ReportRequest, ledger: &Ledger, prices: &PriceTable) -> Result<Names, LedgerError> {
    let everything = |grouping| ReportRequest {
        grouping,
        since: None,
        until: None,
        instants: None,
        last: None,
        by_project: false,
        filter: Filter::default(),
        ..request.clone()
    };
    let requests = [Grouping::Project, Grouping::Session, Grouping::Device].map(everything);
    let reports = ledger.reports(requests.each_ref(), prices)?;
    Ok(Names::hidden(reports.iter().flat_map(|report| &report.rows)))
}

fn show(view: &ReportView<'_>, answer: &Answer, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match answer {
        Answer::Table(options) => table::write(view, *options, printer.stdout())?,
        Answer::Json | Answer::Jq(_) => printer.json(&json::report(view)?, answer)?,
        Answer::Csv => {
            csv::write(view, printer.stdout())?;
            warn(&footnotes::sentences(&view.caveats()), printer)?;
        }
    }
    Ok(())
}

/// Says beside an answer that has no room for it what a reader must know.
///
/// **Errors**: when the output cannot be written.
pub fn warn(sentences: &[String], printer: &mut Printer<'_>) -> Result<(), CommandError> {
    for sentence in sentences {
        printer.warning(sentence)?;
    }
    Ok(())
}
