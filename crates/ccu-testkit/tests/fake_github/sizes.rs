//! What answers leave out, and where it is to be had.

use ccu_testkit::fake_github::{FakeGitHub, Options, Seed};
use serde_json::{Value, json};

use crate::wire::Client;

#[test]
fn behind_a_file_that_is_cut_all_come_empty() {
    let github = FakeGitHub::start();
    let long = "ü".repeat(600_000);
    let seed = Seed::new("d").file("a", "first").file("b", long.as_str()).file("manifest.json", "{}");
    let id = github.gists().seed(seed);
    let gist = Client::of(&github).get(&format!("/gists/{id}")).json();
    let check = |name: &str, truncated: bool, size: usize, content: &str| {
        let file = &gist["files"][name];
        assert_eq!(
            (file["truncated"].as_bool(), file["size"].as_u64()),
            (Some(truncated), Some(size as u64)),
            "{name}"
        );
        assert!(file["content"].as_str() == Some(content), "{name}");
        let fetched = Client::fetch(file["raw_url"].as_str().unwrap());
        assert_eq!((fetched.status, fetched.body.len()), (200, size), "{name}");
    };
    check("a", false, 5, "first");
    check("b", true, 1_200_000, &long[..1_000_000]);
    check("manifest.json", true, 2, "");
    assert_eq!(gist["truncated"], false);
}

#[test]
fn a_raw_address_names_content_for_ever() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "old"));
    let url = |text: &Value| text["files"]["a"]["raw_url"].as_str().unwrap().to_owned();
    let old = url(&Client::of(&github).get(&format!("/gists/{id}")).json());
    github.gists().edit(&id, "a", "new");
    let new = url(&Client::of(&github).get(&format!("/gists/{id}")).json());
    assert!(old.starts_with(github.raw_host_url()), "{old}");
    assert_eq!((Client::fetch(&old).text(), Client::fetch(&new).text()), ("old".to_owned(), "new".to_owned()));
    let unversioned = format!("{}/gist-raw/octocat/{id}/raw/a", github.raw_host_url());
    assert_eq!(Client::fetch(&unversioned).text(), "new");
    for absent in [format!("{unversioned}bsent"), old.replace("/raw/", "/raw/0")] {
        let got = Client::fetch(&absent);
        assert_eq!((got.status, got.text().as_str()), (404, "404: Not Found"), "{absent}");
    }
    assert_eq!(Client::fetch(&old).header("x-ratelimit-limit"), "");
}

#[test]
fn more_files_than_a_list_holds_are_left_out() {
    let github = FakeGitHub::start();
    let seed = (0..=300).fold(Seed::new("d"), |seed, n| seed.file(&format!("{n:03}"), "1"));
    let id = github.gists().seed(seed);
    let client = Client::of(&github);
    let gist = client.get(&format!("/gists/{id}")).json();
    assert_eq!((gist["truncated"].as_bool(), gist["files"].as_object().unwrap().len()), (Some(true), 300));
    assert_eq!(gist["files"].get("300"), None);
    assert_eq!(client.get("/gists").json()[0]["truncated"], true);
    let gist = client.patch(&id, &json!({ "files": { "000": null } })).json();
    assert_eq!((gist["truncated"].as_bool(), gist["files"].as_object().unwrap().len()), (Some(false), 300));
}

#[test]
fn raw_files_have_a_limit_too() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "x".repeat((10 << 20) + 1)));
    let gist = Client::of(&github).get(&format!("/gists/{id}")).json();
    assert_eq!(Client::fetch(gist["files"]["a"]["raw_url"].as_str().unwrap()).status, 403);
}

#[test]
fn forty_megabytes_go_through() {
    let github = Options::new().too_large(5_000_000, ccu_testkit::fake_github::TooLarge::Conflict).start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("manifest.json", "{}"));
    for batch in 0..10 {
        let file =
            |n: usize| (format!("s{batch}_{n}.json"), json!({ "content": format!("{batch}{n}").repeat(500_000) }));
        let files: Value = (0..4).map(file).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(client.patch(&id, &json!({ "files": files })).status, 200);
    }
    assert_eq!(github.gists().total_bytes(&id), 40_000_002);
    let gist = client.get(&format!("/gists/{id}")).json();
    let sum: u64 = gist["files"].as_object().unwrap().values().map(|file| file["size"].as_u64().unwrap()).sum();
    assert_eq!((sum, gist["files"]["s9_3.json"]["truncated"].as_bool()), (40_000_002, Some(false)));
    assert!(github.log().bytes_received() > 40_000_000);
}
