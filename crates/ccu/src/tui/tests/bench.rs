//! A dashboard without threads: what is asked is answered at once.

use ccu_core::time::UtcMillis;
use ccu_engine::demo;
use ccu_engine::env::Environment;
use ccu_engine::progress::NoProgress;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::commands::opened::Opened;
use crate::surroundings::{Surroundings, Terminal as Tty};
use crate::tui::desk::Desk;
use crate::tui::event::{Effect, Event, ReadDone, Trouble};
use crate::tui::hits::Hits;
use crate::tui::state::{DashboardSettings, Remembered, State};
use crate::tui::theme::{Background, Charset, ColorLevel, Theme};
use crate::tui::update::update;
use crate::tui::view;

/// The present of every test: a Sunday at 14:32 UTC.
pub const NOW: UtcMillis = UtcMillis(1_795_357_920_000);

/// A dashboard on the demo's data.
pub struct Bench {
    /// The state.
    pub state: State,
    /// Every effect but questions and readings.
    pub effects: Vec<Effect>,
    desk: Desk,
    _home: tempfile::TempDir,
}

/// Settings of every test.
pub fn settings() -> DashboardSettings {
    DashboardSettings {
        zone: TimeZone::UTC,
        week_start: Weekday::Monday,
        limit_reset: None,
        has_auto_sync: false,
        sync_minutes: 10,
        theme: Theme { color: ColorLevel::None, background: Background::Dark, charset: Charset::Unicode },
    }
}

impl Bench {
    /// A dashboard as it begins, with its first question answered.
    pub fn begin() -> Bench {
        let home = tempfile::tempdir().unwrap();
        drop(demo::furnish(home.path(), NOW, &NoProgress).unwrap());
        let mut bench = Bench::on(home);
        bench.event(Event::Read(Ok(ReadDone { n_changed: 0, has_source: true })));
        bench
    }

    /// A dashboard of somebody who has never used Claude Code.
    pub fn empty() -> Bench {
        let mut bench = Bench::on(tempfile::tempdir().unwrap());
        bench.state.nothing_found = "No transcripts were found.".to_owned();
        bench.event(Event::Read(Ok(ReadDone { n_changed: 0, has_source: false })));
        bench
    }

    fn on(home: tempfile::TempDir) -> Bench {
        let place = demo::place(home.path());
        let surroundings = Surroundings {
            environment: Environment {
                home_dir: Some(home.path().to_owned()),
                ccu_config_dir: Some(place.config_dir.into()),
                ccu_data_dir: Some(place.data_dir.into()),
                ccu_machine: Some(place.machine_name.into()),
                claude_config_dir: place.roots.first().map(|root| root.path.clone().into()),
                ..Environment::default()
            },
            host_name: "host".into(),
            now: NOW,
            clock: || NOW,
            system_zone: TimeZone::UTC,
            terminal: Tty::default(),
            is_demo: true,
        };
        let opened = Opened::of(&surroundings).unwrap();
        let (state, effects) = State::new(settings(), Remembered::default(), NOW);
        let desk = Desk::new(opened, state.calendar(), surroundings);
        let mut bench = Bench { state, effects: Vec::new(), desk, _home: home };
        bench.perform(effects);
        bench
    }

    /// Something happens.
    pub fn event(&mut self, event: Event) -> bool {
        let done = update(&mut self.state, event);
        self.perform(done.effects);
        done.is_visible
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(asked) => {
                    let result = self.desk.answer(&asked).map_err(|error| Trouble::of(&error));
                    self.event(Event::Answered { ticket: asked.ticket, result });
                }
                Effect::Read => {}
                other => self.effects.push(other),
            }
        }
    }

    /// Keys are pressed, one for each character; `\n`, `\t` and `\u{1b}` are Enter, Tab and Escape.
    pub fn keys(&mut self, keys: &str) {
        for character in keys.chars() {
            let code = match character {
                '\n' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                '\u{1b}' => KeyCode::Esc,
                character => KeyCode::Char(character),
            };
            self.event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    /// The screen at a size, and what is where on it.
    pub fn screen(&mut self, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let mut hits = Hits::default();
        terminal.draw(|frame| view::draw(frame, &self.state, &mut hits)).unwrap();
        self.event(Event::Drawn(hits));
        let buffer = terminal.backend().buffer();
        let line = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..rows).map(line).collect::<Vec<String>>().join("\n")
    }
}
