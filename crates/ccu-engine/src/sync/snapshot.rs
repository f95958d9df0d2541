//! A machine as it was: its head of some time with the segments that it names, and how their records come back in.

use ccu_core::ids::MachineId;
use ccu_core::record::{Numbered, Origin, UsageRecord};
use ccu_core::wire::{Head, SegmentEntry};
use ccu_store::{Inserted, Writing};

use super::codec::Codec;
use super::earlier::EarlierFile;
use super::error::SyncError;
use super::heads::{Owner, data_files, owner};
use super::segments::segment;
use super::session::Session;
use super::view::View;
use crate::gist::RemoteError;

/// What came of a snapshot.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub inserted: Inserted,
    /// Segments whose records are found nowhere.
    pub missing: Vec<SyncError>,
}

impl Session<'_> {
    /// Takes in a head and what it names, in one transaction. A segment that is gone was merged into one of today's, under
    /// the same sequence numbers: its records are looked for there.
    ///
    /// Records of this machine become its own again, with new sequence numbers, so that its next push sends what the Gist
    /// lost; records of others stay theirs.
    ///
    /// **Errors**: when the Gist cannot be reached, or a file cannot be opened; then nothing was changed.
    pub(super) fn merge_snapshot(&mut self, view: &View<'_>, head: &Head) -> Result<Merged, SyncError> {
        let (codec, watch) = (self.codec(), self.watch);
        let origin = if head.machine == self.settings.machine { Origin::Restored } else { Origin::Gist };
        let mut merged = Merged::default();
        let mut lost = Vec::new();
        let mut writing = self.store.begin()?;
        for (nth, entry) in head.segments.iter().enumerate() {
            watch.receiving(nth, head.segments.len() + 1);
            match segment(codec, view, head.machine, entry) {
                Ok(segment) => insert(&mut writing, segment.records, origin)?,
                Err(error) if is_lost(&error) => lost.push((entry, error)),
                Err(error) => return Err(error),
            }
        }
        if !lost.is_empty() {
            let today = head_today(codec, view, head.machine)?;
            let mut found =
                Today { codec, view, head: today.as_deref(), until: head.head_sequence, broken: Vec::new() };
            let entries: Vec<&SegmentEntry> = lost.iter().map(|(entry, _)| *entry).collect();
            found.each_of(&entries, &mut |records| insert(&mut writing, records, origin))?;
            merged.missing =
                lost.into_iter().filter(|(entry, _)| !found.holds(entry)).map(|(_, error)| error).collect();
        }
        insert(&mut writing, head.tail.clone(), origin)?;
        for (machine, name) in &head.machine_names {
            writing.name_machine_if_unknown(*machine, name)?;
        }
        writing.name_machine_if_unknown(head.machine, &head.machine_name)?;
        merged.inserted = writing.commit()?;
        Ok(merged)
    }

    /// Takes in a file of the earlier tool.
    pub(super) fn merge_earlier(&mut self, earlier: &EarlierFile) -> Result<Merged, SyncError> {
        let mut writing = self.store.begin()?;
        writing.name_machine_if_unknown(earlier.machine, &earlier.machine_name)?;
        writing.insert_batch(&earlier.records)?;
        Ok(Merged { inserted: writing.commit()?, missing: Vec::new() })
    }
}

fn insert(writing: &mut Writing<'_>, records: Vec<Numbered>, origin: Origin) -> Result<(), SyncError> {
    let records: Vec<UsageRecord> =
        records.into_iter().map(|numbered| UsageRecord { origin, ..numbered.record }).collect();
    writing.insert_batch(&records)?;
    Ok(())
}

/// Whether a segment is gone or is not what it was. Not being able to open it is another matter.
fn is_lost(error: &SyncError) -> bool {
    match error {
        SyncError::Mismatch { .. } | SyncError::Broken { .. } => true,
        SyncError::Remote { source, .. } => matches!(source, RemoteError::BrokenFile { .. }),
        _ => false,
    }
}

/// The head that stands now; of several, the newest.
fn head_today(codec: &Codec, view: &View<'_>, machine: MachineId) -> Result<Option<Box<Head>>, SyncError> {
    let mut heads = Vec::new();
    for file in data_files(view) {
        match owner(codec, view, &file) {
            Ok(Some(Owner::Head(head))) if head.machine == machine => heads.push(head),
            Err(error) if error.ends_all() => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(heads.into_iter().max_by_key(|head| head.generation))
}

/// Where records of lost segments are looked for.
struct Today<'t> {
    codec: &'t Codec,
    view: &'t View<'t>,
    head: Option<&'t Head>,
    /// The last sequence number of the snapshot.
    until: u64,
    /// Segments of today that cannot be read either.
    broken: Vec<SegmentEntry>,
}

impl Today<'_> {
    /// Gives the records of these segments, and of what they were merged with as far as the snapshot goes.
    fn each_of(
        &mut self,
        lost: &[&SegmentEntry],
        each: &mut dyn FnMut(Vec<Numbered>) -> Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        let Some(head) = self.head else { return Ok(()) };
        let until = self.until;
        let is_wanted = |entry: &&SegmentEntry| lost.iter().any(|lost| overlap(lost, entry));
        for entry in head.segments.iter().filter(is_wanted) {
            match segment(self.codec, self.view, head.machine, entry) {
                Ok(mut segment) => {
                    segment.records.retain(|numbered| numbered.sequence <= until);
                    each(segment.records)?;
                }
                Err(error) if is_lost(&error) => self.broken.push(entry.clone()),
                Err(error) => return Err(error),
            }
        }
        let is_in_tail = |numbered: &Numbered| {
            let is_in = |lost: &&SegmentEntry| {
                lost.database == head.database && (lost.first..=lost.last).contains(&numbered.sequence)
            };
            lost.iter().any(is_in)
        };
        each(head.tail.iter().filter(|numbered| is_in_tail(numbered)).cloned().collect())
    }

    /// Whether all records of a lost segment were found: today's head names everything of its own database up to its last
    /// sequence number, and of older databases what it took over from them.
    fn holds(&self, lost: &SegmentEntry) -> bool {
        let Some(head) = self.head.filter(|_| !self.broken.iter().any(|entry| overlap(lost, entry))) else {
            return false;
        };
        let mut of_database = head.segments.iter().filter(|entry| entry.database == lost.database);
        if head.database == lost.database {
            return head.head_sequence >= lost.last;
        }
        of_database.clone().any(|entry| entry.first <= lost.first) && of_database.any(|entry| entry.last >= lost.last)
    }
}

fn overlap(a: &SegmentEntry, b: &SegmentEntry) -> bool {
    a.database == b.database && a.first <= b.last && b.first <= a.last
}
