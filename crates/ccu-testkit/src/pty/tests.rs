//! Programs that every Unix has, on a terminal of ours.

use super::*;

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).env("PATH", "/usr/bin:/bin").env("TERM", "xterm-256color");
    command
}

#[test]
fn keys_go_in_and_the_screen_comes_out() {
    let pty = Pty::start(&shell("stty size; read -r word; echo \"got $word\"; exit 3"), (40, 10));
    pty.wait_for("10 40");
    pty.keys("some\n");
    let end = pty.end();
    assert_eq!(end.screen.rows()[..4], ["10 40", "some", "got some", ""]);
    assert_eq!((end.status.code(), end.line_changes.as_str()), (Some(3), ""));
    assert_eq!(end.screen.leftovers(), [""; 0]);
}

#[test]
fn nothing_of_our_environment_is_handed_on() {
    let pty = Pty::start(&shell("exec env"), (80, 30));
    let end = pty.end();
    assert!(end.screen.has("TERM=xterm-256color"), "{}", end.screen);
    assert!(!end.screen.has("CARGO"), "{}", end.screen);
}

#[test]
fn colours_and_modes_are_seen() {
    let script = r"printf '\033[?1049h\033[?25l\033[?1000h\033[?2004h\033[31;44;1mA\033[0;38;2;1;2;3mB'; read -r end";
    let pty = Pty::start(&shell(script), (20, 3));
    let screen = pty.wait_for("AB");
    let (first, second) = (screen.cell(0, 0).unwrap(), screen.cell(0, 1).unwrap());
    assert_eq!((first.fgcolor(), first.bgcolor(), first.bold()), (Color::Idx(1), Color::Idx(4), true));
    assert_eq!((second.fgcolor(), second.bgcolor(), second.bold()), (Color::Rgb(1, 2, 3), Color::Default, false));
    assert_eq!(screen.leftovers(), ["alternate screen", "hidden cursor", "mouse", "bracketed paste"]);
    assert_eq!((screen.position("B"), screen.position("C")), (Some((0, 1)), None));
}

#[test]
fn what_is_left_changed_is_named() {
    let end = Pty::start(&shell("stty -echo; printf '\\033[?25l'"), (20, 3)).end();
    assert!(end.line_changes.contains("ECHO"), "{}", end.line_changes);
    assert_eq!(end.screen.leftovers(), ["hidden cursor"]);
}

#[test]
fn questions_of_programs_are_answered() {
    // Without line mode the answers come at once; `dd` takes exactly as many bytes as they have.
    let check = |question: &str, n_bytes: usize, answer: &str| {
        let script = format!(
            "stty raw -echo; printf 'ab{question}'; dd bs=1 count={n_bytes} 2>/dev/null | tr '\\033\\134' 'EB'; stty sane; echo .; read -r end"
        );
        let pty = Pty::start_on(&shell(&script), (60, 3), Background::Light);
        pty.wait_for(&format!("ab{answer}"));
    };
    check(r"\033[6n", 6, "E[1;3R");
    check(r"\033[5n", 4, "E[0n");
    check(r"\033[c", 9, "E[?62;22c");
    check(r"\033]11;?\007", 25, "E]11;rgb:fafa/fafa/fafaEB");
}

#[test]
fn a_new_size_is_told() {
    let script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done";
    let pty = Pty::start(&shell(script), (80, 24));
    pty.wait_for("ready");
    pty.resize((100, 30));
    let screen = pty.wait_for("30 100");
    assert_eq!(screen.size(), (100, 30));
    pty.terminate();
    let end = pty.end();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&end.status), Some(15));
}

#[test]
fn what_never_comes_is_reported_with_the_screen() {
    let pty = Pty::start(&shell("echo here; read -r end"), (20, 3));
    pty.wait_for("here");
    let unseen = pty.wait_until(Duration::from_millis(20), |screen| screen.has("there")).unwrap_err();
    assert_eq!(unseen.to_string(), "it is not on the screen:\nhere");
}
