//! `ccu` without a command: today, this week, this month and all time, and what stands behind them.

use ccu_core::report::{Grouping, ReportRequest};
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
    let resolved = settings::resolved_for_report(args, &config, surroundings)?;
    let settings = settings::report(args, Grouping::Model, &resolved, surroundings)?;
    let mut opened = Opened::new(&config, &resolved, surroundings)?;
    let refreshed = report::refresh(&mut opened, &settings, surroundings, printer)?;
    let periods = periods(&settings);
    let requests = requests(&settings, &periods);
    let [all, today, week, month, models, projects, devices] =
        opened.ledger.reports(requests.each_ref(), &opened.prices)?;
    if all.rows.is_empty() && report::is_nothing_there(&settings, refreshed.as_ref()) {
        return report::say_nothing_found(&opened, refreshed.as_ref(), &settings, printer);
    }
    let rows = [today, week, month].map(|report| report.totals);
    let periods =
        periods.into_iter().zip(rows).map(|((name, since), row)| SummaryPeriod { name, since: Some(since), row });
    let ever = SummaryPeriod { name: "all", since: settings.scope.since, row: all.totals.clone() };
    let machines = opened.ledger.machines()?;
    let view = SummaryView {
        periods: &periods.chain([ever]).collect::<Vec<_>>(),
        all: &all,
        models: &models,
        projects: &projects,
        devices: &devices,
        names: &report::names(&settings, &machines, &opened)?,
        reading: &opened.reading_notes(refreshed.as_ref())?,
        scope: &settings.scope,
        shown: settings.shown,
    };
    show(&view, &settings.answer, printer)
}

/// The periods up to today, by the names they have in the answer, and their first days. None is longer than what was asked
/// for.
fn periods(settings: &ReportSettings) -> [(&'static str, Date); 3] {
    let today = settings.scope.day(settings.request.now);
    let starts = [
        ("today", today),
        ("week", first_day_of_week(today, settings.request.week_start)),
        ("month", today.first_of_month()),
    ];
    starts.map(|(name, since)| (name, settings.scope.since.map_or(since, |asked| asked.max(since))))
}

/// All that is asked for, its periods, and its sections. `--last` is about the rows of the sections.
fn requests(settings: &ReportSettings, periods: &[(&str, Date); 3]) -> [ReportRequest; 7] {
    let all = ReportRequest { last: None, ..settings.request.clone() };
    let [today, week, month] = periods.map(|(_, since)| ReportRequest { since: Some(since), ..all.clone() });
    let grouped = |grouping| ReportRequest { grouping, ..settings.request.clone() };
    let [models, projects, devices] = [Grouping::Model, Grouping::Project, Grouping::Device].map(grouped);
    [all, today, week, month, models, projects, devices]
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
