//! The faults that are on order, and which of them a request meets.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::random::Random;

use super::asked::Asked;
use super::fault::{Action, Fault};
use super::place::Place;

/// Faults in the order in which they were ordered.
#[derive(Debug, Default)]
pub struct Faults {
    pending: Mutex<Vec<Pending>>,
}

#[derive(Debug)]
struct Pending {
    fault: Fault,
    n_seen: u64,
    n_fired: u64,
    /// By token, so that the order in which machines come does not matter.
    randoms: HashMap<String, Random>,
}

/// What of a request faults are chosen by.
#[derive(Debug, Clone, Copy)]
struct Facts<'a> {
    method: &'a str,
    place: Place,
    /// Empty where there is none.
    token: &'a str,
    files: &'a [String],
}

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Vec<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders a fault, behind those that are already on order.
    pub fn order(&self, fault: Fault) {
        self.lock().push(Pending { fault, n_seen: 0, n_fired: 0, randoms: HashMap::new() });
    }

    /// Forgets all faults.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// How many faults of a limited number are still to happen: 0 when a test met all that it ordered.
    pub fn n_left(&self) -> u64 {
        let limited = |fault: &Fault| fault.times != u64::MAX;
        self.lock().iter().filter(|pending| limited(&pending.fault)).map(|it| it.fault.times - it.n_fired).sum()
    }

    /// How often faults have happened since they were ordered, or since [`Faults::clear`].
    pub fn n_fired(&self) -> u64 {
        self.lock().iter().map(|pending| pending.n_fired).sum()
    }

    /// The actions that this request meets, at most one of them deciding.
    pub(super) fn take(&self, asked: &Asked<'_>) -> Vec<Action> {
        self.met_by(Facts {
            method: &asked.request.method,
            place: asked.target.place,
            token: asked.request.token().unwrap_or_default(),
            files: &asked.files,
        })
    }

    fn met_by(&self, facts: Facts<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut is_decided = false;
        for pending in self.lock().iter_mut().filter(|pending| pending.fault.is_for(facts)) {
            pending.n_seen += 1;
            let is_over = pending.n_fired == pending.fault.times || pending.n_seen <= pending.fault.skip;
            let is_deciding = pending.fault.action.is_deciding();
            if is_over || (is_deciding && is_decided) || !pending.is_drawn(facts.token) {
                continue;
            }
            is_decided |= is_deciding;
            pending.n_fired += 1;
            actions.push(pending.fault.action.clone());
        }
        actions
    }
}

impl Pending {
    fn is_drawn(&mut self, token: &str) -> bool {
        let Some(chance) = self.fault.chance else { return true };
        let seed = token.bytes().fold(chance.seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        self.randoms.entry(token.to_owned()).or_insert_with(|| Random::new(seed)).chance(chance.per_mille)
    }
}

impl Fault {
    fn is_for(&self, facts: Facts<'_>) -> bool {
        self.method.as_ref().is_none_or(|method| method == facts.method)
            && self.place.is_none_or(|place| place == facts.place)
            && self.token.as_ref().is_none_or(|token| token == facts.token)
            && self.file.as_ref().is_none_or(|file| facts.files.contains(file))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::answer::Answer;
    use super::*;

    fn named(status: u16) -> Fault {
        Fault::answer(Answer::message(status, "m"))
    }

    /// What PATCHes of one token meet, one after the other: statuses, `~` for a delay, `-` for nothing.
    fn met(faults: &Faults, n_requests: usize, token: &str) -> String {
        let facts = Facts { method: "PATCH", place: Place::Gist, token, files: &["a".to_owned()] };
        let spelled = |action: &Action| match action {
            Action::Answer(answer) => answer.status.to_string(),
            Action::Delay(_) => "~".to_owned(),
            other => format!("{other:?}"),
        };
        let one = |actions: Vec<Action>| match actions.as_slice() {
            [] => "-".to_owned(),
            actions => actions.iter().map(spelled).collect(),
        };
        (0..n_requests).map(|_| one(faults.met_by(facts))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn faults_meet_the_requests_they_are_for() {
        let check = |ordered: &[Fault], expected: &str| {
            let faults = Faults::default();
            ordered.iter().cloned().for_each(|fault| faults.order(fault));
            assert_eq!(met(&faults, 4, "t"), expected, "{ordered:?}");
        };
        let delay = || Fault::new(Action::Delay(Duration::ZERO));
        check(&[named(1)], "1 - - -");
        check(&[named(1), named(2)], "1 2 - -");
        check(&[named(1).times(2), named(2).after(1)], "1 1 2 -");
        check(&[named(1).after(2).always()], "- - 1 1");
        check(&[named(1), delay().times(2)], "1~ ~ - -");
        check(&[named(1).on_patch()], "1 - - -");
        check(&[named(1).on_read(), named(2).on_raw(), named(3).on("PATCH", Place::Gists)], "- - - -");
        check(&[named(1).token("other"), named(2).token("t")], "2 - - -");
        check(&[named(1).file("other"), named(2).file("a")], "2 - - -");
        check(&[named(1).chance(0, 1), named(2).chance(1_000, 1).times(1)], "2 - - -");
    }

    #[test]
    fn chances_are_the_same_for_a_seed_and_differ_by_token() {
        let drawn = |seed, token| {
            let faults = Faults::default();
            faults.order(named(9).chance(300, seed));
            met(&faults, 1_000, token)
        };
        assert_eq!(drawn(1, "a"), drawn(1, "a"));
        assert_ne!(drawn(1, "a"), drawn(1, "b"));
        assert_ne!(drawn(1, "a"), drawn(2, "a"));
        let n_drawn = drawn(1, "a").matches('9').count();
        assert!((250..350).contains(&n_drawn), "{n_drawn}");
    }

    #[test]
    fn what_is_left_is_counted() {
        let faults = Faults::default();
        faults.order(named(1).times(3));
        faults.order(named(1).on_raw());
        faults.order(Fault::new(Action::Delay(Duration::ZERO)).always());
        met(&faults, 2, "t");
        assert_eq!((faults.n_left(), faults.n_fired()), (2, 4));
        faults.clear();
        assert_eq!(faults.n_left(), 0);
    }
}
