//! Tests of reports at their door: rolled-up responses in, rows, totals and notes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use proptest::prelude::*;

use super::fixture::{
    HAIKU, Response, SONNET, SONNET_4_6, UNPRICED, activity_on, at, date, keys, now, output, report, report_on,
    reports_on, request, roll_up, time, undated, zone,
};
use super::{ActivityRequest, Grouping, Order, Report, ReportRequest, ReportRow, RowKey, Usage};
use crate::ids::MachineId;
use crate::money::NanoUsd;
use crate::record::TokenCounts;
use crate::rollup::ContextNumber;
use crate::time::UtcMillis;

const GROUPINGS: [Grouping; 9] = [
    Grouping::Hourly,
    Grouping::Daily,
    Grouping::Weekly,
    Grouping::Monthly,
    Grouping::Yearly,
    Grouping::Session,
    Grouping::Project,
    Grouping::Model,
    Grouping::Device,
];

fn names(texts: &[&str]) -> Arc<[Arc<str>]> {
    texts.iter().map(|text| (*text).into()).collect()
}

#[test]
fn an_empty_report_has_no_rows() {
    for grouping in GROUPINGS {
        let report = report(&request(grouping), &[]);
        assert!(report.rows.is_empty(), "{grouping:?}");
        assert_eq!(report.totals.key, RowKey::Total);
        assert_eq!(report.totals.usage, Usage::default());
        assert_eq!(report.totals.sessions, 0);
    }
}

#[test]
fn a_row_says_what_stands_in_it() {
    let responses = [
        at("2026-11-20T08:00:00.250Z"),
        Response { session: 1, model: HAIKU, project: "/home/a/src/web", machine: 2, ..at("2026-11-20T09:59:59.999Z") },
        Response { model: HAIKU, is_partial: true, is_legacy: true, ..at("2026-11-20T08:01:00Z") },
    ];
    let report = report(&request(Grouping::Daily), &responses);
    assert_eq!(keys(&report), ["2026-11-20: 3"]);
    let row = &report.rows[0];
    assert_eq!(row.projects, names(&["src/api", "src/web"]));
    assert_eq!(*row.machines, [MachineId([1; 16]), MachineId([2; 16])]);
    assert_eq!(row.sessions, 2);
    assert_eq!(row.first_activity, Some(time("2026-11-20T08:00:00.250Z")));
    assert_eq!(row.last_activity, Some(time("2026-11-20T09:59:59.999Z")));
    assert_eq!((row.usage.partial, row.usage.legacy), (1, 1));
    assert_eq!(row.usage.tokens, output(3000));
    let models: Vec<_> =
        row.models.iter().map(|share| (&*share.model, share.usage.cost, share.usage.responses)).collect();
    assert_eq!(models, [(SONNET, NanoUsd(15_000_000), 1), (HAIKU, NanoUsd(10_000_000), 2)]);
    assert_eq!(row.usage.cost, NanoUsd(25_000_000));
    assert_eq!(report.totals, ReportRow { key: RowKey::Total, ..row.clone() });
    assert_eq!((report.notes.partial_records, report.notes.legacy_records), (1, 1));
}

#[test]
fn each_grouping_has_its_rows() {
    let responses = [
        at("2026-11-20T08:00:00Z"),
        Response { session: 1, model: HAIKU, ..at("2026-11-20T09:00:00Z") },
        Response { session: 2, project: "/srv/src/api", machine: 2, ..at("2026-10-01T09:00:00Z") },
        Response { session: 2, project: "/srv/src/web", machine: 2, ..at("2025-12-31T23:59:59Z") },
    ];
    let check = |grouping, expected: &[&str]| assert_eq!(keys(&report(&request(grouping), &responses)), expected);
    let by_hour = ["2025-12-31 23:00: 1", "2026-10-01 09:00: 1", "2026-11-20 08:00: 1", "2026-11-20 09:00: 1"];
    check(Grouping::Hourly, &by_hour);
    check(Grouping::Daily, &["2025-12-31: 1", "2026-10-01: 1", "2026-11-20: 2"]);
    check(Grouping::Weekly, &["2025-12-29: 1", "2026-09-28: 1", "2026-11-16: 2"]);
    check(Grouping::Monthly, &["2025-12-01: 1", "2026-10-01: 1", "2026-11-01: 2"]);
    check(Grouping::Yearly, &["2025-01-01: 1", "2026-01-01: 3"]);
    check(Grouping::Session, &["session-2: 2", "session-0: 1", "session-1: 1"]);
    check(Grouping::Project, &["src/api: 3", "src/web: 1"]);
    check(Grouping::Model, &["claude-sonnet-4-5-20250929: 3", "claude-haiku-4-5-20251001: 1"]);
    check(Grouping::Device, &["machine 2: 2", "machine 1: 2"]);
}

