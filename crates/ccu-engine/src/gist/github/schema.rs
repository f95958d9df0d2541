//! The JSON that goes to GitHub and comes back, and what of it we take.
//!
//! **Source**: GitHub's REST description (`@octokit/openapi` 23.0.2) and recorded answers, seen 2026-11-22. Fields that some
//! answer lacks are optional: `history`, `forks` and `user` are gone with API version 2026-03-10, `language` and
//! `description` may be null. What makes a Gist a Gist is not, so that no other JSON passes for an empty one.

use std::collections::BTreeMap;

use ccu_core::time::UtcMillis;
use serde::{Deserialize, Serialize};

use super::super::remote::{BlobId, Changes, Gist, RateLimit, RemoteFile};

/// Revisions that a Gist keeps of an answer: its own and the one before.
const REVISIONS: usize = 2;

/// `gist-simple` and `base-gist`.
#[derive(Deserialize)]
pub(super) struct GistAnswer {
    id: String,
    description: Option<String>,
    #[serde(default)]
    html_url: String,
    owner: Option<AccountAnswer>,
    public: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    files: BTreeMap<String, Option<FileAnswer>>,
    truncated: Option<bool>,
    history: Option<Vec<RevisionAnswer>>,
}

/// A file of a Gist. Lists have neither `content` nor `truncated`.
#[derive(Deserialize)]
struct FileAnswer {
    raw_url: String,
    size: u64,
    truncated: Option<bool>,
    content: Option<String>,
    encoding: Option<String>,
}

/// An entry of `history` and of `GET /gists/ID/commits`.
#[derive(Deserialize)]
pub(super) struct RevisionAnswer {
    version: String,
}

/// `GET /user`, and the owner of a Gist.
#[derive(Deserialize)]
pub(super) struct AccountAnswer {
    pub login: String,
}

/// `GET /rate_limit`; `rate` beside `resources` says the same and goes with API version 2026-03-10.
#[derive(Deserialize)]
pub(super) struct RateLimitAnswer {
    resources: Resources,
}

#[derive(Deserialize)]
struct Resources {
    core: CoreLimit,
}

#[derive(Deserialize)]
struct CoreLimit {
    limit: u64,
    remaining: u64,
    reset: i64,
}

/// An answer that says what is wrong.
#[derive(Deserialize, Default)]
pub(super) struct ProblemAnswer {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: serde_json::Value,
}

/// The body of `POST /gists` and `PATCH /gists/ID`.
#[derive(Serialize)]
struct Write<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<bool>,
    files: BTreeMap<&'a str, Option<Content<'a>>>,
}

#[derive(Serialize)]
struct Content<'a> {
    content: &'a str,
}

impl GistAnswer {
    /// The Gist of a whole answer. `Err` names the file whose address does not hold its id.
    pub(super) fn into_gist(self, etag: Option<String>) -> Result<Gist, String> {
        let (gist, odd_file) = self.into_parts(etag);
        match odd_file {
            Some(name) => Err(name),
            None => Ok(gist),
        }
    }

    /// The Gist of a list. One that we can't make sense of must not hide the others: what is odd counts as missing.
    pub(super) fn into_listed(self) -> Gist {
        let (gist, odd_file) = self.into_parts(None);
        Gist { is_truncated: gist.is_truncated || odd_file.is_some(), ..gist }
    }

    fn into_parts(self, etag: Option<String>) -> (Gist, Option<String>) {
        let mut files = BTreeMap::new();
        let mut odd_file = None;
        for (name, answer) in self.files {
            match answer.and_then(FileAnswer::into_file) {
                Some(file) => drop(files.insert(name, file)),
                None => odd_file = Some(name),
            }
        }
        let time = |text: Option<String>| text.as_deref().and_then(UtcMillis::parse);
        let gist = Gist {
            id: self.id,
            description: self.description.unwrap_or_default(),
            html_url: self.html_url,
            owner: self.owner.map(|owner| owner.login).unwrap_or_default(),
            is_public: self.public,
            created_at: time(self.created_at),
            updated_at: time(self.updated_at),
            files,
            is_truncated: self.truncated.unwrap_or(false),
            revisions: revisions(self.history.into_iter().flatten().take(REVISIONS)).unwrap_or_default(),
            etag,
        };
        (gist, odd_file)
    }
}

impl FileAnswer {
    /// Content is taken only where it is whole: above 1 MB it is cut, and the files after a cut one come back empty
    /// (<https://github.com/cli/cli/issues/11739>).
    fn into_file(self) -> Option<RemoteFile> {
        let blob = BlobId::of_raw_url(&self.raw_url)?;
        let is_text = self.encoding.as_deref().is_none_or(|encoding| encoding == "utf-8");
        let is_whole = is_text && !self.truncated.unwrap_or(false);
        let content = self
            .content
            .filter(|content| is_whole && content.len() as u64 == self.size && BlobId::of(content.as_bytes()) == blob);
        Some(RemoteFile { blob, size: self.size, raw_url: self.raw_url, content })
    }
}

/// The ids of revisions. `None` where one is no id: then none is to be relied on.
pub(super) fn revisions(answers: impl IntoIterator<Item = RevisionAnswer>) -> Option<Vec<String>> {
    let id = |answer: RevisionAnswer| BlobId::parse(&answer.version).map(|_| answer.version);
    answers.into_iter().map(id).collect()
}

impl RateLimitAnswer {
    pub(super) fn into_rate_limit(self) -> RateLimit {
        let CoreLimit { limit, remaining, reset } = self.resources.core;
        RateLimit { limit, remaining, reset: UtcMillis(reset.saturating_mul(1000)) }
    }
}

impl ProblemAnswer {
    /// The message, and what each of `errors` adds to it: texts, or the values of objects.
    pub(super) fn into_message(self) -> String {
        let mut parts = vec![self.message];
        for error in self.errors.as_array().into_iter().flatten() {
            match error {
                serde_json::Value::String(text) => parts.push(text.clone()),
                serde_json::Value::Object(fields) => {
                    let texts: Vec<_> = fields.values().filter_map(serde_json::Value::as_str).collect();
                    parts.push(texts.join(" "));
                }
                _ => {}
            }
        }
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }
}

/// The body that makes a Gist.
pub(super) fn create_body(description: &str, changes: &Changes) -> Result<Vec<u8>, serde_json::Error> {
    let files = changes.iter().filter(|(_, content)| content.is_some());
    serde_json::to_vec(&Write { description: Some(description), public: Some(false), files: contents(files) })
}

/// The body that changes files.
pub(super) fn patch_body(changes: &Changes) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Write { description: None, public: None, files: contents(changes) })
}

fn contents<'a>(
    changes: impl IntoIterator<Item = (&'a String, &'a Option<String>)>,
) -> BTreeMap<&'a str, Option<Content<'a>>> {
    let file = |(name, content): (&'a String, &'a Option<String>)| {
        (name.as_str(), content.as_deref().map(|content| Content { content }))
    };
    changes.into_iter().map(file).collect()
}
