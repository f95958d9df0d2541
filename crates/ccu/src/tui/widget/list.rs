//! The list of every view: a header, the rows that fit, a mark before the selected one, a scroll bar, a total.
//!
//! Only rows that are shown are asked for, so a list may have any number of them.

mod layout;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;
use crate::tui::widget::bar::proportion;
pub use crate::tui::widget::text::{Align, Cut};
use crate::tui::widget::text::{cells, cut_line, put, put_aligned, put_text, row, row_from};

/// Rows that have a number before them: one key each.
const N_NUMBERED: usize = 9;

/// How wide a column is, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Always so wide.
    Fixed(u16),
    /// As wide as what it shows, but no less and no more than this.
    Fit {
        /// The least.
        min: u16,
        /// The most.
        max: u16,
    },
    /// As wide as what it shows, but no less than this: nothing of it is ever cut.
    Whole {
        /// The least.
        min: u16,
    },
    /// What the others leave. Several share it.
    Rest,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// Its name.
    pub title: &'a str,
    /// How wide it is.
    pub width: Width,
    /// Which side its texts keep to.
    pub align: Align,
    /// Which end of its texts goes where they don't fit.
    pub cut: Cut,
    /// Whether it shows pictures, whose colours say something, and no texts.
    pub is_picture: bool,
    /// Where the list is too narrow, the columns of the highest rank go first; of equal ones the last.
    pub rank: u8,
}

impl<'a> Column<'a> {
    /// A column of words, cut at their ends.
    pub fn text(title: &'a str, width: Width, rank: u8) -> Self {
        Column { title, width, align: Align::Left, cut: Cut::End, is_picture: false, rank }
    }

    /// A column of paths, cut at their starts.
    pub fn path(title: &'a str, width: Width, rank: u8) -> Self {
        Column { cut: Cut::Start, ..Column::text(title, width, rank) }
    }

    /// A column of bars or small charts of so many cells.
    pub fn picture(title: &'a str, width: u16, rank: u8) -> Self {
        Column { is_picture: true, ..Column::text(title, Width::Fixed(width), rank) }
    }

    /// A column of numbers, at its right side.
    pub fn number(title: &'a str, width: Width, rank: u8) -> Self {
        Column { align: Align::Right, ..Column::text(title, width, rank) }
    }
}

/// A list.
pub struct List<'a> {
    /// Its columns, from the left.
    pub columns: &'a [Column<'a>],
    /// How many rows it has.
    pub n_rows: usize,
    /// The cells of a row, one for each column. Counted from 0; asked for rows that are shown only.
    pub row: &'a dyn Fn(usize) -> Vec<Line<'static>>,
    /// The row that keys act on, where there is one.
    pub selected: Option<usize>,
    /// The first row to show. The list shows others where the selected one would not be seen, or room would be left.
    pub top: usize,
    /// Whether the first nine rows that are shown have their numbers before them.
    pub numbers: bool,
    /// The cells of a row of sums at the bottom, where there are any.
    pub total: Option<Vec<Line<'static>>>,
}

/// Where a list came to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// The rows, without header, total and scroll bar. The row at the line `y` is `top + y - rows_area.y`.
    pub rows_area: Rect,
    /// The first row that is shown.
    pub top: usize,
    /// How many rows are shown at most.
    pub height: usize,
}

/// What drawing a list goes by.
struct Frame {
    header: Rect,
    rows: Rect,
    total: Rect,
    scroll: Rect,
}

/// Draws a list into an area and says what it shows.
///
/// Too low an area has no total, then no header; too narrow a one has fewer columns, the rest of them cut.
pub fn draw_list(area: Rect, buffer: &mut Buffer, list: &List<'_>, theme: Theme) -> Drawn {
    let area = area.intersection(buffer.area);
    let frame = Frame::new(area, list);
    let height = usize::from(frame.rows.height);
    let top = first_shown(list, height);
    let shown: Vec<Vec<Line<'static>>> = (top..list.n_rows).take(height).map(|row_idx| (list.row)(row_idx)).collect();
    let gutter = gutter_width(list).min(frame.rows.width);
    let room = usize::from(frame.rows.width - gutter);
    let columns = layout::columns(list.columns, shown.iter().chain(list.total.iter()), room);

    let titles: Vec<Line<'static>> =
        list.columns.iter().map(|column| Line::from(Span::raw(column.title.to_owned()))).collect();
    buffer.set_style(frame.header, theme.title().underlined());
    draw_cells(row_from(frame.header, gutter), buffer, (&titles, &columns), theme);
    for (line_idx, cells) in shown.iter().enumerate() {
        let line = row(frame.rows, line_idx);
        let is_selected = list.selected == Some(top + line_idx);
        draw_gutter(Rect { width: gutter, ..line }, buffer, (list, line_idx, is_selected), theme);
        draw_cells(row_from(line, gutter), buffer, (cells, &columns), theme);
        if is_selected {
            mark_selected(line, buffer, (gutter, &columns), theme);
        }
    }
    if let Some(total) = &list.total {
        buffer.set_style(frame.total, theme.title());
        draw_cells(row_from(frame.total, gutter), buffer, (total, &columns), theme);
    }
    draw_scroll(frame.scroll, buffer, (top, list.n_rows), theme);
    Drawn { rows_area: frame.rows, top, height }
}

