//! The summary as a table: a few periods, and the models, projects and machines behind them, largest first.

use std::io::{self, Write};

use anstyle::Style;
use ccu_core::report::{Report, ReportRow, RowKey, Usage};

use crate::render::footnotes;
use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width};
use crate::render::model_names::ModelNames;
use crate::render::number::grouped;
use crate::render::table::numbers::Numbers;
use crate::render::table::{Form, TableOptions, empty_line, fitting, write_title};
use crate::render::{SummaryView, theme};
use crate::sanitize::sanitize;

/// So many models and projects are shown.
const MAX_ROWS: usize = 5;

/// Writes a summary with its notes.
pub fn write(view: &SummaryView<'_>, options: TableOptions, out: &mut dyn Write) -> io::Result<()> {
    if view.all.rows.is_empty() {
        writeln!(out, "{}", empty_line(view.scope))?;
        return footnotes::write(&view.caveats(), false, options.width, out);
    }
    write_title("Claude Code usage", view.scope, out)?;
    let sheet = Sheet::new(view);
    fitting(options, |form| sheet.grid(form)).write(options.width, out)?;
    footnotes::write(&view.caveats(), true, options.width, out)
}

/// A view with what is decided for the whole table.
struct Sheet<'a> {
    view: &'a SummaryView<'a>,
    models: ModelNames,
    numbers: Numbers,
}

impl<'a> Sheet<'a> {
    fn new(view: &'a SummaryView<'a>) -> Self {
        let totals = &view.all.totals;
        let models = ModelNames::of(totals.models.iter().map(|model| &*model.model));
        Sheet { view, models, numbers: Numbers::new(&totals.usage, view.shown.has_cost) }
    }

    fn grid(&self, form: Form) -> Grid {
        let mut columns = vec![Column::text("", Width::AtLeast(form.name_width, Cut::Start))];
        columns.extend(self.numbers.columns(form));
        let mut lines = Vec::new();
        for period in self.view.periods {
            lines.extend(self.row_lines(period_name(period.name), &period.row, form));
        }
        for (title, report) in self.sections() {
            lines.push(Line::Section(title.to_owned()));
            for row in report.rows.iter().take(MAX_ROWS) {
                lines.extend(self.row_lines(&self.row_name(row), row, form));
            }
            if let Some(n_hidden @ 1..) = report.rows.len().checked_sub(MAX_ROWS) {
                let mut cells = vec![Cell::EMPTY; columns.len()];
                cells[0] = Cell::Text(format!("and {} more", grouped(n_hidden as u64)));
                lines.push(Line::Row(theme::MUTED, cells));
            }
        }
        Grid { columns, lines }
    }

    /// Models and projects where there is more than one, and machines likewise.
    fn sections(&self) -> impl Iterator<Item = (&'static str, &'a Report)> {
        let view = self.view;
        let sections = [("Models", view.models), ("Projects", view.projects), ("Machines", view.devices)];
        sections.into_iter().filter(|(_, report)| report.rows.len() > 1)
    }

    fn row_lines(&self, name: &str, row: &ReportRow, form: Form) -> Vec<Line> {
        let name = Cell::Text(sanitize(name).into_owned());
        let mut lines = vec![Line::Row(Style::new(), self.cells(name, &row.usage, form))];
        if self.view.shown.has_models && row.models.len() > 1 {
            lines.extend(row.models.iter().map(|model| {
                let name = Cell::Part(sanitize(self.models.name(&model.model)).into_owned());
                Line::Row(theme::MUTED, self.cells(name, &model.usage, form))
            }));
        }
        lines
    }

    fn cells(&self, name: Cell, usage: &Usage, form: Form) -> Vec<Cell> {
        let mut cells = vec![name];
        cells.extend(self.numbers.cells(usage, form));
        cells
    }

    fn row_name(&self, row: &ReportRow) -> String {
        match &row.key {
            RowKey::Model(model) => self.models.name(model).to_owned(),
            RowKey::Project(project) => self.view.names.project(project),
            RowKey::Machine(machine) => self.view.names.machine(*machine),
            RowKey::Hour(_) | RowKey::Period(_) | RowKey::Undated | RowKey::Session(_) | RowKey::Total => String::new(),
        }
    }
}

fn period_name(name: &str) -> &str {
    match name {
        "today" => "Today",
        "week" => "This week",
        "month" => "This month",
        "all" => "All time",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;
    use ccu_core::report::Grouping;
    use unicode_width::UnicodeWidthStr;

    fn drawn(summary: &sample::SummarySample, width: usize) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&summary.view(), TableOptions { width, is_compact: false }, &mut out).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        assert!(text.lines().all(|line| line.width() <= width), "{text}");
        text
    }

    #[test]
    fn the_summary_at_80_columns() {
        insta::assert_snapshot!(drawn(&sample::summary(), 80));
    }

    #[test]
    fn the_summary_and_its_models_at_200_columns() {
        let mut summary = sample::summary();
        summary.shown.has_models = true;
        insta::assert_snapshot!(drawn(&summary, 200));
    }

    #[test]
    fn nothing_is_said_in_one_line() {
        let mut summary = sample::summary();
        summary.all = sample::report(Grouping::Model, Vec::new());
        assert_eq!(drawn(&summary, 80), "No usage recorded.\n");
    }
}
