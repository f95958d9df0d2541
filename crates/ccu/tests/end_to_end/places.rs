//! Where transcripts are looked for, and what a newcomer without any is told.

use ccu_testkit::transcript::Line;

use super::{json, sandbox};

fn line(id: &str) -> Line {
    Line::assistant().message_id(&format!("msg_01{id}")).uuid(id).tokens([0, 1, 0, 0, 0])
}

#[test]
fn all_directories_are_read_and_copies_count_once() {
    let sandbox = sandbox();
    sandbox.write_transcript("-a/one.jsonl", [line("a"), line("b")]);
    let other = sandbox.home().join(".config/claude/projects/-b");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::copy(sandbox.projects().join("-a/one.jsonl"), other.join("two.jsonl")).unwrap();
    assert_eq!(json(&sandbox, &["daily", "--json"])["totals"]["responses"], 2);
    let named = format!("{}, {}/missing", sandbox.home().join(".claude").display(), sandbox.root().display());
    let sandbox = sandbox.with_env("CLAUDE_CONFIG_DIR", named);
    let output = sandbox.run(&["daily", "--json"]);
    assert_eq!(output.code, Some(0));
    assert!(output.stderr.contains("missing"), "{output}");
}

#[test]
fn a_newcomer_is_told_where_ccu_looked_and_what_to_do() {
    let sandbox = sandbox();
    let told = sandbox.run(&[] as &[&str]).success();
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.contains(".claude") && told.contains("ccu demo"), "{told}");
}
