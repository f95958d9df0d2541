//! Made-up reports for the tests of the renderers. No sums are computed here: rows say what the test wants them to say.

use std::collections::BTreeSet;
use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId};
use ccu_core::money::NanoUsd;
use ccu_core::record::TokenCounts;
use ccu_core::report::{
    BLOCK_MS, Block, BlockState, BlocksReport, BurnRate, Grouping, Machine, ModelUsage, Notes, Projection, Report,
    ReportRow, RowKey, Usage,
};
use ccu_core::time::UtcMillis;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::render::names::Names;
use crate::render::{BlocksView, ReadingNotes, ReportView, Scope, Shown, SkippedFile, SummaryPeriod, SummaryView};

/// A machine id made of one repeated byte.
pub fn machine_id(byte: u8) -> MachineId {
    MachineId([byte; 16])
}

/// An instant.
pub fn time(text: &str) -> UtcMillis {
    UtcMillis::parse(text).unwrap()
}

/// A day.
pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The key of a period.
pub fn period(first_day: &str) -> RowKey {
    RowKey::Period(day(first_day))
}

/// Starts a row.
pub fn row(key: RowKey) -> RowBuilder {
    RowBuilder {
        row: ReportRow {
            key,
            projects: Arc::default(),
            usage: Usage::default(),
            models: Vec::new(),
            machines: Arc::default(),
            sessions: 1,
            first_activity: None,
            last_activity: None,
        },
    }
}

/// Builds a row.
pub struct RowBuilder {
    row: ReportRow,
}

impl RowBuilder {
    /// Adds a model with `[input, output, cache write 5 m, cache write 1 h, cache read]` and its cost in micro-dollars.
    pub fn model(mut self, model: &str, tokens: [u64; 5], cost_micro_usd: i64) -> Self {
        let [input, output, cache_write_5m, cache_write_1h, cache_read] = tokens;
        let tokens = TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read };
        let usage =
            Usage { responses: 10, tokens, cost: NanoUsd(cost_micro_usd * 1000), web_searches: 1, ..Usage::default() };
        self.row.models.push(ModelUsage { model: model.into(), usage });
        self
    }

    /// Adds a model without a price.
    pub fn unpriced_model(self, model: &str, tokens: [u64; 5]) -> Self {
        let mut builder = self.model(model, tokens, 0);
        if let Some(last) = builder.row.models.last_mut() {
            last.usage.unpriced_tokens = last.usage.tokens.total();
        }
        builder
    }

    /// Sets first and last activity.
    pub fn active(mut self, instant: &str) -> Self {
        self.row.first_activity = Some(time(instant));
        self.row.last_activity = Some(time(instant));
        self
    }

    /// Adds a project.
    pub fn project(mut self, project: &str) -> Self {
        self.row.projects = sorted_with(&self.row.projects, project.into());
        self
    }

    /// Adds a machine.
    pub fn machine(mut self, byte: u8) -> Self {
        self.row.machines = sorted_with(&self.row.machines, machine_id(byte));
        self
    }

    /// The row, its sums those of its models.
    pub fn done(mut self) -> ReportRow {
        self.row.usage = self.row.models.iter().fold(Usage::default(), |sum, model| added(&sum, &model.usage));
        self.row
    }
}

/// The sorted list with one more in it.
fn sorted_with<T: Clone + Ord>(list: &[T], one: T) -> Arc<[T]> {
    let all: BTreeSet<T> = list.iter().cloned().chain([one]).collect();
    all.into_iter().collect()
}

fn added(a: &Usage, b: &Usage) -> Usage {
    Usage {
        responses: a.responses + b.responses,
        partial: a.partial + b.partial,
        legacy: a.legacy + b.legacy,
        tokens: a.tokens.plus(&b.tokens),
        web_searches: a.web_searches + b.web_searches,
        cost: a.cost + b.cost,
        unpriced_tokens: a.unpriced_tokens + b.unpriced_tokens,
    }
}

/// A report of the rows, with their sums as totals.
pub fn report(grouping: Grouping, rows: Vec<ReportRow>) -> Report {
    let mut totals = row(RowKey::Total).done();
    totals.sessions = rows.iter().map(|row| row.sessions).sum();
    for row in &rows {
        totals.usage = added(&totals.usage, &row.usage);
        totals.machines = row.machines.iter().fold(totals.machines, |all, machine| sorted_with(&all, *machine));
        for model in &row.models {
            match totals.models.iter_mut().find(|total| total.model == model.model) {
                Some(total) => total.usage = added(&total.usage, &model.usage),
                None => totals.models.push(model.clone()),
            }
        }
    }
    let unpriced = totals.models.iter().filter(|model| model.usage.unpriced_tokens > 0);
    let unpriced_models = unpriced.map(|model| (model.model.to_string(), model.usage.unpriced_tokens)).collect();
    Report { grouping, rows, totals, notes: Notes { unpriced_models, ..Notes::default() } }
}

