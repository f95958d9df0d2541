//! The responses report: single responses, newest first, with the sums of all that were asked for.
//!
//! There is no index on the time of records. The roll-ups stand in for it: they say how many responses each quarter of an hour
//! has, and so from which one on records must be read to have enough of them, and when there are no more to look for. Sums
//! come from them too, so that they are those of every other report; only quarters that a bound cuts through are summed
//! record by record.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::counted::Contexts;
use super::tally::usage_of;
use super::{Filter, Usage, UsageCatalog};
use crate::ids::{CompactId, MachineId, RecordKey};
use crate::money::NanoUsd;
use crate::pricing::PriceTable;
use crate::record::{TokenCounts, UsageRecord};
use crate::rollup::{ContextNumber, EntryKey, SessionNumber, UsageEntry, UsageSums};
use crate::time::{SLOT_MS, Slot, UtcMillis};

/// Which responses are asked for.
#[derive(Debug, Clone, Default)]
pub struct ResponsesRequest {
    /// Those of one session only.
    pub session: Option<CompactId>,
    /// The first instant counted. Undated responses are left out where this or `until` is given.
    pub from: Option<UtcMillis>,
    /// The instant after the last one counted.
    pub until: Option<UtcMillis>,
    /// Which of them count at all.
    pub filter: Filter,
    /// How many are listed at most, the newest; all are summed.
    pub limit: usize,
}

impl ResponsesRequest {
    /// The UTC days outside of which no entry can be asked for, as [`super::utc_day_range`] gives them.
    pub fn utc_day_range(&self) -> (Option<i32>, Option<i32>) {
        (self.from.map(UtcMillis::utc_day), self.until.map(UtcMillis::utc_day))
    }

    fn is_dated(&self) -> bool {
        self.from.is_some() || self.until.is_some()
    }

    fn holds(&self, time: Option<UtcMillis>) -> bool {
        match time {
            Some(time) => self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time < until),
            None => !self.is_dated(),
        }
    }

    fn share_of(&self, slot: Option<Slot>) -> Share {
        let last = slot.map(|slot| UtcMillis(slot.start().0 + SLOT_MS - 1));
        match (self.holds(slot.map(Slot::start)), self.holds(last)) {
            (true, true) => Share::Whole,
            (false, false) if !self.begins_and_ends_in(slot) => Share::None,
            (_, _) => Share::Part,
        }
    }

    /// Whether both bounds lie in this one quarter, which then holds neither end of it.
    fn begins_and_ends_in(&self, slot: Option<Slot>) -> bool {
        slot.is_some() && self.from.map(UtcMillis::slot) == slot && self.until.map(UtcMillis::slot) == slot
    }
}

/// How much of a quarter of an hour is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    None,
    Part,
    Whole,
}

/// One billed API response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// When; `None` where it is not known.
    pub time: Option<UtcMillis>,
    /// The machine that its usage is shown as.
    pub machine: MachineId,
    /// The model id as the transcript gives it.
    pub model: Arc<str>,
    /// The shared name of its project.
    pub project: Arc<str>,
    /// The session.
    pub session: CompactId,
    /// The git branch, or empty.
    pub branch: Arc<str>,
    /// The subagent's id, or empty.
    pub agent: Arc<str>,
    /// Whether a subagent or side question made the call.
    pub is_sidechain: bool,
    /// Its tokens.
    pub tokens: TokenCounts,
    /// Its web searches.
    pub web_searches: u64,
    /// Its cost, rounded by itself to the nano-dollar; `None` where there is no price. (Reports round the sum of a quarter of
    /// an hour; they differ where a price has a fraction of a nano-dollar a token.)
    pub cost: Option<NanoUsd>,
    /// Whether its final output count may never have been written.
    pub is_partial: bool,
    /// The uuid of the transcript line that stands for it, where that is known.
    pub uuid: Option<CompactId>,
}

/// The responses asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Responses {
    /// The newest of them, newest first, undated ones last; those of one instant by their key.
    pub responses: Vec<Response>,
    /// How many there are in all.
    pub n_all: u64,
    /// Sums over all of them, not only those listed.
    pub totals: Usage,
}

/// Which records a responses report must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordsNeeded {
    /// Quarters of an hour, each range from its first to its last; `None`, before all others, is the undated.
    pub slots: Vec<(Option<Slot>, Option<Slot>)>,
    /// Only records of this session.
    pub session: Option<SessionNumber>,
    /// Only records of these contexts, by number; a number beyond the list is not needed.
    pub is_context_needed: Vec<bool>,
    /// How many records that is.
    pub n_records: u64,
}

/// Takes roll-up entries, then the records that it says it needs, and gives [`Responses`].
pub struct ResponsesBuilder<'a> {
    request: &'a ResponsesRequest,
    session: Option<SessionNumber>,
    contexts: Contexts<'a>,
    /// By context.
    is_kept: Vec<bool>,
    /// How many responses each quarter has that is asked for at all.
    n_by_slot: FxHashMap<Option<Slot>, u64>,
    totals: Usage,
    /// Its top is the one that goes first.
    newest: BinaryHeap<Ranked>,
}

