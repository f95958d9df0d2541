//! Users, their tokens, and what is left of their rate limits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::Clock;

/// Requests an hour without a token.
const ANONYMOUS_LIMIT: u64 = 60;
/// Seconds until a limit is whole again.
const HOUR: i64 = 3_600;

/// A token, whose it is and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What the `Authorization` header holds.
    pub text: String,
    /// The user.
    pub login: String,
    /// What it may do.
    pub rights: Rights,
}

/// What a token may do, in the way of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// A classic token with these scopes; writing Gists takes `gist`.
    Classic(Vec<String>),
    /// A fine-grained token, which may write Gists or not.
    FineGrained {
        /// Whether it has the account permission `Gists: write`.
        may_write_gists: bool,
    },
}

impl Token {
    /// A classic token with these scopes.
    pub fn classic(text: &str, login: &str, scopes: &[&str]) -> Token {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Token { text: text.to_owned(), login: login.to_owned(), rights: Rights::Classic(scopes) }
    }

    /// A fine-grained token.
    pub fn fine_grained(text: &str, login: &str, may_write_gists: bool) -> Token {
        Token { text: text.to_owned(), login: login.to_owned(), rights: Rights::FineGrained { may_write_gists } }
    }

    /// Whether it may write Gists and list secret ones.
    pub fn may_write_gists(&self) -> bool {
        match &self.rights {
            Rights::Classic(scopes) => scopes.iter().any(|scope| scope == "gist"),
            Rights::FineGrained { may_write_gists } => *may_write_gists,
        }
    }
}

/// The state of a rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) limit: u64,
    pub(super) used: u64,
    /// Seconds after 1970.
    pub(super) reset: i64,
}

impl Limit {
    pub(super) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// All users.
#[derive(Debug)]
pub(super) struct Accounts {
    state: Mutex<State>,
    clock: Arc<Clock>,
    limit: u64,
}

#[derive(Debug, Default)]
struct State {
    tokens: Vec<Token>,
    /// By login; the empty one is who has no token.
    limits: HashMap<String, Limit>,
}

impl Accounts {
    pub(super) fn new(tokens: Vec<Token>, limit: u64, clock: Arc<Clock>) -> Accounts {
        Accounts { state: Mutex::new(State { tokens, limits: HashMap::new() }), clock, limit }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, token: Token) {
        let mut state = self.lock();
        state.tokens.retain(|known| known.text != token.text);
        state.tokens.push(token);
    }

    pub(super) fn revoke(&self, text: &str) {
        self.lock().tokens.retain(|token| token.text != text);
    }

    pub(super) fn token(&self, text: &str) -> Option<Token> {
        self.lock().tokens.iter().find(|token| token.text == text).cloned()
    }

    /// A number that is always the same for a login.
    pub(super) fn user_id(login: &str) -> u64 {
        login.bytes().fold(583_231, |sum, byte| (sum * 31 + u64::from(byte)) % 100_000_000)
    }

    /// The limit of a user (empty: of who has no token) as it is now.
    pub(super) fn limit(&self, login: &str) -> Limit {
        *self.current(&mut self.lock(), login)
    }

    /// Takes one request off.
    pub(super) fn charge(&self, login: &str) {
        self.current(&mut self.lock(), login).used += 1;
    }

    /// Leaves so many requests until so many seconds from now.
    pub(super) fn set_remaining(&self, login: &str, remaining: u64, seconds: i64) {
        let mut state = self.lock();
        let limit = self.current(&mut state, login);
        limit.used = limit.limit.saturating_sub(remaining);
        limit.reset = self.clock.now() + seconds;
    }

    fn current<'a>(&self, state: &'a mut State, login: &str) -> &'a mut Limit {
        let now = self.clock.now();
        let most = if login.is_empty() { ANONYMOUS_LIMIT } else { self.limit };
        let whole = Limit { limit: most, used: 0, reset: now + HOUR };
        let limit = state.limits.entry(login.to_owned()).or_insert(whole);
        if limit.reset <= now {
            *limit = whole;
        }
        limit
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::NOON;
    use super::*;

    #[test]
    fn a_limit_is_used_up_and_comes_back() {
        let clock = Arc::new(Clock::new(NOON, false));
        let accounts = Accounts::new(Vec::new(), 2, clock.clone());
        let remaining = |login| accounts.limit(login).remaining();
        (0..2).for_each(|_| accounts.charge("a"));
        assert_eq!(accounts.limit("a"), Limit { limit: 2, used: 2, reset: NOON + HOUR });
        assert_eq!((remaining("a"), remaining("b")), (0, 2), "limits are per user");
        clock.advance(HOUR);
        assert_eq!((remaining("a"), remaining("")), (2, ANONYMOUS_LIMIT));
        accounts.set_remaining("a", 0, 2_400);
        assert_eq!((remaining("a"), accounts.limit("a").reset), (0, NOON + HOUR + 2_400));
    }
}
