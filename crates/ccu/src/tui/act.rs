//! What each action does to the state.

use ccu_core::report::{ReportRow, RowKey};
use ccu_core::time::UtcMillis;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::tui::action::Action;
use crate::tui::event::{Effect, SyncKind};
use crate::tui::page::{Page, Place, Scope};
use crate::tui::query::Answer;
use crate::tui::rows;
use crate::tui::state::{Purpose, State};
use crate::tui::update::{self, Update, is_for_help, list_anew};

/// Does what a person wants.
pub fn act(state: &mut State, action: Action) -> Update {
    if state.help.is_some() && is_for_help(action) {
        return act_in_help(state, action);
    }
    state.help = None;
    match action {
        Action::Show(view) => Update::shown(vec![state.show(view)]),
        Action::NextMode => change_mode(state, 1),
        Action::PreviousMode => change_mode(state, -1),
        Action::Earlier => step(state, -1),
        Action::Later => step(state, 1),
        Action::Now => back_to_now(state),
        Action::Move(_) | Action::MovePage(_) | Action::First | Action::Last => move_selection(state, action),
        Action::Enter => enter(state),
        Action::EnterShown(place) => {
            if select_shown(state, place) {
                enter(state)
            } else {
                Update::default()
            }
        }
        Action::ClickShown(place) => click(state, place),
        Action::Back => back(state),
        Action::Filter => {
            let filter = state.page().filter.clone();
            update::prompt(state, Purpose::Filter(filter.clone()), filter)
        }
        Action::Sort => change_sort(state),
        Action::Anonymous => {
            state.remembered.is_anonymous = !state.remembered.is_anonymous;
            // Names that are to be hidden must not stay until the answer is there.
            Update::shown(vec![state.ask_anew()])
        }
        Action::Metric => {
            state.remembered.metric = state.metric().next();
            list_anew(state);
            Update::shown(Vec::new())
        }
        Action::Read => Update { is_visible: true, ..update::read(state) },
        Action::Name if state.page().place == Place::Settings => update::prompt(state, Purpose::Named, String::new()),
        Action::Name => Update::default(),
        Action::Unset => unset(state),
        Action::Sync => update::sync(state, SyncKind::Both),
        Action::Push => update::sync(state, SyncKind::Push),
        Action::Pull => update::sync(state, SyncKind::Pull),
        Action::Help => {
            state.help = Some(0);
            Update::shown(Vec::new())
        }
        Action::Quit => Update { effects: vec![Effect::Quit], is_visible: false },
    }
}

fn act_in_help(state: &mut State, action: Action) -> Update {
    let top = state.help.unwrap_or(0);
    let height = state.list_height;
    state.help = match action {
        Action::Quit => return Update { effects: vec![Effect::Quit], is_visible: false },
        Action::Move(by) => Some(moved(top, i64::from(by))),
        Action::MovePage(by) => Some(moved(top, i64::from(by) * height as i64)),
        Action::First => Some(0),
        Action::Last => Some(usize::MAX),
        _ => None,
    };
    Update::shown(Vec::new())
}

fn moved(place: usize, by: i64) -> usize {
    usize::try_from((place as i64).saturating_add(by)).unwrap_or(0)
}

fn change_mode(state: &mut State, by: isize) -> Update {
    let page = state.page_mut();
    let n_modes = page.place.modes().len();
    if n_modes == 0 {
        return Update::default();
    }
    page.mode = (page.mode as isize + by).rem_euclid(n_modes as isize) as usize;
    page.offset = 0;
    state.remember_page();
    Update::shown(vec![state.ask_anew()])
}

/// Goes to the period before or after, but not into the future.
fn step(state: &mut State, by: i32) -> Update {
    let calendar = state.calendar();
    let mut page = state.page().clone();
    page.offset = page.offset.saturating_add(by);
    if !calendar.can_step(&page) || calendar.is_ahead(&calendar.span(&page)) {
        return Update::default();
    }
    state.page_mut().offset = page.offset;
    Update::shown(vec![state.ask_anew()])
}

fn back_to_now(state: &mut State) -> Update {
    let page = state.page_mut();
    if page.offset == 0 && page.anchor.is_none() {
        return Update::default();
    }
    (page.offset, page.anchor) = (0, None);
    Update::shown(vec![state.ask_anew()])
}

fn move_selection(state: &mut State, action: Action) -> Update {
    let height = state.list_height as i64;
    let page = state.page_mut();
    let by = match action {
        Action::Move(by) => i64::from(by),
        Action::MovePage(by) => i64::from(by) * height,
        Action::First => i64::MIN,
        _ => i64::MAX,
    };
    page.selected = moved(page.selected, by).min(page.visible.len().saturating_sub(1));
    Update::shown(Vec::new())
}

/// Selects the row at a place on the screen; whether there is one.
fn select_shown(state: &mut State, place: usize) -> bool {
    let page = state.page_mut();
    let row = page.top.saturating_add(place);
    let is_there = row < page.visible.len();
    if is_there {
        page.selected = row;
    }
    is_there
}

fn click(state: &mut State, place: usize) -> Update {
    let page = state.page();
    if page.top.saturating_add(place) == page.selected {
        return enter(state);
    }
    select_shown(state, place);
    Update::shown(Vec::new())
}

