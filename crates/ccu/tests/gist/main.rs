//! `ccu gist`, `ccu export` and `ccu import` by the real binary, against a GitHub of our own on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case fails")]

mod encryption;
mod exchange;
mod failures;
mod guide;
mod json;
mod live;
mod tokens;

use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub};
use ccu_testkit::sandbox::{Output, Sandbox};
use ccu_testkit::transcript::Line;
use serde_json::Value;

/// A machine without a token, that reaches this GitHub.
fn stranger(name: &str, fake: &FakeGitHub) -> Sandbox {
    Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu"))
        .with_env("CCU_MACHINE", name)
        .with_env("CCU_GITHUB_API_URL", fake.url())
}

/// A machine with the token in its environment, and so many responses in its transcripts.
fn machine(name: &str, n_responses: usize, fake: &FakeGitHub) -> Sandbox {
    let sandbox = stranger(name, fake).with_env("GITHUB_GIST_TOKEN", DEFAULT_TOKEN);
    write_responses(&sandbox, name, 0..n_responses);
    sandbox
}

/// Adds a transcript with these responses.
fn write_responses(sandbox: &Sandbox, name: &str, numbers: std::ops::Range<usize>) {
    let line = |number: usize| {
        let id = format!("{name}-{number}");
        Line::assistant()
            .message_id(&format!("msg_01{id}"))
            .uuid(&id)
            .session(name)
            .time("2026-08-01T10:00:00.000Z")
            .tokens([10, 20, 0, 0, 0])
    };
    let first = numbers.start;
    sandbox.write_transcript(&format!("-home-alice-app/{name}-{first}.jsonl"), numbers.map(line));
}

/// What a command answered, beside any notes; it must have ended with 0.
#[track_caller]
fn answered(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.run(arguments);
    assert_eq!(output.code, Some(0), "{arguments:?}\n{output}");
    without_token(&output);
    output.stdout
}

/// The JSON that a command answered.
#[track_caller]
fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    serde_json::from_str(&answered(sandbox, arguments)).unwrap()
}

/// No output ever holds the token.
#[track_caller]
fn without_token(output: &Output) {
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains(DEFAULT_TOKEN), "{output}");
    }
}

/// A command's whole output without what differs from run to run.
fn seen(sandbox: &Sandbox, fake: &FakeGitHub, arguments: &[&str]) -> String {
    shown(&sandbox.run(arguments), sandbox, fake)
}

/// An output without what differs from run to run.
#[track_caller]
fn shown(output: &Output, sandbox: &Sandbox, fake: &FakeGitHub) -> String {
    without_token(output);
    let mut text = output.to_string();
    text = text.replace(&sandbox.root().display().to_string(), "[SANDBOX]");
    text = text.replace(fake.url(), "[GITHUB]").replace(fake.url().trim_start_matches("http://"), "[GITHUB]");
    for (gist_idx, id) in fake.gists().ids().iter().enumerate() {
        text = text.replace(id.as_str(), &format!("[GIST {}]", gist_idx + 1));
    }
    // The machine's id, times of today, and sizes, which hang on both.
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(&masked(line));
        out.push('\n');
    }
    out.trim_end().to_owned()
}

/// A line with every UUID and every time of a clock masked.
fn masked(line: &str) -> String {
    let is_uuid = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    let mut text = line.to_owned();
    for word in line.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-')) {
        if is_uuid(word) {
            text = text.replace(word, "[MACHINE ID]");
        }
    }
    text
}
