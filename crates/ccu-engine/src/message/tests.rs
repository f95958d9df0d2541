//! Messages at the door: transcripts on a disk in, what a response said out.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use ccu_core::ids::CompactId;
use ccu_testkit::transcript::Line;
use serde_json::{Value, json};

use super::{Message, MessagePart, read_message};
use crate::paths::TranscriptRoot;

const SESSION: &str = "5e551011-0000-4000-8000-000000000001";

fn root(home: &Path) -> TranscriptRoot {
    TranscriptRoot { path: home.to_owned(), is_named: false }
}

/// Writes a transcript below `projects`.
fn write(home: &Path, path: &str, lines: &[Line]) {
    let text: String = lines.iter().map(|line| line.to_json() + "\n").collect();
    write_text(&home.join("projects").join(path), &text);
}

fn write_text(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn uuid(number: u8) -> String {
    format!("0a0b0c0d-0000-4000-8000-0000000000{number:02}")
}

fn block(number: u8, message_id: &str, block: Value) -> Line {
    Line::assistant().uuid(&uuid(number)).message_id(message_id).with("/message/content", json!([block]))
}

fn text(number: u8, message_id: &str, text: &str) -> Line {
    block(number, message_id, json!({ "type": "text", "text": text }))
}

fn read_from(home: &Path, number: u8) -> Option<Message> {
    read_message(&[root(home)], &CompactId::new(SESSION), &CompactId::new(&uuid(number))).unwrap()
}

fn said(home: &Path, number: u8) -> Option<Vec<MessagePart>> {
    read_from(home, number).map(|message| message.parts)
}

fn texts(texts: &[&str]) -> Option<Vec<MessagePart>> {
    Some(texts.iter().map(|text| MessagePart::Text((*text).to_owned())).collect())
}

fn main_file() -> String {
    format!("-home-alice-app/{SESSION}.jsonl")
}

#[test]
fn all_blocks_of_a_response_are_joined() {
    let home = tempfile::tempdir().unwrap();
    let lines = [
        block(1, "msg_01a", json!({ "type": "thinking", "thinking": "hm", "signature": "x" })),
        Line::user().with("/message/content", format!("{} said msg_01a", uuid(3)).as_str()),
        block(2, "msg_01a", json!({ "type": "text", "text": "first\u{1b}[31m" })),
        text(9, "msg_01b", "of another response"),
        Line::progress(&text(4, "msg_01a", "of a subagent")),
        block(3, "msg_01a", json!({ "type": "tool_use", "id": "t", "name": "Bash", "input": { "n": 1.0 } })),
        block(5, "msg_01a", json!({ "type": "image" })),
        block(6, "msg_01a", json!({ "type": "thinking", "thinking": "", "signature": "x" })),
    ];
    write(home.path(), &main_file(), &lines);
    let message = read_from(home.path(), 3).unwrap();
    assert_eq!(message.path, home.path().join("projects").join(main_file()));
    let input = r#"{"n":1.0}"#.to_owned();
    let expected = [
        MessagePart::Thinking("hm".to_owned()),
        MessagePart::Text("first\u{1b}[31m".to_owned()),
        MessagePart::ToolUse { name: "Bash".to_owned(), input },
    ];
    assert_eq!(message.parts, expected);
    for number in [1, 2, 5, 6] {
        assert_eq!(said(home.path(), number).as_deref(), Some(&expected[..]), "{number}");
    }
    assert_eq!(said(home.path(), 9), texts(&["of another response"]));
    // Its line is in another's, which is no line of its own.
    assert_eq!(said(home.path(), 4), None);
}

#[test]
fn blocks_that_were_written_again_stand_once() {
    let home = tempfile::tempdir().unwrap();
    let lines = [text(1, "msg_01a", "one"), text(2, "msg_01a", "two"), text(3, "msg_01a", "one")];
    write(home.path(), &main_file(), &lines);
    assert_eq!(said(home.path(), 3), texts(&["one", "two"]));
}

#[test]
fn a_response_without_an_id_is_its_line_and_its_content_may_be_bare() {
    let home = tempfile::tempdir().unwrap();
    let lines = [
        text(1, "", "one").without("/message/id"),
        text(2, "", "two").without("/message/id").with("/message/content", "bare"),
        text(3, "msg_01c", "").with("/message/content", Value::Null),
    ];
    write(home.path(), &main_file(), &lines);
    assert_eq!(said(home.path(), 1), texts(&["one"]));
    assert_eq!(said(home.path(), 2), texts(&["bare"]));
    assert_eq!(said(home.path(), 3), texts(&[]));
}

#[test]
fn subagents_are_found_where_each_version_puts_them() {
    let home = tempfile::tempdir().unwrap();
    let at = |number: u8, path: String| write(home.path(), &path, &[text(number, "msg_01a", &path)]);
    at(1, main_file());
    at(2, format!("-home-alice-app/{SESSION}/subagents/agent-a1.jsonl"));
    at(3, format!("-home-alice-app/{SESSION}/subagents/workflows/wf_1/agent-a2.jsonl"));
    at(4, "-home-alice-app/agent-0123abcd.jsonl".to_owned());
    at(5, "-home-alice-app/another-session.jsonl".to_owned());
    at(6, format!("-home-alice-app/{SESSION}/tool-results/output.jsonl"));
    at(7, format!("-home-alice-moved/{SESSION}.jsonl"));
    let found: Vec<bool> = (1..=7).map(|number| said(home.path(), number).is_some()).collect();
    assert_eq!(found, [true, true, true, true, false, false, true]);
    // Its own transcript is gone, and an older subagent's may be in any project.
    let other = tempfile::tempdir().unwrap();
    write(other.path(), "-srv/agent-0123abcd.jsonl", &[text(1, "msg_01a", "here")]);
    assert_eq!(said(other.path(), 1), texts(&["here"]));
}

#[test]
fn what_is_gone_is_none() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(said(home.path(), 1), None);
    write(home.path(), &main_file(), &[text(1, "msg_01a", "one")]);
    assert_eq!(said(home.path(), 2), None);
    assert_eq!(said(home.path(), 1), texts(&["one"]));
    let path = home.path().join("projects").join(main_file());
    write_text(&path, &format!("not JSON {}\n{{\"uuid\":\"{}\"", uuid(1), uuid(1)));
    assert_eq!(said(home.path(), 1), None);
}

#[test]
fn no_session_leads_out_of_the_projects() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "-home-alice-app/notes.txt", &[]);
    write_text(&home.path().join("secret.jsonl"), &text(1, "msg_01a", "secret").to_json());
    for session in ["../../secret", "/secret", "..", "", "a/../../../secret"] {
        let found = read_message(&[root(home.path())], &CompactId::new(session), &CompactId::new(&uuid(1)));
        assert_eq!(found.unwrap(), None, "{session}");
    }
}

#[cfg(unix)]
#[test]
fn a_transcript_that_cannot_be_read_is_named() {
    use std::os::unix::fs::symlink;
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "-home-alice-app/x.jsonl", &[]);
    // A device that opens and gives an error when read, even to the superuser.
    symlink("/proc/self/mem", home.path().join("projects").join(main_file())).unwrap();
    let read = read_message(&[root(home.path())], &CompactId::new(SESSION), &CompactId::new(&uuid(1)));
    if cfg!(target_os = "linux") {
        assert!(read.unwrap_err().to_string().contains(SESSION));
    }
}
