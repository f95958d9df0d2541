//! The watch at its door: files that change, and the calls that come of it. Waiting is for what happens, never for a time.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use super::remote::is_remote;
use super::{LOOK_EVERY, TranscriptWatch};
use crate::paths::TranscriptRoot;

/// Generous, for a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than calls go on after a change.
const QUIET: Duration = Duration::from_millis(600);

fn root(path: &Path) -> TranscriptRoot {
    TranscriptRoot { path: path.to_owned(), is_named: false }
}

fn begin(roots: &[TranscriptRoot], must_look: bool) -> (TranscriptWatch, Receiver<()>) {
    let (calls, called) = mpsc::channel();
    let look_every = if must_look { Duration::from_millis(20) } else { LOOK_EVERY };
    let on_change = move || calls.send(()).unwrap();
    (TranscriptWatch::begin_looking_every(look_every, must_look, roots, on_change), called)
}

fn append(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(b"{}\n").unwrap();
}

/// Asserts that a change is told, once what came of earlier ones is over.
#[track_caller]
fn is_told(called: &Receiver<()>, change: impl FnOnce()) {
    while called.recv_timeout(QUIET).is_ok() {}
    change();
    assert_eq!(called.recv_timeout(PATIENCE), Ok(()));
}

#[test]
fn changes_are_told() {
    for must_look in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let projects = home.path().join("projects");
        append(&projects.join("-home-a/old.jsonl"));
        let (watch, called) = begin(&[root(home.path())], must_look);
        assert_eq!(watch.is_polling(), must_look || is_remote(home.path()));
        is_told(&called, || append(&projects.join("-home-a/old.jsonl")));
        is_told(&called, || append(&projects.join("-home-a/new.jsonl")));
        is_told(&called, || append(&projects.join("-home-b/new.jsonl")));
        is_told(&called, || append(&projects.join("-home-b/new.jsonl")));
        is_told(&called, || append(&projects.join("-home-b/new/subagents/agent-1.jsonl")));
        is_told(&called, || fs::remove_file(projects.join("-home-a/old.jsonl")).unwrap());
    }
}

#[test]
fn directories_that_do_not_exist_yet_are_told_when_they_do() {
    for must_look in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let claude = home.path().join("config").join("claude");
        let (_watch, called) = begin(&[root(&claude), root(home.path())], must_look);
        is_told(&called, || append(&claude.join("projects/-home-a/s.jsonl")));
        is_told(&called, || append(&claude.join("projects/-home-a/s.jsonl")));
        is_told(&called, || append(&home.path().join("projects/-home-a/s.jsonl")));
        is_told(&called, || append(&home.path().join("projects/-home-a/s.jsonl")));
    }
}

#[test]
fn a_directory_that_is_made_anew_is_followed() {
    let home = tempfile::tempdir().unwrap();
    let (projects, aside) = (home.path().join("projects"), home.path().join("aside"));
    append(&projects.join("-home-a/s.jsonl"));
    let (_watch, called) = begin(&[root(home.path())], false);
    is_told(&called, || fs::rename(&projects, &aside).unwrap());
    is_told(&called, || append(&projects.join("-home-a/s.jsonl")));
    is_told(&called, || append(&projects.join("-home-a/s.jsonl")));
    is_told(&called, || {
        fs::remove_dir_all(&projects).unwrap();
        append(&projects.join("-home-a/s.jsonl"));
    });
    is_told(&called, || append(&projects.join("-home-a/s.jsonl")));
}

#[cfg(unix)]
#[test]
fn projects_may_be_a_link() {
    let home = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), home.path().join("projects")).unwrap();
    let (_watch, called) = begin(&[root(home.path())], false);
    is_told(&called, || append(&elsewhere.path().join("-home-a/s.jsonl")));
    is_told(&called, || append(&home.path().join("projects/-home-a/s.jsonl")));
}

#[test]
fn what_is_no_transcript_is_not_told() {
    let home = tempfile::tempdir().unwrap();
    let projects = home.path().join("projects");
    append(&projects.join("-home-a/s.jsonl"));
    for must_look in [false, true] {
        let (_watch, called) = begin(&[root(home.path())], must_look);
        append(&projects.join("-home-a/result.txt"));
        fs::read(projects.join("-home-a/s.jsonl")).unwrap();
        assert_eq!(called.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout), "{must_look}");
    }
}

#[test]
fn dropping_it_ends_its_thread() {
    for must_look in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let (watch, called) = begin(&[root(home.path())], must_look);
        append(&home.path().join("projects/-home-a/s.jsonl"));
        called.recv_timeout(PATIENCE).unwrap();
        drop(watch);
        // The thread owned the only sender.
        while called.recv().is_ok() {}
        assert_eq!(called.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }
}