#[test]
fn a_session_that_moved_has_several_projects() {
    let responses = [
        at("2026-11-20T08:00:00.001Z"),
        Response { project: "/home/a/src/web", machine: 2, ..at("2026-11-21T08:00:00.002Z") },
        undated(),
    ];
    let report = report(&request(Grouping::Session), &responses);
    assert_eq!(keys(&report), ["session-0: 3"]);
    let row = &report.rows[0];
    assert_eq!(row.projects, names(&["src/api", "src/web"]));
    assert_eq!((row.sessions, report.totals.sessions), (1, 1));
    assert_eq!(row.first_activity, Some(time("2026-11-20T08:00:00.001Z")));
    assert_eq!(row.last_activity, Some(time("2026-11-21T08:00:00.002Z")));
}

#[test]
fn days_are_those_of_the_zone() {
    let responses = [
        at("2026-03-28T22:59:59Z"),
        at("2026-03-28T23:00:00Z"),
        at("2026-03-29T21:59:59Z"),
        at("2026-03-29T22:00:00Z"),
    ];
    let in_berlin = ReportRequest { zone: zone("Europe/Berlin"), ..request(Grouping::Daily) };
    assert_eq!(keys(&report(&in_berlin, &responses)), ["2026-03-28: 1", "2026-03-29: 2", "2026-03-30: 1"]);
    assert_eq!(keys(&report(&request(Grouping::Daily), &responses)), ["2026-03-28: 2", "2026-03-29: 2"]);
}

#[test]
fn hours_are_those_of_the_zone_and_fall_together_where_a_clock_is_set_back() {
    let responses = [
        undated(),
        // The clock in Berlin goes back from 03:00 to 02:00 at 01:00 UTC.
        at("2026-10-24T23:59:59Z"),
        at("2026-10-25T00:15:00Z"),
        at("2026-10-25T01:15:00Z"),
        at("2026-10-25T02:00:00Z"),
    ];
    let hours = |zone_name, order| {
        keys(&report(&ReportRequest { zone: zone(zone_name), order, ..request(Grouping::Hourly) }, &responses))
    };
    let in_berlin = ["undated: 1", "2026-10-25 01:00: 1", "2026-10-25 02:00: 2", "2026-10-25 03:00: 1"];
    assert_eq!(hours("Europe/Berlin", None), in_berlin);
    assert_eq!(
        hours("Europe/Berlin", Some(Order::Descending)),
        in_berlin.map(str::to_owned).into_iter().rev().collect::<Vec<_>>()
    );
    let in_kathmandu = ["undated: 1", "2026-10-25 05:00: 1", "2026-10-25 06:00: 1", "2026-10-25 07:00: 2"];
    assert_eq!(hours("Asia/Kathmandu", None), in_kathmandu);
}

#[test]
fn instants_hold_the_quarters_that_start_within() {
    let responses = [
        undated(),
        at("2026-11-20T07:59:59Z"),
        at("2026-11-20T08:00:00Z"),
        at("2026-11-20T12:59:59.999Z"),
        at("2026-11-20T13:00:00Z"),
    ];
    let n_counted = |from, until, since: Option<&str>| {
        let counts = [Grouping::Hourly, Grouping::Daily, Grouping::Model].map(|grouping| {
            let instants = Some((time(from), time(until)));
            let request = ReportRequest { instants, since: since.map(date), ..request(grouping) };
            report(&request, &responses).totals.usage.responses
        });
        assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
        counts[0]
    };
    assert_eq!(n_counted("2026-11-20T08:00:00Z", "2026-11-20T13:00:00Z", None), 2);
    // A quarter counts as a whole or not at all.
    assert_eq!(n_counted("2026-11-20T07:45:00Z", "2026-11-20T13:00:00.001Z", None), 4);
    assert_eq!(n_counted("2026-11-20T07:50:00Z", "2026-11-20T12:45:00Z", None), 1);
    assert_eq!(n_counted("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z", None), 0);
    assert_eq!(n_counted("2026-11-20T08:00:00Z", "2026-11-22T13:00:00Z", Some("2026-11-21")), 0);
}

