//! The API's side of a request: who asks, whether they may, what is answered, and GitHub's headers around it.

use serde_json::Value;

use crate::openapi::{self, ApiVersion};

use super::accounts::{Accounts, Rights, Token};
use super::answer::Answer;
use super::asked::Asked;
use super::clock::http_date;
use super::fake::Shared;
use super::http::{Request, Response};
use super::place::{Place, Target};
use super::routes::{self, Reply};

/// Something other than usual in how a request is carried out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Twist<'a> {
    None,
    /// Reads are of so many revisions ago.
    Behind(usize),
    /// A write makes this file what it was one revision ago.
    StaleFile(&'a str),
}

/// A request that was let in.
pub(super) struct Call<'a> {
    pub(super) shared: &'a Shared,
    pub(super) request: &'a Request,
    pub(super) target: &'a Target,
    pub(super) version: ApiVersion,
    /// `None` for who has no token.
    pub(super) caller: Option<Token>,
    pub(super) twist: Twist<'a>,
}

impl Call<'_> {
    /// The login; empty for who has no token.
    pub(super) fn login(&self) -> &str {
        self.caller.as_ref().map_or("", |token| &token.login)
    }
}

/// Answers a request as GitHub does.
pub(super) fn answer(mut asked: Asked<'_>, twist: Twist<'_>) -> Response {
    let body = asked.body.take();
    let admitted = admit(&asked);
    let version = admitted.as_ref().map_or(ApiVersion::V2022_11_28, |(_, version)| *version);
    let reply = admitted.and_then(|(caller, version)| {
        let Asked { shared, request, target, .. } = &asked;
        let call = Call { shared, request, target, version, caller, twist };
        has_requests_left(&call)?;
        let reply = refuse_condition(&asked).and_then(|()| routes::route(&call, body));
        charge(&call, &reply);
        reply
    });
    let (mut response, is_from_github) = match reply {
        Ok(reply) => {
            check(&asked, version, reply.status, reply.body.as_ref());
            (reply.into_response(), true)
        }
        Err(answer) => {
            if answer.is_from_github {
                check(&asked, version, answer.status, serde_json::from_str(&answer.body).ok().as_ref());
            }
            let is_from_github = answer.is_from_github;
            (answer.into_response(), is_from_github)
        }
    };
    if is_from_github {
        dress(asked.shared, &asked.request, &mut response);
    }
    response
}

/// Finds out who asks in which version.
fn admit(asked: &Asked<'_>) -> Result<(Option<Token>, ApiVersion), Answer> {
    let request = &asked.request;
    if request.header("user-agent").is_none_or(str::is_empty) {
        return Err(Answer::no_user_agent());
    }
    let version = match request.header("x-github-api-version") {
        None => ApiVersion::V2022_11_28,
        Some(name) => ApiVersion::of_name(name)
            .ok_or_else(|| Answer::message(400, &format!("\"{name}\" is not a supported version of the API")))?,
    };
    if request.header("authorization").is_none() {
        return Ok((None, version));
    }
    let caller =
        request.token().and_then(|text| asked.shared.accounts.token(text)).ok_or_else(Answer::bad_credentials)?;
    Ok((Some(caller), version))
}

fn refuse_condition(asked: &Asked<'_>) -> Result<(), Answer> {
    if asked.request.method == "GET" || asked.condition().is_none() {
        return Ok(());
    }
    let message = "Conditional request headers are not allowed in unsafe requests unless supported by the endpoint";
    Err(Answer::message(400, message))
}

/// Refuses what comes when the rate limit is used up; asking for the limit is free of it.
fn has_requests_left(call: &Call<'_>) -> Result<(), Answer> {
    if call.target.place == Place::RateLimit || call.shared.accounts.limit(call.login()).remaining() > 0 {
        return Ok(());
    }
    let whose = match call.login() {
        "" => "127.0.0.1".to_owned(),
        login => format!("user ID {}", Accounts::user_id(login)),
    };
    Err(Answer::message(403, &format!("API rate limit exceeded for {whose}.")))
}

/// Takes a request off the rate limit. Learning with a token that nothing has changed is free.
fn charge(call: &Call<'_>, reply: &Result<Reply, Answer>) {
    let is_not_modified = reply.as_ref().is_ok_and(|reply| reply.status == 304);
    if call.target.place != Place::RateLimit && !(is_not_modified && call.caller.is_some()) {
        call.shared.accounts.charge(call.login());
    }
}

/// Holds an answer against GitHub's description.
fn check(asked: &Asked<'_>, version: ApiVersion, status: u16, body: Option<&Value>) {
    let Some(operation) = asked.target.place.operation(&asked.request.method) else { return };
    let checked = openapi::check_response(version, operation, status, body);
    for difference in checked.err().into_iter().flatten() {
        asked.shared.violate(format!("{}: answer {status}: {difference}", asked.line()));
    }
}

/// Adds the headers that GitHub's answers have, as far as they are not there.
///
/// **Source**: answers recorded by hub4j/github-api, and the documentation of rate limits.
pub(super) fn dress(shared: &Shared, request: &Request, response: &mut Response) {
    let caller = request.token().and_then(|text| shared.accounts.token(text));
    let limit = shared.accounts.limit(caller.as_ref().map_or("", |token| &token.login));
    let version = request.header("x-github-api-version").and_then(ApiVersion::of_name);
    let version = version.unwrap_or(ApiVersion::V2022_11_28);
    let is_write = request.method != "GET";
    response.set_default("Server", "GitHub.com");
    response.set_default("Date", http_date(shared.clock.now()));
    response.set_default("X-GitHub-Media-Type", "github.v3; format=json");
    response.set_default("X-GitHub-Api-Version-Selected", version.name());
    response.set_default("X-GitHub-Request-Id", shared.request_id());
    response.set_default("X-RateLimit-Limit", limit.limit.to_string());
    response.set_default("X-RateLimit-Remaining", limit.remaining().to_string());
    response.set_default("X-RateLimit-Used", limit.used.to_string());
    response.set_default("X-RateLimit-Reset", limit.reset.to_string());
    response.set_default("X-RateLimit-Resource", "core");
    response.set_default("X-Content-Type-Options", "nosniff");
    response
        .set_default("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With");
    if let Some(Token { rights: Rights::Classic(scopes), .. }) = &caller {
        response.set_default("X-OAuth-Scopes", scopes.join(", "));
        response.set_default("X-Accepted-OAuth-Scopes", if is_write { "gist" } else { "" });
    }
    if matches!(response.status, 200 | 201 | 304) {
        let kind = if caller.is_some() { "private" } else { "public" };
        response.set_default("Cache-Control", format!("{kind}, max-age=60, s-maxage=60"));
    }
}
