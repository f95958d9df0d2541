//! Who goes next: machines run on threads of their own, and at each request to the Gist one of those that wait is chosen by
//! the seed. So schedules interleave as real machines do, and can be run again.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex};

use super::random::Random;

struct State {
    live: BTreeSet<usize>,
    waiting: BTreeSet<usize>,
    turn: Option<usize>,
    random: Random,
}

impl State {
    /// Chooses, once everybody who still runs has come to a request.
    fn choose(&mut self) {
        if self.turn.is_none() && !self.live.is_empty() && self.waiting == self.live {
            let nth = self.random.below(self.waiting.len() as u64) as usize;
            self.turn = self.waiting.iter().nth(nth).copied();
        }
    }
}

/// The turns of one round.
pub struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

impl Turns {
    pub fn new(machines: impl IntoIterator<Item = usize>, random: Random) -> Turns {
        let live = machines.into_iter().collect();
        Turns {
            state: Mutex::new(State { live, waiting: BTreeSet::new(), turn: None, random }),
            changed: Condvar::new(),
        }
    }

    /// Waits for this machine's turn.
    pub fn wait(&self, machine: usize) {
        let mut state = self.state.lock().unwrap();
        state.waiting.insert(machine);
        state.choose();
        self.changed.notify_all();
        while state.turn != Some(machine) {
            state = self.changed.wait(state).unwrap();
        }
        state.turn = None;
        state.waiting.remove(&machine);
    }

    /// This machine makes no request any more.
    pub fn finish(&self, machine: usize) {
        let mut state = self.state.lock().unwrap();
        state.live.remove(&machine);
        state.choose();
        self.changed.notify_all();
    }
}
