//! The promises of the README, kept by the real binary on real files: the right number, nothing lost, nothing touched.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case fails")]

mod accuracy;
mod damage;
mod durability;
mod five_machines;
mod places;
mod untouched;

use std::path::Path;

use ccu_testkit::corpus::{self, Options};
use ccu_testkit::sandbox::Sandbox;
use serde_json::Value;

/// The reports that group usage, with the key of their rows.
const GROUPINGS: [(&str, &str); 8] = [
    ("daily", "daily"),
    ("weekly", "weekly"),
    ("monthly", "monthly"),
    ("yearly", "yearly"),
    ("session", "sessions"),
    ("project", "projects"),
    ("model", "models"),
    ("device", "devices"),
];

fn sandbox() -> Sandbox {
    Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu"))
}

/// The answer of a command that succeeds and answers in JSON.
#[track_caller]
fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    serde_json::from_str(&sandbox.run(arguments).success()).unwrap()
}

/// A made-up corpus in the sandbox's own home, with what a correct reader finds in it.
fn furnish(sandbox: &Sandbox, options: &Options) -> Value {
    let out = sandbox.root().join("corpus");
    let truth = corpus::generate(&out, options).unwrap().to_json();
    std::fs::remove_dir_all(sandbox.projects()).unwrap();
    std::fs::rename(out.join("projects"), sandbox.projects()).unwrap();
    truth
}

fn small(seed: u64, edge: bool) -> Options {
    Options { bytes: 2_000_000, seed, edge, ..Options::default() }
}

/// `ccu daily` in the shape of the generator's truth: day, model, counts.
fn days(report: &Value) -> Value {
    let mut days = serde_json::Map::new();
    for row in report["daily"].as_array().unwrap() {
        let models = row["modelBreakdowns"].as_array().unwrap().iter().map(|model| {
            let number = |key: &str| model[key].as_u64().unwrap();
            let counts = serde_json::json!({
                "input": number("inputTokens"),
                "output": number("outputTokens"),
                "cache_creation": number("cacheCreationTokens"),
                "cache_read": number("cacheReadTokens"),
            });
            (model["modelName"].as_str().unwrap().to_owned(), counts)
        });
        days.insert(row["date"].as_str().unwrap().to_owned(), Value::Object(models.collect()));
    }
    Value::Object(days)
}

/// Days of an independent count in the same shape. What is not billed is in no report of ours.
fn expected_days(days: &Value) -> Value {
    let mut expected = serde_json::Map::new();
    for (day, models) in days.as_object().unwrap() {
        let models: serde_json::Map<String, Value> = models
            .as_object()
            .unwrap()
            .iter()
            .filter(|(model, _)| *model != "<synthetic>")
            .map(|(model, counts)| {
                let counts = ["input", "output", "cache_creation", "cache_read"]
                    .map(|key| (key.to_owned(), counts[key].clone()));
                (model.clone(), Value::Object(counts.into_iter().collect()))
            })
            .collect();
        if !models.is_empty() {
            expected.insert(day.clone(), Value::Object(models));
        }
    }
    Value::Object(expected)
}

/// Tells that a test proved nothing, past the harness that keeps a passing test's output.
fn skip(why: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {why}\n").as_bytes());
}

/// A folder beside the project, where there is one.
fn shared(path: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    path.exists().then_some(path)
}