#[test]
fn weeks_start_on_the_day_asked_for() {
    let responses = [at("2026-11-21T12:00:00Z"), at("2026-11-22T12:00:00Z"), at("2026-11-23T12:00:00Z")];
    let check = |week_start, expected: &[&str]| {
        let request = ReportRequest { week_start, ..request(Grouping::Weekly) };
        assert_eq!(keys(&report(&request, &responses)), expected, "{week_start:?}");
    };
    check(Weekday::Monday, &["2026-11-16: 2", "2026-11-23: 1"]);
    check(Weekday::Sunday, &["2026-11-15: 1", "2026-11-22: 2"]);
    check(Weekday::Saturday, &["2026-11-21: 3"]);
}

#[test]
fn since_and_until_hold_their_days() {
    let responses = [
        undated(),
        at("2026-11-18T23:59:59Z"),
        at("2026-11-19T00:00:00Z"),
        at("2026-11-20T23:59:59Z"),
        at("2026-11-21T00:00:00Z"),
    ];
    let check = |since: Option<&str>, until: Option<&str>, expected: &[&str]| {
        for grouping in [Grouping::Daily, Grouping::Session] {
            let request = ReportRequest { since: since.map(date), until: until.map(date), ..request(grouping) };
            let report = report(&request, &responses);
            assert_eq!(report.totals.usage.responses, expected.len() as u64, "{request:?}");
            assert_eq!(report.notes.undated_records, 1, "{request:?}");
            if grouping == Grouping::Daily {
                let days: Vec<_> = report.rows.iter().map(|row| &row.key).collect();
                let expected: Vec<_> = expected.iter().map(|day| row_key(day)).collect();
                assert_eq!(days, expected.iter().collect::<Vec<_>>(), "{request:?}");
            }
        }
    };
    check(None, None, &["undated", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]);
    check(Some("2026-11-19"), None, &["2026-11-19", "2026-11-20", "2026-11-21"]);
    check(None, Some("2026-11-20"), &["2026-11-18", "2026-11-19", "2026-11-20"]);
    check(Some("2026-11-19"), Some("2026-11-20"), &["2026-11-19", "2026-11-20"]);
    check(Some("2026-11-20"), Some("2026-11-19"), &[]);
}

fn row_key(text: &str) -> RowKey {
    if text == "undated" { RowKey::Undated } else { RowKey::Period(date(text)) }
}

#[test]
fn the_last_periods_are_counted_back_from_now() {
    let responses = [
        undated(),
        at("2026-11-15T23:59:59Z"),
        at("2026-11-16T00:00:00Z"),
        at("2026-11-22T11:00:00Z"),
        // The clock of another machine was a day ahead.
        at("2026-11-23T11:00:00Z"),
    ];
    let check = |grouping, n_periods, expected: &[&str]| {
        let request = ReportRequest { last: Some(n_periods), ..request(grouping) };
        assert_eq!(keys(&report(&request, &responses)), expected, "{n_periods} {grouping:?}");
    };
    check(Grouping::Daily, 7, &["2026-11-16: 1", "2026-11-22: 1"]);
    check(Grouping::Daily, 8, &["2026-11-15: 1", "2026-11-16: 1", "2026-11-22: 1"]);
    check(Grouping::Daily, 0, &[]);
    check(Grouping::Hourly, 1, &[]);
    check(Grouping::Hourly, 2, &["2026-11-22 11:00: 1"]);
    check(Grouping::Hourly, 157, &["2026-11-16 00:00: 1", "2026-11-22 11:00: 1"]);
    check(Grouping::Weekly, 1, &["2026-11-16: 2"]);
    check(Grouping::Monthly, 1, &["2026-11-01: 4"]);
}

