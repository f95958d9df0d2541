//! The page of those who have no usage yet: where was looked, and what to do.

use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::tui::screen::{Canvas, Sheet};

/// Draws it, unless there are transcripts, or nobody has looked yet. Whether it was drawn.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>) -> bool {
    let theme = sheet.theme();
    let lines = match sheet.state.reading.has_transcripts {
        Some(true) => return false,
        None => vec![Line::styled("Looking for transcripts of Claude Code.", theme.muted())],
        Some(false) => sheet.state.nothing_found.lines().map(|line| Line::from(line.to_owned())).collect(),
    };
    Paragraph::new(lines).wrap(Wrap { trim: true }).render(area, canvas.buffer);
    true
}
