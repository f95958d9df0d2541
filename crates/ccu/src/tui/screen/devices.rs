//! The machines: what each used, its trend, when it was last seen, and the hours of their weeks.

use ccu_core::report::{ActivityMap, Machine, ReportRow, RowKey};
use ccu_core::time::UtcMillis;
use jiff::ToSpan;
use jiff::civil::Date;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::tui::amount;
use crate::tui::page::Metric;
use crate::tui::query::DevicesAnswer;
use crate::tui::rows;
use crate::tui::screen::activity::{self, HOURS_HEIGHT};
use crate::tui::screen::{Canvas, Sheet, caveats};
use crate::tui::series;
use crate::tui::view::ago;
use crate::tui::widget::bar;
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::sparkline::sparkline;
use crate::tui::widget::text::put_text;

/// Cells of the bar in a row.
const BAR_WIDTH: u16 = 12;
/// Cells of the trend in a row.
const TREND_WIDTH: u16 = 16;
/// Cells of the hours of a week, and a gap behind them.
const MAP_WIDTH: u16 = 66;
/// Days of the trend, where the page is about all time.
const TREND_DAYS: i32 = 60;

/// Draws them.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, answer: &DevicesAnswer) {
    let area = caveats::draw(canvas, area, sheet, &answer.devices.notes);
    let n_lines = u16::try_from(answer.devices.rows.len() + 3).unwrap_or(u16::MAX);
    let hours_height = HOURS_HEIGHT + 2;
    let has_hours = area.height >= hours_height + n_lines.min(6);
    if !has_hours {
        return draw_machines(canvas, area, sheet, answer);
    }
    let [list, hours] =
        Layout::vertical([Constraint::Length(n_lines.min(area.height - hours_height)), Constraint::Fill(1)])
            .areas(area);
    draw_machines(canvas, list, sheet, answer);
    draw_hours(canvas, hours, sheet, answer);
}

fn draw_machines(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, answer: &DevicesAnswer) {
    let columns = [
        Column::text("Machine", Width::Fit { min: 20, max: 32 }, 0),
        Column::picture("", BAR_WIDTH, 4),
        Column::number("Share", Width::Fixed(5), 1),
        Column::number("Cost", Width::Whole { min: 11 }, 0),
        Column::number("Tokens", Width::Fit { min: 6, max: 8 }, 5),
        Column::number("Resp.", Width::Fit { min: 5, max: 8 }, 6),
        Column::picture("Trend", TREND_WIDTH, 3),
        Column::text("Last used", Width::Fit { min: 12, max: 16 }, 2),
        Column::text("Last sync", Width::Fit { min: 9, max: 16 }, 7),
    ];
    let list = List {
        columns: &columns,
        n_rows: sheet.page.visible.len(),
        row: &|place| {
            let row = sheet.page.visible.get(place).and_then(|row| answer.devices.rows.get(*row));
            row.map(|row| cells(row, sheet, answer)).unwrap_or_default()
        },
        selected: Some(sheet.page.selected),
        top: sheet.page.top,
        numbers: true,
        total: None,
    };
    let drawn = draw_list(area, canvas.buffer, &list, sheet.theme());
    canvas.hits.list(drawn.rows_area, drawn.top);
}

fn cells(row: &ReportRow, sheet: &Sheet<'_>, answer: &DevicesAnswer) -> Vec<Line<'static>> {
    let theme = sheet.theme();
    let metric = sheet.state.metric();
    let totals = &answer.devices.totals.usage;
    let machine = machine(row, sheet);
    let mut name = vec![Span::raw(rows::name(row, &sheet.answered.names))];
    if machine.is_some_and(|machine| machine.is_this_machine) {
        name.push(Span::styled(format!(" {} here", theme.glyphs().check), theme.good()));
    }
    let [cost, tokens, responses] = [Metric::Cost, Metric::Tokens, Metric::Responses]
        .map(|metric| Line::from(amount::of_usage(&row.usage, metric)));
    let part = rows::amount(&row.usage, metric);
    let since =
        |time: Option<UtcMillis>| time.map_or_else(|| "never".to_owned(), |time| ago(sheet.state.now.0 - time.0));
    vec![
        Line::from(name),
        Line::from(bar::stacked(&series::parts(row, metric), rows::amount(totals, metric), BAR_WIDTH, theme)),
        Line::from(amount::percent(part, rows::amount(totals, metric))),
        cost,
        tokens,
        responses,
        trend(row, sheet, answer),
        Line::styled(since(row.last_activity), theme.muted()),
        Line::styled(since(machine.and_then(|machine| machine.last_sync)), theme.muted()),
    ]
}

fn machine<'a>(row: &ReportRow, sheet: &Sheet<'a>) -> Option<&'a Machine> {
    let RowKey::Machine(id) = row.key else { return None };
    sheet.answered.machines.iter().find(|machine| machine.id == id)
}

fn map<'a>(row: &ReportRow, answer: &'a DevicesAnswer) -> Option<&'a ActivityMap> {
    let RowKey::Machine(id) = row.key else { return None };
    answer.activity.machines.iter().find(|machine| machine.machine == id).map(|machine| &machine.map)
}

/// The days of the period (of all time, the last of them) as steps of height.
fn trend(row: &ReportRow, sheet: &Sheet<'_>, answer: &DevicesAnswer) -> Line<'static> {
    let Some(map) = map(row, answer) else { return Line::default() };
    let calendar = sheet.state.calendar();
    let span = calendar.span(sheet.page);
    let last = span.until.map_or(calendar.today(), |until| until.min(calendar.today()));
    let first = span.since.unwrap_or_else(|| last.saturating_sub((TREND_DAYS - 1).days()));
    let values = values(map, first, last, sheet.state.metric());
    Line::from(sparkline(&values, TREND_WIDTH, sheet.theme()).style(sheet.theme().accent()))
}

fn values(map: &ActivityMap, first: Date, last: Date, metric: Metric) -> Vec<u64> {
    let n_days = usize::try_from((last - first).get_days() + 1).unwrap_or(0);
    let mut values = vec![0; n_days];
    for (day, usage) in &map.days {
        let place = usize::try_from((*day - first).get_days()).ok().and_then(|place| values.get_mut(place));
        if let Some(value) = place {
            *value = rows::amount(usage, metric);
        }
    }
    values
}

/// The hours of the week of the machine that is selected, and of as many others as there is room for.
fn draw_hours(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, answer: &DevicesAnswer) {
    let (height, width) = (HOURS_HEIGHT + 2, MAP_WIDTH.min(area.width));
    let n_columns = (area.width / MAP_WIDTH).max(1);
    let n_places = n_columns * (area.height / height);
    let selected = sheet.page.selected.min(sheet.page.visible.len());
    let (before, after) = sheet.page.visible.split_at(selected);
    let rows = after.iter().chain(before).filter_map(|row| answer.devices.rows.get(*row));
    let maps = rows.filter_map(|row| Some((rows::name(row, &sheet.answered.names), map(row, answer)?)));
    for (place, (name, map)) in (0..n_places).zip(maps) {
        let tile = Rect {
            x: area.x + (place % n_columns) * MAP_WIDTH,
            y: area.y + (place / n_columns) * height + 1,
            width,
            height: height - 1,
        };
        let title = Rect { height: 1, ..tile };
        put_text(canvas.buffer, title, (&format!("Hours of {name}"), sheet.theme().title()), sheet.theme());
        activity::draw_hours(canvas, Rect { y: tile.y + 1, height: tile.height - 1, ..tile }, sheet, map);
    }
}
