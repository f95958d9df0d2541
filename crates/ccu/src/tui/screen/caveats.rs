//! What a reader must know to trust the numbers, on one line at the bottom of a page.

use ccu_core::report::Notes;
use ratatui::layout::Rect;

use crate::render::number::count;
use crate::tui::page::Place;
use crate::tui::screen::{Canvas, Sheet};
use crate::tui::widget::text::put_text;

/// Draws it where there is anything to say, and gives the area above it.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet<'_>, notes: &Notes) -> Rect {
    // Responses without a time are on no page about a period.
    let has_undated = !sheet.state.calendar().can_step(sheet.page) && sheet.page.place != Place::Usage;
    let Some(text) = text(notes, has_undated) else { return area };
    let line = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
    let theme = sheet.theme();
    put_text(canvas.buffer, line, (&text, theme.warning()), theme);
    Rect { height: area.height.saturating_sub(1), ..area }
}

/// Models without a price make every cost too small, so they come first; the rest `ccu doctor` tells in full.
fn text(notes: &Notes, has_undated: bool) -> Option<String> {
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
    if has_undated && notes.undated_records > 0 {
        parts.push(format!("{} without a time", count(notes.undated_records, "response", "responses")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_costs_too_small_comes_first() {
        let notes = Notes {
            unpriced_models: vec![("glm-4.7".to_owned(), 9), ("other".to_owned(), 1)],
            partial_records: 2,
            undated_records: 1,
            ..Notes::default()
        };
        let expected = "+ no price for glm-4.7 and 1 more, 2 partial responses";
        assert_eq!(text(&notes, false).unwrap(), expected);
        assert_eq!(text(&notes, true).unwrap(), format!("{expected}, 1 response without a time"));
        assert_eq!(text(&Notes::default(), true), None);
    }
}
