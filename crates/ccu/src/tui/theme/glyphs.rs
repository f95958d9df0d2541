//! The characters that lines, marks and small charts are drawn with, in Unicode and in ASCII. Each is one cell wide.

/// One set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// A level line.
    pub horizontal: &'static str,
    /// An upright line.
    pub vertical: &'static str,
    /// The corners of a box: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// An upright line that a level one leaves to the left.
    pub tick: &'static str,
    /// To the one before.
    pub previous: &'static str,
    /// To the next one.
    pub next: &'static str,
    /// The newest, or the one that counts most, is first.
    pub descending: &'static str,
    /// The oldest, or the one that counts least, is first.
    pub ascending: &'static str,
    /// Stands where a text was cut.
    pub ellipsis: &'static str,
    /// Parts what stands on one line.
    pub dot: &'static str,
    /// What of a bar is not filled. No fill looks like it.
    pub track: &'static str,
    /// Steps from nothing to the most.
    pub sparkline: &'static [&'static str],
    /// Eighths of a cell from the bottom up, full at last; empty where there are none.
    pub eighths: &'static [&'static str],
    /// Done, or as it should be.
    pub check: &'static str,
    /// Failed, or used up.
    pub cross: &'static str,
    /// Needs a look.
    pub warning: &'static str,
    /// Before the row that keys act on.
    pub selection: &'static str,
    /// Beside the day that is today.
    pub today: &'static str,
    /// The part of a scroll bar that is shown.
    pub scroll_thumb: &'static str,
    /// No value.
    pub none: &'static str,
}

/// For terminals with Unicode.
pub const UNICODE: Glyphs = Glyphs {
    horizontal: "─",
    vertical: "│",
    corners: ["┌", "┐", "└", "┘"],
    tick: "┤",
    previous: "‹",
    next: "›",
    descending: "↓",
    ascending: "↑",
    ellipsis: "…",
    dot: "·",
    track: "·",
    sparkline: &[" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    eighths: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    check: "✓",
    cross: "✗",
    warning: "!",
    selection: "›",
    today: "◂",
    scroll_thumb: "█",
    none: "–",
};

/// For all others.
pub const ASCII: Glyphs = Glyphs {
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+"],
    tick: "+",
    previous: "<",
    next: ">",
    descending: "v",
    ascending: "^",
    ellipsis: "~",
    dot: "-",
    track: " ",
    sparkline: &[" ", ".", ":", "-", "=", "+", "*", "#"],
    eighths: &[],
    check: "v",
    cross: "x",
    warning: "!",
    selection: ">",
    today: "<",
    scroll_thumb: "#",
    none: "-",
};

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn all(glyphs: &Glyphs) -> Vec<&'static str> {
        let mut all = vec![
            glyphs.horizontal,
            glyphs.vertical,
            glyphs.tick,
            glyphs.previous,
            glyphs.next,
            glyphs.descending,
            glyphs.ascending,
            glyphs.ellipsis,
            glyphs.dot,
            glyphs.track,
            glyphs.check,
            glyphs.cross,
            glyphs.warning,
            glyphs.selection,
            glyphs.today,
            glyphs.scroll_thumb,
            glyphs.none,
        ];
        all.extend(glyphs.corners);
        all.extend(glyphs.sparkline);
        all.extend(glyphs.eighths);
        all
    }

    #[test]
    fn every_character_is_one_cell_wide() {
        for glyph in all(&UNICODE).into_iter().chain(all(&ASCII)) {
            assert_eq!((glyph.chars().count(), glyph.width()), (1, 1), "{glyph}");
        }
    }

    #[test]
    fn ascii_is_ascii() {
        assert!(all(&ASCII).iter().all(|glyph| glyph.is_ascii()));
    }
}
