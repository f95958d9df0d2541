//! What lines are to us, and that the scanner and serde_json agree on all of them.

use proptest::prelude::*;

use super::{Line, LineProblem, LineReader, Row, read_line, read_with_serde};
use crate::record::TokenCounts;

const ORDINARY: &str = r#"{"parentUuid":null,"isSidechain":false,"cwd":"/home/a/src/api","sessionId":"5e55","version":"2.1.50","gitBranch":"main","message":{"model":"claude-opus-4-6","id":"msg_01A","type":"message","role":"assistant","content":[{"type":"text","text":"say \"usage\":{ \\"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"cache_creation_input_tokens":30,"cache_read_input_tokens":400,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":5,"service_tier":"standard","inference_geo":"us","speed":"fast","server_tool_use":{"web_search_requests":2},"iterations":[{"type":"message","output_tokens":5}]}},"requestId":"req_1","type":"assistant","uuid":"0a0b","timestamp":"2026-02-20T10:00:00.000Z","agentId":"a1"}"#;

fn usage(line: &str) -> Row<'_> {
    match read_line(line.as_bytes()) {
        Line::Usage(row) => *row,
        other => panic!("expected usage, got {other:?} from {line}"),
    }
}

#[test]
fn an_ordinary_row_is_read_whole() {
    let row = usage(ORDINARY);
    assert_eq!(row.message_id.as_deref(), Some("msg_01A"));
    assert_eq!(row.request_id.as_deref(), Some("req_1"));
    assert_eq!(row.session_id.as_deref(), Some("5e55"));
    assert_eq!(row.uuid.as_deref(), Some("0a0b"));
    assert_eq!(row.timestamp.as_deref(), Some("2026-02-20T10:00:00.000Z"));
    assert_eq!(row.model.as_deref(), Some("claude-opus-4-6"));
    assert_eq!(row.cwd.as_deref(), Some("/home/a/src/api"));
    assert_eq!(row.git_branch.as_deref(), Some("main"));
    assert_eq!(row.version.as_deref(), Some("2.1.50"));
    assert_eq!(row.agent_id.as_deref(), Some("a1"));
    assert_eq!((row.speed.as_deref(), row.inference_geo.as_deref()), (Some("fast"), Some("us")));
    assert_eq!(
        row.tokens,
        TokenCounts { input: 3, output: 5, cache_write_5m: 10, cache_write_1h: 20, cache_read: 400 }
    );
    assert_eq!((row.web_searches, row.has_stop_reason, row.is_sidechain), (2, true, false));
    assert_eq!((row.problem, row.sub_calls.len()), (None, 0));
}

