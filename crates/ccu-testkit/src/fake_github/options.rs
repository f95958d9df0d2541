//! How a fake is set up before it starts.

use std::time::Duration;

use super::accounts::Token;
use super::{FakeGitHub, clock};

/// What a fake is to be like; everything has GitHub's own value by default.
///
/// What is not known of GitHub is an option: [`Options::too_large`], [`Options::same_content`],
/// [`Options::refuse_bare_deletions`].
#[derive(Debug, Clone)]
#[must_use = "a fake is started with `start()`"]
pub struct Options {
    pub(super) port: u16,
    pub(super) tokens: Vec<Token>,
    pub(super) now: i64,
    pub(super) clock_runs: bool,
    pub(super) rate_limit: u64,
    pub(super) most_request_bytes: usize,
    pub(super) too_large: TooLarge,
    pub(super) same_content: SameContent,
    pub(super) refuses_bare_deletions: bool,
    pub(super) inline_bytes: usize,
    pub(super) most_files: usize,
    pub(super) most_raw_bytes: usize,
    pub(super) history: usize,
    pub(super) write_takes: Duration,
    pub(super) path_prefix: String,
    pub(super) advertised_url: Option<String>,
    pub(super) has_raw_host: bool,
}

/// How a request that is too large is refused; GitHub was seen doing each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooLarge {
    /// 409, as two writes at once are.
    Conflict,
    /// 413.
    PayloadTooLarge,
    /// 422 `too_large`.
    Unprocessable,
}

/// What a PATCH that changes nothing leads to; one project reports the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameContent {
    /// 200, and no new revision.
    NoCommit,
    /// 409.
    Conflict,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            tokens: vec![Token::classic(super::DEFAULT_TOKEN, super::DEFAULT_LOGIN, &["gist"])],
            now: clock::NOON,
            clock_runs: false,
            rate_limit: 5_000,
            most_request_bytes: 8 << 20,
            too_large: TooLarge::Conflict,
            same_content: SameContent::NoCommit,
            refuses_bare_deletions: false,
            inline_bytes: 1_000_000,
            most_files: 300,
            most_raw_bytes: 10 << 20,
            history: 30,
            write_takes: Duration::ZERO,
            path_prefix: String::new(),
            advertised_url: None,
            has_raw_host: true,
        }
    }
}

impl Options {
    /// A GitHub with one user, `octocat`, whose token is [`super::DEFAULT_TOKEN`].
    pub fn new() -> Options {
        Options::default()
    }

    /// Starts it.
    ///
    /// # Panics
    /// When no port can be had.
    pub fn start(self) -> FakeGitHub {
        FakeGitHub::with(self)
    }

    /// Listens on this port of 127.0.0.1 instead of a free one.
    pub fn port(mut self, port: u16) -> Options {
        self.port = port;
        self
    }

    /// Knows one more token, and with it a user.
    pub fn token(mut self, token: Token) -> Options {
        self.tokens.push(token);
        self
    }

    /// Forgets the default user's token.
    pub fn without_default_token(mut self) -> Options {
        self.tokens.retain(|token| token.text != super::DEFAULT_TOKEN);
        self
    }

    /// Sets the clock, which stands until [`FakeGitHub::advance`]; seconds after 1970.
    pub fn now(mut self, seconds: i64) -> Options {
        self.now = seconds;
        self
    }

    /// Lets the clock run from these seconds after 1970.
    pub fn running_from(mut self, seconds: i64) -> Options {
        self.now = seconds;
        self.clock_runs = true;
        self
    }

    /// Allows so many requests an hour and user.
    pub fn rate_limit(mut self, limit: u64) -> Options {
        self.rate_limit = limit;
        self
    }

    /// Refuses bodies above so many bytes, in this way; the default is 8 MiB and 409.
    pub fn too_large(mut self, most_bytes: usize, answer: TooLarge) -> Options {
        self.most_request_bytes = most_bytes;
        self.too_large = answer;
        self
    }

    /// Says what a PATCH that changes nothing leads to.
    pub fn same_content(mut self, outcome: SameContent) -> Options {
        self.same_content = outcome;
        self
    }

    /// Refuses a PATCH that only deletes files with 422, which one project reports.
    pub fn refuse_bare_deletions(mut self) -> Options {
        self.refuses_bare_deletions = true;
        self
    }

    /// Cuts the content of files above so many bytes (default: 1 MB), and all files behind the first such one.
    pub fn inline_bytes(mut self, most: usize) -> Options {
        self.inline_bytes = most;
        self
    }

    /// Lists so many files of a Gist at most (default: 300).
    pub fn most_files(mut self, most: usize) -> Options {
        self.most_files = most;
        self
    }

    /// Lets every write take so long, in which a second one of the same Gist is answered 409.
    pub fn write_takes(mut self, duration: Duration) -> Options {
        self.write_takes = duration;
        self
    }

    /// Puts the API below a path (`/api/v3`, as GitHub Enterprise does).
    pub fn path_prefix(mut self, prefix: &str) -> Options {
        prefix.clone_into(&mut self.path_prefix);
        self
    }

    /// Writes this address into answers as its own: that of a proxy in front of it.
    pub fn advertised_url(mut self, url: &str) -> Options {
        self.advertised_url = Some(url.trim_end_matches('/').to_owned());
        self
    }

    /// Serves raw files from the API's own host and port, as GitHub Enterprise does.
    pub fn raw_on_api_host(mut self) -> Options {
        self.has_raw_host = false;
        self
    }
}
