//! Each view by its key, what is filtered, and the keys' own page.

use crate::{home, open, quit, wait_for_title};

#[test]
fn it_starts_with_usage_on_a_screen_of_its_own() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    let screen = pty.wait_for_screen("today's response", |screen| screen.has("Today") && screen.has("sonnet-4-5"));
    assert!(screen.is_alternate() && screen.is_cursor_hidden() && screen.has_mouse(), "{screen}");
    assert!(screen.rows()[0].starts_with("usage  weekly  monthly"), "{screen}");
    quit(pty);
}

#[test]
fn each_view_has_a_key() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    let check = |key: &str, title: &str, content: &str| {
        pty.keys(key);
        let what = format!("{title} with {content}");
        pty.wait_for_screen(&what, |screen| crate::has_title(screen, title) && screen.has(content));
    };
    check("w", "Week", "sonnet-4-5");
    check("m", "Month", "sonnet-4-5");
    check("y", "Year", "sonnet-4-5");
    check("h", "Heatmap", "bench");
    check("d", "Devices", "bench");
    check("p", "Projects", "alice/app");
    check("e", "Sessions", "Session");
    check("g", "Gist", "");
    check("s", "Settings", "");
    check("u", "Usage", "Today");
    quit(pty);
}

#[test]
fn a_view_can_be_asked_for() {
    let sandbox = home();
    let pty = open(&sandbox, &["--view", "devices"]);
    wait_for_title(&pty, "Devices");
    pty.wait_for("bench");
    quit(pty);
}

#[test]
fn names_can_be_hidden() {
    let sandbox = home();
    let pty = open(&sandbox, &["--anon", "--view", "projects"]);
    let screen = pty.wait_for("project-1");
    assert!(!screen.has("alice") && !screen.has("app"), "{screen}");
    quit(pty);
}

#[test]
fn a_filter_hides_other_rows_until_it_is_cleared() {
    let sandbox = home();
    let pty = open(&sandbox, &["--view", "projects"]);
    pty.wait_for("alice/app");
    pty.keys("/zz");
    pty.wait_for_screen("no row", |screen| screen.has("/zz") && !screen.has("alice/app"));
    pty.keys("\r");
    pty.keys("\x1b");
    pty.wait_for("alice/app");
    pty.keys("/ali");
    pty.wait_for_screen("its row", |screen| screen.has("/ali") && screen.has("alice/app"));
    pty.keys("\r");
    quit(pty);
}

#[test]
fn the_keys_are_explained() {
    let sandbox = home();
    let pty = open(&sandbox, &[]);
    wait_for_title(&pty, "Usage");
    pty.keys("?");
    pty.wait_for_screen("all views", |screen| screen.has("view devices") && screen.has("view settings"));
    pty.keys("\x1b");
    pty.wait_for_screen("the view again", |screen| screen.has("Today") && !screen.has("view settings"));
    quit(pty);
}
