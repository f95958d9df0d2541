//! Answers that do not come, or are others than they should be.

use std::time::Duration;

use ccu_engine::gist::RemoteError;
use ccu_engine::sync::SyncError;
use ccu_testkit::fake_github::{Action, Answer, Corruption, Fault, Options, Place};

use crate::machine::{Machine, fake, gist_id, head_file, start};

/// A machine that has pushed one record and has found a second.
fn pushed_before(fake: &std::sync::Arc<ccu_testkit::fake_github::FakeGitHub>) -> Machine {
    let mut machine = Machine::new(fake, "a");
    machine.find([0]);
    machine.push();
    machine.find([1]);
    machine.clock.take_waits();
    fake.log().clear();
    machine
}

/// Fault 4: a write is carried out, and its answer is lost.
#[test]
fn a_write_without_an_answer_is_found_and_not_done_again() {
    for lost in [
        Action::DropAfter,
        Action::CutAnswer,
        Action::ApplyThenAnswer(Answer::gateway_timeout()),
        Action::Corrupt(Corruption::Short),
    ] {
        let fake = fake();
        let mut a = pushed_before(&fake);
        let id = gist_id(&fake);
        let n_commits = fake.gists().n_commits(&id);
        fake.faults().order(Fault::new(lost.clone()).on_patch());
        let pushed = a.push();
        assert_eq!((pushed.exported, a.unsent()), (1, 0), "{lost:?}");
        assert_eq!(fake.gists().n_commits(&id), n_commits + 1, "{lost:?}");
        assert_eq!(fake.log().count("PATCH", Place::Gist), 1, "{lost:?}");
        let mut b = Machine::new(&fake, "b");
        b.pull();
        assert_eq!(b.numbers(), [0, 1], "{lost:?}");
    }
}

/// Fault 4, of the first push: the Gist is made, and the answer is lost.
#[test]
fn a_gist_that_was_made_without_an_answer_is_found() {
    let fake = fake();
    let mut a = Machine::new(&fake, "a");
    a.find([0]);
    fake.faults().order(Fault::new(Action::DropAfter).on("POST", Place::Gists));
    a.push();
    assert_eq!(fake.gists().ids().len(), 1);
    assert!(fake.gists().file(&gist_id(&fake), &head_file("a")).is_some());
}

/// Fault 5: a write gets lost on its way.
#[test]
fn a_write_that_never_came_is_done_once_more_after_a_look() {
    let fake = fake();
    let mut a = pushed_before(&fake);
    fake.faults().order(Fault::new(Action::DropBefore).on_patch());
    a.push();
    let asked: Vec<(String, Option<u16>)> = fake
        .log()
        .requests()
        .into_iter()
        .filter(|it| it.place == Place::Gist)
        .map(|it| (it.method, it.status))
        .collect();
    let expected = [("GET", Some(304)), ("PATCH", None), ("GET", Some(304)), ("PATCH", Some(200))];
    assert_eq!(asked, expected.map(|(method, status)| (method.to_owned(), status)));
    assert_eq!(a.unsent(), 0);
}

/// Fault 6: pages of proxies and balancers instead of answers.
#[test]
fn pages_instead_of_answers_are_not_read_and_asked_again_with_growing_pauses() {
    let fake = fake();
    let mut a = pushed_before(&fake);
    for (place, method) in [(Place::Gist, "GET"), (Place::Gist, "PATCH")] {
        for answer in [Answer::bad_gateway(), Answer::gateway_timeout(), Answer::bad_gateway()] {
            fake.faults().order(Fault::answer(answer).on(method, place));
        }
    }
    a.push();
    assert_eq!(fake.faults().n_left(), 0);
    let waits = a.clock.take_waits();
    assert!(waits.len() >= 6, "{waits:?}");
    assert!(waits[..3].is_sorted() && waits[0] < waits[2], "{waits:?}");
    assert!(waits.iter().sum::<Duration>() < Duration::from_secs(60), "{waits:?}");
    let mut b = Machine::new(&fake, "b");
    fake.faults().order(Fault::answer(Answer::bad_gateway()).on("GET", Place::Gists).times(2));
    b.pull();
    assert_eq!(b.numbers(), [0, 1]);
}

/// Fault 6, of a network that wants a sign-in first.
#[test]
fn a_sign_in_page_is_no_gist() {
    let fake = fake();
    let mut a = pushed_before(&fake);
    fake.faults().order(Fault::answer(Answer::captive_portal()).always());
    for error in [a.try_push().unwrap_err(), a.try_pull().unwrap_err()] {
        assert!(matches!(error, SyncError::Remote { source: RemoteError::Unexpected { .. }, .. }), "{error:?}");
    }
    fake.faults().clear();
    a.push();
    assert_eq!((a.numbers(), a.unsent()), (vec![0, 1], 0));
}

