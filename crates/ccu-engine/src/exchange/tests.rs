//! Exports come back to the letter, and everything that holds records is read.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ccu_core::ids::{CompactId, DatabaseId, MachineId, RecordKey};
use ccu_core::legacy::machine_of_name;
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Numbered, Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_core::wire::{Head, Segment, Statistics};
use ccu_store::{Inserted, Store};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::{
    ExportScope, ExportSource, ImportError, Imported, LostDay, export_csv, export_json, import, import_reader,
};
use crate::sync::Codec;

const HERE: MachineId = MachineId([1; 16]);
const THERE: MachineId = MachineId([2; 16]);
const MORNING: UtcMillis = UtcMillis(1_795_335_000_000);

struct Bench {
    home: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Bench {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("ccu.sqlite"), HERE, "here").unwrap();
        Bench { home, store }
    }

    fn with(records: &[UsageRecord]) -> Bench {
        let mut bench = Bench::new();
        let mut writing = bench.store.begin().unwrap();
        writing.insert_batch(records).unwrap();
        writing.commit().unwrap();
        bench
    }

    fn records(&self) -> Vec<UsageRecord> {
        let mut records = Vec::new();
        self.store
            .all_records(&mut |numbered| {
                records.push(numbered.record);
                ControlFlow::Continue(())
            })
            .unwrap();
        records.sort_by_key(|record| record.key);
        records
    }

    fn json(&self, scope: ExportScope) -> String {
        let prices = PriceTable::embedded().unwrap();
        let source = ExportSource { store: &self.store, machine: HERE, machine_name: "here", prices: &prices };
        let mut out = Vec::new();
        export_json(&source, scope, MORNING, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn read(&mut self, text: &str) -> Result<Imported, ImportError> {
        import_reader(&mut self.store, &mut text.as_bytes(), "standard input", &Codec::default())
    }

    fn import(&mut self, path: &Path) -> Result<Imported, ImportError> {
        import(&mut self.store, path, &Codec::default())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path
    }

    fn machine_names(&self) -> Vec<String> {
        self.store.machines().unwrap().into_iter().map(|machine| machine.name).collect()
    }
}

fn record(id: u8) -> UsageRecord {
    UsageRecord {
        key: RecordKey([id; 16]),
        uuid: Some(CompactId::Uuid([id; 16])),
        time: Some(MORNING),
        machine: HERE,
        strand: Arc::new(Strand {
            session: "5e55".into(),
            model: "claude-opus-5".into(),
            project: "/home/a/src/api".into(),
            branch: "main".into(),
            version: "2.1.240".into(),
            ..Strand::default()
        }),
        tokens: TokenCounts { input: 1, output: 2, cache_write_5m: 3, cache_write_1h: 4, cache_read: 5 },
        web_searches: 0,
        is_complete: true,
        origin: Origin::Transcript,
        legacy_until: None,
    }
}

/// A record in a file of the earlier tool.
fn row(uuid: &str, time: &str, output: u64) -> String {
    format!(
        r#"{{"session_id":"s","message_uuid":"{uuid}","timestamp":"2026-11-22T{time}+00:00","model":"claude-opus-5",
        "total_tokens":0,"input_tokens":1,"output_tokens":{output},"cache_creation_tokens":7,"cache_read_tokens":5,
        "folder":"/home/a","git_branch":null,"version":"2.0.50","date":"2026-11-22"}}"#
    )
}

const USER_ROW: &str = r#"{"session_id":"s","message_uuid":"p","timestamp":"2026-11-21T10:00:00+00:00","model":null,
    "input_tokens":0,"output_tokens":0,"cache_creation_tokens":0,"cache_read_tokens":0,"date":"2026-11-21"}"#;

fn texts() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![Just(""), Just("main"), Just("/home/ä \"\\\u{0}\u{202e}🦀"), Just("=1+1"), Just("line\r\nline")]
        .prop_map(Arc::from)
}

