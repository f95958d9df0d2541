//! What sync costs at a million records. Run: `cargo bench -p ccu-engine --bench sync`.
//!
//! GitHub is the fake of the test bench, in a process of its own, over HTTP on this machine: the figures are ours and the
//! disk's, not a network's. Each step runs in a process of its own too, so that its peak memory is its own.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ccu_core::ids::{CompactId, RecordKey};
use ccu_core::layout;
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_engine::auth::Token;
use ccu_engine::config::ApiUrl;
use ccu_engine::gist::Remote;
use ccu_engine::gist::github::{GitHub, GitHubOptions};
use ccu_engine::ledger::{Ledger, LedgerPlace, SyncLine};
use ccu_engine::sync::{Clock, Codec, NoWatch, PushOptions, SyncError};
use ccu_store::Store;
use ccu_testkit::fake_github::{DEFAULT_TOKEN, Options};

const RECORDS: u64 = 1_000_000;
const RECORDS_PER_SESSION: u64 = 40;
const START_MS: i64 = 1_750_000_000_000;
const NOW: UtcMillis = UtcMillis(START_MS + 500 * 86_400_000);

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["fake"] => be_github(),
        ["fill", folder, from, to] => fill(Path::new(folder), from.parse()?, to.parse()?),
        ["push", folder, url] => push(Path::new(folder), url),
        ["pull", folder, url] => pull(Path::new(folder), url),
        _ => measure(),
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
fn measure() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (home, other) = (folder.path().join("home"), folder.path().join("other"));
    let (home, other) = (home.to_string_lossy().into_owned(), other.to_string_lossy().into_owned());
    let mut github = start_github()?;
    let url = github.1.clone();
    println!("{RECORDS} records");
    step("fill the database", &["fill", &home, "0", &RECORDS.to_string()])?;
    step("first push", &["push", &home, &url])?;
    step("fill with 40 more", &["fill", &home, &RECORDS.to_string(), &(RECORDS + 40).to_string()])?;
    step("push of 40 more", &["push", &home, &url])?;
    step("push of nothing", &["push", &home, &url])?;
    step("first pull, elsewhere", &["pull", &other, &url])?;
    step("pull of nothing", &["pull", &other, &url])?;
    github.0.kill()?;
    github.0.wait()?;
    Ok(())
}

/// Runs a step in a process of its own, which prints its own figures.
#[expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
fn step(name: &str, words: &[&str]) -> Outcome {
    let start = Instant::now();
    let output = Command::new(std::env::current_exe()?).args(words).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the step `{name}` failed").into());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{name:<22} {:>8.3} s  {}", start.elapsed().as_secs_f64(), said.trim_end());
    Ok(())
}

fn start_github() -> Result<(Child, String), Box<dyn Error>> {
    let mut child =
        Command::new(std::env::current_exe()?).arg("fake").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut url = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
    Ok((child, url.trim().to_owned()))
}

fn be_github() -> Outcome {
    let github = Options::new().rate_limit(1_000_000).start();
    writeln!(std::io::stdout(), "{}", github.url())?;
    // Until the parent goes away.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn ledger(folder: &Path) -> Result<Ledger, Box<dyn Error>> {
    Ok(Ledger::open(LedgerPlace {
        config_dir: folder.join("config"),
        data_dir: folder.join("data"),
        machine_name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        roots: Vec::new(),
    })?)
}

/// Hours pass at once; there are none to wait for.
struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> UtcMillis {
        NOW
    }

    fn wait(&self, _time: Duration) -> Result<(), SyncError> {
        Ok(())
    }

    fn jitter(&self, _most: Duration) -> Duration {
        Duration::ZERO
    }
}

fn github(url: &str) -> Result<GitHub, Box<dyn Error>> {
    let mut options = GitHubOptions::new(|| NOW);
    options.api_url = ApiUrl::parse(url).map_err(|_| "the fake has an odd address")?;
    Ok(GitHub::new(Token::new(DEFAULT_TOKEN)?, options, Arc::new(|| false))?)
}

fn line<'a>(remote: &'a GitHub, prices: &'a PriceTable) -> SyncLine<'a> {
    SyncLine {
        remote,
        clock: &StandingClock,
        watch: &NoWatch,
        command: "bench",
        token_fingerprint: "bench".to_owned(),
        projects: ProjectPrivacy::Name,
        codec: Codec::default(),
        prices,
    }
}

