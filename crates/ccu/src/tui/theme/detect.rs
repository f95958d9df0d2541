//! What the environment tells of a terminal: its colours, its background, its characters.

use std::ffi::OsString;

use ccu_engine::env::Environment;

use crate::tui::theme::{Background, Charset, ColorLevel};

/// How many colours there are, where there are any.
///
/// **Source**: <https://github.com/termstandard/colors>; seen 2026-11-22.
pub fn color_level(environment: &Environment) -> ColorLevel {
    let colorterm = text(&environment.colorterm);
    if colorterm.contains("truecolor") || colorterm.contains("24bit") {
        ColorLevel::True
    } else if text(&environment.term).contains("256color") {
        ColorLevel::Ansi256
    } else {
        ColorLevel::Ansi16
    }
}

/// The background by `COLORFGBG`, whose last part is its number among the sixteen: 7 and from 9 on are light.
///
/// **Source**: Vim's manual on the option `background`; seen 2026-11-22.
pub fn background(environment: &Environment) -> Background {
    let value = text(&environment.colorfgbg);
    match value.rsplit(';').next().unwrap_or_default().parse::<u8>() {
        Ok(0..=6 | 8) => Background::Dark,
        Ok(7 | 9..=15) => Background::Light,
        Ok(16..) | Err(_) => Background::Unknown,
    }
}

/// The characters by the locale; without one, what the platform's terminals have.
///
/// **Source**: POSIX.1-2024, section 8.2, for the order of the variables.
pub fn charset(environment: &Environment) -> Charset {
    let locale =
        [&environment.lc_all, &environment.lc_ctype, &environment.lang].into_iter().find(|name| name.is_some());
    let is_unicode = match locale {
        Some(name) => {
            let name = text(name);
            name.contains("utf-8") || name.contains("utf8")
        }
        None => cfg!(any(target_os = "macos", windows)),
    };
    if is_unicode { Charset::Unicode } else { Charset::Ascii }
}

/// A value in lower case; one that is no text says nothing.
fn text(value: &Option<OsString>) -> String {
    value.as_deref().and_then(|value| value.to_str()).unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(value: &str) -> Option<OsString> {
        (!value.is_empty()).then(|| value.into())
    }

    #[test]
    fn colours_by_what_the_terminal_says() {
        let check = |colorterm, term, expected| {
            let environment = Environment { colorterm: set(colorterm), term: set(term), ..Environment::default() };
            assert_eq!(color_level(&environment), expected, "{colorterm} {term}");
        };
        check("truecolor", "xterm", ColorLevel::True);
        check("24bit", "", ColorLevel::True);
        check("yes", "xterm-256color", ColorLevel::Ansi256);
        check("", "screen-256color-bce", ColorLevel::Ansi256);
        check("", "linux", ColorLevel::Ansi16);
        check("", "", ColorLevel::Ansi16);
    }

    #[test]
    fn the_background_by_its_number() {
        let check = |value, expected| {
            let environment = Environment { colorfgbg: set(value), ..Environment::default() };
            assert_eq!(background(&environment), expected, "{value}");
        };
        check("15;0", Background::Dark);
        check("7;8", Background::Dark);
        check("0;15", Background::Light);
        check("0;default;15", Background::Light);
        check("0;7", Background::Light);
        check("15;default", Background::Unknown);
        check("1;200", Background::Unknown);
        check("", Background::Unknown);
    }

    #[test]
    fn characters_by_the_first_locale_that_is_set() {
        let check = |names: [&str; 3], expected| {
            let [lc_all, lc_ctype, lang] = names.map(set);
            let environment = Environment { lc_all, lc_ctype, lang, ..Environment::default() };
            assert_eq!(charset(&environment), expected, "{names:?}");
        };
        check(["", "", "en_US.UTF-8"], Charset::Unicode);
        check(["", "C.utf8", "C"], Charset::Unicode);
        check(["C", "", "en_US.UTF-8"], Charset::Ascii);
        check(["", "POSIX", "en_US.UTF-8"], Charset::Ascii);
        check(["", "", "de_DE.ISO-8859-1"], Charset::Ascii);
        let of_platform = if cfg!(any(target_os = "macos", windows)) { Charset::Unicode } else { Charset::Ascii };
        check(["", "", ""], of_platform);
    }
}
