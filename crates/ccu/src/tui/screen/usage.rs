//! Now: today, the block that runs, this week, this month, on all machines together; the limit period where it is known.

use ccu_core::report::{Block, Report};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::render::number::short_dollars;
use crate::tui::amount;
use crate::tui::page::Metric;
use crate::tui::query::{USUAL_DAYS, UsageAnswer, usual_days};
use crate::tui::rows::{self, USAGE_ROWS};
use crate::tui::screen::{Canvas, Sheet, breakdown, caveats, chart};
use crate::tui::series;
use crate::tui::widget::bar;
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::sparkline::sparkline;
use crate::tui::widget::text::{put, put_text};

/// Cells of the small chart of a row: an hour each where there is room, else two.
const CHART_WIDTHS: [u16; 2] = [12, 24];
/// From this width on there is room.
const WIDE: u16 = 100;
/// From this width on, the rate of the block stands behind its outlook, which is asked for more.
const RATE_FROM: u16 = 112;
/// Cells of the gauge of the block, with its text.
const GAUGE_WIDTH: u16 = 30;
/// The list with its header.
const LIST_HEIGHT: u16 = 5;
/// Lines that the chart of days takes where there is room.
const DAYS_HEIGHT: u16 = 10;

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, usage: &UsageAnswer) {
    let area = caveats::draw(canvas, area, sheet, &usage.month.notes);
    let [list, _, limits, _, rest] = Layout::vertical([
        Constraint::Length(LIST_HEIGHT),
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Min(1),
    ])
    .areas(area);
    draw_rows(canvas, list, sheet, usage);
    // Beside no earlier block there is nothing to compare with.
    let has_gauge = usage.largest_block.1 > 0;
    if has_gauge {
        draw_block_gauge(canvas, Rect { height: 1, ..limits }, sheet, usage);
    }
    let limits = Rect { y: limits.y + u16::from(has_gauge), height: 1, ..limits };
    draw_limits(canvas, limits, sheet, usage.limit_period.as_ref());
    let today = sheet.state.calendar().today();
    let since = usual_days(today).since.unwrap_or(today);
    let [days, shares] = if rest.height >= DAYS_HEIGHT + 6 {
        Layout::vertical([Constraint::Length(DAYS_HEIGHT.max(rest.height / 2)), Constraint::Fill(1)]).areas(rest)
    } else {
        [Rect { height: 0, ..rest }, rest]
    };
    if days.height > 0 {
        let title = format!("{} days", USUAL_DAYS + 1);
        put_text(canvas.buffer, Rect { height: 1, ..days }, (&title, sheet.theme().title()), sheet.theme());
        let plot = Rect { y: days.y + 1, height: days.height.saturating_sub(2), ..days };
        chart::draw_between(canvas, plot, sheet, (&usage.days, since, today));
    }
    draw_shares(canvas, shares, sheet, usage);
}

/// Models, machines and projects: as many as there is room for side by side.
fn draw_shares(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, usage: &UsageAnswer) {
    let n_parts = if area.width >= 150 { 3 } else { 2 };
    let parts = Layout::horizontal(vec![Constraint::Fill(1); n_parts]).spacing(2).split(area);
    for (part, area) in parts.iter().enumerate() {
        match part {
            0 => breakdown::draw_models(canvas, *area, sheet, ("Models, week", &usage.week)),
            1 if n_parts == 3 || usage.week.rows.len() > 1 => {
                breakdown::draw_rows(canvas, *area, sheet, ("Machines, week", &usage.week));
            }
            _ => breakdown::draw_rows(canvas, *area, sheet, ("Projects, month", &usage.month)),
        }
    }
}

fn draw_rows(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, usage: &UsageAnswer) {
    let chart_width = CHART_WIDTHS[usize::from(area.width >= WIDE)];
    let has_rate = area.width >= RATE_FROM;
    let columns = [
        Column::text("", Width::Fixed(5), 0),
        Column::number("Cost", Width::Whole { min: 10 }, 0),
        Column::number("Tokens", Width::Fit { min: 6, max: 8 }, 1),
        Column::number("Resp.", Width::Fit { min: 5, max: 8 }, 2),
        Column::picture("", chart_width, 3),
        Column::text("", Width::Rest, 4),
    ];
    let list = List {
        columns: &columns,
        n_rows: sheet.page.visible.len(),
        row: &|place| {
            let row = sheet.page.visible.get(place).and_then(|row| USAGE_ROWS.get(*row));
            row.map(|row| cells(row, sheet, usage, (chart_width, has_rate))).unwrap_or_default()
        },
        selected: Some(sheet.page.selected),
        top: sheet.page.top,
        numbers: true,
        total: None,
    };
    let drawn = draw_list(area, canvas.buffer, &list, sheet.theme());
    canvas.hits.list(drawn.rows_area, drawn.top);
}

