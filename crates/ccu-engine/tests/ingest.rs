//! Reading transcripts into a ledger: what grows, shrinks, breaks, loops and vanishes.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use ccu_core::record::TokenCounts;
use ccu_core::rollup::UsageSums;
use ccu_engine::ingest::{Refreshed, SkipReason, Source, refresh};
use ccu_engine::paths::TranscriptRoot;
use ccu_engine::progress::{NoProgress, Progress, ReadingProgress};
use ccu_store::{Inserted, Store};
use ccu_testkit::transcript::Line;
use proptest::prelude::*;

const HERE: ccu_core::ids::MachineId = ccu_core::ids::MachineId([1; 16]);

struct Bench {
    home: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Bench {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("claude/projects/-a")).unwrap();
        let store = Store::open(&home.path().join("a.db"), HERE, "here").unwrap();
        Bench { home, store }
    }

    fn transcript(&self, name: &str) -> PathBuf {
        self.home.path().join("claude/projects/-a").join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let mut file = fs::File::create(self.transcript(name)).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
    }

    fn append(&self, name: &str, bytes: &[u8]) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(self.transcript(name)).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
    }

    fn refresh_watched(&mut self, progress: &dyn Progress) -> Refreshed {
        let roots = [TranscriptRoot { path: self.home.path().join("claude"), is_named: true }];
        refresh(&mut self.store, Source { roots: &roots, machine: HERE }, progress).unwrap()
    }

    fn refresh(&mut self) -> Refreshed {
        self.refresh_watched(&NoProgress)
    }

    fn total(&self) -> UsageSums {
        let mut total = UsageSums::default();
        self.store.usage_entries((None, None), &mut |entry| total = total.plus(&entry.sums)).unwrap();
        total
    }
}

fn row(id: &str, output: u64) -> String {
    let uuid = format!("{id}-{output}");
    format!("{}\n", Line::assistant().message_id(&format!("msg_01{id}")).uuid(&uuid).tokens([1, output, 0, 0, 10]))
}

#[test]
fn only_what_is_new_is_read() {
    let mut bench = Bench::new();
    bench.write("s.jsonl", row("a", 5).as_bytes());
    assert_eq!(bench.refresh().inserted, Inserted { new: 1, improved: 0, duplicate: 0, replaced: 0 });
    assert_eq!(bench.refresh().bytes_read, 0);
    let grown = row("a", 9) + &row("b", 1);
    bench.append("s.jsonl", grown.as_bytes());
    let refreshed = bench.refresh();
    assert_eq!(refreshed.inserted, Inserted { new: 1, improved: 1, duplicate: 0, replaced: 0 });
    assert_eq!(refreshed.bytes_read, grown.len() as u64);
    assert_eq!(bench.total().tokens.output, 10);
}

#[test]
fn a_rewritten_or_shrunken_file_is_read_again_and_loses_nothing() {
    let mut bench = Bench::new();
    bench.write("s.jsonl", (row("a", 5) + &row("b", 5)).as_bytes());
    bench.refresh();
    bench.write("s.jsonl", row("c", 5).as_bytes());
    assert_eq!(bench.refresh().inserted.new, 1);
    let replaced = row("d", 5) + &row("e", 5) + &row("f", 5);
    bench.write("s.jsonl", replaced.as_bytes());
    assert_eq!(bench.refresh().inserted.new, 3);
    assert_eq!(bench.total().responses, 6);
}

#[test]
fn records_of_a_vanished_file_stay() {
    let mut bench = Bench::new();
    bench.write("s.jsonl", (row("a", 5) + "{broken\n").as_bytes());
    bench.refresh();
    assert_eq!(bench.store.malformed_lines().unwrap(), 1);
    fs::remove_file(bench.transcript("s.jsonl")).unwrap();
    bench.refresh();
    assert!(bench.store.cursors().unwrap().is_empty());
    assert_eq!((bench.total().responses, bench.store.malformed_lines().unwrap()), (1, 0));
}