#[test]
fn usage_elsewhere_does_not_count() {
    let check = |line: &str| assert_eq!(read_line(line.as_bytes()), Line::Other, "{line}");
    check("");
    check("  \r");
    check(r#"{"type":"user","toolUseResult":{"usage":{"input_tokens":1}}}"#);
    check(
        r#"{"type":"progress","data":{"message":{"type":"assistant","message":{"id":"msg_01A","usage":{"input_tokens":1}}}}}"#,
    );
    check(r#"{"type":"assistant","usage":{"input_tokens":1},"message":{"id":"msg_01A"}}"#);
    check(r#"{"type":"assistant","message":{"usage":null,"content":[{"input":{"usage":{}}}]}}"#);
    check(r#"{"type":"assistant","message":[{"usage":{}}]}"#);
    check(r#"{"message":{"id":"msg_01A","usage":{"input_tokens":1}}}"#);
    check(r#"{"type":["assistant"],"message":{"usage":{}}}"#);
}

#[test]
fn broken_lines_are_named() {
    let check = |line: &[u8], problem| assert_eq!(read_line(line), Line::Malformed(problem), "{line:?}");
    check(b"not json", LineProblem::NotAnObject);
    check(b"[1,2]", LineProblem::NotAnObject);
    check(b"\0\0\0\0", LineProblem::NotAnObject);
    check(br#"{"type":"assistant","message":{"usage":{"input_tok"#, LineProblem::Truncated);
    check(br#"{"type":"assistant","message":{"usage":{"input_tokens":1}}"#, LineProblem::NotJson);
    check(br#"{"type":"assistant","message":{"usage":{"input_tokens":1}}}}"#, LineProblem::NotJson);
    check(br#"{"a":"torn{"type":"assistant","message":{"usage":{"input_tokens":1}}}"#, LineProblem::NotJson);
}

#[test]
fn odd_rows_count_and_are_named() {
    let check = |counts: &str, input, problem| {
        let line =
            format!(r#"{{"type":"assistant","message":{{"usage":{{"input_tokens":{counts},"output_tokens":7}}}}}}"#);
        let row = usage(&line);
        assert_eq!((row.tokens.input, row.tokens.output, row.problem), (input, 7, problem), "{counts}");
    };
    let odd = Some(LineProblem::OddTokenCount);
    check("12", 12, None);
    check("null", 0, None);
    check("-5", 0, odd);
    check("1.5", 0, odd);
    check("1e3", 0, odd);
    check("\"7\"", 0, odd);
    check("true", 0, odd);
    check("[1]", 0, odd);
    check("9007199254740991", 9_007_199_254_740_991, None);
    check("9007199254740992", 0, odd);
    check("99999999999999999999999999", 0, odd);
}

#[test]
fn a_byte_order_mark_blanks_and_carriage_returns_are_no_matter() {
    let dressed = format!("\u{feff} {ORDINARY} \r");
    assert_eq!(usage(&dressed), usage(ORDINARY));
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let line =
        [br#"{"type":"assistant","cwd":"/a"#.as_slice(), b"\xff", br#"","message":{"usage":{"input_tokens":1}}}"#]
            .concat();
    let Line::Usage(row) = read_line(&line) else { panic!("expected usage") };
    assert_eq!(row.cwd.as_deref(), Some("/a\u{fffd}"));
    assert_eq!((row.tokens.input, row.problem), (1, Some(LineProblem::NotUtf8)));
}

#[test]
fn bytes_that_are_no_text_are_named_wherever_they_stand_in_a_usage_row() {
    let check = |before: &str, bytes: &[u8], after: &str, problem| {
        let line = [before.as_bytes(), bytes, after.as_bytes()].concat();
        let Line::Usage(row) = read_line(&line) else { panic!("expected usage: {line:?}") };
        assert_eq!((row.tokens.input, row.problem), (1, problem), "{line:?}");
        assert_eq!(read_with_serde(&line), Line::Usage(row));
    };
    let odd = Some(LineProblem::NotUtf8);
    let content = (r#"{"type":"assistant","message":{"content":[{"text":"a"#, r#""}],"usage":{"input_tokens":1}}}"#);
    check(content.0, b"\xff", content.1, odd);
    // A character cut short, one written longer than it need be, and half of a surrogate pair.
    check(content.0, b"\xe2\x82", content.1, odd);
    check(content.0, b"\xc0\xaf", content.1, odd);
    check(content.0, b"\xed\xa0\x80", content.1, odd);
    check(content.0, "ü \u{20ac} \u{1f600}".as_bytes(), content.1, None);
    check(r#"{"x"#, b"\xff", r#"":0,"type":"assistant","message":{"usage":{"input_tokens":1}}}"#, odd);
    check(r#"{"type":"assistant","message":{"usage":{"input_tokens":1,"x":"#, b"\"\xff\"", "}}}", odd);
    check(r#"{"type":"assistant","message":{"usage":{"input_tokens":1}},"x":""#, b"\xff", "\"}", odd);
}

#[test]
fn other_lines_may_hold_any_bytes() {
    assert_eq!(read_line(b"{\"type\":\"user\",\"message\":\"\xff\"}"), Line::Other);
    assert_eq!(read_line(b"{\"type\":\"user\",\"x\":{\"usage\":{\"y\":\"\xff\"}}}"), Line::Other);
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    let row = r#"{"type":"assistant","message":{"id":"a","id":"b","usage":{"input_tokens":1,"input_tokens":2}}}"#;
    let row = usage(row);
    assert_eq!((row.message_id.as_deref(), row.tokens.input), (Some("b"), 2));
}

#[test]
fn content_of_any_depth_is_stepped_over() {
    let nest = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"type":"assistant","message":{{"content":{open}{close},"usage":{{"input_tokens":1}}}}}}"#)
    };
    for depth in [1, 64, 65, 5_000] {
        assert_eq!(usage(&nest(depth)).tokens.input, 1, "depth {depth}");
    }
}

#[test]
fn giant_lines_are_read_and_not_remembered() {
    let keys: String = (0..5_000).map(|number| format!("\"key{number}\":{number},")).collect();
    let long = format!("\"cwd\":\"{}\",", "x".repeat(100_000));
    for members in [keys, long] {
        let line = format!(r#"{{{members}"type":"assistant","message":{{"usage":{{"input_tokens":1}}}}}}"#);
        let mut reader = LineReader::default();
        assert!(matches!(reader.read(line.as_bytes()), Line::Usage(row) if row.tokens.input == 1));
        assert!(reader.templates.is_empty() && reader.values.len() < 200);
    }
}

#[test]
fn calls_of_an_advisor_are_kept_apart() {
    let line = r#"{"type":"assistant","message":{"id":"msg_01A","model":"claude-sonnet-5","usage":{"input_tokens":1,"output_tokens":2,"iterations":[{"type":"message","output_tokens":2},{"type":"advisor_message","model":"claude-opus-5","input_tokens":30,"output_tokens":40}]}}}"#;
    let row = usage(line);
    assert_eq!(row.tokens.output, 2);
    assert_eq!(row.sub_calls.len(), 1);
    let advisor = &row.sub_calls[0];
    assert_eq!((advisor.position, advisor.model.as_deref()), (1, Some("claude-opus-5")));
    assert_eq!(advisor.tokens, TokenCounts { input: 30, output: 40, ..TokenCounts::default() });
}

#[test]
fn escaped_paths_are_unescaped() {
    let row = r#"{"type":"assistant","cwd":"C:\\Users\\a\u00fc","message":{"usage":{}}}"#;
    assert_eq!(usage(row).cwd.as_deref(), Some(r"C:\Users\aü"));
}

/// Lines that look like transcripts with one thing changed, so that the interesting branches are met often.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "null",
        "-1",
        "0",
        "1.5",
        "01",
        "true",
        "\"usage\":{",
        "\"type\":\"assistant\",",
        "\"message\":{",
        "\\u0041",
        "\u{fc}",
        "\n",
        "\"id\":\"x\",",
        "\"input_tokens\":5,",
        "\"advisor_message\"",
        "99999999999999999999",
    ]);
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(pieces, 0..3)).prop_map(
        |(from, to, pieces)| {
            let (from, to) = (from.index(ORDINARY.len()), to.index(ORDINARY.len()));
            let cut = from.max(to).min(from + 12);
            let mut line = ORDINARY.as_bytes()[..from].to_vec();
            line.extend(pieces.concat().into_bytes());
            line.extend(&ORDINARY.as_bytes()[cut..]);
            line
        },
    )
}

/// Lines of one session: the same keys, with values that may be of another type.
fn neighbour() -> impl Strategy<Value = Vec<u8>> {
    let values =
        ["null", "7", "0", "\"\"", "\"x\"", "\"ü\\n\"", "{}", "{\"output_tokens\":9}", "[1]", "true", "-1", "1.5"];
    let pointers = [
        "5e55",
        "msg_01A",
        "end_turn",
        "standard",
        "req_1",
        "0a0b",
        "main",
        "2.1.50",
        "a1",
        "fast",
        "2026-02-20T10:00:00.000Z",
        "claude-opus-4-6",
        "assistant",
    ];
    let text = (prop::sample::select(pointers.to_vec()), prop::sample::select(values.to_vec()))
        .prop_map(|(old, new)| ORDINARY.replacen(&format!("\"{old}\""), new, 1));
    let objects = [
        r#"{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}"#,
        r#"{"web_search_requests":2}"#,
        r#"[{"type":"message","output_tokens":5}]"#,
        r#"[{"type":"text","text":"say \"usage\":{ \\"}]"#,
    ];
    let object = (prop::sample::select(objects.to_vec()), prop::sample::select(values.to_vec()))
        .prop_map(|(old, new)| ORDINARY.replacen(old, new, 1));
    let count =
        (prop::sample::select(vec!["3", "30", "400", "10", "20", "5", "2"]), prop::sample::select(values.to_vec()))
            .prop_map(|(old, new)| ORDINARY.replacen(&format!(":{old}"), &format!(":{new}"), 1));
    prop_oneof![text, object, count, Just(ORDINARY.to_owned())].prop_map(String::into_bytes)
}

/// Where serde_json reads a line, the scanner must give the same. Where it does not, the scanner may still accept garbage
/// inside values that it steps over, but must never disagree about a line that is JSON.
fn agrees(line: &[u8]) -> Result<(), TestCaseError> {
    match (read_line(line), read_with_serde(line)) {
        (Line::Usage(fast), Line::Usage(careful)) => prop_assert_eq!(fast, careful),
        (Line::Other, Line::Other) | (Line::Malformed(_), Line::Malformed(_)) => {}
        (Line::Other | Line::Usage(_), Line::Malformed(_)) => {}
        (fast, careful) => prop_assert!(false, "{:?} against {:?}", fast, careful),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn any_bytes_are_read_without_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
        agrees(&line)?;
    }

    #[test]
    fn scanner_and_serde_agree_on_damaged_lines(line in mutated()) {
        agrees(&line)?;
    }

    #[test]
    fn a_line_says_the_same_after_any_others(lines in prop::collection::vec(prop_oneof![mutated(), neighbour()], 1..12)) {
        let block: Vec<u8> = lines.iter().flat_map(|line| line.iter().copied().chain(*b"\n")).collect();
        let mut start = 0;
        LineReader::default().read_all(&block, &mut |offset, line, read| {
            assert_eq!((offset, read), (start, read_line(line)), "{:?}", String::from_utf8_lossy(line));
            start += line.len() + 1;
        });
        prop_assert_eq!(start, block.len());
    }
}

/// Where a write was torn and another row appended, quotes may swap what is text and what is not, and pair up again.
#[test]
fn a_torn_line_that_is_fused_with_the_next_is_no_row() {
    let row = |id: &str, text: &str, output: u64| {
        format!(
            r#"{{"parentUuid":null,"message":{{"model":"m","id":"{id}","content":[{{"type":"text","text":"{text}"}},[1,true,{{}}]],"usage":{{"output_tokens":{output}}}}},"type":"assistant","uuid":"{id}","timestamp":"2026-01-01T00:00:00.000Z"}}"#
        )
    };
    let first = row("msg_010001", "I read the file", 100);
    for text in ["plain", r#"a 14\" screen"#, r#"\"a\" and \"#, r#"{\"usage\":{\"output_tokens\":7}}"#] {
        let second = row("msg_010002", text, 5000);
        for cut in 1..first.len() {
            let fused = format!("{}{second}", &first[..cut]);
            let read = read_line(fused.as_bytes());
            assert_eq!(read, read_with_serde(fused.as_bytes()), "{fused}");
        }
    }
}