/// What a view borrows.
pub struct Sample {
    /// The report.
    pub report: Report,
    /// The names.
    pub names: Names,
    /// The machines.
    pub machines: Vec<Machine>,
    /// What could not be read.
    pub reading: ReadingNotes,
    /// The dates and zone.
    pub scope: Scope,
    /// Only so many rows.
    pub n_last: Option<usize>,
    /// What to show.
    pub shown: Shown,
}

impl Sample {
    /// Everything shown, all dates, UTC, two machines.
    pub fn new(report: Report) -> Self {
        let machines = vec![
            Machine {
                id: machine_id(1),
                name: "desk".into(),
                last_sync: Some(time("2026-11-22T09:00:00Z")),
                is_this_machine: true,
            },
            Machine { id: machine_id(2), name: "laptop".into(), last_sync: None, is_this_machine: false },
        ];
        Sample {
            report,
            names: Names::plain(&machines),
            machines,
            reading: ReadingNotes::default(),
            scope: Scope::everything(TimeZone::UTC),
            n_last: None,
            shown: Shown { has_models: false, has_projects: false, has_cost: true },
        }
    }

    /// The view.
    pub fn view(&self) -> ReportView<'_> {
        ReportView {
            report: &self.report,
            names: &self.names,
            machines: &self.machines,
            reading: &self.reading,
            scope: &self.scope,
            n_last: self.n_last,
            shown: self.shown,
        }
    }
}

/// Three days of a heavy user: several models, one of them without a price, and undated rows.
pub fn daily() -> Sample {
    Sample::new(report(
        Grouping::Daily,
        vec![
            row(RowKey::Undated).model("claude-opus-5", [12, 40, 0, 0, 900], 1_500).machine(1).done(),
            row(period("2026-11-20"))
                .model(
                    "claude-opus-5-20260401",
                    [1_234_567, 2_345_678, 12_345_678, 3_000_000, 1_234_567_890],
                    1_234_567_890,
                )
                .model("claude-sonnet-5", [9_999, 45_600, 100_000, 0, 2_000_000], 4_321_000)
                .model("claude-haiku-4-5-20251001", [100, 200, 0, 0, 0], 1_100)
                .active("2026-11-20T10:00:00Z")
                .machine(1)
                .machine(2)
                .done(),
            row(period("2026-11-21"))
                .model("claude-sonnet-5", [500, 1_000, 0, 0, 0], 4_000)
                .unpriced_model("future-model-9", [1_000, 2_000, 0, 0, 10_000])
                .active("2026-11-21T10:00:00Z")
                .machine(2)
                .done(),
            row(period("2026-11-22")).unpriced_model("future-model-9", [1, 2, 0, 0, 0]).machine(2).done(),
        ],
    ))
}

/// Sessions with wide and hostile names.
pub fn sessions() -> Sample {
    let session = |id: &str| row(RowKey::Session(CompactId::new(id)));
    Sample::new(report(
        Grouping::Session,
        vec![
            session("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9")
                .project("product/a-rather-long-project-name")
                .project("product/api")
                .model("claude-opus-5", [1_000, 20_000, 300_000, 0, 4_000_000], 5_000_000)
                .active("2026-11-20T23:59:59Z")
                .machine(1)
                .done(),
            session("=HYPERLINK(\"x\")")
                .project("evil/\u{1b}[31mred\u{202e}")
                .model("claude-opus-5", [1, 2, 3, 4, 5], 60)
                .active("2026-11-21T00:00:00Z")
                .machine(2)
                .done(),
            session("11111111-2222-3333-4444-555555555555")
                .project("仕事/プロジェクト")
                .model("claude-sonnet-5", [1, 2, 3, 4, 5], 60)
                .machine(1)
                .done(),
        ],
    ))
}

/// Projects of two days (`--instances`).
pub fn instances() -> Sample {
    let row = |first_day: &str, project: &str| {
        row(period(first_day)).project(project).model("claude-opus-5", [10, 20, 30, 40, 50], 1_000_000).machine(1)
    };
    let mut sample = Sample::new(report(
        Grouping::Daily,
        vec![
            row("2026-11-20", "src/web").done(),
            row("2026-11-20", "src/api").model("claude-sonnet-5", [1, 2, 3, 4, 5], 1_000).done(),
            row("2026-11-21", "src/api").done(),
        ],
    ));
    sample.shown.has_projects = true;
    sample
}

/// Everything that can be noted.
pub fn noted() -> Sample {
    let mut sample = daily();
    sample.report.notes.partial_records = 1_234;
    sample.report.notes.legacy_records = 1;
    sample.report.notes.undated_records = 2;
    sample.report.notes.is_saturated = true;
    sample.reading.malformed_lines = 3;
    sample.reading.odd_lines = 1;
    sample.reading.skipped_files =
        ["/home/a/.claude/projects/x/1.jsonl", "/home/a/\u{1b}]0;title\u{7}.jsonl", "3", "4"]
            .map(|path| SkippedFile { path: path.to_owned(), reason: "permission denied".to_owned() })
            .to_vec();
    sample
}

