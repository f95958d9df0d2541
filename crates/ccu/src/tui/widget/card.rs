//! Figures side by side: a label, below it its value, below that a note. On low screens all of them on a line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::Theme;
use crate::tui::widget::text::{cells, put, row, row_from, wrapped};

/// Blanks between two cards.
const GAP: usize = 3;

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What it is.
    pub label: String,
    /// How much it is.
    pub value: String,
    /// How the value looks beside being bold: `theme.text()`, or a role that its words say too.
    pub style: Style,
    /// What there is to say about it.
    pub note: Option<String>,
}

impl Card {
    /// A figure without a note, in the colour of text.
    pub fn new(label: &str, value: String) -> Self {
        Card { label: label.to_owned(), value, style: Style::new(), note: None }
    }

    /// The same with a note.
    #[must_use]
    pub fn with_note(self, note: String) -> Self {
        Card { note: Some(note), ..self }
    }

    fn lines(&self, theme: Theme) -> Vec<Line<'static>> {
        let mut lines = vec![
            Line::from(Span::styled(self.label.clone(), theme.muted())),
            Line::from(Span::styled(self.value.clone(), self.style.bold())),
        ];
        lines.extend(self.note.iter().map(|note| Line::from(Span::styled(note.clone(), theme.muted()))));
        lines
    }

    fn width(&self) -> usize {
        let note = self.note.as_deref().unwrap_or_default();
        self.label.width().max(self.value.width()).max(note.width())
    }
}

/// The lines that cards take at a width, with a blank line between two rows of them.
pub fn cards_height(cards: &[Card], width: u16) -> u16 {
    let n_rows = cards.len().div_ceil(n_columns(cards, width));
    cells((n_rows * (card_height(cards) + 1)).saturating_sub(1))
}

/// Draws cards into an area, so many in a row as fit, and says how many lines they took.
///
/// Where the area is too low for them, they are drawn as lines of `label value`.
pub fn draw_cards(area: Rect, buffer: &mut Buffer, cards: &[Card], theme: Theme) -> u16 {
    let area = area.intersection(buffer.area);
    let height = cards_height(cards, area.width);
    if height > area.height {
        return draw_compact(area, buffer, cards, theme);
    }
    let n_columns = n_columns(cards, area.width);
    let step = usize::from(area.width) / n_columns;
    for (card_idx, card) in cards.iter().enumerate() {
        let place = row_from(area, cells(card_idx % n_columns * step));
        // Cards keep their gap unless there is one in a row.
        let width = if n_columns > 1 { step.saturating_sub(GAP) } else { step };
        let place = Rect { width: place.width.min(cells(width)), ..place };
        let first_line = card_idx / n_columns * (card_height(cards) + 1);
        for (line_idx, line) in card.lines(theme).iter().enumerate() {
            put(buffer, row(place, first_line + line_idx), line, theme);
        }
    }
    height
}

/// The cards as lines of `label value`, as many on each as fit.
pub fn compact_lines(cards: &[Card], width: u16, theme: Theme) -> Vec<Line<'static>> {
    let entries = cards.iter().map(|card| {
        let label = Span::styled(format!("{} ", card.label), theme.muted());
        Line::from(vec![label, Span::styled(card.value.clone(), card.style.bold())])
    });
    wrapped(entries, usize::from(width))
}

fn draw_compact(area: Rect, buffer: &mut Buffer, cards: &[Card], theme: Theme) -> u16 {
    let lines = compact_lines(cards, area.width, theme);
    for (line_idx, line) in lines.iter().enumerate() {
        put(buffer, row(area, line_idx), line, theme);
    }
    cells(lines.len()).min(area.height)
}

/// How many cards stand in a row; at least one.
fn n_columns(cards: &[Card], width: u16) -> usize {
    let widest = cards.iter().map(Card::width).max().unwrap_or(0);
    ((usize::from(width) + GAP) / (widest + GAP)).clamp(1, cards.len().max(1))
}

/// Two lines, three where any card has a note.
fn card_height(cards: &[Card]) -> usize {
    2 + usize::from(cards.iter().any(|card| card.note.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widget::sample::{PLAIN, draw_everywhere, drawn, look, screen};
    use ratatui::style::Modifier;

    fn cards() -> Vec<Card> {
        vec![
            Card::new("today", "$12.34".into()).with_note("3 sessions".into()),
            Card::new("this week", "$1,234.56".into()).with_note("+12% to last week".into()),
            Card::new("tokens", "45.6M".into()),
        ]
    }

    fn text(width: u16, height: u16) -> String {
        drawn(width, height, |area, buffer| {
            draw_cards(area, buffer, &cards(), PLAIN);
        })
    }

    #[test]
    fn cards_flow_by_width_and_height() {
        insta::assert_snapshot!("side_by_side", text(66, 3));
        insta::assert_snapshot!("in_two_rows", text(40, 7));
        insta::assert_snapshot!("one_below_the_other", text(12, 11));
        insta::assert_snapshot!("on_lines", text(40, 2));
    }

    #[test]
    fn the_height_is_that_which_is_taken() {
        let check = |width, height, expected| {
            let mut taken = 0;
            screen(width, height, |area, buffer| taken = draw_cards(area, buffer, &cards(), PLAIN));
            assert_eq!(taken, expected, "{width} {height}");
        };
        check(66, 9, 3);
        check(40, 9, 7);
        check(40, 6, 2);
        check(40, 1, 1);
        assert_eq!((cards_height(&cards(), 40), cards_height(&[], 40)), (7, 0));
    }

    #[test]
    fn values_are_bold() {
        let buffer = screen(66, 3, |area, buffer| {
            draw_cards(area, buffer, &cards(), PLAIN);
        });
        assert!(look(&buffer, 0, 1).1.contains(Modifier::BOLD));
        assert!(look(&buffer, 0, 0).1.contains(Modifier::DIM));
    }

    #[test]
    fn cards_are_drawn_at_every_size() {
        draw_everywhere(|area, buffer, theme| {
            let height = draw_cards(area, buffer, &cards(), theme);
            assert!(height <= area.height);
            draw_cards(area, buffer, &[], theme);
        });
    }
}
