//! What a damaged disk, a killed writer or a foreign tool leaves in a transcript, and what still counts of it.
//!
//! Only what every reader of JSON agrees on is used: whole numbers stay below 2^53, and of a repeated key the last one holds.

use super::line::Hyphenated;
use super::moment::Moment;
use super::session::World;
use super::truth::{Identity, Sighting, Tokens, UNKNOWN};

/// One kind of damage; a file gets one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    TornEnd,
    NoFinalNewline,
    CrLf,
    ByteOrderMark,
    BlankLines,
    NulBlock,
    InvalidUtf8,
    NotObjects,
    NotUsage,
    OddNumbers,
    HugeNumbers,
    RepeatedKeys,
    DeepNesting,
    ImpossibleTimes,
    UnusualTimes,
    MissingIds,
    TornAndWhole,
    LoneSurrogate,
    Blanks,
    UnevenSplit,
}

/// Every kind, in the order in which files get them.
pub(super) const ALL: [Damage; 20] = [
    Damage::TornEnd,
    Damage::NoFinalNewline,
    Damage::CrLf,
    Damage::ByteOrderMark,
    Damage::BlankLines,
    Damage::NulBlock,
    Damage::InvalidUtf8,
    Damage::NotObjects,
    Damage::NotUsage,
    Damage::OddNumbers,
    Damage::HugeNumbers,
    Damage::RepeatedKeys,
    Damage::DeepNesting,
    Damage::ImpossibleTimes,
    Damage::UnusualTimes,
    Damage::MissingIds,
    Damage::TornAndWhole,
    Damage::LoneSurrogate,
    Damage::Blanks,
    Damage::UnevenSplit,
];

/// A row that a writer stopped in the middle of.
const TORN: &str = r#"{"parentUuid":null,"isSidechain":false,"type":"assistant","message":{"id":"msg_01TornTornTornTornTornTo","usage":{"input_tok"#;

/// A transcript's bytes and what is known of the session they belong to.
pub(super) struct Victim<'a> {
    pub(super) world: &'a mut World,
    pub(super) session: u128,
    pub(super) time: Moment,
    pub(super) bytes: &'a mut Vec<u8>,
}

/// A row whose parts can be spoiled one by one.
struct OddRow {
    /// Members of the line besides type, message and timestamp.
    ids: String,
    /// The timestamp as a JSON value.
    time: String,
    /// Members of the message besides content and usage.
    message: String,
    /// The text of the answer, escaped for JSON.
    text: Vec<u8>,
    usage: String,
    /// What a correct reader makes of it.
    sighting: Sighting,
}

