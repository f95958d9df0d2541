//! What holds Gists, as far as we use it: GitHub over HTTP, or a stand-in in memory for the model check.
//!
//! A remote answers one question at a time and tries nothing twice; patience is [`crate::sync`]'s.
//! **Source** of every shape: GitHub's REST description (`@octokit/openapi` 23.0.2) and recorded answers.

use std::collections::BTreeMap;
use std::fmt;

use ccu_core::time::UtcMillis;
use sha1::{Digest, Sha1};

use super::error::RemoteError;

/// The git blob SHA-1 of a file's content; it stands in every `raw_url`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 20]);

impl BlobId {
    /// The id that git gives this content.
    pub fn of(content: &[u8]) -> BlobId {
        let header = format!("blob {}\0", content.len());
        BlobId(Sha1::new_with_prefix(header).chain_update(content).finalize().into())
    }

    /// Reads 40 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<BlobId> {
        let digits: &[u8; 40] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let nibble = |digit: u8| match digit {
                b'0'..=b'9' => Some(digit - b'0'),
                b'a'..=b'f' => Some(digit - b'a' + 10),
                _ => None,
            };
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(BlobId(bytes))
    }

    /// Finds the id in a `raw_url`: `https://HOST/OWNER/GIST/raw/BLOB/NAME`, below whatever path a host puts first.
    pub fn of_raw_url(url: &str) -> Option<BlobId> {
        let (_, rest) = url.rsplit_once("/raw/")?;
        BlobId::parse(rest.split('/').next()?)
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

/// A file as an answer lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its content's id; two files with one id are equal.
    pub blob: BlobId,
    /// Bytes of its content.
    pub size: u64,
    /// Where its content is, for ever: the address of this very content, not of the file.
    pub raw_url: String,
    /// Its content, where the answer held it whole and it agrees with `blob` and `size`. Lists never hold it.
    pub content: Option<String>,
}

/// A Gist as an answer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gist {
    /// Its id.
    pub id: String,
    /// Its description; empty where there is none.
    pub description: String,
    /// Its page for people.
    pub html_url: String,
    /// The login of its owner.
    pub owner: String,
    /// Whether everyone can find it.
    pub is_public: bool,
    /// When it was made.
    pub created_at: Option<UtcMillis>,
    /// When it was changed last; whole seconds.
    pub updated_at: Option<UtcMillis>,
    /// Its files by name.
    pub files: BTreeMap<String, RemoteFile>,
    /// Whether files are missing in `files`, because there are more than 300.
    pub is_truncated: bool,
    /// The revision that this answer describes and the one before it, newest first, as far as the answer says (API
    /// version 2026-03-10 does not). Forty hexadecimal digits each.
    pub revisions: Vec<String>,
    /// What a later read can be conditional on.
    pub etag: Option<String>,
}

/// The answer to a conditional read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing has changed since the answer that had the `ETag`.
    NotModified,
    /// The Gist as it is.
    Gist(Box<Gist>),
}

/// What a write does, by file name: new content, or `None` to remove the file. Content is never empty, and a file that is
/// not there is never removed: GitHub refuses the whole write for either.
pub type Changes = BTreeMap<String, Option<String>>;

/// Whom a token belongs to and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The login.
    pub login: String,
    /// The scopes of a classic token; `None` for a fine-grained one, which has permissions instead.
    pub scopes: Option<Vec<String>>,
}

/// How many requests are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests an hour.
    pub limit: u64,
    /// Requests left until `reset`.
    pub remaining: u64,
    /// When all are there again.
    pub reset: UtcMillis,
}

/// What went over the wire until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests.
    pub requests: u64,
    /// Bytes of request bodies.
    pub bytes_sent: u64,
    /// Bytes of answers.
    pub bytes_received: u64,
}

/// What holds Gists. Every method is one request, or one for each page.
pub trait Remote: Sync {
    /// Asks whom the token belongs to.
    fn account(&self) -> Result<Account, RemoteError>;

    /// Asks for the rate limit, which costs nothing of it.
    fn rate_limit(&self) -> Result<RateLimit, RemoteError>;

    /// Lists all Gists of the account, all pages. Their files have no content.
    fn list(&self) -> Result<Vec<Gist>, RemoteError>;

    /// Makes a secret Gist.
    fn create(&self, description: &str, changes: &Changes) -> Result<Gist, RemoteError>;

    /// Reads a Gist, or learns that it still is as the answer with this `ETag` said.
    fn read(&self, id: &str, etag: Option<&str>) -> Result<Reading, RemoteError>;

    /// Writes all changes as one revision, or none. The answer describes the Gist after it.
    fn patch(&self, id: &str, changes: &Changes) -> Result<Gist, RemoteError>;

    /// Lists the newest revisions, newest first.
    fn revisions(&self, id: &str, n: usize) -> Result<Vec<String>, RemoteError>;

    /// Reads a Gist as it was after a revision.
    fn read_revision(&self, id: &str, revision: &str) -> Result<Gist, RemoteError>;

    /// Fetches a file's content from its `raw_url` and compares it with `size` and `blob`.
    ///
    /// **Errors**: [`RemoteError::BrokenFile`] when it is something else.
    fn fetch(&self, name: &str, file: &RemoteFile) -> Result<String, RemoteError>;

    /// Says what went over the wire until now.
    fn traffic(&self) -> Traffic;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_id_is_that_of_git() {
        // printf 'hello\n' | git hash-object --stdin
        let id = BlobId::of(b"hello\n");
        assert_eq!(id.to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
        let check = |url: &str, expected| assert_eq!(BlobId::of_raw_url(url), expected, "{url}");
        check(&format!("https://gist.githubusercontent.com/a/0f/raw/{id}/manifest.json"), Some(id));
        check(&format!("http://127.0.0.1:80/api/a/raw/0f/raw/{id}/raw"), Some(id));
        check("https://gist.githubusercontent.com/a/0f/raw/manifest.json", None);
    }
}
