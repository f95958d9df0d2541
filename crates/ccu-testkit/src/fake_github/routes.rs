//! What each call does and answers.

use serde_json::Value;

use super::accounts::Rights;
use super::answer::Answer;
use super::api::{Call, Twist};
use super::blob::digest;
use super::changes::{Change, Refusal};
use super::clock::{http_date, seconds_of};
use super::describe;
use super::http::Response;
use super::options::{SameContent, TooLarge};
use super::page::Page;
use super::place::Place;
use super::stored::{At, Snapshot};

/// An answer with its body as a value.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

impl Reply {
    fn new(status: u16, body: Option<Value>) -> Reply {
        Reply { status, headers: Vec::new(), body }
    }

    fn header(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn into_response(self) -> Response {
        let mut response = Response { status: self.status, headers: self.headers, body: Vec::new() };
        if let Some(body) = self.body {
            response.set("Content-Type", "application/json; charset=utf-8");
            // Not `to_vec`: that would be compiled as part of this crate, without optimisation and ten times slower.
            response.body = body.to_string().into_bytes();
        }
        response
    }
}

/// Carries a call out.
pub(super) fn route(call: &Call<'_>, body: Option<Value>) -> Result<Reply, Answer> {
    match (call.request.method.as_str(), call.target.place) {
        ("GET", Place::User) => user(call),
        ("GET", Place::RateLimit) => {
            let limit = call.shared.accounts.limit(call.login());
            Ok(Reply::new(200, Some(describe::rate_limit(&limit, call.version))))
        }
        ("GET", Place::Gists) => list(call),
        ("POST", Place::Gists) => create(call, body),
        ("GET", Place::Gist | Place::Revision) => read(call),
        ("PATCH", Place::Gist) => write(call, body),
        ("DELETE", Place::Gist) => delete(call),
        ("GET", Place::Commits) => commits(call),
        _ => Err(Answer::not_found()),
    }
}

fn user(call: &Call<'_>) -> Result<Reply, Answer> {
    let caller = call.caller.as_ref().ok_or_else(|| Answer::message(401, "Requires authentication"))?;
    let own = call.shared.gists.list().into_iter().filter(|gist| gist.about.owner == caller.login);
    let (public, secret): (Vec<_>, Vec<_>) = own.partition(|gist| gist.about.is_public);
    let described = describe::own_account(&caller.login, [public.len(), secret.len()], &call.shared.links);
    let etag = format!("W/\"{}\"", digest([caller.text.as_str(), &described.to_string()]));
    Ok(unless_known(call, &etag, None, || described))
}

/// Lists one's own Gists; without the right to Gists, or without token, only public ones.
fn list(call: &Call<'_>) -> Result<Reply, Answer> {
    let caller = call.caller.as_ref();
    if caller.is_some_and(|token| token.rights == Rights::FineGrained { may_write_gists: false }) {
        return Err(Answer::not_accessible());
    }
    let since = call.request.query("since").as_deref().and_then(seconds_of);
    let sees_secret = caller.is_some_and(|token| token.may_write_gists());
    let listed: Vec<Snapshot> = call
        .shared
        .gists
        .list()
        .into_iter()
        .filter(|gist| caller.is_none_or(|token| token.login == gist.about.owner))
        .filter(|gist| gist.about.is_public || sees_secret)
        .filter(|gist| since.is_none_or(|since| gist.about.updated_at >= since))
        .collect();
    let states = listed.iter().flat_map(|gist| [gist.about.id.as_str(), &gist.revisions[0].version]);
    let key = [token_text(call), &call.request.target, call.version.name()].into_iter().chain(states);
    let etag = format!("W/\"{}\"", digest(key));
    let page = Page::asked(call);
    let describe = |gist: &Snapshot| describe::listed(gist, &call.shared.links, &call.shared.options, call.version);
    let reply = unless_known(call, &etag, None, || page.of(&listed).iter().map(describe).collect());
    Ok(with_link(reply, page.link(call, listed.len())))
}

fn with_link(reply: Reply, link: Option<String>) -> Reply {
    match link.filter(|_| reply.status == 200) {
        Some(link) => reply.header("Link", link),
        None => reply,
    }
}

fn read(call: &Call<'_>) -> Result<Reply, Answer> {
    let target = call.target;
    let at = match (target.place, call.twist) {
        (Place::Revision, _) if !is_version(&target.hash) => {
            return Err(Answer::refusal(Refusal::InvalidFiles));
        }
        (Place::Revision, _) => At::Version(&target.hash),
        (_, Twist::Behind(n_revisions)) => At::Behind(n_revisions),
        _ => At::Behind(0),
    };
    let snapshot = call.shared.gists.snapshot(&target.gist, at).ok_or_else(Answer::not_found)?;
    let etag = format!("W/{}", hash(call, &snapshot));
    let changed = http_date(snapshot.about.updated_at);
    Ok(unless_known(call, &etag, Some(changed), || described(call, &snapshot)))
}

fn is_version(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn commits(call: &Call<'_>) -> Result<Reply, Answer> {
    let behind = if let Twist::Behind(n_revisions) = call.twist { n_revisions } else { 0 };
    let snapshot = call.shared.gists.snapshot(&call.target.gist, At::Behind(behind)).ok_or_else(Answer::not_found)?;
    let page = Page::asked(call);
    let etag = format!("W/\"{}\"", digest([token_text(call), &call.request.target, &snapshot.revisions[0].version]));
    let reply = unless_known(call, &etag, None, || {
        let revisions = page.of(&snapshot.revisions).iter();
        revisions.map(|revision| describe::commit(revision, &snapshot.about, &call.shared.links)).collect()
    });
    Ok(with_link(reply, page.link(call, snapshot.revisions.len())))
}

fn create(call: &Call<'_>, body: Option<Value>) -> Result<Reply, Answer> {
    may_write(call, None)?;
    is_small(call)?;
    let change = Change::of_body(body).map_err(Answer::refusal)?;
    let snapshot = call.shared.gists.create(call.login(), change).map_err(Answer::refusal)?;
    let location = format!("{}/gists/{}", call.shared.links.api, snapshot.about.id);
    let reply = Reply::new(201, Some(described(call, &snapshot)));
    // The entity tag of a created Gist was seen strong, and weak with the same hash when it was read.
    Ok(reply.header("Location", location).header("ETag", hash(call, &snapshot)))
}

fn write(call: &Call<'_>, body: Option<Value>) -> Result<Reply, Answer> {
    let (shared, id) = (call.shared, &call.target.gist);
    may_write(call, Some(id))?;
    is_small(call)?;
    let change = Change::of_body(body).map_err(Answer::refusal)?;
    let options = &shared.options;
    if options.refuses_bare_deletions && change.only_deletes() {
        return Err(Answer::missing_files());
    }
    let stale = if let Twist::StaleFile(file) = call.twist { Some(file) } else { None };
    let names_files = !change.files.is_empty();
    let takes_time = !options.write_takes.is_zero();
    if takes_time {
        if !shared.gists.begin_write(id) {
            return Err(Answer::conflict());
        }
        shared.stop.wait(options.write_takes);
    }
    let written = shared.gists.patch(id, change, stale);
    if takes_time {
        shared.gists.end_write(id);
    }
    let (snapshot, is_new) = written.map_err(Answer::refusal)?;
    if names_files && !is_new && options.same_content == SameContent::Conflict {
        return Err(Answer::refusal(Refusal::Conflict));
    }
    let etag = format!("W/{}", hash(call, &snapshot));
    Ok(Reply::new(200, Some(described(call, &snapshot))).header("ETag", etag))
}

fn delete(call: &Call<'_>) -> Result<Reply, Answer> {
    may_write(call, Some(&call.target.gist))?;
    call.shared.gists.delete(&call.target.gist);
    Ok(Reply::new(204, None))
}

/// Refuses a write in the way of the token's kind; what is not one's own is not there.
fn may_write(call: &Call<'_>, gist: Option<&str>) -> Result<(), Answer> {
    let Some(caller) = &call.caller else { return Err(Answer::message(401, "Requires authentication")) };
    match caller.rights {
        Rights::Classic(_) if !caller.may_write_gists() => return Err(Answer::not_found()),
        Rights::FineGrained { may_write_gists: false } => return Err(Answer::not_accessible()),
        Rights::Classic(_) | Rights::FineGrained { .. } => {}
    }
    let Some(id) = gist else { return Ok(()) };
    let snapshot = call.shared.gists.snapshot(id, At::Behind(0)).ok_or_else(Answer::not_found)?;
    if snapshot.about.owner == caller.login { Ok(()) } else { Err(Answer::not_found()) }
}

fn is_small(call: &Call<'_>) -> Result<(), Answer> {
    if call.request.body.len() <= call.shared.options.most_request_bytes {
        return Ok(());
    }
    Err(match call.shared.options.too_large {
        TooLarge::Conflict => Answer::conflict(),
        TooLarge::PayloadTooLarge => Answer::payload_too_large(),
        TooLarge::Unprocessable => Answer::content_too_large(),
    })
}

fn described(call: &Call<'_>, snapshot: &Snapshot) -> Value {
    describe::gist(snapshot, &call.shared.links, &call.shared.options, call.version)
}

/// The quoted hash of a Gist's entity tag; it differs by token.
fn hash(call: &Call<'_>, snapshot: &Snapshot) -> String {
    let about = &snapshot.about;
    let updated_at = about.updated_at.to_string();
    let description = about.description.as_deref().unwrap_or_default();
    let version = &snapshot.revisions[0].version;
    format!("\"{}\"", digest([token_text(call), call.version.name(), &about.id, version, &updated_at, description]))
}

fn token_text<'a>(call: &'a Call<'_>) -> &'a str {
    call.caller.as_ref().map_or("", |token| &token.text)
}

/// 304 where the client has named this entity tag, else 200.
fn unless_known(call: &Call<'_>, etag: &str, changed: Option<String>, body: impl FnOnce() -> Value) -> Reply {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = call.request.header("if-none-match");
    let is_known = known.is_some_and(|tags| tags.split(',').any(|tag| strong(tag) == strong(etag)));
    let reply = if is_known { Reply::new(304, None) } else { Reply::new(200, Some(body())) }.header("ETag", etag);
    match changed {
        Some(date) => reply.header("Last-Modified", date),
        None => reply,
    }
}
