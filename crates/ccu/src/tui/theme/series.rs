//! The colours and fills that tell series apart: one for each family of models, and a grey one for all others together.

use ratatui::style::{Color, Style};

use crate::tui::theme::color::Rgb;
use crate::tui::theme::{Background, Charset, ColorLevel, MUTED, Theme};

/// So many series have a look of their own; those beyond share one.
pub const N_SERIES: usize = 5;

/// For dark backgrounds.
///
/// **Source**: M. Okabe, K. Ito, "Color Universal Design", <https://jfly.uni-koeln.de/color/>; seen 2026-11-22.
const DARK: [Rgb; N_SERIES] =
    [Rgb(0xe6, 0x9f, 0x00), Rgb(0x56, 0xb4, 0xe9), Rgb(0x00, 0x9e, 0x73), Rgb(0xf0, 0xe4, 0x42), Rgb(0xd5, 0x5e, 0x00)];
/// For light backgrounds: searched for the largest least distance between any two, in the eyes of people with each kind
/// of colour blindness (OKLab after Machado's matrices: 0.16; Okabe and Ito's have 0.08), at a contrast of 3 with white.
const LIGHT: [Rgb; N_SERIES] =
    [Rgb(0xd3, 0x73, 0x23), Rgb(0x3d, 0x4d, 0xc1), Rgb(0x5b, 0x13, 0x00), Rgb(0x8d, 0x88, 0xa6), Rgb(0xa2, 0x3a, 0x01)];
/// For unknown backgrounds: searched likewise (0.10), at a contrast of 3 with white and with black.
const EITHER: [Rgb; N_SERIES] =
    [Rgb(0xab, 0x91, 0x4a), Rgb(0x39, 0x42, 0xee), Rgb(0xf4, 0x17, 0xa5), Rgb(0x01, 0x8d, 0xc0), Rgb(0xa3, 0x2e, 0x5d)];
/// Among the sixteen, whose shades the terminal chooses.
const ANSI: [Color; N_SERIES] = [Color::Yellow, Color::Cyan, Color::Green, Color::Magenta, Color::Blue];

const UNICODE_MARKS: [char; N_SERIES] = ['█', '▓', '▒', '░', '▚'];
const ASCII_MARKS: [char; N_SERIES] = ['#', '=', '+', '-', ':'];
/// What all others are filled with: as much of a bar as the rest, and nothing like an empty track.
const OTHERS_MARKS: (char, char) = ('■', '@');

impl Theme {
    /// The colour of a series, counted from 0; from [`N_SERIES`] on, that of all others.
    pub fn series(self, index: usize) -> Style {
        match ANSI.get(index) {
            Some(&ansi) => self.painted(self.series_rgb(index), self.readable(ansi)),
            None => self.muted(),
        }
    }

    /// The look of cells that are filled with [`Theme::series_mark`]: where there are shades, on a ground of the same colour,
    /// less bright, so that a pale fill is as much of a bar as a dense one.
    pub fn series_fill(self, index: usize) -> Style {
        let has_shades = matches!(self.color, ColorLevel::True | ColorLevel::Ansi256);
        if !has_shades {
            return self.series(index);
        }
        let ground = self.painted(self.series_rgb(index).less_bright(), Color::Reset);
        Style { bg: ground.fg, ..self.series(index) }
    }

    fn series_rgb(self, index: usize) -> Rgb {
        let (colors, others) = match self.background {
            Background::Dark => (&DARK, MUTED.dark),
            Background::Light => (&LIGHT, MUTED.light),
            Background::Unknown => (&EITHER, MUTED.either),
        };
        colors.get(index).copied().unwrap_or(others)
    }

    /// What the bars of a series are filled with, so that they can be told apart without colour.
    pub fn series_mark(self, index: usize) -> char {
        let (marks, others) = match self.charset {
            Charset::Unicode => (UNICODE_MARKS, OTHERS_MARKS.0),
            Charset::Ascii => (ASCII_MARKS, OTHERS_MARKS.1),
        };
        marks.get(index).copied().unwrap_or(others)
    }

    /// The blue of many terminals can hardly be seen on black.
    fn readable(self, ansi: Color) -> Color {
        let is_dim = ansi == Color::Blue && self.color == ColorLevel::Ansi16 && self.background == Background::Dark;
        if is_dim { Color::LightBlue } else { ansi }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::color::contrast;
    use std::collections::BTreeSet;

    const BLACK: Rgb = Rgb(0, 0, 0);
    const WHITE: Rgb = Rgb(255, 255, 255);

    #[test]
    fn series_stand_out_from_their_backgrounds() {
        let check = |colors: [Rgb; N_SERIES], background| {
            for color in colors {
                assert!(contrast(color, background) >= 3.0, "{color:?} on {background:?}");
            }
        };
        check(DARK, BLACK);
        check(LIGHT, WHITE);
        check(EITHER, BLACK);
        check(EITHER, WHITE);
    }

    #[test]
    fn fills_have_a_ground_where_there_are_shades() {
        let theme = |color| Theme { color, background: Background::Dark, charset: Charset::Unicode };
        assert_eq!(theme(ColorLevel::True).series_fill(1).bg, Some(Color::Rgb(0x39, 0x78, 0x9b)));
        assert!(theme(ColorLevel::Ansi256).series_fill(1).bg.is_some());
        for color in [ColorLevel::None, ColorLevel::Ansi16] {
            assert_eq!(theme(color).series_fill(1), theme(color).series(1));
        }
        assert!(theme(ColorLevel::True).series_fill(N_SERIES).bg.is_some());
    }

    #[test]
    fn no_two_series_look_the_same() {
        for charset in [Charset::Unicode, Charset::Ascii] {
            for color in [ColorLevel::Ansi16, ColorLevel::Ansi256, ColorLevel::True] {
                for background in [Background::Unknown, Background::Light, Background::Dark] {
                    let theme = Theme { color, background, charset };
                    let marks: BTreeSet<char> = (0..=N_SERIES).map(|index| theme.series_mark(index)).collect();
                    let styles: BTreeSet<String> =
                        (0..=N_SERIES).map(|index| format!("{:?}", theme.series(index))).collect();
                    assert_eq!((marks.len(), styles.len()), (N_SERIES + 1, N_SERIES + 1), "{theme:?}");
                }
            }
        }
    }

    #[test]
    fn no_fill_is_taken_for_an_empty_track() {
        for charset in [Charset::Unicode, Charset::Ascii] {
            let theme = Theme { color: ColorLevel::None, background: Background::Dark, charset };
            let is_track = |index| theme.series_mark(index).to_string() == theme.glyphs().track;
            assert!(!(0..=N_SERIES).any(is_track), "{charset:?}");
        }
    }

    #[test]
    fn those_beyond_share_one_look() {
        let theme = Theme { color: ColorLevel::True, background: Background::Dark, charset: Charset::Unicode };
        assert_eq!((theme.series(N_SERIES), theme.series_mark(N_SERIES)), (theme.series(99), theme.series_mark(99)));
    }
}