impl Frame {
    /// A header needs a row below it, a total one above it.
    fn new(area: Rect, list: &List<'_>) -> Self {
        let header = u16::from(area.height >= 2);
        let total = u16::from(area.height >= 4 && list.total.is_some());
        let height = area.height - header - total;
        let scroll = u16::from(list.n_rows > usize::from(height) && area.width >= 4);
        // One blank before the scroll bar.
        let width = area.width - 2 * scroll;
        let rows_y = area.y.saturating_add(header);
        Frame {
            header: Rect { height: header, width, ..area },
            rows: Rect { y: rows_y, height, width, ..area },
            total: Rect { y: rows_y.saturating_add(height), height: total, width, ..area },
            scroll: Rect { x: area.right().saturating_sub(scroll), y: rows_y, width: scroll, height },
        }
    }
}

/// The first row to show: `top`, unless the selected row would be out of sight or rows would be missing at the end.
fn first_shown(list: &List<'_>, height: usize) -> usize {
    let top = list.top.min(list.n_rows.saturating_sub(height));
    match list.selected.filter(|&selected| selected < list.n_rows && height > 0) {
        Some(selected) => top.clamp((selected + 1).saturating_sub(height), selected),
        None => top,
    }
}

/// A mark, a number, a blank: as much as the list has of them.
fn gutter_width(list: &List<'_>) -> u16 {
    match (list.selected.is_some(), list.numbers) {
        (false, false) => 0,
        (true, false) | (false, true) => 2,
        (true, true) => 3,
    }
}

fn draw_gutter(area: Rect, buffer: &mut Buffer, (list, line_idx, is_selected): (&List<'_>, usize, bool), theme: Theme) {
    let mut spans = Vec::new();
    if list.selected.is_some() {
        spans.push(Span::styled(if is_selected { theme.glyphs().selection } else { " " }, theme.accent()));
    }
    if list.numbers && line_idx < N_NUMBERED {
        spans.push(Span::styled((line_idx + 1).to_string(), theme.muted()));
    }
    put(buffer, area, &Line::from(spans), theme);
}

/// Draws the cells of one row, each into its column.
fn draw_cells(
    area: Rect,
    buffer: &mut Buffer,
    (row_cells, columns): (&[Line<'static>], &[layout::Placed]),
    theme: Theme,
) {
    for placed in columns {
        let Some(cell) = row_cells.get(placed.column_idx) else { continue };
        let cell = cut_line(cell, usize::from(placed.width), placed.cut, theme);
        let inside = row_from(area, placed.start);
        let inside = Rect { width: inside.width.min(placed.width), ..inside };
        put_aligned(buffer, inside, (&cell, placed.align), theme);
    }
}

/// Reverses the texts of the selected row and what is between them. Pictures keep their colours: reversed, a full block would
/// be a hole.
fn mark_selected(line: Rect, buffer: &mut Buffer, (gutter, columns): (u16, &[layout::Placed]), theme: Theme) {
    // Reversed, each colour would be a ground of its own, and the row a patchwork.
    let style = theme.selected().fg(Color::Reset).bg(Color::Reset).remove_modifier(Modifier::DIM);
    let mut rest = line;
    for picture in columns.iter().filter(|placed| placed.is_picture) {
        let start = row_from(line, gutter.saturating_add(picture.start)).x;
        buffer.set_style(Rect { width: start.saturating_sub(rest.x).min(rest.width), ..rest }, style);
        rest = row_from(line, gutter.saturating_add(picture.start).saturating_add(picture.width));
    }
    buffer.set_style(rest, style);
}

/// Draws which part of all rows is shown. The thumb is never invisible and reaches an end only when the rows do.
fn draw_scroll(area: Rect, buffer: &mut Buffer, (top, n_rows): (usize, usize), theme: Theme) {
    let height = usize::from(area.height);
    if area.is_empty() || n_rows <= height {
        return;
    }
    let thumb = (height * height / n_rows).clamp(1, height);
    let free = height - thumb;
    let n_hidden = n_rows - height;
    let before = proportion(top as u64, n_hidden as u64, free);
    let is_inside = top > 0 && top < n_hidden && free >= 2;
    let before = if is_inside { before.clamp(1, free - 1) } else { before };
    for line_idx in 0..height {
        let is_thumb = (before..before + thumb).contains(&line_idx);
        let look: (&str, Style) = if is_thumb {
            (theme.glyphs().scroll_thumb, theme.text())
        } else {
            (theme.glyphs().vertical, theme.muted())
        };
        put_text(buffer, row(area, line_idx), look, theme);
    }
}

/// The width of a cell in terminal cells.
fn cell_width(line: &Line<'_>) -> u16 {
    cells(line.width())
}

#[cfg(test)]
mod tests;
