//! Identity: which rows belong to one billed response. One rule for every view, every machine, every import.
//!
//! The keys travel between machines, so what is hashed here is a format: never change it in place.
//! The rule and its evidence are explained to users in docs/accuracy.md.

use sha2::{Digest, Sha256};

use crate::ids::{CompactId, RecordKey};
use crate::transcript::Row;

/// Ids that Anthropic, or Anthropic's models on Bedrock and Vertex, gave a response; unique over the world
/// (82,204 measured ids, none with two request ids).
const GENUINE_PREFIXES: [&str; 3] = ["msg_01", "msg_bdrk_", "msg_vrtx_"];
/// Message ids shorter than this are constants of gateways.
const SHORTEST_INVENTED_ID: usize = 12;

/// The rule that identified a row. The letters are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The message id is Anthropic's.
    MessageId,
    /// The request id; proxies may give each row of one request its own message id.
    RequestId,
    /// Session, message id and model; proxies invent ids that are unique only within a session.
    SessionMessage,
    /// Session, message id, model and the input side, which streaming copies share and two answers do not.
    SessionVector,
    /// The row's uuid.
    RowUuid,
    /// The row by itself: its bytes.
    RowBytes,
}

impl Rule {
    fn letter(self) -> u8 {
        match self {
            Rule::MessageId => b'm',
            Rule::RequestId => b'r',
            Rule::SessionMessage => b's',
            Rule::SessionVector => b'v',
            Rule::RowUuid => b'u',
            Rule::RowBytes => b'b',
        }
    }

    /// The rule that identifies `row`: the first that its ids allow.
    pub fn of(row: &Row<'_>) -> Rule {
        match (row.message_id.as_deref(), &row.request_id, &row.uuid) {
            (Some(id), _, _) if GENUINE_PREFIXES.iter().any(|prefix| id.starts_with(prefix)) => Rule::MessageId,
            (_, Some(_), _) => Rule::RequestId,
            (Some(id), _, _) if id.chars().nth(SHORTEST_INVENTED_ID - 1).is_some() => Rule::SessionMessage,
            (Some(_), _, _) => Rule::SessionVector,
            (None, None, Some(_)) => Rule::RowUuid,
            (None, None, None) => Rule::RowBytes,
        }
    }
}

/// The key of the response that `row`, read from `line`, belongs to.
///
/// **Shape**: SHA-256 over the rule's letter and the parts, each with its presence and length, cut to 16 bytes.
pub fn record_key(row: &Row<'_>, line: &[u8]) -> RecordKey {
    let rule = Rule::of(row);
    let hash = KeyHash::new(rule.letter());
    let hash = match rule {
        Rule::MessageId => hash.text(row.message_id.as_deref()),
        Rule::RequestId => hash.text(row.request_id.as_deref()),
        Rule::SessionMessage => session_message(hash, row),
        Rule::SessionVector => session_message(hash, row)
            .number(row.tokens.input)
            .number(row.tokens.cache_write())
            .number(row.tokens.cache_read),
        Rule::RowUuid => hash.text(row.uuid.as_deref()),
        Rule::RowBytes => hash.bytes(line.trim_ascii()),
    };
    RecordKey(hash.finish())
}

fn session_message(hash: KeyHash, row: &Row<'_>) -> KeyHash {
    hash.text(row.session_id.as_deref()).text(row.message_id.as_deref()).text(row.model.as_deref())
}

/// The key and row uuid of a sub-call: derived from the response it was made for and its position there.
pub fn sub_call_key(parent: RecordKey, parent_uuid: Option<&CompactId>, position: usize) -> (RecordKey, CompactId) {
    let derive =
        |letter, text: &str| KeyHash::new(letter).bytes(&parent.0).number(position as u64).text(Some(text)).finish();
    let uuid = parent_uuid.map(CompactId::to_string).unwrap_or_default();
    (RecordKey(derive(b'c', "")), CompactId::Uuid(derive(b'd', &uuid)))
}

/// The key of a row that the earlier tool kept: its own identity, which is all that it kept.
pub fn legacy_key(session: &str, uuid: &str) -> RecordKey {
    RecordKey(KeyHash::new(b'l').text(Some(session)).text(Some(uuid)).finish())
}

