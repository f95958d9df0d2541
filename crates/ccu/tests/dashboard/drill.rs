//! From a day to the words of one response, and back.

use crate::{ANSWER, home, open, quit, wait_for_title};

#[test]
fn a_day_leads_to_its_hours_responses_and_their_words() {
    let sandbox = home();
    let before = sandbox.tree_fingerprint();
    let pty = open(&sandbox, &["--view", "monthly"]);
    let titles = ["Month  ", "Month › Day  ", "Month › Day › Responses  ", "Month › Day › Responses › Message"];
    for title in &titles[..3] {
        wait_for_title(&pty, title);
        // The row under the cursor.
        pty.wait_for("›1 ");
        pty.keys("\r");
    }
    wait_for_title(&pty, titles[3]);
    pty.wait_for(ANSWER);
    for title in titles[..3].iter().rev() {
        pty.keys("\x1b");
        wait_for_title(&pty, title);
    }
    quit(pty);
    assert_eq!(sandbox.tree_fingerprint(), before);
}

#[test]
fn words_of_a_transcript_cannot_drive_the_terminal() {
    let sandbox = crate::empty_home();
    let words = "before \u{1b}[2J\u{1b}[?1049l\u{1b}]0;mine\u{7}\u{9b}31m after";
    sandbox.write_transcript(crate::TRANSCRIPT, [crate::saying(words)]);
    sandbox.run(&["daily"]).success();
    let pty = open(&sandbox, &["--view", "monthly"]);
    for title in ["Month  ", "Month › Day  ", "Month › Day › Responses  "] {
        wait_for_title(&pty, title);
        pty.wait_for("›1 ");
        pty.keys("\r");
    }
    let screen = pty.wait_for("after");
    assert!(screen.is_alternate() && screen.has("before"), "{screen}");
    assert!(crate::has_title(&screen, "Month › Day › Responses › Message"), "{screen}");
    quit(pty);
}
