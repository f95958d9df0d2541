//! Charts as they are drawn: a week, a day by hours, a month, without colour, in ASCII, at every size.

use super::*;
use crate::render::number::{dollars, short};
use crate::tui::widget::sample::{ASCII, COLOURED, PLAIN, draw_everywhere, drawn, look, screen};
use ccu_core::money::NanoUsd;

fn cost(nanos: u64) -> String {
    dollars(NanoUsd(i64::try_from(nanos).unwrap_or(i64::MAX)))
}

fn week() -> (Vec<Vec<u64>>, Vec<String>) {
    let columns = vec![
        vec![10_000, 5_000, 0],
        vec![0, 0, 0],
        vec![40_000, 20_000, 12_000],
        vec![1, 0, 0],
        vec![22_000, 0, 3_000],
        vec![30_000, 30_000, 0],
        vec![5_000, 5_000, 5_000],
    ];
    (columns, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(str::to_owned).to_vec())
}

fn numbered(n_columns: u64, first: u64) -> (Vec<Vec<u64>>, Vec<String>) {
    let columns = (0..n_columns).map(|idx| vec![(idx * 37 % 23) * 1_000_000_000]).collect();
    (columns, (first..first + n_columns).map(|number| format!("{number:02}")).collect())
}

fn chart((columns, labels): &(Vec<Vec<u64>>, Vec<String>), format: fn(u64) -> String) -> Columns<'_> {
    Columns { columns, labels, format }
}

#[test]
fn a_week_by_series() {
    let week = week();
    let text = |theme| drawn(48, 10, |area, buffer| chart(&week, short).draw(area, buffer, theme));
    insta::assert_snapshot!("a_week_without_colour", text(PLAIN));
    insta::assert_snapshot!("a_week_in_ascii", text(ASCII));
    insta::assert_snapshot!("a_week_in_colour", text(COLOURED));
}

#[test]
fn labels_are_thinned() {
    let text = |data, width| drawn(width, 7, |area, buffer| chart(&data, cost).draw(area, buffer, PLAIN));
    insta::assert_snapshot!("hours", text(numbered(24, 0), 60));
    insta::assert_snapshot!("days_of_a_month", text(numbered(31, 1), 42));
    insta::assert_snapshot!("more_days_than_cells", text(numbered(31, 1), 24));
}

#[test]
fn columns_have_the_colours_of_their_series() {
    let week = week();
    let buffer = screen(48, 10, |area, buffer| chart(&week, short).draw(area, buffer, COLOURED));
    let n_cells_of = |series: usize| {
        let color = COLOURED.series(series).fg.unwrap_or_default();
        buffer.content().iter().filter(|cell| cell.fg == color).count()
    };
    assert!(n_cells_of(0) > n_cells_of(1) && n_cells_of(1) > n_cells_of(2) && n_cells_of(2) > 0);
    assert_eq!(Some(look(&buffer, 6, 3).0), COLOURED.muted().fg);
}

#[test]
fn an_area_is_large_enough_or_not() {
    let week = week();
    let check = |width, height, expected| {
        assert_eq!(chart(&week, short).fits(Rect::new(0, 0, width, height)), expected, "{width} {height}");
    };
    check(48, 10, true);
    check(14, 5, true);
    check(13, 5, false);
    check(14, 4, false);
    check(0, 0, false);
}

#[test]
fn charts_are_drawn_at_every_size() {
    let (week, month, nothing) = (week(), numbered(31, 1), (Vec::new(), Vec::new()));
    let full = (vec![vec![u64::MAX, u64::MAX]; 3], Vec::new());
    draw_everywhere(|area, buffer, theme| {
        for data in [&week, &month, &nothing, &full] {
            chart(data, short).draw(area, buffer, theme);
            chart(data, cost).fits(area);
        }
    });
}
