//! One report while entries are added: which of them it asks for, and the row that each is summed in.
//!
//! Rows by period, session, project, model and machine differ only in the key that an entry is put under.

use std::cmp::Ordering;

use super::calendar::{AskedHours, LocalDay, LocalHour, LocalHours, Period};
use super::counted::{Contexts, CountedContext};
use super::order::{RowRank, arranged};
use super::summary::Summary;
use super::tally::{ColumnTotals, SessionRows, Tally};
use super::{Grouping, Report, ReportRequest, RowKey};
use crate::ids::CompactId;
use crate::money::NanoUsd;
use crate::rollup::{SessionNumber, UsageEntry};
use crate::time::{Slot, UtcMillis};

/// Gives the id of a session as the transcript spells it.
pub(super) type SessionNames<'n> = &'n dyn Fn(SessionNumber) -> CompactId;

/// What a row stands for, by numbers; which ones, the grouping says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct RowId {
    /// The first hour of a period; [`UNDATED`] for records without a time, and where rows are not periods.
    start: LocalHour,
    /// The session, or what else rows stand for, as numbered in [`Contexts`]; [`NO_NUMBER`] for a period as a whole.
    number: u32,
}

/// Where an entry is summed.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellId {
    row: RowId,
    /// Among [`Contexts::columns`].
    column: u32,
}

/// No hour of any calendar, before all of them.
const UNDATED: LocalHour = LocalHour(i32::MIN);
const NO_NUMBER: u32 = u32::MAX;

/// Where in the calendar a slot lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    slot: Option<Slot>,
    day: Option<LocalDay>,
    is_asked: bool,
    /// The first hour of its period; [`UNDATED`] also where the report has no periods.
    start: LocalHour,
}

/// The entries of one report, grouped as it asks.
pub(super) struct Grouped<'a> {
    request: &'a ReportRequest,
    /// By context.
    is_kept: Vec<bool>,
    period: Option<Period>,
    asked_hours: AskedHours,
    local_hours: LocalHours,
    place: Option<Place>,
    /// Its columns are [`Contexts::columns`].
    tally: Tally<RowId>,
    sessions: SessionRows,
    undated_records: u64,
}

impl<'a> Grouped<'a> {
    /// No entries yet.
    pub(super) fn new(request: &'a ReportRequest, contexts: &Contexts) -> Self {
        Grouped {
            request,
            is_kept: contexts.kept_by(&request.filter),
            period: Period::of(request),
            asked_hours: AskedHours::of(request),
            local_hours: LocalHours::new(&request.zone),
            place: None,
            tally: Tally::new(contexts.columns.len()),
            sessions: SessionRows::default(),
            undated_records: 0,
        }
    }

    /// The cell that an entry is summed in; `None` where the report does not ask for it.
    pub(super) fn asked_cell(&mut self, context: CountedContext, entry: &UsageEntry) -> Option<CellId> {
        if !self.is_kept[context.number as usize] {
            return None;
        }
        if entry.key.slot.is_none() {
            self.undated_records = self.undated_records.saturating_add(entry.sums.responses);
        }
        let place = self.place_of(entry.key.slot);
        let cell = || CellId { row: self.row_id(context, place, entry.key.session), column: context.column };
        place.is_asked.then(cell)
    }

    /// Adds an entry that is asked for.
    pub(super) fn add(&mut self, cell: CellId, entry: &UsageEntry, cost: Option<NanoUsd>) {
        let session = entry.key.session;
        let last_row = self.sessions.last_row(session);
        let row = self.tally.row_number(cell.row, last_row);
        self.tally.cell(row, cell.column).add(&entry.sums, cost);
        match self.request.grouping {
            _ if last_row == Some(row) => {}
            Grouping::Session => self.sessions.remember(row, session),
            _ => self.sessions.add(row, session),
        }
    }

    fn place_of(&mut self, slot: Option<Slot>) -> Place {
        if let Some(place) = self.place
            && place.slot == slot
        {
            return place;
        }
        let hour = slot.map(|slot| self.local_hours.hour_of(slot.start()));
        let day = hour.map(LocalHour::day);
        let start = match (self.period, hour, self.place) {
            (Some(Period::Hour), Some(hour), _) => hour,
            (_, _, Some(place)) if place.day == day => place.start,
            (Some(period), Some(hour), _) => period.start(hour),
            (_, _, _) => UNDATED,
        };
        let is_asked = self.asked_hours.holds(hour) && is_within(self.request.instants, slot);
        let place = Place { slot, day, is_asked, start };
        *self.place.insert(place)
    }

