//! Responses at the ledger's door, beside a plain count over the same records.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;

use ccu_core::ids::{CompactId, MachineId, RecordKey};
use ccu_core::money::NanoUsd;
use ccu_core::pricing::{PriceQuery, PriceTable};
use ccu_core::project::shared_name;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::report::{
    ActivityRequest, Filter, Grouping, ReportRequest, Response, Responses, ResponsesRequest, RowKey, Usage,
};
use ccu_core::time::{SLOT_MS, Slot, UtcMillis};
use ccu_engine::ledger::{Ledger, LedgerPlace};
use ccu_store::Store;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// The start of a quarter of an hour.
const START: i64 = 1_795_334_400_000;
const LAPTOP: MachineId = MachineId([2; 16]);
/// Merged into the laptop.
const OLD_LAPTOP: MachineId = MachineId([3; 16]);
const MODELS: [&str; 3] = ["claude-opus-5", "claude-sonnet-4-5", "local-model"];
const PROJECTS: [&str; 3] = ["/home/a/src/api", r"C:\src\api", "/home/a/src/web"];
const N_RECORDS: u64 = 400;
/// So many sessions, and one that nobody has.
const N_SESSIONS: u64 = 9;

fn session_name(number: u64) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// The `n`-th record, in the order of arrival: mostly one minute after the one before, but one in eleven is much older and one
/// in seventeen undated; some are of one instant.
fn record(n: u64) -> UsageRecord {
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let minute = if n % 11 == 5 { scattered % N_RECORDS } else { n - n % 3 };
    let pick = |texts: &[&str; 3], shift: u32| -> Arc<str> { texts[(scattered >> shift) as usize % 3].into() };
    let strand = Strand {
        session: session_name(n / 7 % N_SESSIONS).into(),
        model: pick(&MODELS, 3),
        project: pick(&PROJECTS, 9),
        branch: "main".into(),
        agent: if n.is_multiple_of(5) { "a1".into() } else { "".into() },
        is_sidechain: n.is_multiple_of(5),
        ..Strand::default()
    };
    let mut key = [0; 16];
    key[..8].copy_from_slice(&scattered.to_be_bytes());
    key[8..].copy_from_slice(&n.to_be_bytes());
    UsageRecord {
        key: RecordKey(key),
        uuid: (!n.is_multiple_of(4)).then_some(CompactId::Uuid(key)),
        time: (n % 17 != 3).then(|| UtcMillis(START + minute as i64 * 60_123)),
        machine: [MachineId([1; 16]), LAPTOP, OLD_LAPTOP][(scattered % 3) as usize],
        strand: Arc::new(strand),
        tokens: TokenCounts {
            input: n,
            output: scattered % 900,
            cache_read: n % 3 * 150_000,
            ..TokenCounts::default()
        },
        web_searches: u64::from(n.is_multiple_of(13)),
        is_complete: !n.is_multiple_of(6),
        legacy_until: None,
        origin: Origin::Gist,
    }
}

fn ledger(home: &Path) -> Ledger {
    let place = LedgerPlace {
        config_dir: home.join("config"),
        data_dir: home.join("data"),
        machine_name: "here".to_owned(),
        roots: Vec::new(),
    };
    let ledger = Ledger::open(place).unwrap();
    let mut store = Store::open(ledger.path(), ledger.machine(), "here").unwrap();
    let mut writing = store.begin().unwrap();
    let records: Vec<UsageRecord> = (0..N_RECORDS).map(record).collect();
    // Half of them come in unfinished, and are improved in another order, which gives them other places in the table.
    let first = |record: &UsageRecord| UsageRecord {
        tokens: TokenCounts { output: 0, ..record.tokens },
        is_complete: false,
        ..record.clone()
    };
    writing.insert_batch(&records.iter().step_by(2).map(first).collect::<Vec<_>>()).unwrap();
    writing.insert_batch(&records.iter().rev().cloned().collect::<Vec<_>>()).unwrap();
    writing.name_machine(LAPTOP, "laptop").unwrap();
    writing.set_merged(OLD_LAPTOP, Some(LAPTOP)).unwrap();
    writing.commit().unwrap();
    ledger
}

fn cost(record: &UsageRecord, prices: &PriceTable) -> Option<NanoUsd> {
    let strand = &record.strand;
    let query = PriceQuery {
        speed: &strand.speed,
        service_tier: &strand.service_tier,
        inference_geo: &strand.inference_geo,
        class: record.prompt_class(),
        day: record.slot().map(Slot::utc_day),
    };
    prices.rate(&strand.model, &query).map(|rate| rate.cost(&record.tokens, record.web_searches))
}

fn keeps(request: &ResponsesRequest, record: &UsageRecord) -> bool {
    let strand = &record.strand;
    let is_in_time = match record.time {
        Some(time) => request.from.is_none_or(|from| from <= time) && request.until.is_none_or(|until| time < until),
        None => request.from.is_none() && request.until.is_none(),
    };
    is_in_time
        && request.session.as_ref().is_none_or(|session| session.to_string() == *strand.session)
        && request.filter.models.iter().all(|model| strand.model.contains(model.as_str()))
        && request.filter.only_project.as_ref().is_none_or(|project| **project == *shared_name(&strand.project))
}

