//! GitHub over HTTP: what [`Remote`] asks, as requests of the Gist API, and what their answers mean.
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::UNIX_EPOCH;
//!
//! use ccu_core::time::UtcMillis;
//! use ccu_engine::auth::token::Token;
//! use ccu_engine::gist::github::{GitHub, GitHubOptions};
//! use ccu_engine::gist::{Remote, file_content};
//!
//! fn now() -> UtcMillis {
//!     UtcMillis(UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as i64))
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let token = Token::new("ghp_...")?;
//! let github = GitHub::new(token, GitHubOptions::new(now), Arc::new(|| false))?;
//! for gist in github.list()? {
//!     println!("{} {}", gist.id, gist.description);
//! }
//! let manifest = file_content(&github, "0123456789abcdef0123456789abcdef", "manifest.json")?;
//! println!("{}", manifest.as_deref().unwrap_or("no such file"));
//! # Ok(())
//! # }
//! ```

mod address;
mod certificates;
mod connection;
mod conversation;
mod failure;
mod options;
mod proxy;
mod schema;
mod verdict;

use std::fmt;

use serde::de::DeserializeOwned;
use ureq::http::header::{ETAG, LINK};
use ureq::http::{HeaderName, Method, StatusCode};

pub use connection::Interrupt;
pub use failure::ConnectionFailure;
pub use options::{GitHubOptions, GitHubSetupError, ProxySettings};
pub(crate) use verdict::LONGEST_WAIT_MS;

use self::address::Address;
use self::conversation::{Answered, Conversation, Question, unexpected};
use self::schema::{AccountAnswer, GistAnswer, RateLimitAnswer, RevisionAnswer};
use super::error::RemoteError;
use super::remote::{Account, BlobId, Changes, Gist, RateLimit, Reading, Remote, RemoteFile, Traffic};
use crate::auth::token::Token;

/// Entries of a page; the most that GitHub gives.
const PAGE: usize = 100;
/// Pages that are read of one list: more Gists than GitHub lists.
const MOST_PAGES: usize = 100;
/// The most bytes that an answer may have: 300 files with 1 MB inline is more than ccu ever writes to a Gist.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// The header that names a classic token's scopes.
const SCOPES: HeaderName = HeaderName::from_static("x-oauth-scopes");

/// GitHub, for one token. Requests take turns; none is tried twice.
///
/// Ctrl-C ([`Interrupt`]) and the deadline are looked at every 50 ms, whatever a request waits for, and close its socket.
pub struct GitHub {
    token: Token,
    options: GitHubOptions,
    conversation: Conversation,
}

impl GitHub {
    /// Gets ready; sends nothing.
    ///
    /// **Errors**: [`GitHubSetupError`] where a setting cannot be used.
    pub fn new(token: Token, options: GitHubOptions, is_interrupted: Interrupt) -> Result<GitHub, GitHubSetupError> {
        let conversation = Conversation::new(&token, &options, is_interrupted)?;
        Ok(GitHub { token, options, conversation })
    }

