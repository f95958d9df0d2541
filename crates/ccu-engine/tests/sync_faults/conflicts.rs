//! Several machines write at once.

use std::sync::{Arc, Mutex};

use ccu_core::wire::file_name::{FileKind, kind};
use ccu_core::wire::manifest::Manifest;
use ccu_engine::sync::Notice;
use ccu_testkit::fake_github::{Action, Answer, FakeGitHub, Fault, Hook, Meeting, Place};

use crate::machine::{Machine, fake, gist_id};

/// The names in the manifest.
fn listed(fake: &FakeGitHub) -> Vec<String> {
    let text = fake.gists().file(&gist_id(fake), "manifest.json").unwrap();
    let manifest = Manifest::parse(&text).unwrap();
    manifest.machines().iter().map(|machine| machine.machine_name.clone()).collect()
}

/// Fault 1: two machines push at once, and one of them is told 409.
#[test]
fn two_pushes_at_once_both_arrive() {
    let fake = fake();
    let mut machines = ["a", "b"].map(|name| Machine::new(&fake, name));
    machines[0].find([0]);
    machines[0].push();
    for (first, machine) in (1..).zip(&mut machines) {
        machine.find([first]);
    }
    fake.faults().order(Fault::meet(Meeting::one_wins(2)).on_patch());
    std::thread::scope(|scope| {
        for machine in &mut machines {
            scope.spawn(|| machine.push());
        }
    });
    assert_eq!(fake.faults().n_left(), 0);
    for machine in &mut machines {
        machine.pull();
        assert_eq!(machine.numbers(), [0, 1, 2]);
        assert_eq!(machine.unsent(), 0);
    }
    assert_eq!(listed(&fake), ["a", "b"]);
}

/// Fault 2: five machines push again and again, and three of ten writes are told 409.
#[test]
fn five_machines_in_a_storm_of_conflicts_lose_nothing() {
    const N_ROUNDS: u64 = 30;
    let fake = fake();
    let mut machines = ["a", "b", "c", "d", "e"].map(|name| Machine::new(&fake, name));
    machines[0].find([0]);
    machines[0].push();
    fake.log().clear();
    fake.faults().order(Fault::answer(Answer::conflict()).on_patch().chance(300, 5));
    for round in 0..N_ROUNDS {
        std::thread::scope(|scope| {
            for (nth, machine) in (0..).zip(&mut machines) {
                // A push that others kept from writing eight times says so, and the next one sends what it could not.
                scope.spawn(move || {
                    machine.find([1 + round * 5 + nth]);
                    drop(machine.try_push());
                });
            }
        });
        // So that the storm does not use up the hour's requests.
        fake.advance(3_600);
    }
    let n_writes = fake.log().count("PATCH", Place::Gist) as u64;
    assert!(n_writes <= 4 * 5 * N_ROUNDS, "{n_writes} writes for {} pushes", 5 * N_ROUNDS);
    assert!(fake.faults().n_fired() > N_ROUNDS, "the storm was none");
    fake.faults().clear();
    machines.iter_mut().for_each(|machine| drop(machine.push()));
    for machine in &mut machines {
        machine.pull();
        assert_eq!(machine.numbers(), Vec::from_iter(0..=5 * N_ROUNDS));
        assert_eq!(machine.unsent(), 0);
    }
    assert_eq!(listed(&fake), ["a", "b", "c", "d", "e"]);
}

/// Lets `other` push while the next write of a Gist is on its way to it.
fn push_in_between(fake: &FakeGitHub, other: Machine) -> Arc<Mutex<Option<Machine>>> {
    let slot = Arc::new(Mutex::new(Some(other)));
    let in_hook = slot.clone();
    let hook = Hook::new(move |_| {
        let other = in_hook.lock().unwrap().take();
        if let Some(mut other) = other {
            other.push();
            *in_hook.lock().unwrap() = Some(other);
        }
    });
    fake.faults().order(Fault::new(Action::Run(hook)).on_patch());
    slot
}

/// Fault 3: another machine writes the manifest between our look and our write, and ours replaces it without a word.
#[test]
fn what_a_write_replaced_unseen_is_put_back() {
    let fake = fake();
    let [mut a, mut b] = ["a", "b"].map(|name| Machine::new(&fake, name));
    a.find([0]);
    a.push();
    a.find([1]);
    b.find([2]);
    let slot = push_in_between(&fake, b);
    let pushed = a.push();
    assert_eq!(fake.faults().n_left(), 0);
    assert_eq!(pushed.notices, [Notice::Repaired { file: "manifest.json".to_owned() }]);
    assert_eq!(listed(&fake), ["a", "b"]);
    let mut b = slot.lock().unwrap().take().unwrap();
    b.pull();
    assert_eq!(b.numbers(), [0, 1, 2]);
    // Nobody has anything left to mend.
    fake.log().clear();
    a.push();
    b.push();
    assert_eq!(fake.log().count("PATCH", Place::Gist), 0);
}

/// Fault 3, of our own head: another machine of our name writes it at that very moment.
#[test]
fn a_head_that_a_write_replaced_unseen_is_put_back() {
    let fake = fake();
    let [mut a, mut b] = [1, 2].map(|id| Machine::with_id(&fake, "a", ccu_core::ids::MachineId([id; 16])));
    a.find([1]);
    b.find([2]);
    // The Gist is made first, so that the write in question is the first head's.
    Machine::new(&fake, "c").session(|session| session.push(ccu_engine::sync::PushOptions::default())).unwrap();
    let slot = push_in_between(&fake, b);
    a.push();
    let mut b = slot.lock().unwrap().take().unwrap();
    for machine in [&mut a, &mut b] {
        machine.push();
    }
    for machine in [&mut a, &mut b] {
        machine.pull();
        assert_eq!(machine.numbers(), [1, 2]);
    }
    assert_eq!(listed(&fake), ["a", "a"]);
    let heads = fake
        .gists()
        .files(&gist_id(&fake))
        .into_keys()
        .filter(|name| matches!(kind(name), FileKind::Head { .. }))
        .count();
    assert_eq!(heads, 2);
}
