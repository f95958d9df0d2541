//! Blocks as a table: one line for each window of five hours and each gap, and the outlook of the one that runs now.

use std::io::{self, Write};

use anstyle::Style;
use ccu_core::report::{Block, BlockState};
use ccu_core::time::UtcMillis;

use crate::render::footnotes;
use crate::render::grid::{Cell, Column, Cut, Grid, Line, Width, wrapped};
use crate::render::model_names::ModelNames;
use crate::render::number::{dollars, grouped, short};
use crate::render::table::numbers::Numbers;
use crate::render::table::{COMPACT, Form, TableOptions, empty_line, fitting, write_title};
use crate::render::{BlocksView, theme};
use crate::sanitize::sanitize;

/// Writes a blocks report as a table with its notes.
pub fn write(view: &BlocksView<'_>, options: TableOptions, out: &mut dyn Write) -> io::Result<()> {
    if view.report.blocks.is_empty() {
        let line = if view.is_active_only { "No block is active.".to_owned() } else { empty_line(view.scope) };
        writeln!(out, "{line}")?;
        return footnotes::write(&view.caveats(), false, options.width, out);
    }
    let title = match view.n_last {
        Some(n_last) => format!("Usage by blocks of 5 hours, the newest {}", grouped(n_last as u64)),
        None => "Usage by blocks of 5 hours".to_owned(),
    };
    write_title(&title, view.scope, out)?;
    let sheet = Sheet::new(view);
    fitting(options, |form| sheet.grid(form)).write(options.width, out)?;
    if let Some(active) = view.report.blocks.iter().find(|block| block.state == BlockState::Active) {
        writeln!(out)?;
        writeln!(out, "{}", wrapped(&outlook(active, view), options.width, "  "))?;
    }
    footnotes::write(&view.caveats(), true, options.width, out)
}

struct Sheet<'a> {
    view: &'a BlocksView<'a>,
    models: ModelNames,
    numbers: Numbers,
}

impl<'a> Sheet<'a> {
    fn new(view: &'a BlocksView<'a>) -> Self {
        let models = view.report.models.iter().map(|model| &*model.model);
        let numbers = Numbers::new(&view.report.totals, view.shown.has_cost);
        Sheet { view, models: ModelNames::of(models), numbers }
    }

    fn grid(&self, form: Form) -> Grid {
        // Where there is room for more than sums, how long a gap is stands there whole.
        let state_width = if form.has_parts { Width::Whole } else { Width::AtLeast(6, Cut::End) };
        let mut columns = vec![Column::text("Start", Width::Whole), Column::text("State", state_width)];
        if has_model_column(form) {
            columns.push(Column::text("Models", Width::AtLeast(form.name_width, Cut::End)));
        }
        columns.extend(self.numbers.columns(form));
        let mut lines: Vec<Line> =
            self.view.report.blocks.iter().flat_map(|block| self.block_lines(block, form)).collect();
        lines.push(Line::Rule);
        lines.push(self.total_line(form));
        Grid { columns, lines }
    }

    fn block_lines(&self, block: &Block, form: Form) -> Vec<Line> {
        let (style, state) = match block.state {
            BlockState::Active => (theme::ACTIVE, "active".to_owned()),
            BlockState::Finished => (Style::new(), String::new()),
            BlockState::Gap => (theme::MUTED, format!("gap {}", duration(minutes_between(block.start, block.end)))),
        };
        let mut cells = vec![Cell::Text(self.view.scope.minute(block.start)), Cell::Text(state)];
        let has_model_rows = self.view.shown.has_models && block.models.len() > 1;
        if has_model_column(form) {
            let models = block.models.iter().map(|model| self.model_name(&model.model));
            cells.push(if has_model_rows { Cell::EMPTY } else { Cell::List(models.collect()) });
        }
        let n_keys = cells.len();
        match block.state {
            BlockState::Gap => cells.resize(n_keys + self.numbers.columns(form).len(), Cell::EMPTY),
            BlockState::Active | BlockState::Finished => cells.extend(self.numbers.cells(&block.usage, form)),
        }
        let mut lines = vec![Line::Row(style, cells)];
        if has_model_rows {
            lines.extend(block.models.iter().map(|model| {
                let mut cells = vec![Cell::EMPTY; n_keys];
                let name = self.model_name(&model.model);
                match has_model_column(form) {
                    true => cells[n_keys - 1] = Cell::Text(name),
                    false => cells[0] = Cell::Part(name),
                }
                cells.extend(self.numbers.cells(&model.usage, form));
                Line::Row(theme::MUTED, cells)
            }));
        }
        lines
    }

