//! What goes over the line: little, once, with the headers that GitHub wants, and in either version of the API.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use ccu_core::time::UtcMillis;
use ccu_engine::auth::token::Token;
use ccu_engine::config::ApiUrl;
use ccu_engine::gist::Remote;
use ccu_engine::gist::github::{GitHub, GitHubOptions};
use ccu_testkit::fake_github::{
    Action, Answer, DEFAULT_LOGIN, DEFAULT_TOKEN, FakeGitHub, Fault, Hook, Place, Recorded, Token as FakeToken,
};

use super::image::is_sound;
use super::machine::{self, Machine, gist_id};

const SECOND_TOKEN: &str = "ghp_222222222222222222222222222222222222";

/// Names of the files that writes named.
fn written(requests: &[Recorded]) -> Vec<String> {
    requests.iter().filter(|request| request.method == "PATCH").flat_map(|request| request.files.clone()).collect()
}

#[test]
fn a_second_pull_of_the_same_costs_one_empty_answer() {
    let fake = machine::fake();
    let mut first = Machine::new(&fake, "first");
    first.find(0..700);
    first.push();
    let mut home = Machine::new(&fake, "home");
    home.pull();
    fake.log().clear();
    let before = home.github.traffic();
    assert!(home.pull().is_unchanged);
    let after = home.github.traffic();
    assert_eq!(fake.log().summary(), ["GET Gist 304"]);
    assert_eq!((fake.log().bytes_sent(), fake.log().bytes_received()), (0, 0));
    assert!(after.bytes_received - before.bytes_received < 1000 && after.requests == before.requests + 1);
    // A push with nothing new to say costs the same.
    fake.log().clear();
    first.push();
    assert_eq!(fake.log().summary(), ["GET Gist 304"]);
}

#[test]
fn an_etag_is_not_used_with_another_token() {
    let fake = machine::fake();
    fake.add_token(FakeToken::classic(SECOND_TOKEN, DEFAULT_LOGIN, &["gist"]));
    let mut first = Machine::new(&fake, "first");
    first.find(0..5);
    first.push();
    let mut home = Machine::new(&fake, "home");
    home.pull();
    home.use_token(SECOND_TOKEN);
    fake.log().clear();
    assert!(!home.pull().is_unchanged);
    let requests = fake.log().take_requests();
    assert_eq!((requests[0].status, requests[0].header("if-none-match")), (Some(200), None));
    assert!(home.pull().is_unchanged, "the answer to the second token has an ETag of its own");
}

#[test]
fn a_long_history_is_sent_once_even_if_it_takes_two_runs() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    // As many files as a million records have, so that several requests are needed.
    home.settings.segment_sizes = [100, 200, 400];
    home.find(0..10_000);
    // Somebody stops it after the second batch.
    let pressed = home.is_interrupted.clone();
    let press = Hook::new(move |_| pressed.store(true, Ordering::Relaxed));
    fake.faults().order(Fault::new(Action::Run(press)).on_patch().after(2));
    fake.faults().order(Fault::new(Action::DropBefore).on_patch().after(2));
    home.try_push().unwrap_err();
    assert_eq!(home.unsent(), 10_000);
    home.is_interrupted.store(false, Ordering::Relaxed);
    let arrived: BTreeSet<String> =
        fake.gists().newest(&gist_id(&fake)).names().iter().map(ToString::to_string).collect();
    assert!((10..20).contains(&arrived.len()), "{arrived:?}");

    fake.log().clear();
    assert_eq!(home.push().exported, 10_000);
    let again = written(&fake.log().take_requests());
    let twice: Vec<&String> = again.iter().filter(|name| name.contains("_s") && arrived.contains(*name)).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
    let names: BTreeSet<&String> = again.iter().collect();
    assert_eq!(names.len(), again.len(), "each file is sent once");
    is_sound(&home);

    home.find(10_000..10_040);
    assert_eq!(home.push().exported, 40);
    let requests = fake.log().take_requests();
    let sent: u64 = requests.iter().map(|request| request.body_bytes).sum();
    assert!(requests.len() <= 4 && sent <= 150_000, "{} requests, {sent} bytes", requests.len());

    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers().len(), 10_040);
}

#[test]
fn every_request_has_the_headers_that_github_wants() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home").with_small_segments();
    home.find(0..35);
    home.push();
    fake.gists().edit(&gist_id(&fake), "usage_data_odd.json", "{");
    home.find(35..40);
    home.push();
    let mut other = Machine::new(&fake, "other");
    other.try_pull().unwrap();
    other.try_pull().unwrap();
    let requests = fake.log().take_requests();
    assert!(requests.len() > 8);
    for request in requests {
        assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("ccu/")), "{request:?}");
        if request.place != Place::Raw {
            assert_eq!(request.header("x-github-api-version"), Some("2022-11-28"), "{request:?}");
        }
        let is_conditional = request.headers.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("if-"));
        assert!(request.method == "GET" || !is_conditional, "{request:?}");
        assert!(!request.target.contains(DEFAULT_TOKEN));
    }
    assert_eq!(fake.violations(), [""; 0]);
}

fn with_newer_version(fake: &FakeGitHub, machine: &mut Machine) {
    let mut options = GitHubOptions::new(|| UtcMillis(0));
    options.api_url = ApiUrl::parse(fake.url()).unwrap();
    options.api_version = "2026-03-10".to_owned();
    machine.github = GitHub::new(Token::new(DEFAULT_TOKEN).unwrap(), options, Arc::new(|| false)).unwrap();
}

#[test]
fn the_newer_version_of_the_api_tells_what_was_replaced_by_its_commits() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    with_newer_version(&fake, &mut home);
    home.find(0..5);
    home.push();
    home.find(5..9);
    // Another machine writes the manifest between our look and our write.
    let mut other = Machine::new(&fake, "other");
    other.find(100..105);
    let other = Arc::new(Mutex::new(other));
    let racing = other.clone();
    let race = Hook::new(move |_| drop(racing.lock().unwrap().push()));
    fake.faults().order(Fault::new(Action::Run(race)).on_patch().token(DEFAULT_TOKEN));
    home.push();
    assert!(fake.log().count("GET", Place::Commits) > 0);
    assert_eq!(fake.log().requests().last().unwrap().header("x-github-api-version"), Some("2026-03-10"));
    let manifest = fake.gists().file(&gist_id(&fake), "manifest.json").unwrap();
    assert!(manifest.contains("\"home\"") && manifest.contains("\"other\""), "{manifest}");
    home.pull();
    assert_eq!(home.numbers(), (0..9).chain(100..105).collect::<Vec<_>>());
}

#[test]
fn the_newer_version_of_the_api_settles_a_lost_answer() {
    let fake = machine::fake();
    let mut home = Machine::new(&fake, "home");
    with_newer_version(&fake, &mut home);
    home.find(0..5);
    home.push();
    home.find(5..9);
    let commits = fake.gists().n_commits(&gist_id(&fake));
    fake.faults().order(Fault::new(Action::DropAfter).on_patch());
    assert_eq!(home.push().exported, 4);
    assert_eq!(fake.gists().n_commits(&gist_id(&fake)), commits + 1, "written once");
    let portal = Answer::captive_portal();
    fake.faults().order(Fault::answer(portal).on("GET", Place::Commits));
    home.find(9..10);
    home.try_push().unwrap_err();
    home.push();
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers(), (0..10).collect::<Vec<_>>());
}
