//! What the earlier tool left, beside the transcripts that it read: against samples that it wrote, where they lie beside the
//! project. Elsewhere it says that it compared nothing.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ccu_core::ids::MachineId;
use ccu_core::record::TokenCounts;
use ccu_engine::exchange::{Imported, import};
use ccu_engine::ingest::{Source, refresh};
use ccu_engine::paths::TranscriptRoot;
use ccu_engine::progress::NoProgress;
use ccu_engine::sync::Codec;
use ccu_store::Store;

const HERE: MachineId = MachineId([1; 16]);

fn samples() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts/upstream_samples");
    if path.is_dir() {
        return Some(path);
    }
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        b"skipped: no samples of the earlier tool beside the project\n",
    );
    None
}

struct Bench {
    _home: tempfile::TempDir,
    store: Store,
}

/// Responses, legacy records among them, and tokens: input, output, cache writes, cache reads.
type Totals = (u64, u64, [u64; 4]);

impl Bench {
    fn new() -> Bench {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("a.db"), HERE, "here").unwrap();
        Bench { _home: home, store }
    }

    fn import(&mut self, path: &Path) -> Imported {
        import(&mut self.store, path, &Codec::default()).unwrap()
    }

    fn read_transcripts(&mut self, home: &Path) {
        let roots = [TranscriptRoot { path: home.to_owned(), is_named: true }];
        refresh(&mut self.store, Source { roots: &roots, machine: HERE }, &NoProgress).unwrap();
    }

    fn totals(&self) -> Totals {
        let (mut n_records, mut n_legacy, mut tokens) = (0, 0, TokenCounts::default());
        self.store
            .all_records(&mut |numbered| {
                n_records += 1;
                n_legacy += u64::from(numbered.record.legacy_until.is_some());
                tokens = tokens.plus(&numbered.record.tokens);
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(self.store.health().unwrap().are_rollups_true);
        (n_records, n_legacy, [tokens.input, tokens.output, tokens.cache_write(), tokens.cache_read])
    }
}

fn expected(samples: &Path, machine: &str) -> Totals {
    let json = std::fs::read(samples.join("EXPECTED.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let right = &json[machine]["deduped_by_message_id_and_request_id"];
    let number = |field: &str| right[field].as_u64().unwrap();
    (number("api_responses"), 0, ["input", "output", "cache_write", "cache_read"].map(number))
}

/// Of one of the machine's responses the log did not name the kinds of cache writes; the earlier tool lost them.
const LOST_CACHE_WRITES: u64 = 7_000;

fn check(machine: &str, transcripts: &str, files: &[&str]) {
    let Some(samples) = samples() else { return };
    let right = expected(&samples, machine);
    let mut alone = right;
    (alone.1, alone.2[2]) = (alone.0, alone.2[2] - LOST_CACHE_WRITES);
    let home = samples.join("source_jsonl").join(transcripts);
    for file in files.iter().map(|file| samples.join(file)) {
        let mut bench = Bench::new();
        let imported = bench.import(&file);
        assert_eq!((imported.n_bad, imported.days_without_rows.len()), (0, 0), "{}", file.display());
        assert_eq!(bench.totals(), alone, "{} alone", file.display());
        bench.read_transcripts(&home);
        assert_eq!(bench.totals(), right, "{}, then the transcripts", file.display());

        let mut bench = Bench::new();
        bench.read_transcripts(&home);
        assert_eq!(bench.totals(), right);
        assert_eq!(bench.import(&file).inserted.new, 0, "{}", file.display());
        assert_eq!(bench.totals(), right, "{} after the transcripts", file.display());
    }
    let mut bench = Bench::new();
    files.iter().for_each(|file| drop(bench.import(&samples.join(file))));
    assert_eq!(bench.totals(), alone, "all of them");
}

#[test]
fn samples_of_the_first_machine_count_each_response_once() {
    let files = [
        "gist_v1.8.2_two_machines/usage_data_HOME-WT.json",
        "gist_v1.8.2_chunked",
        "export_json/export.json",
        "export_json",
        "db_v1.8.2/usage_history_HOME-WT.db",
        "db_v1.8.2/usage_history_vm.db",
    ];
    check("HOME-WT", "home", &files);
}

#[test]
fn samples_of_the_second_machine_count_each_response_once() {
    let files = ["gist_v1.8.2_two_machines/usage_data_Laptop-WT.json", "db_v1.8.2/usage_history_Laptop-WT.db"];
    check("Laptop-WT", "laptop", &files);
}
