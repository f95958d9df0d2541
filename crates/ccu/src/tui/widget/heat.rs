//! Heat maps: the days of a year in columns of weeks, and the hours of a week. How much a cell counts is its step from
//! nothing to the most, by which quarter of all cells with anything it belongs to.
//!
//! Quarters and not shares of the largest, because usage is uneven: one extraordinary day would make all others look alike.

pub mod hours;
pub mod levels;
pub mod year;

pub use hours::HourMap;
pub use year::YearGrid;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;
use crate::tui::widget::text::put;

/// Cells of the names of weekdays and the blank behind them.
const NAMES_WIDTH: u16 = 4;
/// The names of weekdays, Monday first.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What is special about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// The step of its value.
    level: usize,
    /// Whether it is today, or now.
    is_now: bool,
    /// Cells to fill: two, or one on narrow screens.
    width: u16,
}

/// Draws one place of a map. Today is underlined and, where there are two cells, marked in the second.
fn draw_place(area: Rect, buffer: &mut Buffer, place: Place, theme: Theme) {
    let (style, glyph) = theme.heat(place.level);
    let (now, style) = if place.is_now { (theme.glyphs().today, style.underlined()) } else { ("", style) };
    let n_kept = usize::from(place.width).saturating_sub(if place.width > 1 { now.chars().count() } else { 0 });
    let kept: String = glyph.chars().take(n_kept).collect();
    let mut spans = vec![Span::styled(kept, style)];
    if place.is_now && place.width > 1 {
        spans.push(Span::styled(now, theme.accent().bold()));
    }
    let width = area.width.min(place.width);
    put(buffer, Rect { width, ..area }, &Line::from(spans), theme);
}

/// Writes the name of a weekday, counted from Monday; that of today is bold.
fn draw_weekday(area: Rect, buffer: &mut Buffer, (weekday_idx, is_today): (usize, bool), theme: Theme) {
    let style = if is_today { theme.title() } else { theme.muted() };
    let name = Line::from(Span::styled(WEEKDAYS[weekday_idx % WEEKDAYS.len()], style));
    put(buffer, Rect { width: area.width.min(NAMES_WIDTH), ..area }, &name, theme);
}

#[cfg(test)]
mod tests;
