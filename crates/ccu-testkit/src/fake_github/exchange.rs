//! One request from its coming to its answer: noted, checked, met by the faults on order, answered.

use std::time::Duration;

use super::answer::Answer;
use super::api::{self, Twist};
use super::asked::Asked;
use super::fake::Shared;
use super::fault::{Action, Corruption};
use super::http::{Request, Response};
use super::log::Host;
use super::meeting::Outcome;
use super::place::Place;
use super::raw;

/// How an answer goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Whole,
    /// One byte at a time with this pause before each.
    Slow(Duration),
    /// Up to the middle of the body.
    Cut,
    /// Not at all: the connection is closed.
    Drop,
}

/// Answers a request.
pub(super) fn exchange(shared: &Shared, host: Host, request: Request) -> (Response, Manner) {
    let asked = Asked::new(shared, host, request);
    let moment = shared.log.begin(&asked);
    asked.note_violations();
    let actions = shared.faults.take(&asked);

    for action in &actions {
        match action {
            Action::Delay(duration) => drop(shared.stop.wait(*duration)),
            Action::Run(hook) => (hook.0)(&shared.gists),
            _ => {}
        }
    }
    let (response, mut manner) = decide(asked, actions.iter().find(|action| action.is_deciding()));
    for action in &actions {
        match action {
            Action::DelayAnswer(duration) => drop(shared.stop.wait(*duration)),
            Action::RunAfter(hook) => (hook.0)(&shared.gists),
            Action::SlowLoris(pause) if manner == Manner::Whole => manner = Manner::Slow(*pause),
            _ => {}
        }
    }
    let status = (manner != Manner::Drop).then_some(response.status);
    shared.log.end(moment, status, if status.is_some() { response.body.len() as u64 } else { 0 });
    (response, manner)
}

impl Asked<'_> {
    /// Does what was asked.
    fn carry_out(self, twist: Twist<'_>) -> Response {
        match self.target.place {
            Place::Raw => raw::answer(self.shared, &self.request, &self.target),
            _ => api::answer(self, twist),
        }
    }

    fn ordered(&self, answer: &Answer) -> Response {
        let mut response = answer.clone().into_response();
        if answer.is_from_github && self.target.place != Place::Raw {
            api::dress(self.shared, &self.request, &mut response);
        }
        response
    }
}

/// The answer of the action that decides it; without one, the regular answer.
fn decide(asked: Asked<'_>, action: Option<&Action>) -> (Response, Manner) {
    let Some(action) = action else { return (asked.carry_out(Twist::None), Manner::Whole) };
    match action {
        Action::Answer(answer) => (asked.ordered(answer), Manner::Whole),
        Action::DropBefore => (Response::default(), Manner::Drop),
        Action::DropAfter => (asked.carry_out(Twist::None), Manner::Drop),
        Action::CutAnswer => (asked.carry_out(Twist::None), Manner::Cut),
        Action::ApplyThenAnswer(answer) => {
            let ordered = asked.ordered(answer);
            asked.carry_out(Twist::None);
            (ordered, Manner::Whole)
        }
        Action::Stale(n_revisions) => (asked.carry_out(Twist::Behind(*n_revisions)), Manner::Whole),
        Action::StaleBase { file } => (asked.carry_out(Twist::StaleFile(file)), Manner::Whole),
        Action::Corrupt(corruption) => (corrupted(asked.carry_out(Twist::None), *corruption), Manner::Whole),
        Action::Redirect { status, to } => (redirect(*status, to, &asked.request.target), Manner::Whole),
        Action::Meet(meeting) => {
            let outcome = meeting.arrive();
            if outcome == Outcome::Refused {
                return (asked.ordered(&Answer::conflict()), Manner::Whole);
            }
            if outcome == Outcome::Alone {
                asked.shared.violate(format!("only some of {} requests came to a meeting", meeting.n_requests()));
            }
            let response = asked.carry_out(Twist::None);
            meeting.leave();
            (response, Manner::Whole)
        }
        Action::Delay(_) | Action::DelayAnswer(_) | Action::SlowLoris(_) | Action::Run(_) | Action::RunAfter(_) => {
            (asked.carry_out(Twist::None), Manner::Whole)
        }
    }
}

fn redirect(status: u16, to: &str, target: &str) -> Response {
    let location = ("Location".to_owned(), format!("{}{target}", to.trim_end_matches('/')));
    Response { status, headers: vec![location], body: Vec::new() }
}

fn corrupted(mut response: Response, corruption: Corruption) -> Response {
    let middle = response.body.len() / 2;
    match corruption {
        Corruption::BitFlip => response.body.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 1),
        Corruption::Short => response.body.truncate(middle),
        Corruption::Empty => response.body.clear(),
    }
    response
}
