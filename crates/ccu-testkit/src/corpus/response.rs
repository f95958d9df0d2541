//! One response of the API: its rows, one per content block, and the tool results between them.

use super::era::{Growth, Version, claude_model};
use super::line::{Body, Hyphenated, Line, Row};
use super::provider::{Provider, UsageShape};
use super::session::{Session, Thread, World};
use super::truth::{SYNTHETIC, Tokens};
use crate::random::Quantiles;

/// Uncached prompt tokens of a response.
const INPUT: Quantiles = Quantiles(&[(0, 1), (5_000, 3), (9_000, 10), (9_900, 400), (10_000, 30_000)]);
/// Generated tokens of a response.
const OUTPUT: Quantiles = Quantiles(&[
    (0, 1),
    (1_000, 120),
    (2_500, 180),
    (5_000, 420),
    (7_500, 1_050),
    (9_000, 2_400),
    (9_900, 7_600),
    (10_000, 45_000),
]);
/// Tokens that a response writes to a cache.
const CACHE_WRITE: Quantiles = Quantiles(&[
    (0, 0),
    (1_000, 210),
    (2_500, 400),
    (5_000, 850),
    (7_500, 1_900),
    (9_000, 4_000),
    (9_900, 49_000),
    (10_000, 300_000),
]);
/// Bytes of text in the blocks of a response and in what tools answer.
const TOOL_INPUT: Quantiles =
    Quantiles(&[(0, 20), (5_000, 300), (9_000, 1_300), (9_900, 8_000), (9_990, 25_000), (10_000, 100_000)]);
const THINKING: Quantiles = Quantiles(&[(0, 100), (5_000, 1_000), (9_000, 6_000), (9_900, 23_000), (10_000, 80_000)]);
const TEXT: Quantiles = Quantiles(&[(0, 20), (5_000, 200), (9_000, 1_500), (9_900, 6_000), (10_000, 40_000)]);
const TOOL_RESULT: Quantiles = Quantiles(&[
    (0, 30),
    (1_000, 100),
    (5_000, 800),
    (9_000, 6_500),
    (9_900, 50_000),
    (9_990, 180_000),
    (10_000, 600_000),
]);

/// What a row shows of its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Thinking,
    Text,
    ToolUse,
}

/// What a tool answered.
pub(super) struct Answer {
    pub(super) tool_id: String,
    /// What the model is told, escaped for JSON.
    pub(super) text: String,
    /// The same in the tool's own form: a JSON value.
    pub(super) result: String,
    /// The row that called the tool, where the version notes it.
    pub(super) asked_by: Option<u128>,
}

/// A response before its rows are written.
struct Response {
    row: Row,
    shape: UsageShape,
    growth: Growth,
    /// Output tokens known when the first block ended.
    early_output: u64,
    blocks: Vec<Block>,
}

impl Session {
    /// Adds one response to a thread. Returns the number of its rows.
    pub(super) fn respond(&mut self, world: &mut World, thread: &mut Thread) -> u64 {
        if world.random.chance(8) {
            self.fail_to_respond(world, thread);
            return 1;
        }
        let response = self.plan(world, thread);
        for block_idx in 0..response.blocks.len() {
            self.wait(&mut world.random, 4_000);
            self.write_row(world, thread, (&response, block_idx));
        }
        response.blocks.len() as u64
    }

    /// An error of the API, which Claude Code writes down as a message of its own.
    fn fail_to_respond(&mut self, world: &mut World, thread: &mut Thread) {
        self.wait(&mut world.random, 9_000);
        let row = Row {
            provider: Provider::PerRowIds,
            message_id: Provider::PerRowIds.message_id(self.now, &mut world.random),
            request_id: None,
            model: SYNTHETIC.into(),
            tokens: Tokens::default(),
        };
        let body = format!(
            "\"isApiErrorMessage\":true,\"message\":{{\"id\":\"{}\",\"container\":null,\"model\":\"{SYNTHETIC}\",\"role\":\"assistant\",\
             \"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"\",\"type\":\"message\",\"usage\":{{\"input_tokens\":0,\
             \"output_tokens\":0,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"service_tier\":null}},\
             \"content\":[{{\"type\":\"text\",\"text\":\"API Error: Connection error.\"}}]}}",
            row.message_id
        );
        self.say(world, thread, Body { row: Some(row), ..body.into() });
    }

