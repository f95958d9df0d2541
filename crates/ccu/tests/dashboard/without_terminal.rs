//! Where no dashboard can be drawn.

use crate::{home, open};

#[test]
fn a_pipe_gets_the_summary() {
    let sandbox = home();
    let summary = sandbox.run::<&str>(&[]).success();
    assert!(summary.contains("All time") && !summary.contains('\u{1b}'), "{summary}");
    assert_eq!(summary, sandbox.run(&["summary"]).success());
}

#[test]
fn a_pipe_gets_no_view() {
    let output = home().run(&["--view", "devices"]);
    insta::assert_snapshot!(output, @r"
    exit code: 2
    --- stderr
    error: `--view` opens the dashboard, which needs a terminal for input and output
    hint: `ccu summary`, `ccu weekly`, `ccu device` and the like print what it shows
    ");
}

#[test]
fn a_command_on_a_terminal_stays_a_command() {
    let sandbox = home();
    let end = open(&sandbox, &["summary"]).end();
    assert_eq!((end.status.code(), end.screen.is_alternate()), (Some(0), false));
    assert!(end.screen.has("All time"), "{}", end.screen);
}
