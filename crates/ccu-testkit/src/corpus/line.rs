//! One transcript line before it is spelled: envelope and body apart, so that resumes, forks and side questions can copy it.

use std::fmt::Write as _;
use std::rc::Rc;

use super::era::Version;
use super::moment::Moment;
use super::provider::Provider;
use super::truth::{Identity, Sighting, Tokens};

/// What all lines of one session share.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub(super) session: u128,
    pub(super) version: Version,
    /// The working directory, escaped for JSON.
    pub(super) cwd: Rc<str>,
    pub(super) branch: &'static str,
    pub(super) slug: Rc<str>,
    /// Whether absent fields are written as null.
    pub(super) writes_nulls: bool,
}

/// One line.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// A line with uuid, parent, time and the whole envelope.
    Framed(Framed),
    /// Fields only; with the session id at the end where the kind has one.
    Bare { fields: String, names_session: bool },
}

/// A line with the whole envelope.
#[derive(Debug, Clone)]
pub(super) struct Framed {
    pub(super) uuid: u128,
    pub(super) parent: Option<u128>,
    pub(super) time: Moment,
    pub(super) is_sidechain: bool,
    pub(super) agent: Option<Rc<str>>,
    pub(super) body: Body,
}

/// What a line says.
#[derive(Debug, Clone)]
pub(super) struct Body {
    /// Type and message; without the type where it is a row, whose type follows the request id.
    pub(super) message: String,
    /// What follows the timestamp, with a leading comma, or nothing.
    pub(super) rest: String,
    /// What makes it a row with usage.
    pub(super) row: Option<Row>,
}

impl From<String> for Body {
    fn from(message: String) -> Body {
        Body { message, rest: String::new(), row: None }
    }
}

/// What the rule asks of an assistant row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) provider: Provider,
    pub(super) message_id: Rc<str>,
    pub(super) request_id: Option<Rc<str>>,
    pub(super) model: Rc<str>,
    pub(super) tokens: Tokens,
}

impl Line {
    /// Bytes to come, roughly; enough to keep files near their wanted size.
    pub(super) fn rough_bytes(&self) -> u64 {
        match self {
            Line::Framed(framed) => (framed.body.message.len() + framed.body.rest.len() + 420) as u64,
            Line::Bare { fields, .. } => (fields.len() + 50) as u64,
        }
    }

    /// What a reader sees of the line in a session's file, where it is a row.
    pub(super) fn sighting(&self, session: u128) -> Option<Sighting> {
        match self {
            Line::Framed(framed) => framed.sighting(session),
            Line::Bare { .. } => None,
        }
    }

    /// Appends the line with its end.
    pub(super) fn spell(&self, envelope: &Envelope, out: &mut String) {
        match self {
            Line::Framed(framed) => framed.spell(envelope, out),
            Line::Bare { fields, names_session: true } => {
                spell(out, format_args!("{{{fields},\"sessionId\":\"{}\"}}\n", Hyphenated(envelope.session)));
            }
            Line::Bare { fields, names_session: false } => spell(out, format_args!("{{{fields}}}\n")),
        }
    }
}

impl Framed {
    fn spell(&self, envelope: &Envelope, out: &mut String) {
        match self.parent {
            Some(parent) => spell(out, format_args!("{{\"parentUuid\":\"{}\"", Hyphenated(parent))),
            None => out.push_str("{\"parentUuid\":null"),
        }
        spell(out, format_args!(",\"isSidechain\":{}", self.is_sidechain));
        if !envelope.version.envelope_is_last() {
            envelope.spell(out);
        }
        if let Some(agent) = &self.agent {
            spell(out, format_args!(",\"agentId\":\"{agent}\""));
        }
        spell(out, format_args!(",{}", self.body.message));
        if let Some(row) = &self.body.row {
            match &row.request_id {
                Some(request_id) => spell(out, format_args!(",\"requestId\":\"{request_id}\"")),
                None if envelope.writes_nulls => out.push_str(",\"requestId\":null"),
                None => {}
            }
            out.push_str(",\"type\":\"assistant\"");
        }
        spell(
            out,
            format_args!(",\"uuid\":\"{}\",\"timestamp\":\"{}\"{}", Hyphenated(self.uuid), self.time, self.body.rest),
        );
        if envelope.version.envelope_is_last() {
            envelope.spell(out);
        }
        out.push_str("}\n");
    }

    fn sighting(&self, session: u128) -> Option<Sighting> {
        let row = self.body.row.as_ref()?;
        Some(Sighting {
            identity: row.identity(session),
            tokens: row.tokens,
            model: row.model.clone(),
            is_sidechain: self.is_sidechain,
            uuid: Some(self.uuid),
            time: Some(self.time),
        })
    }
}

impl Row {
    fn identity(&self, session: u128) -> Identity {
        let (id, model) = (self.message_id.clone(), self.model.clone());
        match (self.provider, &self.request_id) {
            (Provider::Anthropic | Provider::Bedrock | Provider::Vertex, _) => Identity::Message(id),
            (_, Some(request_id)) => Identity::Request(request_id.clone()),
            (Provider::ConstantId, None) => {
                let tokens = &self.tokens;
                Identity::Constant(session, id, model, [tokens.input, tokens.write_5m + tokens.write_1h, tokens.read])
            }
            (Provider::PerRowIds | Provider::SecondGranular, None) => Identity::Invented(session, id, model),
        }
    }
}

impl Envelope {
    fn spell(&self, out: &mut String) {
        let entrypoint = if self.version.envelope_is_last() { ",\"entrypoint\":\"cli\"" } else { "" };
        let (cwd, session, version) = (&self.cwd, Hyphenated(self.session), self.version);
        spell(
            out,
            format_args!(
                ",\"userType\":\"external\"{entrypoint},\"cwd\":\"{cwd}\",\"sessionId\":\"{session}\",\"version\":\"{version}\""
            ),
        );
        if version >= Version(1, 0, 58) {
            spell(out, format_args!(",\"gitBranch\":\"{}\"", self.branch));
        }
        if (Version(2, 0, 62)..Version(2, 1, 215)).contains(&version) {
            spell(out, format_args!(",\"slug\":\"{}\"", self.slug));
        }
    }
}

/// Appends to a string, which cannot fail.
fn spell(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).ok();
}

/// Writes 128 bits as a UUID.
#[derive(Clone, Copy)]
pub(super) struct Hyphenated(pub(super) u128);

impl std::fmt::Display for Hyphenated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits = self.0;
        let (a, b, c) = (bits >> 96, (bits >> 80) & 0xffff, (bits >> 64) & 0xffff);
        write!(f, "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", (bits >> 48) & 0xffff, bits & 0xffff_ffff_ffff)
    }
}
