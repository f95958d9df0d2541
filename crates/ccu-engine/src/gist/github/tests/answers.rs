//! Whole answers: what is asked for, how, and what of the answer is taken.

use std::io::Write;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::server::{Reply, Server, answer, bytes};
use super::{ID, NOW, changes, file, gist, github, options, remote_file, short};
use crate::gist::github::GitHub;
use crate::gist::{Account, BlobId, Gist, RateLimit, Reading, Remote, Traffic, file_content};

fn read(github: &GitHub) -> Gist {
    match github.read(ID, None).unwrap() {
        Reading::Gist(gist) => *gist,
        Reading::NotModified => panic!("not modified"),
    }
}

/// A server that gives every request one answer.
fn always(status: u16, headers: &'static [(&'static str, &'static str)], body: impl ToString) -> Server {
    let body = body.to_string();
    Server::new(move |_| answer(status, headers, &body))
}

#[test]
fn reading_asks_with_all_headers() {
    let server = always(200, &[("ETag", "W/\"1\"")], gist(&[("a.json", file("https://raw.example", "{}"))]));
    let github = github(&format!("{}/api/v3/", server.url()));
    let gist = read(&github);
    assert_eq!((gist.id.as_str(), gist.owner.as_str(), gist.description.as_str()), (ID, "me", ""));
    assert_eq!(gist.etag.as_deref(), Some("W/\"1\""));
    assert_eq!(gist.created_at.unwrap().to_string(), "2026-01-02T03:04:05.000Z");
    assert_eq!(gist.files["a.json"].content.as_deref(), Some("{}"));
    assert!(!gist.is_public && !gist.is_truncated && gist.revisions.is_empty());

    let request = &server.seen()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", format!("/api/v3/gists/{ID}").as_str()));
    assert_eq!(request.header("accept"), Some("application/vnd.github+json"));
    assert_eq!(request.header("authorization"), Some("Bearer ghp_sesame"));
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    assert_eq!(request.header("if-none-match"), None);
    assert_eq!(request.header("content-type"), None);
}

#[test]
fn the_second_reading_is_conditional() {
    let server = Server::new(|request| match request.header("if-none-match") {
        Some("W/\"1\"") => answer(304, &[], ""),
        _ => answer(200, &[("ETag", "W/\"2\"")], &gist(&[]).to_string()),
    });
    let github = github(&server.url());
    assert_eq!(github.read(ID, Some("W/\"1\"")).unwrap(), Reading::NotModified);
    let Reading::Gist(gist) = github.read(ID, Some("W/\"0\"")).unwrap() else { panic!() };
    assert_eq!(gist.etag.as_deref(), Some("W/\"2\""));
    // One that no header can hold was not GitHub's.
    assert!(matches!(github.read(ID, Some("a\nb")).unwrap(), Reading::Gist(_)));
    assert_eq!(server.seen()[2].header("if-none-match"), None);
    assert_eq!(server.n_connections(), 1, "connections are kept");
}

#[test]
fn not_modified_without_a_condition_is_no_answer() {
    let server = always(304, &[], "");
    let github = github(&server.url());
    assert_eq!(short(&github.read(ID, None).unwrap_err()), "unexpected: 304 Not Modified");
    assert!(short(&github.account().unwrap_err()).starts_with("unexpected: 304"));
}

#[test]
fn content_is_taken_only_where_it_is_whole() {
    let check = |change: fn(&mut Value), expected: Option<&str>| {
        let mut file = file("https://raw.example", "content");
        change(&mut file);
        let server = always(200, &[], gist(&[("a.json", file.clone())]));
        let gist = read(&github(&server.url()));
        assert_eq!(gist.files["a.json"].content.as_deref(), expected, "{file}");
        assert_eq!(gist.files["a.json"].blob, BlobId::of(b"content"));
    };
    check(|_| {}, Some("content"));
    check(|file| file["truncated"] = Value::Null, Some("content"));
    check(|file| drop(file.as_object_mut().unwrap().remove("encoding")), Some("content"));
    check(|file| file["truncated"] = true.into(), None);
    check(|file| file["content"] = "".into(), None);
    check(|file| file["content"] = Value::Null, None);
    check(|file| file["content"] = "Content".into(), None);
    check(|file| file["size"] = 8.into(), None);
    check(|file| file["encoding"] = "base64".into(), None);
    check(|file| file["language"] = "JSON".into(), Some("content"));
}

