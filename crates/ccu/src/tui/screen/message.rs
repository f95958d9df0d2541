//! What a response said, read from the transcript at the moment that one asks. None of it is kept.

use ccu_engine::message::{Message, MessagePart};
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::sanitize::sanitize;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::theme::Theme;

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, message: Option<&Message>) {
    let theme = sheet.theme();
    let lines = match message {
        _ if sheet.answered.names.are_hidden() => {
            vec![Line::styled("Names are hidden, so texts are too.", theme.muted())]
        }
        Some(message) => lines(message, theme),
        None => vec![
            Line::styled("No transcript on this machine has this response any more.", theme.text()),
            Line::styled("Claude Code deletes transcripts; the counts stay.", theme.muted()),
        ],
    };
    // Words that go to the next line whole may take a few lines more, which one can still reach: the last line may be first.
    let width = usize::from(area.width.max(1));
    let n_lines: usize = lines.iter().map(|line| line.width().div_ceil(width).max(1)).sum();
    let top = u16::try_from(sheet.page.selected.min(n_lines.saturating_sub(1))).unwrap_or(u16::MAX);
    Paragraph::new(lines).wrap(Wrap { trim: false }).scroll((top, 0)).render(area, canvas.buffer);
}

fn lines(message: &Message, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(sanitize(&message.path.to_string_lossy()).into_owned(), theme.muted())];
    for part in &message.parts {
        let (label, text, style) = match part {
            MessagePart::Text(text) => (String::new(), text, theme.text()),
            MessagePart::Thinking(text) => ("thinking".to_owned(), text, theme.muted()),
            MessagePart::ToolUse { name, input } => (format!("tool {name}"), input, theme.text()),
        };
        lines.push(Line::default());
        if !label.is_empty() {
            lines.push(Line::styled(sanitize(&label).into_owned(), theme.accent()));
        }
        lines.extend(text.lines().map(|line| Line::styled(sanitize(&line.replace('\t', "    ")).into_owned(), style)));
    }
    lines
}
