//! Every key, made of the list that the keys work by.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::tui::keymap::BINDINGS;
use crate::tui::page::View;
use crate::tui::theme::Theme;

/// Columns for the keys themselves.
const KEY_WIDTH: usize = 12;
/// Columns for a key and its meaning; where there is room for several of these, the keys stand side by side.
const ENTRY_WIDTH: u16 = 56;

/// Draws the keys from a line on. Where not all of them fit, the last line says how to see the others.
pub fn draw(frame: &mut Frame<'_>, area: Rect, top: usize, theme: Theme) {
    let views = View::ALL.iter().map(|view| (view.key().to_string(), format!("view {}", view.name())));
    let digits = std::iter::once(("1 to 9".to_owned(), "into this row on the screen".to_owned()));
    let others = BINDINGS.iter().map(|binding| (binding.shown.to_owned(), binding.meaning.to_owned()));
    let mouse = std::iter::once(("mouse".to_owned(), "click: select, then into; wheel; right: out".to_owned()));
    let entries: Vec<(String, String)> = views.chain(digits).chain(others).chain(mouse).collect();
    let n_columns = usize::from((area.width / ENTRY_WIDTH).max(1));
    let n_rows = entries.len().div_ceil(n_columns);
    let height = usize::from(area.height);
    let n_shown = if n_rows > height { height.saturating_sub(1) } else { height };
    let top = top.min(n_rows.saturating_sub(n_shown));
    let line = |row: usize| {
        let cells = (0..n_columns).filter_map(|column| entries.get(column * n_rows + row));
        Line::from(cells.flat_map(|(key, meaning)| entry(key, meaning, theme)).collect::<Vec<Span<'_>>>())
    };
    let mut lines: Vec<Line<'_>> = (top..n_rows).take(n_shown).map(line).collect();
    let n_below = n_rows.saturating_sub(top + n_shown);
    let more = match (n_below, top) {
        (0, 0) => String::new(),
        (0, _) => format!("{top} more above: k or PgUp"),
        (_, _) => format!("{n_below} more below: j or PgDn"),
    };
    lines.push(Line::styled(more, theme.muted()));
    frame.render_widget(Paragraph::new(lines), area);
}

fn entry(key: &str, meaning: &str, theme: Theme) -> [Span<'static>; 2] {
    let key = format!("{key}{}", " ".repeat(KEY_WIDTH.saturating_sub(key.width())));
    let rest = usize::from(ENTRY_WIDTH).saturating_sub(KEY_WIDTH + meaning.width());
    [Span::styled(key, theme.key()), Span::styled(format!("{meaning}{}", " ".repeat(rest)), theme.text())]
}
