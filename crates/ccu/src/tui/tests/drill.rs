//! Each key's effect on the state.

use ccu_core::time::UtcMillis;
use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::bench::Bench;
use crate::tui::event::{Effect, Event, SyncKind};
use crate::tui::page::{Metric, Place, Sort, View};

fn place(bench: &Bench) -> Place {
    bench.state.page().place.clone()
}

#[test]
fn each_view_has_its_key() {
    let mut bench = Bench::begin();
    for view in View::ALL {
        bench.keys(&view.key().to_string());
        assert_eq!((bench.state.view(), place(&bench)), (view, view.place()));
        assert!(bench.state.page().answered.is_some(), "{view:?} has no answer: {:?}", bench.state.trouble);
    }
}

#[test]
fn from_a_year_down_to_a_message_and_out_again() {
    let mut bench = Bench::begin();
    let mut trail = Vec::new();
    bench.keys("y");
    for _ in 0..5 {
        trail.push(place(&bench));
        bench.keys("\n");
    }
    assert!(
        matches!(trail[..], [Place::Year, Place::Month, Place::Day, Place::Responses, Place::Message { .. }]),
        "{trail:?}"
    );
    // What a response said has nothing behind it.
    assert_eq!(bench.state.inner.len(), 4);
    bench.keys("\u{1b}\u{1b}\u{1b}\u{1b}");
    assert_eq!((place(&bench), bench.state.inner.len()), (Place::Year, 0));
    bench.keys("\u{1b}");
    assert_eq!(place(&bench), Place::Year);
}

#[test]
fn digits_go_into_the_rows_on_the_screen() {
    let mut bench = Bench::begin();
    bench.keys("w");
    bench.screen(80, 24);
    bench.keys("2");
    assert_eq!((place(&bench), bench.state.inner.len()), (Place::Day, 1));
    bench.keys("\u{1b}9");
    assert_eq!(place(&bench), Place::Week, "there is no ninth day in a week");
}

#[test]
fn periods_move_but_never_past_now() {
    let mut bench = Bench::begin();
    bench.keys("m>");
    assert_eq!(bench.state.page().offset, 0);
    bench.keys("<<");
    assert_eq!(bench.state.page().offset, -2);
    bench.keys(">");
    assert_eq!(bench.state.page().offset, -1);
    bench.keys("t");
    assert_eq!(bench.state.page().offset, 0);
    bench.keys("p<");
    assert_eq!(bench.state.page().offset, 0, "all time has no period before it");
}

#[test]
fn modes_come_round_and_are_remembered() {
    let mut bench = Bench::begin();
    bench.keys("w\t");
    assert_eq!(bench.state.page().mode_name(), "last 7 days");
    bench.keys("uw");
    assert_eq!(bench.state.page().mode_name(), "last 7 days");
    bench.keys("\t\t");
    assert_eq!(bench.state.page().mode_name(), "calendar week");
}

#[test]
fn rows_are_filtered_as_one_types() {
    let mut bench = Bench::begin();
    bench.keys("p");
    let n_all = bench.state.page().visible.len();
    bench.keys("/zzz");
    assert_eq!(bench.state.page().visible.len(), 0);
    bench.keys("\u{1b}");
    assert_eq!(bench.state.page().visible.len(), n_all);
    let first = crate::tui::rows::name(
        &crate::tui::rows::report(&bench.state.page().answered.clone().unwrap().answer).unwrap().rows[0],
        &bench.state.page().answered.clone().unwrap().names,
    );
    bench.keys(&format!("/{first}\n"));
    assert!((1..=n_all).contains(&bench.state.page().visible.len()));
    assert_eq!(bench.state.view(), View::Projects, "letters of a filter are no keys of views");
    bench.keys("\u{1b}");
    assert_eq!(bench.state.page().visible.len(), n_all);
}

#[test]
fn order_metric_and_names_change() {
    let mut bench = Bench::begin();
    bench.keys("p");
    assert_eq!(bench.state.page().sort, Sort::Largest);
    bench.keys("o");
    assert_eq!(bench.state.page().sort, Sort::Name);
    bench.keys("ccc");
    assert_eq!(bench.state.metric(), Metric::Cost);
    bench.keys("a");
    assert!(bench.screen(120, 30).contains("project-1"));
    bench.keys("e");
    assert!(bench.screen(120, 30).contains("session-"));
    let hidden = bench.screen(120, 30);
    let row = hidden.lines().find(|line| line.contains("session-")).unwrap();
    let number = row.split("session-").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(number.parse::<u32>().is_ok(), "{row}");
    bench.keys("pa");
    assert!(!bench.screen(120, 30).contains("project-1"));
}

#[test]
fn reading_syncing_and_ending_are_asked_for() {
    let mut bench = Bench::begin();
    bench.keys("SPq");
    // One sync at a time.
    assert_eq!(bench.effects, [Effect::Sync(SyncKind::Both), Effect::Quit]);
    bench.keys("r");
    assert!(bench.state.reading.is_running);
}

#[test]
fn the_mouse_selects_goes_in_and_scrolls() {
    let mut bench = Bench::begin();
    bench.screen(80, 24);
    let mouse = |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let click = |column, row| mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    bench.event(click(8, 0));
    assert_eq!(bench.state.view(), View::Weekly);
    bench.screen(80, 24);
    let rows = bench.state.hits.listed().unwrap();
    bench.event(mouse(MouseEventKind::ScrollDown, 0, 10));
    assert_eq!(bench.state.page().selected, 3.min(bench.state.page().visible.len() - 1));
    assert!(rows.1 >= 4);
    bench.event(mouse(MouseEventKind::Down(MouseButton::Right), 0, 0));
    assert_eq!(place(&bench), Place::Week);
}

#[test]
fn a_late_answer_to_an_earlier_question_is_dropped() {
    let mut bench = Bench::begin();
    bench.keys("w");
    let answered = bench.state.page().answered.clone().unwrap();
    let ticket = bench.state.page().ticket;
    bench.keys("m");
    bench.event(Event::Answered { ticket, result: Ok(answered) });
    assert!(matches!(&*bench.state.page().answered.as_ref().unwrap().answer, crate::tui::query::Answer::Period(_)));
    assert_ne!(bench.state.page().ticket, ticket);
}

#[test]
fn a_new_day_is_asked_for() {
    let mut bench = Bench::begin();
    bench.keys("w");
    let ticket = bench.state.page().ticket;
    bench.event(Event::Tick(UtcMillis(super::bench::NOW.0 + 1_000)));
    assert_eq!(bench.state.page().ticket, ticket);
    bench.event(Event::Tick(UtcMillis(super::bench::NOW.0 + 86_400_000)));
    assert_ne!(bench.state.page().ticket, ticket);
}
