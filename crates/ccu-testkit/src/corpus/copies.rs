//! The ways in which Claude Code writes one response down again: forks, resumes, and agents that begin with their parent's history.

use std::rc::Rc;

use super::era::{AgentPlace, Version};
use super::line::{Body, Framed, Hyphenated, Line, Row};
use super::response::Answer;
use super::session::{Session, Thread, World};

/// A transcript: its path below the project's directory, and its lines.
pub(super) struct File {
    pub(super) path: String,
    pub(super) session: u128,
    pub(super) lines: Vec<Line>,
}

impl Session {
    /// Runs a subagent of about so many bytes. Returns its file, if it has one of its own.
    pub(super) fn subagent(&mut self, world: &mut World, main: &mut Thread, budget: u64) -> Option<File> {
        let place = self.envelope.version.agent_place();
        let (path, mut thread) = self.open_agent(world, main, place);
        self.prompt(world, &mut thread);
        let until = thread.bytes + budget;
        while thread.bytes < until && world.has_room() {
            self.respond(world, &mut thread);
        }
        self.report(world, main, &thread);
        if place == AgentPlace::MainFile {
            main.bytes += thread.bytes;
            main.lines.append(&mut thread.lines);
            return None;
        }
        Some(File { path, session: self.envelope.session, lines: thread.lines })
    }

    /// The name and the first lines of an agent: side questions, compactions and suggestions begin with a copy of the history.
    fn open_agent(&self, world: &mut World, main: &Thread, place: AgentPlace) -> (String, Thread) {
        let version = self.envelope.version;
        let copies_history = version >= Version(2, 1, 1) && world.random.chance(170);
        let id = match copies_history {
            true => {
                let kind = world.random.pick(&["prompt_suggestion", "prompt_suggestion", "compact", "side_question"]);
                format!("a{kind}-{}", world.random.hex(16))
            }
            false if version < Version(2, 1, 0) => world.random.hex(8),
            false => format!("a{}", world.random.hex(16)),
        };
        let in_workflow = !copies_history && version >= Version(2, 1, 167) && world.random.chance(150);
        let workflow = if in_workflow { format!("workflows/wf_{}/", world.random.hex(8)) } else { String::new() };
        let path = match place {
            AgentPlace::MainFile | AgentPlace::Beside => format!("agent-{id}.jsonl"),
            AgentPlace::Nested => {
                format!("{}/subagents/{workflow}agent-{id}.jsonl", Hyphenated(self.envelope.session))
            }
        };
        let agent: Option<Rc<str>> = (place != AgentPlace::MainFile).then(|| id.into());
        let mut thread = Thread { is_sidechain: true, agent, ..Thread::default() };
        if copies_history {
            self.copy_history(world, main, &mut thread);
        }
        (path, thread)
    }

    fn copy_history(&self, world: &mut World, main: &Thread, thread: &mut Thread) {
        let n_lines = world.random.between(4, 60) as usize;
        for line in &main.lines[main.lines.len().saturating_sub(n_lines)..] {
            if let Line::Framed(framed) = line {
                let copy = Framed { is_sidechain: true, agent: thread.agent.clone(), ..framed.clone() };
                thread.parent = Some(copy.uuid);
                self.place(world, thread, Line::Framed(copy));
            }
        }
    }

    /// The agent's answer to its parent, which quotes the usage of its last response.
    fn report(&self, world: &mut World, main: &mut Thread, agent: &Thread) {
        let last = agent.lines.iter().rev().find_map(|line| match line {
            Line::Framed(framed) => framed.body.row.as_ref(),
            Line::Bare { .. } => None,
        });
        let Some(tokens) = last.map(|row| row.tokens) else { return };
        let text = world.text(80);
        let result = format!(
            "{{\"status\":\"completed\",\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}],\"totalDurationMs\":9000,\
             \"totalTokens\":{},\"totalToolUseCount\":3,\"usage\":{{\"input_tokens\":{},\"cache_creation_input_tokens\":{},\
             \"cache_read_input_tokens\":{},\"output_tokens\":{},\"service_tier\":\"standard\"}}}}",
            tokens.input + tokens.output + tokens.write_5m + tokens.write_1h + tokens.read,
            tokens.input,
            tokens.write_5m + tokens.write_1h,
            tokens.read,
            tokens.output
        );
        let tool_id = format!("toolu_01{}", world.random.base62(22));
        self.answer(world, main, Answer { tool_id, text, result, asked_by: None });
    }

    /// A resume that appends the history to its own file: new uuids, one new time, no request ids (2.0.x).
    pub(super) fn resume_in_place(&mut self, world: &mut World, main: &mut Thread) {
        self.now = self.now.after(world.random.between(40_000_000, 130_000_000));
        for line_idx in 0..main.lines.len() {
            let Line::Framed(framed) = &main.lines[line_idx] else { continue };
            // Without its request id, a row of a proxy is another response: real resumes were seen with genuine ids only.
            let is_genuine = |row: &&Row| row.message_id.starts_with("msg_");
            let Some(row) = framed.body.row.as_ref().filter(is_genuine) else { continue };
            let row = Row { request_id: None, ..row.clone() };
            let body = Body { row: Some(row), ..framed.body.clone() };
            let copy = Framed { uuid: world.random.uuid(), time: self.now, body, ..framed.clone() };
            self.place(world, main, Line::Framed(copy));
        }
    }

    /// A fork: a new session whose file begins with the old lines, the session id rewritten, and goes on.
    pub(super) fn fork(&mut self, world: &mut World, main: &[Line]) -> File {
        self.envelope.session = world.random.uuid();
        self.now = self.now.after(world.random.between(3_600_000, 72_000_000));
        let n_lines = world.random.between(2, main.len() as u64) as usize;
        let mut thread = Thread { parent: Some(world.random.uuid()), ..Thread::default() };
        for line in main.iter().take(n_lines) {
            if !world.has_room() {
                break;
            }
            self.place(world, &mut thread, line.clone());
        }
        self.prompt(world, &mut thread);
        for _ in 0..world.random.between(1, 9) {
            if world.has_room() {
                self.respond(world, &mut thread);
            }
        }
        File { path: self.file_name(), session: self.envelope.session, lines: thread.lines }
    }

    /// The name of the session's main file.
    pub(super) fn file_name(&self) -> String {
        format!("{}.jsonl", Hyphenated(self.envelope.session))
    }
}