/// What the ledger must answer, counted straight from the records.
fn expected(request: &ResponsesRequest, prices: &PriceTable) -> Responses {
    let mut kept: Vec<UsageRecord> = (0..N_RECORDS).map(record).filter(|record| keeps(request, record)).collect();
    kept.sort_by_key(|record| (Reverse(record.time), record.key));
    let mut totals = Usage::default();
    for record in &kept {
        let cost = cost(record, prices);
        totals.add(&Usage {
            responses: 1,
            partial: u64::from(!record.is_complete),
            legacy: 0,
            tokens: record.tokens,
            web_searches: record.web_searches,
            cost: cost.unwrap_or(NanoUsd::ZERO),
            unpriced_tokens: if cost.is_some() { 0 } else { record.tokens.total() },
        });
    }
    let responses = kept.iter().take(request.limit).map(|record| response(record, prices)).collect();
    Responses { responses, n_all: kept.len() as u64, totals }
}

fn response(record: &UsageRecord, prices: &PriceTable) -> Response {
    let strand = record.strand.clone();
    Response {
        time: record.time,
        machine: if record.machine == OLD_LAPTOP { LAPTOP } else { record.machine },
        model: strand.model.clone(),
        project: shared_name(&strand.project).into(),
        session: CompactId::new(&strand.session),
        branch: strand.branch.clone(),
        agent: strand.agent.clone(),
        is_sidechain: strand.is_sidechain,
        tokens: record.tokens,
        web_searches: record.web_searches,
        cost: cost(record, prices),
        is_partial: !record.is_complete,
        uuid: record.uuid.clone(),
    }
}

/// An instant in or around the records, often the very start of a quarter.
fn any_instant() -> impl Strategy<Value = UtcMillis> {
    let length = N_RECORDS as i64 * 60_123;
    let any = (-length / 4..length * 5 / 4).prop_map(|ms| UtcMillis(START + ms));
    prop_oneof![any.clone(), any.prop_map(|time| UtcMillis(time.0.div_euclid(SLOT_MS) * SLOT_MS))]
}

prop_compose! {
    fn any_request()(
        session in prop::option::weighted(0.4, 0..=N_SESSIONS),
        from in prop::option::of(any_instant()),
        until in prop::option::of(any_instant()),
        is_short in any::<bool>(),
        model in prop::option::weighted(0.3, prop::sample::select(MODELS.to_vec())),
        project in prop::option::weighted(0.3, prop::sample::select(vec!["src/api", "src/web", "api"])),
        limit in prop_oneof![Just(0), 1_usize..60, Just(usize::MAX)],
    ) -> ResponsesRequest {
        // Both bounds in one quarter, now and then.
        let until = if is_short { from.map(|from| UtcMillis(from.0 + 200_000)).or(until) } else { until };
        let filter = Filter {
            only_project: project.map(Arc::from),
            models: model.into_iter().map(str::to_owned).collect(),
            ..Filter::default()
        };
        ResponsesRequest { session: session.map(|number| CompactId::new(&session_name(number))), from, until, filter, limit }
    }
}

#[test]
fn responses_are_what_a_plain_count_gives() {
    let home = tempfile::tempdir().unwrap();
    let (ledger, prices) = (ledger(home.path()), PriceTable::embedded().unwrap());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(256));
    let outcome = runner.run(&any_request(), |request| {
        prop_assert_eq!(ledger.responses(&request, &prices).unwrap(), expected(&request, &prices));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn the_responses_of_a_session_cost_what_its_row_says() {
    let home = tempfile::tempdir().unwrap();
    let (ledger, prices) = (ledger(home.path()), PriceTable::embedded().unwrap());
    let request = ReportRequest {
        grouping: Grouping::Session,
        zone: TimeZone::UTC,
        now: UtcMillis(START),
        since: None,
        until: None,
        instants: None,
        last: None,
        week_start: Weekday::Monday,
        order: None,
        by_project: false,
        filter: Filter::default(),
    };
    let report = ledger.report(&request, &prices).unwrap();
    assert_eq!(report.rows.len() as u64, N_SESSIONS);
    for row in report.rows {
        let RowKey::Session(session) = row.key else { unreachable!("a report by session") };
        let request = ResponsesRequest { session: Some(session), limit: usize::MAX, ..ResponsesRequest::default() };
        let responses = ledger.responses(&request, &prices).unwrap();
        assert_eq!(responses.totals, row.usage);
        let costs = responses.responses.iter().filter_map(|response| response.cost);
        assert_eq!(costs.fold(NanoUsd::ZERO, |sum, cost| sum + cost), row.usage.cost);
    }
}

#[test]
fn the_activity_of_merged_machines_is_one() {
    let home = tempfile::tempdir().unwrap();
    let (ledger, prices) = (ledger(home.path()), PriceTable::embedded().unwrap());
    let request = ActivityRequest { zone: TimeZone::UTC, since: None, until: None, filter: Filter::default() };
    let activity = ledger.activity(&request, &prices).unwrap();
    let machines: Vec<_> = activity.machines.iter().map(|machine| machine.machine).collect();
    assert_eq!(machines, [MachineId([1; 16]), LAPTOP]);
    let n_dated = (0..N_RECORDS).filter(|n| record(*n).time.is_some()).count() as u64;
    assert_eq!(activity.all.days.iter().map(|(_, usage)| usage.responses).sum::<u64>(), n_dated);
}
