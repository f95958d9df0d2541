//! Reports as plain data: what is asked, and the rows, totals and notes that answer it.
//!
//! Every face (table, JSON, CSV, dashboard) reads the same [`Report`]; nothing after it touches the store. The sums of
//! all reports over one database are equal, because all are made of the same entries by the same addition.

mod activity;
mod blocks;
mod build;
mod burn_rate;
mod calendar;
mod counted;
mod filter;
#[cfg(test)]
mod fixture;
mod grouped;
mod order;
mod responses;
mod summary;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use crate::ids::{CompactId, MachineId};
use crate::money::NanoUsd;
use crate::record::TokenCounts;
use crate::rollup::UsageContext;
use crate::time::UtcMillis;

pub use activity::{Activity, ActivityBuilder, ActivityMap, ActivityRequest, MachineActivity};
pub use blocks::{BLOCK_MS, Block, BlockState, BlocksBuilder, BlocksReport, BlocksRequest};
pub use build::ReportBuilder;
pub use burn_rate::{BurnRate, Projection};
pub use calendar::utc_day_range;
pub use responses::{RecordsNeeded, Response, Responses, ResponsesBuilder, ResponsesRequest};

/// What a report has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Local hours. Where a clock is set back, the hour that comes twice is one row.
    Hourly,
    /// Local calendar days.
    Daily,
    /// Weeks that start on [`ReportRequest::week_start`].
    Weekly,
    /// Calendar months.
    Monthly,
    /// Calendar years.
    Yearly,
    /// Sessions.
    Session,
    /// Projects, by the form of their name that all machines share.
    Project,
    /// Models.
    Model,
    /// Machines.
    Device,
}

/// Which end of a report comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Oldest, or smallest, first.
    Ascending,
    /// Newest, or largest, first.
    Descending,
}

/// What a report is asked. Dates are local to `zone` and inclusive.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// What there is a row for.
    pub grouping: Grouping,
    /// The zone whose midnights part the days.
    pub zone: TimeZone,
    /// The present instant.
    pub now: UtcMillis,
    /// The first day counted.
    pub since: Option<Date>,
    /// The last day counted.
    pub until: Option<Date>,
    /// Count only quarters of an hour that start within these instants, the second of them excluded: for times that do not
    /// begin at midnight. Undated records are left out then.
    pub instants: Option<(UtcMillis, UtcMillis)>,
    /// Keep only so many of the newest periods, counted back from that of `now` (or of `until`, where that is earlier)
    /// whether or not there was usage in them; undated records are left out then. For other groupings, keep only so
    /// many rows, those with the latest last activity.
    pub last: Option<usize>,
    /// The first day of a week.
    pub week_start: Weekday,
    /// Which end comes first. `None`: periods ascending, everything else by cost descending.
    pub order: Option<Order>,
    /// One row per period *and* project (`--instances`); periods only.
    pub by_project: bool,
    /// Which entries count at all.
    pub filter: Filter,
}

/// Which entries count: each list keeps what matches any of its words; an empty list keeps all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The shared name of the one project that counts, whole and as it is spelt; `None` keeps all.
    pub only_project: Option<Arc<str>>,
    /// Parts of project names or paths, case-insensitive.
    pub projects: Vec<String>,
    /// Parts of model ids, case-insensitive.
    pub models: Vec<String>,
    /// Machine names or ids, whole, case-insensitive.
    pub machines: Vec<String>,
}

/// Sums of usage with their cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Billed API responses.
    pub responses: u64,
    /// Responses whose final output count may never have been written.
    pub partial: u64,
    /// Responses known only from the earlier tool's data.
    pub legacy: u64,
    /// Token sums.
    pub tokens: TokenCounts,
    /// Web searches.
    pub web_searches: u64,
    /// API-equivalent cost of the priced part.
    pub cost: NanoUsd,
    /// Tokens of models without a price; their cost is in no sum.
    pub unpriced_tokens: u64,
}

impl Usage {
    /// Adds field by field, saturating.
    #[inline]
    pub fn add(&mut self, other: &Usage) {
        self.responses = self.responses.saturating_add(other.responses);
        self.partial = self.partial.saturating_add(other.partial);
        self.legacy = self.legacy.saturating_add(other.legacy);
        self.tokens = self.tokens.plus(&other.tokens);
        self.web_searches = self.web_searches.saturating_add(other.web_searches);
        self.cost += other.cost;
        self.unpriced_tokens = self.unpriced_tokens.saturating_add(other.unpriced_tokens);
    }
}

/// What one row of a report stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// A local day and hour, with minute 0. The two hours of a clock that is set back are one.
    Hour(DateTime),
    /// A local day, a week by its first day, a month by its first day, or a year by its first day.
    Period(Date),
    /// Records without a usable time.
    Undated,
    /// A session by its id.
    Session(CompactId),
    /// A project by its shared name.
    Project(Arc<str>),
    /// A model by its id.
    Model(Arc<str>),
    /// A machine.
    Machine(MachineId),
    /// Everything in the report: the key of [`Report::totals`], of no row.
    Total,
}

/// Usage of one model inside a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelUsage {
    /// The model id as the transcript gives it.
    pub model: Arc<str>,
    /// Its share of the row.
    pub usage: Usage,
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// What the row stands for.
    pub key: RowKey,
    /// Shared names of the projects in the row, sorted, each once. With `by_project` and for sessions it is the one the row
    /// stands for (a session that moved has several). Rows share these lists: there are thousands of them, with one and the
    /// same project.
    pub projects: Arc<[Arc<str>]>,
    /// Sums over the row; equal to the sum over `models`.
    pub usage: Usage,
    /// The models of the row, largest cost first, then by tokens, then by name.
    pub models: Vec<ModelUsage>,
    /// The machines of the row, sorted, each once.
    pub machines: Arc<[MachineId]>,
    /// Distinct sessions.
    pub sessions: u64,
    /// The earliest response; `None` where all are undated.
    pub first_activity: Option<UtcMillis>,
    /// The latest response.
    pub last_activity: Option<UtcMillis>,
}

/// What a reader must know to trust the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Models without a price, with their tokens, largest first.
    pub unpriced_models: Vec<(String, u64)>,
    /// Responses whose final output count may never have been written.
    pub partial_records: u64,
    /// Records of the earlier tool.
    pub legacy_records: u64,
    /// Records without a usable time. They are in the report unless a date was asked for.
    pub undated_records: u64,
    /// Whether any sum reached the largest number and is too small.
    pub is_saturated: bool,
}

/// A finished report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What there is a row for.
    pub grouping: Grouping,
    /// The rows, in the order asked for.
    pub rows: Vec<ReportRow>,
    /// Sums over all rows; `models` of all, `sessions` distinct over all.
    pub totals: ReportRow,
    /// What a reader must know.
    pub notes: Notes,
}

/// What the numbers in roll-up entries stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageCatalog {
    /// The contexts; a context's index is its [`crate::rollup::ContextNumber`].
    pub contexts: Vec<UsageContext>,
    /// The known machines, for their names.
    pub machines: Vec<Machine>,
}

/// A machine as reports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its identity.
    pub id: MachineId,
    /// Its name.
    pub name: String,
    /// When its records were last exchanged with the Gist.
    pub last_sync: Option<UtcMillis>,
    /// Whether it is the machine that we run on.
    pub is_this_machine: bool,
}
