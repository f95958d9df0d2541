//! Builds a report: roll-up entries in, rows with totals and notes out.
//!
//! Rows by period, session, project, model and machine differ only in the key that an entry is put under.

use rustc_hash::FxHashSet;

use super::calendar::{AskedDays, LocalDay, LocalDays, Period};
use super::counted::{Contexts, CountedContext};
use super::order::{keep_latest, sort_rows};
use super::summary::Summary;
use super::tally::{SessionsByRow, Tally};
use super::{Grouping, Report, ReportRequest, ReportRow, RowKey, UsageCatalog};
use crate::pricing::PriceTable;
use crate::rollup::{SessionNumber, UsageEntry};
use crate::time::Slot;

/// What a row stands for, by numbers: periods by their first day, the rest as in [`Contexts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum RowId {
    Period { first_day: LocalDay, project: Option<u32> },
    Undated { project: Option<u32> },
    Session(SessionNumber),
    Project(u32),
    Model(u32),
    Machine(u32),
}

/// Where in the calendar a slot lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    slot: Option<Slot>,
    is_asked: bool,
    /// The first day of its period; `None` where undated or where the report has no periods.
    first_day: Option<LocalDay>,
}

/// Takes roll-up entries one by one and gives a [`Report`].
///
/// The order of the entries never matters to the result. It is fastest when they come ordered by time.
///
/// **Source**: 150,000 entries into 500 days take 3 ms, into 6,000 sessions 7 ms (one core, 2026-11-22).
pub struct ReportBuilder<'a> {
    request: &'a ReportRequest,
    contexts: Contexts<'a>,
    period: Option<Period>,
    asked_days: AskedDays,
    local_days: LocalDays,
    place: Option<Place>,
    tally: Tally<RowId>,
    sessions: SessionsByRow,
    undated_records: u64,
}

impl<'a> ReportBuilder<'a> {
    /// An empty report for a request. The catalog must name every context that entries will refer to.
    pub fn new(request: &'a ReportRequest, catalog: &'a UsageCatalog, prices: &'a PriceTable) -> Self {
        let contexts = Contexts::new(&request.filter, catalog, prices);
        ReportBuilder {
            request,
            period: Period::of(request),
            asked_days: AskedDays::of(request),
            local_days: LocalDays::new(&request.zone),
            place: None,
            tally: Tally::new(contexts.len()),
            contexts,
            sessions: SessionsByRow::default(),
            undated_records: 0,
        }
    }

    /// Adds one entry, if the request asks for it.
    pub fn add(&mut self, entry: &UsageEntry) {
        let Some(context) = self.contexts.kept(entry.key.context) else { return };
        if entry.key.slot.is_none() {
            self.undated_records = self.undated_records.saturating_add(entry.sums.responses);
        }
        let place = self.place_of(entry.key.slot);
        if !place.is_asked {
            return;
        }
        let row = self.tally.row_number(self.row_id(context, place, entry.key.session));
        let cost = self.contexts.cost_of(context, entry);
        self.tally.cell(row, context.number).add(&entry.sums, cost);
        if self.request.grouping != Grouping::Session {
            self.sessions.see(row, entry.key.session);
        }
    }

    /// Sorts and adds up what was added. `session_names` gives the id of a session as the transcript spells it, and is
    /// asked only about sessions with a row of their own.
    pub fn finish(self, session_names: &dyn Fn(SessionNumber) -> String) -> Report {
        let session_counts = self.session_counts();
        let row_numbers = self.tally.rows().map(|(number, _)| number);
        let summaries: Vec<Summary> =
            row_numbers.map(|number| Summary::of_cells(self.tally.cells(number), &self.contexts)).collect();
        let named =
            self.tally.rows().zip(&summaries).zip(session_counts).map(|(((number, id), summary), n_sessions)| {
                (number, summary.row(self.row_key(id, session_names), n_sessions, &self.contexts))
            });
        let mut rows: Vec<(u32, ReportRow)> = named.collect();
        if let (None, Some(n_rows)) = (self.period, self.request.last) {
            keep_latest(&mut rows, n_rows);
        }
        sort_rows(&mut rows, self.request);
        let kept: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
        let total = Summary::of_parts(kept.iter().map(|&number| &summaries[number as usize]));
        Report {
            grouping: self.request.grouping,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            totals: total.row(RowKey::Total, self.distinct_sessions(&kept), &self.contexts),
            notes: total.notes(self.undated_records, &self.contexts),
        }
    }

    fn place_of(&mut self, slot: Option<Slot>) -> Place {
        if let Some(place) = self.place
            && place.slot == slot
        {
            return place;
        }
        let day = slot.map(|slot| self.local_days.day_of(slot.start()));
        let is_asked = self.asked_days.holds(day);
        let first_day = day.and_then(|day| self.period.map(|period| period.first_day(day)));
        *self.place.insert(Place { slot, is_asked, first_day })
    }

    fn row_id(&self, context: CountedContext, place: Place, session: SessionNumber) -> RowId {
        let project = self.request.by_project.then_some(context.project);
        match self.request.grouping {
            Grouping::Daily | Grouping::Weekly | Grouping::Monthly | Grouping::Yearly => match place.first_day {
                Some(first_day) => RowId::Period { first_day, project },
                None => RowId::Undated { project },
            },
            Grouping::Session => RowId::Session(session),
            Grouping::Project => RowId::Project(context.project),
            Grouping::Model => RowId::Model(context.model),
            Grouping::Device => RowId::Machine(context.machine),
        }
    }

    fn row_key(&self, id: RowId, session_names: &dyn Fn(SessionNumber) -> String) -> RowKey {
        match id {
            RowId::Period { first_day, .. } => RowKey::Period(first_day.date()),
            RowId::Undated { .. } => RowKey::Undated,
            RowId::Session(session) => RowKey::Session(session_names(session)),
            RowId::Project(project) => RowKey::Project(self.contexts.projects[project as usize].to_string()),
            RowId::Model(model) => RowKey::Model(self.contexts.models[model as usize].to_string()),
            RowId::Machine(machine) => RowKey::Machine(self.contexts.machines[machine as usize]),
        }
    }

    /// The number of sessions in each row.
    fn session_counts(&self) -> Vec<u64> {
        let n_rows = self.tally.rows().len();
        if self.request.grouping == Grouping::Session {
            return vec![1; n_rows];
        }
        let mut counts = vec![0; n_rows];
        for (row, _) in self.sessions.pairs() {
            counts[row as usize] += 1;
        }
        counts
    }

    /// The number of sessions in all of these rows together.
    fn distinct_sessions(&self, rows: &[u32]) -> u64 {
        if self.request.grouping == Grouping::Session {
            return rows.len() as u64;
        }
        let kept: FxHashSet<u32> = rows.iter().copied().collect();
        let pairs = self.sessions.pairs().filter(|(row, _)| kept.contains(row));
        pairs.map(|(_, session)| session).collect::<FxHashSet<_>>().len() as u64
    }
}
