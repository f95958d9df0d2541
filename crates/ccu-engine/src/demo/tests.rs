//! The invented data: the same for the same day, never in the future, and with every kind of row.

use std::collections::{BTreeMap, BTreeSet};

use ccu_core::pricing::PriceTable;
use ccu_core::report::{BlockState, BlocksRequest, Filter, Grouping, Report, ReportRequest, RowKey, Usage};
use ccu_core::transcript::{Line, read_line};
use ccu_store::Store;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;

use super::*;
use crate::progress::{NoProgress, ReadingProgress};

fn time(text: &str) -> UtcMillis {
    UtcMillis::parse(text).unwrap()
}

/// A Sunday afternoon.
fn today() -> UtcMillis {
    time("2026-11-22T14:23:45.678Z")
}

fn all_transcripts(today: UtcMillis) -> Vec<Transcript> {
    calendar::sessions(today).iter().flat_map(session::transcripts).collect()
}

/// The instants of all lines, first to last.
fn instants(transcripts: &[Transcript]) -> Vec<UtcMillis> {
    let after_key = transcripts.iter().flat_map(|transcript| transcript.text.split("\"timestamp\":\"").skip(1));
    let mut instants: Vec<UtcMillis> = after_key.map(|text| time(&text[..24])).collect();
    instants.sort();
    instants
}

fn report(ledger: &Ledger, grouping: Grouping) -> Report {
    let request = ReportRequest {
        grouping,
        zone: TimeZone::UTC,
        now: today(),
        since: None,
        until: None,
        instants: None,
        last: None,
        week_start: Weekday::Monday,
        order: None,
        by_project: false,
        filter: Filter::default(),
    };
    ledger.report(&request, &PriceTable::embedded().unwrap()).unwrap()
}

#[test]
fn the_same_day_has_the_same_bytes() {
    let (first, second) = (all_transcripts(today()), all_transcripts(today()));
    let pairs = |transcripts: &[Transcript]| -> BTreeMap<String, String> {
        transcripts.iter().map(|transcript| (transcript.path.clone(), transcript.text.clone())).collect()
    };
    assert!(pairs(&first) == pairs(&second));
    assert_eq!(pairs(&first).len(), first.len(), "two transcripts have one path");
    let n_bytes: usize = first.iter().map(|transcript| transcript.text.len()).sum();
    assert!((15_000_000..25_000_000).contains(&n_bytes), "{n_bytes}");
}

/// Whatever the hour, day or year: the latest line is minutes old, none is in the future, and five quiet hours before the
/// present sitting give it a block of its own, which lasts beyond the present.
#[test]
fn the_present_is_busy_and_has_no_future() {
    let hour_ms = 3_600_000;
    for text in [
        "2026-01-01T00:00:00Z",
        "2026-04-13T03:59:59.999Z",
        "2026-11-22T14:23:45.678Z",
        "2026-11-23T09:00:00Z",
        "2027-05-01T18:30:00Z",
        "2028-02-29T23:59:59.999Z",
        "2029-12-27T12:00:00.001Z",
        "2040-08-15T05:00:00Z",
    ] {
        let now = time(text);
        let mut plans = calendar::sessions(now);
        plans.retain(|plan| plan.start.0 > now.0 - 72 * hour_ms);
        let transcripts: Vec<Transcript> = plans.iter().flat_map(session::transcripts).collect();
        let instants = instants(&transcripts);
        let latest = instants[instants.len() - 1];
        assert!(latest <= now && now.0 - latest.0 < 600_000, "{text}: {latest}");
        let pause = instants.windows(2).rev().find(|pair| pair[1].0 - pair[0].0 >= hour_ms).unwrap();
        let block_start = pause[1].0 - pause[1].0 % hour_ms;
        assert!(block_start - pause[0].0 >= 5 * hour_ms && now.0 < block_start + 5 * hour_ms, "{text}: {pause:?}");
    }
}