    /// Asks the API for any path, such as `/user`, and gives its answer as it came: for scripts. Nothing is changed by it, and no
    /// other host is asked.
    ///
    /// **Errors**: [`RemoteError::NotFound`] for what can be no path, and what GitHub says.
    pub fn get_text(&self, path: &str) -> Result<String, RemoteError> {
        let path = path.trim_start_matches('/');
        let is_path = !path.is_empty()
            && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>^`{|}".contains(&byte))
            && !path.split(['/', '?']).any(|part| part == "..")
            && !path.contains("://");
        if !is_path {
            return Err(RemoteError::NotFound);
        }
        let answered = self.get(&format!("/{path}"))?;
        Ok(String::from_utf8_lossy(&answered.answer.body).into_owned())
    }

    fn get(&self, path: &str) -> Result<Answered, RemoteError> {
        self.get_address(self.conversation.home().join(path), None)
    }

    fn get_address(&self, address: Address, etag: Option<&str>) -> Result<Answered, RemoteError> {
        let (method, etag) = (Method::GET, etag.map(str::to_owned));
        let question = Question { method, address, is_for_api: true, etag, body: None, most_bytes: MOST_BYTES };
        let answered = self.conversation.ask(question)?;
        let is_unchanged = answered.answer.status == StatusCode::NOT_MODIFIED;
        if is_unchanged { Ok(answered) } else { self.successful(answered, StatusCode::OK) }
    }

    fn write(
        &self,
        method: Method,
        path: &str,
        body: Result<Vec<u8>, serde_json::Error>,
    ) -> Result<Answered, RemoteError> {
        let body = Some(body.map_err(|error| RemoteError::Refused { message: error.to_string() })?);
        let expected = if method == Method::POST { StatusCode::CREATED } else { StatusCode::OK };
        let address = self.conversation.home().join(path);
        let question = Question { method, address, is_for_api: true, etag: None, body, most_bytes: MOST_BYTES };
        self.successful(self.conversation.ask(question)?, expected)
    }

    fn successful(&self, answered: Answered, expected: StatusCode) -> Result<Answered, RemoteError> {
        if answered.answer.status == expected {
            return Ok(answered);
        }
        Err(self.verdict(&answered))
    }

    /// What an answer without success means. Should it repeat the token, that is not passed on.
    fn verdict(&self, answered: &Answered) -> RemoteError {
        let verdict = verdict::verdict(&answered.answer, &answered.host, (self.options.now)());
        let hide = |text: String| text.replace(self.token.expose(), &self.token.to_string());
        match verdict {
            RemoteError::NotPermitted { message } => RemoteError::NotPermitted { message: hide(message) },
            RemoteError::Refused { message } => RemoteError::Refused { message: hide(message) },
            RemoteError::Unanswered { host, reason } => RemoteError::Unanswered { host, reason: hide(reason) },
            RemoteError::Unexpected { host, reason } => RemoteError::Unexpected { host, reason: hide(reason) },
            other => other,
        }
    }

    /// Reads the entries of a list, page by page, until there are `n` or no more.
    fn pages<T: DeserializeOwned>(&self, path: &str, n: usize) -> Result<Vec<T>, RemoteError> {
        let mut address = self.conversation.home().join(path);
        let mut entries = Vec::new();
        for _ in 0..MOST_PAGES {
            let answered = self.get_address(address.clone(), None)?;
            entries.append(&mut json::<Vec<T>>(&answered)?);
            let link = answered.answer.headers.get(LINK).and_then(|link| link.to_str().ok()).and_then(next_page);
            let Some(link) = link.filter(|_| entries.len() < n) else {
                entries.truncate(n);
                return Ok(entries);
            };
            let page = address.resolve(link).filter(|page| page.is_same_origin(&address));
            address = page.ok_or_else(|| unexpected(&answered.host, "a next page on another host".to_owned()))?;
        }
        Err(unexpected(&address.authority(), format!("more than {MOST_PAGES} pages")))
    }
}

impl Remote for GitHub {
    fn account(&self) -> Result<Account, RemoteError> {
        let answered = self.get("/user")?;
        let login = json::<AccountAnswer>(&answered)?.login;
        let listed = answered.answer.headers.get(SCOPES).and_then(|scopes| scopes.to_str().ok());
        let names =
            |list: &str| list.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        Ok(Account { login, scopes: listed.map(names) })
    }

    fn rate_limit(&self) -> Result<RateLimit, RemoteError> {
        Ok(json::<RateLimitAnswer>(&self.get("/rate_limit")?)?.into_rate_limit())
    }

    fn list(&self) -> Result<Vec<Gist>, RemoteError> {
        let answers = self.pages::<GistAnswer>(&format!("/gists?per_page={PAGE}"), usize::MAX)?;
        Ok(answers.into_iter().map(GistAnswer::into_listed).collect())
    }

    fn create(&self, description: &str, changes: &Changes) -> Result<Gist, RemoteError> {
        gist(self.write(Method::POST, "/gists", schema::create_body(description, changes))?)
    }

    fn read(&self, id: &str, etag: Option<&str>) -> Result<Reading, RemoteError> {
        let address = self.conversation.home().join(&format!("/gists/{}", checked(id)?));
        let answered = self.get_address(address, etag)?;
        if answered.answer.status == StatusCode::NOT_MODIFIED {
            return match etag {
                Some(_) => Ok(Reading::NotModified),
                None => Err(self.verdict(&answered)),
            };
        }
        Ok(Reading::Gist(Box::new(gist(answered)?)))
    }

    fn patch(&self, id: &str, changes: &Changes) -> Result<Gist, RemoteError> {
        gist(self.write(Method::PATCH, &format!("/gists/{}", checked(id)?), schema::patch_body(changes))?)
    }

    fn revisions(&self, id: &str, n: usize) -> Result<Vec<String>, RemoteError> {
        let path = format!("/gists/{}/commits?per_page={}", checked(id)?, n.clamp(1, PAGE));
        let answers = self.pages::<RevisionAnswer>(&path, n)?;
        let host = self.conversation.home().authority();
        schema::revisions(answers).ok_or_else(|| unexpected(&host, "a revision without an id".to_owned()))
    }

    fn read_revision(&self, id: &str, revision: &str) -> Result<Gist, RemoteError> {
        gist(self.get(&format!("/gists/{}/{}", checked(id)?, checked(revision)?))?)
    }

    fn fetch(&self, name: &str, file: &RemoteFile) -> Result<String, RemoteError> {
        let broken = |reason: String| RemoteError::BrokenFile { name: name.to_owned(), reason };
        let address = self.conversation.home().resolve(&file.raw_url);
        let address = address.ok_or_else(|| broken("its address is none that may be asked".to_owned()))?;
        if file.size > MOST_BYTES {
            return Err(broken(format!("{} bytes are more than a file of ccu has", file.size)));
        }
        let (method, most_bytes) = (Method::GET, MOST_BYTES);
        let question = Question { method, address, is_for_api: false, etag: None, body: None, most_bytes };
        let answered = self.conversation.ask(question)?;
        if answered.answer.status != StatusCode::OK {
            return Err(match self.verdict(&answered) {
                error @ (RemoteError::Limited { .. } | RemoteError::Unanswered { .. }) => error,
                _ => broken(format!("{} answers {}", answered.host, verdict::describe(&answered.answer))),
            });
        }
        let body = answered.answer.body;
        if body.len() as u64 != file.size {
            return Err(broken(format!("{} bytes instead of {}", body.len(), file.size)));
        }
        if BlobId::of(&body) != file.blob {
            return Err(broken("other content than its id stands for".to_owned()));
        }
        String::from_utf8(body).map_err(|_| broken("no UTF-8".to_owned()))
    }

    fn traffic(&self) -> Traffic {
        self.conversation.traffic()
    }
}

/// Shows neither the token nor what a proxy's URL holds.
impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub").field("token", &self.token).field("options", &self.options).finish_non_exhaustive()
    }
}

/// The id of a Gist or of a revision, where it can be one: anything else would ask for another thing.
fn checked(id: &str) -> Result<&str, RemoteError> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { Ok(id) } else { Err(RemoteError::NotFound) }
}

fn gist(answered: Answered) -> Result<Gist, RemoteError> {
    let etag = answered.answer.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let odd = |name: String| unexpected(&answered.host, format!("a file without an id in its address: `{name}`"));
    json::<GistAnswer>(&answered)?.into_gist(etag).map_err(odd)
}

/// Reads JSON of a known shape. JSON that ends too early was cut off on its way; what was asked may have been done.
fn json<T: DeserializeOwned>(answered: &Answered) -> Result<T, RemoteError> {
    let Answered { answer, host } = answered;
    serde_json::from_slice(&answer.body).map_err(|error| {
        let reason = verdict::describe(answer);
        if error.is_eof() && answer.body.iter().any(|byte| !byte.is_ascii_whitespace()) {
            return RemoteError::Unanswered {
                host: host.clone(),
                reason: format!("the answer was cut off ({reason})"),
            };
        }
        unexpected(
            host,
            format!("{reason}: not the JSON that belongs there, line {} column {}", error.line(), error.column()),
        )
    })
}

/// The address with `rel="next"` in a `Link` header.
///
/// **Source**: <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>, seen 2026-11-22.
fn next_page(link: &str) -> Option<&str> {
    link.split('<').skip(1).find_map(|entry| {
        let (url, parameters) = entry.split_once('>')?;
        let mut parameters = parameters.split([';', ',']).map(str::trim);
        parameters.any(|parameter| matches!(parameter, "rel=\"next\"" | "rel=next")).then_some(url)
    })
}

#[cfg(test)]
mod tests;
