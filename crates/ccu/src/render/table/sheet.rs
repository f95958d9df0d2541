//! What stands in a table: the columns and cells of a report in one form.

use std::collections::BTreeMap;

use anstyle::Style;
use ccu_core::ids::{CompactId, MachineId};
use ccu_core::report::{Grouping, ReportRow, RowKey};

use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width};
use crate::render::model_names::ModelNames;
use crate::render::table::numbers::Numbers;
use crate::render::table::{COMPACT, Form};
use crate::render::{ReportView, UNDATED, hour_text, period_text, theme};
use crate::sanitize::sanitize;

/// A view with what is decided for the whole table.
pub struct Sheet<'a> {
    view: &'a ReportView<'a>,
    models: ModelNames,
    numbers: Numbers,
}

impl<'a> Sheet<'a> {
    /// Decides what holds for the whole table.
    pub fn new(view: &'a ReportView<'a>) -> Self {
        let models = view.report.totals.models.iter().map(|model| &*model.model);
        let numbers = Numbers::new(&view.report.totals.usage, view.shown.has_cost);
        Sheet { view, models: ModelNames::of(models), numbers }
    }

    /// The table in a form.
    pub fn grid(&self, form: Form) -> Grid {
        Grid { columns: self.columns(form), lines: self.lines(form) }
    }

    fn columns(&self, form: Form) -> Vec<Column> {
        let mut columns = self.key_columns(form);
        if self.has_model_column(form) {
            columns.push(Column::text("Models", Width::AtLeast(form.name_width, Cut::End)));
        }
        columns.extend(self.numbers.columns(form));
        columns
    }

    fn key_columns(&self, form: Form) -> Vec<Column> {
        let name = |header, cut| Column::text(header, Width::AtLeast(form.name_width, cut));
        let whole = |header| Column::text(header, Width::Whole);
        // Names of models stand below the periods where they have no column of their own.
        let period = |header| if form.has_parts { whole(header) } else { name(header, Cut::End) };
        let session = Column::text("Session", Width::AtLeast(if form.has_details { 36 } else { 8 }, Cut::End));
        let mut columns = match self.view.report.grouping {
            Grouping::Hourly => vec![period("Hour")],
            Grouping::Daily => vec![period("Date")],
            Grouping::Weekly => vec![period("Week of")],
            Grouping::Monthly => vec![period("Month")],
            Grouping::Yearly => vec![period("Year")],
            Grouping::Session => vec![session, name("Project", Cut::Start)],
            Grouping::Project => vec![name("Project", Cut::Start)],
            Grouping::Model => vec![name("Model", Cut::End)],
            Grouping::Device => vec![name("Machine", Cut::End)],
        };
        if self.has_activity_column(form) {
            columns.push(whole("Last\nactive"));
        }
        if self.has_sync_column() {
            columns.push(whole("Last\nsync"));
        }
        columns
    }

    fn has_model_column(&self, form: Form) -> bool {
        match self.view.report.grouping {
            Grouping::Model => false,
            // In 80 columns, when a session was tells more than what it was with.
            Grouping::Session => form.has_parts && form != COMPACT,
            Grouping::Hourly
            | Grouping::Daily
            | Grouping::Weekly
            | Grouping::Monthly
            | Grouping::Yearly
            | Grouping::Project
            | Grouping::Device => form.has_parts,
        }
    }

    fn has_activity_column(&self, form: Form) -> bool {
        match self.view.report.grouping {
            Grouping::Session | Grouping::Project | Grouping::Device => form.has_parts,
            Grouping::Hourly
            | Grouping::Daily
            | Grouping::Weekly
            | Grouping::Monthly
            | Grouping::Yearly
            | Grouping::Model => false,
        }
    }

    fn has_sync_column(&self) -> bool {
        self.view.report.grouping == Grouping::Device
            && self.view.machines.iter().any(|machine| machine.last_sync.is_some())
    }

    fn lines(&self, form: Form) -> Vec<Line> {
        let mut lines = Vec::new();
        let rows = &self.view.report.rows;
        if self.view.shown.has_projects {
            for (project, rows) in by_project(rows) {
                lines.push(Line::Section(sanitize(&self.view.names.project(project)).into_owned()));
                rows.into_iter().for_each(|row| self.push_row(row, form, &mut lines));
            }
        } else {
            rows.iter().for_each(|row| self.push_row(row, form, &mut lines));
        }
        lines.push(Line::Rule);
        let mut total = self.total_key_cells(form);
        if self.has_model_column(form) {
            total.push(Cell::EMPTY);
        }
        total.extend(self.numbers.cells(&self.view.report.totals.usage, form));
        lines.push(Line::Row(theme::TOTAL, total));
        self.push_models(&self.view.report.totals, form, &mut lines);
        lines
    }

