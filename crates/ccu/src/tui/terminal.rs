//! The terminal while the dashboard has it. However the dashboard ends (a panic and a signal included), the terminal is given
//! back as it was.

use std::io::{self, Stdout, stdout};
use std::panic;
use std::sync::mpsc::Sender;
use std::thread;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, KeyEventKind,
};
use ratatui::crossterm::{cursor, execute, terminal};

use crate::tui::event::Event;

/// The terminal. It is given back when this is dropped.
pub struct Screen {
    /// What is drawn on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// **Errors**: when it cannot be put into raw mode or drawn on.
    pub fn take() -> io::Result<Screen> {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            give_back();
            usual(panicked);
        }));
        terminal::enable_raw_mode()?;
        let taken =
            execute!(stdout(), terminal::EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, cursor::Hide);
        let terminal = taken.and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        match terminal {
            Ok(terminal) => Ok(Screen { terminal }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Where this fails, there is nobody left to tell.
fn give_back() {
    let _ =
        execute!(stdout(), DisableBracketedPaste, DisableMouseCapture, terminal::LeaveAlternateScreen, cursor::Show);
    let _ = terminal::disable_raw_mode();
}

/// Sends on what the terminal sends, from a thread of its own, until nobody listens or the terminal is gone.
pub fn listen(events: Sender<Event>) {
    thread::spawn(move || {
        loop {
            let event = match event::read() {
                Ok(event::Event::Key(key)) if key.kind != KeyEventKind::Release => Event::Key(key),
                Ok(event::Event::Mouse(mouse)) => Event::Mouse(mouse),
                Ok(event::Event::Paste(text)) => Event::Pasted(text),
                Ok(event::Event::Resize(..)) => Event::Resized,
                Ok(event::Event::Key(_) | event::Event::FocusGained | event::Event::FocusLost) => continue,
                Err(_) => Event::Stop,
            };
            let is_last = matches!(event, Event::Stop);
            if events.send(event).is_err() || is_last {
                return;
            }
        }
    });
}
