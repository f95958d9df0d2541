//! Every view at two sizes, and no view breaks at any.

use std::sync::Arc;

use super::bench::Bench;
use crate::tui::page::View;
use crate::tui::query::Answer;

#[test]
fn every_view_on_the_demo() {
    let mut bench = Bench::begin();
    for view in View::ALL {
        // The settings name paths of a temporary home.
        if view == View::Settings {
            continue;
        }
        bench.keys(&view.key().to_string());
        for (columns, rows) in [(80, 24), (160, 50)] {
            let screen = bench.screen(columns, rows);
            insta::with_settings!({ snapshot_suffix => format!("{}_{columns}x{rows}", view.name()) }, {
                insta::assert_snapshot!("view", screen);
            });
        }
    }
}

#[test]
fn pages_that_one_goes_into() {
    let mut bench = Bench::begin();
    let mut check = |name: &str, keys: &str| {
        bench.keys(keys);
        insta::with_settings!({ snapshot_suffix => name }, {
            insta::assert_snapshot!("inner", bench.screen(100, 30));
        });
    };
    check("day", "w\n");
    check("responses", "\n");
    check("year_by_week", "y\t");
    check("sessions_of_a_project", "p\n");
    check("days_of_a_machine", "d\n");
    check("help", "?");
    check("help_at_its_end", "jjjjjjjjjjjjjjjjjjjj");
}

#[test]
fn who_has_no_usage_is_told_so_in_every_view() {
    let mut bench = Bench::empty();
    for key in "uwmyhdpe".chars() {
        bench.keys(&key.to_string());
        let screen = bench.screen(80, 24);
        assert!(screen.contains("\nNo transcripts were found.\n"), "{key}: {screen}");
    }
}

#[test]
fn a_filter_without_a_match_says_so() {
    let mut bench = Bench::begin();
    for keys in ["p/zzz", "\u{1b}w/zzz", "\u{1b}d/zzz"] {
        bench.keys(keys);
        assert!(bench.screen(80, 24).contains("No usage matches these filters."), "{keys}");
    }
}

#[test]
fn the_first_block_has_none_to_compare_with() {
    let mut bench = Bench::begin();
    assert!(bench.screen(80, 24).contains("of the largest ever"));
    let mut answered = bench.state.page_mut().answered.take().unwrap();
    let Answer::Usage(usage) = Arc::get_mut(&mut answered.answer).unwrap() else { panic!("not the usage") };
    usage.largest_block = Default::default();
    bench.state.page_mut().answered = Some(answered);
    assert!(!bench.screen(80, 24).contains("of the largest ever"));
}

#[test]
fn nothing_breaks_at_any_size() {
    let mut bench = Bench::begin();
    for view in View::ALL {
        bench.keys(&view.key().to_string());
        for columns in [1, 20, 59, 60, 61, 79, 80, 100, 119, 120, 200, 250] {
            for rows in [1, 2, 17, 18, 20, 24, 33, 34, 50, 80] {
                let screen = bench.screen(columns, rows);
                assert_eq!(screen.split('\n').count(), usize::from(rows), "{view:?} at {columns}x{rows}");
            }
        }
    }
}

#[test]
fn the_totals_are_those_of_the_reports() {
    let mut bench = Bench::begin();
    bench.keys("p");
    let projects = bench.screen(200, 60);
    bench.keys("e");
    let sessions = bench.screen(200, 60);
    let total = |screen: &str| {
        let line = screen.lines().rev().find(|line| line.trim_start().starts_with("Total")).unwrap();
        line.split_whitespace().skip(1).take(3).map(ToOwned::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(total(&projects), total(&sessions));
}
