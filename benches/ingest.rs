//! How fast transcripts are read, beside the limit: reading their bytes. Run: `cargo bench -p ccu-engine --bench ingest`.
//!
//! Times are the best of several runs in one process; what to hold on to is the ratio to reading the same bytes in the same
//! run. Whole commands beside their rivals are measured by `benches/compare`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ccu_core::ids::MachineId;
use ccu_core::transcript::read_line;
use ccu_engine::ingest::{Source, refresh};
use ccu_engine::paths::TranscriptRoot;
use ccu_engine::progress::NoProgress;
use ccu_store::Store;
use ccu_testkit::corpus::{self, Options};
use ccu_testkit::transcript::Line;

const HERE: MachineId = MachineId([1; 16]);
const RUNS: usize = 5;

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let claude = folder.path().join("claude");
    let options = Options { bytes: 200_000_000, ..Options::default() };
    let truth = corpus::generate(&claude, &options)?;
    let files = transcripts(&claude.join("projects"))?;
    println!("{} MB in {} transcripts, best of {RUNS}", truth.bytes / 1_000_000, truth.files);

    let reading = best(|| files.iter().for_each(|file| read_bytes(file)));
    show("read the bytes, one thread", reading, reading);
    show("and parse every line", best(|| files.iter().for_each(|file| parse(file))), reading);

    let database = folder.path().join("bench.db");
    let cold = best(|| {
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(folder.path().join(format!("bench.db{ending}")));
        }
        ingest(&database, &claude);
    });
    show("ingest cold, all threads", cold, reading);
    show("ingest warm, nothing new", best(|| ingest(&database, &claude)), reading);

    let grown = &files[0];
    let mut turn = 0;
    let appended = best(|| {
        turn += 1;
        let line = Line::assistant().message_id(&format!("msg_01bench{turn}")).to_json();
        let _ = OpenOptions::new().append(true).open(grown).and_then(|mut file| writeln!(file, "{line}"));
        ingest(&database, &claude);
    });
    show("ingest warm, one new turn", appended, reading);
    let bytes = fs::metadata(&database)?.len();
    println!("{} bytes a record in the database", bytes / truth.totals.messages);
    Ok(())
}

fn best(mut run: impl FnMut()) -> Duration {
    let times = (0..RUNS).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn show(what: &str, time: Duration, limit: Duration) {
    println!(
        "{what:<28} {:>9.1} ms {:>7.2} x reading",
        time.as_secs_f64() * 1e3,
        time.as_secs_f64() / limit.as_secs_f64()
    );
}

fn transcripts(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(transcripts(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn read_bytes(path: &Path) {
    let mut window = vec![0; 256 << 10];
    if let Ok(mut file) = File::open(path) {
        while file.read(&mut window).is_ok_and(|n_read| n_read > 0) {}
    }
}

fn parse(path: &Path) {
    let bytes = fs::read(path).unwrap_or_default();
    for line in bytes.split(|byte| *byte == b'\n') {
        std::hint::black_box(read_line(line));
    }
}

fn ingest(database: &Path, claude: &Path) {
    let roots = [TranscriptRoot { path: claude.to_owned(), is_named: true }];
    let store = Store::open(database, HERE, "bench");
    let read = store.and_then(|mut store| refresh(&mut store, Source { roots: &roots, machine: HERE }, &NoProgress));
    if let Err(error) = read {
        println!("failed: {error}");
    }
}