#[test]
fn history_is_taken_where_there_is_one() {
    let [newest, before, first] = ["c", "b", "a"].map(|digit| digit.repeat(40));
    let check = |history: Value, expected: &[&str]| {
        let mut gist = gist(&[]);
        gist["history"] = history;
        gist["forks"] = json!([]);
        gist["truncated"] = true.into();
        let gist = read(&github(&always(200, &[], gist).url()));
        assert_eq!(gist.revisions, expected);
        assert!(gist.is_truncated);
    };
    check(json!([{ "version": newest }, { "version": before }, { "version": first }]), &[&newest, &before]);
    check(json!([{ "version": newest, "user": null }]), &[&newest]);
    check(json!([{ "version": "HEAD" }]), &[]);
    check(json!([]), &[]);
    check(Value::Null, &[]);
}

#[test]
fn other_json_is_no_gist() {
    let mut nameless = file("https://raw.example", "x");
    nameless["raw_url"] = "https://raw.example/x".into();
    for (body, expected) in [
        (json!({}).to_string(), "unexpected: 200 OK: not the JSON that belongs there, line 1 column 2"),
        (json!([]).to_string(), "unexpected: 200 OK: not the JSON that belongs there, line 1 column 2"),
        (json!({ "id": ID, "public": false }).to_string(), "not the JSON that belongs there"),
        (json!({ "id": ID, "public": false, "files": null }).to_string(), "not the JSON that belongs there"),
        (String::new(), "unexpected: 200 OK: not the JSON"),
        ("<!DOCTYPE html><title>Sign in".to_owned(), "unexpected: 200 OK: not the JSON"),
        (gist(&[("a", nameless)]).to_string(), "unexpected: a file without an id in its address: `a`"),
        (gist(&[("a", Value::Null)]).to_string(), "unexpected: a file without an id in its address: `a`"),
        (gist(&[]).to_string()[..60].to_owned(), "unanswered: the answer was cut off (200 OK)"),
    ] {
        let server = always(200, &[], &body);
        let shown = short(&github(&server.url()).read(ID, None).unwrap_err());
        assert!(shown.contains(expected), "{body}: {shown}");
    }
}

#[test]
fn writing_sends_json_and_no_condition() {
    let answered = gist(&[("a.json", file("https://raw.example", "{\"ü\":\"\\u0000\"}"))]).to_string();
    let server = Server::new(move |request| {
        answer(if request.method == "POST" { 201 } else { 200 }, &[("ETag", "\"3\"")], &answered)
    });
    let github = github(&server.url());
    let made = github.create("ccu ü", &changes(&[("a.json", Some("{\"ü\":\"\0\"}")), ("b", None)])).unwrap();
    assert_eq!(made.etag.as_deref(), Some("\"3\""));
    let written = github.patch(ID, &changes(&[("a.json", Some("x")), ("b", None)])).unwrap();
    assert_eq!(written.files.len(), 1);

    let [create, patch] = &server.seen()[..] else { panic!() };
    let body = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!((create.method.as_str(), create.path.as_str()), ("POST", "/gists"));
    assert_eq!(
        body(&create.body),
        json!({ "description": "ccu ü", "public": false, "files": { "a.json": { "content": "{\"ü\":\"\0\"}" } } })
    );
    assert_eq!((patch.method.as_str(), patch.path.as_str()), ("PATCH", format!("/gists/{ID}").as_str()));
    assert_eq!(body(&patch.body), json!({ "files": { "a.json": { "content": "x" }, "b": null } }));
    for request in [create, patch] {
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("authorization"), Some("Bearer ghp_sesame"));
        assert_eq!(request.header("content-length"), Some(request.body.len().to_string().as_str()));
        assert_eq!(request.header("transfer-encoding"), None);
    }
    let Traffic { requests, bytes_sent, bytes_received } = github.traffic();
    assert_eq!(requests, 2);
    assert_eq!(bytes_sent as usize, create.body.len() + patch.body.len());
    assert!(bytes_received > 2 * 500, "{bytes_received}");
}