fn cells(row: &str, sheet: &Sheet<'_>, usage: &UsageAnswer, (width, has_rate): (u16, bool)) -> Vec<Line<'static>> {
    let theme = sheet.theme();
    let (name, sums, picture, words) = match row {
        "today" => ("Today", usage.today.totals.usage, hours(sheet, &usage.today, width), of_usual_day(sheet, usage)),
        "block" => {
            let sums = usage.block.as_ref().map(|block| block.usage).unwrap_or_default();
            ("Block", sums, block_time(sheet, usage.block.as_ref(), width), block_words(sheet, usage, has_rate))
        }
        "week" => ("Week", usage.week.totals.usage, models(sheet, &usage.week, width), since_words(sheet, false)),
        _ => ("Month", usage.month.totals.usage, models(sheet, &usage.month, width), since_words(sheet, true)),
    };
    let [cost, tokens, responses] =
        [Metric::Cost, Metric::Tokens, Metric::Responses].map(|metric| Line::from(amount::of_usage(&sums, metric)));
    let name = Line::styled(name, theme.title());
    vec![name, cost.style(theme.title()), tokens, responses, picture, Line::styled(words, theme.muted())]
}

/// The hours of today as steps of height.
fn hours(sheet: &Sheet<'_>, today: &Report, width: u16) -> Line<'static> {
    let mut hours = vec![0_u64; 24];
    for row in &today.rows {
        let hour = super::period::start(row).map_or(0, |start| usize::try_from(start.hour()).unwrap_or(0));
        hours[hour] = rows::amount(&row.usage, sheet.state.metric());
    }
    Line::from(sparkline(&hours, width, sheet.theme()).style(sheet.theme().accent()))
}

fn models(sheet: &Sheet<'_>, report: &Report, width: u16) -> Line<'static> {
    let parts = series::parts(&report.totals, sheet.state.metric());
    let whole = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
    Line::from(bar::stacked(&parts, whole, width, sheet.theme()))
}

/// What today is of a day on which there was any usage, on the average of those before it.
fn of_usual_day(sheet: &Sheet<'_>, usage: &UsageAnswer) -> String {
    let today = sheet.state.calendar().today();
    let metric = sheet.state.metric();
    let midnight = today.to_datetime(jiff::civil::Time::midnight());
    let before = usage.days.rows.iter().filter(|row| super::period::start(row).is_some_and(|start| start < midnight));
    let (n_days, sum) =
        before.fold((0_u64, 0_u64), |(n, sum), row| (n + 1, sum.saturating_add(rows::amount(&row.usage, metric))));
    match sum.checked_div(n_days) {
        Some(usual) if usual > 0 => {
            let part = rows::amount(&usage.today.totals.usage, metric);
            format!("{} of a usual day, {}", amount::percent(part, usual), amount::text(usual, metric))
        }
        _ => today.strftime("%A").to_string(),
    }
}

/// How much of the block's five hours has gone by.
fn block_time(sheet: &Sheet<'_>, block: Option<&Block>, width: u16) -> Line<'static> {
    let Some(block) = block else { return Line::default() };
    let theme = sheet.theme();
    let gone = u64::try_from(sheet.state.now.0 - block.start.0).unwrap_or(0);
    let whole = u64::try_from(block.end.0 - block.start.0).unwrap_or(0);
    let filled = bar::proportion(gone.min(whole), whole, usize::from(width));
    let rest = usize::from(width) - filled;
    Line::from(vec![
        Span::styled(theme.series_mark(0).to_string().repeat(filled), theme.accent()),
        Span::styled(theme.glyphs().track.repeat(rest), theme.muted()),
    ])
}

fn block_words(sheet: &Sheet<'_>, usage: &UsageAnswer, has_rate: bool) -> String {
    let Some(block) = &usage.block else { return "no block runs: nothing in the last five hours".to_owned() };
    let calendar = sheet.state.calendar();
    let end = calendar.local(block.end).strftime("%H:%M").to_string();
    let mut words = format!("to {end}");
    if let Some(projection) = &block.projection {
        words += &format!(", {} at its end", short_dollars(projection.total_cost));
    }
    if let Some(rate) = block.burn_rate.as_ref().filter(|_| has_rate) {
        words += &format!(", {} an hour", short_dollars(rate.cost_per_hour));
    }
    words
}

/// What the running block holds of the largest one so far: the nearest thing to a limit that transcripts tell.
fn draw_block_gauge(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, usage: &UsageAnswer) {
    let theme = sheet.theme();
    let (cost, tokens) = usage.largest_block;
    let (label, largest) = match sheet.state.metric() {
        Metric::Tokens | Metric::Responses => ("tokens", tokens),
        Metric::Cost => ("cost", u64::try_from(cost.0).unwrap_or(0)),
    };
    let counted = if label == "cost" { Metric::Cost } else { Metric::Tokens };
    let used = usage.block.as_ref().map_or(0, |block| rows::amount(&block.usage, counted));
    let mut line = vec![Span::styled(
        format!("Block, {label} of the largest ever, {}  ", amount::text(largest, counted)),
        theme.text(),
    )];
    line.extend(bar::gauge(used, largest, GAUGE_WIDTH, theme));
    put(canvas.buffer, area, &Line::from(line), theme);
}

fn since_words(sheet: &Sheet<'_>, is_month: bool) -> String {
    let calendar = sheet.state.calendar();
    let today = calendar.today();
    if is_month {
        return format!("{}, day {} of {}", today.strftime("%B"), today.day(), today.days_in_month());
    }
    let first = calendar.first_day_of_week(today);
    let day = (today - first).get_days() + 1;
    format!("since {}, day {day} of 7", first.strftime("%A"))
}

/// What was used since the weekly limit started anew. How much the limit allows, no transcript says.
fn draw_limits(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, report: Option<&Report>) {
    let theme = sheet.theme();
    let text = match (report, sheet.state.settings.limit_reset) {
        (Some(report), Some(_)) => {
            let calendar = sheet.state.calendar();
            let end =
                calendar.running_limit_period().and_then(|span| span.instants).map_or(calendar.now, |(_, end)| end);
            let end = calendar.local(end).strftime("%a %H:%M").to_string();
            format!(
                "Limit period, starts anew {end}: {}, {} tokens",
                amount::cost(&report.totals.usage),
                amount::of_usage(&report.totals.usage, Metric::Tokens)
            )
        }
        _ => "Weekly limit: unknown; `dashboard.limit_reset` in the settings (s) says when it starts anew".to_owned(),
    };
    put_text(canvas.buffer, area, (&text, theme.muted()), theme);
}
