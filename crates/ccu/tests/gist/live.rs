//! A push and a pull against the real GitHub, for whoever gives a token of an account that has no Gist of ccu.

use ccu_testkit::sandbox::Sandbox;
use serde_json::Value;

use super::write_responses;

/// The variable that holds the token.
const VARIABLE: &str = "CCU_LIVE_GIST_TOKEN";

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests decides about the network here")]
fn token() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|token| !token.is_empty())
}

fn machine(name: &str, token: &str) -> Sandbox {
    Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu")).with_env("CCU_MACHINE", name).with_env("GITHUB_GIST_TOKEN", token)
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    serde_json::from_str(&sandbox.run(arguments).success()).unwrap()
}

#[test]
fn live_what_one_machine_pushes_another_pulls() {
    let Some(token) = token() else {
        let told = format!("skipped: {VARIABLE} is not set\n");
        let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
        return;
    };
    let (first, second) = (machine("live-first", &token), machine("live-second", &token));
    let status = json(&first, &["gist", "status", "--json"]);
    assert!(status["gist"].is_null(), "this account has a Gist of ccu; take another account, or delete it first");
    write_responses(&first, "live", 0..3);
    let pushed = first.run(&["gist", "push", "--json"]);
    assert_eq!(pushed.code, Some(0), "{pushed}");
    let pulled = second.run(&["gist", "pull", "--json"]);
    assert_eq!(pulled.code, Some(0), "{pulled}");
    assert_eq!(json(&second, &["daily", "--json"])["totals"], json(&first, &["daily", "--json"])["totals"]);
    assert_eq!(json(&second, &["gist", "verify", "--json"])["problems"], Value::Array(Vec::new()));
}
