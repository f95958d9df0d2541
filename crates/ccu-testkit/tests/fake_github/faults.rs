//! Every fault on order, and that it happens once.

use std::time::{Duration, Instant};

use ccu_testkit::fake_github::{Action, Answer, Corruption, DEFAULT_TOKEN, FakeGitHub, Fault, Place, Seed};
use serde_json::{Value, json};

use crate::wire::Client;

fn change(text: &str) -> Value {
    json!({ "files": { "a": { "content": text } } })
}

/// What a PATCH of file `a` to `new` leads to: the status (0: no whole answer), and what is there after it.
#[track_caller]
fn check(action: Action, status: u16, after: &str) {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "old"));
    github.faults().order(Fault::new(action.clone()).on_patch());
    let client = Client::of(&github);
    assert_eq!(client.get(&format!("/gists/{id}")).status, 200);
    let got = client.try_patch(&id, &change("new"));
    assert_eq!(got.map_or(0, |got| got.status), status, "{action:?}");
    assert_eq!(github.gists().file(&id, "a").as_deref(), Some(after), "{action:?}");
    assert_eq!((github.faults().n_left(), github.faults().n_fired()), (0, 1), "{action:?}");
    assert_eq!(client.patch(&id, &change("next")).status, 200, "{action:?}: the next one goes through");
}

#[test]
fn writes_fail_on_order() {
    check(Action::DropBefore, 0, "old");
    check(Action::DropAfter, 0, "new");
    check(Action::CutAnswer, 0, "new");
    check(Action::Answer(Answer::conflict()), 409, "old");
    check(Action::Answer(Answer::payload_too_large()), 413, "old");
    check(Action::Answer(Answer::content_too_large()), 422, "old");
    check(Action::Answer(Answer::missing_files()), 422, "old");
    check(Action::Answer(Answer::server_error()), 500, "old");
    check(Action::Answer(Answer::gateway_timeout()), 504, "old");
    check(Action::Answer(Answer::blocked()), 403, "old");
    check(Action::Answer(Answer::captive_portal()), 200, "old");
    check(Action::ApplyThenAnswer(Answer::bad_gateway()), 502, "new");
    check(Action::ApplyThenAnswer(Answer::conflict()), 409, "new");
    check(Action::Corrupt(Corruption::Short), 200, "new");
    check(Action::Redirect { status: 307, to: "http://127.0.0.1:1".to_owned() }, 307, "old");
    check(Action::Delay(Duration::from_millis(1)), 200, "new");
    check(Action::DelayAnswer(Duration::from_millis(1)), 200, "new");
    check(Action::SlowLoris(Duration::ZERO), 200, "new");
}

#[test]
fn pages_of_others_look_like_pages() {
    let github = FakeGitHub::start();
    for answer in [Answer::bad_gateway(), Answer::gateway_timeout(), Answer::captive_portal()] {
        github.faults().order(Fault::answer(answer.clone()).on("GET", Place::User));
        let got = Client::of(&github).get("/user");
        assert_eq!((got.status, got.header("content-type")), (answer.status, "text/html; charset=utf-8"));
        assert_eq!((got.header("x-ratelimit-limit"), got.text()), ("", answer.body));
    }
    let custom = Answer::message(418, "m").header("X-Own", "1");
    github.faults().order(Fault::answer(custom));
    let got = Client::of(&github).get("/user");
    assert_eq!((got.status, got.header("x-own"), got.header("x-ratelimit-limit")), (418, "1", "5000"));
    assert_eq!(got.json()["message"], "m");
}

#[test]
fn reads_are_stale_as_often_as_ordered() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    github.gists().edit(&id, "a", "2");
    github.gists().edit(&id, "a", "3");
    github.faults().order(Fault::new(Action::Stale(1)).on_read().times(2));
    github.faults().order(Fault::new(Action::Stale(9)).on_read());
    let client = Client::of(&github);
    let read = || {
        let gist = client.get(&format!("/gists/{id}")).json();
        let version = gist["history"][0]["version"].as_str().unwrap().to_owned();
        (gist["files"]["a"]["content"].as_str().unwrap().to_owned(), version)
    };
    let versions: Vec<String> = github.gists().revisions(&id).iter().map(|revision| revision.version.clone()).collect();
    assert_eq!(read(), ("2".to_owned(), versions[1].clone()));
    assert_eq!(read(), ("2".to_owned(), versions[1].clone()));
    assert_eq!(read(), ("1".to_owned(), versions[2].clone()));
    assert_eq!(read(), ("3".to_owned(), versions[0].clone()));
    github.faults().order(Fault::new(Action::Stale(1)).on("GET", Place::Commits));
    assert_eq!(client.get(&format!("/gists/{id}/commits")).json()[0]["version"], versions[1].as_str());
}

