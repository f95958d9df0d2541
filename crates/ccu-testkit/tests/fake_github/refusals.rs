//! What GitHub refuses, and in which words.

use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub, Options, SameContent, Seed, Token, TooLarge};
use serde_json::{Value, json};

use crate::wire::Client;

#[test]
fn writes_are_refused_whole() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("a", "1").file("b", "2"));
    let check = |body: Value, status: u16, code: &str| {
        let got = client.patch(&id, &body);
        assert_eq!(got.status, status, "{body}: {}", got.text());
        assert_eq!(got.json()["errors"][0]["code"].as_str().unwrap_or_default(), code, "{body}");
        assert_eq!(github.gists().n_commits(&id), 1, "{body}");
    };
    check(json!({ "files": { "a": { "content": "new" }, "absent": null } }), 422, "missing_field");
    check(json!({ "files": { "a": { "content": "new" }, "c": { "content": "" } } }), 422, "missing_field");
    check(json!({ "files": { "a": { "content": "new" }, "c": { "content": " \n\t" } } }), 422, "missing_field");
    check(json!({ "files": { "absent": { "filename": "c" } } }), 422, "missing_field");
    check(json!({ "files": { "a": null, "b": null } }), 422, "missing_field");
    check(json!({ "files": { "x/y": { "content": "new" } } }), 422, "invalid");
    check(json!({ "files": { "a": { "filename": "x/y" } } }), 422, "invalid");
    check(json!({ "files": {} }), 200, "");
    assert_eq!(github.take_violations(), Vec::<String>::new());
    check(json!({ "files": { "a": { "content": 1 } } }), 422, "invalid");
    check(json!([1]), 400, "");
    assert_eq!(client.ask("PATCH", &format!("/gists/{id}"), "{").unwrap().status, 400);
    assert_eq!(github.take_violations().len(), 3);

    assert_eq!(client.patch(&id, &json!({ "files": { "a": { "content": " \n" } } })).status, 200);
    assert_eq!(github.gists().newest(&id).names(), ["b"], "blank content removes a file that is there");
}

#[test]
fn new_gists_need_files() {
    let github = FakeGitHub::start();
    let check = |body: Value, status: u16| assert_eq!(Client::of(&github).post(&body).status, status, "{body}");
    check(json!({ "files": { "a": { "content": "1" } }, "public": "true" }), 201);
    check(json!({ "files": { "a": { "content": "" } } }), 422);
    check(json!({ "files": {} }), 422);
    check(json!({ "files": { "a/b": { "content": "1" } } }), 422);
    let ids = github.gists().ids();
    assert_eq!(
        (ids.len(), Client::anonymous(github.url()).get("/gists").json()[0]["id"].as_str()),
        (1, Some(&*ids[0]))
    );
    check(json!({}), 422);
    check(json!({ "files": { "a": null } }), 422);
    assert_eq!(github.take_violations().len(), 2);
}

