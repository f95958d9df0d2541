//! Colours of terminals as those of pictures.

use vt100::Color;

use crate::pty::Background;

use super::style::Style;

/// The colours that a terminal's user chooses: ground, text and the sixteen with names.
#[derive(Debug)]
pub struct Palette {
    pub ground: &'static str,
    pub edge: &'static str,
    pub faint: &'static str,
    text: &'static str,
    named: [&'static str; 16],
}

const DARK: Palette = Palette {
    ground: "#16161e",
    edge: "#3b3b4a",
    faint: "#8a8a99",
    text: "#d8d8e0",
    named: [
        "#2a2a36", "#e06c75", "#8cc570", "#d9b15f", "#6aa7ef", "#c586d8", "#56b6c2", "#c8c8d0", "#6b6b7b", "#ff8b92",
        "#aee58f", "#ffd37f", "#8fc3ff", "#e5a6f5", "#7fdbe6", "#ffffff",
    ],
};

const LIGHT: Palette = Palette {
    ground: "#fafafa",
    edge: "#c9c9d2",
    faint: "#6b6b75",
    text: "#24242c",
    named: [
        "#24242c", "#b31d28", "#1a7f37", "#8a5a00", "#0b5cad", "#8a2ca8", "#0f6f7d", "#6b6b75", "#55555f", "#d1242f",
        "#2da44e", "#a66f00", "#2f81f7", "#a94fc7", "#1b8fa0", "#fafafa",
    ],
};

impl Palette {
    /// The colours for a ground.
    pub fn of(background: Background) -> Palette {
        match background {
            Background::Dark => DARK,
            Background::Light => LIGHT,
        }
    }

    /// The colour of a cell's text.
    pub fn foreground(&self, style: Style) -> String {
        if style.is_reversed {
            self.colour(style.background, self.ground)
        } else {
            self.colour(style.foreground, self.text)
        }
    }

    /// The colour below a cell's text; `None` where it is the window's.
    pub fn background(&self, style: Style) -> Option<String> {
        if style.is_reversed {
            return Some(self.colour(style.foreground, self.text));
        }
        (style.background != Color::Default).then(|| self.colour(style.background, self.ground))
    }

    fn colour(&self, colour: Color, default: &str) -> String {
        match colour {
            Color::Default => default.to_owned(),
            Color::Idx(index @ 0..16) => self.named[usize::from(index)].to_owned(),
            Color::Idx(index) => hexadecimal(of_256(index)),
            Color::Rgb(red, green, blue) => hexadecimal([red, green, blue]),
        }
    }
}

/// The colours beyond the sixteen: a cube of 6 by 6 by 6, then 24 greys.
///
/// **Source**: xterm's `256colres.pl`, <https://github.com/ThomasDickey/xterm-snapshots/blob/master/256colres.pl>.
fn of_256(index: u8) -> [u8; 3] {
    if index >= 232 {
        return [8 + 10 * (index - 232); 3];
    }
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let place = index.saturating_sub(16);
    [level(place / 36), level(place / 6 % 6), level(place % 6)]
}

fn hexadecimal([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[test]
fn colours_beyond_the_sixteen() {
    let check = |index: u8, expected: &str| assert_eq!(DARK.colour(Color::Idx(index), ""), expected, "{index}");
    check(1, "#e06c75");
    check(16, "#000000");
    check(21, "#0000ff");
    check(110, "#87afd7");
    check(231, "#ffffff");
    check(232, "#080808");
    check(255, "#eeeeee");
}
