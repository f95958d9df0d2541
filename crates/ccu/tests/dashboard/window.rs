//! The window's size, and the mouse in it.

use ccu_testkit::pty::{Pty, Screen};

use crate::{home, open_on, quit, wait_for_title};

/// The screen without its last row, which tells the time.
fn content(screen: &Screen) -> Vec<String> {
    let mut rows = screen.rows();
    rows.pop();
    rows
}

#[track_caller]
fn resize(pty: &Pty, size: (u16, u16)) -> Screen {
    pty.resize(size);
    // What was drawn for the old size may not have its last row at the new end.
    pty.wait_for_screen(&format!("{size:?}"), |screen| {
        let last = screen.rows().pop().unwrap();
        crate::has_title(screen, "Projects") && screen.has("alice/app") && last.ends_with("q quit")
    })
}

#[test]
fn every_size_is_drawn_afresh() {
    let sandbox = home();
    let pty = open_on(&sandbox, &["--view", "projects"], (80, 24));
    let first = pty.wait_for("alice/app");
    let large = resize(&pty, (160, 50));
    assert!(large.has("Writes"), "{large}");
    resize(&pty, (60, 18));
    resize(&pty, (80, 24));
    let back = pty.wait_for_screen("the first screen again", |screen| content(screen) == content(&first));
    assert_eq!(back.size(), (80, 24));
    quit(pty);
}

#[test]
fn a_window_that_is_too_small_says_so_until_it_grows() {
    let sandbox = home();
    let pty = open_on(&sandbox, &["--view", "projects"], (40, 10));
    pty.wait_for("too small");
    resize(&pty, (80, 24));
    quit(pty);
}

#[test]
fn a_click_on_a_tab_opens_its_view() {
    let sandbox = home();
    let pty = open_on(&sandbox, &[], (110, 30));
    let screen = wait_for_title(&pty, "Usage");
    pty.click(screen.position("devices").unwrap());
    wait_for_title(&pty, "Devices");
    pty.wait_for("bench");
    quit(pty);
}