/// A response in the order of the list.
struct Ranked {
    rank: (Reverse<Option<UtcMillis>>, RecordKey),
    response: Response,
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<'a> ResponsesBuilder<'a> {
    /// No responses yet. `session` is the number of the session asked for. The catalog must name every context that entries
    /// and records will refer to.
    pub fn new(
        request: &'a ResponsesRequest,
        session: Option<SessionNumber>,
        catalog: &'a UsageCatalog,
        prices: &'a PriceTable,
    ) -> Self {
        let contexts = Contexts::new(catalog, prices);
        ResponsesBuilder {
            request,
            session,
            is_kept: contexts.kept_by(&request.filter),
            contexts,
            n_by_slot: FxHashMap::default(),
            totals: Usage::default(),
            newest: BinaryHeap::new(),
        }
    }

    /// Adds a roll-up entry, if it is asked for. All entries of the days asked for must be given.
    pub fn add_entry(&mut self, entry: &UsageEntry) {
        let context = *self.contexts.counted(entry.key.context);
        let is_other_session = self.session.is_some_and(|session| session != entry.key.session);
        if is_other_session || !self.is_kept[context.number as usize] {
            return;
        }
        let share = self.request.share_of(entry.key.slot);
        if share != Share::None {
            *self.n_by_slot.entry(entry.key.slot).or_default() += entry.sums.responses;
        }
        if share == Share::Whole {
            let cost = self.contexts.cost_of(context, entry);
            self.totals.add(&usage_of(&entry.sums, cost));
        }
    }

    /// Which records are needed now that all entries are there: those of the newest quarters, until they are as many as are
    /// listed, and those of quarters that are asked for in part.
    pub fn needed(&self) -> RecordsNeeded {
        let mut slots: Vec<(Option<Slot>, u64)> = self.n_by_slot.iter().map(|(slot, n)| (*slot, *n)).collect();
        slots.sort_unstable_by_key(|(slot, _)| Reverse(*slot));
        let (mut n_listed, mut n_records) = (0_u64, 0_u64);
        let mut ranges: Vec<(Option<Slot>, Option<Slot>)> = Vec::new();
        let mut is_in_row = false;
        for (slot, n) in slots {
            let is_whole = self.request.share_of(slot) == Share::Whole;
            let is_needed = !is_whole || n_listed < self.request.limit as u64;
            match ranges.last_mut() {
                Some((first, _)) if is_needed && is_in_row => *first = slot,
                _ if is_needed => ranges.push((slot, slot)),
                _ => {}
            }
            is_in_row = is_needed;
            n_records += if is_needed { n } else { 0 };
            n_listed += if is_whole { n } else { 0 };
        }
        let is_context_needed = self.is_kept.clone();
        RecordsNeeded { slots: ranges, session: self.session, is_context_needed, n_records }
    }

    /// Adds a record that is needed.
    pub fn add_record(&mut self, number: ContextNumber, record: &UsageRecord) {
        if !self.request.holds(record.time) {
            return;
        }
        let context = *self.contexts.counted(number);
        let key = EntryKey {
            slot: record.slot(),
            session: self.session.unwrap_or(SessionNumber(0)),
            context: number,
            class: record.prompt_class(),
        };
        let entry = UsageEntry { key, sums: UsageSums::of(record) };
        let cost = self.contexts.cost_of(context, &entry);
        if self.request.share_of(key.slot) == Share::Part {
            self.totals.add(&usage_of(&entry.sums, cost));
        }
        let rank = (Reverse(record.time), record.key);
        if self.newest.len() >= self.request.limit {
            match self.newest.peek() {
                Some(oldest) if rank < oldest.rank => drop(self.newest.pop()),
                _ => return,
            }
        }
        let machine = self.contexts.machines[context.names.machine as usize];
        let project = self.contexts.projects[context.names.project as usize].clone();
        self.newest.push(Ranked { rank, response: response(record, machine, project, cost) });
    }

    /// Sorts what was added.
    pub fn finish(self) -> Responses {
        let responses = self.newest.into_sorted_vec().into_iter().map(|ranked| ranked.response).collect();
        Responses { responses, n_all: self.totals.responses, totals: self.totals }
    }
}

fn response(record: &UsageRecord, machine: MachineId, project: Arc<str>, cost: Option<NanoUsd>) -> Response {
    let strand = &record.strand;
    Response {
        time: record.time,
        machine,
        model: strand.model.clone(),
        project,
        session: CompactId::new(&strand.session),
        branch: strand.branch.clone(),
        agent: strand.agent.clone(),
        is_sidechain: strand.is_sidechain,
        tokens: record.tokens,
        web_searches: record.web_searches,
        cost,
        is_partial: !record.is_complete,
        uuid: record.uuid.clone(),
    }
}
