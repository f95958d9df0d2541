//! What goes on while the dashboard is open: transcripts are read, the Gist is synced, and keys are heeded all the while.

use std::time::Duration;

use ccu_testkit::fake_github::{Action, DEFAULT_TOKEN, FakeGitHub, Fault};

use crate::{TRANSCRIPT, empty_home, home, open, quit, response, wait_for_title};

#[test]
fn transcripts_are_read_at_the_start() {
    let sandbox = empty_home();
    sandbox.write_transcript(TRANSCRIPT, [response(1)]);
    let pty = open(&sandbox, &["--view", "projects"]);
    pty.wait_for("alice/app");
    quit(pty);
}

#[test]
fn what_is_appended_shows_by_itself() {
    let sandbox = home();
    let pty = open(&sandbox, &["--view", "projects"]);
    pty.wait_for("alice/app");
    sandbox.append_transcript(TRANSCRIPT, [response(2).with("/cwd", "/home/alice/other")]);
    pty.wait_for("alice/other");
    quit(pty);
}

#[test]
fn without_transcripts_it_says_where_it_looked() {
    let sandbox = empty_home();
    let pty = open(&sandbox, &[]);
    pty.wait_for_screen("the folder", |screen| screen.has("No transcripts") && screen.to_string().contains(".claude"));
    quit(pty);
}

#[test]
fn syncing_shows_in_the_last_row_and_holds_up_no_key() {
    let fake = FakeGitHub::start();
    let sandbox = home().with_env("CCU_GITHUB_API_URL", fake.url()).with_env("GITHUB_GIST_TOKEN", DEFAULT_TOKEN);
    // It says on stderr that it has made the Gist.
    assert_eq!(sandbox.run(&["gist", "sync"]).code, Some(0));
    sandbox.run(&["config", "set", "sync.interval", "15"]).success();
    fake.faults().order(Fault::new(Action::Delay(Duration::from_secs(3))));
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    pty.keys("S");
    pty.wait_for("syncing");
    // GitHub is silent; the view changes all the same.
    pty.keys("d");
    let screen = wait_for_title(&pty, "Devices");
    assert!(screen.has("syncing"), "{screen}");
    pty.wait_for("synced");
    quit(pty);
}
