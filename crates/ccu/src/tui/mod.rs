//! The dashboard: events in, [`update::update`] changes the state, [`view::draw`] only reads it. Whatever takes time is done on
//! other threads: questions to the database by [`worker`], reading and syncing by [`background`].

mod act;
mod action;
mod amount;
mod background;
mod configure;
mod desk;
mod event;
mod hits;
mod keymap;
mod memory;
mod page;
mod query;
mod rows;
mod screen;
mod series;
mod span;
mod state;
mod terminal;
mod theme;
mod update;
mod view;
mod widget;
mod worker;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use ccu_engine::paths::TranscriptRoot;
use ccu_engine::transcript_watch::TranscriptWatch;

use crate::commands::opened::{Opened, nothing_found};
use crate::ctrl_c::{self, Heeded};
use crate::error::{CommandError, ErrorKind};
use crate::sanitize::sanitize_lines;
use crate::surroundings::Surroundings;
use crate::tui::background::{Background, Job};
use crate::tui::desk::Desk;
use crate::tui::event::{Effect, Event};
use crate::tui::hits::Hits;
use crate::tui::state::State;
use crate::tui::terminal::Screen;
use crate::tui::update::Update;
use crate::tui::worker::Worker;

pub use page::View;

/// From one look at the clock to the next.
const TICK: Duration = Duration::from_secs(1);
/// How long a frame waits for the answer to what was just asked: a screen that first goes blank looks slow.
const PATIENCE: Duration = Duration::from_millis(15);

/// The terminal cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw on this terminal")]
struct NoScreen {
    source: std::io::Error,
}

/// What a person asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// The view to begin with; that of the last run where none is named.
    pub view: Option<View>,
    /// Whether names are hidden, whatever is remembered.
    pub is_anonymous: bool,
    /// Whether colours are used.
    pub has_color: bool,
}

/// Shows the dashboard until the user ends it.
///
/// **Errors**: when the settings cannot be read, the database not be opened, or the terminal not be drawn on.
pub fn run(wanted: Wanted, surroundings: &Surroundings) -> Result<(), CommandError> {
    let opened = Opened::of(surroundings)?;
    let settings = configure::settings(surroundings, wanted.has_color)?;
    let memory = opened.ledger.path().with_file_name(memory::FILE);
    let mut remembered = memory::load(&memory);
    remembered.view = wanted.view.unwrap_or(remembered.view);
    let was_anonymous = remembered.is_anonymous;
    remembered.is_anonymous |= wanted.is_anonymous;
    let (mut state, effects) = State::new(settings, remembered, surroundings.now);
    state.nothing_found = sanitize_lines(&nothing_found(&opened.roots, &[], false));
    let mut dashboard = Dashboard::begin(state, opened, wanted.has_color, surroundings).map_err(no_screen)?;
    let ended = dashboard.live(effects).map_err(no_screen);
    let mut remembered = dashboard.state.remembered.clone();
    // A flag is for one run.
    if wanted.is_anonymous && remembered.is_anonymous {
        remembered.is_anonymous = was_anonymous;
    }
    // What is remembered makes the next start nicer, and nothing else.
    let _ = memory::save(&memory, &remembered);
    ended
}

fn no_screen(source: io::Error) -> CommandError {
    CommandError::new(ErrorKind::Internal, NoScreen { source }).hint("`ccu summary` needs no such terminal")
}

/// The running dashboard.
struct Dashboard {
    state: State,
    screen: Screen,
    worker: Worker,
    background: Background,
    incoming: Receiver<Event>,
    events: Sender<Event>,
    surroundings: Surroundings,
    has_color: bool,
    is_over: bool,
    roots: Vec<TranscriptRoot>,
    watch: Option<TranscriptWatch>,
    /// Held so that a signal asks the dashboard to end, and does not end it with the terminal as it is.
    _heeded: Heeded,
}

