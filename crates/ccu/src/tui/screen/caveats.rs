//! What a reader must know to trust the numbers, on one line at the bottom of a page.

use ccu_core::report::Notes;
use ratatui::layout::Rect;

use crate::render::number::count;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::widget::text::put_text;

/// Draws it where there is anything to say, and gives the area above it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, notes: &Notes) -> Rect {
    let Some(text) = text(notes) else { return area };
    let line = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
    let theme = sheet.theme();
    put_text(canvas.buffer, line, (&text, theme.warning()), theme);
    Rect { height: area.height.saturating_sub(1), ..area }
}

/// Models without a price make every cost too small, so they come first; the rest `ccu doctor` tells in full.
fn text(notes: &Notes) -> Option<String> {
    let mut parts = Vec::new();
    let n_unpriced = notes.unpriced_models.len() as u64;
    if let Some((model, _)) = notes.unpriced_models.first() {
        let others = if n_unpriced > 1 { format!(" and {} more", n_unpriced - 1) } else { String::new() };
        parts.push(format!("+ no price for {model}{others}"));
    }
    if notes.is_saturated {
        parts.push("a sum is too large to be counted".to_owned());
    }
    if notes.partial_records > 0 {
        parts.push(count(notes.partial_records, "partial response", "partial responses"));
    }
    if notes.legacy_records > 0 {
        parts.push(format!("{} of the earlier tool", count(notes.legacy_records, "record", "records")));
    }
    if notes.undated_records > 0 {
        parts.push(format!("{} without a time", count(notes.undated_records, "response", "responses")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
