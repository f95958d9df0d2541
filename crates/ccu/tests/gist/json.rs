//! The JSON of the commands has the documented fields.

use ccu_testkit::fake_github::FakeGitHub;
use serde_json::Value;

use super::{json, machine};

#[track_caller]
fn has(value: &Value, fields: &[(&str, &str)]) {
    for (path, expected) in fields {
        let found = path.split('.').fold(value, |value, field| &value[field]);
        let kind = match found {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert_eq!(kind, *expected, "`{path}` in {value:#}");
    }
}

const PUSHED: [(&str, &str); 8] = [
    ("status", "string"),
    ("exportedRecords", "number"),
    ("filesUploaded", "number"),
    ("bytesSent", "number"),
    ("requests", "number"),
    ("backupsDeleted", "array"),
    ("gistId", "string"),
    ("gistUrl", "string"),
];
const PULLED: [(&str, &str); 8] = [
    ("status", "string"),
    ("machinesPulled", "array"),
    ("newRecords", "number"),
    ("duplicateRecords", "number"),
    ("improvedRecords", "number"),
    ("errors", "array"),
    ("bytesReceived", "number"),
    ("requests", "number"),
];

#[test]
fn push_pull_and_sync() {
    let fake = FakeGitHub::start();
    let (home, laptop) = (machine("HOME-WT", 3, &fake), machine("Laptop-WT", 2, &fake));
    let pushed = json(&home, &["gist", "push", "--json"]);
    has(&pushed, &PUSHED);
    assert_eq!((&pushed["status"], &pushed["exportedRecords"]), (&"pushed".into(), &3.into()), "{pushed}");
    assert_eq!(json(&home, &["gist", "push", "--json"])["status"], "nothing_to_sync");
    let pulled = json(&laptop, &["gist", "pull", "--json"]);
    has(&pulled, &PULLED);
    assert_eq!((&pulled["newRecords"], &pulled["machinesPulled"][0]), (&3.into(), &"HOME-WT".into()), "{pulled}");
    let synced = json(&laptop, &["gist", "sync", "--json"]);
    has(&synced["pull"], &PULLED);
    has(&synced["push"], &PUSHED);
    assert_eq!(synced["push"]["exportedRecords"], 2);
}

#[test]
fn status() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 3, &fake);
    let before = json(&home, &["gist", "status", "--json"]);
    has(&before, &[("gist", "null"), ("machine.lastPush", "null"), ("machines", "array")]);
    json(&home, &["gist", "push", "--json"]);
    let status = json(&home, &["gist", "status", "--json"]);
    has(
        &status,
        &[
            ("token.configured", "boolean"),
            ("token.location", "string"),
            ("machine.name", "string"),
            ("machine.id", "string"),
            ("machine.lastPush", "string"),
            ("machine.lastPull", "null"),
            ("machine.unsentRecords", "number"),
            ("gist.id", "string"),
            ("gist.url", "string"),
            ("gist.lastUpdated", "string"),
            ("gist.files", "number"),
            ("gist.bytes", "number"),
            ("machines", "array"),
            ("rateLimit.limit", "number"),
            ("rateLimit.remaining", "number"),
            ("rateLimit.reset", "string"),
            ("problem", "null"),
        ],
    );
    assert_eq!(status["machines"][0]["totalRecords"], 3);
    let info = json(&home, &["gist", "info", "--json"]);
    has(&info, &[("gistId", "string"), ("files", "array"), ("revisions", "array"), ("backupRetentionDays", "number")]);
    assert_eq!(json(&home, &["gist", "verify", "--json"])["isWhole"], true);
}