#[test]
fn who_asks_decides_what_is_there() {
    let github = Options::new()
        .token(Token::classic("no-gist", "octocat", &["repo", "read:user"]))
        .token(Token::classic("none", "octocat", &[]))
        .token(Token::fine_grained("fine", "octocat", true))
        .token(Token::fine_grained("fine-no-gist", "octocat", false))
        .token(Token::classic("other", "hubot", &["gist"]))
        .start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    // The statuses of asking for oneself, the list, the Gist, and of writing it; what of it one learns about the token.
    let check = |token: &str, statuses: [u16; 4], scopes: &str, permissions: &str| {
        let client = Client::anonymous(github.url());
        let client = if token.is_empty() { client } else { client.token(token) };
        let user = client.get("/user");
        let list = client.get("/gists");
        let read = client.get(&format!("/gists/{id}"));
        let written = client.patch(&id, &json!({ "files": { "a": { "content": "2" } } }));
        assert_eq!([user.status, list.status, read.status, written.status], statuses, "{token}");
        assert_eq!(user.header("x-oauth-scopes"), scopes, "{token}");
        assert_eq!(written.header("x-accepted-github-permissions"), permissions, "{token}");
    };
    check(DEFAULT_TOKEN, [200, 200, 200, 200], "gist", "");
    check("no-gist", [200, 200, 200, 404], "repo, read:user", "");
    check("none", [200, 200, 200, 404], "", "");
    check("fine", [200, 200, 200, 200], "", "");
    check("fine-no-gist", [200, 403, 200, 403], "", "gists=write");
    check("other", [200, 200, 200, 404], "gist", "");
    check("unknown", [401, 401, 401, 401], "", "");
    check("", [401, 200, 200, 401], "", "");
    assert_eq!(github.gists().n_commits(&id), 2);
    let message = |token: &str| {
        let got = Client::anonymous(github.url()).token(token).patch(&id, &json!({ "files": {} }));
        got.json()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("no-gist"), "Not Found");
    assert_eq!(message("fine-no-gist"), "Resource not accessible by personal access token");
    assert_eq!(message("unknown"), "Bad credentials");

    assert_eq!(Client::anonymous(github.url()).token("no-gist").get("/gists").json(), json!([]));
    assert_eq!(
        Client::anonymous(github.url()).token("other").ask("DELETE", &format!("/gists/{id}"), "").unwrap().status,
        404
    );
    github.revoke(DEFAULT_TOKEN);
    assert_eq!(Client::of(&github).get("/user").status, 401);
    github.add_token(Token::classic("none", "octocat", &["gist"]));
    assert_eq!(Client::anonymous(github.url()).token("none").get("/user").header("x-oauth-scopes"), "gist");
}

#[test]
fn a_client_without_name_gets_a_page() {
    let github = FakeGitHub::start();
    let got = Client::of(&github).with("User-Agent", "").get("/user");
    assert_eq!((got.status, got.header("content-type")), (403, "text/html; charset=utf-8"));
    assert_eq!(got.header("x-ratelimit-limit"), "");
    assert_eq!(github.take_violations(), ["GET /user: no `User-Agent`"]);
}

#[test]
fn too_much_is_refused_in_the_way_of_the_day() {
    for (answer, status) in
        [(TooLarge::Conflict, 409), (TooLarge::PayloadTooLarge, 413), (TooLarge::Unprocessable, 422)]
    {
        let github = Options::new().too_large(1_000, answer).start();
        let client = Client::of(&github);
        let id = github.gists().seed(Seed::new("d").file("a", "1"));
        let body = |n_bytes: usize| json!({ "files": { "a": { "content": "x".repeat(n_bytes) } } });
        assert_eq!(client.patch(&id, &body(900)).status, 200);
        assert_eq!(client.patch(&id, &body(1_000)).status, status);
        assert_eq!(client.post(&body(1_000)).status, status);
        assert_eq!((github.gists().n_commits(&id), github.gists().ids().len()), (2, 1));
    }
}

#[test]
fn what_is_not_known_of_github_can_be_either() {
    let github = Options::new().same_content(SameContent::Conflict).refuse_bare_deletions().start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("a", "1").file("b", "2"));
    let check = |body: Value, status: u16| assert_eq!(client.patch(&id, &body).status, status, "{body}");
    check(json!({ "files": { "a": { "content": "1" } } }), 409);
    check(json!({ "files": { "b": null } }), 422);
    check(json!({ "files": { "a": { "content": "3" }, "b": null } }), 200);
    check(json!({ "description": "new" }), 200);
    assert_eq!((github.gists().n_commits(&id), github.gists().description(&id).as_str()), (2, "new"));
}

#[test]
fn other_calls_are_not_there() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let client = Client::of(&github);
    for (method, path) in [
        ("GET", "/".to_owned()),
        ("GET", "/repos/a/b".to_owned()),
        ("PUT", format!("/gists/{id}")),
        ("GET", format!("/gists/{id}/star")),
    ] {
        assert_eq!(client.ask(method, &path, "").unwrap().status, 404, "{method} {path}");
    }
    assert_eq!(github.take_violations().len(), 4);
    assert_eq!(client.get(&format!("/gists/{id}/{}", "0".repeat(40))).status, 404);
    assert_eq!(client.get(&format!("/gists/{id}/head")).status, 422);
}
