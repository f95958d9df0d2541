//! The client against the stand-in for GitHub, which checks every request against GitHub's own description.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::sync::Arc;
use std::time::Duration;

use ccu_core::time::UtcMillis;
use ccu_engine::auth::token::Token;
use ccu_engine::config::ApiUrl;
use ccu_engine::gist::github::{GitHub, GitHubOptions};
use ccu_engine::gist::{Changes, Gist, Reading, Remote, RemoteError, file_content};
use ccu_testkit::fake_github::{
    Action, Answer, Corruption, DEFAULT_LOGIN, DEFAULT_TOKEN, FakeGitHub, Fault, Host, Options, Place, Seed,
    Token as FakeToken, TooLarge,
};

/// The clock of a fake that was not told otherwise.
const NOW: UtcMillis = UtcMillis(1_795_348_800_000);

fn options(fake: &FakeGitHub) -> GitHubOptions {
    let mut options = GitHubOptions::new(|| NOW);
    options.api_url = ApiUrl::parse(fake.url()).unwrap();
    options
}

fn github(fake: &FakeGitHub) -> GitHub {
    with_token(fake, DEFAULT_TOKEN)
}

fn with_token(fake: &FakeGitHub, token: &str) -> GitHub {
    GitHub::new(Token::new(token).unwrap(), options(fake), Arc::new(|| false)).unwrap()
}

fn changes(pairs: &[(&str, Option<&str>)]) -> Changes {
    pairs.iter().map(|(name, content)| ((*name).to_owned(), content.map(str::to_owned))).collect()
}

fn read(github: &GitHub, id: &str) -> Gist {
    let Reading::Gist(gist) = github.read(id, None).unwrap() else { unreachable!("an unconditional reading") };
    *gist
}

/// Names and contents, as far as the answer held them.
fn contents(gist: &Gist) -> Vec<(&str, Option<&str>)> {
    gist.files.iter().map(|(name, file)| (name.as_str(), file.content.as_deref())).collect()
}