#[test]
fn an_unfinished_line_counts_when_it_is_whole() {
    let mut bench = Bench::new();
    let whole = row("a", 5);
    let (first, second) = whole.split_at(whole.len() / 2);
    bench.write("s.jsonl", first.as_bytes());
    bench.refresh();
    assert_eq!((bench.total().responses, bench.store.malformed_lines().unwrap()), (0, 1));
    bench.append("s.jsonl", second.trim_end().as_bytes());
    bench.refresh();
    assert_eq!((bench.total().responses, bench.store.malformed_lines().unwrap()), (1, 0));
    bench.append("s.jsonl", b"\n");
    assert_eq!(bench.refresh().inserted, Inserted { new: 0, improved: 0, duplicate: 1, replaced: 0 });
}

/// A user line of so many bytes; with `usage`, one that holds a usage key which does not count.
fn long_line(length: usize, usage: bool) -> String {
    let usage = if usage { r#","toolUseResult":{"usage":{"output_tokens":7}}"# } else { "" };
    format!("{{\"type\":\"user\",\"text\":\"{}\"{usage}}}\n", "x".repeat(length))
}

#[test]
fn lines_longer_than_the_window_are_read_past_or_whole() {
    const WINDOW: usize = 256 << 10;
    for length in [WINDOW - 40, WINDOW - 20, WINDOW, 3 * WINDOW - 25, 3 * WINDOW + 7] {
        let mut bench = Bench::new();
        let long =
            Line::assistant().message_id("msg_01long").output(3).with("/message/content", "y".repeat(length)).to_json();
        let text =
            [row("a", 1), long_line(length, false), row("b", 1), long_line(length, true), long + "\n", row("c", 1)]
                .concat();
        bench.write("s.jsonl", text.as_bytes());
        assert_eq!(bench.refresh().bytes_read, text.len() as u64);
        assert_eq!((bench.total().responses, bench.total().tokens.output), (4, 6), "{length}");
        assert_eq!(bench.store.malformed_lines().unwrap(), 0);
        bench.append("s.jsonl", row("d", 1).as_bytes());
        assert_eq!(bench.refresh().inserted.new, 1);
    }
}

#[test]
fn a_usage_key_across_two_windows_is_found() {
    const WINDOW: usize = 256 << 10;
    for shift in 0..12 {
        let mut bench = Bench::new();
        let head = r#"{"type":"assistant","message":{"content":""#;
        let pad = WINDOW - head.len() - 2 - shift;
        let line = format!("{head}{}\",\"usage\":{{\"output_tokens\":4}}}}}}\n", "z".repeat(pad));
        bench.write("s.jsonl", line.as_bytes());
        bench.refresh();
        assert_eq!(bench.total().tokens.output, 4, "{shift}");
    }
}

#[test]
fn a_line_with_usage_above_64_mb_is_malformed_and_one_without_is_nothing() {
    let mut bench = Bench::new();
    let text = [row("a", 1), long_line(65 << 20, true), long_line(65 << 20, false), row("b", 1)].concat();
    bench.write("s.jsonl", text.as_bytes());
    bench.refresh();
    assert_eq!((bench.total().responses, bench.store.malformed_lines().unwrap()), (2, 1));
}

#[test]
fn odd_lines_never_end_a_run() {
    let mut bench = Bench::new();
    let text = [
        b"\xef\xbb\xbf".as_slice(),
        row("a", 1).replace('\n', "\r\n").as_bytes(),
        b"\n   \n\r\n",
        &[0; 4096],
        b"\n[1,2]\nnull\n\"usage\"\n",
        b"{\"type\":\"user\",\"text\":\"\xff\xfe\"}\n",
        br#"{"type":"assistant","message":{"usage":{"output_tok"#,
        b"\n",
        br#"{"type":"assistant","uuid":"odd","timestamp":"2026-02-30T00:00:00Z","message":{"usage":{"output_tokens":-4}}}"#,
        b"\n",
        row("b", 1).as_bytes(),
    ]
    .concat();
    bench.write("s.jsonl", &text);
    bench.refresh();
    assert_eq!((bench.total().responses, bench.total().tokens.output), (3, 2));
    assert_eq!(bench.store.malformed_lines().unwrap(), 5);
    assert_eq!(bench.store.problems(99).unwrap().len(), 6);
}

#[cfg(unix)]
#[test]
fn links_loops_and_strange_files_are_met_once_and_named() {
    use std::os::unix::fs::symlink;
    let mut bench = Bench::new();
    bench.write("s.jsonl", row("a", 1).as_bytes());
    fs::create_dir_all(bench.transcript("dir.jsonl/subagents")).unwrap();
    bench.write("dir.jsonl/subagents/agent-1.jsonl", row("b", 1).as_bytes());
    symlink(bench.transcript("."), bench.transcript("loop")).unwrap();
    symlink(bench.transcript("s.jsonl"), bench.transcript("again.jsonl")).unwrap();
    symlink("nowhere", bench.transcript("broken.jsonl")).unwrap();
    fs::hard_link(bench.transcript("s.jsonl"), bench.transcript("hard.jsonl")).unwrap();
    std::os::unix::net::UnixListener::bind(bench.transcript("socket.jsonl")).unwrap();
    let refreshed = bench.refresh();
    assert_eq!((refreshed.n_transcripts, bench.total().responses), (2, 2));
    let mut reasons: Vec<_> = refreshed
        .skipped
        .iter()
        .map(|skipped| (skipped.path.file_name().unwrap().to_owned(), skipped.reason.clone()))
        .collect();
    reasons.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        reasons,
        [("broken.jsonl".into(), SkipReason::BrokenLink), ("socket.jsonl".into(), SkipReason::NotAFile)]
    );
    assert_eq!(bench.refresh().bytes_read, 0);
}

