//! Entity tags: what has not changed is not sent again.

use ccu_testkit::fake_github::{Action, FakeGitHub, Fault, Options, Seed, Token};
use serde_json::json;

use crate::wire::Client;

#[test]
fn what_has_not_changed_is_not_sent_and_not_charged() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let gist = format!("/gists/{id}");
    for path in [gist.clone(), "/gists".to_owned(), format!("{gist}/commits"), "/user".to_owned()] {
        let first = client.get(&path);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        for spelling in [tag.clone(), tag.replace("W/", ""), format!("\"other\", {tag}")] {
            let again = client.clone().with("If-None-Match", &spelling).get(&path);
            assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()), "{path}");
            assert_eq!(again.header("x-ratelimit-used"), first.header("x-ratelimit-used"), "{path}: 304 is free");
        }
        assert_eq!(client.clone().with("If-None-Match", "\"other\"").get(&path).status, 200, "{path}");
    }
    let before = client.get(&gist);
    let knowing = client.clone().with("If-None-Match", before.header("etag"));
    github.gists().edit(&id, "a", "2");
    assert_eq!(knowing.get(&gist).status, 200);
    assert_eq!(before.header("last-modified"), "Sun, 22 Nov 2026 12:00:00 GMT");
    assert_eq!(before.header("cache-control"), "private, max-age=60, s-maxage=60");
}

#[test]
fn tags_agree_between_calls_and_differ_between_tokens() {
    let github = Options::new().token(Token::classic("second", "octocat", &["gist"])).start();
    let client = Client::of(&github);
    let made = client.post(&json!({ "files": { "a": { "content": "1" } } }));
    let gist = format!("/gists/{}", made.json()["id"].as_str().unwrap());
    let read = client.get(&gist);
    assert!(made.header("etag").starts_with('"'), "made: strong");
    assert_eq!(format!("W/{}", made.header("etag")), read.header("etag"));
    let id = gist.rsplit('/').next().unwrap();
    let written = client.patch(id, &json!({ "files": { "a": { "content": "2" } } }));
    assert_eq!(written.header("etag"), client.get(&gist).header("etag"));
    assert_ne!(written.header("etag"), read.header("etag"));
    let tag = written.header("etag");
    assert_eq!(client.clone().token("second").with("If-None-Match", tag).get(&gist).status, 200);
    let newer = client.clone().with("X-GitHub-Api-Version", "2026-03-10").with("If-None-Match", tag);
    assert_eq!(newer.get(&gist).status, 200);
}

#[test]
fn a_stale_answer_has_the_tag_of_its_time() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let gist = format!("/gists/{id}");
    let old = client.get(&gist);
    github.advance(5);
    github.gists().edit(&id, "a", "2");
    github.faults().order(Fault::new(Action::Stale(1)).on_read());
    assert_eq!(client.clone().with("If-None-Match", old.header("etag")).get(&gist).status, 304);
}

#[test]
fn writes_take_no_conditions() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    for header in ["If-Match", "If-None-Match", "If-Unmodified-Since"] {
        let client = Client::of(&github).with(header, "\"x\"");
        let got = client.patch(&id, &json!({ "files": { "a": { "content": "2" } } }));
        assert_eq!(got.status, 400, "{header}");
        assert!(got.text().contains("Conditional request headers are not allowed"), "{}", got.text());
    }
    assert_eq!((github.gists().n_commits(&id), github.take_violations().len()), (1, 3));
}
