//! A generator of made-up transcripts, as small or large as wanted, together with what a correct reader finds in them.
//!
//! Shapes and frequencies follow what was measured on public transcripts (docs/formats/transcript.md). The same options
//! give the same bytes on every platform.

mod company;
mod copies;
mod damage;
mod era;
mod line;
mod moment;
pub mod options;
mod provider;
mod response;
mod session;
mod text;
mod truth;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use options::Options;
pub use truth::{Tally, Truth, UNKNOWN};

use crate::random::{Quantiles, Random};
use copies::File;
use damage::Victim;
use era::Version;
use line::Line;
use moment::Moment;
use session::{Project, Session, Thread, World};
use text::TextPool;
use truth::Ledger;

/// Directories that sessions are spread over.
const N_PROJECTS: u64 = 40;
/// The size that files have on average where the number of files is left open. Unit: bytes.
const USUAL_FILE_BYTES: u64 = 500_000;
/// How much larger or smaller than the average a session is, in percent.
const SPREAD: Quantiles = Quantiles(&[
    (0, 2),
    (1_000, 5),
    (2_500, 12),
    (5_000, 40),
    (7_500, 110),
    (9_000, 250),
    (9_900, 700),
    (10_000, 1_000),
]);
/// The same for subagents, which are smaller.
const AGENT_SPREAD: Quantiles = Quantiles(&[(0, 1), (5_000, 4), (9_000, 50), (9_900, 150), (10_000, 300)]);
/// Agents of a session.
const N_AGENTS: Quantiles = Quantiles(&[(0, 0), (4_000, 0), (7_000, 2), (9_500, 6), (10_000, 25)]);

/// Forks and copies stop when fewer files may come, so that the wanted number is met exactly.
const SPARE_FILES: u64 = 40;

/// Writes a corpus and its `truth.json` into `out`.
///
/// **Shape**: `out/projects/...`, or `out/m1/projects/...` and so on for several machines.
///
/// **Errors**: when `out` is not empty or cannot be written.
pub fn generate(out: &Path, options: &Options) -> io::Result<Truth> {
    fs::create_dir_all(out)?;
    if fs::read_dir(out)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("`{}` is not empty", out.display())));
    }
    let mut corpus = Corpus::new(out, options);
    while corpus.wants_more() {
        corpus.write_session()?;
    }
    if options.edge {
        fs::create_dir_all(out.join(corpus.projects_directory(0)).join("-a-directory/named-like-a-transcript.jsonl"))?;
    }
    let truth = Truth { files: corpus.files, lines: corpus.lines, bytes: corpus.bytes, ..corpus.world.ledger.truth() };
    let mut text = serde_json::to_string_pretty(&truth.to_json())?;
    text.push('\n');
    write(&out.join("truth.json"), text.as_bytes())?;
    Ok(truth)
}

/// A corpus in the making.
struct Corpus<'a> {
    out: &'a Path,
    options: &'a Options,
    world: World,
    projects: Vec<Project>,
    sessions: u64,
    files: u64,
    lines: u64,
    bytes: u64,
}

impl<'a> Corpus<'a> {
    fn new(out: &'a Path, options: &'a Options) -> Self {
        let mut random = Random::new(options.seed);
        let pool = TextPool::new(&mut random);
        let projects = (0..N_PROJECTS).map(|project_idx| Project::invent(project_idx, &mut random)).collect();
        let world = World {
            random,
            pool,
            ledger: Ledger::default(),
            is_lean: options.lean,
            most_records: options.records.unwrap_or(u64::MAX),
        };
        Corpus { out, options, world, projects, sessions: 0, files: 0, lines: 0, bytes: 0 }
    }

    fn wants_more(&self) -> bool {
        match (self.options.records, self.options.files) {
            (Some(_), _) => self.world.has_room(),
            (None, Some(_)) => self.files_left() > 0,
            (None, None) => self.bytes < self.options.bytes,
        }
    }

    /// How many files may still come.
    fn files_left(&self) -> u64 {
        match (self.options.files, self.options.records) {
            (Some(files), None) => files.saturating_sub(self.files),
            _ => u64::MAX,
        }
    }

    /// The average size of the files to come, so that size and number are both met in the end.
    fn average_bytes(&self) -> u64 {
        match self.files_left() {
            u64::MAX if self.options.lean => USUAL_FILE_BYTES / 10,
            u64::MAX => USUAL_FILE_BYTES.min(self.options.bytes / 20),
            files_left => self.options.bytes.saturating_sub(self.bytes) / files_left.max(1),
        }
    }

