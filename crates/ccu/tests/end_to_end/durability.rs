//! Nothing is lost and nothing counts twice, in whatever order, pieces and company transcripts are read, and whoever pulls
//! the plug.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use ccu_testkit::corpus::Options;
use ccu_testkit::sandbox::Sandbox;
use serde_json::Value;

use super::{days, expected_days, furnish, json, sandbox, small};

fn check_truth(sandbox: &Sandbox, truth: &Value) {
    let report = json(sandbox, &["daily", "--json"]);
    assert_eq!(days(&report), expected_days(&truth["days"]));
    let doctor = sandbox.run(&["doctor"]);
    assert!(!doctor.stdout.contains("rebuild"), "{doctor}");
}

/// All transcripts below a directory.
fn transcripts(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(transcripts(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn pieces_in_any_order_and_twice_end_in_the_same_totals() {
    let sandbox = sandbox();
    let truth = furnish(&sandbox, &small(5, false));
    let store = sandbox.root().join("stash");
    fs::rename(sandbox.projects(), &store).unwrap();
    fs::create_dir_all(sandbox.projects()).unwrap();
    let mut paths = transcripts(&store);
    // Backwards, in three helpings, and every file first as its first half.
    paths.reverse();
    for helping in paths.chunks(paths.len().div_ceil(3)) {
        for is_whole in [false, true] {
            for path in helping {
                let bytes = fs::read(path).unwrap();
                let end = if is_whole { bytes.len() } else { bytes.len() / 2 };
                sandbox.write_bytes(path.strip_prefix(&store).unwrap().to_str().unwrap(), &bytes[..end]);
            }
            let _ = sandbox.run(&["refresh"]).success();
        }
    }
    check_truth(&sandbox, &truth);
    // Once more from the beginning, under other names: a moved project.
    fs::rename(sandbox.projects(), sandbox.home().join("moved")).unwrap();
    fs::create_dir_all(sandbox.projects()).unwrap();
    fs::rename(sandbox.home().join("moved"), sandbox.projects().join("moved")).unwrap();
    check_truth(&sandbox, &truth);
}

#[cfg(unix)]
#[test]
fn killed_runs_lose_nothing() {
    let sandbox = sandbox();
    let truth = furnish(&sandbox, &Options { bytes: 30_000_000, seed: 6, ..Options::default() });
    let mut n_killed = 0;
    for delay_ms in [2, 5, 10, 20, 40, 60, 80, 120] {
        let mut child = sandbox.command(&["refresh"]).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(std::time::Duration::from_millis(delay_ms));
        // `kill` on unix is SIGKILL: no handler runs.
        child.kill().unwrap();
        n_killed += usize::from(!child.wait().unwrap().success());
    }
    assert!(n_killed > 0, "no run was killed before its end");
    check_truth(&sandbox, &truth);
}

#[test]
fn processes_that_run_at_once_agree() {
    let sandbox = sandbox();
    let truth = furnish(&sandbox, &Options { bytes: 8_000_000, seed: 7, ..Options::default() });
    let runs: Vec<_> =
        (0..6).map(|_| sandbox.command(&["daily", "--json"]).stdout(Stdio::piped()).spawn().unwrap()).collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(days(&report), expected_days(&truth["days"]));
    }
    check_truth(&sandbox, &truth);
}

#[test]
fn history_outlives_its_transcripts() {
    let sandbox = sandbox();
    let truth = furnish(&sandbox, &small(8, false));
    let _ = sandbox.run(&["refresh"]).success();
    fs::remove_dir_all(sandbox.projects()).unwrap();
    check_truth(&sandbox, &truth);
    fs::remove_dir_all(sandbox.config()).unwrap();
    check_truth(&sandbox, &truth);
}
