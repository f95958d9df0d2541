//! A Gist from its making to its end.

use ccu_testkit::fake_github::{DEFAULT_LOGIN, FakeGitHub, Options, Place, Seed, Token};
use serde_json::{Value, json};

use crate::wire::Client;

#[test]
fn a_gist_is_made_read_written_and_deleted() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let made = client.post(&json!({ "description": "d", "files": { "a.json": { "content": "{}" } } }));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!((made.status, made.header("location")), (201, format!("{}/gists/{id}", github.url()).as_str()));
    assert_eq!(
        (made.json()["public"].as_bool(), made.json()["owner"]["login"].as_str()),
        (Some(false), Some(DEFAULT_LOGIN))
    );

    let written = client.patch(
        &id,
        &json!({ "description": "e", "files": { "b.md": { "content": "# b" }, "a.json": { "filename": "c.json" } } }),
    );
    assert_eq!(written.status, 200, "{}", written.text());
    let gist = client.get(&format!("/gists/{id}")).json();
    assert_eq!(gist, written.json());
    assert_eq!(gist["description"], "e");
    assert_eq!(gist["files"]["b.md"]["content"], "# b");
    assert_eq!(gist["files"]["c.json"]["content"], "{}");
    assert_eq!(gist["files"].as_object().unwrap().len(), 2);
    assert_eq!(gist["updated_at"], "2026-11-22T12:00:00Z");

    assert_eq!(client.ask("DELETE", &format!("/gists/{id}"), "").unwrap().status, 204);
    for path in [format!("/gists/{id}"), format!("/gists/{id}/commits")] {
        assert_eq!(client.get(&path).status, 404);
    }
    assert_eq!(client.patch(&id, &json!({ "files": { "a": { "content": "x" } } })).status, 404);
    assert_eq!(github.log().count("PATCH", Place::Gist), 2);
    let raw_url = gist["files"]["b.md"]["raw_url"].as_str().unwrap();
    assert_eq!(Client::fetch(raw_url).status, 404);
}

#[test]
fn a_write_is_one_commit_and_the_same_content_is_none() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("a", "1\n2\n").file("b", "1\n"));
    let change = json!({ "files": { "a": { "content": "1\n3\n" }, "b": null, "c": { "content": "1\n" } } });
    let first = client.patch(&id, &change).json();
    github.advance(60);
    let again = json!({ "files": { "a": { "content": "1\n3\n" } } });
    let second = client.patch(&id, &again).json();
    assert_eq!(first, second);
    let revisions = github.gists().revisions(&id);
    assert_eq!(github.gists().n_commits(&id), 2);
    assert_eq!(revisions[0].parent.as_deref(), Some(revisions[1].version.as_str()));
    assert_eq!((revisions[0].names(), revisions[0].total_bytes()), (vec!["a", "c"], 6));
    let versions: Vec<&Value> = first["history"].as_array().unwrap().iter().map(|entry| &entry["version"]).collect();
    assert_eq!(versions, [&revisions[0].version, &revisions[1].version]);
    assert_eq!(first["history"][0]["change_status"], json!({ "total": 6, "additions": 3, "deletions": 3 }));

    let commits = client.get(&format!("/gists/{id}/commits?per_page=1"));
    assert_eq!(commits.json()[0]["version"], revisions[0].version.as_str());
    assert_eq!(commits.json().as_array().unwrap().len(), 1);
    assert!(commits.header("link").contains("rel=\"next\""), "{}", commits.header("link"));
    let older = client.get(&format!("/gists/{id}/{}", revisions[1].version)).json();
    assert_eq!(older["files"]["b"]["content"], "1\n");
    assert_eq!(older["history"].as_array().unwrap().len(), 1);
}

#[test]
fn versions_of_the_api_differ() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let check = |version: &str, path: &str, fields: &[&str], expected: bool| {
        let got = Client::of(&github).with("X-GitHub-Api-Version", version).get(path);
        let body = got.json();
        let object = body.get(0).unwrap_or(&body);
        let found: Vec<bool> = fields.iter().map(|field| object.get(*field).is_some()).collect();
        assert_eq!(found, vec![expected; fields.len()], "{version} {path}");
        let selected = if version.is_empty() { "2022-11-28" } else { version };
        assert_eq!(got.header("x-github-api-version-selected"), selected);
    };
    let gist = format!("/gists/{id}");
    for (version, expected) in [("", true), ("2022-11-28", true), ("2026-03-10", false)] {
        check(version, &gist, &["history", "forks", "user"], expected);
        check(version, "/gists", &["user"], expected);
        check(version, "/rate_limit", &["rate"], expected);
        check(version, "/rate_limit", &["resources"], true);
    }
    let unknown = Client::of(&github).with("X-GitHub-Api-Version", "2021-01-01").get("/user");
    assert_eq!(unknown.status, 400);
}

