//! What a terminal shows at one moment.

use std::fmt;

use vt100::{Cell, MouseProtocolMode};

/// A screen: cells, and the modes a program has to put back before it ends.
#[derive(Clone)]
pub struct Screen {
    // Boxed because it is what waiting in vain returns.
    drawn: Box<vt100::Screen>,
}

impl Screen {
    pub(super) fn new(drawn: vt100::Screen) -> Screen {
        Screen { drawn: Box::new(drawn) }
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.drawn.size();
        (columns.get(), rows.get())
    }

    /// The text of each row, without the blanks at its end.
    pub fn rows(&self) -> Vec<String> {
        let (columns, _) = self.size();
        self.drawn.rows(0, columns).map(|row| row.trim_end().to_owned()).collect()
    }

    /// Whether a row holds this text.
    pub fn has(&self, text: &str) -> bool {
        self.rows().iter().any(|row| row.contains(text))
    }

    /// Where a text stands first: row and column, counted from 0.
    pub fn position(&self, text: &str) -> Option<(u16, u16)> {
        let (columns, rows) = self.size();
        let starts_here = |&(row, column): &(u16, u16)| self.text_from(row, column).starts_with(text);
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        cells.filter(|(row, column)| self.cell(*row, *column).is_some_and(|cell| cell.has_contents())).find(starts_here)
    }

    fn text_from(&self, row: u16, column: u16) -> String {
        let (columns, _) = self.size();
        let cells = (column..columns).filter_map(|column| self.cell(row, column));
        let shown = cells.filter(|cell| !cell.is_wide_continuation());
        shown.map(|cell| if cell.has_contents() { cell.contents() } else { " " }).collect()
    }

    /// One cell with its colours, counted from 0; `None` outside.
    pub fn cell(&self, row: u16, column: u16) -> Option<&Cell> {
        self.drawn.cell(row, column)
    }

    /// Whether the program has switched to the screen without history.
    pub fn is_alternate(&self) -> bool {
        self.drawn.alternate_screen()
    }

    /// Whether the cursor is hidden.
    pub fn is_cursor_hidden(&self) -> bool {
        self.drawn.hide_cursor()
    }

    /// Whether the mouse is reported to the program, which keeps the user from marking text.
    pub fn has_mouse(&self) -> bool {
        self.drawn.mouse_protocol_mode() != MouseProtocolMode::None
    }

    /// Whether pasted text is marked as pasted.
    pub fn has_bracketed_paste(&self) -> bool {
        self.drawn.bracketed_paste()
    }

    /// What a program has left switched on that a shell would suffer from; empty when nothing.
    pub fn leftovers(&self) -> Vec<&'static str> {
        let modes = [
            (self.is_alternate(), "alternate screen"),
            (self.is_cursor_hidden(), "hidden cursor"),
            (self.has_mouse(), "mouse"),
            (self.has_bracketed_paste(), "bracketed paste"),
            (self.drawn.application_cursor(), "application cursor keys"),
            (self.drawn.application_keypad(), "application keypad"),
        ];
        modes.into_iter().filter_map(|(is_on, name)| is_on.then_some(name)).collect()
    }
}

/// The rows, without the empty ones at the end.
impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rows().join("\n").trim_end())
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\n{self}", self.size())
    }
}
