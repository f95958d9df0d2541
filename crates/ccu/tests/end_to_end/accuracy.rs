//! The right number: equal to independent counts, and the same in every view.

use std::process::Command;

use ccu_testkit::transcript::Line;
use serde_json::Value;

use super::{GROUPINGS, days, expected_days, furnish, json, sandbox, shared, skip, small};

/// Totals without what may differ between views by design: the distinct models and machines are the same everywhere too.
fn totals(report: &Value) -> Value {
    let totals = report["totals"].as_object().unwrap();
    let keys = [
        "inputTokens",
        "outputTokens",
        "cacheCreationTokens",
        "cacheCreation5mTokens",
        "cacheCreation1hTokens",
        "cacheReadTokens",
        "totalTokens",
        "responses",
        "webSearchRequests",
        "costNanoUsd",
    ];
    keys.into_iter().map(|key| (key.to_owned(), totals[key].clone())).collect()
}

#[test]
fn daily_is_the_truth_by_day_and_model() {
    for (seed, edge) in [(1, false), (2, true), (3, true)] {
        let sandbox = sandbox();
        let truth = furnish(&sandbox, &small(seed, edge));
        let report = json(&sandbox, &["daily", "--json"]);
        assert_eq!(days(&report), expected_days(&truth["days"]), "seed {seed}");
        assert_eq!(report["totals"]["responses"], truth["totals"]["messages"], "seed {seed}");
        assert_eq!(report["totals"]["cacheCreation1hTokens"], truth["totals"]["cc_1h"], "seed {seed}");
    }
}

#[test]
fn a_line_with_bytes_that_are_no_text_counts_and_is_named() {
    let sandbox = sandbox();
    let line = Line::assistant().message_id("msg_01a").tokens([1, 2, 0, 0, 0]);
    let mut bytes = line.with("/message/content", "~").to_string().into_bytes();
    bytes.iter_mut().filter(|byte| **byte == b'~').for_each(|byte| *byte = 0xff);
    sandbox.write_bytes("-p/s.jsonl", &bytes);
    let report = json(&sandbox, &["daily", "--json"]);
    assert_eq!((&report["totals"]["outputTokens"], &report["notes"]["oddLines"]), (&2.into(), &1.into()));
    let doctor = sandbox.run(&["doctor"]);
    assert!(doctor.stdout.contains("bytes that are not UTF-8"), "{doctor}");
}

#[test]
fn every_view_has_the_same_totals_in_every_zone() {
    let sandbox = sandbox();
    furnish(&sandbox, &small(4, true));
    let daily = totals(&json(&sandbox, &["daily", "--json"]));
    assert!(daily["costNanoUsd"].as_i64().unwrap() > 0);
    for (command, rows) in GROUPINGS {
        for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"] {
            let report = json(&sandbox, &[command, "--json", "--timezone", zone, "--start-of-week", "sunday"]);
            assert_eq!(totals(&report), daily, "{command} in {zone}");
            let sum: i64 =
                report[rows].as_array().unwrap().iter().map(|row| row["costNanoUsd"].as_i64().unwrap()).sum();
            assert_eq!(sum, daily["costNanoUsd"].as_i64().unwrap(), "{command} in {zone}");
        }
    }
}

#[test]
fn real_transcripts_give_what_the_independent_counter_gives() {
    let (Some(transcripts), Some(counter)) = (shared("corpus/transcripts"), shared("corpus/refcount.py")) else {
        return skip("no corpus of real transcripts beside the project");
    };
    let Ok(counted) = Command::new("python3").arg(counter).arg(&transcripts).output() else {
        return skip("no python3 to count independently");
    };
    let counted: Value = serde_json::from_slice(&counted.stdout).unwrap();
    let sandbox = sandbox();
    std::fs::remove_dir(sandbox.projects()).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&transcripts, sandbox.projects()).unwrap();
    let report = json(&sandbox, &["daily", "--json"]);
    assert_eq!(days(&report), expected_days(&counted["rules"]["best"]["days"]));
    let daily = totals(&report);
    for (command, _) in GROUPINGS {
        assert_eq!(totals(&json(&sandbox, &[command, "--json", "--no-refresh"])), daily, "{command}");
    }
}
