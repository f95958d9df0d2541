//! Requests that wait for each other, so that two writes are certain to come at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the first waits for the others. A meeting that fails is a violation.
const PATIENCE: Duration = Duration::from_secs(20);

/// A place where requests wait until all have come.
#[derive(Debug, Clone)]
pub struct Meeting {
    n_requests: u64,
    only_first_wins: bool,
    room: Arc<Room>,
}

#[derive(Debug, Default)]
struct Room {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    n_arrived: u64,
    is_over: bool,
}

/// What becomes of one of those who met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is carried out, and [`Meeting::leave`] has to be called then.
    CarriedOut,
    /// It is answered 409; who came first has been carried out.
    Refused,
    /// The others did not come in time.
    Alone,
}

impl Meeting {
    /// So many requests meet; the first to come is carried out, the others are answered 409 after that.
    pub fn one_wins(n_requests: u64) -> Meeting {
        Meeting { n_requests, only_first_wins: true, room: Arc::default() }
    }

    /// So many requests meet, and all are carried out then.
    pub fn all_win(n_requests: u64) -> Meeting {
        Meeting { n_requests, only_first_wins: false, room: Arc::default() }
    }

    /// How many requests meet.
    pub fn n_requests(&self) -> u64 {
        self.n_requests
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.room.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn arrive(&self) -> Outcome {
        let mut state = self.lock();
        state.n_arrived += 1;
        let is_winner = state.n_arrived == 1 || !self.only_first_wins;
        self.room.changed.notify_all();
        let wait_goes_on = |state: &mut State| match is_winner {
            true => state.n_arrived < self.n_requests,
            false => !state.is_over,
        };
        let waited = self.room.changed.wait_timeout_while(state, PATIENCE, wait_goes_on);
        let is_timed_out = waited.unwrap_or_else(PoisonError::into_inner).1.timed_out();
        match (is_timed_out, is_winner) {
            (true, _) => Outcome::Alone,
            (false, true) => Outcome::CarriedOut,
            (false, false) => Outcome::Refused,
        }
    }

    /// Says that a request was carried out, on which those that are refused wait.
    pub(super) fn leave(&self) {
        self.lock().is_over = true;
        self.room.changed.notify_all();
    }
}
