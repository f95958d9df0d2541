//! Made-up usage for the tests of reports: responses in, rolled up as the store does it, reports out.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{
    Activity, ActivityBuilder, ActivityRequest, BlocksBuilder, BlocksReport, BlocksRequest, Filter, Grouping, Machine,
    Report, ReportBuilder, ReportRequest, RowKey, UsageCatalog,
};
use crate::ids::{CompactId, MachineId};
use crate::pricing::PriceTable;
use crate::record::{PromptClass, TokenCounts};
use crate::rollup::{ContextNumber, EntryKey, SessionNumber, UsageContext, UsageEntry, UsageSums};
use crate::time::UtcMillis;

/// $3 a million input tokens, $15 a million output tokens.
pub(super) const SONNET: &str = "claude-sonnet-4-5-20250929";
/// $1 a million input tokens, $5 a million output tokens.
pub(super) const HAIKU: &str = "claude-haiku-4-5-20251001";
/// As Sonnet 4.5 until 2026-03-12, UTC; since then, large prompts cost no more than small ones.
pub(super) const SONNET_4_6: &str = "claude-sonnet-4-6";
/// A model without a price.
pub(super) const UNPRICED: &str = "local-model";

/// The present of all tests: noon in UTC, a Sunday.
pub(super) fn now() -> UtcMillis {
    time("2026-11-22T12:00:00Z")
}

/// Reads an instant.
pub(super) fn time(text: &str) -> UtcMillis {
    let timestamp: jiff::Timestamp = text.parse().unwrap();
    UtcMillis(timestamp.as_millisecond())
}

/// Reads a date.
pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Finds a zone in the time zone database.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// A made-up response; tests set the fields that they are about.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub time: Option<UtcMillis>,
    pub session: u32,
    pub machine: u8,
    pub model: &'static str,
    pub project: &'static str,
    pub tokens: TokenCounts,
    pub is_partial: bool,
    pub is_legacy: bool,
}

/// A response at a time: 1000 output tokens of Sonnet ($0.015) in session 0 of `/home/a/src/api` on machine 1.
pub(super) fn at(text: &str) -> Response {
    Response { time: Some(time(text)), ..undated() }
}

/// The same response without a time.
pub(super) fn undated() -> Response {
    Response {
        time: None,
        session: 0,
        machine: 1,
        model: SONNET,
        project: "/home/a/src/api",
        tokens: output(1000),
        is_partial: false,
        is_legacy: false,
    }
}

/// So many output tokens and nothing else.
pub(super) fn output(tokens: u64) -> TokenCounts {
    TokenCounts { output: tokens, ..TokenCounts::default() }
}

/// What the store would hand to a builder.
pub(super) struct RolledUp {
    pub catalog: UsageCatalog,
    pub entries: Vec<UsageEntry>,
}

/// Rolls responses up. Machine 1 is called `Home` and machine 2 `work`; others have no name.
pub(super) fn roll_up(responses: &[Response]) -> RolledUp {
    let mut contexts: Vec<UsageContext> = Vec::new();
    let mut entries: BTreeMap<EntryKey, UsageSums> = BTreeMap::new();
    for response in responses {
        let context = context_of(response);
        let context_idx = contexts.iter().position(|known| *known == context).unwrap_or_else(|| {
            contexts.push(context);
            contexts.len() - 1
        });
        let key = EntryKey {
            slot: response.time.map(UtcMillis::slot),
            session: SessionNumber(response.session),
            context: ContextNumber(context_idx as u32),
            class: PromptClass::of(response.tokens.prompt()),
        };
        let sums = entries.entry(key).or_default();
        *sums = sums.plus(&sums_of(response));
    }
    let machines = [(1, "Home"), (2, "work")].map(|(number, name)| Machine {
        id: MachineId([number; 16]),
        name: name.to_owned(),
        last_sync: None,
        is_this_machine: number == 1,
    });
    RolledUp {
        catalog: UsageCatalog { contexts, machines: machines.into() },
        entries: entries.into_iter().map(|(key, sums)| UsageEntry { key, sums }).collect(),
    }
}

