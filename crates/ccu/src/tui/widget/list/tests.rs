//! Lists as they are drawn: columns, scrolling, marks, totals, and every size there is.

use std::cell::RefCell;

use proptest::prelude::*;
use ratatui::style::{Modifier, Stylize};

use super::*;
use crate::tui::widget::sample::{ASCII, COLOURED, PLAIN, draw_everywhere, drawn, look, screen};

const COLUMNS: [Column<'static>; 4] = [
    Column { title: "project", width: Width::Rest, align: Align::Left, cut: Cut::Start, is_picture: false, rank: 0 },
    Column {
        title: "model",
        width: Width::Fit { min: 6, max: 12 },
        align: Align::Left,
        cut: Cut::End,
        is_picture: false,
        rank: 2,
    },
    Column { title: "tokens", width: Width::Fixed(7), align: Align::Right, cut: Cut::End, is_picture: false, rank: 1 },
    Column {
        title: "cost",
        width: Width::Fit { min: 5, max: 10 },
        align: Align::Right,
        cut: Cut::End,
        is_picture: false,
        rank: 0,
    },
];

fn cells_of(row_idx: usize) -> Vec<Line<'static>> {
    vec![
        Line::from(format!("company/product/service-{row_idx}")),
        Line::from(["opus-5", "sonnet-5-long-name"][row_idx % 2]),
        Line::from(format!("{}.1M", row_idx * 7)),
        Line::from(format!("${row_idx}.50").bold()),
    ]
}

fn list(n_rows: usize, selected: Option<usize>) -> List<'static> {
    List {
        columns: &COLUMNS,
        n_rows,
        row: &cells_of,
        selected,
        top: 0,
        numbers: true,
        total: Some(vec![Line::from("total"), Line::default(), Line::from("99.9M"), Line::from("$1,234.50")]),
    }
}

#[test]
fn a_wide_list() {
    let text = drawn(70, 8, |area, buffer| {
        draw_list(area, buffer, &list(4, Some(1)), PLAIN);
    });
    insta::assert_snapshot!(text);
}

#[test]
fn a_narrow_list_scrolls_and_has_fewer_columns() {
    let text = drawn(34, 7, |area, buffer| {
        let list = List { top: 10, ..list(40, Some(12)) };
        draw_list(area, buffer, &list, PLAIN);
    });
    insta::assert_snapshot!(text);
}

#[test]
fn a_list_in_ascii() {
    let text = drawn(44, 6, |area, buffer| {
        draw_list(area, buffer, &list(40, Some(2)), ASCII);
    });
    insta::assert_snapshot!(text);
}

#[test]
fn without_marks_and_numbers_there_is_no_gutter() {
    let text = drawn(34, 3, |area, buffer| {
        let list = List { numbers: false, selected: None, total: None, ..list(2, None) };
        draw_list(area, buffer, &list, PLAIN);
    });
    insta::assert_snapshot!(text);
}

#[test]
fn the_selected_row_shows_without_colour() {
    let buffer = screen(40, 5, |area, buffer| {
        draw_list(area, buffer, &list(3, Some(1)), PLAIN);
    });
    assert!(look(&buffer, 0, 0).1.contains(Modifier::BOLD | Modifier::UNDERLINED));
    assert!(!look(&buffer, 10, 1).1.contains(Modifier::REVERSED));
    assert!(look(&buffer, 10, 2).1.contains(Modifier::REVERSED));
    assert!(look(&buffer, 39, 2).1.contains(Modifier::REVERSED));
    assert!(look(&buffer, 3, 4).1.contains(Modifier::BOLD));
    assert_eq!(buffer[(0, 2)].symbol(), "›");
}

#[test]
fn the_pictures_of_the_selected_row_keep_their_colours() {
    let bar =
        |_: usize| vec![Line::from("name"), Line::from("██".fg(COLOURED.good().fg.unwrap_or_default())), "9".into()];
    let columns = [
        Column::text("name", Width::Fixed(4), 0),
        Column::picture("", 3, 0),
        Column::number("cost", Width::Fixed(4), 0),
    ];
    let buffer = screen(20, 2, |area, buffer| {
        let list = List { columns: &columns, row: &bar, total: None, numbers: false, ..list(1, Some(0)) };
        draw_list(area, buffer, &list, COLOURED);
    });
    let is_reversed: String =
        (0..20).map(|x| if look(&buffer, x, 1).1.contains(Modifier::REVERSED) { 'r' } else { '-' }).collect();
    assert_eq!(is_reversed, "rrrrrrrr---rrrrrrrrr");
    assert_eq!(Some(look(&buffer, 8, 1).0), COLOURED.good().fg);
}

#[test]
fn cells_keep_their_colours() {
    let green = |_: usize| vec![Line::from("good".fg(COLOURED.good().fg.unwrap_or_default()))];
    let columns = [Column::text("state", Width::Rest, 0)];
    let buffer = screen(20, 2, |area, buffer| {
        let list = List { columns: &columns, row: &green, total: None, numbers: false, ..list(1, None) };
        draw_list(area, buffer, &list, COLOURED);
    });
    assert_eq!(Some(look(&buffer, 0, 1).0), COLOURED.good().fg);
}

