//! How long reports take at a million records. Run: `cargo bench -p ccu-engine --bench query`.
//!
//! The records are made up: 500 days, 25,000 sessions, three machines, and as many roll-up entries a record as real
//! transcripts give (one per six or seven records).

use std::sync::Arc;
use std::time::{Duration, Instant};

use ccu_core::ids::{CompactId, MachineId, RecordKey};
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::report::{ActivityRequest, BlocksRequest, Filter, Grouping, ReportRequest, ResponsesRequest};
use ccu_core::time::UtcMillis;
use ccu_engine::ledger::{Ledger, LedgerError, LedgerPlace};
use ccu_store::{Store, StoreError};
use jiff::ToSpan;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

const HERE: MachineId = MachineId([1; 16]);
const RECORDS: u64 = 1_000_000;
const RECORDS_PER_SESSION: u64 = 40;
const START_MS: i64 = 1_750_000_000_000;
const MODELS: [&str; 4] = ["claude-opus-5", "claude-sonnet-5", "claude-haiku-5-5", "claude-fable-5"];
const RUNS: usize = 9;

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let place = LedgerPlace {
        config_dir: folder.path().join("config"),
        data_dir: folder.path().join("data"),
        machine_name: "bench".to_owned(),
        roots: Vec::new(),
    };
    let ledger = Ledger::open(place)?;
    let start = Instant::now();
    let mut store = Store::open(ledger.path(), ledger.machine(), "bench")?;
    fill(&mut store)?;
    println!("{RECORDS} records inserted in {:.1} s", start.elapsed().as_secs_f64());
    let (mut n_entries, mut n_days) = (0_u64, std::collections::BTreeSet::new());
    store.usage_entries((None, None), &mut |entry| {
        n_entries += 1;
        n_days.insert(entry.key.slot.map(|slot| slot.utc_day()));
    })?;
    println!("{n_entries} roll-up entries over {} days; best of {RUNS}", n_days.len());
    let prices = PriceTable::embedded()?;
    for grouping in [
        Grouping::Hourly,
        Grouping::Daily,
        Grouping::Weekly,
        Grouping::Monthly,
        Grouping::Yearly,
        Grouping::Session,
        Grouping::Project,
        Grouping::Model,
        Grouping::Device,
    ] {
        let request = request(grouping);
        measure(&format!("{grouping:?}"), || ledger.report(&request, &prices))?;
    }
    measure("Summary", || ledger.reports(summary_requests().each_ref(), &prices))?;
    measure("Blocks", || ledger.blocks(&blocks_request(), &prices))?;
    measure("Activity", || ledger.activity(&activity_request(), &prices))?;
    for (name, request) in responses_requests() {
        measure(name, || ledger.responses(&request, &prices))?;
    }
    Ok(())
}

/// Prints the best time of several runs. What a run makes is dropped inside of its time.
#[expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
fn measure<T>(name: &str, run: impl Fn() -> Result<T, LedgerError>) -> Result<(), LedgerError> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        drop(std::hint::black_box(run()?));
        times.push(start.elapsed());
    }
    println!("{name:<24} {:>7.1} ms", milliseconds(times.into_iter().min()));
    Ok(())
}

fn milliseconds(time: Option<Duration>) -> f64 {
    time.unwrap_or_default().as_secs_f64() * 1e3
}

fn request(grouping: Grouping) -> ReportRequest {
    ReportRequest {
        grouping,
        zone: TimeZone::UTC,
        now: UtcMillis(START_MS + 500 * 86_400_000),
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

/// What `ccu` without a command asks for: everything, today, this week, this month, models, projects and machines.
fn summary_requests() -> [ReportRequest; 7] {
    let all = request(Grouping::Model);
    let since = |date| ReportRequest { since: Some(date), ..request(Grouping::Model) };
    let today = all.zone.to_datetime(all.now.timestamp()).date();
    let [day, week, month] = [today, today.saturating_sub(6.days()), today.first_of_month()].map(since);
    [all, day, week, month, request(Grouping::Model), request(Grouping::Project), request(Grouping::Device)]
}

fn blocks_request() -> BlocksRequest {
    let ReportRequest { zone, now, filter, .. } = request(Grouping::Session);
    BlocksRequest { zone, now, since: None, until: None, last: None, order: None, filter }
}

fn activity_request() -> ActivityRequest {
    let ReportRequest { zone, filter, .. } = request(Grouping::Daily);
    ActivityRequest { zone, since: None, until: None, filter }
}

/// The newest responses of all, of a day, of an old session, of a project, and of a model that nobody used.
fn responses_requests() -> [(&'static str, ResponsesRequest); 5] {
    let newest = || ResponsesRequest { limit: 500, ..ResponsesRequest::default() };
    let day = START_MS + 100 * 86_400_000;
    let session = CompactId::new("00000064-0000-4000-8000-000000000000");
    let project = Filter { only_project: Some("src/project-7".into()), ..Filter::default() };
    let nobodys = Filter { models: vec!["none".to_owned()], ..Filter::default() };
    [
        ("Responses", newest()),
        (
            "Responses of a day",
            ResponsesRequest { from: Some(UtcMillis(day)), until: Some(UtcMillis(day + 86_400_000)), ..newest() },
        ),
        ("Responses of a session", ResponsesRequest { session: Some(session), ..newest() }),
        ("Responses of a project", ResponsesRequest { filter: project, ..newest() }),
        ("Responses of nobody", ResponsesRequest { filter: nobodys, ..newest() }),
    ]
}

fn fill(store: &mut Store) -> Result<(), StoreError> {
    for chunk in 0..RECORDS / 50_000 {
        let records: Vec<UsageRecord> = (chunk * 50_000..(chunk + 1) * 50_000).map(record).collect();
        let mut writing = store.begin()?;
        writing.insert_batch(&records)?;
        writing.commit()?;
    }
    Ok(())
}

/// The `n`-th record: sessions follow one another over the days, their responses a minute and a half apart, their prompts
/// growing, the last quarter of them a subagent's.
fn record(n: u64) -> UsageRecord {
    let (session, response) = (n / RECORDS_PER_SESSION, n % RECORDS_PER_SESSION);
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let time = START_MS + session as i64 * 1_728_000 + response as i64 * 90_000;
    let mut id = [0; 16];
    id[..8].copy_from_slice(&scattered.to_be_bytes());
    let strand = Strand {
        session: format!("{session:08x}-0000-4000-8000-000000000000").into(),
        version: "2.1.240".into(),
        model: MODELS[(session / 7 % 4) as usize].into(),
        project: format!("/home/a/src/project-{}", session % 40).into(),
        branch: "main".into(),
        is_sidechain: response % RECORDS_PER_SESSION >= 30,
        ..Strand::default()
    };
    UsageRecord {
        key: RecordKey(id),
        uuid: Some(CompactId::Uuid(id)),
        time: Some(UtcMillis(time)),
        machine: [HERE, MachineId([2; 16]), MachineId([3; 16])][(session % 3) as usize],
        strand: Arc::new(strand),
        tokens: TokenCounts {
            input: scattered % 50,
            output: scattered % 2_000,
            cache_write_5m: scattered % 3_000,
            cache_write_1h: 0,
            cache_read: response * 4_000,
        },
        web_searches: 0,
        is_complete: true,
        legacy_until: None,
        origin: Origin::Transcript,
    }
}
