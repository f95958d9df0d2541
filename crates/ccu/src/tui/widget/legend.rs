//! The legend of series: the mark of each with its colour, and its name.

use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;
use crate::tui::widget::text::cut_end;

/// Blanks between two entries.
const GAP: usize = 2;

/// The names of series in their order, over as many lines as it takes; a name wider than a line is cut.
pub fn legend(names: &[&str], width: u16, theme: Theme) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let entries = names.iter().enumerate().map(|(series, name)| {
        let mark = Span::styled(theme.series_mark(series).to_string(), theme.series(series));
        Line::from(vec![mark, Span::raw(format!(" {}", cut_end(name, width.saturating_sub(2), theme)))])
    });
    wrapped(entries, width)
}

/// Sets entries side by side, on a new line where the next one does not fit.
pub fn wrapped(entries: impl Iterator<Item = Line<'static>>, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for entry in entries {
        match lines.last_mut() {
            Some(line) if line.width() + GAP + entry.width() <= width => {
                line.spans.push(Span::raw(" ".repeat(GAP)));
                line.spans.extend(entry.spans);
            }
            Some(_) | None => lines.push(entry),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widget::sample::{ASCII, COLOURED, PLAIN};

    fn text(names: &[&str], width: u16, theme: Theme) -> Vec<String> {
        legend(names, width, theme).iter().map(Line::to_string).collect()
    }

    #[test]
    fn names_wrap() {
        let names = ["opus-5", "sonnet-5", "haiku-4-5"];
        assert_eq!(text(&names, 80, PLAIN), ["█ opus-5  ▓ sonnet-5  ▒ haiku-4-5"]);
        assert_eq!(text(&names, 20, ASCII), ["# opus-5  = sonnet-5", "+ haiku-4-5"]);
        assert_eq!(text(&names, 8, PLAIN), ["█ opus-5", "▓ sonne…", "▒ haiku…"]);
        assert_eq!(text(&["a\u{1b}b"], 80, PLAIN), ["█ a\\u{1b}b"]);
        assert!(text(&[], 80, PLAIN).is_empty());
    }

    #[test]
    fn marks_have_the_colours_of_their_series() {
        let lines = legend(&["a", "b"], 80, COLOURED);
        assert_eq!(lines[0].spans[3].style, COLOURED.series(1));
    }
}