fn context_of(response: &Response) -> UsageContext {
    UsageContext {
        machine: MachineId([response.machine; 16]),
        model: response.model.into(),
        project: response.project.into(),
        speed: "".into(),
        service_tier: "".into(),
        inference_geo: "".into(),
        is_sidechain: false,
    }
}

fn sums_of(response: &Response) -> UsageSums {
    UsageSums {
        responses: 1,
        partial: u64::from(response.is_partial),
        legacy: u64::from(response.is_legacy),
        tokens: response.tokens,
        web_searches: 0,
        first: response.time,
        last: response.time,
    }
}

/// Asks for everything by a grouping, in UTC, with weeks from Monday.
pub(super) fn request(grouping: Grouping) -> ReportRequest {
    ReportRequest {
        grouping,
        zone: TimeZone::UTC,
        now: now(),
        since: None,
        until: None,
        instants: None,
        last: None,
        week_start: Weekday::Monday,
        order: None,
        by_project: false,
        filter: Filter::default(),
    }
}

/// Asks for all blocks, in UTC.
pub(super) fn blocks_request() -> BlocksRequest {
    let filter = Filter::default();
    BlocksRequest { zone: TimeZone::UTC, now: now(), since: None, until: None, last: None, order: None, filter }
}

/// The report on rolled-up usage.
pub(super) fn report_on(request: &ReportRequest, usage: &RolledUp) -> Report {
    let [report] = reports_on([request], usage);
    report
}

/// Reports on rolled-up usage, made together.
pub(super) fn reports_on<const N: usize>(requests: [&ReportRequest; N], usage: &RolledUp) -> [Report; N] {
    let prices = PriceTable::embedded().unwrap();
    let mut builder = ReportBuilder::new(requests, &usage.catalog, &prices);
    for entry in &usage.entries {
        builder.add(entry);
    }
    builder.finish(&session_name)
}

/// The report on responses.
pub(super) fn report(request: &ReportRequest, responses: &[Response]) -> Report {
    report_on(request, &roll_up(responses))
}

/// The blocks report on responses.
pub(super) fn blocks_report(request: &BlocksRequest, responses: &[Response]) -> BlocksReport {
    let (usage, prices) = (roll_up(responses), PriceTable::embedded().unwrap());
    let mut builder = BlocksBuilder::new(request, &usage.catalog, &prices);
    for entry in &usage.entries {
        builder.add(entry);
    }
    builder.finish()
}

/// The activity on rolled-up usage.
pub(super) fn activity_on(request: &ActivityRequest, usage: &RolledUp) -> Activity {
    let prices = PriceTable::embedded().unwrap();
    let mut builder = ActivityBuilder::new(request, &usage.catalog, &prices);
    for entry in &usage.entries {
        builder.add(entry);
    }
    builder.finish()
}

/// The id of a session in these tests.
pub(super) fn session_name(number: SessionNumber) -> CompactId {
    CompactId::new(&format!("session-{}", number.0))
}

/// The keys of a report's rows, with the number of responses in each.
pub(super) fn keys(report: &Report) -> Vec<String> {
    let key = |key: &RowKey| match key {
        RowKey::Hour(hour) => hour.strftime("%Y-%m-%d %H:%M").to_string(),
        RowKey::Period(date) => date.to_string(),
        RowKey::Undated => "undated".to_owned(),
        RowKey::Session(id) => id.to_string(),
        RowKey::Project(name) | RowKey::Model(name) => name.to_string(),
        RowKey::Machine(id) => format!("machine {}", id.0[0]),
        RowKey::Total => "total".to_owned(),
    };
    report.rows.iter().map(|row| format!("{}: {}", key(&row.key), row.usage.responses)).collect()
}
