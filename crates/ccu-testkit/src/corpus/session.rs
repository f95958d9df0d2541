//! One session: what it is about, and the threads of lines that grow in it.

use std::rc::Rc;

use super::era::{Version, claude_model};
use super::line::{Body, Envelope, Framed, Line};
use super::moment::Moment;
use super::provider::Provider;
use super::text::TextPool;
use super::truth::Ledger;
use crate::random::{Quantiles, Random};

/// What every part of the generator needs.
pub(super) struct World {
    pub(super) random: Random,
    pub(super) pool: TextPool,
    pub(super) ledger: Ledger,
    pub(super) is_lean: bool,
    /// The number of distinct responses to stop at.
    pub(super) most_records: u64,
}

impl World {
    /// Whether more responses may come.
    pub(super) fn has_room(&self) -> bool {
        self.ledger.len() < self.most_records
    }

    /// A text length of a distribution, capped by what the file can hold.
    pub(super) fn length(&mut self, lengths: &Quantiles, most: u64) -> u64 {
        let length = self.random.sample(lengths);
        if self.is_lean { (length / 20).min(60) } else { length.min(most) }
    }

    /// Filler text.
    pub(super) fn text(&mut self, length: u64) -> String {
        self.pool.text(&mut self.random, length)
    }
}

/// A directory that somebody works in.
#[derive(Debug, Clone)]
pub(super) struct Project {
    /// The working directory, escaped for JSON.
    pub(super) cwd: Rc<str>,
    /// The name of its directory below `projects`.
    pub(super) directory: Rc<str>,
    pub(super) provider: Provider,
}

impl Project {
    /// Makes up the project with this number.
    pub(super) fn invent(project_idx: u64, random: &mut Random) -> Project {
        let user = random.pick(&["alice", "bob"]);
        let name = random.pick(&["weather", "ledger", "atlas", "kiosk", "märchen", "search index", "api.gateway"]);
        let path = match random.below(10) {
            0 => format!(r"C:\Users\{user}\{name}-{project_idx}"),
            1..=3 => format!("/Users/{user}/Code/{name}-{project_idx}"),
            _ => format!("/home/{user}/src/{name}-{project_idx}"),
        };
        let directory: String = path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        Project {
            cwd: path.replace('\\', r"\\").into(),
            directory: directory.into(),
            provider: Provider::of_project(project_idx),
        }
    }
}

/// The lines of one file, or of a sidechain within one.
#[derive(Debug, Clone, Default)]
pub(super) struct Thread {
    pub(super) lines: Vec<Line>,
    pub(super) is_sidechain: bool,
    pub(super) agent: Option<Rc<str>>,
    pub(super) parent: Option<u128>,
    pub(super) bytes: u64,
}

/// A session in the making.
pub(super) struct Session {
    pub(super) envelope: Envelope,
    pub(super) project: Project,
    pub(super) model: Rc<str>,
    pub(super) now: Moment,
    pub(super) is_fast: bool,
    /// Tokens of the conversation so far, which the next response reads from the cache.
    pub(super) context: u64,
    /// No text is longer, so that small files stay small. Unit: bytes.
    pub(super) longest_text: u64,
    /// Rows of subagents, for progress lines to quote.
    pub(super) quotable: Vec<Framed>,
}

impl Session {
    /// Opens a session at that time.
    pub(super) fn open(world: &mut World, project: Project, now: Moment) -> Session {
        let random = &mut world.random;
        let version = Version::at(now, random);
        let model = project.provider.foreign_model(random).unwrap_or_else(|| claude_model(now, random));
        let slug: String =
            [random.pick(&["calm", "brave", "silver"]), "-", random.pick(&["otter", "comet", "meadow"])].concat();
        Session {
            envelope: Envelope {
                session: random.uuid(),
                version,
                cwd: project.cwd.clone(),
                branch: random.pick(&["main", "main", "HEAD", "HEAD", "feature/import-7", ""]),
                slug: slug.into(),
                writes_nulls: random.chance(100),
            },
            is_fast: (Version(2, 1, 170)..Version(2, 1, 199)).contains(&version) && random.chance(300),
            project,
            model: model.into(),
            now,
            context: random.between(15_000, 35_000),
            longest_text: u64::MAX,
            quotable: Vec::new(),
        }
    }

    /// Lets up to so many milliseconds pass.
    pub(super) fn wait(&mut self, random: &mut Random, most_millis: u64) {
        self.now = self.now.after(1 + random.below(most_millis));
    }

    /// Adds a line with envelope now, as the newest of its thread; counts it where it is a row. Returns its uuid.
    pub(super) fn say(&self, world: &mut World, thread: &mut Thread, body: impl Into<Body>) -> u128 {
        let uuid = world.random.uuid();
        let framed = Framed {
            uuid,
            parent: thread.parent.replace(uuid),
            time: self.now,
            is_sidechain: thread.is_sidechain,
            agent: thread.agent.clone(),
            body: body.into(),
        };
        self.place(world, thread, Line::Framed(framed));
        uuid
    }

    /// Adds a finished line to a thread; counts it where it is a row.
    pub(super) fn place(&self, world: &mut World, thread: &mut Thread, line: Line) {
        if let Some(sighting) = line.sighting(self.envelope.session) {
            world.ledger.offer(sighting);
        }
        thread.bytes += line.rough_bytes();
        thread.lines.push(line);
    }
}
