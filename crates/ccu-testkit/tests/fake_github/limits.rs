//! Rate limits.

use ccu_testkit::fake_github::{Answer, FakeGitHub, Fault, Options, Seed, Token};
use serde_json::json;

use crate::wire::{Client, Got};

fn limit(got: &Got) -> [&str; 4] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset"].map(|name| got.header(name))
}

#[test]
fn the_primary_limit_is_per_user_and_comes_back() {
    let github = Options::new()
        .rate_limit(3)
        .token(Token::fine_grained("second", "octocat", true))
        .token(Token::classic("other", "hubot", &["gist"]))
        .start();
    let client = Client::of(&github);
    let id = github.gists().seed(Seed::new("d").file("a", "1"));
    let gist = format!("/gists/{id}");
    let reset = (github.now() + 3_600).to_string();
    assert_eq!(limit(&client.get(&gist)), ["3", "2", "1", &reset]);
    assert_eq!(limit(&client.clone().token("second").get(&gist)), ["3", "1", "2", &reset]);
    assert_eq!(limit(&client.get("/gists/absent")), ["3", "0", "3", &reset], "404 counts");
    let refused = client.patch(&id, &json!({ "files": { "a": { "content": "2" } } }));
    assert_eq!((refused.status, refused.header("retry-after")), (403, ""));
    assert_eq!(limit(&refused), ["3", "0", "3", &reset]);
    assert!(refused.text().contains("API rate limit exceeded for user ID"), "{}", refused.text());
    assert_eq!(github.gists().n_commits(&id), 1, "what is refused is not carried out");
    assert_eq!(client.clone().token("other").get(&gist).status, 200);
    assert_eq!(limit(&Client::anonymous(github.url()).get(&gist))[..2], ["60", "59"]);

    let asked = client.get("/rate_limit");
    assert_eq!(asked.json()["resources"]["core"]["remaining"], 0);
    assert_eq!(asked.json()["resources"]["core"]["reset"].to_string(), reset);
    github.advance(3_600);
    assert_eq!(client.get(&gist).status, 200);
    github.set_rate_limit("octocat", 0, 2_400);
    assert_eq!(limit(&client.get(&gist))[3], (github.now() + 2_400).to_string());
}

#[test]
fn the_secondary_limit_is_an_answer_on_order() {
    let github = FakeGitHub::start();
    for (status, retry_after) in [(403, Some(3)), (429, Some(60)), (403, None)] {
        github.faults().order(Fault::answer(Answer::secondary_limit(status, retry_after)));
        let got = Client::of(&github).get("/user");
        let expected = retry_after.map(|seconds| seconds.to_string()).unwrap_or_default();
        assert_eq!((got.status, got.header("retry-after")), (status, expected.as_str()));
        assert!(got.text().contains("secondary rate limit"), "{}", got.text());
        assert_eq!(got.header("x-ratelimit-remaining"), "5000", "the primary limit is untouched");
        assert_ne!(got.header("x-github-request-id"), "");
    }
    assert_eq!(Client::of(&github).get("/user").status, 200);
}
