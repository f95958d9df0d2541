//! Text that fits: cuts at the width a terminal shows, and puts lines into cells. Dangerous characters are escaped here,
//! so that nothing reaches the screen past it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::sanitize::sanitize;
use crate::tui::theme::Theme;

/// Blanks between two entries of a wrapped line.
const GAP: usize = 2;

/// Which end of a text goes where it doesn't fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The start: of `company/product/api` the end tells most.
    Start,
    /// The end.
    End,
}

/// Which side a text keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Cuts a line of several styles to so many cells; each part keeps its style.
pub fn cut_line(line: &Line<'_>, width: usize, cut: Cut, theme: Theme) -> Line<'static> {
    let spans: Vec<Span<'static>> =
        line.spans.iter().map(|span| Span::styled(sanitize(&span.content).into_owned(), span.style)).collect();
    let whole = Line { spans, style: line.style, alignment: None };
    if whole.width() <= width {
        return whole;
    }
    let spans = match (width, cut) {
        (0, _) => Vec::new(),
        (_, Cut::End) => first_cells(whole.spans, width - 1, theme),
        (_, Cut::Start) => last_cells(whole.spans, width - 1, theme),
    };
    Line { spans, style: line.style, alignment: None }
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

/// Draws a line into the first row of an area, cut at its end. What lies outside of the buffer is not drawn.
pub fn put(buffer: &mut Buffer, area: Rect, line: &Line<'_>, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let line = cut_line(line, usize::from(area.width), Cut::End, theme);
    buffer.set_line(area.x, area.y, &line, area.width);
}

/// Draws a line into the first row of an area, at its side.
pub fn put_aligned(buffer: &mut Buffer, area: Rect, (line, align): (&Line<'_>, Align), theme: Theme) {
    let indent = match align {
        Align::Left => 0,
        Align::Right => area.width.saturating_sub(cells(line.width())),
    };
    put(buffer, row_from(area, indent), line, theme);
}

/// Draws one character or a short text in one style.
pub fn put_text(buffer: &mut Buffer, area: Rect, (text, style): (&str, Style), theme: Theme) {
    put(buffer, area, &Line::from(Span::styled(text.to_owned(), style)), theme);
}

/// The row of an area that many below its first; empty where the area ends before it.
pub fn row(area: Rect, row_idx: usize) -> Rect {
    let row_idx = cells(row_idx);
    if row_idx >= area.height {
        return Rect { height: 0, ..area };
    }
    Rect { y: area.y.saturating_add(row_idx), height: 1, ..area }
}

/// An area without so many of its left cells.
pub fn row_from(area: Rect, indent: u16) -> Rect {
    let indent = indent.min(area.width);
    Rect { x: area.x.saturating_add(indent), width: area.width - indent, ..area }
}

/// A number of cells as the terminal counts them: no screen is wider than 65,535.
pub fn cells(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The longest start of a text that is no wider.
fn start_of(text: &str, width: usize) -> &str {
    let mut ends = text.char_indices().map(|(start, _)| start).chain([text.len()]).rev();
    ends.find(|&end| text[..end].width() <= width).map_or("", |end| &text[..end])
}

/// The longest end of a text that is no wider.
fn end_of(text: &str, width: usize) -> &str {
    let mut starts = text.char_indices().map(|(start, _)| start);
    starts.find(|&start| text[start..].width() <= width).map_or("", |start| &text[start..])
}

fn first_cells(spans: Vec<Span<'static>>, width: usize, theme: Theme) -> Vec<Span<'static>> {
    let mut kept = Vec::new();
    let mut room = width;
    for span in spans {
        let span_width = span.width();
        if span_width > room {
            kept.push(Span::styled(
                format!("{}{}", start_of(&span.content, room), theme.glyphs().ellipsis),
                span.style,
            ));
            break;
        }
        room -= span_width;
        kept.push(span);
    }
    kept
}

fn last_cells(spans: Vec<Span<'static>>, width: usize, theme: Theme) -> Vec<Span<'static>> {
    let mut kept = Vec::new();
    let mut room = width;
    for span in spans.into_iter().rev() {
        let span_width = span.width();
        if span_width > room {
            kept.push(Span::styled(format!("{}{}", theme.glyphs().ellipsis, end_of(&span.content, room)), span.style));
            break;
        }
        room -= span_width;
        kept.push(span);
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widget::sample::{ASCII, PLAIN};
    use proptest::prelude::*;
    use ratatui::style::Stylize;

    fn cut(text: &str, width: usize, end: Cut, theme: Theme) -> String {
        cut_line(&Line::from(text), width, end, theme).to_string()
    }

    #[test]
    fn texts_are_cut_at_either_end() {
        let check = |text, width, end: &str, start: &str| {
            assert_eq!(
                (cut(text, width, Cut::End, PLAIN), cut(text, width, Cut::Start, PLAIN)),
                (end.into(), start.into())
            );
        };
        check("src/api", 7, "src/api", "src/api");
        check("src/api", 4, "src…", "…api");
        check("src/api", 1, "…", "…");
        check("src/api", 0, "", "");
        check("日本語", 4, "日…", "…語");
        check("a\u{1b}[0m", 9, "a\\u{1b}[…", "…u{1b}[0m");
        assert_eq!(cut("src/api", 4, Cut::Start, ASCII), "~api");
    }

    #[test]
    fn parts_of_a_line_keep_their_styles() {
        let line = Line::from(vec!["good".green(), " and ".into(), "bad".red()]);
        let end = cut_line(&line, 7, Cut::End, PLAIN);
        assert_eq!(end.spans, ["good".green(), " a…".into()]);
        let start = cut_line(&line, 6, Cut::Start, PLAIN);
        assert_eq!(start.spans, ["…d ".into(), "bad".red()]);
        assert_eq!(cut_line(&line, 0, Cut::End, PLAIN).width(), 0);
    }

    #[test]
    fn entries_wrap() {
        let text = |width| {
            let entries = ["Cost $1.00", "Tokens 12", "Input 3"].map(Line::from);
            wrapped(entries.into_iter(), width).iter().map(Line::to_string).collect::<Vec<String>>()
        };
        assert_eq!(text(80), ["Cost $1.00  Tokens 12  Input 3"]);
        assert_eq!(text(21), ["Cost $1.00  Tokens 12", "Input 3"]);
        assert_eq!(text(3), ["Cost $1.00", "Tokens 12", "Input 3"]);
        assert!(wrapped(std::iter::empty(), 80).is_empty());
    }

    proptest! {
        #[test]
        fn no_cut_is_too_wide(text in any::<String>(), width in 0_usize..40) {
            let line = Line::from(vec![text.clone().red(), text.blue()]);
            prop_assert!(cut_line(&line, width, Cut::End, PLAIN).width() <= width);
            prop_assert!(cut_line(&line, width, Cut::Start, PLAIN).width() <= width);
        }
    }
}