fn any_record() -> impl Strategy<Value = UsageRecord> {
    let ids = (any::<[u8; 16]>(), prop::option::of("[a-z0-9-]{1,40}"), any::<[u8; 16]>());
    let time = prop::option::of(UtcMillis::EARLIEST.0..UtcMillis::END.0 - 100_000);
    let counts = prop::array::uniform6(prop_oneof![0_u64..5, 0_u64..(1 << 50)]);
    let flags = (any::<bool>(), any::<bool>(), prop::option::of(0_i64..100_000));
    (ids, time, prop::array::uniform9(texts()), counts, flags).prop_map(|(ids, time, texts, counts, flags)| {
        let [session, agent, version, model, project, branch, speed, service_tier, inference_geo] = texts;
        let [input, output, cache_write_5m, cache_write_1h, cache_read, web_searches] = counts;
        UsageRecord {
            key: RecordKey(ids.0),
            uuid: ids.1.map(|uuid| CompactId::new(&uuid)),
            time: time.map(UtcMillis),
            machine: MachineId(ids.2),
            strand: Arc::new(Strand {
                session,
                agent,
                version,
                model,
                project,
                branch,
                speed,
                service_tier,
                inference_geo,
                is_sidechain: flags.0,
            }),
            tokens: TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read },
            web_searches,
            is_complete: flags.1,
            origin: Origin::Transcript,
            legacy_until: time.zip(flags.2).map(|(time, ms)| UtcMillis(time + ms)),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_export_comes_back_to_the_letter(offered in prop::collection::vec(any_record(), 0..12)) {
        let here = Bench::with(&offered);
        let mut there = Bench::new();
        let text = here.json(ExportScope::default());
        let imported = there.read(&text).unwrap();
        let expected: Vec<UsageRecord> =
            here.records().into_iter().map(|record| UsageRecord { origin: Origin::Import, ..record }).collect();
        prop_assert_eq!((imported.inserted.new, imported.n_bad), (expected.len() as u64, 0));
        prop_assert_eq!(there.records(), expected);
        let again = there.read(&text).unwrap();
        prop_assert_eq!((again.inserted.new, again.inserted.improved), (0, 0));
        prop_assert!(there.store.health().unwrap().are_rollups_true);
    }
}

#[test]
fn what_an_export_looks_like() {
    let text = Bench::with(&[record(7)]).json(ExportScope::default());
    assert_snapshot!(text, @r#"
    {
      "machine_name": "here",
      "export_date": "2026-11-22T08:10:00+00:00",
      "data_range": {
        "oldest": "2026-11-22",
        "newest": "2026-11-22"
      },
      "records": [
        {
          "session_id": "5e55",
          "message_uuid": "07070707-0707-0707-0707-070707070707",
          "timestamp": "2026-11-22T08:10:00+00:00",
          "model": "claude-opus-5",
          "total_tokens": 15,
          "input_tokens": 1,
          "output_tokens": 2,
          "cache_creation_tokens": 7,
          "cache_read_tokens": 5,
          "folder": "/home/a/src/api",
          "git_branch": "main",
          "version": "2.1.240",
          "date": "2026-11-22",
          "key": "07070707-0707-0707-0707-070707070707",
          "machine_id": "01010101-0101-0101-0101-010101010101",
          "cache_creation_1h_tokens": 4
        }
      ],
      "statistics": {
        "total_records": 1,
        "total_sessions": 1,
        "total_tokens": 15,
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_creation_tokens": 7,
        "cache_read_tokens": 5,
        "total_cost": 0.00011625
      },
      "ccu": {
        "format": 2,
        "content": "export",
        "machine_id": "01010101-0101-0101-0101-010101010101",
        "record_count": 1,
        "machine_names": {
          "01010101-0101-0101-0101-010101010101": "here"
        }
      }
    }
    "#);
}

#[test]
fn a_scope_leaves_records_out() {
    let later = UsageRecord { time: Some(UtcMillis(MORNING.0 + 1)), ..record(2) };
    let theirs = UsageRecord { machine: THERE, ..record(3) };
    let undated = UsageRecord { time: None, ..record(4) };
    let bench = Bench::with(&[record(1), later, theirs, undated]);
    let check = |scope: ExportScope, expected: &[u8]| {
        let mut other = Bench::new();
        other.read(&bench.json(scope)).unwrap();
        let keys: Vec<u8> = other.records().iter().map(|record| record.key.0[0]).collect();
        assert_eq!(keys, expected, "{scope:?}");
    };
    check(ExportScope::default(), &[1, 2, 3, 4]);
    check(ExportScope { machine: Some(HERE), since: None }, &[1, 2, 4]);
    check(ExportScope { machine: None, since: Some(UtcMillis(MORNING.0 + 1)) }, &[2]);
}

#[test]
fn names_of_machines_travel_and_do_not_replace_known_ones() {
    let mut here = Bench::with(&[record(1), UsageRecord { machine: THERE, ..record(2) }]);
    let mut writing = here.store.begin().unwrap();
    writing.name_machine(THERE, "laptop").unwrap();
    writing.commit().unwrap();
    let text = here.json(ExportScope::default());
    let mut other = Bench::new();
    other.read(&text).unwrap();
    assert_eq!(other.machine_names(), ["here", "laptop"]);
    let mut writing = other.store.begin().unwrap();
    writing.name_machine(THERE, "renamed").unwrap();
    writing.commit().unwrap();
    other.read(&text).unwrap();
    assert_eq!(other.machine_names(), ["here", "renamed"]);
}

#[test]
fn an_export_as_csv() {
    let strand = Strand { branch: "=cmd()".into(), project: "/a,\"b\"".into(), ..Strand::clone(&record(1).strand) };
    let unpriced = Strand { model: "never-heard-of".into(), ..Strand::default() };
    let bench = Bench::with(&[
        UsageRecord { strand: Arc::new(strand), ..record(1) },
        UsageRecord { strand: Arc::new(unpriced), time: None, uuid: None, is_complete: false, ..record(2) },
    ]);
    let prices = PriceTable::embedded().unwrap();
    let source = ExportSource { store: &bench.store, machine: HERE, machine_name: "here", prices: &prices };
    let mut out = Vec::new();
    let exported = export_csv(&source, ExportScope::default(), &mut out).unwrap();
    assert_eq!((exported.statistics.total_records, exported.range), (2, Some((MORNING, MORNING))));
    assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
    timestamp,machine_name,machine_id,session_id,agent_id,model,project,git_branch,version,input_tokens,output_tokens,cache_write_5m_tokens,cache_write_1h_tokens,cache_read_tokens,web_searches,speed,service_tier,inference_geo,is_sidechain,is_partial,is_legacy,cost_usd,message_uuid,key
    2026-11-22T08:10:00.000Z,here,01010101-0101-0101-0101-010101010101,5e55,,claude-opus-5,"/a,""b""",'=cmd(),2.1.240,1,2,3,4,5,0,,,,false,false,false,0.00011625,01010101-0101-0101-0101-010101010101,01010101-0101-0101-0101-010101010101
    ,here,01010101-0101-0101-0101-010101010101,,,never-heard-of,,,,1,2,3,4,5,0,,,,false,true,false,,,02020202-0202-0202-0202-020202020202
    "#);
}

#[test]
fn a_file_of_the_earlier_tool() {
    let mut bench = Bench::new();
    let (first, second) = (row("a", "10:00:00", 1), row("b", "10:00:20", 9));
    let text = format!(
        r#"{{"machine_name":"HOME-WT","export_date":"x","period":"2026-11","chunk":"1/4","records":[{first},{USER_ROW},{second},
        {{"session_id":"s","message_uuid":"c","model":"m","output_tokens":"many"}},{{"session_id":"s","message_uuid":"d","model":"m"}}],
        "stats":{{}},"daily_snapshots":[{{"date":"2026-11-21","total_tokens":5}},{{"date":"2026-11-20","total_tokens":6,"x":null}}]}}"#
    );
    let imported = bench.read(&text).unwrap();
    assert_eq!(imported.inserted, Inserted { new: 1, improved: 1, duplicate: 0, replaced: 0 });
    assert_eq!((imported.n_user_rows, imported.n_rows_without_usage, imported.n_bad), (1, 1, 1));
    let bad = &imported.bad[0];
    assert_eq!((bad.file.as_str(), bad.number), ("standard input", 4));
    assert_eq!(bad.reason.to_string(), "it is not a record of the earlier tool");
    let lost = LostDay { machine_name: "HOME-WT".into(), date: "2026-11-20".into(), total_tokens: 6 };
    assert_eq!(imported.days_without_rows, [lost]);
    let records = bench.records();
    assert_eq!((records[0].tokens.output, records[0].machine), (9, machine_of_name("HOME-WT")));
    assert_eq!(bench.machine_names(), ["HOME-WT", "here"]);
    assert_eq!(bench.read(&text).unwrap().inserted, Inserted { duplicate: 2, ..Inserted::default() });
}

