//! Whole files: there and back, what is told from what, and what people see.

pub(super) mod sample;

use std::collections::BTreeMap;

use super::*;
use crate::ids::{DatabaseId, MachineId};
use crate::money::NanoUsd;
use crate::record::{Numbered, Origin, UsageRecord};
use crate::time::UtcMillis;
use plain_record::PlainRecord;
use proptest::prelude::*;
use sample::{any_record, made_up_records};
use sha2::{Digest as _, Sha256};

const NOW: UtcMillis = UtcMillis(1_795_343_409_657);
const MACHINE: MachineId = MachineId([7; 16]);
const DATABASE: DatabaseId = DatabaseId([0xdb; 16]);
/// A chunk of the earlier tool.
const EARLIER: &str = include_str!("../../../../fixtures/gist/earlier_tool/usage_data_DESK_2026_02_p1.json");

fn head(tail: Vec<Numbered>) -> Head {
    let times = || tail.iter().filter_map(|numbered| numbered.record.time);
    Head {
        machine: MACHINE,
        machine_name: "HOME-WT".to_owned(),
        database: DATABASE,
        generation: 3,
        exported: NOW,
        head_sequence: tail.iter().map(|numbered| numbered.sequence).max().unwrap_or_default(),
        record_count: tail.len() as u64,
        range: times().min().zip(times().max()),
        statistics: Statistics::of(tail.iter().map(|numbered| &numbered.record), NanoUsd(1_234_567_891)),
        tail,
        segments: Vec::new(),
        machine_names: BTreeMap::from([(MACHINE, "HOME-WT".to_owned())]),
    }
}

fn segment(records: Vec<Numbered>) -> Segment {
    Segment { machine: MACHINE, database: DATABASE, level: 1, records }
}

fn entry(segment: &Segment) -> SegmentEntry {
    let sequences = || segment.records.iter().map(|numbered| numbered.sequence);
    SegmentEntry {
        file: "usage_data_HOME-WT_s1_1-9_01234567.json".to_owned(),
        sha256: Sha256::digest(segment.to_text()).into(),
        count: segment.records.len() as u64,
        first: sequences().min().unwrap(),
        last: sequences().max().unwrap(),
        level: segment.level,
        database: segment.database,
    }
}

fn from_gist(mut records: Vec<Numbered>, keeps_uuid: bool) -> Vec<Numbered> {
    for numbered in &mut records {
        numbered.record.origin = Origin::Gist;
        numbered.record.uuid = numbered.record.uuid.take().filter(|_| keeps_uuid);
    }
    records
}

fn export(records: &[UsageRecord]) -> String {
    let heading = ExportHeading {
        machine: MACHINE,
        machine_name: "HOME-WT".to_owned(),
        exported: NOW,
        range: None,
        machine_names: BTreeMap::new(),
    };
    let mut writer = ExportWriter::begin(Vec::new(), heading).unwrap();
    records.iter().for_each(|record| writer.record(record).unwrap());
    String::from_utf8(writer.end(&Statistics::of(records, NanoUsd::ZERO)).unwrap()).unwrap()
}

