//! Killed at any step: the next run goes on from what was on disk, and nothing is lost or there twice.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use ccu_engine::sync::{NoWatch, PushOptions, Session, SyncError};
use ccu_testkit::fake_github::{FakeGitHub, Options};

use super::image::{is_sound, put_in_place};
use super::machine::{self, Machine, gist_id};
use super::mortal::{End, Mortal};

/// More requests than any of these runs needs.
const ENOUGH: i64 = 80;
/// Seconds of a day.
const DAY: i64 = 86_400;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Push,
    Pull,
}

/// Kills a run at its nth request, and starts again from the files that it left. Whether it was killed: else it came to its
/// end first.
fn is_killed(machine: &mut Machine, run: Run, (n, end): (i64, End)) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image");
    let home = machine.directory().to_owned();
    let mortal = Mortal { remote: &machine.github, end, left: AtomicI64::new(n), home, image: image.clone() };
    let mut session = Session {
        remote: &mortal,
        store: &mut machine.store,
        clock: &machine.clock,
        watch: &NoWatch,
        settings: &machine.settings,
    };
    let done = match run {
        Run::Push => session.push(PushOptions::default()).map(drop),
        Run::Pull => session.pull(&[]).map(drop),
    };
    if !mortal.is_dead() {
        done.unwrap();
        return false;
    }
    assert!(matches!(done, Err(SyncError::Interrupted)), "{done:?}");
    put_in_place(&image, machine);
    true
}

/// Runs `check` for each request at which the run can end, until the run comes to its own end.
fn at_each_step(check: impl Fn((i64, End)) -> bool) {
    for end in [End::BeforeRequest, End::AfterRequest] {
        let n_steps = (0..ENOUGH).take_while(|n| check((*n, end))).count() as i64;
        assert!((3..ENOUGH).contains(&n_steps), "{n_steps} steps, {end:?}");
    }
}

fn home(fake: &Arc<FakeGitHub>) -> Machine {
    Machine::new(fake, "home").with_small_segments()
}

/// What another machine finds in the Gist, of which every segment is named by the head.
fn elsewhere(fake: &Arc<FakeGitHub>) -> Vec<u64> {
    let files = fake.gists().files(&gist_id(fake));
    let head = &files["usage_data_home.json"];
    let is_segment = |name: &&String| ["_s0_", "_s1_", "_s2_"].iter().any(|level| name.contains(level));
    let strays: Vec<&String> = files.keys().filter(is_segment).filter(|name| !head.contains(name.as_str())).collect();
    assert!(strays.is_empty(), "nothing names {strays:?}");
    let mut other = Machine::new(fake, "other");
    other.pull();
    is_sound(&other);
    other.numbers()
}

fn numbers(end: u64) -> Vec<u64> {
    (0..end).collect()
}

#[test]
fn a_first_push_that_is_killed_is_finished_by_the_next() {
    at_each_step(|step| {
        let fake = machine::fake();
        let mut home = home(&fake);
        home.find(0..47);
        let was_killed = is_killed(&mut home, Run::Push, step);
        home.push();
        assert_eq!(home.push().files, [], "{step:?}");
        assert_eq!((elsewhere(&fake), home.numbers()), (numbers(47), numbers(47)), "{step:?}");
        was_killed
    });
}

#[test]
fn a_later_push_that_is_killed_is_finished_by_the_next() {
    at_each_step(|step| {
        let fake = machine::fake();
        let mut home = home(&fake);
        home.find(0..11);
        home.push();
        // The next day, so that there is a backup, too; and segments merge, so that others go.
        fake.advance(DAY);
        home.find(11..13);
        let was_killed = is_killed(&mut home, Run::Push, step);
        fake.advance(DAY);
        home.push();
        assert_eq!(home.push().files, [], "{step:?}");
        assert_eq!((elsewhere(&fake), home.numbers()), (numbers(13), numbers(13)), "{step:?}");
        was_killed
    });
}

#[test]
fn a_pull_that_is_killed_takes_in_whole_machines_only() {
    at_each_step(|step| {
        // Nothing is inline, so every file costs a request.
        let fake = machine::start(Options::new().inline_bytes(1));
        let mut first = Machine::new(&fake, "first").with_small_segments();
        first.find(0..11);
        first.push();
        let mut second = Machine::new(&fake, "second").with_small_segments();
        second.find(100..111);
        second.push();

        let mut home = home(&fake);
        home.find(200..205);
        let was_killed = is_killed(&mut home, Run::Pull, step);
        let n_others = home.numbers().len() - 5;
        assert!([0, 11, 22].contains(&n_others), "{step:?}: {n_others} records of others");
        home.pull();
        is_sound(&home);
        assert_eq!(home.numbers(), (0..11).chain(100..111).chain(200..205).collect::<Vec<_>>(), "{step:?}");
        was_killed
    });
}

#[test]
fn taking_over_that_is_killed_is_done_anew() {
    at_each_step(|step| {
        let fake = machine::start(Options::new().inline_bytes(1));
        let mut home = home(&fake);
        home.find(0..21);
        home.push();
        home.wipe();
        home.find(18..25);
        let was_killed = is_killed(&mut home, Run::Push, step);
        home.push();
        is_sound(&home);
        assert_eq!((elsewhere(&fake), home.numbers()), (numbers(25), numbers(25)), "{step:?}");
        was_killed
    });
}
