//! A question to GitHub and its answer: headers, redirects, and who learns the token.
//!
//! The token goes to the host of the API and nowhere else; content goes nowhere that it was not meant for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, LOCATION, USER_AGENT};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::super::error::RemoteError;
use super::super::remote::Traffic;
use super::address::Address;
use super::connection::{Answer, Connection, Request, Way};
use super::failure::Failure;
use super::options::{GitHubOptions, GitHubSetupError};
use super::verdict::describe;
use super::{Interrupt, certificates, proxy};
use crate::auth::token::Token;

/// Redirects that are followed for one question.
const MOST_REDIRECTS: usize = 5;
/// The media type of the API's JSON.
const JSON: &str = "application/vnd.github+json";
/// The header that names the API's version.
const API_VERSION: &str = "x-github-api-version";

/// What is asked.
pub(super) struct Question {
    pub method: Method,
    pub address: Address,
    /// Whether JSON of the API is expected, not the content of a file.
    pub is_for_api: bool,
    /// Makes a reading question conditional.
    pub etag: Option<String>,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// The most bytes that the answer may have.
    pub most_bytes: u64,
}

/// An answer, and who gave it.
pub(super) struct Answered {
    pub answer: Answer,
    /// The host that answered, after redirects.
    pub host: String,
}

/// The way to GitHub, open for questions.
pub(super) struct Conversation {
    connection: Connection,
    /// The API, whose host may learn the token.
    home: Address,
    headers: HeaderMap,
    authorization: HeaderValue,
    requests: AtomicU64,
    bytes_sent: AtomicU64,
    bytes_received: AtomicU64,
}

impl Conversation {
    pub(super) fn new(
        token: &Token,
        options: &GitHubOptions,
        is_interrupted: Interrupt,
    ) -> Result<Conversation, GitHubSetupError> {
        let home = Address::parse(options.api_url.as_str());
        let home = home.ok_or_else(|| GitHubSetupError::ApiUrl { url: options.api_url.to_string() })?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, value("User-Agent", &options.user_agent)?);
        headers.insert(HeaderName::from_static(API_VERSION), value("X-GitHub-Api-Version", &options.api_version)?);
        let bearer = format!("Bearer {}", token.expose());
        // A token has no character that a header can't hold; were it otherwise, the value must not be shown.
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| unusable("Authorization", "(hidden)"))?;
        authorization.set_sensitive(true);
        let way = Way {
            tls: certificates::trust(options.ca_bundle.as_deref())?,
            proxy: proxy::proxy(&options.proxy)?,
            user_agent: options.user_agent.clone(),
            deadline: options.deadline,
        };
        Ok(Conversation {
            connection: Connection::new(way, is_interrupted),
            home,
            headers,
            authorization,
            requests: AtomicU64::new(0),
            bytes_sent: AtomicU64::new(0),
            bytes_received: AtomicU64::new(0),
        })
    }

    /// Asks, follows redirects, and hands back the answer whatever its status.
    pub(super) fn ask(&self, question: Question) -> Result<Answered, RemoteError> {
        let started = Instant::now();
        let mut address = question.address.clone();
        let mut may_have_token = true;
        let body: Option<Arc<[u8]>> = question.body.as_deref().map(Arc::from);
        for _ in 0..=MOST_REDIRECTS {
            // Once a question was handed on to a stranger, it is the stranger's, even when it comes home.
            may_have_token &= address.is_same_origin(&self.home);
            let host = address.authority();
            let uri = address.uri().ok_or_else(|| unexpected(&host, "an address that cannot be asked".to_owned()))?;
            let (method, headers) = (question.method.clone(), self.headers(&question, may_have_token));
            let request = Request { method, uri, headers, body: body.clone(), most_bytes: question.most_bytes };
            self.requests.fetch_add(1, Ordering::Relaxed);
            self.bytes_sent.fetch_add(body.as_ref().map_or(0, |body| body.len() as u64), Ordering::Relaxed);
            let answer = self.connection.ask(request, started).map_err(|failure| failed(failure, &host))?;
            self.bytes_received.fetch_add(answer.body.len() as u64, Ordering::Relaxed);
            if !is_redirect(&answer) {
                return Ok(Answered { answer, host });
            }
            address = next(&question.method, &address, &answer)
                .ok_or_else(|| unexpected(&host, format!("a redirect that is not followed ({})", describe(&answer))))?;
        }
        Err(unexpected(&address.authority(), format!("more than {MOST_REDIRECTS} redirects")))
    }

    /// The address of the API.
    pub(super) fn home(&self) -> &Address {
        &self.home
    }

    /// What went over the wire until now.
    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            bytes_sent: self.bytes_sent.load(Ordering::Relaxed),
            bytes_received: self.bytes_received.load(Ordering::Relaxed),
        }
    }

    fn headers(&self, question: &Question, has_token: bool) -> HeaderMap {
        let mut headers = self.headers.clone();
        if question.is_for_api {
            headers.insert(ACCEPT, HeaderValue::from_static(JSON));
        }
        if has_token {
            headers.insert(AUTHORIZATION, self.authorization.clone());
            // GitHub refuses conditions on writes; a stored `ETag` that no header can hold makes a question unconditional.
            let etag = question.etag.as_deref().filter(|_| question.method == Method::GET);
            if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
                headers.insert(IF_NONE_MATCH, etag);
            }
        }
        if question.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers
    }
}

fn is_redirect(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 301 | 302 | 307 | 308) && answer.headers.contains_key(LOCATION)
}

/// Where a redirect leads; `None` where it is not followed. A write goes on only with its method and on the same host: what
/// it carries is the user's, and without the token nobody could do anything with it but read it.
fn next(method: &Method, from: &Address, answer: &Answer) -> Option<Address> {
    let target = from.resolve(answer.headers.get(LOCATION)?.to_str().ok()?)?;
    let keeps_method = matches!(answer.status.as_u16(), 307 | 308);
    (method == Method::GET || keeps_method && target.is_same_origin(from)).then_some(target)
}

fn failed(failure: Failure, host: &str) -> RemoteError {
    let host = host.to_owned();
    match failure {
        Failure::NotSent(source) => RemoteError::Unreachable { host, source: Box::new(source) },
        Failure::NoAnswer(reason) => RemoteError::Unanswered { host, reason },
        Failure::OutOfTime => RemoteError::Unanswered { host, reason: "it took too long".to_owned() },
        Failure::TooLong { most_bytes } => {
            RemoteError::Unexpected { host, reason: format!("more than {most_bytes} bytes") }
        }
        Failure::Interrupted => RemoteError::Interrupted,
    }
}

pub(super) fn unexpected(host: &str, reason: String) -> RemoteError {
    RemoteError::Unexpected { host: host.to_owned(), reason }
}

fn value(header: &'static str, text: &str) -> Result<HeaderValue, GitHubSetupError> {
    let value = HeaderValue::from_str(text).ok().filter(|_| !text.trim().is_empty());
    value.ok_or_else(|| unusable(header, text))
}

fn unusable(header: &'static str, value: &str) -> GitHubSetupError {
    GitHubSetupError::Header { header, value: value.to_owned() }
}
