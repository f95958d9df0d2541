//! `ccu` without a command: today, this week, this month and all time, and what stands behind them.

use ccu_core::report::{Grouping, Report, ReportRequest, ReportRow};
use jiff::civil::Date;
use jiff::{ToSpan, civil::Weekday};

use crate::args::report::ReportArgs;
use crate::commands::opened::{Opened, load_config};
use crate::commands::report;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::{SummaryPeriod, SummaryView, csv, footnotes, json, table};
use crate::settings::{self, Answer, ReportSettings};
use crate::surroundings::Surroundings;

/// Reads new transcripts and shows the summary.
pub fn run(args: &ReportArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let config = load_config(surroundings)?;
    let resolved = settings::resolved(args, &config, surroundings)?;
    let settings = settings::report(args, Grouping::Model, &resolved, surroundings)?;
    let mut opened = Opened::new(&config, &resolved, surroundings)?;
    let refreshed = report::refresh(&mut opened, &settings, surroundings, printer)?;
    let all = everything(&settings, &opened)?;
    if all.rows.is_empty() && report::is_nothing_there(&settings, refreshed.as_ref()) {
        return report::say_nothing_found(&opened, printer);
    }
    let machines = opened.ledger.machines()?;
    let view = SummaryView {
        periods: &periods(&all.totals, &settings, &opened)?,
        all: &all,
        models: &grouped(Grouping::Model, &settings, &opened)?,
        projects: &grouped(Grouping::Project, &settings, &opened)?,
        devices: &grouped(Grouping::Device, &settings, &opened)?,
        names: &report::names(&settings, &machines, &opened)?,
        reading: &opened.reading_notes(refreshed.as_ref())?,
        scope: &settings.scope,
        shown: settings.shown,
    };
    show(&view, &settings.answer, printer)
}

/// All that is asked for; `--last` is about the rows of the sections.
fn everything(settings: &ReportSettings, opened: &Opened) -> Result<Report, CommandError> {
    let request = ReportRequest { last: None, ..settings.request.clone() };
    Ok(opened.ledger.report(&request, &opened.prices)?)
}

fn grouped(grouping: Grouping, settings: &ReportSettings, opened: &Opened) -> Result<Report, CommandError> {
    let request = ReportRequest { grouping, ..settings.request.clone() };
    Ok(opened.ledger.report(&request, &opened.prices)?)
}

/// The periods up to today, each no longer than what was asked for.
fn periods(all: &ReportRow, settings: &ReportSettings, opened: &Opened) -> Result<Vec<SummaryPeriod>, CommandError> {
    let today = settings.scope.day(settings.request.now);
    let starts = [
        ("today", today),
        ("week", first_day_of_week(today, settings.request.week_start)),
        ("month", today.first_of_month()),
    ];
    let mut periods = Vec::new();
    for (name, since) in starts {
        let since = settings.scope.since.map_or(since, |asked| asked.max(since));
        let request = ReportRequest { since: Some(since), last: None, ..settings.request.clone() };
        let row = opened.ledger.report(&request, &opened.prices)?.totals;
        periods.push(SummaryPeriod { name, since: Some(since), row });
    }
    periods.push(SummaryPeriod { name: "all", since: settings.scope.since, row: all.clone() });
    Ok(periods)
}

fn first_day_of_week(today: Date, week_start: Weekday) -> Date {
    let days = i64::from(week_start.until(today.weekday()));
    today.saturating_sub(days.days())
}

fn show(view: &SummaryView<'_>, answer: &Answer, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match answer {
        Answer::Table(options) => table::summary::write(view, *options, printer.stdout())?,
        Answer::Json | Answer::Jq(_) => printer.json(&json::summary::report(view)?, answer)?,
        Answer::Csv => {
            csv::write_summary(view, printer.stdout())?;
            report::warn(&footnotes::sentences(&view.caveats()), printer)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_start_on_the_day_asked_for() {
        let check = |today: &str, week_start, expected: &str| {
            assert_eq!(first_day_of_week(today.parse().unwrap(), week_start).to_string(), expected);
        };
        check("2026-11-22", Weekday::Monday, "2026-11-16");
        check("2026-11-22", Weekday::Sunday, "2026-11-22");
        check("2026-11-22", Weekday::Saturday, "2026-11-21");
        check("2026-11-16", Weekday::Monday, "2026-11-16");
    }
}
