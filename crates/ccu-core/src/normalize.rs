//! From a transcript row, in the transcript's words, to a record in ours.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::identity::{self, Rule};
use crate::ids::{CompactId, MachineId, RecordKey};
use crate::record::{Origin, Strand, UsageRecord};
use crate::time::UtcMillis;
use crate::transcript::{LineProblem, Row};

/// Rows that Claude Code makes up itself (API errors, interruptions); nothing was billed.
const SYNTHETIC_MODEL: &str = "<synthetic>";
/// The model of a row that names none.
const UNKNOWN_MODEL: &str = "unknown";

/// Turns rows that one machine observed into records, sharing what rows repeat.
#[derive(Debug)]
pub struct Normalizer {
    machine: MachineId,
    /// The strand of the last row, which the next one mostly continues.
    last: Arc<Strand>,
    /// The last message id that alone made a key, and the key: more than half of the rows repeat the one before.
    last_message: Option<(String, RecordKey)>,
    texts: SharedTexts,
}

/// Every text met so far, once.
#[derive(Debug, Default)]
struct SharedTexts(FxHashSet<Arc<str>>);

impl SharedTexts {
    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.0.get(text) {
            return shared.clone();
        }
        let shared: Arc<str> = text.into();
        self.0.insert(shared.clone());
        shared
    }
}

impl Normalizer {
    /// A normalizer for the transcripts of `machine`.
    pub fn new(machine: MachineId) -> Self {
        Normalizer { machine, last: Arc::default(), last_message: None, texts: SharedTexts::default() }
    }

    /// Appends the records that `row`, read from `line`, stands for: none where nothing was billed, one for the response,
    /// and one for each call that was billed beside it. Says what was odd about a row that counts.
    pub fn records(&mut self, row: &Row<'_>, line: &[u8], records: &mut Vec<UsageRecord>) -> Option<LineProblem> {
        if row.model.as_deref() == Some(SYNTHETIC_MODEL) {
            return None;
        }
        let time = row.timestamp.as_deref().and_then(UtcMillis::parse);
        let response = self.response(row, line, time);
        for sub_call in &row.sub_calls {
            let (key, uuid) = identity::sub_call_key(response.key, response.uuid.as_ref(), sub_call.position);
            let model = self.texts.share(or(&sub_call.model, UNKNOWN_MODEL));
            records.push(UsageRecord {
                key,
                uuid: Some(uuid),
                strand: Arc::new(Strand { model, ..Strand::clone(&response.strand) }),
                tokens: sub_call.tokens,
                web_searches: sub_call.web_searches,
                ..response.clone()
            });
        }
        records.push(response);
        row.problem.or_else(|| time.is_none().then_some(LineProblem::OddTime))
    }

    fn response(&mut self, row: &Row<'_>, line: &[u8], time: Option<UtcMillis>) -> UsageRecord {
        UsageRecord {
            key: self.key(row, line),
            uuid: row.uuid.as_deref().map(CompactId::new),
            time,
            machine: self.machine,
            strand: self.strand(row),
            tokens: row.tokens,
            web_searches: row.web_searches,
            is_complete: row.has_stop_reason,
            legacy_until: None,
            origin: Origin::Transcript,
        }
    }

    fn key(&mut self, row: &Row<'_>, line: &[u8]) -> RecordKey {
        if let (Some((last_id, key)), Some(id)) = (&self.last_message, row.message_id.as_deref())
            && *last_id == id
        {
            return *key;
        }
        let key = identity::record_key(row, line);
        if let (Rule::MessageId, Some(id)) = (Rule::of(row), &row.message_id) {
            self.last_message = Some((id.clone().into_owned(), key));
        }
        key
    }

    fn strand(&mut self, row: &Row<'_>) -> Arc<Strand> {
        let texts = texts(row);
        let Strand {
            session,
            agent,
            version,
            model,
            project,
            branch,
            speed,
            service_tier,
            inference_geo,
            is_sidechain,
        } = &*self.last;
        let last = [session, agent, version, model, project, branch, speed, service_tier, inference_geo];
        let is_continued =
            *is_sidechain == row.is_sidechain && last.iter().zip(texts).all(|(last, text)| ***last == *text);
        if !is_continued {
            let [session, agent, version, model, project, branch, speed, service_tier, inference_geo] =
                texts.map(|text| self.texts.share(text));
            let is_sidechain = row.is_sidechain;
            self.last = Arc::new(Strand {
                session,
                agent,
                version,
                model,
                project,
                branch,
                speed,
                service_tier,
                inference_geo,
                is_sidechain,
            });
        }
        self.last.clone()
    }
}