impl Victim<'_> {
    /// Does one kind of damage.
    pub(super) fn suffer(&mut self, damage: Damage) {
        match damage {
            Damage::TornEnd => self.bytes.extend(TORN.as_bytes()),
            Damage::NoFinalNewline => {
                self.odd_row(|_| {});
                self.bytes.pop();
            }
            Damage::CrLf => {
                *self.bytes = self.bytes.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])
            }
            Damage::ByteOrderMark => drop(self.bytes.splice(0..0, *b"\xef\xbb\xbf")),
            Damage::BlankLines => self.bytes.extend(b"\n\n   \n\t\n"),
            Damage::NulBlock => {
                self.bytes.extend([0; 4_096]);
                self.bytes.push(b'\n');
            }
            Damage::InvalidUtf8 => {
                self.bytes
                    .extend(b"{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"\xff\xfe\xc3(\"}}\n");
                self.odd_row(|row| row.text = b"\xe2\x82 \xff".to_vec());
            }
            Damage::NotObjects => {
                self.bytes.extend(b"[1,2]\n\"text\"\nnull\n42\n}{\n[{\"usage\":{\"input_tokens\":1}}]\n")
            }
            Damage::NotUsage => self.not_usage(),
            Damage::OddNumbers => self.odd_numbers(),
            Damage::HugeNumbers => self.huge_numbers(),
            Damage::RepeatedKeys => self.repeated_keys(),
            Damage::DeepNesting => self.deep_nesting(),
            Damage::ImpossibleTimes => self.impossible_times(),
            Damage::UnusualTimes => self.unusual_times(),
            Damage::MissingIds => self.missing_ids(),
            Damage::TornAndWhole => self.torn_and_whole(),
            Damage::LoneSurrogate => self.odd_row(|row| row.text = br"cut in the middle of \ud83d".to_vec()),
            Damage::Blanks => self.odd_row(|row| {
                row.usage = "\t{ \"input_tokens\" : 100 ,\r\"output_tokens\" :  200 }".to_owned();
                row.sighting.tokens = Tokens { input: 100, output: 200, ..Tokens::default() };
            }),
            Damage::UnevenSplit => self.uneven_split(),
        }
    }

    /// Appends a sound row after `spoil` has had its way with it.
    fn odd_row(&mut self, spoil: impl FnOnce(&mut OddRow)) {
        self.time = self.time.after(1_000);
        let random = &mut self.world.random;
        let (uuid, id, request_id) = (random.uuid(), format!("msg_01{}", random.base62(22)), random.base62(20));
        let tokens = Tokens { input: random.between(1, 500), output: random.between(1, 500), ..Tokens::default() };
        let mut row = OddRow {
            ids: format!(
                "\"uuid\":\"{}\",\"sessionId\":\"{}\",\"requestId\":\"req_011C{request_id}\"",
                Hyphenated(uuid),
                Hyphenated(self.session)
            ),
            time: format!("\"{}\"", self.time),
            message: format!("\"id\":\"{id}\",\"model\":\"claude-opus-5\""),
            text: b"done".to_vec(),
            usage: format!("{{\"input_tokens\":{},\"output_tokens\":{}}}", tokens.input, tokens.output),
            sighting: Sighting {
                identity: Identity::Message(id.into()),
                tokens,
                model: "claude-opus-5".into(),
                is_sidechain: false,
                uuid: Some(uuid),
                time: Some(self.time),
            },
        };
        spoil(&mut row);
        self.bytes.extend(
            format!("{{{},\"type\":\"assistant\",\"message\":{{{},\"content\":\"", row.ids, row.message).bytes(),
        );
        self.bytes.extend(&row.text);
        self.bytes.extend(format!("\",\"usage\":{}}},\"timestamp\":{}}}\n", row.usage, row.time).bytes());
        self.world.ledger.offer(row.sighting);
    }

    /// Appends a row with this usage, of which these tokens count.
    fn usage(&mut self, usage: &str, tokens: Tokens) {
        self.odd_row(|row| {
            row.usage = usage.to_owned();
            row.sighting.tokens = tokens;
        });
    }

    fn not_usage(&mut self) {
        let session = Hyphenated(self.session);
        for line in [
            "\"type\":\"assistant\"",
            "\"type\":\"assistant\",\"message\":\"x\"",
            "\"type\":\"assistant\",\"message\":null",
            "\"type\":\"assistant\",\"message\":{\"usage\":null}",
            "\"type\":\"assistant\",\"message\":{\"usage\":[]}",
            "\"type\":\"assistant\",\"message\":{\"usage\":\"much\"}",
            "\"type\":\"assistant\",\"usage\":{\"input_tokens\":666666}",
            "\"type\":[\"assistant\"],\"message\":{\"usage\":{\"input_tokens\":666666}}",
            "\"type\":\"Assistant\",\"message\":{\"usage\":{\"input_tokens\":666666}}",
            "\"message\":{\"type\":\"assistant\",\"usage\":{\"input_tokens\":666666}}",
        ] {
            self.bytes.extend(format!("{{\"sessionId\":\"{session}\",{line}}}\n").bytes());
        }
    }

    fn odd_numbers(&mut self) {
        for odd in ["-5", "1.5", "1e3", "-0.0", "1e300", "\"7\"", "null", "true", "[9]", "{\"n\":9}"] {
            let usage = format!(
                "{{\"input_tokens\":{odd},\"output_tokens\":3,\"cache_read_input_tokens\":{odd},\"cache_creation_input_tokens\":{odd},\
                 \"cache_creation\":{{\"ephemeral_5m_input_tokens\":{odd},\"ephemeral_1h_input_tokens\":4}}}}"
            );
            self.usage(&usage, Tokens { output: 3, write_1h: 4, ..Tokens::default() });
        }
        self.usage("{}", Tokens::default());
        self.usage("{\"output_tokens\":2,\"cache_creation\":[]}", Tokens { output: 2, ..Tokens::default() });
    }

    fn huge_numbers(&mut self) {
        let huge = 1 << 50;
        self.usage(
            &format!("{{\"input_tokens\":{huge},\"output_tokens\":0}}"),
            Tokens { input: huge, ..Tokens::default() },
        );
    }

    fn repeated_keys(&mut self) {
        self.usage(
            "{\"input_tokens\":999,\"output_tokens\":1,\"input_tokens\":25}",
            Tokens { input: 25, output: 1, ..Tokens::default() },
        );
        self.odd_row(|row| {
            row.usage = "{\"input_tokens\":999},\"usage\":{\"output_tokens\":6}".to_owned();
            row.sighting.tokens = Tokens { output: 6, ..Tokens::default() };
        });
        self.odd_row(|row| row.ids = format!("\"type\":\"user\",\"uuid\":\"first\",{}", row.ids));
    }

    fn deep_nesting(&mut self) {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        self.odd_row(|row| row.ids.push_str(&format!(",\"toolUseResult\":{}", nested(300))));
        self.bytes.extend(format!("{{\"type\":\"user\",\"message\":{}}}\n", nested(20_000)).bytes());
        self.bytes.extend(format!("{}\n", "{\"message\":".repeat(20_000)).bytes());
    }

    fn impossible_times(&mut self) {
        for time in [
            "\"2026-13-45T99:99:99.000Z\"",
            "\"2026-02-30T10:00:00.000Z\"",
            "\"yesterday\"",
            "\"\"",
            "null",
            "1790000000",
            "{}",
        ] {
            self.odd_row(|row| {
                row.time = time.to_owned();
                row.sighting.time = None;
            });
        }
    }

    /// Times that are written otherwise but can be read: without milliseconds, with an offset.
    fn unusual_times(&mut self) {
        let whole_second = |moment: Moment| Moment(moment.0 - moment.0.rem_euclid(1_000));
        self.odd_row(|row| {
            row.time = row.time.replace(&row.time[20..24], "");
            row.sighting.time = row.sighting.time.map(whole_second);
        });
        self.odd_row(|row| {
            row.time = row.time.replace('Z', "+05:45");
            row.sighting.time = row.sighting.time.map(|moment| Moment(moment.0 - 20_700_000));
        });
    }

    fn missing_ids(&mut self) {
        let session = Hyphenated(self.session);
        let without_message_id = |row: &mut OddRow| row.message = "\"model\":\"claude-opus-5\"".to_owned();
        let alone = self.world.ledger.row_number();
        let (uuid, request_id) = (self.world.random.uuid(), self.world.random.base62(20));
        self.odd_row(|row| {
            without_message_id(row);
            row.ids = format!("\"uuid\":\"{}\",\"sessionId\":\"{session}\",\"requestId\":null", Hyphenated(uuid));
            (row.sighting.identity, row.sighting.uuid) = (Identity::Uuid(uuid), Some(uuid));
        });
        self.odd_row(|row| {
            without_message_id(row);
            row.ids = format!("\"sessionId\":\"{session}\",\"requestId\":\"req_{request_id}\"");
            (row.sighting.identity, row.sighting.uuid) = (Identity::Request(format!("req_{request_id}").into()), None);
        });
        self.odd_row(|row| {
            row.message = "\"id\":\"\",\"model\":\"claude-opus-5\"".to_owned();
            row.ids = format!("\"sessionId\":\"{session}\",\"requestId\":\"\",\"uuid\":\"\"");
            (row.sighting.identity, row.sighting.uuid) = (Identity::Alone(alone), None);
        });
        self.odd_row(|row| {
            row.ids = "\"version\":7,\"cwd\":[],\"gitBranch\":null".to_owned();
            row.sighting.uuid = None;
        });
        self.odd_row(|row| {
            row.message = row.message.replace("\"claude-opus-5\"", "null");
            row.sighting.model = UNKNOWN.into();
        });
    }

    /// A torn row that the next writer glued a whole one to. The whole row stands on a line of its own as well, so that a
    /// reader may save it or not.
    fn torn_and_whole(&mut self) {
        let start = self.bytes.len();
        self.odd_row(|_| {});
        let whole = self.bytes[start..].to_vec();
        self.bytes.extend(TORN.as_bytes());
        self.bytes.extend(whole);
    }

    /// Cache writes whose parts are more or less than their sum.
    fn uneven_split(&mut self) {
        let split = "\"cache_creation\":{\"ephemeral_5m_input_tokens\":10,\"ephemeral_1h_input_tokens\":30}";
        let tokens = Tokens { output: 1, write_5m: 10, write_1h: 30, ..Tokens::default() };
        self.usage(&format!("{{\"output_tokens\":1,\"cache_creation_input_tokens\":35,{split}}}"), tokens);
        let usage = format!("{{\"output_tokens\":1,\"cache_creation_input_tokens\":90,{split}}}");
        self.usage(&usage, Tokens { write_5m: 60, ..tokens });
    }
}
