//! A stand-in for GitHub's Gist API over real HTTP on loopback: it keeps Gists with their histories, refuses what
//! GitHub refuses, and fails on order.
//!
//! ```
//! use ccu_testkit::fake_github::{Answer, FakeGitHub, Fault, Seed};
//!
//! let github = FakeGitHub::start();
//! let id = github.gists().seed(Seed::new("my data").file("manifest.json", "{}"));
//! github.faults().order(Fault::answer(Answer::conflict()).on_patch());
//! // ... point a client at `github.url()` with `fake_github::DEFAULT_TOKEN` ...
//! assert_eq!(github.gists().file(&id, "manifest.json").as_deref(), Some("{}"));
//! assert!(github.log().is_empty());
//! ```
//!
//! Every request body and every answer of its own is held against GitHub's OpenAPI description ([`crate::openapi`]).
//! What differs, and what no client should do (a token sent to another host, a write with a condition, no
//! `User-Agent`), is a violation; unless a test takes the violations, they fail it when the fake ends.
//!
//! **Source** of the behaviour: GitHub's REST documentation and description (`@octokit/openapi` 23.0.2), recorded answers,
//! and reports of other projects; what these leave open is an option ([`Options`]).

mod accounts;
mod answer;
mod api;
mod asked;
mod blob;
mod changes;
mod clock;
mod describe;
mod exchange;
mod fake;
mod fault;
mod gists;
mod http;
mod log;
mod meeting;
mod options;
mod page;
mod place;
mod plan;
mod raw;
mod revision;
mod routes;
mod seed;
mod server;
mod stop;
mod stored;

pub use accounts::{Rights, Token};
pub use answer::Answer;
pub use fake::FakeGitHub;
pub use fault::{Action, Corruption, Fault, Hook};
pub use gists::Gists;
pub use log::{Host, Log, Recorded};
pub use meeting::Meeting;
pub use options::{Options, SameContent, TooLarge};
pub use place::Place;
pub use plan::Faults;
pub use revision::Revision;
pub use seed::Seed;

/// The user whom every fake knows.
pub const DEFAULT_LOGIN: &str = "octocat";
/// The user's classic token, with the scope `gist`. It looks like one of GitHub's and is none.
pub const DEFAULT_TOKEN: &str = "ghp_000000000000000000000000000000000000";
