//! The fake as a whole: what its threads share, how it starts and how it ends.

#![expect(clippy::expect_used, clippy::panic, reason = "a test bench that cannot do its work fails the test")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::accounts::{Accounts, Token};
use super::clock::Clock;
use super::describe::Links;
use super::gists::Gists;
use super::log::{Host, Log};
use super::options::Options;
use super::place::RAW_PREFIX;
use super::plan::Faults;
use super::server::{Server, bind};
use super::stop::Stop;

/// What all threads of a fake share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) links: Links,
    pub(super) clock: Arc<Clock>,
    pub(super) accounts: Accounts,
    pub(super) gists: Gists,
    pub(super) faults: Faults,
    pub(super) log: Log,
    pub(super) stop: Stop,
    violations: Mutex<Vec<String>>,
    n_answers: AtomicU64,
}

impl Shared {
    /// Notes a violation.
    pub(super) fn violate(&self, violation: String) {
        self.lock().push(violation);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request id in GitHub's form, different for each answer.
    pub(super) fn request_id(&self) -> String {
        format!("FA4E:0A81:{:06X}:12DE8B9:5D64FC98", self.n_answers.fetch_add(1, Ordering::Relaxed))
    }
}

/// A running fake. It ends when it is dropped.
///
/// # Panics
/// When it is dropped with violations that nobody took, unless the test fails anyway.
#[derive(Debug)]
pub struct FakeGitHub {
    shared: Arc<Shared>,
    url: String,
    raw_host_url: String,
    servers: Vec<Server>,
}

impl FakeGitHub {
    /// Starts one with [`Options::new`].
    pub fn start() -> FakeGitHub {
        Options::new().start()
    }

    /// Starts one.
    pub(super) fn with(options: Options) -> FakeGitHub {
        let listeners = [options.port, 0].map(|port| bind(port).expect("a port of 127.0.0.1 can be had"));
        let [host_url, raw_host_url] = listeners.each_ref().map(|listener| {
            let address = listener.local_addr().expect("a listener has an address");
            format!("http://{address}")
        });
        let url = format!("{host_url}{}", options.path_prefix);
        let api = options.advertised_url.clone().unwrap_or_else(|| url.clone());
        let raw = format!("{}{RAW_PREFIX}", if options.has_raw_host { &raw_host_url } else { &host_url });
        let clock = Arc::new(Clock::new(options.now, options.clock_runs));
        let shared = Arc::new(Shared {
            links: Links { api, raw },
            accounts: Accounts::new(options.tokens.clone(), options.rate_limit, clock.clone()),
            gists: Gists::new(clock.clone()),
            faults: Faults::default(),
            log: Log::new(),
            stop: Stop::default(),
            violations: Mutex::default(),
            n_answers: AtomicU64::new(1),
            options,
            clock,
        });
        let hosts = listeners.into_iter().zip([Host::Api, Host::Raw]);
        let start = |(listener, host)| Server::start(listener, host, shared.clone()).expect("a thread can be started");
        let servers = hosts.map(start).collect();
        FakeGitHub { shared, url, raw_host_url, servers }
    }

    /// The address of the API: what a client takes for `https://api.github.com`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the other listener. Raw files are there; the API is as well, for redirects, but a token that comes
    /// here is a violation.
    pub fn raw_host_url(&self) -> &str {
        &self.raw_host_url
    }

    /// The Gists, to look at and to change by hand.
    pub fn gists(&self) -> &Gists {
        &self.shared.gists
    }

    /// The faults on order.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The requests that came.
    pub fn log(&self) -> &Log {
        &self.shared.log
    }

    /// Adds a token, or replaces what one may do.
    pub fn add_token(&self, token: Token) {
        self.shared.accounts.add(token);
    }

    /// Revokes a token: it is answered 401 from now on.
    pub fn revoke(&self, token: &str) {
        self.shared.accounts.revoke(token);
    }

    /// Leaves a user so many requests until so many seconds from now.
    pub fn set_rate_limit(&self, login: &str, remaining: u64, seconds: i64) {
        self.shared.accounts.set_remaining(login, remaining, seconds);
    }

    /// Moves the clock; backwards with negative seconds.
    pub fn advance(&self, seconds: i64) {
        self.shared.clock.advance(seconds);
    }

    /// The time by the fake's clock, seconds after 1970.
    pub fn now(&self) -> i64 {
        self.shared.clock.now()
    }

    /// What was wrong with requests and answers until now.
    pub fn violations(&self) -> Vec<String> {
        self.shared.lock().clone()
    }

    /// What was wrong until now, which is forgiven with this.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.lock())
    }
}

impl Drop for FakeGitHub {
    fn drop(&mut self) {
        self.shared.stop.set();
        let ends: Vec<bool> = self.servers.iter_mut().map(Server::stop).collect();
        let violations = self.violations();
        if std::thread::panicking() {
            return;
        }
        assert_eq!(ends, [true, true], "a thread of the fake GitHub panicked");
        if !violations.is_empty() {
            panic!("the fake GitHub saw violations:\n{}", violations.join("\n"));
        }
    }
}
