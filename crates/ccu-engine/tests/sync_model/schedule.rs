//! A schedule: rounds in which machines find usage and sync at once, then calm, then the questions.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::peer::{Peer, Versions};
use super::random::Random;
use super::turns::Turns;
use super::world::{Faults, Line, World};

/// What a schedule is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub n_machines: usize,
    pub n_rounds: u64,
    pub have_one_name: bool,
    pub wipes: bool,
    pub has_faults: bool,
    pub has_history: bool,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan { n_machines: 2, n_rounds: 3, have_one_name: false, wipes: false, has_faults: true, has_history: true }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Push,
    Pull,
    Both,
}

/// Runs one schedule.
///
/// **Errors**: what was lost, or on what machines disagree.
pub fn run<P: Peer>(seed: u64, plan: Plan) -> Result<(), String> {
    let mut random = Random::new(seed);
    let world = Mutex::new(World::default());
    let name = |nth: usize| if plan.have_one_name { "laptop".to_owned() } else { format!("machine {nth}") };
    let mut peers: Vec<P> = (0..plan.n_machines).map(|nth| P::new(nth, &name(nth))).collect();
    let mut transcripts: Vec<Versions> = vec![Versions::new(); plan.n_machines];
    let mut safe = Versions::new();
    for round in 0..plan.n_rounds {
        for (peer, seen) in peers.iter_mut().zip(&mut transcripts) {
            find_some(peer, seen, &mut random);
        }
        let deeds: Vec<Option<Deed>> = (0..plan.n_machines)
            .map(|_| {
                [None, Some(Deed::Push), Some(Deed::Push), Some(Deed::Pull), Some(Deed::Both)][random.below(5) as usize]
            })
            .collect();
        let faults = if plan.has_faults { Faults::ALL } else { Faults::NONE };
        let round = Round { world: &world, deeds: &deeds, day: round as i64, faults, has_history: plan.has_history };
        for pushed in together(&mut peers, &round, &mut random) {
            join(&mut safe, &pushed);
        }
        if plan.wipes && random.percent(30) {
            let nth = random.below(plan.n_machines as u64) as usize;
            peers[nth].wipe();
            // The transcripts of the last days are still there, and are read again.
            let recent: Versions =
                transcripts[nth].iter().rev().take(3).map(|(record, version)| (*record, *version)).collect();
            for (record, version) in &recent {
                peers[nth].find(*record, *version);
            }
            transcripts[nth] = recent;
        }
    }
    let mut expected = safe;
    peers.iter().for_each(|peer| join(&mut expected, &peer.versions()));
    calm_down(&mut peers, &world, plan, &mut random)?;
    judge(&peers, &expected)
}

/// Finds new usage, some of which another machine finds too, and usage that grew.
fn find_some<P: Peer>(peer: &mut P, seen: &mut Versions, random: &mut Random) {
    for _ in 0..random.below(7) {
        let record = random.below(90);
        let version = 1 + random.below(4);
        peer.find(record, version);
        let known = seen.entry(record).or_default();
        *known = version.max(*known);
    }
}

/// What a round is made of.
struct Round<'r> {
    world: &'r Mutex<World>,
    deeds: &'r [Option<Deed>],
    day: i64,
    faults: Faults,
    has_history: bool,
}

/// Lets machines sync at once; gives what each had when a push of it went well.
fn together<P: Peer>(peers: &mut [P], round: &Round<'_>, random: &mut Random) -> Vec<Versions> {
    let Round { world, deeds, day, faults, has_history } = *round;
    let busy = (0..peers.len()).filter(|nth| deeds[*nth].is_some());
    let turns = Turns::new(busy, random.clone());
    random.next();
    let seeds: Vec<u64> = peers.iter().map(|_| random.next()).collect();
    let turns = &turns;
    std::thread::scope(|scope| {
        let threads: Vec<_> = peers
            .iter_mut()
            .enumerate()
            .filter_map(|(nth, peer)| Some((nth, peer, deeds[nth]?)))
            .map(|(nth, peer, deed)| {
                let random = Mutex::new(Random::new(seeds[nth]));
                let line = Line { world, turns, machine: nth, faults, has_history, random };
                scope.spawn(move || {
                    let _leave = Leave { turns, nth };
                    if deed != Deed::Push {
                        peer.pull(&line, day);
                    }
                    let before = peer.versions();
                    let is_pushed = deed != Deed::Pull && peer.push(&line, day);
                    is_pushed.then_some(before)
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    })
}

/// Leaves the turns however a thread ends, so that a panic does not stop the others.
struct Leave<'t> {
    turns: &'t Turns,
    nth: usize,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.turns.finish(self.nth);
    }
}

/// Nothing fails any more, and everybody pushes and pulls one after the other, twice.
fn calm_down<P: Peer>(peers: &mut [P], world: &Mutex<World>, plan: Plan, random: &mut Random) -> Result<(), String> {
    for deed in [Deed::Push, Deed::Both, Deed::Pull] {
        for (nth, peer) in peers.iter_mut().enumerate() {
            let turns = Turns::new([nth], random.clone());
            let random = Mutex::new(random.clone());
            let line = Line {
                world,
                turns: &turns,
                machine: nth,
                faults: Faults::NONE,
                has_history: plan.has_history,
                random,
            };
            let is_pulled = deed == Deed::Push || peer.pull(&line, 40);
            let is_pushed = deed == Deed::Pull || peer.push(&line, 40);
            if !is_pulled || !is_pushed {
                return Err(format!("machine {nth} cannot sync in calm weather"));
            }
        }
    }
    Ok(())
}

fn judge<P: Peer>(peers: &[P], expected: &Versions) -> Result<(), String> {
    for (nth, peer) in peers.iter().enumerate() {
        let versions = peer.versions();
        let lost: BTreeMap<&u64, &u64> = expected
            .iter()
            .filter(|(record, version)| versions.get(record).is_none_or(|held| held < version))
            .collect();
        if !lost.is_empty() {
            return Err(format!("machine {nth} lacks {} of {} records: {lost:?}", lost.len(), expected.len()));
        }
    }
    match peers.iter().position(|peer| peer.state() != peers[0].state()) {
        Some(nth) => Err(format!("machines 0 and {nth} disagree:\n{}\n--\n{}", peers[0].state(), peers[nth].state())),
        None => Ok(()),
    }
}

fn join(into: &mut Versions, other: &Versions) {
    for (record, version) in other {
        let known = into.entry(*record).or_default();
        *known = (*version).max(*known);
    }
}
