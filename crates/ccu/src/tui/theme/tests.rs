//! The roles as they come out at each level of colour.

use super::*;
use crate::tui::theme::color::contrast;

fn theme(color: ColorLevel, background: Background) -> Theme {
    Theme { color, background, charset: Charset::Unicode }
}

#[test]
fn what_is_said_wins_over_what_is_found() {
    let environment = Environment {
        colorterm: Some("truecolor".into()),
        colorfgbg: Some("0;15".into()),
        lang: Some("C.UTF-8".into()),
        ..Environment::default()
    };
    let found = Theme::new(true, &environment, Background::Unknown, None);
    let expected = Theme { color: ColorLevel::True, background: Background::Light, charset: Charset::Unicode };
    assert_eq!(found, expected);
    let said = Theme::new(false, &environment, Background::Dark, Some(Charset::Ascii));
    let expected = Theme { color: ColorLevel::None, background: Background::Dark, charset: Charset::Ascii };
    assert_eq!(said, expected);
    assert_eq!((said.glyphs().next, found.glyphs().next), (">", "›"));
}

#[test]
fn without_colour_no_role_has_one() {
    let theme = theme(ColorLevel::None, Background::Dark);
    let roles = [
        theme.title(),
        theme.text(),
        theme.muted(),
        theme.key(),
        theme.selected(),
        theme.good(),
        theme.warning(),
        theme.error(),
        theme.accent(),
        theme.active_tab(),
        theme.series(0),
        theme.series(9),
        theme.heat(4).0,
    ];
    assert!(roles.iter().all(|role| role.fg.is_none() && role.bg.is_none()), "{roles:?}");
    assert!(theme.muted().add_modifier.contains(Modifier::DIM));
    assert!(theme.key().add_modifier.contains(Modifier::UNDERLINED));
    assert!(theme.selected().add_modifier.contains(Modifier::REVERSED));
    assert!(theme.error().add_modifier.contains(Modifier::BOLD));
    assert!(theme.active_tab().add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn roles_by_level_and_background() {
    let check = |color, background, expected| assert_eq!(theme(color, background).good().fg, expected);
    check(ColorLevel::Ansi16, Background::Dark, Some(Color::Green));
    check(ColorLevel::Ansi256, Background::Dark, Some(Color::Indexed(78)));
    check(ColorLevel::True, Background::Dark, Some(Color::Rgb(0x5f, 0xc9, 0x7a)));
    check(ColorLevel::True, Background::Light, Some(Color::Rgb(0x1a, 0x7f, 0x37)));
    check(ColorLevel::True, Background::Unknown, Some(Color::Rgb(0x2e, 0x96, 0x4c)));
}

#[test]
fn text_of_every_role_can_be_read() {
    let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
    for role in [GOOD, WARNING, ERROR, ACCENT, MUTED] {
        assert!(contrast(role.dark, black) >= 4.5, "{:?}", role.dark);
        assert!(contrast(role.light, white) >= 4.5, "{:?}", role.light);
        assert!(contrast(role.either, black).min(contrast(role.either, white)) >= 3.0, "{:?}", role.either);
    }
}
