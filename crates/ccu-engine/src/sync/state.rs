//! What sync remembers in the database between two runs. All of it can be lost: the Gist tells it again.

use std::collections::BTreeMap;

use ccu_core::ids::DatabaseId;
use ccu_core::layout::Run;
use ccu_core::time::UtcMillis;
use ccu_core::wire::SegmentEntry;
use ccu_store::{Store, Writing};
use serde::{Deserialize, Serialize};

use super::error::SyncError;
use crate::gist::github::LONGEST_WAIT_MS;
use crate::gist::{BlobId, Gist, RemoteFile};

/// A value with a name of its own in the database.
pub(super) trait Remembered: Serialize + for<'a> Deserialize<'a> {
    /// The name.
    const NAME: &'static str;

    /// Loads it; `None` where nothing is remembered.
    fn load(store: &Store) -> Result<Option<Self>, SyncError> {
        let text = store.sync_state(Self::NAME)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(SyncError::Memory)
    }

    /// Remembers it.
    fn save(&self, writing: &mut Writing<'_>) -> Result<(), SyncError> {
        let text = serde_json::to_string(self).map_err(SyncError::Memory)?;
        Ok(writing.set_sync_state(Self::NAME, Some(&text))?)
    }

    /// Forgets it.
    fn forget(writing: &mut Writing<'_>) -> Result<(), SyncError> {
        Ok(writing.set_sync_state(Self::NAME, None)?)
    }
}

/// Remembers a value in a transaction of its own.
pub(super) fn save(store: &mut Store, value: &impl Remembered) -> Result<(), SyncError> {
    let mut writing = store.begin()?;
    value.save(&mut writing)?;
    writing.commit()?;
    Ok(())
}

/// Which Gist is ours, and how it looked at the last answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    /// Its id.
    pub id: String,
    /// Its page for people.
    pub html_url: String,
    /// The `ETag` of the last answer, with the fingerprint of the token that it holds for.
    pub etag: Option<(String, String)>,
    /// The newest revision that we know.
    pub revision: Option<String>,
    /// When GitHub says that it was changed last.
    pub updated_at: Option<i64>,
    /// Its files.
    pub files: BTreeMap<String, Listed>,
    /// Whether there are files that are not listed.
    pub is_truncated: bool,
    /// Whether everything in it was taken in. Where something failed, the next pull must look again, changed or not.
    pub is_pulled: bool,
    /// The text of `manifest.json` as it was, so that it need not be fetched again.
    pub manifest: Option<String>,
}

impl Remembered for Index {
    const NAME: &'static str = "index";
}

/// A file in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// The git blob id, 40 digits.
    pub blob: String,
    /// Bytes.
    pub size: u64,
    /// Where the content is.
    pub raw_url: String,
}

impl Index {
    /// The index that an answer gives. What the answer held of contents is not kept.
    pub fn of(gist: &Gist, fingerprint: &str) -> Index {
        let listed =
            |file: &RemoteFile| Listed { blob: file.blob.to_string(), size: file.size, raw_url: file.raw_url.clone() };
        Index {
            id: gist.id.clone(),
            html_url: gist.html_url.clone(),
            etag: gist.etag.clone().map(|etag| (fingerprint.to_owned(), etag)),
            revision: gist.revisions.first().cloned(),
            updated_at: gist.updated_at.map(|time| time.0),
            files: gist.files.iter().map(|(name, file)| (name.clone(), listed(file))).collect(),
            is_truncated: gist.is_truncated,
            is_pulled: false,
            manifest: None,
        }
    }

    /// The blob of a file, where it is listed.
    pub fn blob(&self, name: &str) -> Option<BlobId> {
        self.files.get(name).and_then(|file| BlobId::parse(&file.blob))
    }

    /// A listed file as a remote fetches it.
    pub fn file(&self, name: &str) -> Option<RemoteFile> {
        let listed = self.files.get(name)?;
        Some(RemoteFile {
            blob: BlobId::parse(&listed.blob)?,
            size: listed.size,
            raw_url: listed.raw_url.clone(),
            content: None,
        })
    }
}

/// A segment that we know in the Gist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StandingSegment {
    /// Its entry in the head.
    pub entry: SegmentEntry,
    /// Its blob, 40 digits.
    pub blob: String,
    /// The SHA-256 of what it holds, before packing: equal records pack to different texts when they are encrypted.
    pub plain_sha256: String,
}

