//! The one function that changes the state: something happened, so the state is this now and that is to be done.

use ccu_core::time::UtcMillis;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::tui::act;
use crate::tui::action::Action;
use crate::tui::event::{Configured, Effect, Event, ReadDone, SyncDone, SyncKind, SyncTrouble, Trouble};
use crate::tui::keymap;
use crate::tui::query::Answered;
use crate::tui::rows;
use crate::tui::state::{Purpose, State};

/// What comes of an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Whether the screen looks different now.
    pub is_visible: bool,
}

impl Update {
    /// The screen looks different, and this is to be done.
    pub fn shown(effects: Vec<Effect>) -> Update {
        Update { effects, is_visible: true }
    }
}

/// The longest time between two syncs that fail, in minutes.
const MOST_BACK_OFF_MINUTES: u64 = 6 * 60;
const MINUTE_MS: i64 = 60_000;

/// Takes in what happened.
pub fn update(state: &mut State, event: Event) -> Update {
    match event {
        Event::Key(key) => key_pressed(state, key),
        Event::Mouse(mouse) => state.hits.action(mouse).map_or_else(Update::default, |action| act::act(state, action)),
        Event::Pasted(text) => pasted(state, &text),
        Event::Resized => Update::shown(Vec::new()),
        Event::Drawn(hits) => {
            if let Some((top, height)) = hits.listed() {
                state.page_mut().top = top;
                state.list_height = height.max(1);
            }
            state.hits = hits;
            Update::default()
        }
        Event::Tick(now) => ticked(state, now),
        Event::Answered { ticket, result } => answered(state, ticket, result),
        Event::TranscriptsChanged => read(state),
        Event::Reading(progress) => {
            state.reading.progress = Some(progress);
            Update::shown(Vec::new())
        }
        Event::Read(result) => finished_reading(state, result),
        Event::Syncing(step) => {
            if let Some((_, progress)) = &mut state.syncing.running {
                *progress = Some(step);
            }
            Update::shown(Vec::new())
        }
        Event::Synced(result) => synced(state, result),
        Event::Configured(result) => configured(state, result),
        Event::Stop => Update { effects: vec![Effect::Quit], is_visible: false },
    }
}

fn key_pressed(state: &mut State, key: KeyEvent) -> Update {
    if state.prompt.is_some() && !key.modifiers.contains(KeyModifiers::CONTROL) {
        return typed(state, key);
    }
    keymap::action(key).map_or_else(Update::default, |action| act::act(state, action))
}

/// A key while a line is typed into.
fn typed(state: &mut State, key: KeyEvent) -> Update {
    let Some(prompt) = &mut state.prompt else { return Update::default() };
    let request = match key.code {
        KeyCode::Enter => return submitted(state),
        KeyCode::Esc => return cancelled(state),
        KeyCode::Char(character) => InputRequest::InsertChar(character),
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return Update::default(),
    };
    prompt.input.handle(request);
    filter_as_typed(state);
    Update::shown(Vec::new())
}

fn pasted(state: &mut State, text: &str) -> Update {
    let Some(prompt) = &mut state.prompt else { return Update::default() };
    for character in text.chars().filter(|character| !character.is_control()) {
        prompt.input.handle(InputRequest::InsertChar(character));
    }
    filter_as_typed(state);
    Update::shown(Vec::new())
}

/// The rows follow the filter while it is typed.
fn filter_as_typed(state: &mut State) {
    let Some(prompt) = &state.prompt else { return };
    if let Purpose::Filter(_) = prompt.purpose {
        let filter = prompt.input.value().to_owned();
        state.page_mut().filter = filter;
        list_anew(state);
    }
}

fn submitted(state: &mut State) -> Update {
    let effects = match state.prompt.take() {
        Some(prompt) => match prompt.purpose {
            Purpose::Filter(_) => Vec::new(),
            Purpose::Setting(key) => {
                vec![Effect::Configure { key, value: Some(prompt.input.value().trim().to_owned()) }]
            }
            Purpose::Named => {
                let typed = prompt.input.value().trim();
                let (key, value) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
                let (key, value) = (key.to_owned(), value.trim().trim_start_matches("= ").to_owned());
                vec![Effect::Configure { key, value: Some(value) }]
            }
        },
        None => Vec::new(),
    };
    Update::shown(effects)
}

fn cancelled(state: &mut State) -> Update {
    if let Some(prompt) = state.prompt.take()
        && let Purpose::Filter(before) = prompt.purpose
    {
        state.page_mut().filter = before;
        list_anew(state);
    }
    Update::shown(Vec::new())
}

/// Begins to type.
pub fn prompt(state: &mut State, purpose: Purpose, text: String) -> Update {
    state.prompt = Some(crate::tui::state::Prompt { purpose, input: Input::new(text) });
    Update::shown(Vec::new())
}

/// Lists the rows of the page by its filter and order. The row that was selected stays so where it is still there.
pub fn list_anew(state: &mut State) {
    let metric = state.metric();
    let page = state.page_mut();
    let Some(answered) = &page.answered else { return };
    let selected = page.selected_row();
    page.visible = rows::visible(page, answered, metric);
    let place = selected.and_then(|row| page.visible.iter().position(|listed| *listed == row));
    page.selected = place.unwrap_or(page.selected).min(page.visible.len().saturating_sub(1));
}