impl Dashboard {
    fn begin(state: State, opened: Opened, has_color: bool, surroundings: &Surroundings) -> io::Result<Dashboard> {
        let screen = Screen::take()?;
        let (events, incoming) = channel();
        terminal::listen(events.clone());
        let roots = opened.roots.clone();
        let desk = Desk::new(opened, state.calendar(), surroundings.clone());
        Ok(Dashboard {
            worker: Worker::begin(|| Ok(desk), events.clone()),
            background: Background::begin(surroundings.clone(), events.clone()),
            surroundings: surroundings.clone(),
            state,
            screen,
            incoming,
            events,
            has_color,
            is_over: false,
            watch: None,
            roots,
            _heeded: Heeded::begin(),
        })
    }

    /// Takes in what happens until the user ends it.
    fn live(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        self.draw()?;
        // Looking through all directories takes a moment, and must come before they are read, or a change could be missed.
        self.watch = Some(self.begin_watch());
        if self.take_in_answer(&effects, PATIENCE) {
            self.draw()?;
        }
        let mut next_tick = Instant::now() + TICK;
        while !self.is_over {
            let update = match self.incoming.recv_timeout(next_tick.saturating_duration_since(Instant::now())) {
                Ok(event) => self.take_in(event),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    next_tick = Instant::now() + TICK;
                    self.is_over |= ctrl_c::is_stop_wanted();
                    self.take_in(Event::Tick((self.surroundings.clock)()))
                }
            };
            if update.is_visible {
                self.draw()?;
            }
        }
        Ok(())
    }

    fn begin_watch(&self) -> TranscriptWatch {
        let changed = self.events.clone();
        TranscriptWatch::begin(&self.roots, move || {
            // Where nobody listens any more, nobody wants to know.
            let _ = changed.send(Event::TranscriptsChanged);
        })
    }

    /// Takes in an event and whatever waits behind it, so that one frame shows it all.
    fn take_in(&mut self, event: Event) -> Update {
        let mut all = Update::default();
        let mut next = Some(event);
        while let Some(event) = next {
            let update = update::update(&mut self.state, event);
            all.is_visible |= update.is_visible;
            all.is_visible |= self.take_in_answer(&update.effects, PATIENCE);
            next = if self.is_over { None } else { self.incoming.try_recv().ok() };
        }
        all
    }

    /// Does what is to be done. Where something was asked, the answer is waited for, for a moment.
    fn take_in_answer(&mut self, effects: &[Effect], patience: Duration) -> bool {
        for effect in effects {
            self.perform(effect);
        }
        let asks = effects.iter().any(|effect| matches!(effect, Effect::Ask(_)));
        let until = Instant::now() + patience;
        let mut is_visible = false;
        while asks && let Ok(event) = self.incoming.recv_timeout(until.saturating_duration_since(Instant::now())) {
            let is_answer = matches!(event, Event::Answered { .. });
            let update = update::update(&mut self.state, event);
            is_visible |= update.is_visible;
            update.effects.iter().for_each(|effect| self.perform(effect));
            if is_answer {
                break;
            }
        }
        is_visible
    }

    fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Ask(asked) => self.worker.ask(asked.clone()),
            Effect::Read => self.background.begin_job(Job::Read),
            Effect::Sync(kind) => self.background.begin_job(Job::Sync(*kind)),
            Effect::Configure { key, value } => {
                let (key, value) = (key.clone(), value.clone());
                self.background.begin_job(Job::Configure { key, value, has_color: self.has_color });
            }
            Effect::Reopen => {
                let (surroundings, calendar) = (self.surroundings.clone(), self.state.calendar());
                let open = move || Ok(Desk::new(Opened::of(&surroundings)?, calendar, surroundings));
                self.worker = Worker::begin(open, self.events.clone());
            }
            Effect::Quit => self.is_over = true,
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let mut hits = Hits::default();
        let state = &self.state;
        self.screen.terminal.draw(|frame| view::draw(frame, state, &mut hits))?;
        update::update(&mut self.state, Event::Drawn(hits));
        Ok(())
    }
}
