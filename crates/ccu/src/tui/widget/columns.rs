//! Upright columns over time, each stacked by series, with a scale at the left and labels below.

mod scale;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::{ColorLevel, Theme};
use crate::tui::widget::bar::apportion;
use crate::tui::widget::columns::scale::Scale;
use crate::tui::widget::text::{Align, cells, put_aligned, put_text, row, row_from};

/// The lines below the plot: the axis and its labels.
const BELOW: u16 = 2;
/// With fewer lines, a plot says less than its numbers.
const LEAST_HEIGHT: u16 = 3;
/// Wider columns look like walls.
const MOST_SLOT: usize = 10;
/// The distances at which labels are left out look natural for hours, days and months.
const LABEL_STEPS: [usize; 9] = [1, 2, 3, 6, 7, 12, 14, 24, 28];

/// A chart of columns.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The columns from the left, each with one value for each series, which are stacked from the bottom.
    pub columns: &'a [Vec<u64>],
    /// What stands below each column, where there is room.
    pub labels: &'a [String],
    /// How values are written at the scale.
    pub format: fn(u64) -> String,
}

/// Where the parts of a chart are.
struct Parts {
    scale: Scale,
    plot: Rect,
    /// Cells for each column with the gap behind it.
    slot: usize,
    /// Cells of each column.
    bar: usize,
    /// The first column that is shown.
    first: usize,
}

impl Columns<'_> {
    /// Whether an area is large enough for all columns and a scale.
    pub fn fits(&self, area: Rect) -> bool {
        let parts = self.parts(area);
        area.height >= LEAST_HEIGHT + BELOW && parts.first == 0 && parts.plot.width > 0
    }

    /// Draws the chart. Where there are more columns than cells, the last ones are shown.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let area = area.intersection(buffer.area);
        let parts = self.parts(area);
        if parts.plot.is_empty() {
            return;
        }
        draw_scale(area, buffer, &parts, theme);
        for (place, column) in self.columns[parts.first..].iter().enumerate() {
            let column_area = row_from(parts.plot, cells(place * parts.slot));
            let width = column_area.width.min(cells(parts.bar));
            draw_column(Rect { width, ..column_area }, buffer, (column, &parts.scale), theme);
        }
        self.draw_labels(row(area, usize::from(parts.plot.height) + 1), buffer, (&parts, theme));
    }

    fn parts(&self, area: Rect) -> Parts {
        let most = self.columns.iter().map(|column| sum(column)).max().unwrap_or(0);
        let height = area.height.saturating_sub(BELOW);
        let scale = Scale::new(most, height, self.format);
        // The numbers, a blank, the axis.
        let plot = row_from(Rect { height, ..area }, cells(scale.label_width + 2));
        let room = usize::from(plot.width);
        let n_columns = self.columns.len().max(1);
        let slot = (room / n_columns).clamp(1, MOST_SLOT);
        let bar = if slot == 1 { 1 } else { slot - 1 };
        Parts { scale, plot, slot, bar, first: self.columns.len().saturating_sub(room / slot) }
    }

    /// Writes as many labels as fit at an even distance, each below the left edge of its column.
    fn draw_labels(&self, area: Rect, buffer: &mut Buffer, (parts, theme): (&Parts, Theme)) {
        let labels = self.labels.get(parts.first..).unwrap_or_default();
        let widest = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let is_wide_enough = |step: &usize| step * parts.slot > widest;
        let step = LABEL_STEPS.into_iter().find(is_wide_enough).unwrap_or(labels.len().max(1));
        let below = Rect { x: parts.plot.x, width: parts.plot.width, ..area };
        for (place, label) in labels.iter().enumerate().step_by(step) {
            let place = row_from(below, cells(place * parts.slot));
            if usize::from(place.width) >= label.width() {
                put_text(buffer, place, (label, theme.muted()), theme);
            }
        }
    }
}

fn draw_scale(area: Rect, buffer: &mut Buffer, parts: &Parts, theme: Theme) {
    let glyphs = theme.glyphs();
    let n_rows = usize::from(parts.plot.height);
    let label_area = Rect { width: area.width.min(cells(parts.scale.label_width)), ..area };
    let axis = Rect { x: parts.plot.x.saturating_sub(1), width: 1, ..area };
    for row_idx in 0..n_rows {
        let tick = parts.scale.ticks.iter().find(|tick| tick.row_idx == row_idx);
        let line = if tick.is_some() { glyphs.tick } else { glyphs.vertical };
        put_text(buffer, row(axis, row_idx), (line, theme.muted()), theme);
        if let Some(tick) = tick {
            let label = Line::from(Span::styled(tick.label.clone(), theme.muted()));
            put_aligned(buffer, row(label_area, row_idx), (&label, Align::Right), theme);
        }
    }
    let zero = Line::from(Span::styled(parts.scale.zero.clone(), theme.muted()));
    put_aligned(buffer, row(label_area, n_rows), (&zero, Align::Right), theme);
    let base = format!("{}{}", glyphs.corners[2], glyphs.horizontal.repeat(usize::from(parts.plot.width)));
    put_text(buffer, row(row_from(area, axis.x - area.x), n_rows), (&base, theme.muted()), theme);
}

/// Draws one column from the bottom up; its last cell is filled by eighths where that can be shown.
fn draw_column(area: Rect, buffer: &mut Buffer, (column, scale): (&[u64], &Scale), theme: Theme) {
    let has_eighths = !theme.glyphs().eighths.is_empty();
    let n_eighths = scale.eighths(sum(column), area.height);
    let (n_full, n_rest) = (n_eighths / 8, n_eighths % 8);
    let n_cells = if has_eighths { n_eighths.div_ceil(8) } else { ((n_eighths + 4) / 8).max(n_eighths.min(1)) };
    let shares = apportion(column, n_cells);
    let series_of_cells = shares.iter().enumerate().flat_map(|(series, &share)| std::iter::repeat_n(series, share));
    for (height_idx, series) in series_of_cells.enumerate() {
        let line = row(area, usize::from(area.height).saturating_sub(height_idx + 1));
        let is_top = has_eighths && height_idx == n_full && n_rest > 0;
        let look = cell_look(series, if is_top { n_rest } else { 8 }, theme);
        put_text(buffer, line, (&look.0.repeat(usize::from(area.width)), look.1), theme);
    }
}

/// What fills a cell: the mark of its series, or so many eighths where that cannot be taken for another series.
fn cell_look(series: usize, n_eighths: usize, theme: Theme) -> (String, Style) {
    let is_told_by_fill = theme.color == ColorLevel::None && series > 0;
    let part = theme.glyphs().eighths.get(n_eighths.wrapping_sub(1)).filter(|_| n_eighths < 8 && !is_told_by_fill);
    match part {
        Some(part) => ((*part).to_owned(), theme.series(series)),
        None => (theme.series_mark(series).to_string(), theme.series_fill(series)),
    }
}

fn sum(values: &[u64]) -> u64 {
    values.iter().fold(0, |sum, &value| sum.saturating_add(value))
}

#[cfg(test)]
mod tests;
