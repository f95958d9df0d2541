//! A colour by its parts, what comes closest to it among the 256, and how it stands out from a background.

use ratatui::style::Color;

/// Red, green and blue, each 0 to 255, in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The steps of each part in the cube of 6 x 6 x 6 colours that begins at index 16.
///
/// **Source**: xterm's `256colres.pl`; seen 2026-11-22.
const CUBE_STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl From<Rgb> for Color {
    fn from(rgb: Rgb) -> Self {
        Color::Rgb(rgb.0, rgb.1, rgb.2)
    }
}

impl Rgb {
    /// The closest of the 240 colours whose shades no terminal changes: the cube and the greys.
    pub fn nearest_indexed(self) -> Color {
        let in_cube = [self.0, self.1, self.2].map(nearest_step);
        let cube = Rgb(CUBE_STEPS[in_cube[0]], CUBE_STEPS[in_cube[1]], CUBE_STEPS[in_cube[2]]);
        let mean = (u16::from(self.0) + u16::from(self.1) + u16::from(self.2)) / 3;
        let grey_idx = (mean.saturating_sub(3) / 10).min(23);
        // 23 * 10 + 8 is 238: it fits.
        let shade = u8::try_from(grey_idx * 10 + 8).unwrap_or(u8::MAX);
        let index = if self.distance(Rgb(shade, shade, shade)) < self.distance(cube) {
            232 + usize::from(grey_idx)
        } else {
            16 + 36 * in_cube[0] + 6 * in_cube[1] + in_cube[2]
        };
        Color::Indexed(u8::try_from(index).unwrap_or(u8::MAX))
    }

    /// The same hue at two thirds of its brightness.
    pub fn less_bright(self) -> Rgb {
        let part = |part: u8| part / 3 * 2 + part % 3 * 2 / 3;
        Rgb(part(self.0), part(self.1), part(self.2))
    }

    fn distance(self, other: Rgb) -> u32 {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(self.0, other.0) + square(self.1, other.1) + square(self.2, other.2)
    }
}

fn nearest_step(part: u8) -> usize {
    (0..CUBE_STEPS.len()).min_by_key(|&step| CUBE_STEPS[step].abs_diff(part)).unwrap_or(0)
}

/// How much a colour stands out from another, from 1 to 21.
///
/// **Source**: WCAG 2.2, "contrast ratio" and "relative luminance", <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
#[cfg(test)]
pub fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[cfg(test)]
fn luminance(rgb: Rgb) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb.0) + 0.7152 * linear(rgb.1) + 0.0722 * linear(rgb.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_256() {
        let check = |rgb: Rgb, index| assert_eq!(rgb.nearest_indexed(), Color::Indexed(index), "{rgb:?}");
        check(Rgb(0, 0, 0), 16);
        check(Rgb(255, 255, 255), 231);
        check(Rgb(255, 135, 0), 208);
        check(Rgb(0xe6, 0x9f, 0x00), 178);
        check(Rgb(128, 128, 128), 244);
        check(Rgb(238, 238, 238), 255);
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(Rgb(0, 0, 0), Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((contrast(Rgb(0x77, 0x77, 0x77), Rgb(255, 255, 255)) - 4.48).abs() < 0.01);
    }
}