/// The texts of a row in the order of [`Strand`]'s fields.
fn texts<'r>(row: &'r Row<'_>) -> [&'r str; 9] {
    [
        or(&row.session_id, ""),
        or(&row.agent_id, ""),
        or(&row.version, ""),
        or(&row.model, UNKNOWN_MODEL),
        or(&row.cwd, ""),
        or(&row.git_branch, ""),
        unless(&row.speed, &["standard"]),
        unless(&row.service_tier, &["standard", "default"]),
        unless(&row.inference_geo, &["not_available", "global"]),
    ]
}

fn or<'r>(text: &'r Option<Cow<'_, str>>, default: &'r str) -> &'r str {
    text.as_deref().unwrap_or(default)
}

/// The text, or empty where it is one of the spellings of "nothing special".
fn unless<'r>(text: &'r Option<Cow<'_, str>>, ordinary: &[&str]) -> &'r str {
    text.as_deref().filter(|text| !ordinary.contains(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Line, read_line};

    fn records(line: &str) -> (Vec<UsageRecord>, Option<LineProblem>) {
        let Line::Usage(row) = read_line(line.as_bytes()) else { panic!("expected usage: {line}") };
        let mut records = Vec::new();
        let problem = Normalizer::new(MachineId([7; 16])).records(&row, line.as_bytes(), &mut records);
        (records, problem)
    }

    #[test]
    fn a_remembered_key_is_the_one_that_would_be_made() {
        let mut normalizer = Normalizer::new(MachineId([7; 16]));
        let mut check = |message_id: Option<&'static str>, request_id: Option<&'static str>| {
            let row = Row {
                message_id: message_id.map(Into::into),
                request_id: request_id.map(Into::into),
                ..Row::default()
            };
            assert_eq!(normalizer.key(&row, b"{}"), identity::record_key(&row, b"{}"), "{message_id:?} {request_id:?}");
        };
        for id in [None, Some(""), Some("msg_01A"), Some("chatcmpl-1")] {
            check(id, None);
            check(Some("msg_01A"), Some("req_1"));
            check(id, Some("req_1"));
            check(id, Some("req_2"));
            check(Some("msg_01B"), Some("req_2"));
        }
    }

    #[test]
    fn nothing_is_billed_for_a_synthetic_row() {
        let line = r#"{"type":"assistant","message":{"model":"<synthetic>","usage":{"input_tokens":0}}}"#;
        assert_eq!(records(line), (vec![], None));
    }

    #[test]
    fn ordinary_words_for_speed_tier_and_geo_are_one() {
        let check = |usage: &str, expected: [&str; 3]| {
            let line = format!(
                r#"{{"type":"assistant","timestamp":"2026-01-01T00:00:00Z","message":{{"model":"m","usage":{{{usage}}}}}}}"#
            );
            let record = records(&line).0.remove(0);
            assert_eq!(
                [&*record.strand.speed, &*record.strand.service_tier, &*record.strand.inference_geo],
                expected,
                "{usage}"
            );
        };
        check("", ["", "", ""]);
        check(r#""speed":"standard","service_tier":"standard","inference_geo":"not_available""#, ["", "", ""]);
        check(r#""speed":null,"service_tier":null,"inference_geo":"global""#, ["", "", ""]);
        check(r#""speed":"fast","service_tier":"batch","inference_geo":"us""#, ["fast", "batch", "us"]);
    }

    #[test]
    fn an_unusable_time_is_named_and_counts() {
        let line = r#"{"type":"assistant","timestamp":"soon","message":{"model":"m","usage":{"output_tokens":1}}}"#;
        let (records, problem) = records(line);
        assert_eq!((records.len(), records[0].time, problem), (1, None, Some(LineProblem::OddTime)));
    }

    #[test]
    fn calls_billed_beside_a_response_are_records_of_their_own() {
        let line = r#"{"type":"assistant","uuid":"u","timestamp":"2026-01-01T00:00:00Z","message":{"id":"msg_01A","model":"m","usage":{"output_tokens":1,"iterations":[{"type":"advisor_message","model":"a","output_tokens":5},{"type":"message"},{"type":"advisor_message","model":"b","output_tokens":6}]}}}"#;
        let (records, _) = records(line);
        let billed: Vec<_> = records.iter().map(|record| (&*record.strand.model, record.tokens.output)).collect();
        assert_eq!(billed, [("a", 5), ("b", 6), ("m", 1)]);
        assert!(
            records[0].key != records[1].key
                && records[0].uuid != records[1].uuid
                && records[0].uuid != records[2].uuid
        );
    }
}
