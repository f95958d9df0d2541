//! The client against servers that answer as GitHub does, and as it never should.

mod answers;
mod broken;
mod redirects;
mod server;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ccu_core::time::UtcMillis;
use serde_json::{Value, json};

use super::{GitHub, GitHubOptions, ProxySettings};
use crate::auth::token::Token;
use crate::config::ApiUrl;
use crate::gist::{BlobId, Changes, RemoteError, RemoteFile};
use crate::hidden::Hidden;

const NOW: UtcMillis = UtcMillis(1_800_000_000_000);
const TOKEN: &str = "ghp_sesame";
const ID: &str = "0123456789abcdef0123456789abcdef";

fn options(api_url: &str) -> GitHubOptions {
    let mut options = GitHubOptions::new(|| NOW);
    options.api_url = ApiUrl::parse(api_url).unwrap();
    // Long enough for a busy computer, short enough for one who waits for a failed test.
    options.deadline = Duration::from_secs(20);
    options
}

fn github(api_url: &str) -> GitHub {
    client(options(api_url))
}

fn client(options: GitHubOptions) -> GitHub {
    GitHub::new(Token::new(TOKEN).unwrap(), options, Arc::new(|| false)).unwrap()
}

/// A file as GitHub describes it, its content inline.
fn file(host: &str, content: &str) -> Value {
    let blob = BlobId::of(content.as_bytes());
    json!({
        "filename": "a.json",
        "type": "application/json",
        "language": null,
        "raw_url": format!("{host}/me/{ID}/raw/{blob}/a.json"),
        "size": content.len(),
        "truncated": false,
        "content": content,
        "encoding": "utf-8",
    })
}

/// A Gist as API version 2026-03-10 describes it: without `history`, `forks` and `user`.
fn gist(files: &[(&str, Value)]) -> Value {
    json!({
        "id": ID,
        "description": null,
        "html_url": format!("https://gist.github.com/{ID}"),
        "owner": { "login": "me", "id": 1 },
        "public": false,
        "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-02-03T04:05:06Z",
        "files": files.iter().cloned().map(|(name, file)| (name.to_owned(), file)).collect::<BTreeMap<_, _>>(),
        "truncated": false,
        "comments": 0,
    })
}

fn changes(pairs: &[(&str, Option<&str>)]) -> Changes {
    pairs.iter().map(|(name, content)| ((*name).to_owned(), content.map(str::to_owned))).collect()
}

fn remote_file(host: &str, content: &str) -> RemoteFile {
    let blob = BlobId::of(content.as_bytes());
    let raw_url = format!("{host}/me/{ID}/raw/{blob}/a.json");
    RemoteFile { blob, size: content.len() as u64, raw_url, content: None }
}

/// An error in short, without ports. Holds no token.
fn short(error: &RemoteError) -> String {
    for shown in [format!("{error:?}"), error.to_string()] {
        assert!(!shown.contains(TOKEN), "{shown}");
    }
    let text = match error {
        RemoteError::Unreachable { source, .. } => format!("unreachable: {source}"),
        RemoteError::Unanswered { reason, .. } => format!("unanswered: {reason}"),
        RemoteError::Unexpected { reason, .. } => format!("unexpected: {reason}"),
        RemoteError::BrokenFile { name, reason } => format!("broken `{name}`: {reason}"),
        RemoteError::Limited { until } => format!("limited for {} ms", until.0 - NOW.0),
        RemoteError::NotPermitted { message } => format!("not permitted: {message}"),
        RemoteError::Refused { message } => format!("refused: {message}"),
        RemoteError::Unauthorized
        | RemoteError::NotFound
        | RemoteError::Conflict
        | RemoteError::TooLarge
        | RemoteError::Interrupted => format!("{error:?}"),
    };
    text.split_inclusive(' ').map(|word| if word.starts_with("127.0.0.1:") { "HOST " } else { word }).collect()
}

#[test]
fn nothing_shows_the_token() {
    let proxy = ProxySettings { https_proxy: Some(Hidden::new("http://me:sesame@h")), ..ProxySettings::default() };
    let client = client(GitHubOptions { proxy, ..GitHubOptions::new(|| NOW) });
    for shown in [format!("{client:?}"), format!("{client:#?}")] {
        assert!(!shown.contains("sesame"), "{shown}");
    }
}

#[test]
fn settings_that_cannot_be_sent_are_refused() {
    let check = |change: fn(&mut GitHubOptions), expected: &str| {
        let mut options = options("http://127.0.0.1:1");
        change(&mut options);
        let error = GitHub::new(Token::new(TOKEN).unwrap(), options, Arc::new(|| false)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        |options| options.api_version = "2022\r\nX: y".to_owned(),
        "`2022\r\nX: y` cannot be the value of the header `X-GitHub-Api-Version`",
    );
    check(|options| options.user_agent = " ".to_owned(), "` ` cannot be the value of the header `User-Agent`");
    check(
        |options| options.proxy.all_proxy = Some(Hidden::new("http://a b")),
        "the value of `ALL_PROXY` is not the URL of a proxy",
    );
}