#[test]
fn the_last_sessions_are_those_used_last() {
    let responses = [
        Response { session: 1, tokens: output(9), ..undated() },
        Response { session: 2, tokens: output(8), ..at("2026-11-20T08:00:00Z") },
        Response { session: 3, tokens: output(7), ..at("2026-11-21T08:00:00Z") },
        Response { session: 4, tokens: output(6), ..at("2026-11-20T08:00:00Z") },
        Response { session: 2, tokens: output(5), ..at("2026-11-19T08:00:00Z") },
    ];
    let check = |n_rows, expected: &[&str], tokens| {
        let request = ReportRequest { last: Some(n_rows), ..request(Grouping::Session) };
        let report = report(&request, &responses);
        assert_eq!(keys(&report), expected, "{n_rows}");
        assert_eq!((report.totals.usage.tokens, report.totals.sessions), (output(tokens), expected.len() as u64));
    };
    check(0, &[], 0);
    check(1, &["session-3: 1"], 7);
    check(2, &["session-2: 2", "session-3: 1"], 20);
    check(3, &["session-2: 2", "session-3: 1", "session-4: 1"], 26);
    check(9, &["session-2: 2", "session-1: 1", "session-3: 1", "session-4: 1"], 35);
}

#[test]
fn distinct_sessions_are_counted_over_what_stays() {
    let responses = [
        at("2026-11-20T08:00:00Z"),
        at("2026-11-20T10:00:00Z"),
        Response { session: 1, ..at("2026-11-20T09:00:00Z") },
        at("2026-11-21T08:00:00Z"),
        Response { session: 7, model: HAIKU, machine: 2, ..at("2026-11-19T08:00:00Z") },
        Response { session: u32::MAX, ..at("2026-11-21T08:00:00Z") },
    ];
    let sessions = |request: &ReportRequest| {
        let report = report(request, &responses);
        (report.rows.iter().map(|row| row.sessions).collect::<Vec<_>>(), report.totals.sessions)
    };
    assert_eq!(sessions(&request(Grouping::Daily)), (vec![1, 2, 2], 4));
    assert_eq!(sessions(&request(Grouping::Device)), (vec![3, 1], 4));
    assert_eq!(sessions(&ReportRequest { last: Some(1), ..request(Grouping::Device) }), (vec![3], 3));
    assert_eq!(sessions(&request(Grouping::Session)), (vec![1; 4], 4));
}

#[test]
fn rows_by_project_stand_for_one_project_each() {
    let responses = [
        Response { project: "/home/a/src/web", ..at("2026-11-20T08:00:00Z") },
        at("2026-11-20T08:00:00Z"),
        Response { project: r"C:\src\api", machine: 2, ..at("2026-11-20T23:00:00Z") },
        at("2026-11-21T08:00:00Z"),
        undated(),
    ];
    let rows = |order| {
        let request = ReportRequest { by_project: true, order, ..request(Grouping::Daily) };
        let report = report(&request, &responses);
        let projects = report.rows.iter().map(|row| row.projects.join(" "));
        keys(&report).into_iter().zip(projects).map(|(key, project)| format!("{key} {project}")).collect::<Vec<_>>()
    };
    let ascending = ["undated: 1 src/api", "2026-11-20: 2 src/api", "2026-11-20: 1 src/web", "2026-11-21: 1 src/api"];
    assert_eq!(rows(None), ascending);
    let descending = ["2026-11-21: 1 src/api", "2026-11-20: 2 src/api", "2026-11-20: 1 src/web", "undated: 1 src/api"];
    assert_eq!(rows(Some(Order::Descending)), descending);
}