#[test]
fn the_selected_row_is_always_shown() {
    let check = |n_rows, selected, top, (height, expected_top)| {
        let mut found = None;
        screen(40, height, |area, buffer| {
            let list = List { top, total: None, ..list(n_rows, selected) };
            found = Some(draw_list(area, buffer, &list, PLAIN).top);
        });
        assert_eq!(found, Some(expected_top), "{n_rows} {selected:?} {top} {height}");
    };
    check(40, Some(0), 0, (11, 0));
    check(40, Some(10), 0, (11, 1));
    check(40, Some(5), 9, (11, 5));
    check(40, Some(39), 0, (11, 30));
    check(40, None, 39, (11, 30));
    check(40, Some(99), 7, (11, 7));
    check(3, Some(2), 2, (11, 0));
    check(0, Some(0), 5, (11, 0));
    check(40, Some(20), 0, (1, 20));
}

#[test]
fn whole_columns_are_never_cut() {
    let cells = |_: usize| vec![Line::from("a name"), Line::from("$999,999.99+")];
    let columns =
        [Column::text("name", Width::Fit { min: 4, max: 9 }, 0), Column::number("cost", Width::Whole { min: 6 }, 0)];
    let text = |width| {
        drawn(width, 2, |area, buffer| {
            draw_list(
                area,
                buffer,
                &List { columns: &columns, row: &cells, total: None, numbers: false, ..list(1, None) },
                PLAIN,
            );
        })
    };
    assert_eq!(text(20), "name            cost\na name  $999,999.99+\n");
    assert_eq!(text(18), "name          cost\na n…  $999,999.99+\n");
}

#[test]
fn only_rows_that_are_shown_are_asked_for() {
    let asked = RefCell::new(Vec::new());
    let row = |row_idx| {
        asked.borrow_mut().push(row_idx);
        cells_of(row_idx)
    };
    let mut found = None;
    screen(40, 6, |area, buffer| {
        let list = List { row: &row, top: 500_000, ..list(1_000_000, None) };
        found = Some(draw_list(area, buffer, &list, PLAIN));
    });
    assert_eq!(*asked.borrow(), [500_000, 500_001, 500_002, 500_003]);
    assert_eq!(found, Some(Drawn { rows_area: Rect::new(0, 1, 38, 4), top: 500_000, height: 4 }));
}

#[test]
fn each_kind_of_column_has_its_side_and_cut() {
    let check = |column: Column<'_>, align, cut| assert_eq!((column.align, column.cut), (align, cut));
    check(Column::text("model", Width::Rest, 0), Align::Left, Cut::End);
    check(Column::path("project", Width::Rest, 0), Align::Left, Cut::Start);
    check(Column::number("tokens", Width::Rest, 0), Align::Right, Cut::End);
}

#[test]
fn hostile_names_stay_on_their_line() {
    let hostile = |_: usize| vec![Line::from(Span::raw("a\u{1b}[2J\nb\u{202e}c"))];
    let columns = [Column::text("name", Width::Rest, 0)];
    let text = drawn(40, 2, |area, buffer| {
        let list = List { columns: &columns, row: &hostile, total: None, numbers: false, ..list(1, None) };
        draw_list(area, buffer, &list, PLAIN);
    });
    assert_eq!(text, "name\na\\u{1b}[2J\\nb\\u{202e}c\n");
}

#[test]
fn lists_are_drawn_at_every_size() {
    draw_everywhere(|area, buffer, theme| {
        for n_rows in [0, 1, 3, 100] {
            let drawn = draw_list(area, buffer, &list(n_rows, Some(2)), theme);
            assert!(
                drawn.rows_area.is_empty() || area.intersection(buffer.area).contains(drawn.rows_area.as_position())
            );
        }
        draw_list(area, buffer, &List { columns: &[], ..list(5, None) }, theme);
        draw_list(area, buffer, &List { row: &|_| Vec::new(), ..list(5, None) }, theme);
    });
}

fn any_width() -> impl Strategy<Value = Width> {
    prop_oneof![
        any::<u16>().prop_map(Width::Fixed),
        (0_u16..30).prop_map(Width::Fixed),
        (any::<u16>(), any::<u16>()).prop_map(|(min, max)| Width::Fit { min, max }),
        (0_u16..9, 0_u16..30).prop_map(|(min, max)| Width::Fit { min, max }),
        (0_u16..9).prop_map(|min| Width::Whole { min }),
        Just(Width::Rest),
    ]
}

proptest! {
    #[test]
    fn columns_stand_side_by_side(
        given in prop::collection::vec((any_width(), any::<u8>()), 0..7),
        text in any::<String>(),
        room in 0_usize..200,
    ) {
        let columns: Vec<Column<'_>> = given.iter().map(|&(width, rank)| Column::text("title", width, rank)).collect();
        let row: Vec<Line<'static>> = columns.iter().map(|_| Line::from(text.clone())).collect();
        let placed = layout::columns(&columns, [&row].into_iter(), room);
        prop_assert_eq!(placed.is_empty(), columns.is_empty());
        let mut end = 0;
        for (place_idx, column) in placed.iter().enumerate() {
            prop_assert_eq!(usize::from(column.start), end + if place_idx > 0 { 2 } else { 0 });
            end = usize::from(column.start) + usize::from(column.width);
        }
        prop_assert!(end <= room, "{:?}", placed);
    }
}
