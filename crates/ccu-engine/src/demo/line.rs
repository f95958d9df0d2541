//! Transcript lines as Claude Code spells them (docs/formats/transcript.md), with texts of ours.

use std::fmt::{self, Write};

use ccu_core::ids::Hyphenated;
use ccu_core::record::TokenCounts;
use ccu_core::time::UtcMillis;

use super::era::Version;
use super::random::Random;

/// Words for messages; none needs an escape in JSON.
const WORDS: &[&str] = &[
    "acorn", "barley", "cedar", "drift", "ember", "fern", "gale", "harbor", "iris", "juniper", "kelp", "lantern",
    "moss", "nectar", "olive", "pebble", "quill", "rowan", "sable", "thistle", "umber", "violet", "willow", "yarrow",
];

/// What all lines of one session share.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub session: [u8; 16],
    pub version: Version,
    /// The working directory, escaped for JSON.
    pub cwd: String,
    pub branch: &'static str,
}

/// What each line has for itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub uuid: [u8; 16],
    pub time: Option<UtcMillis>,
}

/// The lines of a transcript, or of a sidechain within one.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// The lines, each with its end.
    pub text: String,
    pub is_sidechain: bool,
    pub agent: Option<String>,
    /// The id of the last line, which the next one hangs on.
    pub parent: Option<[u8; 16]>,
    pub model: &'static str,
    /// Tokens of the conversation so far, which the next response reads from the cache.
    pub context: u64,
    /// The counts of the last response.
    pub last: Option<TokenCounts>,
}

/// What the rows of one response share.
#[derive(Debug)]
pub(super) struct Response {
    pub message_id: String,
    pub request_id: Option<String>,
    pub model: &'static str,
    pub tokens: TokenCounts,
    pub web_searches: u64,
    pub is_fast: bool,
    pub splits_cache_writes: bool,
    /// A call of another model that was made for it.
    pub advice: Option<(&'static str, TokenCounts)>,
}

/// What a single row says about its response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub block: Block,
    /// The output tokens known by then.
    pub output: u64,
    pub stop_reason: Option<&'static str>,
}

/// The content of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Thinking,
    Text,
    ToolUse,
}

impl Thread {
    /// Adds a line with an envelope. `body` is what stands between the frame and the line's id.
    pub fn add(&mut self, envelope: &Envelope, stamp: Stamp, body: &str) {
        let Stamp { uuid, time } = stamp;
        let out = &mut self.text;
        match self.parent.replace(uuid) {
            Some(parent) => write(out, format_args!("{{\"parentUuid\":\"{}\"", Hyphenated(&parent))),
            None => out.push_str("{\"parentUuid\":null"),
        }
        write(out, format_args!(",\"isSidechain\":{}", self.is_sidechain));
        if !envelope.version.envelope_is_last() {
            envelope.write(out);
        }
        if let Some(agent) = &self.agent {
            write(out, format_args!(",\"agentId\":\"{agent}\""));
        }
        write(out, format_args!(",{body},\"uuid\":\"{}\"", Hyphenated(&uuid)));
        if let Some(time) = time {
            write(out, format_args!(",\"timestamp\":\"{time}\""));
        }
        if envelope.version.envelope_is_last() {
            envelope.write(out);
        }
        out.push_str("}\n");
    }
}

impl Envelope {
    fn write(&self, out: &mut String) {
        let Envelope { session, version, cwd, branch } = self;
        let session = Hyphenated(session);
        write(
            out,
            format_args!(
                ",\"userType\":\"external\",\"cwd\":\"{cwd}\",\"sessionId\":\"{session}\",\"version\":\"{version}\""
            ),
        );
        if version.names_branch() {
            write(out, format_args!(",\"gitBranch\":\"{branch}\""));
        }
    }
}

impl Response {
    /// The body of one of its rows.
    pub fn body(&self, row: Row, random: &mut Random) -> String {
        let mut body = String::with_capacity(800);
        let Response { message_id, request_id, model, .. } = self;
        write(
            &mut body,
            format_args!(
                "\"message\":{{\"model\":\"{model}\",\"id\":\"{message_id}\",\"type\":\"message\",\"role\":\"assistant\",\"content\":["
            ),
        );
        row.block.write(&mut body, random);
        match row.stop_reason {
            Some(reason) => write(&mut body, format_args!("],\"stop_reason\":\"{reason}\"")),
            None => body.push_str("],\"stop_reason\":null"),
        }
        body.push_str(",\"usage\":{");
        self.write_usage(row.output, &mut body);
        body.push_str("}}");
        if let Some(request_id) = request_id {
            write(&mut body, format_args!(",\"requestId\":\"{request_id}\""));
        }
        body.push_str(",\"type\":\"assistant\"");
        body
    }

