//! Heat maps as they are drawn: a whole year, half of one, the hours of a week, at every size.

use super::*;
use crate::tui::theme::{Charset, ColorLevel};
use crate::tui::widget::heat::hours::HourMap;
use crate::tui::widget::heat::year::YearGrid;
use crate::tui::widget::sample::{ASCII, COLOURED, PLAIN, draw_everywhere, drawn, look, screen};
use jiff::civil::{Date, Weekday, date};
use ratatui::style::Modifier;

fn values() -> Vec<u64> {
    (0..366_u64).map(|day| if day % 7 >= 5 { 0 } else { day * 7919 % 1000 }).collect()
}

fn grid(values: &[u64], first_day: Date, today: Option<usize>) -> YearGrid<'_> {
    YearGrid { first_day, values, week_start: Weekday::Monday, today }
}

fn day_of(day: Date) -> Option<usize> {
    usize::try_from(day.day_of_year() - 1).ok()
}

fn year_text(width: u16, theme: Theme) -> String {
    let values = values();
    drawn(width, 9, |area, buffer| {
        grid(&values, date(2026, 1, 1), day_of(date(2026, 11, 22))).draw(area, buffer, theme);
    })
}

#[test]
fn a_year_of_days() {
    insta::assert_snapshot!("a_year_in_two_cells_a_day", year_text(112, PLAIN));
    insta::assert_snapshot!("a_year_in_one_cell_a_day", year_text(60, PLAIN));
    insta::assert_snapshot!("the_newest_weeks_in_ascii", year_text(30, ASCII));
}

#[test]
fn weeks_begin_with_the_given_day() {
    let values = [9, 0, 0];
    let text = |week_start| {
        let grid = YearGrid { week_start, ..grid(&values, date(2026, 1, 1), Some(2)) };
        drawn(10, 8, |area, buffer| grid.draw(area, buffer, PLAIN))
    };
    insta::assert_snapshot!("from_sunday", text(Weekday::Sunday));
    insta::assert_snapshot!("from_thursday", text(Weekday::Thursday));
}

#[test]
fn a_leap_year_may_have_54_weeks() {
    let values = values();
    let grid = YearGrid { week_start: Weekday::Sunday, ..grid(&values, date(2000, 1, 1), None) };
    assert_eq!(grid.legend(|value| value.to_string(), PLAIN), grid.levels().legend(|value| value.to_string(), PLAIN));
    let text = drawn(112, 8, |area, buffer| grid.draw(area, buffer, PLAIN));
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(
        rows.iter().map(|row| row.chars().count()).collect::<Vec<_>>(),
        [103, 112, 110, 110, 110, 110, 110, 110]
    );
}

#[test]
fn today_is_marked() {
    let values = values();
    let draw = |width, theme| {
        screen(width, 8, |area, buffer| grid(&values, date(2026, 1, 1), Some(4)).draw(area, buffer, theme))
    };
    let wide = draw(112, COLOURED);
    assert_eq!((wide[(6, 1)].symbol(), wide[(7, 1)].symbol(), wide[(6, 2)].symbol()), ("█", "◂", " "));
    assert!(look(&wide, 6, 1).1.contains(Modifier::UNDERLINED));
    assert_eq!(Some(look(&wide, 6, 1).0), COLOURED.heat(3).0.fg);
    assert!(look(&wide, 0, 1).1.contains(Modifier::BOLD) && !look(&wide, 0, 2).1.contains(Modifier::BOLD));
    let narrow = draw(60, PLAIN);
    assert!(look(&narrow, 5, 1).1.contains(Modifier::UNDERLINED));
}

#[test]
fn steps_without_shades_are_told_by_density() {
    let values: Vec<u64> = (0..5).collect();
    let text = |theme| {
        let grid = YearGrid { week_start: Weekday::Thursday, ..grid(&values, date(2026, 1, 1), Some(5)) };
        let text = drawn(112, 6, |area, buffer| grid.draw(area, buffer, theme));
        text.lines().skip(1).map(|row| row[4..].trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(text(PLAIN), ["··", "░░", "▒▒", "▓▓", "██"]);
    assert_eq!(text(Theme { color: ColorLevel::Ansi16, ..COLOURED }), ["··", "░░", "▒▒", "▓▓", "██"]);
    assert_eq!(text(COLOURED), ["··", "██", "██", "██", "██"]);
    assert_eq!(text(Theme { charset: Charset::Ascii, ..COLOURED }), [".", "-", "+", "*", "#"]);
}

fn hours() -> [[u64; 24]; 7] {
    std::array::from_fn(|weekday| {
        std::array::from_fn(|hour| {
            if (8..20).contains(&hour) && weekday < 5 { (hour * 31 + weekday * 17) as u64 % 90 } else { 0 }
        })
    })
}

#[test]
fn the_hours_of_a_week() {
    let hours = hours();
    let map = HourMap { values: &hours, week_start: Weekday::Sunday, now: Some((2, 14)) };
    let text = |width, theme| drawn(width, 8, |area, buffer| map.draw(area, buffer, theme));
    insta::assert_snapshot!("hours_in_two_cells", text(60, PLAIN));
    insta::assert_snapshot!("hours_in_one_cell", text(30, ASCII));
    assert!(map.fits(Rect::new(0, 0, 28, 8)) && !map.fits(Rect::new(0, 0, 27, 8)));
    assert!(map.legend(|value| value.to_string(), PLAIN).to_string().starts_with("less ·· 0 from ░░ "));
}

#[test]
fn maps_are_drawn_at_every_size() {
    let (values, hours) = (values(), hours());
    draw_everywhere(|area, buffer, theme| {
        for today in [None, Some(0), Some(200), Some(9_999)] {
            grid(&values, date(2024, 1, 1), today).draw(area, buffer, theme);
            grid(&[], date(2026, 1, 1), today).draw(area, buffer, theme);
        }
        HourMap { values: &hours, week_start: Weekday::Friday, now: Some((6, 23)) }.draw(area, buffer, theme);
    });
}
