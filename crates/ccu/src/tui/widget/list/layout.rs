//! Where the columns of a list come to stand: which of them fit, and how wide each is.

use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::tui::widget::list::{Align, Column, Cut, Width, cell_width};
use crate::tui::widget::text::cells;

/// Blanks between two columns.
const GAP: usize = 2;
/// A column that takes what the others leave is not shown with less.
const LEAST_REST: u16 = 8;

/// A column that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Which one it is.
    pub column_idx: usize,
    /// The cells before it.
    pub start: u16,
    /// Its cells.
    pub width: u16,
    /// Which side its texts keep to.
    pub align: Align,
    /// Which end of its texts goes.
    pub cut: Cut,
    /// Whether it shows pictures.
    pub is_picture: bool,
}

/// The least and the wished width of a column.
#[derive(Debug, Clone, Copy)]
struct Measure {
    least: u16,
    wished: u16,
}

/// Places the columns in `room` cells, by what the rows that are shown hold.
pub fn columns<'a>(
    columns: &[Column<'_>],
    rows: impl Iterator<Item = &'a Vec<Line<'static>>> + Clone,
    room: usize,
) -> Vec<Placed> {
    let measures: Vec<Measure> = columns
        .iter()
        .enumerate()
        .map(|(column_idx, column)| {
            let widest = rows.clone().filter_map(|row| row.get(column_idx)).map(cell_width).max().unwrap_or(0);
            measure(column, widest.max(cells(column.title.width())))
        })
        .collect();
    let kept = kept(columns, &measures, room);
    let widths = widths(columns, &measures, (&kept, room));
    let mut start = 0_usize;
    let mut placed = Vec::with_capacity(kept.len());
    for (column_idx, width) in kept.into_iter().zip(widths) {
        let Column { align, cut, is_picture, .. } = columns[column_idx];
        placed.push(Placed { column_idx, start: cells(start), width, align, cut, is_picture });
        start += usize::from(width) + GAP;
    }
    placed
}

fn measure(column: &Column<'_>, widest: u16) -> Measure {
    match column.width {
        Width::Fixed(width) => Measure { least: width, wished: width },
        Width::Fit { min, max } => {
            let least = min.min(max);
            Measure { least, wished: widest.clamp(least, max) }
        }
        Width::Whole { min } => Measure { least: widest.max(min), wished: widest.max(min) },
        Width::Rest => Measure { least: LEAST_REST, wished: u16::MAX },
    }
}

/// The columns that fit with their least widths; at least one, however narrow it is.
fn kept(columns: &[Column<'_>], measures: &[Measure], room: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    while kept.len() > 1 && least_width(&kept, measures) > room {
        // Of equal ranks the last is the greatest.
        let Some(first_to_go) = kept.iter().copied().max_by_key(|&column_idx| columns[column_idx].rank) else { break };
        kept.retain(|&column_idx| column_idx != first_to_go);
    }
    kept
}

fn least_width(kept: &[usize], measures: &[Measure]) -> usize {
    let widths: usize = kept.iter().map(|&column_idx| usize::from(measures[column_idx].least)).sum();
    widths + GAP * kept.len().saturating_sub(1)
}

/// Gives every column its least width, then cell by cell what those want that know what they want, then all that is left
/// to those that take the rest.
fn widths(columns: &[Column<'_>], measures: &[Measure], (kept, room): (&[usize], usize)) -> Vec<u16> {
    let mut widths: Vec<u16> = kept.iter().map(|&column_idx| measures[column_idx].least).collect();
    let mut left = room.saturating_sub(least_width(kept, measures));
    let is_rest = |column_idx: usize| columns[column_idx].width == Width::Rest;
    for takes_rest in [false, true] {
        loop {
            let left_before = left;
            for (width, &column_idx) in widths.iter_mut().zip(kept) {
                if left > 0 && is_rest(column_idx) == takes_rest && *width < measures[column_idx].wished {
                    *width += 1;
                    left -= 1;
                }
            }
            if left == left_before {
                break;
            }
        }
    }
    // The only one left may be wider than all there is.
    if let [width] = widths.as_mut_slice() {
        *width = (*width).min(cells(room));
    }
    widths
}
