//! A fault on order: what happens, to which request, and how often.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::gists::Gists;
use super::meeting::Meeting;
use super::place::Place;

/// What happens instead of, before or after the regular answer.
///
/// Of the actions that decide the answer, each request meets one at most: the first that is due. Those that only
/// accompany it ([`Action::Delay`], [`Action::Run`], [`Action::RunAfter`], [`Action::SlowLoris`]) all happen.
#[derive(Debug, Clone)]
pub enum Action {
    /// Answers this, without doing what was asked.
    Answer(Answer),
    /// Closes the connection without doing what was asked.
    DropBefore,
    /// Does what was asked and closes the connection without answering.
    DropAfter,
    /// Does what was asked and closes the connection in the middle of the answer's body.
    CutAnswer,
    /// Does what was asked and answers this.
    ApplyThenAnswer(Answer),
    /// Reads a Gist, or its commits, as it was so many revisions ago.
    Stale(usize),
    /// Writes on a base that is one revision old: this file becomes what it was then, and what somebody wrote to it is lost.
    StaleBase {
        /// The file; nothing happens to it where the write names it.
        file: String,
    },
    /// Damages the answer's body.
    Corrupt(Corruption),
    /// Answers with a redirect to the same path and query below another address.
    Redirect {
        /// 301, 302, 307 or 308.
        status: u16,
        /// The address before the path.
        to: String,
    },
    /// Waits until others are there too.
    Meet(Meeting),
    /// Waits before doing what was asked.
    Delay(Duration),
    /// Waits after having done what was asked, before answering.
    DelayAnswer(Duration),
    /// Sends the answer one byte at a time, with this pause before each.
    SlowLoris(Duration),
    /// Runs this before doing what was asked.
    Run(Hook),
    /// Runs this after having done what was asked, before answering.
    RunAfter(Hook),
}

impl Action {
    /// Whether it decides the answer, so that a request meets only one such action.
    pub(super) fn is_deciding(&self) -> bool {
        match self {
            Action::Answer(_)
            | Action::DropBefore
            | Action::DropAfter
            | Action::CutAnswer
            | Action::ApplyThenAnswer(_)
            | Action::Stale(_)
            | Action::StaleBase { .. }
            | Action::Corrupt(_)
            | Action::Redirect { .. }
            | Action::Meet(_) => true,
            Action::Delay(_) | Action::DelayAnswer(_) | Action::SlowLoris(_) | Action::Run(_) | Action::RunAfter(_) => {
                false
            }
        }
    }
}

/// How a body is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corruption {
    /// One bit in the middle is the other one; the length stays.
    BitFlip,
    /// The second half is missing, and the length says so.
    Short,
    /// Nothing is left.
    Empty,
}

/// A closure that a request runs, on the thread that serves it.
#[derive(Clone)]
pub struct Hook(pub(super) Arc<dyn Fn(&Gists) + Send + Sync>);

impl Hook {
    /// Runs `action` with the fake's Gists. It may also ask the fake over HTTP.
    pub fn new(action: impl Fn(&Gists) + Send + Sync + 'static) -> Hook {
        Hook(Arc::new(action))
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

/// An action and the requests that it is for: by default the next one, whatever it is.
#[derive(Debug, Clone)]
#[must_use = "a fault happens when it is given to `faults().order(...)`"]
pub struct Fault {
    pub(super) action: Action,
    pub(super) method: Option<String>,
    pub(super) place: Option<Place>,
    pub(super) token: Option<String>,
    pub(super) file: Option<String>,
    pub(super) skip: u64,
    pub(super) times: u64,
    pub(super) chance: Option<Chance>,
}

/// How likely a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chance {
    pub(super) per_mille: u64,
    pub(super) seed: u64,
}

impl Fault {
    /// Orders this action for the next request.
    pub fn new(action: Action) -> Fault {
        Fault { action, method: None, place: None, token: None, file: None, skip: 0, times: 1, chance: None }
    }

    /// Orders this answer for the next request.
    pub fn answer(answer: Answer) -> Fault {
        Fault::new(Action::Answer(answer))
    }

    /// Orders a meeting for as many requests as it takes.
    pub fn meet(meeting: Meeting) -> Fault {
        let n = meeting.n_requests();
        Fault::new(Action::Meet(meeting)).times(n)
    }

    /// Only for requests of this method to this place.
    pub fn on(mut self, method: &str, place: Place) -> Fault {
        self.method = Some(method.to_owned());
        self.place = Some(place);
        self
    }

    /// Only for writes of a Gist: `PATCH /gists/{id}`.
    pub fn on_patch(self) -> Fault {
        self.on("PATCH", Place::Gist)
    }

    /// Only for reads of a Gist: `GET /gists/{id}`.
    pub fn on_read(self) -> Fault {
        self.on("GET", Place::Gist)
    }

    /// Only for raw files.
    pub fn on_raw(self) -> Fault {
        self.on("GET", Place::Raw)
    }

    /// Only for requests with this token.
    pub fn token(mut self, token: &str) -> Fault {
        self.token = Some(token.to_owned());
        self
    }

    /// Only for the raw file of this name, and for writes that name it.
    pub fn file(mut self, name: &str) -> Fault {
        self.file = Some(name.to_owned());
        self
    }

    /// Lets so many matching requests pass first.
    pub fn after(mut self, n_requests: u64) -> Fault {
        self.skip = n_requests;
        self
    }

    /// Happens so many times instead of once.
    pub fn times(mut self, n: u64) -> Fault {
        self.times = n;
        self
    }

    /// Happens without end.
    pub fn always(self) -> Fault {
        self.times(u64::MAX)
    }

    /// Happens in `per_mille` of 1,000 matching requests, without end unless [`Fault::times`] follows. The same seed
    /// chooses the same requests of each token.
    pub fn chance(mut self, per_mille: u64, seed: u64) -> Fault {
        self.chance = Some(Chance { per_mille, seed });
        self.always()
    }
}
