//! Ctrl-C: it ends at once, whatever is waited for, and the next run goes on.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ccu_engine::sync::SyncError;
use ccu_testkit::fake_github::{Action, Fault, Hook};

use super::image::is_sound;
use super::machine::{self, Machine};

#[test]
fn ctrl_c_in_a_trickle_ends_at_once_and_leaves_all_as_it_was() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    home.find(0..5);
    home.push();
    home.find(5..9);
    let pressed = home.is_interrupted.clone();
    let press = Hook::new(move |_| pressed.store(true, Ordering::Relaxed));
    fake.faults().order(Fault::new(Action::SlowLoris(Duration::from_secs(1))).on_patch());
    fake.faults().order(Fault::new(Action::RunAfter(press)).on_patch());
    let start = Instant::now();
    assert!(matches!(home.try_push(), Err(SyncError::Interrupted)));
    // A trickle of a byte a second would take an hour.
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(home.unsent(), 4);

    home.is_interrupted.store(false, Ordering::Relaxed);
    home.push();
    is_sound(&home);
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers(), home.numbers());
}