    fn push_row(&self, row: &ReportRow, form: Form, lines: &mut Vec<Line>) {
        let mut cells = self.key_cells(row, form);
        if self.has_model_column(form) {
            cells.push(match self.has_model_rows(row) {
                true => Cell::EMPTY,
                false => Cell::List(row.models.iter().map(|model| self.model_name(&model.model)).collect()),
            });
        }
        cells.extend(self.numbers.cells(&row.usage, form));
        lines.push(Line::Row(Style::new(), cells));
        self.push_models(row, form, lines);
    }

    /// A row of one model needs no row of its own for it.
    fn has_model_rows(&self, row: &ReportRow) -> bool {
        self.view.shown.has_models && row.models.len() > 1 && self.view.report.grouping != Grouping::Model
    }

    fn push_models(&self, row: &ReportRow, form: Form, lines: &mut Vec<Line>) {
        if !self.has_model_rows(row) {
            return;
        }
        let n_keys = self.key_columns(form).len();
        for model in &row.models {
            let name = self.model_name(&model.model);
            let mut cells = vec![Cell::EMPTY; n_keys];
            match self.has_model_column(form) {
                true => cells.push(Cell::Text(name)),
                false => cells[0] = Cell::Part(name),
            }
            cells.extend(self.numbers.cells(&model.usage, form));
            lines.push(Line::Row(theme::MUTED, cells));
        }
    }

    fn model_name(&self, id: &str) -> String {
        sanitize(self.models.name(id)).into_owned()
    }

    fn key_cells(&self, row: &ReportRow, form: Form) -> Vec<Cell> {
        let names = self.view.names;
        let mut texts = match &row.key {
            RowKey::Hour(hour) => vec![hour_text(*hour)],
            RowKey::Period(first_day) => vec![period_text(self.view.report.grouping, *first_day)],
            RowKey::Undated | RowKey::Total => vec![UNDATED.to_owned()],
            RowKey::Session(session) => vec![self.session_text(session, form), self.project_texts(row)],
            RowKey::Project(project) => vec![names.project(project)],
            RowKey::Model(model) => vec![model.to_string()],
            RowKey::Machine(machine) => vec![self.machine_text(*machine)],
        };
        if self.has_activity_column(form) {
            let scope = self.view.scope;
            texts.push(match row.last_activity {
                Some(time) if form.has_details => scope.minute(time),
                Some(time) => scope.day(time).to_string(),
                None => UNDATED.to_owned(),
            });
        }
        if let (true, RowKey::Machine(id)) = (self.has_sync_column(), &row.key) {
            let machine = self.view.machines.iter().find(|machine| machine.id == *id);
            let last_sync = machine.and_then(|machine| machine.last_sync);
            texts.push(last_sync.map_or_else(|| "never".to_owned(), |time| self.view.scope.day(time).to_string()));
        }
        texts.iter().map(|text| Cell::Text(sanitize(text).into_owned())).collect()
    }

    fn total_key_cells(&self, form: Form) -> Vec<Cell> {
        let mut cells = vec![Cell::EMPTY; self.key_columns(form).len()];
        cells[0] = Cell::Text("Total".to_owned());
        cells
    }

    /// A session by the first group of its id, which tells sessions apart; the whole id where there is room.
    fn session_text(&self, session: &CompactId, form: Form) -> String {
        let name = self.view.names.session(session);
        match name.split_once('-') {
            Some((first, _)) if !form.has_details && first.len() == 8 && name.len() == 36 => first.to_owned(),
            Some(_) | None => name,
        }
    }

    fn project_texts(&self, row: &ReportRow) -> String {
        let projects: Vec<String> = row.projects.iter().map(|project| self.view.names.project(project)).collect();
        projects.join(", ")
    }

    fn machine_text(&self, id: MachineId) -> String {
        let name = self.view.names.machine(id);
        let is_this = self.view.machines.iter().any(|machine| machine.id == id && machine.is_this_machine);
        if is_this { format!("{name} (this)") } else { name }
    }
}

/// Parts the rows by project, in order of the projects' names.
fn by_project(rows: &[ReportRow]) -> Vec<(&str, Vec<&ReportRow>)> {
    let mut sections: BTreeMap<&str, Vec<&ReportRow>> = BTreeMap::new();
    for row in rows {
        sections.entry(row.projects.first().map_or("", |project| &**project)).or_default().push(row);
    }
    sections.into_iter().collect()
}