/// Fault 7: GitHub is down for longer than one waits.
#[test]
fn a_push_that_gives_up_leaves_everything_for_the_next_one() {
    let fake = fake();
    let mut a = pushed_before(&fake);
    let before = a.records();
    fake.faults().order(Fault::answer(Answer::server_error()).on_patch().always());
    let error = a.try_push().unwrap_err();
    assert!(matches!(error, SyncError::Remote { source: RemoteError::Unanswered { .. }, .. }), "{error:?}");
    assert!(fake.log().count("PATCH", Place::Gist) <= 5);
    assert!(a.clock.take_waits().iter().sum::<Duration>() <= Duration::from_secs(60));
    assert_eq!((a.records(), a.unsent()), (before, 1));
    assert!(a.store.sync_state("intent").unwrap().is_some(), "what was tried is remembered");

    fake.faults().clear();
    a.reopen();
    let pushed = a.push();
    assert_eq!((pushed.exported, a.unsent()), (1, 0));
    assert_eq!(a.store.sync_state("intent").unwrap(), None);
}

/// Fault 24: the manifest is cut, because another file is large and stands before it.
#[test]
fn a_manifest_that_the_answer_cut_is_fetched() {
    let fake = fake();
    let mut a = Machine::new(&fake, "a");
    a.find([0]);
    a.push();
    let id = gist_id(&fake);
    fake.gists().edit(&id, "a large file.txt", &"0123456789".repeat(300_000));
    let mut b = Machine::new(&fake, "b");
    b.find([1]);
    b.push();
    let manifest = fake.gists().file(&id, "manifest.json").unwrap();
    assert!(manifest.contains("\"a\"") && manifest.contains("\"b\""), "{manifest}");
    assert!(fake.log().count("GET", Place::Raw) > 0);
    b.pull();
    assert_eq!(b.numbers(), [0, 1]);
}

/// Fault 25: a file's address answers something else than the file.
#[test]
fn a_file_that_is_not_what_the_list_promised_is_not_taken_in() {
    let fake = start(Options::new().inline_bytes(100));
    let mut a = Machine::new(&fake, "a").with_small_segments();
    a.find(0..30);
    a.push();
    let names = fake.gists().files(&gist_id(&fake)).into_keys();
    let files: Vec<String> = names.filter(|name| name != "manifest.json").collect();
    assert!(files.len() > 2, "{files:?}");
    for file in &files {
        for action in [
            Action::Answer(Answer::not_found()),
            Action::Answer(Answer::message(403, "Forbidden")),
            Action::Answer(Answer::captive_portal()),
            Action::Answer(Answer::html(404, "<html>not here</html>")),
            Action::Corrupt(Corruption::Short),
            Action::Corrupt(Corruption::BitFlip),
            Action::Corrupt(Corruption::Empty),
        ] {
            let mut b = Machine::new(&fake, "b");
            fake.faults().order(Fault::new(action.clone()).on_raw().file(file));
            let pulled = b.try_pull().unwrap();
            assert_eq!(fake.faults().n_left(), 0, "{file} {action:?}");
            let [SyncError::Remote { source: RemoteError::BrokenFile { name, .. }, .. }] = &pulled.errors[..] else {
                panic!("{file} {action:?}: {:?}", pulled.errors)
            };
            assert_eq!(name, file);
            assert!(b.numbers().is_empty(), "{file} {action:?}");
            b.pull();
            assert_eq!(b.numbers().len(), 30, "{file} {action:?}");
        }
    }
}

/// Fault 25, of the manifest: what cannot be fetched is never an empty manifest.
#[test]
fn a_manifest_that_cannot_be_fetched_is_not_made_anew() {
    let fake = start(Options::new().inline_bytes(100));
    let mut a = Machine::new(&fake, "a");
    a.find([0]);
    a.push();
    let manifest = fake.gists().file(&gist_id(&fake), "manifest.json");
    let mut b = Machine::new(&fake, "b");
    b.find([1]);
    fake.faults().order(Fault::answer(Answer::not_found()).on_raw().file("manifest.json").always());
    let error = b.try_push().unwrap_err();
    assert!(matches!(error, SyncError::Remote { source: RemoteError::BrokenFile { .. }, .. }), "{error:?}");
    assert_eq!(fake.gists().file(&gist_id(&fake), "manifest.json"), manifest);
    let pulled = b.try_pull().unwrap();
    assert_eq!(pulled.errors.len(), 1, "{:?}", pulled.errors);
    assert_eq!(b.numbers(), [0, 1], "the heads say all that the manifest says");
}
