//! Shares of a page: by model, by project, by machine. The models are the legend of every bar and chart on the page,
//! too: each has the mark of its family, and those of none are one share.

use ccu_core::report::{ModelUsage, Report, ReportRow, RowKey, Usage};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::render::model_names::ModelNames;
use crate::tui::page::Metric;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::theme::N_SERIES;
use crate::tui::widget::bar;
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::{amount, rows, series};

/// Cells of the bar in a row.
const BAR_WIDTH: u16 = 12;

/// One share.
struct Share {
    name: Line<'static>,
    /// Of a model; nothing else has one.
    series: Option<usize>,
    usage: Usage,
    /// How many it stands for.
    n_members: usize,
}

/// Draws the shares of the models in a report's totals, each with its mark.
pub fn draw_models(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, (title, report): (&'static str, &Report)) {
    let theme = sheet.theme();
    let models = &report.totals.models;
    let names = ModelNames::of(models.iter().map(|usage| &*usage.model));
    let share = |index: usize, name: &str, members: &[&ModelUsage]| {
        let mark = Span::styled(theme.series_mark(index).to_string(), theme.series_fill(index));
        let name = Line::from(vec![mark, Span::raw(format!(" {name}"))]);
        let mut usage = Usage::default();
        members.iter().for_each(|member| usage.add(&member.usage));
        Share { name, series: Some(index), usage, n_members: members.len() }
    };
    let (others, own): (Vec<&ModelUsage>, Vec<&ModelUsage>) =
        models.iter().partition(|usage| series::index(&usage.model) == N_SERIES);
    let mut shares: Vec<Share> =
        own.iter().map(|usage| share(series::index(&usage.model), names.name(&usage.model), &[*usage])).collect();
    match others.as_slice() {
        [] => {}
        [only] => shares.push(share(N_SERIES, names.name(&only.model), &others)),
        [..] => shares.push(share(N_SERIES, &format!("other ({})", others.len()), &others)),
    }
    draw_shares(canvas, area, sheet, (title, shares));
}

/// Draws the shares of the rows of a report: projects or machines.
pub fn draw_rows(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, (title, report): (&'static str, &Report)) {
    let share = |row: &ReportRow| {
        let name = match &row.key {
            RowKey::Machine(machine) => sheet.answered.names.machine(*machine),
            _ => rows::name(row, &sheet.answered.names),
        };
        Share { name: Line::from(name), series: None, usage: row.usage, n_members: 1 }
    };
    draw_shares(canvas, area, sheet, (title, report.rows.iter().map(share).collect()));
}

fn draw_shares(
    canvas: &mut Canvas<'_>,
    area: Rect,
    sheet: &Sheet<'_>,
    (title, mut shares): (&'static str, Vec<Share>),
) {
    let theme = sheet.theme();
    let metric = sheet.state.metric();
    shares.sort_by_key(|share| std::cmp::Reverse(rows::amount(&share.usage, metric)));
    let whole = shares.iter().fold(0_u64, |sum, share| sum.saturating_add(rows::amount(&share.usage, metric)));
    // One line is the header's.
    sum_up_rest(&mut shares, usize::from(area.height.saturating_sub(1)));
    let columns = [
        Column::text(title, Width::Fit { min: 14, max: 40 }, 0),
        Column::picture("", BAR_WIDTH, 2),
        Column::number(metric_title(metric), Width::Whole { min: 10 }, 0),
        Column::number("Share", Width::Fixed(5), 1),
    ];
    let cells = |place: usize| {
        let Some(share) = shares.get(place) else { return Vec::new() };
        let part = rows::amount(&share.usage, metric);
        vec![
            share.name.clone(),
            match share.series {
                Some(series) => Line::from(bar::share(part, whole, BAR_WIDTH, theme, series)),
                None => Line::from(bar::plain(part, whole, BAR_WIDTH, theme)),
            },
            Line::from(amount::of_usage(&share.usage, metric)),
            Line::from(amount::percent(part, whole)),
        ]
    };
    let list = List {
        columns: &columns,
        n_rows: shares.len(),
        row: &cells,
        selected: None,
        top: 0,
        numbers: false,
        total: None,
    };
    draw_list(area, canvas.buffer, &list, theme);
}

/// Where not all have a line, the last line has the sum of those without one.
fn sum_up_rest(shares: &mut Vec<Share>, n_lines: usize) {
    if shares.len() <= n_lines || n_lines == 0 {
        return;
    }
    let rest = shares.split_off(n_lines - 1);
    let mut usage = Usage::default();
    rest.iter().for_each(|share| usage.add(&share.usage));
    let n_members = rest.iter().map(|share| share.n_members).sum();
    shares.push(Share { name: Line::from(format!("{n_members} more")), series: None, usage, n_members });
}

fn metric_title(metric: Metric) -> &'static str {
    match metric {
        Metric::Cost => "Cost",
        Metric::Tokens => "Tokens",
        Metric::Responses => "Resp.",
    }
}
