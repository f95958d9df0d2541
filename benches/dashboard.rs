//! How fast the dashboard is at a million records and ten thousand transcripts, on a terminal of its own, up to what is drawn
//! on it. Run: `cargo bench -p ccu --bench dashboard`; Linux only, whose `/proc` tells memory and CPU time.

#[cfg(target_os = "linux")]
mod million;

#[cfg(target_os = "linux")]
mod linux {
    //! The measurement.

    use std::error::Error;
    use std::fs;
    use std::time::{Duration, Instant};

    use ccu_core::time::UtcMillis;
    use ccu_engine::ledger::{Ledger, LedgerPlace};
    use ccu_store::Store;
    use ccu_testkit::pty::{PATIENCE, Pty, Screen};
    use ccu_testkit::sandbox::Sandbox;
    use ccu_testkit::transcript::Line;
    use jiff::Timestamp;

    use crate::million;

    type Outcome<T> = Result<T, Box<dyn Error>>;

    const RUNS: usize = 15;
    const TRANSCRIPTS: usize = 10_000;
    const PROJECTS: usize = 100;
    const IDLE: Duration = Duration::from_secs(20);
    const SIZE: (u16, u16) = (120, 36);
    /// The views in the order of their tabs, each away from the one before: its key, and how its title begins.
    const VIEWS: [(&str, &str); 8] = [
        ("w", "Week"),
        ("m", "Month"),
        ("y", "Year"),
        ("h", "Heatmap"),
        ("d", "Devices"),
        ("p", "Projects"),
        ("e", "Sessions"),
        ("u", "Usage"),
    ];

    /// One measured thing and its values: milliseconds, or megabytes.
    struct Row {
        name: String,
        unit: &'static str,
        values: Vec<f64>,
    }

    pub fn run() -> Outcome<()> {
        let sandbox = furnish()?;
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..RUNS {
            for (idx, (name, unit, value)) in one_run(&sandbox)?.into_iter().enumerate() {
                match rows.get_mut(idx) {
                    Some(row) => row.values.push(value),
                    None => rows.push(Row { name, unit, values: vec![value] }),
                }
            }
        }
        rows.push(Row { name: "CPU in 20 s without a key".to_owned(), unit: "ms", values: vec![idle(&sandbox)?] });
        print(&mut rows);
        Ok(())
    }

    /// When the first session starts, in UTC milliseconds, if the last one is to end then.
    fn start_ending_at(end: UtcMillis) -> i64 {
        let n_sessions = (million::RECORDS / million::RECORDS_PER_SESSION) as i64;
        let session_ms = million::RECORDS_PER_SESSION as i64 * million::RESPONSE_MS;
        end.0 - (n_sessions - 1) * million::SESSION_MS - session_ms
    }

    /// A home with the records, and with transcripts that have been read.
    #[expect(clippy::disallowed_methods, reason = "the dashboard begins with the periods that run now")]
    fn furnish() -> Outcome<Sandbox> {
        let sandbox = Sandbox::for_binary(env!("CARGO_BIN_EXE_ccu"))
            .with_env("TERM", "xterm-256color")
            .with_env("COLORTERM", "truecolor")
            .with_env("LANG", "C.UTF-8")
            .with_env("CCU_MACHINE", "bench");
        let now = Timestamp::now();
        let place = LedgerPlace {
            config_dir: sandbox.config(),
            data_dir: sandbox.data(),
            machine_name: "bench".to_owned(),
            roots: Vec::new(),
        };
        let ledger = Ledger::open(place)?;
        let mut store = Store::open(ledger.path(), ledger.machine(), "bench")?;
        million::fill(&mut store, ledger.machine(), start_ending_at(UtcMillis(now.as_millisecond())))?;
        drop((store, ledger));
        for number in 0..TRANSCRIPTS {
            let id = format!("{number:012}");
            let line = Line::assistant()
                .message_id(&format!("msg_01{id}"))
                .request_id(&format!("req_011{id}"))
                .uuid(&format!("0a0b0c0d-0000-4000-8000-{id}"))
                .time(&now.to_string());
            sandbox.write_transcript(&format!("-home-alice-app{}/{id}.jsonl", number % PROJECTS), [line]);
        }
        let read = sandbox.run(&["daily"]);
        if read.code == Some(0) { Ok(sandbox) } else { Err(read.to_string().into()) }
    }