    fn plan(&mut self, world: &mut World, thread: &Thread) -> Response {
        let (version, provider, is_sidechain) = (self.envelope.version, self.project.provider, thread.is_sidechain);
        let is_helper = is_sidechain && provider.foreign_model(&mut world.random).is_none() && world.random.chance(500);
        let model = if is_helper { claude_model(self.now, &mut world.random).into() } else { self.model.clone() };
        let tokens = self.spend(world, is_sidechain);
        let random = &mut world.random;
        let weights = if world.is_lean { &[800, 160, 40] } else { version.row_weights() };
        let n_rows = if random.chance(2) && !world.is_lean {
            random.between(10, 37) as usize
        } else {
            random.weighted(weights) + 1
        };
        let growth = match provider {
            Provider::SecondGranular | Provider::ConstantId => Growth::LastIsFinal,
            _ => version.growth(is_sidechain, random),
        };
        Response {
            row: Row {
                provider,
                message_id: provider.message_id(self.now, random),
                request_id: provider.request_id(random),
                model,
                tokens,
            },
            shape: UsageShape {
                provider,
                version,
                is_sidechain,
                is_fast: self.is_fast && random.chance(700),
                split_is_zero: tokens.write_1h == 0 && random.chance(3),
                writes_nulls: self.envelope.writes_nulls,
            },
            growth,
            early_output: random.between(1, 8).min(tokens.output),
            blocks: blocks(world, n_rows),
        }
    }

    /// The tokens of the next response; the conversation grows by them.
    fn spend(&mut self, world: &mut World, is_sidechain: bool) -> Tokens {
        let random = &mut world.random;
        let (output, written) = (random.sample(&OUTPUT), random.sample(&CACHE_WRITE));
        let lasts_an_hour = self.envelope.version.writes_last_an_hour(is_sidechain);
        let (write_5m, write_1h) = self.project.provider.cache_writes(written, lasts_an_hour);
        let tokens = Tokens { input: random.sample(&INPUT), output, write_5m, write_1h, read: self.context };
        self.context += written + output;
        let window = if self.envelope.version >= Version(2, 1, 100) { 700_000 } else { 170_000 };
        if self.context > window {
            self.context = 30_000;
        }
        tokens
    }

    fn write_row(&mut self, world: &mut World, thread: &mut Thread, (response, block_idx): (&Response, usize)) {
        let mut row = response.row.clone();
        if row.provider == Provider::PerRowIds && block_idx > 0 {
            row.message_id = row.provider.message_id(self.now, &mut world.random);
        }
        let is_last = block_idx + 1 == response.blocks.len();
        row.tokens = response.tokens_at(block_idx, is_last);
        let block = response.blocks[block_idx];
        let (content, tool_id) = self.content(world, block);
        let is_marked = response.growth == Growth::Same || (is_last && response.growth == Growth::LastIsFinal);
        let stop_reason = match (is_marked, block) {
            (false, _) => "null",
            (true, Block::ToolUse) => "\"tool_use\"",
            (true, _) => "\"end_turn\"",
        };
        let body = format!(
            "\"message\":{{\"model\":\"{}\",\"id\":\"{}\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{content}],\
             \"stop_reason\":{stop_reason},\"stop_sequence\":null,\"usage\":{}}}",
            row.model,
            row.message_id,
            response.shape.spell(&row.tokens)
        );
        let asked_by = self.say(world, thread, Body { row: Some(row), ..body.into() });
        if let (true, Some(Line::Framed(framed))) =
            (thread.is_sidechain && world.random.chance(300), thread.lines.last())
        {
            self.quotable.push(framed.clone());
        }
        if let Some(tool_id) = tool_id {
            self.answer_tool(world, thread, (tool_id, asked_by));
        }
    }

