//! Text that fits: cuts at the width a terminal shows, and puts lines into cells. Dangerous characters are escaped here,
//! so that nothing reaches the screen past it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::sanitize::sanitize;
use crate::tui::theme::Theme;

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

/// Cuts a text at its end to so many cells and marks the cut.
pub fn cut_end(text: &str, width: usize, theme: Theme) -> String {
    let text = sanitize(text);
    if text.width() <= width {
        return text.into_owned();
    }
    if width == 0 {
        return String::new();
    }
    format!("{}{}", start_of(&text, width - 1), theme.glyphs().ellipsis)
}

/// Cuts a text at its start to so many cells and marks the cut: for paths.
pub fn cut_start(text: &str, width: usize, theme: Theme) -> String {
    let text = sanitize(text);
    if text.width() <= width {
        return text.into_owned();
    }
    if width == 0 {
        return String::new();
    }
    format!("{}{}", theme.glyphs().ellipsis, end_of(&text, width - 1))
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

    #[test]
    fn texts_are_cut_at_either_end() {
        let check = |text, width, end: &str, start: &str| {
            assert_eq!((cut_end(text, width, PLAIN).as_str(), cut_start(text, width, PLAIN).as_str()), (end, start));
        };
        check("src/api", 7, "src/api", "src/api");
        check("src/api", 4, "src…", "…api");
        check("src/api", 1, "…", "…");
        check("src/api", 0, "", "");
        check("日本語", 4, "日…", "…語");
        check("a\u{1b}[0m", 9, "a\\u{1b}[…", "…u{1b}[0m");
        assert_eq!(cut_start("src/api", 4, ASCII), "~api");
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

    proptest! {
        #[test]
        fn no_cut_is_too_wide(text in any::<String>(), width in 0_usize..40) {
            prop_assert!(cut_end(&text, width, PLAIN).width() <= width);
            prop_assert!(cut_start(&text, width, PLAIN).width() <= width);
            let line = Line::from(vec![text.clone().red(), text.blue()]);
            prop_assert!(cut_line(&line, width, Cut::End, PLAIN).width() <= width);
            prop_assert!(cut_line(&line, width, Cut::Start, PLAIN).width() <= width);
        }
    }
}
