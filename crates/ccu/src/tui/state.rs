//! Everything that the screen is drawn from. Only [`crate::tui::update`] changes it.

use std::collections::BTreeMap;

use ccu_core::time::UtcMillis;
use ccu_engine::config::LimitReset;
use ccu_engine::progress::ReadingProgress;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use tui_input::Input;

use crate::tui::event::{Effect, SyncDone, SyncKind, SyncStep, SyncTrouble, Trouble};
use crate::tui::hits::Hits;
use crate::tui::page::{Metric, Page, Scope, Sort, View};
use crate::tui::query::{Asked, Query};
use crate::tui::span::Calendar;
use crate::tui::theme::Theme;

/// The settings that the dashboard goes by.
#[derive(Debug, Clone, PartialEq)]
pub struct DashboardSettings {
    /// The zone whose midnights part the days.
    pub zone: TimeZone,
    /// The first day of a week.
    pub week_start: Weekday,
    /// When the weekly limit starts anew, where the user has said it.
    pub limit_reset: Option<LimitReset>,
    /// Whether the Gist is synced in the background.
    pub has_auto_sync: bool,
    /// Minutes from one background sync to the next.
    pub sync_minutes: u32,
    /// Colours and characters.
    pub theme: Theme,
}

/// What is remembered from one run to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The view.
    pub view: View,
    /// What is counted.
    pub metric: Metric,
    /// Whether names are hidden.
    pub is_anonymous: bool,
    /// The mode and order of each view that was shown.
    pub pages: BTreeMap<View, (usize, Sort)>,
}

impl Default for Remembered {
    fn default() -> Self {
        Remembered { view: View::Usage, metric: Metric::Cost, is_anonymous: false, pages: BTreeMap::new() }
    }
}

/// A line that a person types into.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What was typed.
    pub input: Input,
}

/// What a prompt is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// What rows must have in their name; what it was before.
    Filter(String),
    /// The value of a setting.
    Setting(String),
    /// The name of a setting and its value, with a blank between them.
    Named,
}

/// How the reading of transcripts stands.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Whether they are being read.
    pub is_running: bool,
    /// Whether they have changed since that began.
    pub is_due_again: bool,
    /// How far it is.
    pub progress: Option<ReadingProgress>,
    /// When they were last read.
    pub last: Option<UtcMillis>,
    /// Why the last reading failed.
    pub trouble: Option<Trouble>,
    /// Whether there are transcripts or stored records at all; `None` as long as nobody has looked.
    pub has_source: Option<bool>,
}

/// How sync stands.
#[derive(Debug, Clone, Default)]
pub struct Syncing {
    /// What runs, and how far it is.
    pub running: Option<(SyncKind, Option<SyncStep>)>,
    /// How the last one ended, and when.
    pub last: Option<(UtcMillis, Result<SyncDone, SyncTrouble>)>,
    /// Syncs in a row that failed.
    pub n_failures: u32,
    /// When the next one is due; `None` where none is.
    pub next: Option<UtcMillis>,
}

/// A word to the user that goes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is said.
    pub text: String,
    /// Whether it tells that something failed.
    pub is_trouble: bool,
    /// Until when.
    pub until: UtcMillis,
}

/// Everything that the screen is drawn from.
#[derive(Debug, Clone)]
pub struct State {
    /// The settings.
    pub settings: DashboardSettings,
    /// The present instant.
    pub now: UtcMillis,
    /// What is remembered from one run to the next.
    pub remembered: Remembered,
    /// The page of the view.
    pub base: Page,
    /// The pages that were gone into from there; the last one is shown.
    pub inner: Vec<Page>,
    /// The line that is typed into.
    pub prompt: Option<Prompt>,
    /// The first line of the help that is shown; `None` where it is not.
    pub help: Option<usize>,
    /// How the reading of transcripts stands.
    pub reading: Reading,
    /// How sync stands.
    pub syncing: Syncing,
    /// A word to the user.
    pub notice: Option<Notice>,
    /// What those are told who have no transcripts: where was looked, and what to do.
    pub nothing_found: String,
    /// Why the page has no answer.
    pub trouble: Option<Trouble>,
    /// What is where on the screen.
    pub hits: Hits,
    /// Rows of a list that the screen had room for.
    pub list_height: usize,
    last_ticket: u64,
}

/// How long a notice stays.
const NOTICE_MS: i64 = 8_000;

impl State {
    /// The state that a run begins with, and what is to be done first.
    pub fn new(settings: DashboardSettings, remembered: Remembered, now: UtcMillis) -> (State, Vec<Effect>) {
        let base = Page::new(remembered.view.place(), Scope::default(), None);
        let mut state = State {
            settings,
            now,
            base,
            remembered,
            inner: Vec::new(),
            prompt: None,
            help: None,
            reading: Reading { is_running: true, ..Reading::default() },
            syncing: Syncing::default(),
            notice: None,
            nothing_found: String::new(),
            trouble: None,
            hits: Hits::default(),
            list_height: 1,
            last_ticket: 0,
        };
        let first = state.show(state.remembered.view);
        state.syncing.next = state.settings.has_auto_sync.then_some(now);
        (state, vec![first, Effect::Read])
    }

    /// The page that is shown.
    pub fn page(&self) -> &Page {
        self.inner.last().unwrap_or(&self.base)
    }

    /// The page that is shown.
    pub fn page_mut(&mut self) -> &mut Page {
        self.inner.last_mut().unwrap_or(&mut self.base)
    }

    /// The view that is shown, or that the page was gone into from.
    pub fn view(&self) -> View {
        self.remembered.view
    }

    /// What is counted.
    pub fn metric(&self) -> Metric {
        self.remembered.metric
    }

    /// What tells the days.
    pub fn calendar(&self) -> Calendar {
        Calendar {
            zone: self.settings.zone.clone(),
            week_start: self.settings.week_start,
            limit_reset: self.settings.limit_reset,
            now: self.now,
        }
    }

    /// Shows a view as it was when it was left, at the present.
    pub fn show(&mut self, view: View) -> Effect {
        let (mode, sort) = self.remembered.pages.get(&view).copied().unwrap_or((0, view.place().sort()));
        let mode = if mode < view.place().modes().len() { mode } else { 0 };
        self.remembered.view = view;
        self.inner.clear();
        self.base = Page { mode, sort, ..Page::new(view.place(), Scope::default(), None) };
        self.ask()
    }

    /// Asks for what the page shows. What it shows meanwhile must fit it, so what does not fit is taken away before.
    pub fn ask(&mut self) -> Effect {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        let query = Query::of(self.page(), &self.calendar());
        let is_anonymous = self.remembered.is_anonymous;
        self.page_mut().ticket = ticket;
        Effect::Ask(Asked { ticket, query, is_anonymous })
    }

    /// Asks for what a page shows of which nothing is known.
    pub fn ask_anew(&mut self) -> Effect {
        let page = self.page_mut();
        page.answered = None;
        page.visible.clear();
        (page.selected, page.top) = (0, 0);
        self.trouble = None;
        self.ask()
    }

    /// Keeps in mind how the view is shown.
    pub fn remember_page(&mut self) {
        if self.inner.is_empty() {
            let page = (self.base.mode, self.base.sort);
            self.remembered.pages.insert(self.remembered.view, page);
        }
    }

    /// Says something for a while.
    pub fn say(&mut self, text: impl Into<String>, is_trouble: bool) {
        let until = UtcMillis(self.now.0.saturating_add(NOTICE_MS));
        self.notice = Some(Notice { text: text.into(), is_trouble, until });
    }
}
