//! How one session goes: prompts, responses, subagents, a context that grows until it is compacted.

use ccu_core::ids::Hyphenated;
use ccu_core::time::UtcMillis;

use super::calendar::{Oddity, SessionPlan};
use super::era::{self, AgentPlace, Role, Version, model_for};
use super::line::{self, Envelope, Stamp, Thread};
use super::random::Random;

/// A conversation longer than this many tokens is compacted; the larger figure is for models with long prompts.
const COMPACTED_ABOVE: [u64; 2] = [165_000, 700_000];

/// A file of a machine.
#[derive(Debug)]
pub(super) struct Transcript {
    /// Its path below `projects`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// A session under way.
pub(super) struct Session<'a> {
    pub plan: &'a SessionPlan,
    pub envelope: Envelope,
    pub random: Random,
    pub now: UtcMillis,
    pub compacted_above: u64,
    pub is_fast: bool,
    /// Whether a response without a time is still to come.
    pub owes_undated: bool,
    directory: String,
    transcripts: Vec<Transcript>,
}

/// The transcripts of a planned session: its own, its subagents' and its fork's; none where there was no time for a response.
pub(super) fn transcripts(plan: &SessionPlan) -> Vec<Transcript> {
    let mut session = Session::open(plan);
    let mut main = session.open_thread(plan.role);
    session.prompt(&mut main);
    for _ in 0..plan.n_responses {
        if !session.respond(&mut main) {
            break;
        }
        match session.random.below(1_000) {
            0..150 => session.prompt(&mut main),
            150..180 => session.delegate(&mut main),
            180..187 => session.fail(&mut main),
            _ => {}
        }
    }
    match plan.oddity {
        _ if main.last.is_none() => return Vec::new(),
        Some(Oddity::Fork) => session.fork(&main),
        Some(Oddity::CutLine) => cut_line(&mut main),
        Some(Oddity::Undated) | None => {}
    }
    session.close(main, &format!("{}.jsonl", Hyphenated(&session.envelope.session)));
    session.transcripts
}

/// Adds the first half of the first line again, as a crash leaves it.
fn cut_line(main: &mut Thread) {
    let first = main.text.lines().next().unwrap_or_default();
    let half = first[..first.len() / 2].to_owned();
    main.text.push_str(&half);
    main.text.push('\n');
}

impl Session<'_> {
    fn open(plan: &SessionPlan) -> Session<'_> {
        let mut random = Random::of(plan.seed);
        let cwd = plan.machine.directory_of(plan.project);
        let takes_long_prompts = !era::long_prompts_are_dear(plan.day) || random.chance(60);
        Session {
            plan,
            envelope: Envelope {
                session: random.uuid(),
                version: Version::on(plan.day),
                branch: random.pick(plan.project.branches),
                cwd: cwd.replace('\\', r"\\"),
            },
            now: plan.start,
            compacted_above: COMPACTED_ABOVE[usize::from(takes_long_prompts)],
            is_fast: random.chance(70),
            owes_undated: plan.oddity == Some(Oddity::Undated),
            directory: cwd
                .chars()
                .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
                .collect(),
            transcripts: Vec::new(),
            random,
        }
    }

    fn open_thread(&mut self, role: Role) -> Thread {
        let model = model_for(role, self.plan.day, &mut self.random);
        let context = self.random.between(15_000, 35_000);
        Thread { model, context, ..Thread::default() }
    }

    /// The instant so many milliseconds from now, if the plan goes so far; it is the present then.
    pub fn wait(&mut self, millis: i64) -> Option<UtcMillis> {
        let then = UtcMillis(self.now.0 + millis);
        (then <= self.plan.limit).then(|| {
            self.now = then;
            then
        })
    }

    /// Adds a line to a thread.
    pub fn say(&mut self, thread: &mut Thread, time: Option<UtcMillis>, body: &str) {
        thread.add(&self.envelope, Stamp { uuid: self.random.uuid(), time }, body);
    }

    fn prompt(&mut self, thread: &mut Thread) {
        let thought = self.random.seconds(10, 150);
        if let Some(time) = self.wait(thought) {
            let body = line::prompt(&mut self.random);
            self.say(thread, Some(time), &body);
        }
    }

    fn fail(&mut self, thread: &mut Thread) {
        if let Some(time) = self.wait(2_000) {
            let body = line::api_error(&mut self.random);
            self.say(thread, Some(time), &body);
        }
    }

    /// Lets a subagent do something, and the main thread hear of it.
    fn delegate(&mut self, main: &mut Thread) {
        let place = self.envelope.version.agent_place();
        let role = if self.random.chance(700) { Role::Errand } else { self.plan.role };
        let id = match place {
            AgentPlace::MainFile => None,
            AgentPlace::Beside => Some(self.random.hex(8)),
            AgentPlace::Nested => Some(format!("a{}", self.random.hex(16))),
        };
        let mut agent = Thread { is_sidechain: true, agent: id, ..self.open_thread(role) };
        self.prompt(&mut agent);
        for _ in 0..self.random.between(2, 9) {
            if !self.respond(&mut agent) {
                break;
            }
        }
        let Some(last) = agent.last else { return };
        match (place, agent.agent.clone()) {
            (AgentPlace::Nested, Some(id)) => {
                let session = Hyphenated(&self.envelope.session).to_string();
                self.close(agent, &format!("{session}/subagents/agent-{id}.jsonl"));
            }
            (AgentPlace::Beside, Some(id)) => self.close(agent, &format!("agent-{id}.jsonl")),
            (_, _) => main.text.push_str(&agent.text),
        }
        if let Some(time) = self.wait(1_000) {
            let body = line::report(&last, &mut self.random);
            self.say(main, Some(time), &body);
        }
    }

    /// Takes the session up in a new one: its transcript begins with half of the old lines, under the new session's id.
    fn fork(&mut self, main: &Thread) {
        let old = std::mem::replace(&mut self.envelope.session, self.random.uuid());
        let [from, to] = [old, self.envelope.session].map(|session| Hyphenated(&session).to_string());
        let n_lines = main.text.lines().count().div_ceil(2);
        let copied: String = main.text.split_inclusive('\n').take(n_lines).collect();
        let mut fork = Thread { text: copied.replace(&from, &to), ..self.open_thread(self.plan.role) };
        self.prompt(&mut fork);
        for _ in 0..self.random.between(2, 6) {
            self.respond(&mut fork);
        }
        self.close(fork, &format!("{to}.jsonl"));
        self.envelope.session = old;
    }

    fn close(&mut self, thread: Thread, name: &str) {
        self.transcripts.push(Transcript { path: format!("{}/{name}", self.directory), text: thread.text });
    }
}