#[cfg(unix)]
#[test]
fn projects_may_be_a_link_and_a_missing_directory_is_told_when_named() {
    let mut bench = Bench::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::create_dir_all(elsewhere.path().join("-p")).unwrap();
    bench.write("s.jsonl", row("a", 1).as_bytes());
    fs::copy(bench.transcript("s.jsonl"), elsewhere.path().join("-p/t.jsonl")).unwrap();
    fs::create_dir_all(bench.home.path().join("linked")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), bench.home.path().join("linked/projects")).unwrap();
    let root = |name: &str, is_named| TranscriptRoot { path: bench.home.path().join(name), is_named };
    let roots = [root("linked", true), root("missing", true), root("also-missing", false)];
    let refreshed = refresh(&mut bench.store, Source { roots: &roots, machine: HERE }, &NoProgress).unwrap();
    assert_eq!((refreshed.n_transcripts, refreshed.inserted.new), (1, 1));
    assert_eq!(refreshed.missing_roots, [bench.home.path().join("missing")]);
}

/// Interrupts a run at the first news of it.
struct Impatient(AtomicBool);

impl Progress for Impatient {
    fn reading(&self, _progress: ReadingProgress) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_interrupted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn an_interrupted_run_keeps_what_it_read_and_the_next_reads_the_rest() {
    let mut bench = Bench::new();
    for file in 0..40 {
        let rows: String = (0..60).map(|id| row(&format!("{file}x{id}"), 1)).collect();
        bench.write(&format!("{file}.jsonl"), (rows + &long_line(50_000, false)).as_bytes());
    }
    let refreshed = bench.refresh_watched(&Impatient(AtomicBool::new(false)));
    assert!(refreshed.is_interrupted);
    let kept = bench.total().responses;
    assert!(kept > 0 && kept < 40 * 60, "{kept}");
    assert_eq!(kept, refreshed.inserted.new);
    bench.refresh();
    assert_eq!(bench.total().responses, 40 * 60);
}

#[test]
fn a_run_that_ends_within_a_file_leaves_the_rest_of_it_to_the_next() {
    let mut bench = Bench::new();
    let rows: String = (0..5_000).map(|id| row(&id.to_string(), 1)).collect();
    bench.write("s.jsonl", rows.as_bytes());
    assert!(bench.refresh_watched(&Impatient(AtomicBool::new(false))).is_interrupted);
    let kept = bench.total().responses;
    assert!(kept > 0 && kept < 5_000, "{kept}");
    bench.refresh();
    assert_eq!(bench.total().responses, 5_000);
}

fn corpus() -> (Vec<u8>, UsageSums) {
    let lines =
        [row("a", 1), row("a", 7), long_line(300, true), "junk\n".to_owned(), row("b", 2), row("c", 3), row("b", 1)];
    let tokens = TokenCounts { input: 3, output: 12, cache_read: 30, ..TokenCounts::default() };
    (lines.concat().into_bytes(), UsageSums { responses: 3, tokens, ..UsageSums::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_file_may_grow_in_any_pieces(cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let (bytes, expected) = corpus();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.push(bytes.len());
        cuts.sort_unstable();
        let mut bench = Bench::new();
        let mut start = 0;
        for cut in cuts {
            bench.append("s.jsonl", &bytes[start..cut]);
            bench.refresh();
            start = cut;
        }
        prop_assert_eq!((bench.total().responses, bench.total().tokens), (expected.responses, expected.tokens));
        prop_assert_eq!(bench.store.malformed_lines().unwrap(), 1);
        prop_assert!(bench.store.health().unwrap().are_rollups_true);
    }
}

#[test]
fn the_corpus_of_real_transcripts_gives_the_independent_count() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/transcripts");
    if !corpus.is_dir() {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: no corpus of real transcripts beside the project\n",
        );
        return;
    }
    let mut bench = Bench::new();
    fs::create_dir_all(bench.home.path().join("real")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&corpus, bench.home.path().join("real/projects")).unwrap();
    let roots = [TranscriptRoot { path: bench.home.path().join("real"), is_named: true }];
    refresh(&mut bench.store, Source { roots: &roots, machine: HERE }, &NoProgress).unwrap();
    let total = bench.total();
    // `refcount.py corpus/transcripts`, rule best, less its 117 rows of `<synthetic>`.
    assert_eq!(total.responses, 2_756 - 117);
    let expected = TokenCounts {
        input: 3_044_231,
        output: 1_108_458,
        cache_write_5m: 5_216_714,
        cache_write_1h: 4_142_727,
        cache_read: 257_483_176,
    };
    assert_eq!(total.tokens, expected);
}

/// Rows of one session end in the same bytes, whatever stands before them.
#[test]
fn a_file_that_was_rewritten_in_place_with_lines_of_the_same_end_is_read_anew() {
    let envelope = format!(
        r#"","sessionId":"{0}","cwd":"/home/ann/harbour","version":"2.1.240","gitBranch":"main"}}"#,
        "5e55".repeat(9)
    );
    let line = |id: &str, pad: usize| {
        let usage = r#""usage":{"input_tokens":1,"output_tokens":2}"#;
        let text = "x".repeat(pad);
        format!(
            r#"{{"type":"assistant","message":{{"id":"msg_01{id}","model":"m","content":"{text}",{usage}}},"timestamp":"2026-01-01T00:00:00Z","uuid":"{id}{envelope}"#
        ) + "\n"
    };
    let mut bench = Bench::new();
    bench.write("s.jsonl", (line("a", 400) + &line("b", 400)).as_bytes());
    bench.refresh();
    let three = line("c", 100) + &line("d", 100);
    let rest = line("a", 400).len() * 2 - three.len();
    let third = line("e", rest - line("e", 0).len());
    bench.write("s.jsonl", (three + &third + &line("f", 9)).as_bytes());
    bench.refresh();
    assert_eq!(bench.total().responses, 6);
}