#[test]
fn the_last_week_has_work_on_every_day_even_at_the_turn_of_the_year() {
    let plans = calendar::sessions(time("2029-12-30T12:00:00Z"));
    let days: BTreeSet<Date> = plans.iter().map(|plan| plan.day).filter(|day| *day >= date(2029, 12, 24)).collect();
    assert_eq!(days.len(), 7, "{days:?}");
    let earlier_turn = date(2028, 12, 24)..=date(2029, 1, 1);
    let is_own_work = |plan: &calendar::SessionPlan| plan.machine != DemoMachine::BuildServer;
    assert!(!plans.iter().filter(|plan| is_own_work(plan)).any(|plan| earlier_turn.contains(&plan.day)));
}

/// Reads everything by serde_json, apart from ccu's own reader: the ids of the responses with what was said about them.
fn responses(transcripts: &[Transcript]) -> BTreeMap<String, Seen> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for (file_idx, transcript) in transcripts.iter().enumerate() {
        for line in transcript.text.lines() {
            let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let (message, usage) = (&row["message"], &row["message"]["usage"]);
            if row["type"] != "assistant" || message["model"] == "<synthetic>" {
                continue;
            }
            let response = seen.entry(message["id"].as_str().unwrap().to_owned()).or_default();
            response.outputs.insert(usage["output_tokens"].as_u64().unwrap());
            response.files.insert(file_idx);
            response.n_rows += 1;
            response.is_advised |= usage["iterations"][0]["type"] == "advisor_message";
        }
    }
    seen
}

#[derive(Default)]
struct Seen {
    outputs: BTreeSet<u64>,
    files: BTreeSet<usize>,
    n_rows: usize,
    is_advised: bool,
}

/// One test, because furnishing takes a second where nothing is optimised.
#[test]
fn a_furnished_home_shows_everything() {
    let home = tempfile::tempdir().unwrap();
    let mut ledger = furnish(home.path(), today(), &NoProgress).unwrap();
    let health = ledger.health().unwrap();
    assert!(health.damages.is_empty() && health.are_rollups_true, "{health:?}");
    assert!(health.last.unwrap() <= today(), "{health:?}");
    assert!((15_000..25_000).contains(&health.n_records), "{health:?}");
    counts_are_those_of_the_lines(&ledger);
    totals_are_equal_and_believable(&ledger);
    every_kind_of_row_is_there(&ledger);
    a_block_is_active(&ledger);
    let again = ledger.refresh("test", &NoProgress).unwrap();
    assert_eq!((again.n_read, again.missing_roots.len()), (0, 0));
    drop(ledger);
    let reopened = Ledger::open(place(home.path())).unwrap();
    assert_eq!(reopened.health().unwrap().n_records, health.n_records);
    let inside: BTreeSet<String> =
        fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let expected = ["build-server", "config", "data", "laptop", "old-laptop", "workstation"];
    assert_eq!(inside, expected.map(str::to_owned).into());
}

fn counts_are_those_of_the_lines(ledger: &Ledger) {
    let seen = responses(&all_transcripts(today()));
    let n_advised = seen.values().filter(|response| response.is_advised).count();
    let n_growing = seen.values().filter(|response| response.outputs.len() > 1).count();
    let n_copied = seen.values().filter(|response| response.files.len() > 1).count();
    let n_several_rows = seen.values().filter(|response| response.n_rows > 1).count();
    let least = |what, n: usize, at_least| assert!(n >= at_least, "{n} {what}");
    least("with advice", n_advised, 20);
    least("with growing copies", n_growing, 1_000);
    least("copied by forks", n_copied, 10);
    least("with several rows", n_several_rows, 4_000);
    assert_eq!(ledger.health().unwrap().n_records as usize, seen.len() + n_advised);
    let output: u64 = seen.values().filter_map(|response| response.outputs.last()).sum();
    let advised = report(ledger, Grouping::Model).totals.usage.tokens.output;
    assert!(output < advised && advised < output + 2_000 * n_advised as u64, "{output} {advised}");
}

