//! The rows of a report as a list: periods, machines, projects, sessions. Which columns there is room for, the list decides.

use ccu_core::ids::CompactId;
use ccu_core::report::{Grouping, Report, ReportRow, RowKey, Usage};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::render::UNDATED;
use crate::render::model_names::ModelNames;
use crate::render::names::Names;
use crate::render::number::short;
use crate::tui::amount;
use crate::tui::page::Metric;
use crate::tui::rows;
use crate::tui::screen::{Canvas, Sheet, caveats};
use crate::tui::series;
use crate::tui::widget::bar;
use crate::tui::widget::list::{Column, List, Width, draw_list};
use crate::tui::widget::text::put_text;

/// Cells of the bar in a row.
const BAR_WIDTH: u16 = 18;

/// Draws projects or sessions.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, report: &Report) {
    let area = caveats::draw(canvas, area, sheet, &report.notes);
    if report.rows.is_empty() {
        return put_text(canvas.buffer, area, ("no usage in this period", sheet.theme().muted()), sheet.theme());
    }
    draw_rows(canvas, area, sheet, report);
}

/// Draws the rows of a report, without anything beside them.
pub fn draw_rows(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, report: &Report) {
    let table = RowTable::new(sheet, report);
    let columns = table.columns();
    let list = List {
        columns: &columns,
        n_rows: sheet.page.visible.len(),
        row: &|place| sheet.page.visible.get(place).map(|row| table.cells(&report.rows[*row])).unwrap_or_default(),
        selected: Some(sheet.page.selected),
        top: sheet.page.top,
        numbers: true,
        total: (sheet.page.filter.is_empty() && report.rows.len() > 1).then(|| table.total_cells()),
    };
    let drawn = draw_list(area, canvas.buffer, &list, sheet.theme());
    canvas.hits.list(drawn.rows_area, drawn.top);
}

/// What the cells of the rows are made from.
struct RowTable<'a> {
    sheet: &'a Sheet<'a>,
    report: &'a Report,
    models: ModelNames,
    /// The largest amount of a row, which fills the bar.
    largest: u64,
}

impl<'a> RowTable<'a> {
    fn new(sheet: &'a Sheet<'a>, report: &'a Report) -> Self {
        let metric = sheet.state.metric();
        RowTable {
            sheet,
            report,
            models: ModelNames::of(report.totals.models.iter().map(|usage| &*usage.model)),
            largest: report.rows.iter().map(|row| rows::amount(&row.usage, metric)).max().unwrap_or(0),
        }
    }

