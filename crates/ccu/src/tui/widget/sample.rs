//! What the tests of the parts draw with, and how they read what was drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use crate::tui::theme::{Background, Charset, ColorLevel, Theme};

/// Unicode without colour.
pub const PLAIN: Theme = Theme { color: ColorLevel::None, background: Background::Dark, charset: Charset::Unicode };
/// What every terminal can show.
pub const ASCII: Theme = Theme { color: ColorLevel::None, background: Background::Dark, charset: Charset::Ascii };
/// Everything, on a dark background.
pub const COLOURED: Theme = Theme { color: ColorLevel::True, background: Background::Dark, charset: Charset::Unicode };

/// Draws into a fresh screen of a size and reads its rows, without the blanks at their ends.
pub fn drawn(width: u16, height: u16, draw: impl FnOnce(Rect, &mut Buffer)) -> String {
    rows(&screen(width, height, draw))
}

/// Draws into a fresh screen of a size.
pub fn screen(width: u16, height: u16, draw: impl FnOnce(Rect, &mut Buffer)) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(area, &mut buffer);
    buffer
}

/// The rows of a screen. A wide character stands once, though it takes two cells.
pub fn rows(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut row = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).unwrap();
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// The foreground and the modifiers of a cell.
pub fn look(buffer: &Buffer, x: u16, y: u16) -> (Color, Modifier) {
    (buffer[(x, y)].fg, buffer[(x, y)].modifier)
}

/// Draws at every size up to 13 x 11 and at some wider ones, at places inside, at the edge and outside of the screen, with every set of
/// characters: whoever panics does it here.
pub fn draw_everywhere(mut draw: impl FnMut(Rect, &mut Buffer, Theme)) {
    for theme in [PLAIN, ASCII, COLOURED] {
        for (x, y) in [(0, 0), (3, 2), (25, 10), (200, 100), (u16::MAX, u16::MAX)] {
            for width in (0..14).chain([20, 28, 29, 60, 130]) {
                for height in 0..12 {
                    let mut buffer = Buffer::empty(Rect::new(0, 0, 28, 11));
                    draw(Rect { x, y, width, height }, &mut buffer, theme);
                }
            }
        }
    }
}
