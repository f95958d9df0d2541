//! The model check of sync: seeded schedules in which machines push and pull at once, and everything fails that can.
//!
//! At the end of a schedule nothing fails any more; then every record that a machine still had, or that a push had said is
//! safe, must be on every machine, and all machines must agree. That the harness finds what it looks for, it proves on three
//! naive protocols.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its machines fails")]

mod naive;
mod peer;
mod random;
mod schedule;
mod turns;
mod world;

use naive::{Increment, LastWriteWins, TrustingManifest};
use peer::CcuPeer;
use schedule::{Plan, run};

/// Runs schedules and gives the seeds that fail.
fn failing(seeds: std::ops::Range<u64>, check: impl Fn(u64) -> Result<(), String>) -> Vec<(u64, String)> {
    seeds.filter_map(|seed| check(seed).err().map(|why| (seed, why))).collect()
}

/// A seed that fails is looked at by making its range the only one: `none_fails(seed..seed + 1, ...)`.
fn none_fails(seeds: std::ops::Range<u64>, plan: Plan) {
    let failures = failing(seeds, |seed| run::<CcuPeer>(seed, plan));
    let told: Vec<String> = failures.iter().map(|(seed, why)| format!("seed {seed}: {why}")).collect();
    assert!(failures.is_empty(), "{} schedules of {plan:?} failed:\n{}", failures.len(), told.join("\n"));
}

#[test]
fn two_machines_lose_nothing() {
    none_fails(0..700, Plan { n_machines: 2, n_rounds: 4, ..Plan::default() });
}

#[test]
fn three_machines_lose_nothing() {
    none_fails(0..700, Plan { n_machines: 3, n_rounds: 4, ..Plan::default() });
}

#[test]
fn five_machines_lose_nothing() {
    none_fails(0..150, Plan { n_machines: 5, n_rounds: 5, ..Plan::default() });
}

#[test]
fn machines_of_one_name_lose_nothing() {
    none_fails(0..400, Plan { n_machines: 3, n_rounds: 4, have_one_name: true, ..Plan::default() });
}

#[test]
fn wiped_databases_lose_nothing_that_was_pushed() {
    none_fails(0..500, Plan { n_machines: 3, n_rounds: 5, wipes: true, ..Plan::default() });
}

#[test]
fn an_api_without_history_loses_nothing() {
    none_fails(0..200, Plan { n_machines: 3, n_rounds: 4, has_history: false, ..Plan::default() });
}

#[test]
fn the_harness_finds_what_naive_protocols_lose() {
    let plan = Plan { n_machines: 3, n_rounds: 4, ..Plan::default() };
    let calm = Plan { has_faults: false, ..plan };
    assert!(
        !failing(0..50, |seed| run::<Increment>(seed, calm)).is_empty(),
        "overwriting by the increment loses records"
    );
    assert!(!failing(0..200, |seed| run::<TrustingManifest>(seed, plan)).is_empty(), "a reset manifest loses machines");
    assert!(
        !failing(0..200, |seed| run::<LastWriteWins>(seed, calm)).is_empty(),
        "the last write loses the one before"
    );
}
