//! Who answers: Anthropic, its cloud partners, and gateways that invent ids. It decides which ids and which usage fields a row has.

use std::rc::Rc;

use super::era::Version;
use super::line::Hyphenated;
use super::moment::Moment;
use super::truth::Tokens;
use crate::random::Random;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    /// `msg_01...`, with a request id.
    Anthropic,
    /// `msg_bdrk_...`, without request id.
    Bedrock,
    /// `msg_vrtx_...`, with a request id.
    Vertex,
    /// A proxy that gives each row its own id but keeps the request id.
    PerRowIds,
    /// A third party whose ids are the second of the day, without request id; later rows correct the prompt side.
    SecondGranular,
    /// A gateway with one id for everything, without request id.
    ConstantId,
}

impl Provider {
    /// The provider of the project with this number: mostly Anthropic.
    pub(super) fn of_project(project_idx: u64) -> Provider {
        match project_idx % 20 {
            3 => Provider::Bedrock,
            7 => Provider::SecondGranular,
            11 => Provider::ConstantId,
            13 => Provider::PerRowIds,
            17 => Provider::Vertex,
            _ => Provider::Anthropic,
        }
    }

    /// The models of a third party; `None` where Claude answers.
    pub(super) fn foreign_model(self, random: &mut Random) -> Option<&'static str> {
        match self {
            Provider::SecondGranular => Some(random.pick(&["glm-4.7", "MiniMax-M2", "LongCat-Flash"])),
            Provider::ConstantId => Some("qwen3-coder-plus"),
            _ => None,
        }
    }

    /// A message id.
    pub(super) fn message_id(self, time: Moment, random: &mut Random) -> Rc<str> {
        match self {
            Provider::Anthropic => format!("msg_01{}", random.base62(22)).into(),
            Provider::Bedrock => format!("msg_bdrk_01{}", random.base62(22)).into(),
            Provider::Vertex => format!("msg_vrtx_01{}", random.base62(22)).into(),
            Provider::PerRowIds => Hyphenated(random.uuid()).to_string().into(),
            Provider::SecondGranular => {
                let digits: String = time.to_string()[..19].chars().filter(char::is_ascii_digit).collect();
                format!("msg_{digits}").into()
            }
            Provider::ConstantId => "chatcmpl-1".into(),
        }
    }

    /// A request id, where the provider has any.
    pub(super) fn request_id(self, random: &mut Random) -> Option<Rc<str>> {
        match self {
            Provider::Anthropic | Provider::Vertex | Provider::PerRowIds => {
                Some(format!("req_011C{}", random.base62(20)).into())
            }
            Provider::Bedrock | Provider::SecondGranular | Provider::ConstantId => None,
        }
    }

    /// Whether it is Claude, with caches of two lifetimes.
    fn is_claude(self) -> bool {
        !matches!(self, Provider::SecondGranular | Provider::ConstantId)
    }

    /// Splits a prompt's cache writes by lifetime; third parties write none.
    pub(super) fn cache_writes(self, written: u64, lasts_an_hour: bool) -> (u64, u64) {
        match (self.is_claude(), lasts_an_hour) {
            (false, _) => (0, 0),
            (true, false) => (written, 0),
            (true, true) => (0, written),
        }
    }
}

/// How a usage object looks, besides its tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct UsageShape {
    pub(super) provider: Provider,
    pub(super) version: Version,
    pub(super) is_sidechain: bool,
    pub(super) is_fast: bool,
    /// A proxy that reports cache writes without saying for how long, though the version would.
    pub(super) split_is_zero: bool,
    pub(super) writes_nulls: bool,
}

impl UsageShape {
    /// The usage object.
    pub(super) fn spell(&self, tokens: &Tokens) -> String {
        let Tokens { input, output, write_5m, write_1h, read } = *tokens;
        if !self.provider.is_claude() {
            return self.spell_foreign(tokens);
        }
        let written = write_5m + write_1h;
        let prompt = format!(
            "\"input_tokens\":{input},\"cache_creation_input_tokens\":{written},\"cache_read_input_tokens\":{read}"
        );
        let (split_5m, split_1h) = if self.split_is_zero { (0, 0) } else { (write_5m, write_1h) };
        let split = format!(
            "\"cache_creation\":{{\"ephemeral_5m_input_tokens\":{split_5m},\"ephemeral_1h_input_tokens\":{split_1h}}}"
        );
        match self.version {
            v if v < Version(1, 0, 89) => {
                format!("{{{prompt},\"output_tokens\":{output},\"service_tier\":\"standard\"}}")
            }
            v if v < Version(2, 1, 98) || self.is_sidechain => {
                let geo = if v >= Version(2, 1, 20) { ",\"inference_geo\":\"not_available\"" } else { "" };
                let nulls = if self.writes_nulls { ",\"iterations\":null,\"speed\":null" } else { "" };
                format!("{{{prompt},{split},\"output_tokens\":{output},\"service_tier\":\"standard\"{geo}{nulls}}}")
            }
            v => {
                let speed = if self.is_fast { "fast" } else { "standard" };
                let thinking = match v >= Version(2, 1, 228) {
                    true => format!(",\"output_tokens_details\":{{\"thinking_tokens\":{}}}", output / 3),
                    false => String::new(),
                };
                format!(
                    "{{{prompt},\"output_tokens\":{output},\"server_tool_use\":{{\"web_search_requests\":0,\"web_fetch_requests\":0}},\
                     \"service_tier\":\"standard\",{split},\"inference_geo\":\"\",\"iterations\":[{{{prompt},\"output_tokens\":{output},\
                     {split},\"type\":\"message\"}}],\"speed\":\"{speed}\"{thinking}}}"
                )
            }
        }
    }

    /// Third parties leave out what they do not know, or write null.
    fn spell_foreign(&self, tokens: &Tokens) -> String {
        let Tokens { input, output, read, .. } = tokens;
        let nulls = match self.writes_nulls {
            true => {
                ",\"cache_creation_input_tokens\":null,\"cache_creation\":null,\"service_tier\":null,\"server_tool_use\":null"
            }
            false => "",
        };
        format!("{{\"input_tokens\":{input},\"output_tokens\":{output},\"cache_read_input_tokens\":{read}{nulls}}}")
    }
}