    fn total_line(&self, form: Form) -> Line {
        let mut cells = vec![Cell::Text("Total".to_owned()), Cell::EMPTY];
        if has_model_column(form) {
            cells.push(Cell::EMPTY);
        }
        cells.extend(self.numbers.cells(&self.view.report.totals, form));
        Line::Row(theme::TOTAL, cells)
    }

    fn model_name(&self, id: &str) -> String {
        sanitize(self.models.name(id)).into_owned()
    }
}

/// In 80 columns the state tells more than the models.
fn has_model_column(form: Form) -> bool {
    form.has_parts && form != COMPACT
}

/// What the block that runs now comes to: when it ends, how fast it is used, and what it will hold at that rate.
fn outlook(block: &Block, view: &BlocksView<'_>) -> String {
    let end = view.scope.minute(block.end);
    let (Some(rate), Some(projection)) = (&block.burn_rate, &block.projection) else {
        return format!("The active block ends at {end}.");
    };
    let left = duration(projection.remaining_minutes);
    let per_minute = short(rate.tokens_per_minute.round() as u64);
    let tokens = short(projection.total_tokens);
    if !view.shown.has_cost {
        return format!(
            "The active block ends at {end}, in {left}. At {per_minute} tokens a minute it will hold {tokens} tokens."
        );
    }
    let (per_hour, cost) = (dollars(rate.cost_per_hour), dollars(projection.total_cost));
    format!(
        "The active block ends at {end}, in {left}. At {per_minute} tokens a minute and {per_hour} an hour it will hold {tokens} tokens and cost {cost}."
    )
}

fn minutes_between(start: UtcMillis, end: UtcMillis) -> u64 {
    u64::try_from(end.0.saturating_sub(start.0)).unwrap_or(0) / 60_000
}

/// `2d 3h`, `5h 30m`, `12m`.
fn duration(minutes: u64) -> String {
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes}m"),
        (0, hours, 0) => format!("{hours}h"),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, 0, _) => format!("{days}d"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;
    use unicode_width::UnicodeWidthStr;

    fn drawn(blocks: &sample::BlocksSample, width: usize) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&blocks.view(), TableOptions { width, is_compact: false }, &mut out).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        assert!(text.lines().all(|line| line.width() <= width), "{text}");
        text
    }

    #[test]
    fn blocks_at_80_columns() {
        insta::assert_snapshot!(drawn(&sample::blocks(), 80));
    }

    #[test]
    fn blocks_and_their_models_at_200_columns() {
        let mut blocks = sample::blocks();
        blocks.shown.has_models = true;
        insta::assert_snapshot!(drawn(&blocks, 200));
    }

    #[test]
    fn without_cost_the_outlook_has_none() {
        let mut blocks = sample::blocks();
        blocks.shown.has_cost = false;
        insta::assert_snapshot!(drawn(&blocks, 120));
    }

    #[test]
    fn nothing_is_said_in_one_line() {
        let mut blocks = sample::blocks();
        blocks.report.blocks.clear();
        assert_eq!(drawn(&blocks, 80), "No usage recorded.\n");
        blocks.is_active_only = true;
        assert_eq!(drawn(&blocks, 80), "No block is active.\n");
    }

    #[test]
    fn the_title_says_that_these_are_not_all() {
        let mut blocks = sample::blocks();
        blocks.n_last = Some(5);
        let text = drawn(&blocks, 80);
        assert!(text.starts_with("Usage by blocks of 5 hours, the newest 5, "), "{text}");
    }

    #[test]
    fn durations() {
        let check = |minutes, expected| assert_eq!(duration(minutes), expected);
        check(0, "0m");
        check(59, "59m");
        check(60, "1h");
        check(133, "2h 13m");
        check(1440, "1d");
        check(1500, "1d 1h");
    }
}
