//! Background sync: when it is due, and what failures do to it.

use ccu_core::time::UtcMillis;

use super::bench::{NOW, settings};
use crate::tui::event::{Effect, Event, SyncDone, SyncKind, SyncTrouble, Trouble};
use crate::tui::state::{DashboardSettings, Remembered, State};
use crate::tui::update::update;

const MINUTE_MS: i64 = 60_000;

fn begun(has_auto_sync: bool) -> State {
    State::new(DashboardSettings { has_auto_sync, ..settings() }, Remembered::default(), NOW).0
}

fn tick(state: &mut State, minutes: i64) -> bool {
    let effects = update(state, Event::Tick(UtcMillis(NOW.0 + minutes * MINUTE_MS))).effects;
    effects.contains(&Effect::Sync(SyncKind::Both))
}

fn failed(not_before: Option<i64>, can_retry: bool) -> Event {
    let trouble = Trouble { message: "no".to_owned(), hints: Vec::new() };
    let not_before = not_before.map(|minutes| UtcMillis(NOW.0 + minutes * MINUTE_MS));
    Event::Synced(Err(SyncTrouble { trouble, not_before, can_retry }))
}

fn done() -> Event {
    Event::Synced(Ok(SyncDone { sentence: "Nothing new.".to_owned(), has_new: false, failures: Vec::new() }))
}

fn minutes_to_next(state: &State) -> Option<i64> {
    state.syncing.next.map(|next| (next.0 - state.now.0) / MINUTE_MS)
}

#[test]
fn it_syncs_at_once_and_then_at_the_interval() {
    let mut state = begun(true);
    assert!(tick(&mut state, 0));
    assert!(!tick(&mut state, 20), "one sync at a time");
    update(&mut state, done());
    assert_eq!(minutes_to_next(&state), Some(10));
    assert!(!tick(&mut state, 29));
    assert!(tick(&mut state, 30));
}

#[test]
fn it_never_syncs_unasked_where_that_is_off() {
    let mut state = begun(false);
    assert!(!tick(&mut state, 0) && !tick(&mut state, 1_000));
    update(&mut state, done());
    assert_eq!(minutes_to_next(&state), None);
}

#[test]
fn failures_put_it_off_and_success_brings_it_back() {
    let mut state = begun(true);
    for expected in [20, 40, 80, 160, 320, 360, 360] {
        update(&mut state, failed(None, true));
        assert_eq!(minutes_to_next(&state), Some(expected));
    }
    update(&mut state, done());
    assert_eq!(minutes_to_next(&state), Some(10));
}

#[test]
fn github_says_when_at_the_earliest() {
    let mut state = begun(true);
    update(&mut state, failed(Some(55), true));
    assert_eq!(minutes_to_next(&state), Some(55));
}

#[test]
fn what_needs_the_user_is_not_tried_again() {
    let mut state = begun(true);
    update(&mut state, failed(None, false));
    assert_eq!(minutes_to_next(&state), None);
    assert!(!tick(&mut state, 10_000));
}
