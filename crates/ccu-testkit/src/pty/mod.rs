//! A program on a terminal of its own: what it draws can be read, what a user would type can be sent.
//!
//! In: a command and a size. Out: the screen as a terminal would show it, and how the program left the terminal behind.

#![expect(clippy::expect_used, clippy::panic, reason = "a test bench that cannot set up its test fails it")]

mod device;
mod screen;
mod terminal;

use std::fmt;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use device::Device;
use terminal::Terminal;

pub use screen::Screen;
pub use terminal::Background;
pub use vt100::{Cell, Color};

/// How long anything may take that the program has been asked for.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How often a program that should end is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// A running program and its terminal. Dropped, it kills the program.
#[derive(Debug)]
pub struct Pty {
    child: Child,
    device: Device,
    terminal: Arc<Terminal>,
    reader: Option<JoinHandle<()>>,
}

/// What did not show up in time, and the screen on which it did not.
#[derive(Debug)]
pub struct Unseen {
    /// The last screen.
    pub screen: Screen,
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is not on the screen:\n{}", self.screen)
    }
}

impl std::error::Error for Unseen {}

/// How a program ended and what it left.
#[derive(Debug)]
pub struct End {
    /// Its exit code or the signal that ended it.
    pub status: ExitStatus,
    /// The screen after its last word.
    pub screen: Screen,
    /// What differs between the terminal line's settings before and after (`termios`); empty when they were restored.
    pub line_changes: String,
}

impl Pty {
    /// Runs a command on a dark terminal of so many columns and rows.
    ///
    /// It gets the environment variables that the command sets, and none of ours.
    ///
    /// # Panics
    /// When the machine has no terminal to give, or the program can't be run.
    #[track_caller]
    pub fn start(command: &Command, size: (u16, u16)) -> Pty {
        Pty::start_on(command, size, Background::Dark)
    }

    /// Like [`Pty::start`], on a terminal that answers with this background when asked.
    ///
    /// # Panics
    /// As [`Pty::start`] does.
    #[track_caller]
    pub fn start_on(command: &Command, size: (u16, u16), background: Background) -> Pty {
        let device = Device::open(size).expect("the system gives a pseudo terminal");
        let child = device.spawn(command).unwrap_or_else(|error| panic!("{command:?} can't be run: {error}"));
        let terminal = Arc::new(Terminal::new(size, background));
        let (mut input, mut output) = device.streams().expect("the pseudo terminal can be shared");
        let drawn = Arc::clone(&terminal);
        let reader = thread::spawn(move || drawn.draw(&mut output, &mut input));
        Pty { child, device, terminal, reader: Some(reader) }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends bytes as a keyboard or a mouse would: `"q"`, `"\x1b[A"` for the upward arrow, `"\x03"` for Ctrl-C.
    ///
    /// # Panics
    /// When the terminal takes no more.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        self.device.write(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Presses and releases the left mouse button on a cell, counted from 0, as terminals in SGR mode report it.
    ///
    /// **Source**: <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "Extended coordinates".
    ///
    /// # Panics
    /// As [`Pty::keys`] does.
    #[track_caller]
    pub fn click(&self, (row, column): (u16, u16)) {
        let (row, column) = (row + 1, column + 1);
        self.keys(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }

    /// Makes the window larger or smaller and tells the program so.
    ///
    /// # Panics
    /// When the system refuses.
    #[track_caller]
    pub fn resize(&self, size: (u16, u16)) {
        self.terminal.resize(size);
        self.device.resize(size).expect("the terminal can be resized");
        // Where the terminal is not the program's controlling one, the system does not say so by itself.
        self.signal(Signal::WINCH);
    }

    /// Asks the program to end, as `kill` does.
    ///
    /// # Panics
    /// When it has ended already.
    #[track_caller]
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    #[track_caller]
    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program takes signals");
    }

    /// What the terminal shows now.
    pub fn screen(&self) -> Screen {
        self.terminal.screen()
    }

    /// Waits until the screen is as wished.
    ///
    /// # Errors
    /// When it isn't in time. That the program has ended does not shorten the wait: its side stays open to be looked at.
    pub fn wait_until(&self, patience: Duration, wish: impl Fn(&Screen) -> bool) -> Result<Screen, Unseen> {
        self.terminal.wait_until(patience, wish).map_err(|screen| Unseen { screen })
    }

    /// Waits until a text is on the screen, within one row.
    ///
    /// # Panics
    /// With the screen, when the text isn't on it after [`PATIENCE`].
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> Screen {
        self.wait_for_screen(text, |screen| screen.has(text))
    }

    /// Waits until the screen is as wished; `what` names the wish in the message.
    ///
    /// # Panics
    /// With the screen, when it isn't so after [`PATIENCE`].
    #[track_caller]
    pub fn wait_for_screen(&self, what: &str, wish: impl Fn(&Screen) -> bool) -> Screen {
        self.wait_until(PATIENCE, wish).unwrap_or_else(|unseen| panic!("waited for `{what}`: {unseen}"))
    }

    /// Waits until nothing has been drawn for a while, at most for [`PATIENCE`]. Returns the screen.
    pub fn wait_until_still(&self, pause: Duration) -> Screen {
        self.terminal.wait_until_still(pause, PATIENCE)
    }

    /// Waits for the program's end.
    ///
    /// # Panics
    /// With the screen, when it still runs after [`PATIENCE`].
    #[track_caller]
    pub fn end(mut self) -> End {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.screen());
            thread::sleep(LOOK);
        };
        let line_changes = self.device.line_changes().expect("the terminal's settings can be read");
        // The reader comes to its end when nobody holds the program's side any more.
        self.device.hang_up();
        self.terminal.wait_for_close(PATIENCE);
        End { status, screen: self.screen(), line_changes }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
        self.device.hang_up();
        if let Some(reader) = self.reader.take().filter(|_| self.terminal.wait_for_close(PATIENCE)) {
            reader.join().ok();
        }
    }
}

#[cfg(test)]
mod tests;
