//! How long reports take at a million records. Run: `cargo bench -p ccu-engine --bench query`.

mod million;

use std::time::{Duration, Instant};

use ccu_core::ids::{CompactId, MachineId};
use ccu_core::pricing::PriceTable;
use ccu_core::report::{ActivityRequest, BlocksRequest, Filter, Grouping, ReportRequest, ResponsesRequest};
use ccu_core::time::UtcMillis;
use ccu_engine::ledger::{Ledger, LedgerError, LedgerPlace};
use ccu_store::Store;
use jiff::ToSpan;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::million::RECORDS;

const HERE: MachineId = MachineId([1; 16]);
const START_MS: i64 = 1_750_000_000_000;
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
    million::fill(&mut store, HERE, START_MS)?;
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
    let session = CompactId::new(&million::session_id(100));
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