#[test]
fn order_is_by_size_and_ties_end_by_key() {
    let of = |session, model, tokens| Response { session, model, tokens: output(tokens), ..at("2026-11-20T08:00:00Z") };
    let responses = [
        of(5, HAIKU, 300),
        of(4, SONNET, 100),
        of(3, SONNET, 200),
        of(2, SONNET, 100),
        of(1, UNPRICED, 100),
        of(0, UNPRICED, 900),
    ];
    let sessions = |order| {
        let report = report(&ReportRequest { order, ..request(Grouping::Session) }, &responses);
        report.rows.iter().map(|row| keys_number(&row.key)).collect::<String>()
    };
    // Equal cost goes by tokens, equal tokens by key.
    assert_eq!(sessions(None), "352401");
    assert_eq!(sessions(Some(Order::Descending)), "352401");
    assert_eq!(sessions(Some(Order::Ascending)), "102453");
}

fn keys_number(key: &RowKey) -> char {
    match key {
        RowKey::Session(name) => name.to_string().chars().next_back().unwrap(),
        other => panic!("not a session: {other:?}"),
    }
}

#[test]
fn usage_without_a_price_is_named() {
    let responses = [
        at("2026-11-20T08:00:00Z"),
        Response { model: UNPRICED, tokens: TokenCounts { input: 7, ..output(20) }, ..at("2026-11-20T08:00:00Z") },
        Response { model: "zeta", ..at("2026-11-21T08:00:00Z") },
        Response { model: "alpha", ..undated() },
    ];
    let report = report(&request(Grouping::Daily), &responses);
    let unpriced = [("alpha", 1000), ("zeta", 1000), (UNPRICED, 27)];
    assert_eq!(report.notes.unpriced_models, unpriced.map(|(model, tokens)| (model.to_owned(), tokens)));
    let rows: Vec<_> = report.rows.iter().map(|row| (row.usage.cost.0, row.usage.unpriced_tokens)).collect();
    assert_eq!(rows, [(0, 1000), (15_000_000, 27), (0, 1000)]);
    assert_eq!((report.totals.usage.cost, report.totals.usage.unpriced_tokens), (NanoUsd(15_000_000), 2027));
    assert_eq!(report.notes.undated_records, 1);
}

#[test]
fn the_prompt_class_is_priced_apart() {
    let prompt = |input| TokenCounts { input, ..TokenCounts::default() };
    let cost = |responses: &[Response]| report(&request(Grouping::Yearly), responses).totals.usage.cost;
    let small = Response { tokens: prompt(150_000), ..at("2026-06-01T08:00:00Z") };
    let large = Response { tokens: prompt(300_000), ..small.clone() };
    // Sonnet 4.5 costs twice as much above 200,000 prompt tokens; two small prompts in one slot are not a large one.
    assert_eq!(cost(&[small.clone(), small.clone()]), NanoUsd(900_000_000));
    assert_eq!(cost(std::slice::from_ref(&large)), NanoUsd(1_800_000_000));
    assert_eq!(cost(&[small.clone(), large, small]), NanoUsd(2_700_000_000));
}

#[test]
fn each_day_has_its_price() {
    let tokens = TokenCounts { input: 300_000, ..TokenCounts::default() };
    let responses = [
        Response { model: SONNET_4_6, tokens, ..at("2026-03-12T23:59:59Z") },
        Response { model: SONNET_4_6, tokens, ..at("2026-03-13T00:00:00Z") },
        Response { model: SONNET_4_6, tokens, ..undated() },
    ];
    let costs = |request: &ReportRequest| {
        report(request, &responses).rows.iter().map(|row| row.usage.cost.0 / 1_000_000).collect::<Vec<_>>()
    };
    assert_eq!(costs(&request(Grouping::Daily)), [900, 1800, 900]);
    // Prices change with the UTC day, wherever the reader is.
    assert_eq!(costs(&ReportRequest { zone: zone("Pacific/Apia"), ..request(Grouping::Daily) }), [900, 2700]);
    assert_eq!(costs(&request(Grouping::Model)), [3600]);
}

#[test]
fn sums_that_are_too_large_are_noted() {
    let most = |session| Response { session, tokens: output(u64::MAX / 2), ..at("2026-11-20T08:00:00Z") };
    let unpriced = |session| Response { model: UNPRICED, ..most(session) };
    let check = |responses: &[Response], is_saturated| {
        for grouping in GROUPINGS {
            let report = report(&request(grouping), responses);
            assert_eq!(report.notes.is_saturated, is_saturated, "{grouping:?} {responses:?}");
        }
    };
    check(&[at("2026-11-20T08:00:00Z")], false);
    check(&[unpriced(0)], false);
    check(&[unpriced(0), unpriced(1), unpriced(2)], true);
    // More dollars than there are.
    check(&[most(0)], true);
}

