//! Reports as a person or a program reads them: tables, JSON, CSV. All of them read the same [`ReportView`].

pub mod csv;
pub mod footnotes;
pub mod grid;
pub mod jq;
pub mod json;
pub mod model_names;
pub mod names;
pub mod number;
pub mod table;
pub mod theme;

#[cfg(test)]
pub mod sample;
#[cfg(test)]
pub mod schema_check;

use ccu_core::report::{BlocksReport, Grouping, Machine, Notes, Report, ReportRow};
use ccu_core::time::UtcMillis;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::render::names::Names;

/// A report and everything that it takes to show it.
#[derive(Debug, Clone)]
pub struct ReportView<'a> {
    /// The report.
    pub report: &'a Report,
    /// The names to show.
    pub names: &'a Names,
    /// The machines that the database knows.
    pub machines: &'a [Machine],
    /// What could not be read on the way.
    pub reading: &'a ReadingNotes,
    /// Which dates and which zone were asked for.
    pub scope: &'a Scope,
    /// Only so many rows were asked for, those used last; `None` where all were, or where the scope counts periods.
    pub n_last: Option<usize>,
    /// What of it to show.
    pub shown: Shown,
}

impl ReportView<'_> {
    /// What a reader must know to trust the report.
    pub fn caveats(&self) -> Caveats<'_> {
        Caveats {
            notes: &self.report.notes,
            reading: self.reading,
            scope: self.scope,
            undated_place: self.undated_place(),
            hides_paths: self.names.are_hidden(),
            has_cost: self.shown.has_cost,
        }
    }
}

impl ReportView<'_> {
    fn undated_place(&self) -> &'static str {
        match self.report.grouping {
            Grouping::Hourly | Grouping::Daily | Grouping::Weekly | Grouping::Monthly | Grouping::Yearly => {
                "in the row `unknown`"
            }
            Grouping::Session | Grouping::Project | Grouping::Model | Grouping::Device => "counted without a day",
        }
    }
}

/// A blocks report and everything that it takes to show it. Blocks name models only.
#[derive(Debug, Clone)]
pub struct BlocksView<'a> {
    /// The report.
    pub report: &'a BlocksReport,
    /// What could not be read on the way.
    pub reading: &'a ReadingNotes,
    /// Which dates and which zone were asked for.
    pub scope: &'a Scope,
    /// Only so many rows were asked for, those used last; `None` where all were, or where the scope counts periods.
    pub n_last: Option<usize>,
    /// What of it to show.
    pub shown: Shown,
    /// Whether paths are hidden.
    pub hides_paths: bool,
    /// Whether only the active block was asked for.
    pub is_active_only: bool,
}

impl BlocksView<'_> {
    /// What a reader must know to trust the report.
    pub fn caveats(&self) -> Caveats<'_> {
        Caveats {
            notes: &self.report.notes,
            reading: self.reading,
            scope: self.scope,
            undated_place: "in no block",
            hides_paths: self.hides_paths,
            has_cost: self.shown.has_cost,
        }
    }
}

/// A summary and everything that it takes to show it: a few periods up to today, and what stood behind the usage.
#[derive(Debug, Clone)]
pub struct SummaryView<'a> {
    /// The periods, shortest first.
    pub periods: &'a [SummaryPeriod],
    /// Everything that was asked for: its totals and notes are those of the summary.
    pub all: &'a Report,
    /// The rows by model.
    pub models: &'a Report,
    /// The rows by project.
    pub projects: &'a Report,
    /// The rows by machine.
    pub devices: &'a Report,
    /// The names to show.
    pub names: &'a Names,
    /// What could not be read on the way.
    pub reading: &'a ReadingNotes,
    /// Which dates and which zone were asked for.
    pub scope: &'a Scope,
    /// What of it to show.
    pub shown: Shown,
}

/// A period of a summary.
#[derive(Debug, Clone)]
pub struct SummaryPeriod {
    /// Its name: `today`, `week`, `month`, `all`.
    pub name: &'static str,
    /// Its first day; `None` for all time.
    pub since: Option<Date>,
    /// Its usage.
    pub row: ReportRow,
}

impl SummaryView<'_> {
    /// What a reader must know to trust the summary.
    pub fn caveats(&self) -> Caveats<'_> {
        Caveats {
            notes: &self.all.notes,
            reading: self.reading,
            scope: self.scope,
            undated_place: "in the sum of all time only",
            hides_paths: self.names.are_hidden(),
            has_cost: self.shown.has_cost,
        }
    }
}