#[test]
fn lists_have_pages_and_no_content() {
    let github = Options::new().token(Token::classic("other", "hubot", &["gist"])).start();
    for n in 0..205 {
        let seed = Seed::new(&format!("gist {n}")).file("a", "text").created_at(&format!(
            "2026-01-01T00:{:02}:{:02}Z",
            n / 60,
            n % 60
        ));
        github.gists().seed(seed);
    }
    github.gists().seed(Seed::new("theirs").owner("hubot").file("a", "1"));
    github.gists().seed(Seed::new("theirs, public").owner("hubot").file("a", "1").public());
    let client = Client::of(&github);
    let mut path = "/gists?per_page=100".to_owned();
    let mut described = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = client.get(&path);
        let gists = page.json();
        let gists = gists.as_array().unwrap();
        sizes.push(gists.len());
        described.extend(gists.iter().map(|gist| gist["description"].as_str().unwrap().to_owned()));
        assert!(gists[0]["files"]["a"].get("content").is_none());
        assert!(gists[0]["files"]["a"]["raw_url"].as_str().unwrap().contains("/raw/"));
        let next = page.header("link").split(", ").find(|link| link.contains("rel=\"next\"")).map(str::to_owned);
        let Some(next) = next else { break };
        path = next[1..next.find('>').unwrap()].strip_prefix(github.url()).unwrap().to_owned();
    }
    assert_eq!(sizes, [100, 100, 5]);
    assert_eq!((described[0].as_str(), described[204].as_str()), ("gist 204", "gist 0"));

    let check = |client: &Client, path: &str, expected: usize| {
        assert_eq!(client.get(path).json().as_array().unwrap().len(), expected, "{path}");
    };
    check(&client, "/gists", 30);
    check(&client, "/gists?per_page=1000", 100);
    check(&client, "/gists?page=99", 0);
    check(&client, "/gists?per_page=100&since=2026-01-01T00:03:20Z", 5);
    check(&client.clone().token("other"), "/gists", 2);
    check(&Client::anonymous(github.url()), "/gists", 1);
}

#[test]
fn addresses_follow_the_options() {
    let github = Options::new().path_prefix("/api/v3").raw_on_api_host().start();
    let id = github.gists().seed(Seed::new("d").file("a b.json", "1"));
    let gist = Client::of(&github).get(&format!("/gists/{id}")).json();
    assert_eq!(gist["url"], format!("{}/gists/{id}", github.url()));
    let raw_url = gist["files"]["a b.json"]["raw_url"].as_str().unwrap();
    let host = github.url().strip_suffix("/api/v3").unwrap();
    // printf 1 | git hash-object --stdin
    let blob = "56a6051ca2b02b04ef92d5150c9ef600403cb1de";
    assert_eq!(raw_url, format!("{host}/gist-raw/octocat/{id}/raw/{blob}/a%20b.json"));
    assert_eq!(Client::fetch(raw_url).text(), "1");

    let github = Options::new().advertised_url("http://127.0.0.1:1/").start();
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let gist = Client::of(&github).get(&format!("/gists/{id}")).json();
    assert_eq!(gist["url"], format!("http://127.0.0.1:1/gists/{id}"));
}

#[test]
fn a_connection_serves_many_requests() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let mut connection = client.connect().unwrap();
    for _ in 0..50 {
        assert_eq!(client.ask_over(&mut connection, ["GET", "/user", ""]).unwrap().json()["login"], DEFAULT_LOGIN);
    }
    let closing = client.with("Connection", "close");
    assert_eq!(closing.ask_over(&mut connection, ["GET", "/user", ""]).unwrap().status, 200);
    assert!(closing.ask_over(&mut connection, ["GET", "/user", ""]).is_err());
}