#[test]
fn an_entry_of_no_known_context_is_still_counted() {
    let mut usage = roll_up(&[at("2026-11-20T08:00:00Z")]);
    usage.entries[0].key.context = ContextNumber(99);
    let report = report_on(&request(Grouping::Model), &usage);
    assert_eq!(keys(&report), ["(unknown): 1"]);
    assert_eq!(report.notes.unpriced_models, [("(unknown)".to_owned(), 1000)]);
}

/// What the days of a report must hold, counted straight from the responses.
fn days_of(responses: &[Response], zone_name: &str) -> BTreeMap<Option<Date>, (u64, TokenCounts, BTreeSet<u32>)> {
    let zone = zone(zone_name);
    let mut days: BTreeMap<_, (u64, TokenCounts, BTreeSet<u32>)> = BTreeMap::new();
    for response in responses {
        let local_date = response.time.map(|time| zone.to_datetime(time.timestamp()).date());
        let (n_responses, tokens, sessions) = days.entry(local_date).or_default();
        *n_responses += 1;
        *tokens = tokens.plus(&response.tokens);
        sessions.insert(response.session);
    }
    days
}

fn sum_of<'u>(parts: impl Iterator<Item = &'u Usage>) -> Usage {
    parts.fold(Usage::default(), |mut sum, usage| {
        sum.add(usage);
        sum
    })
}

fn assert_adds_up(report: &Report) -> Result<(), TestCaseError> {
    let mut sum = Usage::default();
    for row in &report.rows {
        sum.add(&row.usage);
        let mut of_models = Usage::default();
        row.models.iter().for_each(|share| of_models.add(&share.usage));
        prop_assert_eq!(of_models, row.usage, "{:?}", row.key);
        prop_assert!(row.machines.is_sorted_by(|a, b| a < b) && row.projects.is_sorted_by(|a, b| a < b));
        prop_assert!(row.machines.iter().all(|machine| report.totals.machines.contains(machine)));
        prop_assert!(row.projects.iter().all(|project| report.totals.projects.contains(project)));
        prop_assert!(row.first_activity >= report.totals.first_activity || row.first_activity.is_none());
        prop_assert!(row.last_activity <= report.totals.last_activity);
    }
    prop_assert_eq!(sum, report.totals.usage);
    Ok(())
}

prop_compose! {
    fn any_tokens()(counts in prop::array::uniform5(0_u64..150_000)) -> TokenCounts {
        let [input, output, cache_write_5m, cache_write_1h, cache_read] = counts;
        TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read }
    }
}

prop_compose! {
    fn any_response()(
        // Some two years, so that days, weeks and months have several responses and years are two.
        time in prop::option::weighted(0.9, now().0 - 60_000_000_000..now().0),
        session in 0_u32..12,
        machine in 1_u8..4,
        model in prop::sample::select(vec![SONNET, SONNET_4_6, HAIKU, UNPRICED]),
        project in prop::sample::select(vec!["/home/a/src/api", r"C:\src\api", "/home/a/src/web", ""]),
        tokens in any_tokens(),
        is_partial in any::<bool>(),
    ) -> Response {
        Response { time: time.map(UtcMillis), session, machine, model, project, tokens, is_partial, is_legacy: false }
    }
}