    /// The columns. The amount that is counted and the name are never left out.
    fn columns(&self) -> Vec<Column<'static>> {
        let (name, last) = match self.report.grouping {
            Grouping::Hourly => ("Hour", None),
            Grouping::Daily => ("Day", None),
            Grouping::Weekly => ("Week from", None),
            Grouping::Monthly => ("Month", None),
            Grouping::Yearly => ("Year", None),
            Grouping::Session => ("Session", Some("Last used")),
            Grouping::Project => ("Project", Some("Last used")),
            Grouping::Model => ("Model", Some("Last used")),
            Grouping::Device => ("Machine", Some("Last used")),
        };
        let is_period = last.is_none();
        let mut columns = vec![if is_period {
            Column::text(name, Width::Fixed(if self.report.grouping == Grouping::Monthly { 14 } else { 12 }), 0)
        } else {
            Column::path(name, Width::Fit { min: 24, max: 48 }, 0)
        }];
        columns.push(Column::picture("", BAR_WIDTH, if is_period { 1 } else { 3 }));
        // A single session is next to nothing of all of them.
        columns.push(Column::number(
            "Share",
            Width::Fixed(5),
            if self.report.grouping == Grouping::Session { 9 } else { 4 },
        ));
        let rank = |metric| if self.sheet.state.metric() == metric { 0 } else { 2 };
        columns.push(Column::number("Cost", Width::Whole { min: 11 }, rank(Metric::Cost)));
        columns.push(Column::number("Tokens", Width::Fit { min: 6, max: 8 }, rank(Metric::Tokens)));
        columns.push(Column::number("Resp.", Width::Fit { min: 5, max: 8 }, rank(Metric::Responses)));
        columns.push(Column::number("Input", Width::Fit { min: 5, max: 8 }, 6));
        columns.push(Column::number("Output", Width::Fit { min: 6, max: 8 }, 6));
        columns.push(Column::number("Writes", Width::Fit { min: 6, max: 8 }, 7));
        columns.push(Column::number("Reads", Width::Fit { min: 6, max: 8 }, 7));
        columns.push(Column::text("Models", Width::Fit { min: 8, max: 28 }, 8));
        columns.extend(last.map(|title| Column::text(title, Width::Fixed(16), 1)));
        columns
    }

    fn cells(&self, row: &ReportRow) -> Vec<Line<'static>> {
        let theme = self.sheet.theme();
        let metric = self.sheet.state.metric();
        let mut cells = vec![Line::from(self.name(row))];
        cells.push(Line::from(bar::stacked(&series::parts(row, metric), self.largest, BAR_WIDTH, theme)));
        let whole = rows::amount(&self.report.totals.usage, metric);
        cells.push(Line::from(amount::percent(rows::amount(&row.usage, metric), whole)));
        cells.extend(amounts(&row.usage));
        let names: Vec<&str> = row.models.iter().map(|usage| self.models.name(&usage.model)).collect();
        cells.push(Line::styled(names.join(" "), theme.muted()));
        if self.has_last() {
            let last = row.last_activity.map(|time| self.sheet.state.calendar().local(time));
            let text = last.map_or_else(|| UNDATED.to_owned(), |last| last.strftime("%Y-%m-%d %H:%M").to_string());
            cells.push(Line::styled(text, theme.muted()));
        }
        cells
    }

    fn total_cells(&self) -> Vec<Line<'static>> {
        let title = self.sheet.theme().title();
        let mut cells = vec![Line::styled("Total", title), Line::default(), Line::default()];
        cells.extend(amounts(&self.report.totals.usage).map(|cell| cell.style(title)));
        cells
    }

    fn has_last(&self) -> bool {
        matches!(self.report.grouping, Grouping::Session | Grouping::Project | Grouping::Model | Grouping::Device)
    }

    fn name(&self, row: &ReportRow) -> Vec<Span<'static>> {
        let theme = self.sheet.theme();
        let names = &self.sheet.answered.names;
        match (&row.key, self.report.grouping) {
            (RowKey::Period(day), Grouping::Monthly) => vec![Span::raw(day.strftime("%B %Y").to_string())],
            (RowKey::Period(day), Grouping::Yearly) => vec![Span::raw(day.strftime("%Y").to_string())],
            (RowKey::Period(day), Grouping::Weekly) => {
                vec![
                    Span::raw(day.strftime("%d %b").to_string()),
                    Span::styled(day.strftime("  W%V").to_string(), theme.muted()),
                ]
            }
            (RowKey::Period(day), _) => self.day_name(*day),
            (RowKey::Hour(hour), _) => vec![Span::raw(hour.strftime("%H:%M").to_string())],
            (RowKey::Session(session), _) => {
                let project = row.projects.first().map(|project| names.project(project)).unwrap_or_default();
                let id = session_name(session, names);
                vec![Span::raw(format!("{project} ")), Span::styled(id, theme.muted())]
            }
            _ => vec![Span::raw(rows::name(row, names))],
        }
    }

    fn day_name(&self, day: jiff::civil::Date) -> Vec<Span<'static>> {
        let theme = self.sheet.theme();
        let text = day.strftime("%a %d %b").to_string();
        if day == self.sheet.state.calendar().today() {
            return vec![Span::styled(format!("{text} {}", theme.glyphs().today), theme.accent().bold())];
        }
        vec![Span::raw(text)]
    }
}

/// Enough of a session's id to tell it from others; of a number that stands for it, all.
pub fn session_name(session: &CompactId, names: &Names) -> String {
    let name = names.session(session);
    if names.are_hidden() { name } else { name.chars().take(8).collect() }
}

fn amounts(usage: &Usage) -> [Line<'static>; 7] {
    let tokens = &usage.tokens;
    let writes = tokens.cache_write_5m.saturating_add(tokens.cache_write_1h);
    [
        amount::cost(usage),
        short(tokens.total()),
        short(usage.responses),
        short(tokens.input),
        short(tokens.output),
        short(writes),
        short(tokens.cache_read),
    ]
    .map(Line::from)
}
