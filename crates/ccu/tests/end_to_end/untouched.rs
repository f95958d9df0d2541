//! No command writes, renames, deletes or touches anything of Claude Code's.

use super::{GROUPINGS, furnish, sandbox, small};

#[test]
fn the_transcripts_are_as_they_were_after_every_command() {
    let sandbox = sandbox();
    furnish(&sandbox, &small(9, true));
    let before = sandbox.tree_fingerprint();
    let reports = GROUPINGS.map(|(command, _)| vec![command]);
    let others: Vec<Vec<&str>> = vec![
        vec![],
        vec!["blocks"],
        vec!["refresh"],
        vec!["doctor"],
        vec!["doctor", "--rebuild"],
        vec!["config", "show", "--origin"],
        vec!["config", "set", "machine.name", "desk"],
        vec!["config", "unset", "machine.name"],
        vec!["demo", "daily"],
        vec!["reset-db", "--force"],
        vec!["daily", "--csv"],
        vec!["completions", "bash"],
        vec!["man"],
    ];
    for arguments in reports.into_iter().chain(others) {
        let output = sandbox.run(&arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}\n{output}");
        assert_eq!(sandbox.tree_fingerprint(), before, "{arguments:?}");
    }
}

#[test]
fn the_demo_leaves_no_trace() {
    let sandbox = sandbox();
    let _ = sandbox.run(&["demo"]).success();
    let left: Vec<_> = [sandbox.data(), sandbox.config(), sandbox.root().join("tmp")]
        .iter()
        .flat_map(|directory| std::fs::read_dir(directory).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