    fn write_usage(&self, output: u64, body: &mut String) {
        let tokens = TokenCounts { output, ..self.tokens };
        write_counts(body, &tokens);
        if self.splits_cache_writes {
            write_split(body, &tokens);
        }
        if self.web_searches > 0 {
            write(body, format_args!(",\"server_tool_use\":{{\"web_search_requests\":{}}}", self.web_searches));
        }
        if self.is_fast {
            body.push_str(",\"speed\":\"fast\"");
        }
        if let Some((model, advice)) = &self.advice {
            write(body, format_args!(",\"iterations\":[{{\"type\":\"advisor_message\",\"model\":\"{model}\","));
            write_counts(body, advice);
            body.push_str("},{\"type\":\"message\",");
            write_counts(body, &tokens);
            body.push_str("}]");
        }
    }
}

impl Block {
    fn write(self, out: &mut String, random: &mut Random) {
        match self {
            Block::Thinking => {
                write(out, format_args!("{{\"type\":\"thinking\",\"thinking\":\"{}\"}}", phrase(random)))
            }
            Block::Text => write(out, format_args!("{{\"type\":\"text\",\"text\":\"{}\"}}", phrase(random))),
            Block::ToolUse => {
                let (id, name) = (random.base62(22), random.pick(&["Read", "Edit", "Bash", "Grep"]));
                write(
                    out,
                    format_args!(
                        "{{\"type\":\"tool_use\",\"id\":\"toolu_01{id}\",\"name\":\"{name}\",\"input\":{{}}}}"
                    ),
                );
            }
        }
    }
}

/// The body of a prompt.
pub(super) fn prompt(random: &mut Random) -> String {
    format!("\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":\"{}\"}}", phrase(random))
}

/// The body of the row that Claude Code writes for an error of the API; nothing was billed.
pub(super) fn api_error(random: &mut Random) -> String {
    format!(
        "\"message\":{{\"id\":\"{}\",\"model\":\"<synthetic>\",\"role\":\"assistant\",\"stop_reason\":\"stop_sequence\",\
         \"type\":\"message\",\"usage\":{{\"input_tokens\":0,\"output_tokens\":0,\"cache_creation_input_tokens\":0,\
         \"cache_read_input_tokens\":0}},\"content\":[{{\"type\":\"text\",\"text\":\"API Error: Overloaded\"}}]}},\
         \"type\":\"assistant\",\"isApiErrorMessage\":true",
        Hyphenated(&random.uuid())
    )
}

/// The body of a subagent's answer: it repeats the counts of the last response, which stand in the subagent's rows.
pub(super) fn report(last: &TokenCounts, random: &mut Random) -> String {
    let mut body = format!(
        "\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":[{{\"tool_use_id\":\"toolu_01{}\",\"type\":\"tool_result\",\
         \"content\":\"{}\"}}]}},\"toolUseResult\":{{\"status\":\"completed\",\"usage\":{{",
        random.base62(22),
        phrase(random)
    );
    write_counts(&mut body, last);
    body.push_str("}}");
    body
}

fn write_counts(out: &mut String, tokens: &TokenCounts) {
    write(
        out,
        format_args!(
            "\"input_tokens\":{},\"cache_creation_input_tokens\":{},\"cache_read_input_tokens\":{},\"output_tokens\":{}",
            tokens.input,
            tokens.cache_write(),
            tokens.cache_read,
            tokens.output
        ),
    );
}

fn write_split(out: &mut String, tokens: &TokenCounts) {
    write(
        out,
        format_args!(
            ",\"cache_creation\":{{\"ephemeral_5m_input_tokens\":{},\"ephemeral_1h_input_tokens\":{}}}",
            tokens.cache_write_5m, tokens.cache_write_1h
        ),
    );
}

fn phrase(random: &mut Random) -> String {
    let n_words = random.between(2, 5);
    let words: Vec<&str> = (0..n_words).map(|_| random.pick(WORDS)).collect();
    words.join(" ")
}

/// Appends to a string, which cannot fail.
fn write(out: &mut String, text: fmt::Arguments<'_>) {
    out.write_fmt(text).ok();
}