#[test]
fn other_success_is_none() {
    let server = always(202, &[], gist(&[]));
    let github = github(&server.url());
    assert_eq!(short(&github.read(ID, None).unwrap_err()), "unexpected: 202 Accepted");
    assert_eq!(short(&github.patch(ID, &changes(&[("a", Some("x"))])).unwrap_err()), "unexpected: 202 Accepted");
}

#[test]
fn what_is_no_id_is_not_asked_for() {
    let server = always(200, &[], gist(&[]));
    let github = github(&server.url());
    for id in ["", "../user", "a/b", "a?b", "a b", "ä", "a%2fb"] {
        assert_eq!(short(&github.read(id, None).unwrap_err()), "NotFound", "{id}");
        assert_eq!(short(&github.patch(id, &changes(&[])).unwrap_err()), "NotFound", "{id}");
        assert_eq!(short(&github.revisions(id, 1).unwrap_err()), "NotFound", "{id}");
        assert_eq!(short(&github.read_revision(ID, id).unwrap_err()), "NotFound", "{id}");
    }
    assert!(server.seen().is_empty());
}

#[test]
fn lists_are_read_page_by_page() {
    let server = Server::new(|request| {
        let page = |id: &str| {
            let mut gist = gist(&[("a.json", file("https://raw.example", "x"))]);
            gist["id"] = id.into();
            gist["files"]["a.json"].as_object_mut().unwrap().retain(|name, _| name != "content" && name != "truncated");
            json!([gist]).to_string()
        };
        let host = request.header("host").unwrap();
        match request.path.as_str() {
            "/gists?per_page=100" => {
                let link =
                    format!("<http://{host}/gists?page=9>; rel=\"last\", <http://{host}/gists?page=2>; rel=\"next\"");
                answer(200, &[("Link", &link)], &page("1"))
            }
            "/gists?page=2" => answer(200, &[("Link", "</gists?page=3>; rel=next")], &page("2")),
            "/gists?page=3" => {
                answer(200, &[("Link", &format!("<http://{host}/gists?page=1>; rel=\"first\""))], &page("3"))
            }
            other => panic!("{other}"),
        }
    });
    let listed = github(&server.url()).list().unwrap();
    assert_eq!(listed.iter().map(|gist| gist.id.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(listed.iter().all(|gist| gist.files["a.json"].content.is_none()));
    assert!(server.seen().iter().all(|request| request.header("authorization").is_some()));
}

#[test]
fn an_odd_gist_in_a_list_does_not_hide_the_others() {
    let mut odd = file("https://raw.example", "x");
    odd["raw_url"] = "https://raw.example/of/old".into();
    let mut ownerless = gist(&[("a", odd)]);
    ownerless["owner"] = Value::Null;
    let server = always(200, &[], json!([ownerless, gist(&[("b", file("https://raw.example", "x"))])]));
    let listed = github(&server.url()).list().unwrap();
    assert!(listed[0].is_truncated && listed[0].files.is_empty() && listed[0].owner.is_empty());
    assert!(!listed[1].is_truncated && listed[1].files.len() == 1);
}

#[test]
fn a_page_elsewhere_is_not_read() {
    let elsewhere = always(200, &[], "[]");
    let link = format!("<{}/gists?page=2>; rel=\"next\"", elsewhere.url());
    let server = Server::new(move |_| answer(200, &[("Link", &link)], "[]"));
    assert_eq!(short(&github(&server.url()).list().unwrap_err()), "unexpected: a next page on another host");
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_list_without_end_is_given_up() {
    let server = always(200, &[("Link", "</gists>; rel=\"next\"")], "[]");
    assert_eq!(short(&github(&server.url()).list().unwrap_err()), "unexpected: more than 100 pages");
    assert_eq!(server.seen().len(), 100);
}

#[test]
fn revisions_come_newest_first_and_not_too_many() {
    let ids: Vec<String> = ["a", "b", "c"].map(|digit| digit.repeat(40)).into();
    let page = |ids: &[String]| {
        Value::from_iter(
            ids.iter().map(|id| json!({ "version": id, "committed_at": "2026-01-02T03:04:05Z", "user": null })),
        )
    };
    let server = always(200, &[("Link", "</more>; rel=\"next\"")], page(&ids));
    assert_eq!(github(&server.url()).revisions(ID, 2).unwrap(), ids[..2]);
    assert_eq!(server.seen()[0].path, format!("/gists/{ID}/commits?per_page=2"));
    assert_eq!(github(&server.url()).revisions(ID, 4).unwrap(), [&ids[..], &ids[..1]].concat());
    let server = always(200, &[], json!([{ "version": "main" }]));
    assert_eq!(short(&github(&server.url()).revisions(ID, 1).unwrap_err()), "unexpected: a revision without an id");
}

#[test]
fn a_revision_is_read_as_a_gist() {
    let server = always(200, &[], gist(&[("a.json", file("https://raw.example", "old"))]));
    let revision = "a".repeat(40);
    let gist = github(&server.url()).read_revision(ID, &revision).unwrap();
    assert_eq!(gist.files["a.json"].content.as_deref(), Some("old"));
    assert_eq!(server.seen()[0].path, format!("/gists/{ID}/{revision}"));
}

#[test]
fn scopes_are_those_of_the_header() {
    let check = |headers: &'static [(&'static str, &'static str)], scopes: Option<&[&str]>| {
        let server = always(200, headers, json!({ "login": "me", "id": 1 }));
        let scopes = scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect());
        assert_eq!(github(&server.url()).account().unwrap(), Account { login: "me".to_owned(), scopes });
        assert_eq!(server.seen()[0].path, "/user");
    };
    check(&[("X-OAuth-Scopes", "gist, repo,read:org")], Some(&["gist", "repo", "read:org"]));
    check(&[("X-OAuth-Scopes", "")], Some(&[]));
    check(&[("X-Accepted-GitHub-Permissions", "gists=read")], None);
}

#[test]
fn the_rate_limit_is_that_of_the_core() {
    let core = json!({ "limit": 5000, "remaining": 4999, "used": 1, "reset": 1_800_000_060 });
    let server = always(200, &[], json!({ "resources": { "core": core, "search": {} } }));
    let expected = RateLimit { limit: 5000, remaining: 4999, reset: ccu_core::time::UtcMillis(NOW.0 + 60_000) };
    assert_eq!(github(&server.url()).rate_limit().unwrap(), expected);
}

#[test]
fn packed_answers_are_unpacked() {
    let packed = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        bytes(200, &[("Content-Encoding", "gzip")], &encoder.finish().unwrap())
    };
    let whole = packed(gist(&[]).to_string().as_bytes());
    let bomb = packed(&vec![b' '; 64 * 1024 * 1024 + 1]);
    assert!(bomb.len() < 100_000);
    let mut cut = packed(gist(&[]).to_string().as_bytes());
    cut.truncate(cut.len() - 20);
    let replies = Mutex::new(vec![Reply::Last(cut), Reply::Bytes(bomb), Reply::Bytes(whole)]);
    let server = Server::new(move |_| replies.lock().unwrap().pop().unwrap());
    let github = github(&server.url());
    assert_eq!(read(&github).id, ID);
    assert_eq!(short(&github.read(ID, None).unwrap_err()), "unexpected: more than 67108864 bytes");
    let shown = short(&github.read(ID, None).unwrap_err());
    assert!(shown.starts_with("unanswered: the answer was cut off"), "{shown}");
}