fn push(folder: &Path, url: &str) -> Outcome {
    let (mut ledger, remote, prices) = (ledger(folder)?, github(url)?, PriceTable::embedded()?);
    let start = Instant::now();
    let pushed = ledger.sync(&line(&remote, &prices), |session| session.push(PushOptions::default()))?;
    let bytes: u64 = pushed.files.iter().map(|(_, bytes)| bytes).sum();
    let per_record = bytes as f64 / pushed.exported.max(1) as f64;
    tell(
        start,
        &remote,
        &format!("{} records in {} files, {per_record:.1} bytes a record", pushed.exported, pushed.files.len()),
    )
}

fn pull(folder: &Path, url: &str) -> Outcome {
    let (mut ledger, remote, prices) = (ledger(folder)?, github(url)?, PriceTable::embedded()?);
    let start = Instant::now();
    let pulled = ledger.sync(&line(&remote, &prices), |session| session.pull(&[]))?;
    tell(start, &remote, &format!("{} new records, {} errors", pulled.inserted.new, pulled.errors.len()))
}

/// Prints what a step took inside of its process.
fn tell(start: Instant, remote: &GitHub, what: &str) -> Outcome {
    let traffic = remote.traffic();
    let time = start.elapsed().as_secs_f64() * 1e3;
    let (sent, received) = (traffic.bytes_sent / 1_000, traffic.bytes_received / 1_000);
    let peak = peak_memory().map_or_else(|| "?".to_owned(), |megabytes| megabytes.to_string());
    writeln!(
        std::io::stdout(),
        "{time:.0} ms, {} requests, {sent} kB sent, {received} kB received, peak {peak} MB: {what}",
        traffic.requests
    )?;
    Ok(())
}

/// The peak memory of this process in megabytes, where the system tells it (Linux).
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1_000)
}

fn fill(folder: &Path, from: u64, to: u64) -> Outcome {
    let ledger = ledger(folder)?;
    let mut store = Store::open(ledger.path(), ledger.machine(), "home")?;
    let numbers: Vec<u64> = (from..to).collect();
    for chunk in numbers.chunks(layout::SIZES[2] as usize) {
        let records: Vec<UsageRecord> = chunk.iter().map(|n| record(*n, &ledger)).collect();
        let mut writing = store.begin()?;
        writing.insert_batch(&records)?;
        writing.commit()?;
    }
    Ok(())
}

/// The `n`-th record: sessions follow one another over the days, their responses some ninety seconds apart, their prompts
/// growing. Keys, counts and milliseconds look random, because they are: those are what a record costs on the wire.
fn record(n: u64, ledger: &Ledger) -> UsageRecord {
    let (session, response) = (n / RECORDS_PER_SESSION, n % RECORDS_PER_SESSION);
    let [a, b, c] = [1, 2, 3].map(|salt| scattered(n.wrapping_mul(3).wrapping_add(salt)));
    let mut key = [0; 16];
    key[..8].copy_from_slice(&a.to_be_bytes());
    key[8..].copy_from_slice(&b.to_be_bytes());
    let name = scattered(session);
    let strand = Strand {
        session: format!("{:08x}-{:04x}-4000-8000-{:012x}", name as u32, (name >> 32) as u16, name >> 16).into(),
        version: format!("2.1.{}", session / 300).into(),
        model: ["claude-opus-5", "claude-sonnet-5", "claude-haiku-5-5"][(session % 3) as usize].into(),
        project: format!("/home/a/src/project-{}", session % 40).into(),
        branch: ["main", "trial", "fix-it"][(session / 7 % 3) as usize].into(),
        is_sidechain: response >= 30,
        ..Strand::default()
    };
    UsageRecord {
        key: RecordKey(key),
        uuid: Some(CompactId::Uuid(key)),
        time: Some(UtcMillis(START_MS + session as i64 * 1_728_000 + response as i64 * 40_000 + (c % 30_000) as i64)),
        machine: ledger.machine(),
        strand: Arc::new(strand),
        tokens: TokenCounts {
            input: c % 9,
            output: c >> 20 & 0x7ff,
            cache_write_5m: c >> 32 & 0xfff,
            cache_write_1h: 0,
            cache_read: response * 3_000 + (c >> 50),
        },
        web_searches: 0,
        is_complete: true,
        legacy_until: None,
        origin: Origin::Transcript,
    }
}

/// A number that looks random, the same for the same `n` (SplitMix64).
fn scattered(n: u64) -> u64 {
    let mut mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
