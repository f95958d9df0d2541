//! Gists, revisions and users as GitHub's JSON describes them.

use serde_json::{Map, Value, json};

use crate::openapi::ApiVersion;

use super::accounts::{Accounts, Limit};
use super::blob::{Blob, digest};
use super::clock::iso;
use super::http::encoded;
use super::options::Options;
use super::revision::Revision;
use super::stored::{About, Snapshot};

/// Addresses that answers name, without `/` at their ends.
#[derive(Debug, Clone)]
pub(super) struct Links {
    pub(super) api: String,
    /// Where raw files are.
    pub(super) raw: String,
}

/// A Gist with its files' contents and its history, as one is read or written.
pub(super) fn gist(snapshot: &Snapshot, links: &Links, options: &Options, version: ApiVersion) -> Value {
    let newest = &snapshot.revisions[0];
    let mut described = about(&snapshot.about, links);
    let mut files = Map::new();
    let mut is_cut = false;
    for (name, blob) in newest.files.iter().take(options.most_files) {
        let mut file = file(name, blob, &snapshot.about, links);
        // Behind a file that is cut, all files come without content.
        let content = if is_cut { "" } else { whole_characters(&blob.text, options.inline_bytes) };
        is_cut |= content.len() < blob.text.len();
        file["truncated"] = json!(is_cut);
        file["content"] = json!(content);
        file["encoding"] = json!("utf-8");
        files.insert(name.clone(), file);
    }
    described["files"] = Value::Object(files);
    described["truncated"] = json!(newest.files.len() > options.most_files);
    if version == ApiVersion::V2022_11_28 {
        described["user"] = Value::Null;
        described["forks"] = json!([]);
        let history = snapshot.revisions.iter().take(options.history);
        described["history"] = history.map(|revision| commit(revision, &snapshot.about, links)).collect();
    }
    described
}

/// A Gist as a list has it: files without content, no history.
pub(super) fn listed(snapshot: &Snapshot, links: &Links, options: &Options, version: ApiVersion) -> Value {
    let newest = &snapshot.revisions[0];
    let mut described = about(&snapshot.about, links);
    let files = newest.files.iter().take(options.most_files);
    let files: Map<_, _> = files.map(|(name, blob)| (name.clone(), file(name, blob, &snapshot.about, links))).collect();
    described["files"] = Value::Object(files);
    described["truncated"] = json!(newest.files.len() > options.most_files);
    if version == ApiVersion::V2022_11_28 {
        described["user"] = Value::Null;
    }
    described
}

fn about(about: &About, links: &Links) -> Value {
    let url = format!("{}/gists/{}", links.api, about.id);
    json!({
        "url": url,
        "forks_url": format!("{url}/forks"),
        "commits_url": format!("{url}/commits"),
        "id": about.id,
        "node_id": format!("G_{}", &digest([about.id.as_str()])[..20]),
        "git_pull_url": format!("https://gist.github.com/{}.git", about.id),
        "git_push_url": format!("https://gist.github.com/{}.git", about.id),
        "html_url": format!("https://gist.github.com/{}/{}", about.owner, about.id),
        "public": about.is_public,
        "created_at": iso(about.created_at),
        "updated_at": iso(about.updated_at),
        "description": about.description,
        "comments": 0,
        "comments_enabled": true,
        "comments_url": format!("{url}/comments"),
        "owner": user(&about.owner, links),
    })
}

fn file(name: &str, blob: &Blob, about: &About, links: &Links) -> Value {
    let (kind, language) = match name.rsplit_once('.') {
        Some((_, "json")) => ("application/json", Some("JSON")),
        Some((_, "md")) => ("text/markdown", Some("Markdown")),
        Some((_, "txt")) => ("text/plain", Some("Text")),
        _ => ("text/plain", None),
    };
    json!({
        "filename": name,
        "type": kind,
        "language": language,
        "raw_url": format!("{}/{}/{}/raw/{}/{}", links.raw, about.owner, about.id, blob.id, encoded(name)),
        "size": blob.text.len(),
    })
}

/// The longest beginning of at most so many bytes that cuts no character.
fn whole_characters(text: &str, most_bytes: usize) -> &str {
    if text.len() <= most_bytes {
        return text;
    }
    let end = (0..=most_bytes).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

/// A revision, as histories and lists of commits have it.
pub(super) fn commit(revision: &Revision, about: &About, links: &Links) -> Value {
    json!({
        "user": user(&about.owner, links),
        "version": revision.version,
        "committed_at": iso(revision.committed_at),
        "change_status": {
            "total": revision.additions + revision.deletions,
            "additions": revision.additions,
            "deletions": revision.deletions,
        },
        "url": format!("{}/gists/{}/{}", links.api, about.id, revision.version),
    })
}

fn user(login: &str, links: &Links) -> Value {
    let url = format!("{}/users/{login}", links.api);
    let id = Accounts::user_id(login);
    json!({
        "login": login,
        "id": id,
        "node_id": format!("U_{}", &digest([login])[..12]),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("https://github.com/{login}"),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": "User",
        "user_view_type": "public",
        "site_admin": false,
    })
}

/// A user as seen by itself.
pub(super) fn own_account(login: &str, n_gists: [usize; 2], links: &Links) -> Value {
    let mut account = user(login, links);
    let [n_public, n_secret] = n_gists;
    let own = json!({
        "user_view_type": "private", "name": login, "company": null, "blog": "", "location": null, "email": null,
        "hireable": null, "bio": null, "twitter_username": null, "notification_email": null, "public_repos": 0,
        "public_gists": n_public, "followers": 0, "following": 0, "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z", "private_gists": n_secret, "total_private_repos": 0,
        "owned_private_repos": 0, "disk_usage": 0, "collaborators": 0, "two_factor_authentication": true,
        "plan": { "name": "free", "space": 976_562_499, "collaborators": 0, "private_repos": 10_000 },
    });
    if let (Some(account), Value::Object(own)) = (account.as_object_mut(), own) {
        account.extend(own);
    }
    account
}

/// The rate limits; only the one of the REST API is more than decoration.
pub(super) fn rate_limit(limit: &Limit, version: ApiVersion) -> Value {
    let core =
        json!({ "limit": limit.limit, "used": limit.used, "remaining": limit.remaining(), "reset": limit.reset });
    let search = json!({ "limit": 30, "used": 0, "remaining": 30, "reset": limit.reset });
    let mut described = json!({ "resources": { "core": core, "search": search, "graphql": core } });
    if version == ApiVersion::V2022_11_28 {
        described["rate"] = core;
    }
    described
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_cut_between_characters() {
        let check =
            |text: &str, most, expected: &str| assert_eq!(whole_characters(text, most), expected, "{text} {most}");
        check("abc", 3, "abc");
        check("abc", 2, "ab");
        check("aü", 2, "a");
        check("ü", 1, "");
    }
}
