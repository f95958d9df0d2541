//! The look of the dashboard as roles: what the terminal can show comes in, styles and characters go out.
//!
//! Everything is legible with true colour, 256, 16 or no colours, on light and dark backgrounds, in Unicode and ASCII. No
//! meaning rests on a colour alone: where there is one, a character, a word, bold or reverse says the same.

mod color;
mod detect;
mod glyphs;
pub mod heat;
pub mod series;

use ccu_engine::env::Environment;
use ratatui::style::{Color, Modifier, Style};

pub use glyphs::Glyphs;

pub use series::N_SERIES;

use crate::tui::theme::color::Rgb;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorLevel {
    /// None at all.
    None,
    /// The sixteen whose shades the terminal chooses.
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// All of them.
    True,
}

/// What the terminal draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Nothing tells: colours must show on both.
    Unknown,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// Which characters the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Blocks, boxes and arrows.
    Unicode,
    /// What every terminal has.
    Ascii,
}

/// What the dashboard may draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// How many colours there are.
    pub color: ColorLevel,
    /// What is drawn on.
    pub background: Background,
    /// Which characters there are.
    pub charset: Charset,
}

/// A role's colour: on a dark, a light and an unknown background, and its name among the sixteen.
struct RoleColor {
    dark: Rgb,
    light: Rgb,
    either: Rgb,
    ansi: Color,
}

const GOOD: RoleColor = RoleColor {
    dark: Rgb(0x5f, 0xc9, 0x7a),
    light: Rgb(0x1a, 0x7f, 0x37),
    either: Rgb(0x2e, 0x96, 0x4c),
    ansi: Color::Green,
};
const WARNING: RoleColor = RoleColor {
    dark: Rgb(0xe6, 0xb4, 0x50),
    light: Rgb(0x8a, 0x5a, 0x00),
    either: Rgb(0xb0, 0x7d, 0x1e),
    ansi: Color::Yellow,
};
const ERROR: RoleColor = RoleColor {
    dark: Rgb(0xff, 0x7b, 0x72),
    light: Rgb(0xb3, 0x1d, 0x28),
    either: Rgb(0xdc, 0x4a, 0x3f),
    ansi: Color::Red,
};
const ACCENT: RoleColor = RoleColor {
    dark: Rgb(0xe0, 0x8a, 0x6a),
    light: Rgb(0xa8, 0x4a, 0x25),
    either: Rgb(0xcc, 0x6a, 0x48),
    ansi: Color::Cyan,
};
const MUTED: RoleColor = RoleColor {
    dark: Rgb(0x94, 0x94, 0x94),
    light: Rgb(0x66, 0x66, 0x66),
    either: Rgb(0x80, 0x80, 0x80),
    ansi: Color::Reset,
};

impl Theme {
    /// Finds out what the terminal shows.
    ///
    /// `has_color` is what `--color`, `NO_COLOR` and `TERM=dumb` come to. The variables tell what `background` and
    /// `charset` leave open.
    pub fn new(has_color: bool, environment: &Environment, background: Background, charset: Option<Charset>) -> Self {
        Theme {
            color: if has_color { detect::color_level(environment) } else { ColorLevel::None },
            background: match background {
                Background::Unknown => detect::background(environment),
                Background::Light | Background::Dark => background,
            },
            charset: charset.unwrap_or_else(|| detect::charset(environment)),
        }
    }

    /// The title of a screen or a part of it.
    pub fn title(self) -> Style {
        Style::new().bold()
    }

    /// Everything that has no other role, in the terminal's own colour.
    pub fn text(self) -> Style {
        Style::new()
    }

    /// Rules, units and explanations: what may be overlooked.
    pub fn muted(self) -> Style {
        match self.color {
            ColorLevel::True | ColorLevel::Ansi256 => self.role(&MUTED),
            // Grey among the sixteen is the background itself in some well-liked schemes.
            ColorLevel::Ansi16 | ColorLevel::None => Style::new().dim(),
        }
    }

    /// The letter of a key that does something.
    pub fn key(self) -> Style {
        self.accent().bold().underlined()
    }

    /// The row or part that keys act on.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What is as it should be.
    pub fn good(self) -> Style {
        self.role(&GOOD)
    }

    /// What soon is not; a mark or a word says so too.
    pub fn warning(self) -> Style {
        self.role(&WARNING).bold()
    }

    /// What failed or is used up; a mark or a word says so too.
    pub fn error(self) -> Style {
        self.role(&ERROR).bold()
    }

    /// What stands out without being good or bad.
    pub fn accent(self) -> Style {
        self.role(&ACCENT)
    }

    /// The tab that is open.
    pub fn active_tab(self) -> Style {
        self.accent().bold().reversed()
    }

    /// The characters to draw with.
    pub fn glyphs(self) -> &'static Glyphs {
        match self.charset {
            Charset::Unicode => &glyphs::UNICODE,
            Charset::Ascii => &glyphs::ASCII,
        }
    }

    fn role(self, role: &RoleColor) -> Style {
        let rgb = match self.background {
            Background::Dark => role.dark,
            Background::Light => role.light,
            Background::Unknown => role.either,
        };
        self.painted(rgb, role.ansi)
    }

    /// A foreground: `rgb` or what comes closest, `ansi` where the terminal chooses the shades.
    fn painted(self, rgb: Rgb, ansi: Color) -> Style {
        match self.color {
            ColorLevel::None => Style::new(),
            ColorLevel::Ansi16 => Style::new().fg(ansi),
            ColorLevel::Ansi256 => Style::new().fg(rgb.nearest_indexed()),
            ColorLevel::True => Style::new().fg(rgb.into()),
        }
    }
}

#[cfg(test)]
mod tests;
