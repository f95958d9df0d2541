//! Taking over what our own files in the Gist hold and this database doesn't: after a reset, from a restored backup, or
//! because another process of this machine's past pushed more than we remember.
//!
//! The sequence numbers of those files are another database's, or those of a future that this one has lost. So this database
//! takes a new identity; the old segments stay in the Gist as they are, *frozen*; and every own record that no frozen segment
//! holds to the letter gets a fresh sequence number, so that the next push sends it.

use std::hash::{Hash, Hasher};

use ccu_core::ids::RecordKey;
use ccu_core::record::{Numbered, Origin, UsageRecord};
use ccu_core::wire::privacy::Privacy;
use ccu_core::wire::{Head, file_name};
use ccu_store::Inserted;
use rustc_hash::{FxHashMap, FxHasher};

use super::error::SyncError;
use super::segments::segment;
use super::session::Session;
use super::state::{Own, Remembered};
use super::view::View;

/// The head that stands in the Gist under this machine's id.
pub(super) struct StandingHead<'h> {
    /// What it says.
    pub head: &'h Head,
    /// What stands in file names for this machine.
    pub slug: &'h str,
}

impl Session<'_> {
    /// Takes over from a head of ours with all its segments, in one transaction.
    ///
    /// `gives_up_broken` goes on without segments that are missing or broken; what they held is then only in the Gist's
    /// git history.
    ///
    /// **Errors**: when a file is missing or broken; then nothing was changed.
    pub(super) fn restore(
        &mut self,
        view: &View<'_>,
        standing: &StandingHead<'_>,
        gives_up_broken: bool,
    ) -> Result<Inserted, SyncError> {
        let (codec, watch, head) = (self.codec(), self.watch, standing.head);
        let before = Own::load(self.store)?;
        let mut privacy = Privacy::new(self.settings.projects);
        let mut frozen = FxHashMap::default();
        let mut kept = Vec::with_capacity(head.segments.len());
        if gives_up_broken && view.index.is_truncated {
            // What the list lacks may well be there.
            return Err(SyncError::TooManyFiles);
        }
        for (nth, entry) in head.segments.iter().enumerate() {
            watch.receiving(nth, head.segments.len() + 1);
            view.fetch([entry.file.as_str()].into_iter())?;
        }
        let mut writing = self.store.begin()?;
        for entry in &head.segments {
            let records = match segment(codec, view, head.machine, entry) {
                Ok(segment) => restored(segment.records),
                Err(SyncError::Mismatch { .. } | SyncError::Broken { .. }) if gives_up_broken => continue,
                Err(error) => return Err(error),
            };
            kept.push(entry.clone());
            frozen.extend(records.iter().map(|record| (record.key, digest(record))));
            writing.insert_batch(&records)?;
            if let Some(blob) = view.index.blob(&entry.file) {
                writing.add_pulled_file(blob.0)?;
            }
        }
        writing.insert_batch(&restored(head.tail.clone()))?;
        for (machine, name) in &head.machine_names {
            writing.name_machine_if_unknown(*machine, name)?;
        }
        let is_frozen = |record: &mut UsageRecord, frozen: &FxHashMap<RecordKey, u64>| {
            privacy.apply(record);
            frozen.get(&record.key) == Some(&digest(record))
        };
        let mut is_frozen = is_frozen;
        let mark = writing.renumber_own(&mut |numbered| is_frozen(&mut numbered.record.clone(), &frozen))?;
        let database = writing.renew_database_id()?;
        let mut ancestors = before.as_ref().map(|own| own.ancestors.clone()).unwrap_or_default();
        ancestors.extend(before.as_ref().map(|own| own.database).into_iter().chain([head.database]));
        ancestors.sort_unstable();
        ancestors.dedup();
        let own = Own {
            gist: view.index.id.clone(),
            database,
            generation: head.generation.max(before.as_ref().map_or(0, |own| own.generation)),
            slug: standing.slug.to_owned(),
            head_blob: None,
            // Tomorrow's backup.
            head_text: view.text(&file_name::head(standing.slug))?,
            sealed: mark,
            head_sequence: mark,
            segments: Vec::new(),
            frozen: kept,
            ancestors,
            has_taken_over: before.is_some(),
            leftovers: Vec::new(),
            packing: None,
        };
        own.save(&mut writing)?;
        Ok(writing.commit()?)
    }
}

/// Records of our own files, on their way back.
fn restored(records: Vec<Numbered>) -> Vec<UsageRecord> {
    records.into_iter().map(|numbered| UsageRecord { origin: Origin::Restored, ..numbered.record }).collect()
}

/// What a record says on the wire, as a number: equal records have equal ones.
fn digest(record: &UsageRecord) -> u64 {
    let mut hasher = FxHasher::default();
    let UsageRecord { time, machine, strand, tokens, web_searches, is_complete, legacy_until, .. } = record;
    (time.map(|time| time.0), machine, strand, tokens, web_searches, is_complete).hash(&mut hasher);
    legacy_until.map(|time| time.0).hash(&mut hasher);
    hasher.finish()
}
