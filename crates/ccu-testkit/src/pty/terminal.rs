//! The terminal that draws: keeps the screen, answers what programs ask of a terminal, and tells waiters of each change.

#![expect(clippy::expect_used, reason = "a lock is poisoned by a failed test only")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use vt100::{Callbacks, Parser};

use super::screen::Screen;

/// The ground on which a terminal draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// The screen and its waiters.
pub struct Terminal {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser<Answers>,
    last_change: Instant,
    is_closed: bool,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}

impl Terminal {
    /// An empty screen of so many columns and rows.
    pub fn new(size: (u16, u16), background: Background) -> Terminal {
        let (rows, columns) = rows_and_columns(size);
        let answers = Answers { background, waiting: String::new() };
        let parser = Parser::new_with_callbacks(rows, columns, 0, answers);
        let state = State { parser, last_change: Instant::now(), is_closed: false };
        Terminal { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Draws what comes until nothing more does; answers go to `input`.
    pub fn draw(&self, output: &mut impl Read, input: &mut impl Write) {
        let mut bytes = [0; 65_536];
        // Linux reports the end as an error: the program's side has been closed.
        while let Ok(n_bytes @ 1..) = output.read(&mut bytes) {
            let mut state = self.lock();
            state.parser.process(&bytes[..n_bytes]);
            state.last_change = Instant::now();
            let answer = std::mem::take(&mut state.parser.callbacks_mut().waiting);
            drop(state);
            self.changed.notify_all();
            // A program that has ended wants no answer.
            input.write_all(answer.as_bytes()).ok();
        }
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Sets the number of columns and rows.
    pub fn resize(&self, size: (u16, u16)) {
        let (rows, columns) = rows_and_columns(size);
        self.lock().parser.set_size(rows, columns);
    }

    /// What is shown now.
    pub fn screen(&self) -> Screen {
        Screen::new(self.lock().parser.screen().clone())
    }

    /// Waits for a screen, and gives up with the last one when time is over.
    pub fn wait_until(&self, patience: Duration, wish: impl Fn(&Screen) -> bool) -> Result<Screen, Screen> {
        let start = Instant::now();
        let mut state = self.lock();
        loop {
            let screen = Screen::new(state.parser.screen().clone());
            if wish(&screen) {
                return Ok(screen);
            }
            let left = patience.saturating_sub(start.elapsed());
            if left.is_zero() || state.is_closed {
                return Err(screen);
            }
            state = self.wait(state, left);
        }
    }

    /// Waits until nothing has been drawn for `pause`, at most for `patience`.
    pub fn wait_until_still(&self, pause: Duration, patience: Duration) -> Screen {
        let start = Instant::now();
        let mut state = self.lock();
        loop {
            // What was drawn before the call says nothing about what the last key will change.
            let still = state.last_change.max(start).elapsed();
            if still >= pause || start.elapsed() >= patience || state.is_closed {
                return Screen::new(state.parser.screen().clone());
            }
            state = self.wait(state, pause - still);
        }
    }

    /// Waits until nothing more can be drawn; `false` when that does not come in time.
    pub fn wait_for_close(&self, patience: Duration) -> bool {
        let start = Instant::now();
        let mut state = self.lock();
        while !state.is_closed && start.elapsed() < patience {
            state = self.wait(state, patience.saturating_sub(start.elapsed()));
        }
        state.is_closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody failed while drawing")
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, most: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, most).expect("nobody failed while drawing").0
    }
}

fn rows_and_columns((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |number| NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN);
    (at_least_one(rows), at_least_one(columns))
}

/// What a program asks of its terminal, answered as xterm does.
///
/// **Source**: <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "Functions using CSI" and "Operating System Commands".
struct Answers {
    background: Background,
    waiting: String,
}

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        intermediate: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        let first = parameters.first().and_then(|parameter| parameter.first()).copied().unwrap_or(0);
        match (intermediate, last, first) {
            (None, 'n', 5) => self.waiting.push_str("\x1b[0n"),
            (None, 'n', 6) => {
                let (row, column) = screen.cursor_position();
                self.waiting.push_str(&format!("\x1b[{};{}R", row + 1, column + 1));
            }
            // A VT220 with colours.
            (None, 'c', 0) => self.waiting.push_str("\x1b[?62;22c"),
            (Some(b'>'), 'c', 0) => self.waiting.push_str("\x1b[>1;10;0c"),
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, parameters: &[&[u8]]) {
        let (dark, light) = ("rgb:1616/1616/1e1e", "rgb:fafa/fafa/fafa");
        let colour = match (parameters, self.background) {
            ([b"10", b"?"], Background::Dark) | ([b"11", b"?"], Background::Light) => light,
            ([b"10", b"?"], Background::Light) | ([b"11", b"?"], Background::Dark) => dark,
            _ => return,
        };
        let number = if parameters[0] == b"10" { 10 } else { 11 };
        self.waiting.push_str(&format!("\x1b]{number};{colour}\x1b\\"));
    }
}
