//! What one run leaves to the next.

use crate::{home, open, quit, wait_for_title};

#[test]
fn the_view_is_remembered() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    pty.keys("d");
    wait_for_title(&pty, "Devices");
    quit(pty);
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Devices");
    quit(pty);
}

#[test]
fn what_cannot_be_read_is_forgotten() {
    let sandbox = home();
    let path = sandbox.data().join("dashboard.json");
    std::fs::create_dir_all(&path).unwrap();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    quit(pty);
}
