//! Columns and records: there and back, and nothing else gets through.

use super::*;
use crate::record::{Numbered, Origin, UsageRecord};
use crate::wire::tests::sample::{any_record, made_up_records};
use proptest::prelude::*;

fn numbered(records: Vec<(u64, UsageRecord)>) -> Vec<Numbered> {
    records.into_iter().map(|(sequence, record)| Numbered { sequence, record }).collect()
}

/// What the wire leaves of a record.
fn on_the_wire(records: &[Numbered]) -> Vec<Numbered> {
    let without = |record: &UsageRecord| UsageRecord { uuid: None, origin: Origin::Gist, ..record.clone() };
    records.iter().map(|numbered| Numbered { record: without(&numbered.record), ..*numbered }).collect()
}

fn json(columns: &Columns) -> String {
    serde_json::to_string(columns).unwrap()
}

#[test]
fn columns_are_few_and_say_little() {
    insta::assert_snapshot!(crate::wire::indent::to_text(&encode(&made_up_records(4, 1)), 1), @r#"
    {
      "count": 4,
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
      "strand_runs": [0,4],
      "keys": "SXMFxdGquZ8MQ0B9wXe299ygx0lgfiyGtUs8QIgeKQebZ5yFms16ryfNX57IxpTM+QIVWqMo1XWw6wlObx3Pcw",
      "sequence_runs": [2,4],
      "times": [1790020960335,2001,2115,2000],
      "input": [1,2,1,1],
      "output": [1,5,1200,392],
      "cache_write": [9580,112,105,103],
      "cache_read": [14000,0,0,0],
      "flag_runs": [0,2,1,1,0,1],
      "cache_write_1h": [],
      "web_searches": [],
      "legacy_until": []
    }
    "#);
}

#[test]
fn a_tail_that_grows_only_appends() {
    let records = made_up_records(400, 2);
    let lines = |n: usize| -> Vec<String> {
        let text = crate::wire::indent::to_text(&encode(&records[..n]), 1);
        text.lines().map(str::to_owned).collect()
    };
    let (before, after) = (lines(390), lines(400));
    assert_eq!(before.len(), after.len());
    let n_shared: usize =
        before.iter().zip(&after).map(|(a, b)| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()).sum();
    let n_bytes: usize = before.iter().map(String::len).sum();
    assert!(n_bytes - n_shared < 100, "{n_shared} of {n_bytes} bytes stay");
}

#[test]
fn a_record_takes_few_bytes() {
    let records = made_up_records(20_000, 3);
    let text = json(&encode(&records));
    assert_eq!(decode(&serde_json::from_str(&text).unwrap()).unwrap(), on_the_wire(&records));
    let bytes_a_record = text.len() as f64 / records.len() as f64;
    assert!((30.0..44.0).contains(&bytes_a_record), "{bytes_a_record} bytes a record");
}

proptest! {
    #[test]
    fn records_come_back(records in prop::collection::vec((0..=MOST, any_record()), 0..12)) {
        let records = numbered(records);
        let text = json(&encode(&records));
        let columns: Columns = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(decode(&columns).unwrap(), on_the_wire(&records));
    }

    /// A byte changed, removed or doubled gives an error or other records; never a panic, never more memory than the text.
    #[test]
    fn damaged_columns_are_read_or_refused(
        records in prop::collection::vec((0..=MOST, any_record()), 1..6),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![Just(b'9'), Just(b'-'), Just(b','), any::<u8>()],
        n_replaced in 0_usize..3,
    ) {
        let mut bytes = json(&encode(&numbered(records))).into_bytes();
        let at = at.index(bytes.len() - 2);
        bytes.splice(at..at + n_replaced, [byte]);
        if let Ok(columns) = serde_json::from_slice::<Columns>(&bytes) {
            let _ = decode(&columns);
        }
    }
}

#[test]
fn columns_that_disagree_are_refused() {
    let check = |change: fn(&mut Columns), field: &str| {
        let mut columns = encode(&made_up_records(9, 4));
        assert!(decode(&columns).is_ok());
        change(&mut columns);
        let error = decode(&columns).unwrap_err().to_string();
        assert!(error.starts_with(&format!("expected `{field}` to be ")), "{error}");
    };
    check(|columns| columns.count = 8, "keys");
    check(|columns| columns.count = u64::MAX, "keys");
    check(|columns| columns.keys.truncate(20), "keys");
    check(|columns| columns.keys.replace_range(..1, "?"), "keys");
    check(|columns| columns.times.truncate(8), "times");
    check(|columns| columns.times[0] = Some(1), "times");
    check(|columns| columns.times[0] = Some(i64::MAX), "times");
    check(|columns| columns.input.push(1), "input");
    check(|columns| columns.output[0] = u64::MAX, "output");
    check(|columns| columns.cache_read[0] = -1, "cache_read");
    check(|columns| columns.cache_read[0] = i64::MIN, "cache_read");
    check(|columns| columns.cache_write[0] = MOST + 1, "cache_write");
    check(|columns| columns.flag_runs[0] = 32, "flag_runs");
    check(|columns| columns.flag_runs[1] = u64::MAX, "flag_runs");
    check(|columns| columns.flag_runs[0] = 16, "web_searches");
    check(|columns| columns.flag_runs[0] = 8, "legacy_until");
    check(|columns| columns.flag_runs[0] = 4, "cache_write_1h");
    check(|columns| columns.web_searches.push(1), "web_searches");
    check(|columns| columns.legacy_until.push(1), "legacy_until");
    check(|columns| columns.cache_write_1h.push(1), "cache_write_1h");
    check(|columns| columns.strand_runs[1] = u64::MAX, "strand_runs");
    check(|columns| columns.strand_runs[0] = 9, "strand_runs");
    check(|columns| columns.strand_runs.truncate(1), "strand_runs");
    check(|columns| columns.strands[0] = vec![u32::MAX], "strands");
    check(|columns| columns.strands[0] = vec![0; 12], "strands");
    check(|columns| columns.strands[0] = vec![0, 0, 0, 0, 0, 0, 2], "strands");
    check(|columns| columns.machines.clear(), "strands");
    check(|columns| columns.strands.resize(columns.count as usize + 1, Vec::new()), "strands");
    check(|columns| columns.sequence_runs[1] = i64::MAX, "sequence_runs");
    check(|columns| columns.sequence_runs[0] = -1, "sequence_runs");
    check(|columns| columns.sequence_runs[0] = i64::MAX, "sequence_runs");
    check(|columns| columns.sequence_runs.clear(), "sequence_runs");
    check(|columns| columns.sequence_runs.push(1), "sequence_runs");
}