#[test]
fn a_directory_of_a_cloned_gist() {
    let mut bench = Bench::new();
    let chunk = |row: String| format!(r#"{{"machine_name":"HOME-WT","records":[{row}]}}"#);
    let first = chunk(row("a", "10:00:00", 1))
        .replace("]}", r#"],"daily_snapshots":[{"date":"2026-11-22","total_tokens":5}]}"#);
    bench.write(
        "gist/usage_data_HOME-WT_2026_11_p1.json",
        &first
            .replace("2026-11-22T", "2026-11-12T")
            .replace("\"date\":\"2026-11-22\"}],", "\"date\":\"2026-11-12\"}],"),
    );
    bench.write("gist/usage_data_HOME-WT_2026_11_p2.json", &chunk(row("b", "11:00:00", 1)));
    bench.write("gist/manifest.json", "{}");
    bench.write("gist/notes.json", "{");
    bench.write("gist/readme.md", "text");
    let imported = bench.import(&bench.home.path().join("gist")).unwrap();
    assert_eq!((imported.inserted.new, imported.n_files), (2, 2));
    assert_eq!(imported.days_without_rows, []);
    let skipped: Vec<_> =
        imported.skipped.iter().map(|skipped| format!("{}: {}", skipped.file, skipped.reason)).collect();
    assert_eq!(skipped, ["notes.json: it is not JSON that ends where it should"]);
}

#[test]
fn a_directory_of_nothing() {
    let mut bench = Bench::new();
    bench.write("empty/readme.md", "text");
    let error = bench.import(&bench.home.path().join("empty")).unwrap_err();
    assert!(matches!(error, ImportError::EmptyDirectory { .. }), "{error:?}");
    let error = bench.import(&bench.home.path().join("absent")).unwrap_err();
    assert!(matches!(error, ImportError::Unreadable { .. }), "{error:?}");
}

fn numbered() -> Vec<Numbered> {
    (1..4_u8).map(|id| Numbered { sequence: u64::from(id), record: record(id) }).collect()
}

#[test]
fn heads_and_segments_packed_or_not() {
    let database = DatabaseId([3; 16]);
    let segment = Segment { machine: THERE, database, level: 0, records: numbered() }.to_text();
    let head = Head {
        machine: THERE,
        machine_name: "laptop".into(),
        database,
        generation: 1,
        exported: MORNING,
        head_sequence: 3,
        record_count: 3,
        range: None,
        statistics: Statistics::default(),
        tail: numbered(),
        segments: vec![],
        machine_names: [(HERE, "elsewhere".to_owned())].into(),
    };
    let packed = Codec::default().pack(&segment).unwrap();
    for text in [segment, packed, head.to_text()] {
        let mut bench = Bench::new();
        assert_eq!(bench.read(&text).unwrap().inserted.new, 3);
        assert!(bench.records().iter().all(|record| record.origin == Origin::Import));
    }
    let mut bench = Bench::new();
    bench.read(&head.to_text()).unwrap();
    assert_eq!(bench.machine_names(), ["here", "laptop"]);
}

#[test]
fn what_cannot_be_imported_says_why_and_leaves_no_trace() {
    let export = Bench::with(&[record(1), record(2)]).json(ExportScope::default());
    let check = |text: &str, expected: &str| {
        let mut bench = Bench::new();
        assert_eq!(bench.read(text).unwrap_err().to_string(), expected, "{text}");
        assert_eq!(bench.records(), []);
    };
    check("", "it is not JSON that ends where it should");
    check(&export[..export.len() - 4], "it is not JSON that ends where it should");
    check("[]", "expected an object with `records`, as exports and files of a Gist have it");
    check("{}", "expected an object with `records`, as exports and files of a Gist have it");
    check(r#"{"records":5}"#, "expected an object with `records`, as exports and files of a Gist have it");
    check(&export.replace("\"format\": 2", "\"format\": 3"), "it is no file that this ccu reads");
    check(&export.replace("\"record_count\": 2", "\"record_count\": 3"), "it is no file that this ccu reads");
}

#[test]
fn a_bad_record_of_ours_is_named_and_never_taken_for_one_of_the_earlier_tool() {
    let export = Bench::with(&[record(1), record(2)]).json(ExportScope::default());
    let mut bench = Bench::new();
    let imported = bench.read(&export.replacen("\"input_tokens\": 1", "\"input_tokens\": -1", 1)).unwrap();
    assert_eq!((imported.inserted.new, imported.n_bad, imported.bad[0].number), (1, 1, 1));
    assert_eq!(imported.bad[0].reason.to_string(), "it is not a record of ccu");
}

#[test]
fn a_mark_of_utf_8_is_no_obstacle() {
    let export = Bench::with(&[record(1)]).json(ExportScope::default());
    assert_eq!(Bench::new().read(&format!("\u{feff}{export}")).unwrap().inserted.new, 1);
}

#[test]
fn databases_are_told_apart() {
    let mut bench = Bench::new();
    let own = bench.home.path().join("other.db");
    drop(Store::open(&own, THERE, "there").unwrap());
    let error = bench.import(&own).unwrap_err();
    assert!(matches!(error, ImportError::OwnDatabase { .. }), "{error:?}");
}