/// An error without what differs between two runs.
fn short(error: &RemoteError) -> String {
    assert!(!format!("{error:?} {error}").contains(DEFAULT_TOKEN), "{error:?}");
    match error {
        RemoteError::Limited { until } => format!("limited for {} s", (until.0 - NOW.0) / 1000),
        RemoteError::NotPermitted { message } => format!("not permitted: {message}"),
        RemoteError::Refused { message } => format!("refused: {message}"),
        RemoteError::Unanswered { .. } => "unanswered".to_owned(),
        RemoteError::Unexpected { .. } => "unexpected".to_owned(),
        RemoteError::BrokenFile { name, .. } => format!("broken `{name}`"),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_life_of_a_gist() {
    let fake = FakeGitHub::start();
    let github = github(&fake);
    let made =
        github.create("my data", &changes(&[("a.json", Some("{}")), ("b.json", Some("ü\r\n\u{1f600}"))])).unwrap();
    assert_eq!((made.description.as_str(), made.owner.as_str(), made.is_public), ("my data", DEFAULT_LOGIN, false));
    assert_eq!(contents(&made), [("a.json", Some("{}")), ("b.json", Some("ü\r\n\u{1f600}"))]);

    let first = read(&github, &made.id);
    assert_eq!(first.files, made.files);
    assert_eq!(github.read(&made.id, first.etag.as_deref()).unwrap(), Reading::NotModified);

    let change = changes(&[("a.json", Some("[]")), ("b.json", None), ("c.json", Some("3"))]);
    let second = github.patch(&made.id, &change).unwrap();
    assert_eq!(contents(&second), [("a.json", Some("[]")), ("c.json", Some("3"))]);
    assert!(matches!(github.read(&made.id, first.etag.as_deref()).unwrap(), Reading::Gist(_)));
    assert_eq!(fake.gists().n_commits(&made.id), 2, "one write is one revision");

    let revisions = github.revisions(&made.id, 2).unwrap();
    assert_eq!(revisions, second.revisions);
    assert_eq!(github.revisions(&made.id, 1).unwrap(), revisions[..1]);
    assert_eq!(github.read_revision(&made.id, &revisions[1]).unwrap().files, made.files);
    assert_eq!(file_content(&github, &made.id, "c.json").unwrap().as_deref(), Some("3"));
    assert_eq!(file_content(&github, &made.id, "b.json").unwrap(), None);
    assert_eq!(short(&github.read(&"0".repeat(32), None).unwrap_err()), "NotFound");
}

#[test]
fn all_pages_of_the_list_are_read() {
    let fake = FakeGitHub::start();
    let mut ids: Vec<String> =
        (0..205).map(|n| fake.gists().seed(Seed::new(&format!("gist {n}")).file("a", "text"))).collect();
    let github = github(&fake);
    let listed = github.list().unwrap();
    assert!(listed.iter().all(|gist| gist.files["a"].content.is_none() && gist.files["a"].size == 4));
    let mut found: Vec<String> = listed.into_iter().map(|gist| gist.id).collect();
    ids.sort();
    found.sort();
    assert_eq!(found, ids);
    assert_eq!((fake.log().count("GET", Place::Gists), github.traffic().requests), (3, 3));
}

#[test]
fn refusals_of_a_write() {
    let check = |answer: Answer, expected: &str| {
        let fake = FakeGitHub::start();
        let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
        fake.faults().order(Fault::answer(answer).on_patch());
        let error = github(&fake).patch(&id, &changes(&[("a", Some("2"))])).unwrap_err();
        assert_eq!(short(&error), expected);
        assert_eq!((fake.log().len(), fake.gists().n_commits(&id)), (1, 1), "nothing is tried twice");
    };
    check(Answer::conflict(), "Conflict");
    check(Answer::payload_too_large(), "TooLarge");
    check(Answer::content_too_large(), "TooLarge");
    check(Answer::missing_files(), "refused: Validation Failed; missing_field files Gist");
    check(Answer::bad_credentials(), "Unauthorized");
    check(Answer::not_found(), "NotFound");
    check(Answer::not_accessible(), "not permitted: Resource not accessible by personal access token");
    check(Answer::blocked(), "not permitted: Gist access blocked");
    check(Answer::secondary_limit(403, Some(3)), "limited for 3 s");
    check(Answer::secondary_limit(429, Some(3)), "limited for 3 s");
    check(Answer::secondary_limit(403, None), "limited for 60 s");
    check(Answer::server_error(), "unanswered");
    check(Answer::bad_gateway(), "unanswered");
    check(Answer::gateway_timeout(), "unanswered");
    check(Answer::captive_portal(), "unexpected");
    check(Answer::html(403, "<html>Blocked by your company"), "unexpected");
}

#[test]
fn lost_answers_leave_the_outcome_open() {
    for (action, n_commits) in [(Action::DropBefore, 1), (Action::DropAfter, 2), (Action::CutAnswer, 2)] {
        let fake = FakeGitHub::start();
        let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
        fake.faults().order(Fault::new(action.clone()).on_patch());
        let github = github(&fake);
        assert_eq!(short(&github.patch(&id, &changes(&[("a", Some("2"))])).unwrap_err()), "unanswered", "{action:?}");
        assert_eq!((fake.gists().n_commits(&id), fake.log().len()), (n_commits, 1), "{action:?}");
        assert!(read(&github, &id).files.contains_key("a"), "the next request has a connection of its own");
    }
}

#[test]
fn a_slow_answer_ends_at_the_deadline() {
    let fake = FakeGitHub::start();
    let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
    fake.faults().order(Fault::new(Action::SlowLoris(Duration::from_millis(50))).on_read());
    let options = GitHubOptions { deadline: Duration::from_millis(500), ..options(&fake) };
    let github = GitHub::new(Token::new(DEFAULT_TOKEN).unwrap(), options, Arc::new(|| false)).unwrap();
    assert_eq!(short(&github.read(&id, None).unwrap_err()), "unanswered");
}

#[test]
fn cut_content_is_fetched_by_its_address() {
    let fake = Options::new().inline_bytes(100).start();
    let long = "x".repeat(1000);
    let seed = Seed::new("my data").file("a.json", "small").file("b.json", long.clone()).file("manifest.json", "{}");
    let id = fake.gists().seed(seed);
    let github = github(&fake);
    let gist = read(&github, &id);
    assert_eq!(contents(&gist), [("a.json", Some("small")), ("b.json", None), ("manifest.json", None)]);
    for (name, expected) in [("b.json", long.as_str()), ("manifest.json", "{}")] {
        assert_eq!(github.fetch(name, &gist.files[name]).unwrap(), expected);
    }
    let fetched: Vec<_> = fake.log().requests().into_iter().filter(|request| request.host == Host::Raw).collect();
    assert_eq!(fetched.len(), 2);
    assert!(fetched.iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_damaged_file_is_no_file() {
    let fake = Options::new().inline_bytes(1).start();
    let id = fake.gists().seed(Seed::new("my data").file("a", "some content"));
    let github = github(&fake);
    let file = read(&github, &id).files["a"].clone();
    for action in [
        Action::Corrupt(Corruption::BitFlip),
        Action::Corrupt(Corruption::Short),
        Action::Corrupt(Corruption::Empty),
        Action::Answer(Answer::not_found()),
        Action::Answer(Answer::captive_portal()),
        Action::Answer(Answer::html(403, "")),
    ] {
        fake.faults().order(Fault::new(action.clone()).on_raw());
        assert_eq!(short(&github.fetch("a", &file).unwrap_err()), "broken `a`", "{action:?}");
    }
    assert_eq!(github.fetch("a", &file).unwrap(), "some content");
}

#[test]
fn files_beyond_the_list_are_told() {
    let fake = Options::new().most_files(2).start();
    let id = fake.gists().seed(Seed::new("my data").file("a", "1").file("b", "2").file("c", "3"));
    let gist = read(&github(&fake), &id);
    assert!(gist.is_truncated && gist.files.len() == 2);
}

#[test]
fn what_a_token_may_do() {
    let [scopeless, fine] = ["ghp_111111111111111111111111111111111111", "github_pat_2222222222222222222222_3"];
    let fake = Options::new()
        .token(FakeToken::classic(scopeless, DEFAULT_LOGIN, &["repo"]))
        .token(FakeToken::fine_grained(fine, DEFAULT_LOGIN, false))
        .start();
    let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
    let check = |token: &str, scopes: Option<&[&str]>, refused: Option<&str>| {
        let github = with_token(&fake, token);
        let account = github.account().unwrap();
        assert_eq!(account.login, DEFAULT_LOGIN);
        let scopes = scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>());
        assert_eq!(account.scopes, scopes);
        let written = github.patch(&id, &changes(&[("a", Some("2"))]));
        assert_eq!(written.err().as_ref().map(short).as_deref(), refused);
    };
    check(DEFAULT_TOKEN, Some(&["gist"]), None);
    check(scopeless, Some(&["repo"]), Some("NotFound"));
    check(fine, None, Some("not permitted: Resource not accessible by personal access token"));
    fake.revoke(DEFAULT_TOKEN);
    assert_eq!(short(&github(&fake).account().unwrap_err()), "Unauthorized");
}

#[test]
fn a_used_up_limit_says_until_when() {
    let fake = FakeGitHub::start();
    let github = github(&fake);
    assert_eq!(github.rate_limit().unwrap().limit, 5000);
    fake.set_rate_limit(DEFAULT_LOGIN, 0, 2400);
    assert_eq!(short(&github.list().unwrap_err()), "limited for 2400 s");
    let limit = github.rate_limit().unwrap();
    assert_eq!((limit.remaining, limit.reset), (0, UtcMillis(NOW.0 + 2_400_000)));
}

#[test]
fn too_large_a_body_is_told_in_three_ways() {
    for (way, expected) in [
        (TooLarge::Conflict, "Conflict"),
        (TooLarge::PayloadTooLarge, "TooLarge"),
        (TooLarge::Unprocessable, "TooLarge"),
    ] {
        let fake = Options::new().too_large(1000, way).start();
        let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
        let error = github(&fake).patch(&id, &changes(&[("a", Some(&"x".repeat(1000)))])).unwrap_err();
        assert_eq!(short(&error), expected);
    }
}

#[test]
fn redirects_take_no_token_elsewhere() {
    for status in [301, 302, 307, 308] {
        let fake = FakeGitHub::start();
        let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
        let elsewhere = Action::Redirect { status, to: fake.raw_host_url().to_owned() };
        fake.faults().order(Fault::new(elsewhere.clone()).on_read());
        fake.faults().order(Fault::new(elsewhere).on_patch());
        let github = github(&fake);
        // Who knows a Gist's id may read it without a token.
        assert_eq!(read(&github, &id).id, id);
        let stray = fake.log().requests().pop().unwrap();
        assert_eq!((stray.host, stray.header("authorization")), (Host::Raw, None));
        let n_requests = fake.log().len();
        assert_eq!(short(&github.patch(&id, &changes(&[("a", Some("2"))])).unwrap_err()), "unexpected");
        assert_eq!(fake.log().len(), n_requests + 1);
    }
}

#[test]
fn an_enterprise_server_has_a_path_and_its_own_files() {
    let fake = Options::new().path_prefix("/api/v3").raw_on_api_host().inline_bytes(1).start();
    let github = github(&fake);
    let made = github.create("my data", &changes(&[("a", Some("content"))])).unwrap();
    assert_eq!(file_content(&github, &made.id, "a").unwrap().as_deref(), Some("content"));
    let fetched = fake.log().requests().pop().unwrap();
    assert!(fetched.header("authorization").is_some(), "the host of the API may know the token");
}

#[test]
fn the_newer_version_has_no_history_but_revisions() {
    let fake = FakeGitHub::start();
    let id = fake.gists().seed(Seed::new("my data").file("a", "1"));
    fake.gists().edit(&id, "a", "2");
    let options = GitHubOptions { api_version: "2026-03-10".to_owned(), ..options(&fake) };
    let github = GitHub::new(Token::new(DEFAULT_TOKEN).unwrap(), options, Arc::new(|| false)).unwrap();
    let gist = read(&github, &id);
    assert!(gist.revisions.is_empty());
    assert_eq!(github.revisions(&id, 5).unwrap().len(), 2);
    assert_eq!(github.rate_limit().unwrap().limit, 5000);
}
