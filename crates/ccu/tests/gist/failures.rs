//! What goes wrong ends with the documented code, and says what mends it.

use ccu_testkit::fake_github::{Action, Corruption, DEFAULT_TOKEN, FakeGitHub, Fault};
use ccu_testkit::sandbox::Sandbox;
use serde_json::Value;

use super::{answered, json, machine, shown, without_token};

/// The kind of an error in JSON, with the exit code.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> (i32, String) {
    let output = sandbox.run(arguments);
    without_token(&output);
    assert_eq!(output.stdout, "", "{output}");
    let error: Value = serde_json::from_str(&output.stderr).unwrap();
    assert!(!error["error"]["hints"].as_array().unwrap().is_empty(), "{error}");
    (output.code.unwrap(), error["error"]["kind"].as_str().unwrap().to_owned())
}

#[test]
fn codes_tell_what_went_wrong() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    assert_eq!(refused(&home, &["gist", "pull", "--json"]), (1, "gist".to_owned()), "there is no Gist yet");
    answered(&home, &["gist", "push"]);
    fake.revoke(DEFAULT_TOKEN);
    assert_eq!(refused(&home, &["gist", "pull", "--json"]), (3, "sign_in".to_owned()));
    assert_eq!(home.run(&["gist", "status"]).code, Some(3));
    drop(fake);
    assert_eq!(refused(&home, &["gist", "pull", "--json"]), (4, "unreachable".to_owned()));
    assert_eq!(refused(&home, &["gist", "push", "--json"]), (4, "unreachable".to_owned()));
}

#[test]
fn a_used_up_rate_limit_is_told_with_its_end_and_remembered() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    answered(&home, &["gist", "push"]);
    // The fake's clock stands at another time than this computer's: in 2100 the limit ends by both.
    let ahead = 4_102_444_800 - fake.now();
    fake.set_rate_limit("octocat", 0, ahead);
    let output = home.run(&["gist", "pull"]);
    assert_eq!(output.code, Some(4), "{output}");
    assert!(output.stderr.starts_with("error: rate limit exceeded; GitHub takes requests again at "), "{output}");
    let n_requests = fake.log().len();
    assert_eq!(refused(&home, &["gist", "push", "--json"]), (4, "rate_limit".to_owned()));
    assert_eq!(fake.log().len(), n_requests, "nobody asks before its end");
}

#[test]
fn status_answers_without_a_network() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    answered(&home, &["gist", "push"]);
    drop(fake);
    let output = home.run(&["gist", "status"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("Machines\n") && output.stdout.contains("this machine"), "{output}");
    assert!(output.stderr.starts_with("warning: the Gist was not asked, so this is what was known: "), "{output}");
    let status = json(&home, &["gist", "status", "--json"]);
    assert!(status["problem"].is_string() && status["rateLimit"].is_null(), "{status}");
}

#[test]
fn a_broken_file_and_an_unknown_machine_keep_nothing_else_from_coming_in() {
    let fake = FakeGitHub::start();
    let (home, laptop) = (machine("HOME-WT", 1, &fake), machine("Laptop-WT", 2, &fake));
    answered(&home, &["gist", "push"]);
    let output = laptop.run(&["gist", "pull", "HOME-WT", "Office"]);
    insta::assert_snapshot!(shown(&output, &laptop, &fake), @r#"
    exit code: 1
    --- stdout
    Pulled 1 new record from HOME-WT.
    --- stderr
    error: there is no machine `Office` in the Gist
    hint: the machines in it are `HOME-WT`
    "#);
    let output = laptop.run(&["gist", "pull", "Office", "--json"]);
    assert_eq!(output.code, Some(1), "{output}");
    let pulled: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&pulled["status"], pulled["errors"].as_array().unwrap().len()), (&"incomplete".into(), 1), "{pulled}");
}

#[test]
fn verify_names_what_is_broken() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    answered(&home, &["gist", "push"]);
    let told = answered(&home, &["gist", "verify"]);
    assert!(told.ends_with("with 1 record of 1 machine: all is well.\n"), "{told}");
    let id = fake.gists().ids().remove(0);
    fake.gists().edit(&id, "usage_data_HOME-WT.json", "{\"ccu\": {\"format\": 2");
    let output = home.run(&["gist", "verify"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("usage_data_HOME-WT.json") && output.stderr.contains("hint: "), "{output}");
}

#[test]
fn a_lost_answer_is_found_out_and_no_failure() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    answered(&home, &["gist", "push"]);
    super::write_responses(&home, "HOME-WT", 1..3);
    fake.faults().order(Fault::new(Action::DropAfter).on_patch());
    assert!(answered(&home, &["gist", "push", "--no-backup"]).starts_with("Pushed 2 records"));
    fake.faults().order(Fault::new(Action::Corrupt(Corruption::Short)).on_read());
    assert_eq!(home.run(&["gist", "verify"]).code, Some(0));
}

#[test]
fn the_demo_never_asks_github() {
    let fake = FakeGitHub::start();
    let home = machine("HOME-WT", 1, &fake);
    let output = home.run(&["demo", "gist", "push"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(fake.log().is_empty());
}
