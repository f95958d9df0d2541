//! Writes that meet, overtake and overwrite each other.

use std::thread;
use std::time::Duration;

use ccu_testkit::fake_github::{Action, FakeGitHub, Fault, Hook, Meeting, Options, Seed};
use serde_json::json;

use crate::wire::Client;

/// The statuses of as many writes at once as there are names, each of its own file.
fn write_at_once(github: &FakeGitHub, id: &str, names: &[&str]) -> Vec<u16> {
    let client = Client::of(github);
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let write = |name: &&str| {
            let (client, body) = (client.clone(), json!({ "files": { *name: { "content": *name } } }));
            scope.spawn(move || client.patch(id, &body).status)
        };
        let writes: Vec<_> = names.iter().map(write).collect();
        writes.into_iter().filter_map(|write| write.join().ok()).collect()
    });
    statuses.sort_unstable();
    statuses
}

#[test]
fn of_those_who_meet_one_wins() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("manifest.json", "{}"));
    github.faults().order(Fault::meet(Meeting::one_wins(3)).on_patch());
    assert_eq!(write_at_once(&github, &id, &["a", "b", "c"]), [200, 409, 409]);
    assert_eq!((github.gists().n_commits(&id), github.faults().n_left()), (2, 0));
    assert_eq!(write_at_once(&github, &id, &["d", "e"]), [200, 200]);
}

#[test]
fn of_those_who_meet_all_win() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("manifest.json", "{}"));
    github.faults().order(Fault::meet(Meeting::all_win(2)).on_patch());
    assert_eq!(write_at_once(&github, &id, &["a", "b"]), [200, 200]);
    assert_eq!(github.gists().newest(&id).names(), ["a", "b", "manifest.json"]);
}

#[test]
fn a_write_that_takes_time_refuses_others() {
    let github = Options::new().write_takes(Duration::from_millis(300)).start();
    let id = github.gists().seed(Seed::new("d").file("manifest.json", "{}"));
    github.faults().order(Fault::meet(Meeting::all_win(5)).on_patch());
    assert_eq!(write_at_once(&github, &id, &["a", "b", "c", "d", "e"]), [200, 409, 409, 409, 409]);
    assert_eq!(write_at_once(&github, &id, &["f"]), [200]);
}

#[test]
fn a_hook_writes_in_between() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("manifest.json", "0"));
    let of_hook = id.clone();
    let edit = Hook::new(move |gists| gists.edit(&of_hook, "manifest.json", "theirs"));
    github.faults().order(Fault::new(Action::Run(edit)).on_patch().after(1));
    let client = Client::of(&github);
    client.patch(&id, &json!({ "files": { "a": { "content": "1" } } }));
    assert_eq!(github.gists().n_commits(&id), 2);
    let gist = client.patch(&id, &json!({ "files": { "manifest.json": { "content": "ours" } } })).json();
    assert_eq!(gist["history"].as_array().unwrap().len(), 4);
    let revisions = github.gists().revisions(&id);
    assert_eq!(revisions[1].file("manifest.json"), Some("theirs"));
    assert_eq!(revisions[0].file("manifest.json"), Some("ours"));
}

#[test]
fn a_hook_may_ask_the_fake_itself() {
    let github = FakeGitHub::start();
    let id = github.gists().seed(Seed::new("d").file("a", "0"));
    let (client, of_hook) = (Client::of(&github), id.clone());
    let write = Hook::new(move |_| drop(client.patch(&of_hook, &json!({ "files": { "b": { "content": "1" } } }))));
    github.faults().order(Fault::new(Action::RunAfter(write)).on_patch());
    let gist = Client::of(&github).patch(&id, &json!({ "files": { "a": { "content": "1" } } })).json();
    assert_eq!(gist["files"].get("b"), None, "the answer is of before");
    assert_eq!(github.gists().file(&id, "b").as_deref(), Some("1"));
}

#[test]
fn a_write_on_a_stale_base_overwrites_silently() {
    let github = FakeGitHub::start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("manifest.json", "0").file("a", "0"));
    client.patch(&id, &json!({ "files": { "manifest.json": { "content": "theirs" }, "b": { "content": "1" } } }));
    for file in ["manifest.json", "b"] {
        github.faults().order(Fault::new(Action::StaleBase { file: file.to_owned() }).on_patch());
    }
    let write = |text: &str| client.patch(&id, &json!({ "files": { "a": { "content": text } } })).status;
    assert_eq!(write("1"), 200);
    assert_eq!(github.gists().file(&id, "manifest.json").as_deref(), Some("0"));
    assert_eq!(github.gists().file(&id, "b").as_deref(), Some("1"));
    let theirs = github.gists().revisions(&id)[1].version.clone();
    assert_eq!(github.gists().newest(&id).parent, Some(theirs.clone()));
    github.gists().put_back(&id, &theirs);
    assert_eq!(github.gists().file(&id, "manifest.json").as_deref(), Some("theirs"));
}