prop_compose! {
    fn any_request()(
        zone_name in prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"]),
        week_start in 0_i8..7,
        since in prop::option::of(0_i32..700),
        until in prop::option::of(0_i32..700),
    ) -> ReportRequest {
        let days_ago = |n_days: i32| date("2026-11-22").saturating_sub(jiff::Span::new().days(n_days));
        ReportRequest {
            zone: zone(zone_name),
            week_start: Weekday::from_monday_zero_offset(week_start).unwrap(),
            since: since.map(days_ago),
            until: until.map(days_ago),
            ..request(Grouping::Daily)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_reports_have_the_same_totals(
        responses in prop::collection::vec(any_response(), 0..60),
        asked in any_request(),
    ) {
        let usage = roll_up(&responses);
        let daily = report_on(&asked, &usage);
        for grouping in GROUPINGS {
            for by_project in [false, true] {
                let report = report_on(&ReportRequest { grouping, by_project, ..asked.clone() }, &usage);
                assert_adds_up(&report)?;
                prop_assert_eq!(&report.totals, &daily.totals, "{:?}", grouping);
                prop_assert_eq!(&report.notes, &daily.notes, "{:?}", grouping);
            }
        }
    }

    #[test]
    fn reports_made_together_are_those_made_apart(
        responses in prop::collection::vec(any_response(), 0..60),
        asked in prop::array::uniform9(any_request()),
        model in prop::sample::select(vec!["", "sonnet", "haiku"]),
    ) {
        let usage = roll_up(&responses);
        let mut requests = asked;
        for (request, grouping) in requests.iter_mut().zip(GROUPINGS) {
            request.grouping = grouping;
        }
        requests[0].filter.models = vec![model.to_owned()];
        let apart = requests.each_ref().map(|request| report_on(request, &usage));
        prop_assert_eq!(reports_on(requests.each_ref(), &usage), apart);
    }

    #[test]
    fn activity_adds_up_to_the_daily_report(
        responses in prop::collection::vec(any_response(), 0..60),
        asked in any_request(),
    ) {
        let usage = roll_up(&responses);
        let ReportRequest { zone, since, until, filter, .. } = asked.clone();
        let activity = activity_on(&ActivityRequest { zone, since, until, filter }, &usage);
        let daily = report_on(&asked, &usage);
        let dated = daily.rows.iter().filter(|row| row.key != RowKey::Undated);
        let days: Vec<_> = dated.map(|row| (row.key.clone(), row.usage)).collect();
        let days_of_all: Vec<_> = activity.all.days.iter().map(|(day, usage)| (RowKey::Period(*day), *usage)).collect();
        prop_assert_eq!(days_of_all, days);
        let mut of_machines = Usage::default();
        for (map, is_all) in activity.machines.iter().map(|machine| (&machine.map, false)).chain([(&activity.all, true)]) {
            let total = sum_of(map.days.iter().map(|(_, usage)| usage));
            prop_assert_eq!(sum_of(map.hours.iter().flatten()), total);
            if is_all {
                prop_assert_eq!(of_machines, total);
            }
            of_machines.add(&total);
        }
    }

    #[test]
    fn days_are_what_a_plain_count_gives(
        responses in prop::collection::vec(any_response(), 0..60),
        zone_name in prop::sample::select(vec!["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    ) {
        let asked = ReportRequest { zone: zone(zone_name), ..request(Grouping::Daily) };
        let counted = report(&asked, &responses);
        let expected = days_of(&responses, zone_name);
        prop_assert_eq!(counted.rows.len(), expected.len());
        for (row, (day, (n_responses, tokens, sessions))) in counted.rows.iter().zip(&expected) {
            prop_assert_eq!(&row.key, &day.map_or(RowKey::Undated, RowKey::Period));
            prop_assert_eq!((row.usage.responses, row.usage.tokens), (*n_responses, *tokens));
            prop_assert_eq!(row.sessions, sessions.len() as u64);
        }
    }

    #[test]
    fn the_order_of_the_entries_never_matters(
        responses in prop::collection::vec(any_response(), 0..60),
        asked in any_request(),
        (from, to) in (0_usize..60, 0_usize..60),
    ) {
        let mut usage = roll_up(&responses);
        let asked_by = |grouping| ReportRequest { grouping, ..asked.clone() };
        let reports = |usage: &_| GROUPINGS.map(|grouping| report_on(&asked_by(grouping), usage));
        let ordered = reports(&usage);
        let n_entries = usage.entries.len().max(1);
        usage.entries.rotate_left(from % n_entries);
        usage.entries[..to % n_entries].reverse();
        prop_assert_eq!(reports(&usage), ordered);
    }
}