/// What a reader must know to trust a report: what is missing in it, and what is doubtful.
#[derive(Debug, Clone, Copy)]
pub struct Caveats<'a> {
    /// What the report notes.
    pub notes: &'a Notes,
    /// What could not be read on the way.
    pub reading: &'a ReadingNotes,
    /// Which dates were asked for.
    pub scope: &'a Scope,
    /// Where undated records are, unless dates were asked for.
    pub undated_place: &'static str,
    /// Whether paths are hidden.
    pub hides_paths: bool,
    /// Whether costs are shown.
    pub has_cost: bool,
}

/// What could not be read of the transcripts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadingNotes {
    /// Lines that are no JSON, or too long.
    pub malformed_lines: u64,
    /// Lines that count, though a count or a text in them could not be read.
    pub odd_lines: u64,
    /// Files that could not be read.
    pub skipped_files: Vec<SkippedFile>,
    /// Whether these are the transcripts of the demo.
    pub is_demo: bool,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedFile {
    /// Where it is.
    pub path: String,
    /// Why it was skipped.
    pub reason: String,
}

/// Which dates a report was asked for, and in which zone.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The first day.
    pub since: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// So many of the newest periods, with their name: `(3, "days")`.
    pub last: Option<(u32, &'static str)>,
    /// Whether only some projects, models or machines were asked for.
    pub is_filtered: bool,
    /// The zone whose midnights part the days.
    pub zone: TimeZone,
}

impl Scope {
    /// All days there are, in a zone.
    pub fn everything(zone: TimeZone) -> Self {
        Scope { since: None, until: None, last: None, is_filtered: false, zone }
    }

    /// The dates in words: `from 2026-11-01 to 2026-11-22`, `since 2026-11-01`; nothing where all dates were asked for.
    pub fn dates(&self) -> Option<String> {
        let dates = match (self.since, self.until) {
            (Some(since), Some(until)) if since == until => Some(format!("on {since}")),
            (Some(since), Some(until)) => Some(format!("from {since} to {until}")),
            (Some(since), None) => Some(format!("since {since}")),
            (None, Some(until)) => Some(format!("until {until}")),
            (None, None) => None,
        };
        let last = self.last.map(|(n_periods, periods)| match n_periods {
            1 => format!("in the last {}", periods.trim_end_matches('s')),
            _ => format!("in the last {n_periods} {periods}"),
        });
        match (dates, last) {
            (Some(dates), Some(last)) => Some(format!("{dates}, {last}")),
            (dates, last) => dates.or(last),
        }
    }

    /// The name of the zone, or its offset where it has none.
    pub fn zone_name(&self) -> String {
        match self.zone.iana_name() {
            Some(name) => name.to_owned(),
            None => self.zone.to_fixed_offset().map_or_else(|_| "local time".to_owned(), |offset| offset.to_string()),
        }
    }

    /// The local day of an instant.
    pub fn day(&self, time: UtcMillis) -> Date {
        time.timestamp().to_zoned(self.zone.clone()).date()
    }

    /// The local day and minute of an instant: `2026-11-22 14:05`.
    pub fn minute(&self, time: UtcMillis) -> String {
        time.timestamp().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// Which parts of a report are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Rows for each model (`--breakdown`).
    pub has_models: bool,
    /// Rows for each project (`--instances`).
    pub has_projects: bool,
    /// Costs; off with `--no-cost`.
    pub has_cost: bool,
}

/// The key of a period as all outputs write it: `2026-11-22`, `2026-11`, `2026`.
pub fn period_text(grouping: Grouping, first_day: Date) -> String {
    match grouping {
        Grouping::Monthly => first_day.strftime("%Y-%m").to_string(),
        Grouping::Yearly => first_day.strftime("%Y").to_string(),
        Grouping::Hourly
        | Grouping::Daily
        | Grouping::Weekly
        | Grouping::Session
        | Grouping::Project
        | Grouping::Model
        | Grouping::Device => first_day.to_string(),
    }
}

/// The key of an hour as all outputs write it: `2026-11-22 14:00`.
pub fn hour_text(hour: DateTime) -> String {
    hour.strftime("%Y-%m-%d %H:%M").to_string()
}

/// The key of undated rows.
pub const UNDATED: &str = "unknown";
