//! What cells that stand side by side have in common.

use std::ops::Range;

use vt100::{Cell, Color};

use crate::pty::Screen;

/// How a cell's text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub foreground: Color,
    pub background: Color,
    pub is_bold: bool,
    pub is_dim: bool,
    pub is_italic: bool,
    pub is_underlined: bool,
    pub is_reversed: bool,
}

impl Style {
    fn of(cell: &Cell) -> Style {
        Style {
            foreground: cell.fgcolor(),
            background: cell.bgcolor(),
            is_bold: cell.bold(),
            is_dim: cell.dim(),
            is_italic: cell.italic(),
            is_underlined: cell.underline(),
            is_reversed: cell.inverse(),
        }
    }

    /// 1, or less for dim text.
    pub fn opacity(self) -> f64 {
        if self.is_dim { 0.6 } else { 1.0 }
    }

    /// What an SVG text element says of it besides the colour, each with a blank before.
    pub fn attributes(self) -> String {
        let attributes = [
            (self.is_bold, " font-weight=\"bold\""),
            (self.is_dim, " opacity=\"0.6\""),
            (self.is_italic, " font-style=\"italic\""),
            (self.is_underlined, " text-decoration=\"underline\""),
        ];
        attributes.into_iter().filter_map(|(is_on, attribute)| is_on.then_some(attribute)).collect()
    }
}

/// Cells of one style.
#[derive(Debug)]
pub struct Run {
    pub columns: Range<u16>,
    pub style: Style,
}

/// A row's cells from left to right, as few runs as possible.
pub fn runs(screen: &Screen, row: u16) -> Vec<Run> {
    let (columns, _) = screen.size();
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else { continue };
        // The second half of a wide character has no style of its own.
        let style = runs.last().filter(|_| cell.is_wide_continuation()).map_or(Style::of(cell), |run| run.style);
        match runs.last_mut().filter(|run| run.style == style) {
            Some(run) => run.columns.end = column + 1,
            None => runs.push(Run { columns: column..column + 1, style }),
        }
    }
    runs
}