fn answered(state: &mut State, ticket: u64, result: Result<Answered, Trouble>) -> Update {
    if state.page().ticket != ticket {
        return Update::default();
    }
    match result {
        Ok(answered) => {
            state.page_mut().answered = Some(answered);
            state.trouble = None;
            list_anew(state);
        }
        Err(trouble) => state.trouble = Some(trouble),
    }
    Update::shown(Vec::new())
}

/// Reads what is new, now or as soon as the reading that runs has ended.
pub fn read(state: &mut State) -> Update {
    if state.reading.is_running {
        state.reading.is_due_again = true;
        return Update::default();
    }
    state.reading.is_running = true;
    Update { effects: vec![Effect::Read], is_visible: false }
}

fn finished_reading(state: &mut State, result: Result<ReadDone, Trouble>) -> Update {
    let reading = &mut state.reading;
    (reading.is_running, reading.progress) = (false, None);
    reading.last = Some(state.now);
    let mut effects = Vec::new();
    match result {
        Ok(done) => {
            reading.trouble = None;
            reading.has_source = Some(done.has_source);
            if done.n_changed > 0 || state.page().answered.is_none() {
                effects.push(state.ask());
            }
        }
        Err(trouble) => reading.trouble = Some(trouble),
    }
    if std::mem::take(&mut state.reading.is_due_again) {
        effects.extend(read(state).effects);
    }
    Update::shown(effects)
}

/// Begins a sync, unless one runs.
pub fn sync(state: &mut State, kind: SyncKind) -> Update {
    if state.syncing.running.is_some() {
        return Update::default();
    }
    state.syncing.running = Some((kind, None));
    Update::shown(vec![Effect::Sync(kind)])
}

fn synced(state: &mut State, result: Result<SyncDone, SyncTrouble>) -> Update {
    state.syncing.running = None;
    match &result {
        Ok(done) => {
            state.syncing.n_failures = 0;
            let sentence = done.sentence.clone();
            state.say(sentence, !done.failures.is_empty());
        }
        Err(failed) => {
            state.syncing.n_failures = state.syncing.n_failures.saturating_add(1);
            let message = failed.trouble.message.clone();
            state.say(message, true);
        }
    }
    state.syncing.next = next_sync(state, result.as_ref().err());
    state.syncing.last = Some((state.now, result));
    // Where a push failed, what was pulled before it is there all the same.
    Update::shown(vec![state.ask()])
}

/// When the next background sync is due: after the interval, twice as long after each failure, and never before GitHub
/// wants to be asked. What needs the user first is not tried again.
fn next_sync(state: &State, failed: Option<&SyncTrouble>) -> Option<UtcMillis> {
    if !state.settings.has_auto_sync || failed.is_some_and(|failed| !failed.can_retry) {
        return None;
    }
    let minutes = u64::from(state.settings.sync_minutes);
    let doubled = minutes.saturating_mul(1 << state.syncing.n_failures.min(16));
    let minutes = doubled.min(MOST_BACK_OFF_MINUTES.max(minutes));
    let next = state.now.0.saturating_add(i64::try_from(minutes).unwrap_or(i64::MAX).saturating_mul(MINUTE_MS));
    let not_before = failed.and_then(|failed| failed.not_before).unwrap_or(state.now);
    Some(UtcMillis(next).max(not_before))
}

fn configured(state: &mut State, result: Result<Configured, Trouble>) -> Update {
    match result {
        Ok(done) => {
            let has_new_sync = (done.settings.has_auto_sync, done.settings.sync_minutes)
                != (state.settings.has_auto_sync, state.settings.sync_minutes);
            state.settings = done.settings;
            if has_new_sync {
                state.syncing.next = state.settings.has_auto_sync.then_some(state.now);
            }
            match done.warnings.first() {
                Some(warning) => state.say(warning.clone(), true),
                None => state.say("saved", false),
            }
            Update::shown(vec![Effect::Reopen, state.ask()])
        }
        Err(trouble) => {
            state.say(trouble.message, true);
            Update::shown(Vec::new())
        }
    }
}

fn ticked(state: &mut State, now: UtcMillis) -> Update {
    let (today, minute) = (state.calendar().today(), state.now.0.div_euclid(MINUTE_MS));
    state.now = now;
    let mut update = Update { effects: Vec::new(), is_visible: now.0.div_euclid(MINUTE_MS) != minute };
    if state.notice.as_ref().is_some_and(|notice| notice.until <= now) {
        state.notice = None;
        update.is_visible = true;
    }
    if state.calendar().today() != today {
        update.effects.push(state.ask());
    } else if update.is_visible && matches!(state.page().place, crate::tui::page::Place::Usage) {
        // The block that runs now and its rate move on with the clock.
        update.effects.push(state.ask());
    }
    if state.syncing.next.is_some_and(|next| next <= now) && state.syncing.running.is_none() {
        state.syncing.next = None;
        let begun = sync(state, SyncKind::Both);
        update.effects.extend(begun.effects);
        update.is_visible = true;
    }
    update
}

/// Whether an action makes sense while the help is shown.
pub fn is_for_help(action: Action) -> bool {
    matches!(
        action,
        Action::Help
            | Action::Quit
            | Action::Back
            | Action::Move(_)
            | Action::MovePage(_)
            | Action::First
            | Action::Last
    )
}