fn back(state: &mut State) -> Update {
    if state.inner.is_empty() || !state.page().filter.is_empty() {
        state.page_mut().filter.clear();
        list_anew(state);
        return Update::shown(Vec::new());
    }
    state.inner.pop();
    state.trouble = None;
    // What was shown may be old by now; it is asked again while it is shown.
    Update::shown(vec![state.ask()])
}

fn change_sort(state: &mut State) -> Update {
    if !state.page().place.can_sort() {
        return Update::default();
    }
    let page = state.page_mut();
    page.sort = page.sort.next();
    (page.selected, page.top) = (0, 0);
    state.remember_page();
    list_anew(state);
    state.page_mut().selected = 0;
    Update::shown(Vec::new())
}

fn enter(state: &mut State) -> Update {
    if let Some((key, value)) = selected_setting(state) {
        return update::prompt(state, Purpose::Setting(key), value);
    }
    match inner_page(state) {
        Some(page) => {
            state.inner.push(page);
            state.trouble = None;
            Update::shown(vec![state.ask()])
        }
        None => Update::default(),
    }
}

fn selected_setting(state: &State) -> Option<(String, String)> {
    let page = state.page();
    let Answer::Settings(rows) = &*page.answered.as_ref()?.answer else { return None };
    let row = rows.get(page.selected_row()?)?;
    Some((row.key.to_string(), row.value.clone()))
}

fn unset(state: &mut State) -> Update {
    match selected_setting(state) {
        Some((key, _)) => Update::shown(vec![Effect::Configure { key, value: None }]),
        None => Update::default(),
    }
}

/// The page behind the selected row.
fn inner_page(state: &State) -> Option<Page> {
    let page = state.page();
    let answered = page.answered.as_ref()?;
    let row = page.selected_row()?;
    match &*answered.answer {
        Answer::Usage(usage) => usage_page(row, usage.block.as_ref().map(|block| (block.start, block.end))),
        Answer::Heatmap(answer) => {
            let machine =
                row.checked_sub(1).and_then(|row| answer.activity.machines.get(row)).map(|machine| machine.machine);
            let scope = Scope { machine, ..Scope::default() };
            let anchor = state.calendar().span(page).since;
            Some(Page::new(Place::Year, scope, anchor))
        }
        Answer::Responses(responses) => {
            let response = responses.responses.get(row)?;
            let scope = Scope { session: Some(response.session.clone()), ..Scope::default() };
            Some(Page::new(Place::Message { uuid: response.uuid.clone()? }, scope, None))
        }
        Answer::Message(_) | Answer::Gist(_) | Answer::Settings(_) => None,
        answer @ (Answer::Period(_) | Answer::Devices(_) | Answer::Rows(_)) => {
            report_page(state, rows::report(answer)?.rows.get(row)?)
        }
    }
}

fn usage_page(row: usize, block: Option<(UtcMillis, UtcMillis)>) -> Option<Page> {
    let everything = Scope::default();
    match rows::USAGE_ROWS.get(row).copied()? {
        "today" => Some(Page::new(Place::Day, everything, None)),
        "block" => Some(Page::new(Place::Responses, Scope { instants: Some(block?), ..everything }, None)),
        "week" => Some(Page::new(Place::Week, everything, None)),
        _ => Some(Page::new(Place::Month, everything, None)),
    }
}

fn report_page(state: &State, row: &ReportRow) -> Option<Page> {
    let page = state.page();
    let scope = page.scope.clone();
    match &row.key {
        RowKey::Period(day) => Some(period_page(page, scope, *day)),
        RowKey::Hour(hour) => {
            let calendar = state.calendar();
            let end = hour.saturating_add(1.hour());
            let instants = Some((calendar.instant(*hour), calendar.instant(end)));
            Some(Page::new(Place::Responses, Scope { instants, ..scope }, None))
        }
        RowKey::Session(session) => {
            Some(Page::new(Place::Responses, Scope { session: Some(session.clone()), ..scope }, None))
        }
        RowKey::Project(project) => {
            let scope = Scope { project: Some(project.clone()), ..scope };
            Some(narrowed(state, Place::Sessions, scope))
        }
        RowKey::Machine(machine) => {
            let scope = Scope { machine: Some(*machine), ..scope };
            Some(Page::new(Place::Month, scope, state.calendar().span(page).until.filter(|_| page.offset < 0)))
        }
        RowKey::Undated | RowKey::Model(_) | RowKey::Total => None,
    }
}

/// The page of the period that begins on a day.
fn period_page(page: &Page, scope: Scope, first_day: Date) -> Page {
    let place = match page.buckets() {
        Some(ccu_core::report::Grouping::Weekly) => Place::Week,
        Some(ccu_core::report::Grouping::Monthly) => Place::Month,
        _ => Place::Day,
    };
    Page::new(place, scope, Some(first_day))
}

/// A page over the same time as the one that is shown.
fn narrowed(state: &State, place: Place, scope: Scope) -> Page {
    let page = state.page();
    let mut inner = Page::new(place, scope, page.anchor);
    (inner.mode, inner.offset) = (page.mode, page.offset);
    inner
}