fn totals_are_equal_and_believable(ledger: &Ledger) {
    use Grouping::{Daily, Device, Model, Monthly, Project, Session, Weekly, Yearly};
    let daily = report(ledger, Daily);
    for grouping in [Daily, Weekly, Monthly, Yearly, Session, Project, Model, Device] {
        let report = report(ledger, grouping);
        let mut sum = Usage::default();
        report.rows.iter().for_each(|row| sum.add(&row.usage));
        assert_eq!((sum, report.totals.usage), (daily.totals.usage, daily.totals.usage), "{grouping:?}");
    }
    let tokens = daily.totals.usage.tokens;
    assert!(tokens.cache_read > tokens.total() / 2, "{tokens:?}");
    let mut costs: Vec<i128> = daily
        .rows
        .iter()
        .filter(|row| row.key != RowKey::Undated)
        .map(|row| i128::from(row.usage.cost.0) / 1_000_000_000)
        .collect();
    assert!(costs.len() >= 350, "{} active days", costs.len());
    costs.sort_unstable();
    let (median, most) = (costs[costs.len() / 2], costs[costs.len() - 1]);
    assert!((10..60).contains(&median) && (100..400).contains(&most), "median ${median}, most ${most}");
    let n_weekends = daily.rows.iter().filter(|row| is_weekend(&row.key)).count();
    assert!(n_weekends * 5 < costs.len(), "{n_weekends} days of weekends");
}

fn is_weekend(key: &RowKey) -> bool {
    matches!(key, RowKey::Period(day) if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
}

fn every_kind_of_row_is_there(ledger: &Ledger) {
    let report = report(ledger, Grouping::Device);
    let (notes, usage) = (&report.notes, &report.totals.usage);
    let unpriced: Vec<&str> = notes.unpriced_models.iter().map(|(model, _)| model.as_str()).collect();
    assert_eq!(unpriced, ["glm-4.7"]);
    assert_eq!((notes.undated_records, ledger.malformed_lines().unwrap()), (1, 1));
    let problems = ledger.problems(10).unwrap();
    assert!(problems.len() == 2 && problems.iter().all(|problem| problem.line.is_some()), "{problems:?}");
    assert!(notes.partial_records > 0 && notes.partial_records < usage.responses / 10, "{notes:?}");
    assert!(usage.tokens.cache_write_1h > 0 && usage.tokens.cache_write_5m > 0 && usage.web_searches > 0);
    assert_eq!(report.rows.len(), 4);
    let names: Vec<String> = ledger.machines().unwrap().into_iter().map(|machine| machine.name).collect();
    assert_eq!(names, ["build-server", "laptop", "old-laptop", "workstation"]);
    let contexts = Store::open(ledger.path(), ledger.machine(), "workstation").unwrap().contexts().unwrap();
    assert!(contexts.iter().any(|context| &*context.speed == "fast"));
    assert!(contexts.iter().any(|context| context.is_sidechain));
    assert!(contexts.iter().all(|context| &*context.model != "<synthetic>"));
}

fn a_block_is_active(ledger: &Ledger) {
    let request = BlocksRequest {
        zone: TimeZone::UTC,
        now: today(),
        since: None,
        until: None,
        last: None,
        order: None,
        filter: Filter::default(),
    };
    let blocks = ledger.blocks(&request, &PriceTable::embedded().unwrap()).unwrap().blocks;
    let newest = &blocks[blocks.len() - 1];
    assert_eq!(newest.state, BlockState::Active);
    assert!(newest.projection.is_some() && newest.models.len() > 1 && newest.usage.responses > 30, "{newest:?}");
    assert!(blocks.iter().any(|block| block.state == BlockState::Gap));
}

#[test]
fn every_line_but_the_cut_one_is_read_and_its_texts_are_plain() {
    let mut n_malformed = 0;
    for transcript in all_transcripts(today()) {
        assert!(transcript.text.ends_with('\n') && transcript.text.is_ascii(), "{}", transcript.path);
        n_malformed +=
            transcript.text.lines().filter(|line| matches!(read_line(line.as_bytes()), Line::Malformed(_))).count();
    }
    assert_eq!(n_malformed, 1);
}

/// Somebody who wants to stop at once.
struct Impatient;

impl Progress for Impatient {
    fn reading(&self, _progress: ReadingProgress) {}

    fn is_interrupted(&self) -> bool {
        true
    }
}

#[test]
fn it_can_be_stopped_and_says_where_it_cannot_write() {
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(furnish(home.path(), today(), &Impatient), Err(DemoError::Interrupted)));
    let file = home.path().join("file");
    File::create(&file).unwrap();
    let error = furnish(&file, today(), &NoProgress).err().unwrap();
    assert!(error.to_string().starts_with(&format!("cannot write `{}", file.display())), "{error}");
}