fn error(text: &str) -> String {
    let error = parse(text).unwrap_err();
    match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[test]
fn a_small_head_reads_like_the_guides() {
    insta::assert_snapshot!(head(made_up_records(1, 1)).to_text(), @r#"
    {
      "machine_name": "HOME-WT",
      "export_date": "2026-11-22T10:30:09.657000+00:00",
      "data_range": {
        "oldest": "2026-09-21",
        "newest": "2026-09-21"
      },
      "records": [
        {
          "session_id": "c34d0bff-9015-0280-e099-ec6cd7363ca5",
          "message_uuid": "83f91ca7-864a-7135-b6b9-aeef0d2df7ab",
          "timestamp": "2026-09-21T20:02:40.335000+00:00",
          "model": "claude-sonnet-4-6",
          "total_tokens": 23582,
          "input_tokens": 1,
          "output_tokens": 1,
          "cache_creation_tokens": 9580,
          "cache_read_tokens": 14000,
          "folder": "src/project-11",
          "git_branch": "feature/11-thing",
          "version": "2.1.60",
          "date": "2026-09-21",
          "key": "497305c5-d1aa-b99f-0c43-407dc177b6f7",
          "sequence": 2,
          "agent_id": "a85e7bb0f12278575",
          "is_sidechain": true
        }
      ],
      "statistics": {
        "total_records": 1,
        "total_sessions": 1,
        "total_tokens": 23582,
        "input_tokens": 1,
        "output_tokens": 1,
        "cache_creation_tokens": 9580,
        "cache_read_tokens": 14000,
        "total_cost": 1.234567891
      },
      "ccu": {
        "format": 2,
        "content": "head",
        "machine_id": "07070707-0707-0707-0707-070707070707",
        "database_id": "dbdbdbdb-dbdb-dbdb-dbdb-dbdbdbdbdbdb",
        "generation": 3,
        "record_count": 1,
        "head_sequence": 2,
        "range": [
          "2026-09-21T20:02:40.335000+00:00",
          "2026-09-21T20:02:40.335000+00:00"
        ],
        "segments": [],
        "machine_names": {
          "07070707-0707-0707-0707-070707070707": "HOME-WT"
        }
      }
    }
    "#);
}

#[test]
fn a_large_head_has_a_line_for_each_column() {
    let records = made_up_records(2, 1);
    let whole = segment(made_up_records(600, 2));
    let head = Head { record_count: 602, head_sequence: 1_000, segments: vec![entry(&whole)], ..head(records) };
    let text = head.to_text();
    let (_, ours) = text.split_once("\"ccu\"").unwrap();
    insta::assert_snapshot!(ours, @r#"
    : {
        "format": 2,
        "content": "head",
        "machine_id": "07070707-0707-0707-0707-070707070707",
        "database_id": "dbdbdbdb-dbdb-dbdb-dbdb-dbdbdbdbdbdb",
        "generation": 3,
        "record_count": 602,
        "head_sequence": 1000,
        "range": [
          "2026-09-21T20:02:40.335000+00:00",
          "2026-09-21T20:02:42.336000+00:00"
        ],
        "segments": [
          {"file":"usage_data_HOME-WT_s1_1-9_01234567.json","sha256":"717e69b35b95180828d8afac355b27ee3a114aa912c2b7790b3c18cb29d87746","count":600,"first":2,"last":623,"level":1,"database":"dbdbdbdb-dbdb-dbdb-dbdb-dbdbdbdbdbdb"}
        ],
        "machine_names": {
          "07070707-0707-0707-0707-070707070707": "HOME-WT"
        },
        "tail": {
          "count": 2,
          "machines": ["07070707-0707-0707-0707-070707070707"],
          "sessions": ["c34d0bff-9015-0280-e099-ec6cd7363ca5"],
          "agents": ["a85e7bb0f12278575"],
          "projects": ["src/project-11"],
          "branches": ["feature/11-thing"],
          "versions": ["2.1.60"],
          "models": ["claude-sonnet-4-6"],
          "speeds": [],
          "service_tiers": [],
          "inference_geos": [],
          "strands": [[1,1,1,1,1,1,1]],
          "strand_runs": [0,2],
          "keys": "SXMFxdGquZ8MQ0B9wXe299ygx0lgfiyGtUs8QIgeKQc",
          "sequence_runs": [2,2],
          "times": [1790020960335,2001],
          "input": [1,2],
          "output": [1,5],
          "cache_write": [9580,112],
          "cache_read": [14000,0],
          "flag_runs": [0,2],
          "cache_write_1h": [],
          "web_searches": [],
          "legacy_until": []
        }
      }
    }
    "#);
    assert_eq!(parse(&text).unwrap(), Content::Head(Head { tail: from_gist(head.tail.clone(), false), ..head }));
}

#[test]
fn columns_begin_with_the_500th_record() {
    let text = |n_records: usize| head(made_up_records(n_records, 1)).to_text();
    assert!(text(499).contains("\"records\": [\n    {") && !text(499).contains("\"tail\""));
    assert!(text(500).contains("\"records\": [],\n") && text(500).contains("\"tail\""));
}

#[test]
fn a_segment_is_what_its_head_says() {
    let whole = segment(made_up_records(600, 2));
    let text = whole.to_text();
    let Content::Segment(read) = parse(&text).unwrap() else { panic!("{text}") };
    let named = entry(&whole);
    assert!(named.is_of_text(&text) && !named.is_of_text(&text[1..]));
    named.check(&read).unwrap();
    let check = |entry: SegmentEntry, field: &str| {
        let error = entry.check(&read).unwrap_err().to_string();
        assert_eq!(error, format!("expected `{field}` to be what the head says of the segment"));
    };
    check(SegmentEntry { count: 599, ..named.clone() }, "count");
    check(SegmentEntry { level: 0, ..named.clone() }, "level");
    check(SegmentEntry { last: named.last - 1, ..named.clone() }, "sequence_runs");
    check(SegmentEntry { first: named.first + 1, ..named.clone() }, "sequence_runs");
    check(SegmentEntry { database: DatabaseId([0; 16]), ..named.clone() }, "database_id");
    SegmentEntry { first: 0, last: named.last + 9, ..named }.check(&read).unwrap();
}

#[test]
fn statistics_are_sums() {
    let records = made_up_records(500, 1);
    let usage = || records.iter().map(|numbered| &numbered.record);
    let sums = Statistics::of(usage(), NanoUsd(999_999_987_654_321));
    assert_eq!((sums.total_records, sums.total_cost), (500, NanoUsd(999_999_987_654_321)));
    assert_eq!(
        sums.total_sessions,
        usage().map(|record| &record.strand.session).collect::<std::collections::BTreeSet<_>>().len() as u64
    );
    assert_eq!(sums.total_tokens, usage().map(|record| record.tokens.total()).sum::<u64>());
    let parts = [sums.input_tokens, sums.output_tokens, sums.cache_creation_tokens, sums.cache_read_tokens];
    assert_eq!(parts.iter().sum::<u64>(), sums.total_tokens);
    assert!(parts.iter().all(|part| *part > 0) && sums.total_sessions > 1);
    let text = serde_json::to_string(&sums).unwrap();
    assert_eq!(serde_json::from_str::<Statistics>(&text).unwrap(), sums);
    assert_eq!(serde_json::from_str::<Statistics>(r#"{"total_cost": null}"#).unwrap(), Statistics::default());
}

#[test]
fn deep_levels_stand_on_one_line() {
    let value = serde_json::json!([[], {}, [[1, [2]], {"a": {"b": []}}], "\u{7}é"]);
    insta::assert_snapshot!(indent::to_text(&value, 2), @r#"
    [
      [],
      {},
      [
        [1,[2]],
        {"a":{"b":[]}}
      ],
      "\u0007é"
    ]
    "#);
    assert_eq!(indent::to_text(&value, 0), format!("{value}\n"));
}

#[test]
fn an_envelope_says_how_and_nothing_else() {
    let sealed = Envelope { encoding: "deflate+base64".to_owned(), payload: "AAAA".to_owned() };
    insta::assert_snapshot!(sealed.to_text(), @r#"
    {
      "ccu": {
        "format": 2,
        "content": "sealed",
        "encoding": "deflate+base64",
        "payload": "AAAA"
      }
    }
    "#);
    assert_eq!(parse(&sealed.to_text()).unwrap(), Content::Sealed(sealed));
}

#[test]
fn what_is_not_ours_is_told_apart() {
    assert_eq!(parse(EARLIER).unwrap(), Content::Earlier);
    assert_eq!(parse(r#"{"records": [], "stats": {}}"#).unwrap(), Content::Earlier);
    assert_eq!(error("{}"), "expected an object with `ccu` or with `records`");
    assert_eq!(error("{\"records\": ["), "it is not JSON: EOF while parsing a list at line 1 column 13");
    assert_eq!(error("<html>"), "it is not JSON: expected value at line 1 column 1");
    assert!(error("[1]").starts_with("expected an object with `ccu` or with `records`: "));
    assert_eq!(error(r#"{"ccu": {"format": 1}}"#), "expected `format` to be 2 or more");
    assert_eq!(
        error(r#"{"ccu": {"format": 2, "content": "plan"}}"#),
        "expected `content` to be `head`, `segment`, `sealed` or `export`"
    );
    let newer = error(r#"{"ccu": {"format": 3, "content": 7}, "records": {}}"#);
    assert_eq!(newer, "it has format 3, and this ccu reads formats up to 2; a newer ccu reads it");
    assert!(error(r#"{"ccu": {"format": 2, "content": "segment"}}"#).starts_with("expected a segment: missing field"));
}

#[test]
fn a_head_whose_numbers_disagree_is_refused() {
    let tail = made_up_records(9, 1);
    let lower = Head { head_sequence: 3, ..head(tail.clone()) };
    assert_eq!(error(&lower.to_text()), "expected `head_sequence` to be the highest sequence number");
    let segments = vec![entry(&segment(made_up_records(600, 2)))];
    let lower = Head { segments: segments.clone(), ..head(tail.clone()) };
    assert_eq!(error(&lower.to_text()), "expected `head_sequence` to be the highest sequence number");
    let foreign = SegmentEntry { database: DatabaseId([1; 16]), ..segments[0].clone() };
    let of_another_database = Head { segments: vec![foreign.clone()], ..head(tail.clone()) };
    assert!(parse(&of_another_database.to_text()).is_ok());
    let empty = Head { segments: vec![SegmentEntry { count: 0, ..foreign }], ..head(tail) };
    assert_eq!(error(&empty.to_text()), "expected `segments` to be a list of segments that hold records");
}

#[test]
fn a_wrong_clock_makes_no_head_unreadable() {
    for clock in [UtcMillis(0), UtcMillis(-1), UtcMillis(253_000_000_000_000)] {
        let head = Head { exported: clock, ..head(Vec::new()) };
        assert_eq!(parse(&head.to_text()).unwrap(), Content::Head(head));
    }
    let text = head(Vec::new()).to_text().replace("2026-11-22T", "someday");
    assert!(error(&text).starts_with("expected `export_date` to be a time like"));
}

#[test]
fn times_are_those_of_the_earlier_tool() {
    assert_eq!(time::stamp(NOW), "2026-11-22T10:30:09.657000+00:00");
    assert_eq!(time::stamp(UtcMillis(1_795_343_409_000)), "2026-11-22T10:30:09+00:00");
    assert_eq!(time::stamp(UtcMillis(1_795_343_409_007)), "2026-11-22T10:30:09.007000+00:00");
    assert_eq!(time::date(NOW).to_string(), "2026-11-22");
    assert_eq!(time::parse("t", "2026-11-22T10:30:09.657999+00:00").unwrap(), NOW);
    let error = time::parse("timestamp", "1970-01-01T00:00:00+00:00").unwrap_err();
    insta::assert_snapshot!(error, @"expected `timestamp` to be a time like `2026-11-22T10:30:09.657000+00:00`, from 2015 to 2099");
}

#[test]
fn records_in_words_are_checked() {
    let record = &made_up_records(1, 1)[0].record;
    let plain = || PlainRecord::of(record, None, Some(MACHINE));
    let check = |change: fn(&mut PlainRecord), expected: &str| {
        let mut changed = plain();
        change(&mut changed);
        let error = changed.into_record(&mut Strands::default(), Some(MACHINE), Origin::Gist).unwrap_err();
        assert!(error.to_string().starts_with(&format!("expected `{expected}` to be ")), "{error}");
    };
    check(|plain| plain.key = Some("k".to_owned()), "key");
    check(|plain| (plain.key, plain.message_uuid) = (None, "unknown".to_owned()), "message_uuid");
    check(|plain| plain.timestamp = "yesterday".to_owned(), "timestamp");
    check(|plain| plain.legacy_until = Some(String::new()), "legacy_until");
    check(|plain| plain.output_tokens = u64::MAX, "output_tokens");
    check(|plain| plain.cache_creation_1h_tokens = u64::MAX, "cache_creation_1h_tokens");
    assert!(plain().into_record(&mut Strands::default(), None, Origin::Gist).is_err());
}

#[test]
fn the_earlier_tool_finds_its_thirteen_fields() {
    let undated = UsageRecord { time: None, uuid: None, ..made_up_records(1, 1)[0].record.clone() };
    let text = serde_json::to_string_pretty(&PlainRecord::of(&undated, Some(5), Some(MACHINE))).unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "session_id": "c34d0bff-9015-0280-e099-ec6cd7363ca5",
      "message_uuid": "497305c5-d1aa-b99f-0c43-407dc177b6f7",
      "timestamp": "1970-01-01T00:00:00+00:00",
      "model": "claude-sonnet-4-6",
      "total_tokens": 23582,
      "input_tokens": 1,
      "output_tokens": 1,
      "cache_creation_tokens": 9580,
      "cache_read_tokens": 14000,
      "folder": "src/project-11",
      "git_branch": "feature/11-thing",
      "version": "2.1.60",
      "date": "1970-01-01",
      "sequence": 5,
      "agent_id": "a85e7bb0f12278575",
      "is_sidechain": true,
      "is_undated": true
    }
    "#);
}

#[test]
fn exports_are_of_one_form_however_many_records_they_have() {
    insta::assert_snapshot!(export(&[]), @r#"
    {
      "machine_name": "HOME-WT",
      "export_date": "2026-11-22T10:30:09.657000+00:00",
      "data_range": {
        "oldest": null,
        "newest": null
      },
      "records": [],
      "statistics": {
        "total_records": 0,
        "total_sessions": 0,
        "total_tokens": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_tokens": 0,
        "cache_read_tokens": 0,
        "total_cost": 0.0
      },
      "ccu": {
        "format": 2,
        "content": "export",
        "machine_id": "07070707-0707-0707-0707-070707070707",
        "record_count": 0,
        "machine_names": {}
      }
    }
    "#);
    let records: Vec<UsageRecord> = made_up_records(2, 1).into_iter().map(|numbered| numbered.record).collect();
    let text = export(&records);
    insta::assert_snapshot!(text.lines().take(12).collect::<Vec<_>>().join("\n"), @r#"
    {
      "machine_name": "HOME-WT",
      "export_date": "2026-11-22T10:30:09.657000+00:00",
      "data_range": {
        "oldest": null,
        "newest": null
      },
      "records": [
        {
          "session_id": "c34d0bff-9015-0280-e099-ec6cd7363ca5",
          "message_uuid": "83f91ca7-864a-7135-b6b9-aeef0d2df7ab",
          "timestamp": "2026-09-21T20:02:40.335000+00:00",
    "#);
    let short = text.replace("\"record_count\": 2", "\"record_count\": 3");
    assert_eq!(error(&short), "expected `records` to be as many records as `record_count` says");
}

proptest! {
    #[test]
    fn costs_come_back(nanos in 0_i64..1_000_000_000_000_000) {
        let sums = Statistics { total_cost: NanoUsd(nanos), ..Statistics::default() };
        let text = serde_json::to_string(&sums).unwrap();
        prop_assert_eq!(serde_json::from_str::<Statistics>(&text).unwrap(), sums);
    }

    #[test]
    fn small_heads_come_back(records in prop::collection::vec((1_u64..99, any_record()), 0..6)) {
        let tail = records.into_iter().map(|(sequence, record)| Numbered { sequence, record }).collect();
        let head = head(tail);
        prop_assert_eq!(parse(&head.to_text()).unwrap(), Content::Head(head));
    }

    #[test]
    fn segments_come_back(records in prop::collection::vec((1_u64..99, any_record()), 0..6)) {
        let records: Vec<_> = records.into_iter().map(|(sequence, record)| Numbered { sequence, record }).collect();
        let read = segment(from_gist(records.clone(), false));
        prop_assert_eq!(parse(&segment(records).to_text()).unwrap(), Content::Segment(read));
    }

    #[test]
    fn exports_come_back(records in prop::collection::vec(any_record(), 0..6)) {
        let Content::Export(read) = parse(&export(&records)).unwrap() else { panic!("an export") };
        let imported = |record: &UsageRecord| UsageRecord { origin: Origin::Import, ..record.clone() };
        prop_assert_eq!(read.records, records.iter().map(imported).collect::<Vec<_>>());
    }

    #[test]
    fn no_text_makes_reading_panic(text in "[\\[\\]{}\":, a-z0-9.\\-]{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn damaged_files_are_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), n_replaced in 0_usize..3) {
        for text in [head(made_up_records(3, 1)).to_text(), segment(made_up_records(3, 1)).to_text()] {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len() - 2);
            bytes.splice(at..at + n_replaced, [byte]);
            let _ = parse(&String::from_utf8_lossy(&bytes));
        }
    }
}