    fn open(sandbox: &Sandbox) -> Pty {
        let mut command = sandbox.command(&["--view", "usage"]);
        command.env_remove("COLUMNS").env_remove("NO_COLOR");
        Pty::start(&command, SIZE)
    }

    /// Names, units and values of one start and a walk through all views.
    fn one_run(sandbox: &Sandbox) -> Outcome<Vec<(String, &'static str, f64)>> {
        let mut values = Vec::new();
        let start = Instant::now();
        let pty = open(sandbox);
        pty.wait_until(PATIENCE, |screen| screen.has("usage  weekly"))?;
        values.push(("start to first frame".to_owned(), "ms", milliseconds(start)));
        pty.wait_until(PATIENCE, |screen| has_numbers(screen, "Usage"))?;
        values.push(("start to numbers".to_owned(), "ms", milliseconds(start)));
        for (key, title) in VIEWS {
            let start = Instant::now();
            pty.keys(key);
            pty.wait_until(PATIENCE, |screen| has_numbers(screen, title))?;
            values.push((format!("key to numbers of {title}"), "ms", milliseconds(start)));
        }
        values.push(("peak memory".to_owned(), "MB", peak_megabytes(pty.id())?));
        pty.keys("q");
        let status = pty.end().status;
        if status.success() { Ok(values) } else { Err(format!("the dashboard ended with {status}").into()) }
    }

    /// Whether a view is open and shows an amount of money that is not nothing.
    fn has_numbers(screen: &Screen, title: &str) -> bool {
        let rows = screen.rows();
        let is_amount = |part: &str| part.starts_with(|digit: char| ('1'..='9').contains(&digit));
        rows[1].starts_with(title) && rows[2..].iter().any(|row| row.split('$').skip(1).any(is_amount))
    }

    /// CPU time of all threads, in milliseconds, while nobody types.
    fn idle(sandbox: &Sandbox) -> Outcome<f64> {
        let pty = open(sandbox);
        pty.wait_until(PATIENCE, |screen| has_numbers(screen, "Usage"))?;
        pty.wait_until_still(Duration::from_secs(3));
        let before = cpu_nanoseconds(pty.id())?;
        std::thread::sleep(IDLE);
        let after = cpu_nanoseconds(pty.id())?;
        Ok(after.saturating_sub(before) as f64 / 1e6)
    }

    /// **Source**: `proc_pid_status(5)`: `VmHWM` is the most memory that was ever resident, in kB.
    fn peak_megabytes(process: u32) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1_024.0 / 1e6)
    }

    /// **Source**: Documentation/scheduler/sched-stats.rst of Linux: the first number of `schedstat` is time on the CPU in
    /// nanoseconds. A thread that ends takes its time with it.
    fn cpu_nanoseconds(process: u32) -> Outcome<u64> {
        let mut sum = 0;
        for task in fs::read_dir(format!("/proc/{process}/task"))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            sum += text.split_whitespace().next().ok_or("empty schedstat")?.parse::<u64>()?;
        }
        Ok(sum)
    }

    fn milliseconds(start: Instant) -> f64 {
        start.elapsed().as_secs_f64() * 1e3
    }

    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
    fn print(rows: &mut [Row]) {
        println!("{} records, {TRANSCRIPTS} transcripts, {RUNS} runs\n", million::RECORDS);
        println!("| | median | least | most |\n|---|---|---|---|");
        for Row { name, unit, values } in rows {
            values.sort_by(f64::total_cmp);
            let (median, most) = (values[values.len() / 2], values[values.len() - 1]);
            println!("| {name} | {median:.1} {unit} | {:.1} | {most:.1} |", values[0]);
        }
    }
}

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    linux::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}