#[test]
fn raw_files_break_on_order() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "abcde").file("b", "whole"));
    let gist = Client::of(&github).get(&format!("/gists/{id}")).json();
    let fetch = |name: &str| Client::fetch(gist["files"][name]["raw_url"].as_str().unwrap());
    let check = |action: Action, status: u16, text: &str| {
        github.faults().order(Fault::new(action.clone()).on_raw().file("a"));
        assert_eq!(fetch("b").text(), "whole", "{action:?}");
        let got = fetch("a");
        assert_eq!((got.status, got.text().as_str()), (status, text), "{action:?}");
        assert_eq!(fetch("a").text(), "abcde", "{action:?}");
    };
    check(Action::Corrupt(Corruption::BitFlip), 200, "abbde");
    check(Action::Corrupt(Corruption::Short), 200, "ab");
    check(Action::Corrupt(Corruption::Empty), 200, "");
    check(Action::Answer(Answer::html(403, "403")), 403, "403");
    check(Action::Answer(Answer::html(404, "404")), 404, "404");
    check(Action::Answer(Answer::html(200, "<html>")), 200, "<html>");
}

#[test]
fn redirects_lead_to_the_other_host() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let to = github.raw_host_url().to_owned();
    for status in [301, 302, 307, 308] {
        github.faults().order(Fault::new(Action::Redirect { status, to: to.clone() }));
        let got = Client::of(&github).get(&format!("/gists/{id}?x=1"));
        assert_eq!((got.status, got.header("location")), (status, format!("{to}/gists/{id}?x=1").as_str()));
        assert_eq!(Client::fetch(got.header("location")).json()["id"], id.as_str());
    }
}

#[test]
fn answers_come_slowly_on_order() {
    let github = FakeGitHub::start();
    let pause = Duration::from_millis(60);
    for action in [Action::Delay(pause), Action::DelayAnswer(pause)] {
        github.faults().order(Fault::new(action));
        let start = Instant::now();
        assert_eq!(Client::of(&github).get("/rate_limit").status, 200);
        assert!(start.elapsed() >= pause);
    }
    // What waits hears of the end: an hour's delay does not hold the test up.
    github.faults().order(Fault::new(Action::Delay(Duration::from_secs(3_600))));
    github.faults().order(Fault::new(Action::SlowLoris(Duration::from_secs(3_600))).after(1));
    std::thread::scope(|scope| {
        let client = Client::of(&github);
        for _ in 0..2 {
            let client = client.clone();
            scope.spawn(move || drop(client.ask("GET", "/user", "")));
        }
        while github.log().len() < 4 {
            std::thread::yield_now();
        }
        drop(github);
    });
}

#[test]
fn a_third_of_the_writes_conflict_by_chance() {
    let outcomes = |seed: u64| {
        let github = FakeGitHub::start();
        let id = github.gists().seed(Seed::new("d").file("a", "0"));
        github.faults().order(Fault::answer(Answer::conflict()).on_patch().token(DEFAULT_TOKEN).chance(300, seed));
        let client = Client::of(&github);
        let statuses: Vec<u16> = (1..=100).map(|n| client.patch(&id, &change(&n.to_string())).status).collect();
        let n_conflicts = statuses.iter().filter(|&&status| status == 409).count();
        assert_eq!(github.gists().n_commits(&id), 101 - n_conflicts);
        assert!((15..45).contains(&n_conflicts), "{n_conflicts}");
        statuses
    };
    assert_eq!(outcomes(1), outcomes(1));
    assert_ne!(outcomes(1), outcomes(2));
}