    fn write_session(&mut self) -> io::Result<()> {
        let (average_bytes, files_left) = (self.average_bytes(), self.files_left());
        let world = &mut self.world;
        let span = (Moment::LAST.0 - Moment::FIRST.0) as u64;
        let start = Moment::FIRST.after(world.random.below(span));
        // Squaring a uniform share makes a few projects busy and most of them quiet.
        let share = world.random.below(1_000);
        let project = self.projects[(share * share * N_PROJECTS / 1_000_000) as usize].clone();
        let mut session = Session::open(world, project, start);
        let budget = average_bytes * world.random.sample(&SPREAD) / 100;
        session.longest_text = (budget / 4).clamp(400, 2_000_000);
        let n_agents = if budget > 20_000 { world.random.sample(&N_AGENTS).min(files_left - 1) } else { 0 };
        let plan = Plan { budget, n_agents, average_bytes };
        let mut files = session.write(world, &plan);
        let fork_chance = if session.envelope.version < Version(2, 0, 0) { 120 } else { 20 };
        if files_left > SPARE_FILES && world.has_room() && world.random.chance(fork_chance) {
            files.extend(files.last().map(|main| session.fork(world, &main.lines)));
        }
        let machine = self.sessions % self.options.machines;
        self.sessions += 1;
        files.iter().try_for_each(|file| self.write_file(&session, file, machine))
    }

    fn projects_directory(&self, machine: u64) -> PathBuf {
        match self.options.machines {
            1 => PathBuf::from("projects"),
            _ => PathBuf::from(format!("m{}", machine + 1)).join("projects"),
        }
    }

    fn write_file(&mut self, session: &Session, file: &File, machine: u64) -> io::Result<()> {
        let envelope = line::Envelope { session: file.session, ..session.envelope.clone() };
        let mut text = String::with_capacity(file.lines.iter().map(Line::rough_bytes).sum::<u64>() as usize);
        file.lines.iter().for_each(|line| line.spell(&envelope, &mut text));
        let mut bytes = text.into_bytes();
        let path = |corpus: &Self, machine: u64| {
            corpus.out.join(corpus.projects_directory(machine)).join(&*session.project.directory).join(&file.path)
        };
        if self.options.machines > 1 && self.files_left() > SPARE_FILES && self.world.random.chance(30) {
            // A home that was copied to the next machine.
            file.lines
                .iter()
                .filter_map(|line| line.sighting(file.session))
                .for_each(|row| self.world.ledger.offer(row));
            self.put(&path(self, (machine + 1) % self.options.machines), &bytes)?;
        }
        if self.options.edge && self.files % 2 == 1 {
            let damage = damage::ALL[(self.files / 2) as usize % damage::ALL.len()];
            let mut victim =
                Victim { world: &mut self.world, session: file.session, time: session.now, bytes: &mut bytes };
            victim.suffer(damage);
        }
        self.put(&path(self, machine), &bytes)
    }

    fn put(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.files += 1;
        self.bytes += bytes.len() as u64;
        self.lines += bytes.iter().filter(|&&byte| byte == b'\n').count() as u64 + u64::from(!bytes.ends_with(b"\n"));
        write(path, bytes)
    }
}

/// How large a session becomes.
struct Plan {
    /// Bytes of the main thread.
    budget: u64,
    /// Agents that run in between.
    n_agents: u64,
    /// Bytes that a file of the corpus has on average.
    average_bytes: u64,
}

impl Session {
    /// Lets the session happen. Returns its files, the main one last.
    fn write(&mut self, world: &mut World, plan: &Plan) -> Vec<File> {
        let (mut files, mut main, mut agents_run) = (Vec::new(), Thread::default(), 0);
        self.old_summaries(world, &mut main);
        self.prompt(world, &mut main);
        loop {
            let n_rows = self.respond(world, &mut main);
            self.keep_company(world, &mut main, n_rows);
            let is_agents_turn = main.bytes > plan.budget * (agents_run + 1) / (plan.n_agents + 1);
            if agents_run < plan.n_agents && is_agents_turn && world.has_room() {
                agents_run += 1;
                let budget = plan.average_bytes * world.random.sample(&AGENT_SPREAD) / 100;
                files.extend(self.subagent(world, &mut main, budget));
            }
            if main.bytes >= plan.budget || !world.has_room() {
                break;
            }
        }
        let is_2_0 = (Version(2, 0, 0)..Version(2, 1, 0)).contains(&self.envelope.version);
        if is_2_0 && world.random.chance(30) {
            self.resume_in_place(world, &mut main);
        }
        files.push(File { path: self.file_name(), session: self.envelope.session, lines: main.lines });
        files
    }
}

/// Writes a file, making its directory.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    io::Write::write_all(&mut fs::File::create(path)?, bytes)
}
