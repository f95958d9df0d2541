//! The scale of heat maps: five steps of one hue, each with a denser character than the one before.

use ratatui::style::{Color, Style};

use crate::tui::theme::color::Rgb;
use crate::tui::theme::{Background, Charset, ColorLevel, Theme};

/// The steps of the scale; the first is nothing at all.
pub const HEAT_LEVELS: usize = 5;

/// Brighter is more.
const DARK: [Rgb; HEAT_LEVELS] =
    [Rgb(0x58, 0x58, 0x58), Rgb(0x70, 0x3f, 0x30), Rgb(0xa8, 0x5a, 0x41), Rgb(0xd9, 0x77, 0x57), Rgb(0xff, 0xb3, 0x94)];
/// Darker is more.
const LIGHT: [Rgb; HEAT_LEVELS] =
    [Rgb(0xa8, 0xa8, 0xa8), Rgb(0xf0, 0xb4, 0x9c), Rgb(0xd9, 0x77, 0x57), Rgb(0xa8, 0x48, 0x28), Rgb(0x6b, 0x24, 0x10)];
/// One shade that shows on black and white: the characters tell the steps.
const EITHER: Rgb = Rgb(0xd6, 0x72, 0x51);

const UNICODE: [&str; HEAT_LEVELS] = ["··", "░░", "▒▒", "▓▓", "██"];
const ASCII: [&str; HEAT_LEVELS] = [". ", "- ", "+ ", "* ", "# "];

impl Theme {
    /// The look of a step from 0 (nothing) to 4 (most): its style, and two cells to fill. What is beyond is the most.
    ///
    /// Where shades can be told apart, all steps but the first are full blocks; elsewhere their density tells.
    pub fn heat(self, level: usize) -> (Style, &'static str) {
        let level = level.min(HEAT_LEVELS - 1);
        let is_shaded = self.has_shades() && self.charset == Charset::Unicode && level > 0;
        let glyph = match self.charset {
            Charset::Unicode if is_shaded => UNICODE[HEAT_LEVELS - 1],
            Charset::Unicode => UNICODE[level],
            Charset::Ascii => ASCII[level],
        };
        (self.heat_style(level), glyph)
    }

    fn heat_style(self, level: usize) -> Style {
        match self.background {
            _ if level == 0 && !self.has_shades() => self.muted(),
            Background::Dark => self.painted(DARK[level], Color::Yellow),
            Background::Light => self.painted(LIGHT[level], Color::Red),
            Background::Unknown => self.painted(EITHER, Color::Yellow),
        }
    }

    fn has_shades(self) -> bool {
        self.color == ColorLevel::True && self.background != Background::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::color::contrast;
    use std::collections::BTreeSet;

    #[test]
    fn every_step_looks_different() {
        for charset in [Charset::Unicode, Charset::Ascii] {
            for color in [ColorLevel::None, ColorLevel::Ansi16, ColorLevel::Ansi256, ColorLevel::True] {
                for background in [Background::Unknown, Background::Light, Background::Dark] {
                    let theme = Theme { color, background, charset };
                    let looks: BTreeSet<String> =
                        (0..HEAT_LEVELS).map(|level| format!("{:?}", theme.heat(level))).collect();
                    assert_eq!(looks.len(), HEAT_LEVELS, "{theme:?}");
                    let glyphs: BTreeSet<&str> = (0..HEAT_LEVELS).map(|level| theme.heat(level).1).collect();
                    assert!(theme.has_shades() || glyphs.len() == HEAT_LEVELS, "{theme:?}");
                }
            }
        }
    }

    #[test]
    fn each_step_stands_out_more_than_the_one_before() {
        let rises = |colors: [Rgb; HEAT_LEVELS], background| {
            let shades = colors[1..].iter().map(|&color| contrast(color, background)).collect::<Vec<_>>();
            assert!(shades.is_sorted() && shades[0] >= 1.7, "{shades:?}");
        };
        rises(DARK, Rgb(0, 0, 0));
        rises(LIGHT, Rgb(255, 255, 255));
    }

    #[test]
    fn beyond_the_last_is_the_last() {
        let theme = Theme { color: ColorLevel::None, background: Background::Dark, charset: Charset::Ascii };
        assert_eq!(theme.heat(99), theme.heat(4));
    }
}
