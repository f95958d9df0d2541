//! Five computers, one Gist: real processes that push and pull at once, against a GitHub where a third of the writes conflict,
//! answers get lost, and processes are killed, end with the totals of one computer that has all transcripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use ccu_testkit::fake_github::{Action, Answer, DEFAULT_TOKEN, FakeGitHub, Fault, Options};
use ccu_testkit::sandbox::Sandbox;
use serde_json::Value;

use super::{days, expected_days, furnish, json, sandbox, small};

const N_MACHINES: usize = 5;

/// All files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Machines that go by one GitHub and one token, each with its share of the transcripts; every third transcript is on two.
fn machines(github: &FakeGitHub, transcripts: &[PathBuf], root: &Path) -> Vec<Sandbox> {
    let machine = |nth: usize| {
        let machine = sandbox()
            .with_env("CCU_GITHUB_API_URL", github.url())
            .with_env("GITHUB_GIST_TOKEN", DEFAULT_TOKEN)
            .with_env("CCU_MACHINE", format!("machine-{nth}"));
        for (number, path) in transcripts.iter().enumerate() {
            let is_here = number % N_MACHINES == nth || (number % 3 == 0 && (number + 1) % N_MACHINES == nth);
            if is_here {
                machine.write_bytes(path.strip_prefix(root).unwrap().to_str().unwrap(), &fs::read(path).unwrap());
            }
        }
        machine
    };
    (0..N_MACHINES).map(machine).collect()
}

/// Syncs until it succeeds; every other run is killed on its way.
fn sync_with_kills(machine: &Sandbox, nth: usize) {
    for round in 0..3_u64 {
        let mut child = machine
            .command(&["gist", "sync", "--quiet"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if (round + nth as u64).is_multiple_of(2) {
            thread::sleep(Duration::from_millis(40 + 60 * round + 23 * nth as u64));
            child.kill().unwrap();
        }
        child.wait().unwrap();
    }
}

#[test]
fn five_machines_end_with_the_totals_of_one_that_has_it_all() {
    let whole = sandbox();
    let truth = furnish(&whole, &small(11, false));
    let expected = json(&whole, &["daily", "--json"]);
    assert_eq!(days(&expected), expected_days(&truth["days"]));

    let github = Options::new().rate_limit(100_000).start();
    let machines = machines(&github, &files(&whole.projects()), &whole.projects());
    github.faults().order(Fault::answer(Answer::conflict()).on_patch().chance(300, 1));
    github.faults().order(Fault::new(Action::DropAfter).on_patch().chance(150, 2));
    thread::scope(|scope| {
        for (nth, machine) in machines.iter().enumerate() {
            scope.spawn(move || sync_with_kills(machine, nth));
        }
    });
    github.faults().clear();
    // Twice in turn: what the last one sends, the first one has not seen yet.
    for machine in machines.iter().chain(&machines) {
        let output = machine.run(&["gist", "sync", "--quiet"]);
        assert_eq!(output.code, Some(0), "{output}");
    }
    for machine in &machines {
        let report = json(machine, &["daily", "--json"]);
        assert_eq!(days(&report), days(&expected));
        assert_eq!(report["totals"]["costNanoUsd"], expected["totals"]["costNanoUsd"]);
        assert_eq!(report["totals"]["responses"], expected["totals"]["responses"]);
        let devices = json(machine, &["device", "--json"]);
        assert_eq!(devices["devices"].as_array().map(Vec::len), Some(N_MACHINES), "{devices}");
        let doctor = machine.run(&["doctor"]);
        assert!(!doctor.stdout.contains("rebuild"), "{doctor}");
    }
    let verified = json(&machines[0], &["gist", "verify", "--json"]);
    assert_eq!(verified["problems"], Value::Array(Vec::new()), "{verified}");
}