    fn row_id(&self, context: CountedContext, place: Place, session: SessionNumber) -> RowId {
        let period_part = if self.request.by_project { context.names.project } else { NO_NUMBER };
        let number = match self.request.grouping {
            Grouping::Hourly | Grouping::Daily | Grouping::Weekly | Grouping::Monthly | Grouping::Yearly => period_part,
            Grouping::Session => session.0,
            Grouping::Project => context.names.project,
            Grouping::Model => context.names.model,
            Grouping::Device => context.names.machine,
        };
        RowId { start: place.start, number }
    }

    /// Sorts and adds up what was added.
    pub(super) fn finish(mut self, contexts: &Contexts, session_names: SessionNames<'_>) -> Report {
        let n_rows = self.tally.n_rows();
        let kept = arranged(self.row_ranks(), self.request, |a, b| self.compare_keys(a, b, session_names));
        let has_sessions_as_rows = self.request.grouping == Grouping::Session;
        let n_sessions = if has_sessions_as_rows { vec![1; n_rows as usize] } else { self.sessions.n_by_row(n_rows) };
        let n_sessions_kept =
            if has_sessions_as_rows { kept.len() as u64 } else { self.sessions.n_distinct(&kept, n_rows) };
        let mut rows = Vec::with_capacity(kept.len());
        let mut column_totals = ColumnTotals::new(contexts.columns.len());
        let mut summary = Summary::new();
        for &row in &kept {
            summary.clear();
            for cell in self.tally.cells(row) {
                summary.add(cell, contexts);
                column_totals.add(cell);
            }
            let key = self.row_key(self.tally.key(row), contexts, session_names);
            rows.push(summary.row(key, n_sessions[row as usize], contexts));
        }
        summary.clear();
        column_totals.cells().for_each(|cell| summary.add(cell, contexts));
        Report {
            grouping: self.request.grouping,
            rows,
            totals: summary.row(RowKey::Total, n_sessions_kept, contexts),
            notes: summary.sums.notes(self.undated_records, contexts),
        }
    }

    fn row_ranks(&self) -> Vec<RowRank> {
        let rank = |row| match self.period {
            Some(_) => RowRank { row, size: (i64::from(self.tally.key(row).start.0), 0), last: None },
            None => {
                let start = RowRank { row, size: (0, 0), last: None };
                self.tally.cells(row).fold(start, |rank, cell| RowRank {
                    row,
                    size: (
                        rank.size.0.saturating_add(cell.usage.cost.0),
                        rank.size.1.saturating_add(cell.usage.tokens.total()),
                    ),
                    last: rank.last.max(cell.last),
                })
            }
        };
        (0..self.tally.n_rows()).map(rank).collect()
    }

    /// Compares the keys of two rows, and for rows of one period their projects.
    fn compare_keys(&self, a: u32, b: u32, session_names: SessionNames<'_>) -> Ordering {
        let (a, b) = (self.tally.key(a).number, self.tally.key(b).number);
        // All numbers but those of sessions are in the order of what they stand for.
        let by_name = match self.request.grouping {
            Grouping::Session => session_names(SessionNumber(a)).cmp(&session_names(SessionNumber(b))),
            _ => Ordering::Equal,
        };
        by_name.then(a.cmp(&b))
    }

    fn row_key(&self, id: RowId, contexts: &Contexts, session_names: SessionNames<'_>) -> RowKey {
        let index = id.number as usize;
        match self.request.grouping {
            Grouping::Hourly | Grouping::Daily | Grouping::Weekly | Grouping::Monthly | Grouping::Yearly
                if id.start == UNDATED =>
            {
                RowKey::Undated
            }
            Grouping::Hourly => RowKey::Hour(id.start.date_time()),
            Grouping::Daily | Grouping::Weekly | Grouping::Monthly | Grouping::Yearly => {
                RowKey::Period(id.start.day().date())
            }
            Grouping::Session => RowKey::Session(session_names(SessionNumber(id.number))),
            Grouping::Project => RowKey::Project(contexts.projects[index].clone()),
            Grouping::Model => RowKey::Model(contexts.models[index].clone()),
            Grouping::Device => RowKey::Machine(contexts.machines[index]),
        }
    }
}

/// Whether a slot starts within these instants, the second of them excluded. An undated entry is within none.
fn is_within(instants: Option<(UtcMillis, UtcMillis)>, slot: Option<Slot>) -> bool {
    match (instants, slot) {
        (None, _) => true,
        (Some((from, until)), Some(slot)) => from <= slot.start() && slot.start() < until,
        (Some(_), None) => false,
    }
}
