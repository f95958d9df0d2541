//! What a client must never do is noticed, and fails the test that did not expect it.

use std::panic;

use ccu_testkit::fake_github::{FakeGitHub, Host, Seed};

use crate::wire::Client;

#[test]
fn a_token_on_another_host_is_noticed() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let leaking = Client::anonymous(github.raw_host_url()).token("secret");
    leaking.get(&format!("/gist-raw/octocat/{id}/raw/a"));
    assert_eq!(
        github.take_violations(),
        [format!("GET /gist-raw/octocat/{id}/raw/a: a token was sent to another host")]
    );
    let requests = github.log().requests();
    assert_eq!((requests[0].host, requests[0].header("AUTHORIZATION")), (Host::Raw, Some("token secret")));
    Client::anonymous(github.raw_host_url()).get(&format!("/gists/{id}"));
    assert_eq!(github.violations(), Vec::<String>::new());
}

#[test]
fn a_request_against_the_description_fails_the_test() {
    let github = FakeGitHub::start();
    Client::of(&github).ask("POST", "/gists", "{\"files\":[]}").unwrap();
    assert_eq!(github.violations().len(), 1, "{:?}", github.violations());
    let dropped = panic::catch_unwind(panic::AssertUnwindSafe(|| drop(github)));
    let message = *dropped.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("POST /gists: request `/files`"), "{message}");
}

#[test]
fn the_log_says_what_came_and_what_went() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let got = client.post(&serde_json::json!({ "files": { "a": { "content": "1" } } }));
    client.get("/user");
    assert_eq!(github.log().summary(), ["POST Gists 201", "GET User 200"]);
    let request = &github.log().requests()[0];
    assert_eq!((request.body_bytes, request.answer_bytes), (31, got.body.len() as u64));
    assert_eq!((request.files.as_slice(), request.header("user-agent")), (&["a".to_owned()][..], Some("wire")));
    github.log().clear();
    assert!(github.log().is_empty());
}
