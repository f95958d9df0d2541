//! What stands in place of a page that would be empty: where was looked for usage and what to do, or that no row matches.

use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::tui::query::Answer;
use crate::tui::screen::{Canvas, Sheet};

/// Draws it, unless the page has something to show. Whether it was drawn.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>) -> bool {
    let theme = sheet.theme();
    let lines = match sheet.state.reading.has_source {
        _ if sheet.page.visible.is_empty() && !sheet.page.filter.is_empty() => {
            vec![Line::styled("No usage matches these filters. Esc takes them away.", theme.muted())]
        }
        _ if !has_no_usage(&sheet.answered.answer) => return false,
        Some(true) => return false,
        None => vec![Line::styled("Looking for transcripts of Claude Code.", theme.muted())],
        Some(false) => sheet.state.nothing_found.lines().map(|line| Line::from(line.to_owned())).collect(),
    };
    Paragraph::new(lines).wrap(Wrap { trim: true }).render(area, canvas.buffer);
    true
}

/// Whether there is no usage in an answer about usage.
fn has_no_usage(answer: &Answer) -> bool {
    match answer {
        Answer::Usage(usage) => usage.days.rows.is_empty() && usage.month.rows.is_empty(),
        Answer::Period(period) => period.buckets.rows.is_empty(),
        Answer::Heatmap(answer) | Answer::Devices(answer) => answer.devices.rows.is_empty(),
        Answer::Rows(report) => report.rows.is_empty(),
        Answer::Responses(responses) => responses.responses.is_empty(),
        Answer::Message(_) | Answer::Gist(_) | Answer::Settings(_) => false,
    }
}
