//! What a push sends: segments that are not there yet, batch by batch, then the head with everything that belongs to it.

use std::ops::{ControlFlow, RangeInclusive};

use ccu_core::layout::{self, Layout, Run};
use ccu_core::record::Numbered;
use ccu_core::wire::privacy::Privacy;
use ccu_core::wire::{Segment, SegmentEntry, file_name};

use super::error::SyncError;
use super::push::Effort;
use super::segments::{sha256, sha256_hex};
use super::session::Session;
use super::state::{Own, StandingSegment};
use super::view::View;
use crate::gist::BlobId;

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub name: String,
    pub text: String,
}

/// A segment of the plan: one that stands, or one to be sent.
pub(super) struct Planned {
    pub segment: StandingSegment,
    /// Its text, where it is not in the Gist yet.
    pub text: Option<String>,
}

/// What segments are made from.
pub(super) struct Packing<'s, 'a> {
    pub view: &'s View<'a>,
    pub own: &'s Own,
    /// Segments that may be in the Gist already, from this head or from a push that was cut short.
    pub spares: &'s [StandingSegment],
    pub privacy: Privacy,
}

impl Packing<'_, '_> {
    /// The spare that holds exactly this, if it is there.
    fn spare(&self, plain_sha256: &str) -> Option<StandingSegment> {
        let is_there = |spare: &&StandingSegment| {
            spare.plain_sha256 == plain_sha256
                && self.view.index.blob(&spare.entry.file).is_some_and(|blob| blob.to_string() == spare.blob)
        };
        self.spares.iter().find(is_there).cloned()
    }

    /// The segment that packs to this text. Its run is that of the layout, not its first and last record: what was improved
    /// away leaves no gap.
    fn segment(&self, run: Run, (first, last, count): (u64, u64, u64), text: &str) -> StandingSegment {
        let sha256 = sha256(text.as_bytes());
        let file = file_name::segment(&self.own.slug, run.level, first, last, &sha256);
        let database = self.own.database;
        let entry = SegmentEntry { file, sha256, count, first: run.first, last: run.last, level: run.level, database };
        let blob = BlobId::of(text.as_bytes()).to_string();
        StandingSegment { entry, blob, plain_sha256: String::new() }
    }
}

impl Session<'_> {
    /// Plans the segments: what stands and what is to be sealed or merged.
    pub(super) fn layout(&self, own: &Own) -> Result<Layout, SyncError> {
        let standing: Vec<Run> = own.segments.iter().map(StandingSegment::run).collect();
        let mut pending = Vec::new();
        self.store.own_records(own.sealed + 1..=u64::MAX, &mut |numbered| {
            pending.push(numbered.sequence);
            ControlFlow::Continue(())
        })?;
        Ok(layout::plan(self.settings.segment_sizes, &standing, own.sealed, &pending))
    }

    /// Own records of a range of sequence numbers, as they may leave the machine.
    pub(super) fn outgoing_records(
        &self,
        range: RangeInclusive<u64>,
        privacy: &mut Privacy,
        effort: &mut Effort,
    ) -> Result<Vec<Numbered>, SyncError> {
        let mut records = Vec::new();
        self.store.own_records(range, &mut |mut numbered| {
            effort.n_withheld += u64::from(privacy.apply(&mut numbered.record));
            records.push(numbered);
            ControlFlow::Continue(())
        })?;
        Ok(records)
    }

    /// Makes the segment of a run, or finds it among what is there; `None` where all its records have been improved since
    /// and stand elsewhere.
    pub(super) fn planned(
        &self,
        packing: &mut Packing<'_, '_>,
        run: Run,
        effort: &mut Effort,
    ) -> Result<Option<Planned>, SyncError> {
        if let Some(standing) = packing.own.segments.iter().find(|segment| segment.run() == run) {
            return Ok(Some(Planned { segment: standing.clone(), text: None }));
        }
        let records = self.outgoing_records(run.first..=run.last, &mut packing.privacy, effort)?;
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(None) };
        let place = (first.sequence, last.sequence, records.len() as u64);
        let (machine, database) = (self.settings.machine, packing.own.database);
        let plain = Segment { machine, database, level: run.level, records }.to_text();
        let plain_sha256 = sha256_hex(plain.as_bytes());
        if let Some(segment) = packing.spare(&plain_sha256) {
            return Ok(Some(Planned { segment, text: None }));
        }
        let text = self.pack("a segment", &plain)?;
        let segment = StandingSegment { plain_sha256, ..packing.segment(run, place, &text) };
        Ok(Some(Planned { segment, text: Some(text) }))
    }

    /// Packs a text.
    pub(super) fn pack(&self, what: &str, text: &str) -> Result<String, SyncError> {
        let sealed = |source| SyncError::Sealed { file: what.to_owned(), source: Box::new(source) };
        self.settings.codec.pack(text).map_err(sealed)
    }
}
