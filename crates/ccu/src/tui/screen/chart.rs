//! The rows of a period as upright columns from its first to its last, those without usage included.

use std::collections::BTreeMap;

use ccu_core::report::{Grouping, Report};
use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan};
use ratatui::layout::Rect;

use crate::tui::amount;
use crate::tui::page::Metric;
use crate::tui::screen::{Canvas, Sheet, period};
use crate::tui::series;
use crate::tui::widget::columns::Columns;

/// Draws them where there is room.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, report: &Report) {
    let span = sheet.state.calendar().span(sheet.page);
    let (Some(since), Some(until)) = (span.since, span.until) else { return };
    draw_between(canvas, area, sheet, (report, since, until));
}

/// Draws the columns from one day to another.
pub fn draw_between(
    canvas: &mut Canvas<'_>,
    area: Rect,
    sheet: &Sheet<'_>,
    (report, since, until): (&Report, Date, Date),
) {
    let metric = sheet.state.metric();
    let rows: BTreeMap<DateTime, Vec<u64>> =
        report.rows.iter().filter_map(|row| Some((period::start(row)?, series::parts(row, metric)))).collect();
    let starts = starts(report.grouping, since, until, rows.keys().next().copied());
    let columns: Vec<Vec<u64>> = starts.iter().map(|start| rows.get(start).cloned().unwrap_or_default()).collect();
    let labels: Vec<String> = starts.iter().map(|start| label(report.grouping, *start, starts.len())).collect();
    let chart = Columns { columns: &columns, labels: &labels, format: format(metric) };
    if chart.fits(area) {
        chart.draw(area, canvas.buffer, sheet.theme());
    }
}

/// Where the columns start. Weeks start on a day that the first row knows.
fn starts(grouping: Grouping, since: Date, until: Date, first: Option<DateTime>) -> Vec<DateTime> {
    let midnight = |day: Date| day.to_datetime(Time::midnight());
    let step: Span = match grouping {
        Grouping::Hourly => 1.hour(),
        Grouping::Weekly => 1.week(),
        Grouping::Monthly => 1.month(),
        _ => 1.day(),
    };
    let mut start = midnight(since);
    if let (Grouping::Weekly, Some(first)) = (grouping, first) {
        // Backwards from a row, by whole weeks, to the one that holds the first day.
        let weeks = (first.date() - since).get_days().div_euclid(7) + 1;
        start = first.saturating_sub(i64::from(weeks).weeks());
        if start.date().saturating_add(6.days()) < since {
            start = start.saturating_add(1.week());
        }
    }
    let end = midnight(until).saturating_add(1.day());
    start.series(step).take_while(|start| *start < end).collect()
}

fn label(grouping: Grouping, start: DateTime, n_columns: usize) -> String {
    let form = match grouping {
        Grouping::Hourly => "%H",
        Grouping::Weekly => "W%V",
        Grouping::Monthly => "%b",
        _ if n_columns <= 7 => "%a",
        _ => "%-d",
    };
    start.strftime(form).to_string()
}

/// How values of a metric are written at a scale.
pub fn format(metric: Metric) -> fn(u64) -> String {
    match metric {
        Metric::Cost => |value| amount::text(value, Metric::Cost),
        Metric::Tokens => |value| amount::text(value, Metric::Tokens),
        Metric::Responses => |value| amount::text(value, Metric::Responses),
    }
}