/// What a blocks view borrows.
pub struct BlocksSample {
    /// Whether only the active block was asked for.
    pub is_active_only: bool,
    /// The report.
    pub report: BlocksReport,
    /// What could not be read.
    pub reading: ReadingNotes,
    /// The dates and zone.
    pub scope: Scope,
    /// Only so many rows.
    pub n_last: Option<usize>,
    /// What to show.
    pub shown: Shown,
}

impl BlocksSample {
    /// The view.
    pub fn view(&self) -> BlocksView<'_> {
        BlocksView {
            report: &self.report,
            reading: &self.reading,
            scope: &self.scope,
            n_last: self.n_last,
            shown: self.shown,
            hides_paths: false,
            is_active_only: self.is_active_only,
        }
    }
}

fn block(start: &str, state: BlockState, row: ReportRow) -> Block {
    let start = time(start);
    Block {
        state,
        start,
        end: UtcMillis(start.0 + BLOCK_MS),
        first_activity: row.first_activity,
        last_activity: row.last_activity,
        usage: row.usage,
        models: row.models,
        burn_rate: None,
        projection: None,
    }
}

/// A finished block, a gap, and the block that runs now.
pub fn blocks() -> BlocksSample {
    let any = || row(RowKey::Undated);
    let finished = any()
        .model("claude-opus-5", [1_234_567, 2_345_678, 12_345_678, 3_000_000, 234_567_890], 1_234_567_890)
        .model("claude-sonnet-5", [1, 2, 3, 4, 5], 60)
        .active("2026-11-20T12:30:00Z")
        .done();
    let running = any()
        .model("claude-opus-5", [1_000, 2_000, 3_000, 4_000, 50_000], 1_500_000)
        .active("2026-11-22T10:30:00Z")
        .done();
    let totals = report(Grouping::Daily, vec![finished.clone(), running.clone()]).totals;
    let mut gap = block("2026-11-20T17:30:00Z", BlockState::Gap, any().done());
    gap.end = time("2026-11-22T10:00:00Z");
    let mut active = block("2026-11-22T10:00:00Z", BlockState::Active, running);
    active.burn_rate = Some(BurnRate {
        tokens_per_minute: 2_000.4,
        uncached_tokens_per_minute: 100.5,
        cost_per_hour: NanoUsd(3_000_000_000),
    });
    active.projection =
        Some(Projection { total_tokens: 600_000, total_cost: NanoUsd(15_000_000_000), remaining_minutes: 270 });
    BlocksSample {
        is_active_only: false,
        report: BlocksReport {
            blocks: vec![block("2026-11-20T10:00:00Z", BlockState::Finished, finished), gap, active],
            totals: totals.usage,
            models: totals.models,
            notes: Notes::default(),
        },
        reading: ReadingNotes::default(),
        scope: Scope::everything(TimeZone::UTC),
        n_last: None,
        shown: Shown { has_models: false, has_projects: false, has_cost: true },
    }
}

/// What a summary view borrows.
pub struct SummarySample {
    /// The periods.
    pub periods: Vec<SummaryPeriod>,
    /// Everything.
    pub all: Report,
    /// By model.
    pub models: Report,
    /// By project.
    pub projects: Report,
    /// By machine.
    pub devices: Report,
    /// The names.
    pub names: Names,
    /// What could not be read.
    pub reading: ReadingNotes,
    /// The dates and zone.
    pub scope: Scope,
    /// What to show.
    pub shown: Shown,
}

impl SummarySample {
    /// The view.
    pub fn view(&self) -> SummaryView<'_> {
        SummaryView {
            periods: &self.periods,
            all: &self.all,
            models: &self.models,
            projects: &self.projects,
            devices: &self.devices,
            names: &self.names,
            reading: &self.reading,
            scope: &self.scope,
            shown: self.shown,
        }
    }
}

/// A year of one machine.
pub fn summary() -> SummarySample {
    let day = daily();
    let period = |name, since: Option<&str>, row_idx: usize| SummaryPeriod {
        name,
        since: since.map(self::day),
        row: day.report.rows[row_idx].clone(),
    };
    let opus =
        |key| row(key).model("claude-opus-5", [1_000, 20_000, 300_000, 0, 4_000_000], 5_000_000).machine(1).done();
    let other = |key| row(key).unpriced_model("future-model-9", [1, 2, 3, 4, 5]).machine(1).done();
    let models = vec![opus(RowKey::Model("claude-opus-5".into())), other(RowKey::Model("future-model-9".into()))];
    let projects = (1..8).map(|number| opus(RowKey::Project(format!("src/project-{number}").into()))).collect();
    SummarySample {
        periods: vec![
            period("today", Some("2026-11-22"), 3),
            period("week", Some("2026-11-16"), 2),
            period("month", Some("2026-11-01"), 1),
            SummaryPeriod { name: "all", since: None, row: day.report.totals.clone() },
        ],
        all: day.report.clone(),
        models: report(Grouping::Model, models),
        projects: report(Grouping::Project, projects),
        devices: report(Grouping::Device, vec![opus(RowKey::Machine(machine_id(1)))]),
        names: day.names,
        reading: day.reading,
        scope: day.scope,
        shown: day.shown,
    }
}
