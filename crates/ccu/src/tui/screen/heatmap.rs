//! A year as a map of its days, of all machines or of the one that is selected, with the hours of its weeks.

use ccu_core::report::{Activity, ActivityMap};
use jiff::civil::Date;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::render::number::{count, short};
use crate::tui::amount;
use crate::tui::page::Metric;
use crate::tui::query::DevicesAnswer;
use crate::tui::rows;
use crate::tui::screen::activity::{self, HOURS_HEIGHT, YEAR_HEIGHT};
use crate::tui::screen::{Canvas, Sheet, caveats};
use crate::tui::widget::bar;
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::text::put_text;

/// Cells of the bar in a row.
const BAR_WIDTH: u16 = 20;

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, answer: &DevicesAnswer) {
    let activity = &answer.activity;
    let area = caveats::draw(canvas, area, sheet, &answer.devices.notes);
    let map = selected(sheet, activity);
    let first_day = sheet.state.calendar().span(sheet.page).since.unwrap_or(Date::ZERO);
    let [grid, sentence, _, below] = Layout::vertical([
        Constraint::Length(YEAR_HEIGHT),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
    ])
    .areas(area);
    activity::draw_year(canvas, grid, sheet, (map, first_day));
    put_text(canvas.buffer, sentence, (&words(map), sheet.theme().text()), sheet.theme());
    let n_rows = u16::try_from(activity.machines.len() + 2).unwrap_or(u16::MAX);
    let has_hours = below.height >= HOURS_HEIGHT + 1 + n_rows.min(4);
    let [list, hours] = if has_hours {
        Layout::vertical([Constraint::Length(n_rows.min(below.height - HOURS_HEIGHT - 1) + 1), Constraint::Fill(1)])
            .areas(below)
    } else {
        [below, Rect { height: 0, ..below }]
    };
    draw_machines(canvas, Rect { height: list.height.saturating_sub(u16::from(has_hours)), ..list }, sheet, activity);
    if has_hours {
        activity::draw_hours(canvas, hours, sheet, map);
    }
}

/// The map of the row that is selected: all machines, or one.
fn selected<'a>(sheet: &Sheet<'_>, activity: &'a Activity) -> &'a ActivityMap {
    let row = sheet.page.selected_row().unwrap_or(0);
    let machine = row.checked_sub(1).and_then(|row| activity.machines.get(row));
    machine.map_or(&activity.all, |machine| &machine.map)
}

/// How much on how many days, and the longest run of days without a pause.
fn words(map: &ActivityMap) -> String {
    let sum = rows::sum(map);
    let days: Vec<Date> = map.days.iter().map(|(day, _)| *day).collect();
    let (mut longest, mut run) = (0_u64, 0_u64);
    let mut before: Option<Date> = None;
    for day in &days {
        let follows = before.is_some_and(|before| before.tomorrow().ok() == Some(*day));
        run = if follows { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(*day);
    }
    format!(
        "{}, {} tokens, {} on {}; longest run {}",
        amount::cost(&sum),
        short(sum.tokens.total()),
        count(sum.responses, "response", "responses"),
        count(days.len() as u64, "day", "days"),
        count(longest, "day", "days"),
    )
}

fn draw_machines(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, activity: &Activity) {
    let theme = sheet.theme();
    let metric = sheet.state.metric();
    let whole = rows::amount(&rows::sum(&activity.all), metric);
    let columns = [
        Column::text("Machine", Width::Fit { min: 12, max: 32 }, 0),
        Column::picture("", BAR_WIDTH, 3),
        Column::number("Cost", Width::Whole { min: 11 }, 1),
        Column::number("Tokens", Width::Fit { min: 6, max: 8 }, 1),
        Column::number("Resp.", Width::Fit { min: 5, max: 8 }, 2),
        Column::number("Days", Width::Fixed(4), 2),
    ];
    let cells = |place: usize| {
        let Some(row) = sheet.page.visible.get(place) else { return Vec::new() };
        let machine = row.checked_sub(1).and_then(|row| activity.machines.get(row));
        let (name, map) = match machine {
            Some(machine) => (sheet.answered.names.machine(machine.machine), &machine.map),
            None => ("all machines".to_owned(), &activity.all),
        };
        let usage = rows::sum(map);
        let bar = bar::plain(rows::amount(&usage, metric), whole, BAR_WIDTH, theme);
        let [cost, tokens, responses] = [Metric::Cost, Metric::Tokens, Metric::Responses]
            .map(|metric| Line::from(amount::of_usage(&usage, metric)));
        vec![Line::from(name), Line::from(bar), cost, tokens, responses, Line::from(map.days.len().to_string())]
    };
    let list = List {
        columns: &columns,
        n_rows: sheet.page.visible.len(),
        row: &cells,
        selected: Some(sheet.page.selected),
        top: sheet.page.top,
        numbers: true,
        total: None,
    };
    let drawn = draw_list(area, canvas.buffer, &list, theme);
    canvas.hits.list(drawn.rows_area, drawn.top);
}
