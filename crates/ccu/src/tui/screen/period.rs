//! A day, week, month or year: its sums, a chart and a list of the periods in it, its models and projects.

use ccu_core::money::NanoUsd;
use ccu_core::report::{Report, ReportRow, RowKey, Usage};
use ratatui::layout::{Constraint, Layout, Rect};

use crate::render::number::{short, short_dollars};
use crate::tui::amount;
use crate::tui::page::Place;
use crate::tui::query::PeriodAnswer;
use crate::tui::screen::{Canvas, Sheet, breakdown, caveats, chart, report_list};
use crate::tui::widget::card::{Card, cards_height, draw_cards};
use crate::tui::widget::text::put_text;

/// From this width on, models and projects stand beside the list.
const WIDE: u16 = 120;
/// Lines that a chart needs beside the rest.
const CHART_HEIGHT: u16 = 10;
/// What is lower has no chart: the bars of its rows say the same.
const CHART_FROM: u16 = 24;
/// Lines for models and projects below the list.
const BELOW_HEIGHT: u16 = 7;

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, period: &PeriodAnswer) {
    let area = caveats::draw(canvas, area, sheet, &period.buckets.notes);
    let area = draw_limit_hint(canvas, area, sheet);
    let area = draw_sums(canvas, area, sheet, &period.buckets);
    if period.buckets.rows.is_empty() {
        return put_text(canvas.buffer, area, ("no usage in this period", sheet.theme().muted()), sheet.theme());
    }
    let area = if area.height >= CHART_FROM {
        let [above, below] = Layout::vertical([Constraint::Length(CHART_HEIGHT), Constraint::Min(1)]).areas(area);
        chart::draw(canvas, Rect { height: above.height - 1, ..above }, sheet, &period.buckets);
        below
    } else {
        area
    };
    let (list, shares) = if area.width >= WIDE {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(3), Constraint::Length(2), Constraint::Fill(2)]).areas(area);
        let [models, projects] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(right);
        (left, [models, projects])
    } else {
        let below = BELOW_HEIGHT.min(area.height / 3);
        let [above, _, below] =
            Layout::vertical([Constraint::Min(4), Constraint::Length(1), Constraint::Length(below)]).areas(area);
        let [models, _, projects] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(2), Constraint::Fill(1)]).areas(below);
        (above, [models, projects])
    };
    report_list::draw_rows(canvas, list, sheet, &period.buckets);
    breakdown::draw_models(canvas, shares[0], sheet, ("Models", &period.models));
    breakdown::draw_rows(canvas, shares[1], sheet, ("Projects", &period.projects));
}

/// The limit period needs a word of the user first.
fn draw_limit_hint(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>) -> Rect {
    let page = sheet.page;
    if page.place != Place::Week || page.mode != 2 || sheet.state.settings.limit_reset.is_some() {
        return area;
    }
    let hint =
        "this is the calendar week: say when your limit starts anew, `dashboard.limit_reset` in the settings (s)";
    put_text(canvas.buffer, Rect { height: 1, ..area }, (hint, sheet.theme().warning()), sheet.theme());
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

/// The sums of the period, as cards where there is room, and gives the area below.
fn draw_sums(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, report: &Report) -> Rect {
    let cards = cards(&report.totals, sheet);
    let tall = cards_height(&cards, area.width);
    let height = if area.height >= tall + 22 { tall } else { 2 };
    let used = draw_cards(Rect { height, ..area }, canvas.buffer, &cards, sheet.theme());
    let used = (used + 1).min(area.height);
    Rect { y: area.y + used, height: area.height - used, ..area }
}

fn cards(totals: &ReportRow, sheet: &Sheet<'_>) -> Vec<Card> {
    let Usage { tokens, responses, .. } = totals.usage;
    let writes = tokens.cache_write_5m.saturating_add(tokens.cache_write_1h);
    let card = |label: &str, value: String| Card::new(label, value);
    vec![
        card("Cost", amount::cost(&totals.usage)).with_note(average(sheet, totals)),
        card("Tokens", short(tokens.total())),
        card("Responses", short(responses)),
        card("Sessions", short(totals.sessions)),
        card("Input", short(tokens.input)),
        card("Output", short(tokens.output)),
        card("Cache writes", short(writes)),
        card("Cache reads", short(tokens.cache_read)),
    ]
}

/// The cost of a day, from the first to the last with usage.
fn average(sheet: &Sheet<'_>, totals: &ReportRow) -> String {
    let calendar = sheet.state.calendar();
    let last = totals.last_activity.map(|time| calendar.local(time).date());
    let first = totals.first_activity.map(|time| calendar.local(time).date());
    let n_days = first.zip(last).map_or(1, |(first, last)| i64::from((last - first).get_days()) + 1);
    format!("{} a day", short_dollars(NanoUsd(totals.usage.cost.0 / n_days.max(1))))
}

/// The first day or hour that a row stands for.
pub fn start(row: &ReportRow) -> Option<jiff::civil::DateTime> {
    match &row.key {
        RowKey::Period(day) => Some(day.to_datetime(jiff::civil::Time::midnight())),
        RowKey::Hour(hour) => Some(*hour),
        _ => None,
    }
}