impl StandingSegment {
    /// Takes care that no push finds in it what it is about to send; it goes once nothing names it.
    pub fn not_to_be_used_again(&mut self) {
        self.plain_sha256.clear();
    }

    /// Its place in the layout.
    pub fn run(&self) -> Run {
        Run { level: self.entry.level, first: self.entry.first, last: self.entry.last }
    }
}

/// Our own head and segments as they stood after our last push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Own {
    /// The Gist that it is in.
    pub gist: String,
    /// The database whose sequence numbers these are.
    pub database: DatabaseId,
    /// The generation of our last head.
    pub generation: u64,
    /// What stands in file names for this machine.
    pub slug: String,
    /// The blob of our head, 40 digits; `None` while what follows is not in a head yet.
    pub head_blob: Option<String>,
    /// The text of our head: tomorrow's backup.
    pub head_text: Option<String>,
    /// The last sequence number in a segment.
    pub sealed: u64,
    /// The last sequence number in the Gist.
    pub head_sequence: u64,
    /// The segments of this database by sequence number.
    pub segments: Vec<StandingSegment>,
    /// Segments of databases that were lost: their records are in this database too, and stay where they are.
    pub frozen: Vec<SegmentEntry>,
    /// Databases whose segments we took over.
    pub ancestors: Vec<DatabaseId>,
    /// Whether this database took over from another after it had pushed.
    pub has_taken_over: bool,
    /// Files that nothing names any more and that are still to be removed.
    #[serde(default)]
    pub leftovers: Vec<String>,
    /// How our last head and its segments were packed; `None` where nobody remembers.
    #[serde(default)]
    pub packing: Option<Packing>,
}

/// What of the settings shows in everything that stands in the Gist. Where it changes, everything is to be sent anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Packing {
    /// Whether a key is needed to read it.
    pub is_encrypted: bool,
    /// `sync.projects`: what of paths and branches it holds.
    pub projects: String,
}

impl Remembered for Own {
    const NAME: &'static str = "own";
}

/// A push that was begun: what it sends, and what holds once it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    /// The generation of the head that is sent. Never used for another, whatever became of this one.
    pub generation: u64,
    /// The Gist.
    pub gist: String,
    /// The revision that it was planned on.
    pub base: Option<String>,
    /// Segments that were or are being sent before the head.
    pub segments: Vec<StandingSegment>,
    /// Once the head is on its way: what we remember when it has arrived.
    pub after: Option<Own>,
}

impl Remembered for Intent {
    const NAME: &'static str = "intent";
}

/// Times that are kept for people and for patience.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Times {
    /// When the last push ended well, UTC milliseconds.
    pub last_push: Option<i64>,
    /// When the last pull ended well.
    pub last_pull: Option<i64>,
    /// Before then GitHub wants no question.
    pub not_before: Option<i64>,
}

impl Remembered for Times {
    const NAME: &'static str = "times";
}

impl Times {
    /// Until when GitHub wants no question, if it is still before then. A time that is further away than any that is ever
    /// remembered was reckoned by a clock that was wrong.
    pub fn limited_until(&self, now: UtcMillis) -> Option<UtcMillis> {
        let is_ahead = |until: &i64| (1..=LONGEST_WAIT_MS).contains(&until.saturating_sub(now.0));
        self.not_before.filter(is_ahead).map(UtcMillis)
    }
}

/// Own records that are not in the Gist yet, as far as this machine knows.
///
/// **Errors**: those of the store.
pub fn unsent_records(store: &Store) -> Result<u64, SyncError> {
    Ok(store.count_own(Own::load(store)?.map_or(0, |own| own.head_sequence))?)
}

/// Forgets what this machine has in the Gist, because it becomes another one.
///
/// **Errors**: those of the store.
pub fn forget_own(store: &mut Store) -> Result<(), SyncError> {
    let mut writing = store.begin()?;
    Own::forget(&mut writing)?;
    Intent::forget(&mut writing)?;
    writing.commit()?;
    Ok(())
}

/// Loads what is remembered, or what holds where nothing is.
pub(super) fn load_or_default<T: Remembered + Default>(store: &Store) -> Result<T, SyncError> {
    Ok(T::load(store)?.unwrap_or_default())
}
