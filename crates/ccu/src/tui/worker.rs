//! The thread that answers questions: one at work and at most one waiting, which is always the latest.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::CommandError;
use crate::tui::desk::Desk;
use crate::tui::event::{Event, Trouble};
use crate::tui::query::Asked;

/// What the worker finds on its table.
#[derive(Default)]
struct Table {
    waiting: Option<Asked>,
    is_over: bool,
}

/// The thread. Dropping this ends it after the question that it is at.
pub struct Worker {
    table: Arc<(Mutex<Table>, Condvar)>,
}

impl Worker {
    /// Begins to work. `open` makes the desk on the new thread, so that nobody waits for the database.
    pub fn begin(open: impl FnOnce() -> Result<Desk, CommandError> + Send + 'static, events: Sender<Event>) -> Worker {
        let table = Arc::new((Mutex::new(Table::default()), Condvar::new()));
        let mine = table.clone();
        thread::spawn(move || {
            let mut desk = open();
            while let Some(asked) = next(&mine) {
                let result = match &mut desk {
                    Ok(desk) => desk.answer(&asked).map_err(|error| Trouble::of(&error)),
                    Err(error) => Err(Trouble::of(error)),
                };
                if events.send(Event::Answered { ticket: asked.ticket, result }).is_err() {
                    break;
                }
            }
        });
        Worker { table }
    }

    /// Asks. A question that still waits is no longer wanted.
    pub fn ask(&self, asked: Asked) {
        lock(&self.table).waiting = Some(asked);
        self.table.1.notify_one();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        lock(&self.table).is_over = true;
        self.table.1.notify_one();
    }
}

/// Waits for a question; `None` at the end.
fn next(table: &(Mutex<Table>, Condvar)) -> Option<Asked> {
    let mut guard = lock(table);
    loop {
        if guard.is_over {
            return None;
        }
        if let Some(asked) = guard.waiting.take() {
            return Some(asked);
        }
        guard = table.1.wait(guard).unwrap_or_else(PoisonError::into_inner);
    }
}

/// A table is whole at any moment, so one that another thread left in a panic is as good.
fn lock(table: &(Mutex<Table>, Condvar)) -> MutexGuard<'_, Table> {
    table.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trouble {
    /// An error in words.
    pub fn of(error: &CommandError) -> Trouble {
        let message = std::iter::once(error.to_string()).chain(error.causes()).collect::<Vec<String>>().join(": ");
        Trouble { message, hints: error.hints.clone() }
    }
}