#[test]
fn refusals_are_told_apart_and_repeat_no_token() {
    let check = |status: u16, headers: &'static [(&'static str, &'static str)], message: &str, expected: &str| {
        let server = always(status, headers, json!({ "message": message }));
        let error = github(&server.url()).patch(ID, &changes(&[("a", Some("x"))])).unwrap_err();
        assert_eq!(short(&error), expected);
        assert_eq!(server.seen().len(), 1, "nothing is tried twice");
    };
    check(401, &[], "Bad credentials", "Unauthorized");
    check(403, &[("Retry-After", "3")], "slow down", "limited for 3000 ms");
    check(403, &[], "no rights for ghp_sesame", "not permitted: no rights for (hidden)");
    check(422, &[], "Bearer ghp_sesame", "refused: Bearer (hidden)");
    check(502, &[("X-GitHub-Request-Id", "ghp_sesame")], "", "unanswered: 502 Bad Gateway, request (hidden)");
    check(409, &[], "Gist cannot be updated", "Conflict");
    check(418, &[("Content-Type", "ghp_sesame")], "", "unexpected: 418 I'm a teapot, (hidden)");
}

#[test]
fn a_file_is_fetched_and_checked() {
    let server = Server::new(|_| answer(200, &[("Content-Type", "text/plain")], "content"));
    let github = github(&server.url());
    let file = remote_file(&server.url(), "content");
    assert_eq!(github.fetch("a.json", &file).unwrap(), "content");
    let request = &server.seen()[0];
    assert_eq!(request.path, format!("/me/{ID}/raw/{}/a.json", file.blob));
    assert_eq!(request.header("authorization"), Some("Bearer ghp_sesame"), "same host as the API");
    assert_eq!(request.header("accept"), Some("*/*"));

    let check = |content: &str, expected: &str| {
        let error = github.fetch("a.json", &remote_file(&server.url(), content)).unwrap_err();
        assert_eq!(short(&error), format!("broken `a.json`: {expected}"));
    };
    check("content!", "7 bytes instead of 8");
    check("other..", "other content than its id stands for");
    for raw_url in ["ftp://h/x", "http://raw.example/me/raw", "me", "https://u:p@raw.example/", ""] {
        let file = crate::gist::RemoteFile { raw_url: raw_url.to_owned(), ..file.clone() };
        let shown = short(&github.fetch("a", &file).unwrap_err());
        assert_eq!(shown, "broken `a`: its address is none that may be asked", "{raw_url}");
    }
}