/// A hash over parts that cannot run into each other.
struct KeyHash(Sha256);

impl KeyHash {
    fn new(letter: u8) -> Self {
        KeyHash(Sha256::new_with_prefix([letter]))
    }

    fn bytes(mut self, part: &[u8]) -> Self {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// An absent text differs from every text that is there, also from an empty one.
    fn text(mut self, part: Option<&str>) -> Self {
        self.0.update([u8::from(part.is_some())]);
        self.bytes(part.unwrap_or_default().as_bytes())
    }

    fn number(mut self, part: u64) -> Self {
        self.0.update(part.to_le_bytes());
        self
    }

    fn finish(self) -> [u8; 16] {
        let digest: [u8; 32] = self.0.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TokenCounts;

    fn row(message_id: Option<&'static str>, request_id: Option<&'static str>) -> Row<'static> {
        Row {
            message_id: message_id.map(Into::into),
            request_id: request_id.map(Into::into),
            session_id: Some("session".into()),
            uuid: Some("uuid".into()),
            model: Some("model".into()),
            ..Row::default()
        }
    }

    fn key(row: &Row<'_>) -> RecordKey {
        record_key(row, b"{}")
    }

    #[test]
    fn the_first_rule_that_the_ids_allow() {
        let check =
            |message_id, request_id, rule| assert_eq!(Rule::of(&row(message_id, request_id)), rule, "{message_id:?}");
        check(Some("msg_01ABC"), Some("req"), Rule::MessageId);
        check(Some("msg_bdrk_01"), None, Rule::MessageId);
        check(Some("msg_vrtx_01"), None, Rule::MessageId);
        check(Some("msg_2025103012"), Some("req"), Rule::RequestId);
        check(Some("msg_20251030"), None, Rule::SessionMessage);
        check(Some("ääääääääääää"), None, Rule::SessionMessage);
        check(Some("ääääääääääö"), None, Rule::SessionVector);
        check(Some("chatcmpl-1"), None, Rule::SessionVector);
        check(None, Some("req"), Rule::RequestId);
        check(None, None, Rule::RowUuid);
        assert_eq!(Rule::of(&Row::default()), Rule::RowBytes);
    }

    #[test]
    fn a_genuine_id_is_one_response_in_every_session_and_request() {
        let first = row(Some("msg_01ABC"), Some("req_1"));
        let replay = Row { session_id: Some("fork".into()), uuid: None, ..row(Some("msg_01ABC"), None) };
        assert_eq!(key(&first), key(&replay));
        assert_ne!(key(&first), key(&row(Some("msg_01ABD"), Some("req_1"))));
    }

    #[test]
    fn an_invented_id_is_one_response_in_its_session_only() {
        let first = row(Some("msg_202510301201"), None);
        assert_ne!(key(&first), key(&Row { session_id: Some("other".into()), ..first.clone() }));
        assert_ne!(key(&first), key(&Row { model: Some("other".into()), ..first.clone() }));
        assert_eq!(key(&first), key(&Row { uuid: None, ..first.clone() }));
    }

    #[test]
    fn a_constant_id_parts_answers_by_their_input_side() {
        let first = row(Some("0"), None);
        let grown = Row { tokens: TokenCounts { output: 9, ..TokenCounts::default() }, ..first.clone() };
        let next = Row { tokens: TokenCounts { input: 9, ..TokenCounts::default() }, ..first.clone() };
        assert_eq!(key(&first), key(&grown));
        assert_ne!(key(&first), key(&next));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let check = |session: Option<&'static str>, id: &'static str| {
            key(&Row { session_id: session.map(Into::into), ..row(Some(id), None) })
        };
        assert_ne!(check(Some("ab"), "cdefghijklmnop"), check(Some("abc"), "defghijklmnop"));
        assert_ne!(check(Some(""), "abcdefghijklmnop"), check(None, "abcdefghijklmnop"));
    }

    #[test]
    fn keys_are_a_format_that_other_machines_hold() {
        // printf 'm\1\11\0\0\0\0\0\0\0msg_01ABC' | sha256sum
        let hex = |key: RecordKey| format!("{key:?}");
        assert_eq!(hex(key(&row(Some("msg_01ABC"), None))), "RecordKey(e0675410-5b39-ea41-6240-0d7647c7b930)");
    }
}
