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
    let periods = periods.into_iter().zip(rows).map(|(period, row)| SummaryPeriod {
        name: period.name,
        since: period.since,
        row,
    });
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

/// A period that today is in.
struct Period {
    /// Its name in the answer.
    name: &'static str,
    since: Option<Date>,
    until: Option<Date>,
}

/// The periods that today is in, whole: a clock that was ahead must not count for a day that its reports don't show. None is
/// longer than what was asked for.
fn periods(settings: &ReportSettings) -> [Period; 3] {
    let today = settings.scope.day(settings.request.now);
    let first_of_week = first_day_of_week(today, settings.request.week_start);
    let whole = [
        ("today", today, today),
        ("week", first_of_week, first_of_week.saturating_add(6.days())),
        ("month", today.first_of_month(), today.last_of_month()),
    ];
    whole.map(|(name, first, last)| Period {
        name,
        since: settings.request.since.max(Some(first)),
        until: Some(settings.request.until.map_or(last, |asked| asked.min(last))),
    })
}

/// All that is asked for, its periods, and its sections. `--last` is about the rows of the sections.
fn requests(settings: &ReportSettings, periods: &[Period; 3]) -> [ReportRequest; 7] {
    let all = ReportRequest { last: None, ..settings.request.clone() };
    let [today, week, month] =
        periods.each_ref().map(|period| ReportRequest { since: period.since, until: period.until, ..all.clone() });
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