#[test]
fn other_hosts_get_a_file_without_the_token() {
    let raw = Server::new(|_| answer(200, &[], "content"));
    let server = always(500, &[], "");
    assert_eq!(github(&server.url()).fetch("a.json", &remote_file(&raw.url(), "content")).unwrap(), "content");
    assert_eq!(raw.seen()[0].header("authorization"), None);
    assert!(server.seen().is_empty());
}

#[test]
fn a_file_that_cannot_be_had_is_broken() {
    let check = |status: u16, headers: &'static [(&'static str, &'static str)], body: &str, expected: &str| {
        let server = always(status, headers, body);
        let error = github(&server.url()).fetch("a", &remote_file(&server.url(), "content")).unwrap_err();
        assert_eq!(short(&error), expected);
    };
    check(404, &[], "404: Not Found", "broken `a`: HOST answers 404 Not Found");
    check(403, &[("Content-Type", "text/html")], "<html>", "broken `a`: HOST answers 403 Forbidden, text/html");
    check(200, &[], "<html>", "broken `a`: 6 bytes instead of 7");
    check(200, &[], "", "broken `a`: 0 bytes instead of 7");
    check(429, &[], "", "limited for 60000 ms");
    check(503, &[], "", "unanswered: 503 Service Unavailable");
}

#[test]
fn binary_is_no_text() {
    let server = Server::new(|_| Reply::Bytes(bytes(200, &[], &[0xff])));
    let mut file = remote_file(&server.url(), "x");
    file.blob = BlobId::of(&[0xff]);
    assert_eq!(short(&github(&server.url()).fetch("a", &file).unwrap_err()), "broken `a`: no UTF-8");
}

#[test]
fn one_file_is_read_wherever_it_is() {
    let server = Server::new(|request| {
        let host = format!("http://{}", request.header("host").unwrap());
        let mut cut = file(&host, "long content");
        (cut["content"], cut["truncated"]) = ("".into(), true.into());
        match request.path.contains("/raw/") {
            true => answer(200, &[], "long content"),
            false => answer(200, &[], &gist(&[("cut.json", cut), ("whole.json", file(&host, "whole"))]).to_string()),
        }
    });
    let github = github(&server.url());
    let content = |name: &str| file_content(&github, ID, name).unwrap();
    assert_eq!(content("whole.json").as_deref(), Some("whole"));
    assert_eq!(content("cut.json").as_deref(), Some("long content"));
    assert_eq!(content("none.json"), None);
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn another_version_is_asked_for_where_it_is_set() {
    let server = always(200, &[], json!({ "login": "me" }));
    let mut options = options(&server.url());
    options.api_version = "2026-03-10".to_owned();
    // `seen` expects the usual one.
    super::client(options).account().unwrap();
    assert!(std::panic::catch_unwind(|| server.seen()).is_err());
}
