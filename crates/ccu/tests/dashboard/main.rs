//! The dashboard by the real binary, on a terminal of its own: what is on the screen, and how the terminal is left.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case fails")]

mod background;
mod drill;
mod ending;
mod memory;
mod views;
mod window;
mod without_terminal;

use ccu_testkit::pty::{End, Pty, Screen};
use ccu_testkit::sandbox::Sandbox;
use ccu_testkit::transcript::Line;

/// A usual terminal.
const USUAL: (u16, u16) = (110, 30);
/// The one transcript of [`home`], below `projects`.
const TRANSCRIPT: &str = "-home-alice-app/5e551011-0000-4000-8000-000000000001.jsonl";
/// What the response of [`home`] says.
const ANSWER: &str = "the hinge is mended";

/// An empty home, for a terminal that shows everything.
fn empty_home() -> Sandbox {
    Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu"))
        .with_env("TERM", "xterm-256color")
        .with_env("COLORTERM", "truecolor")
        .with_env("LANG", "C.UTF-8")
        .with_env("CCU_MACHINE", "bench")
}

/// A home with one response of this moment, in the project `alice/app`, that has been read.
fn home() -> Sandbox {
    let sandbox = empty_home();
    sandbox.write_transcript(TRANSCRIPT, [saying(ANSWER)]);
    sandbox.run(&["daily"]).success();
    sandbox
}

/// A response of this moment, so that it is in the periods that the dashboard begins with.
fn response(number: usize) -> Line {
    Line::assistant()
        .message_id(&format!("msg_01Dashboard{number}"))
        .request_id(&format!("req_011Dashboard{number}"))
        .uuid(&format!("0a0b0c0d-0000-4000-8000-{number:012}"))
        .time(&now())
}

/// The first response, in these words.
fn saying(words: &str) -> Line {
    response(1).with("/message/content", serde_json::json!([{ "text": words, "type": "text" }]))
}

#[expect(clippy::disallowed_methods, reason = "the dashboard goes by the real time, and so must what it shows")]
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Starts ccu on a terminal of so many columns and rows.
fn open_on(sandbox: &Sandbox, arguments: &[&str], size: (u16, u16)) -> Pty {
    let mut command = sandbox.command(arguments);
    // What pipes are told; a terminal tells its width itself and has colours.
    command.env_remove("COLUMNS").env_remove("NO_COLOR");
    Pty::start(&command, size)
}

fn open(sandbox: &Sandbox, arguments: &[&str]) -> Pty {
    open_on(sandbox, arguments, USUAL)
}

/// Whether this view or page is open: its title begins the second row.
fn has_title(screen: &Screen, title: &str) -> bool {
    screen.rows()[1].starts_with(title)
}

/// Waits for a view or page by its title.
#[track_caller]
fn wait_for_title(pty: &Pty, title: &str) -> Screen {
    pty.wait_for_screen(title, |screen| has_title(screen, title))
}

/// The end of a program that has given back the terminal as it found it.
#[track_caller]
fn ended_tidily(pty: Pty) -> End {
    let end = pty.end();
    assert_eq!((end.screen.leftovers(), end.line_changes.as_str()), (vec![], ""), "{}", end.screen);
    end
}

/// Types `q` and expects a tidy end with 0.
#[track_caller]
fn quit(pty: Pty) {
    pty.keys("q");
    assert_eq!(ended_tidily(pty).status.code(), Some(0));
}