    /// The content block, and the id of the tool call if it is one.
    fn content(&self, world: &mut World, block: Block) -> (String, Option<String>) {
        match block {
            Block::Thinking => {
                let length = world.length(&THINKING, self.longest_text);
                let (shown, signed) =
                    if self.envelope.version >= Version(2, 1, 70) { (0, length) } else { (length / 2, length / 2) };
                let (shown, signature) = (world.text(shown), world.pool.base64(&mut world.random, signed));
                (format!("{{\"type\":\"thinking\",\"thinking\":\"{shown}\",\"signature\":\"{signature}\"}}"), None)
            }
            Block::Text => {
                let length = world.length(&TEXT, self.longest_text);
                (format!("{{\"type\":\"text\",\"text\":\"{}\"}}", world.text(length)), None)
            }
            Block::ToolUse => {
                let length = world.length(&TOOL_INPUT, self.longest_text);
                let tool_id = format!("toolu_01{}", world.random.base62(22));
                let name = world.random.pick(&["Bash", "Read", "Edit", "Grep", "Write"]);
                // A tool may be given an object that looks like usage: real keys, wrong depth.
                let bait = if world.random.chance(5) {
                    ",\"usage\":{\"input_tokens\":777777,\"output_tokens\":777777}"
                } else {
                    ""
                };
                let input = format!("{{\"command\":\"{}\"{bait}}}", world.text(length));
                (
                    format!("{{\"type\":\"tool_use\",\"id\":\"{tool_id}\",\"name\":\"{name}\",\"input\":{input}}}"),
                    Some(tool_id),
                )
            }
        }
    }

    /// What the tool answered: the text stands twice in the line, once for the model and once for the screen.
    fn answer_tool(&mut self, world: &mut World, thread: &mut Thread, (tool_id, asked_by): (String, u128)) {
        self.wait(&mut world.random, 3_000);
        let length = world.length(&TOOL_RESULT, self.longest_text) / 2;
        let text = world.text(length);
        let result = match world.random.below(10) {
            0..=5 => format!("{{\"stdout\":\"{text}\",\"stderr\":\"\",\"interrupted\":false,\"isImage\":false}}"),
            6..=7 => format!(
                "{{\"type\":\"text\",\"file\":{{\"filePath\":\"src/lib.rs\",\"content\":\"{text}\",\"startLine\":1}}}}"
            ),
            _ => format!("\"{text}\""),
        };
        let asked_by = (self.envelope.version >= Version(2, 0, 77)).then_some(asked_by);
        self.answer(world, thread, Answer { tool_id, text, result, asked_by });
    }

    /// Adds a tool result.
    pub(super) fn answer(&self, world: &mut World, thread: &mut Thread, answer: Answer) {
        let Answer { tool_id, text, result, asked_by } = answer;
        let message = format!(
            "\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":[{{\"tool_use_id\":\"{tool_id}\",\"type\":\"tool_result\",\
             \"content\":\"{text}\"}}]}}"
        );
        let mut rest = format!(",\"toolUseResult\":{result}");
        if let Some(asked_by) = asked_by {
            rest.push_str(&format!(",\"sourceToolAssistantUUID\":\"{}\"", Hyphenated(asked_by)));
        }
        self.say(world, thread, Body { message, rest, row: None });
    }
}

impl Response {
    /// The tokens that the row of this block reports.
    fn tokens_at(&self, block_idx: usize, is_last: bool) -> Tokens {
        let known = match self.growth {
            Growth::Same => return self.row.tokens,
            Growth::LastIsFinal | Growth::LastIsFinalUnmarked if is_last => return self.row.tokens,
            _ => Tokens { output: self.early_output, ..self.row.tokens },
        };
        match self.row.provider {
            // Third parties first take the whole prompt for uncached, and some count the output from the start.
            Provider::SecondGranular => Tokens {
                input: known.input + known.read,
                read: 0,
                output: if block_idx == 0 { self.row.tokens.output } else { self.early_output },
                ..known
            },
            _ => known,
        }
    }
}

/// The blocks of a response with so many rows.
fn blocks(world: &mut World, n_rows: usize) -> Vec<Block> {
    let random = &mut world.random;
    if n_rows == 1 {
        return vec![if random.chance(350) { Block::Text } else { Block::ToolUse }];
    }
    let mut blocks = Vec::with_capacity(n_rows);
    if random.chance(600) {
        blocks.push(Block::Thinking);
    }
    if random.chance(550) {
        blocks.push(Block::Text);
    }
    blocks.resize(n_rows, Block::ToolUse);
    blocks
}
