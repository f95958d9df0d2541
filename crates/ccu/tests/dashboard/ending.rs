//! Every way out gives the terminal back as it was.

use crate::{ended_tidily, home, open, quit, wait_for_title};

#[test]
fn a_letter_ends_it() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    quit(pty);
}

#[test]
fn control_c_ends_it() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    pty.keys("\x03");
    assert_eq!(ended_tidily(pty).status.code(), Some(0));
}

#[test]
fn a_signal_ends_it() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    pty.terminate();
    ended_tidily(pty);
}

#[test]
fn keys_that_were_typed_ahead_are_heeded() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    pty.keys("dpq");
    assert_eq!(ended_tidily(pty).status.code(), Some(0));
}
