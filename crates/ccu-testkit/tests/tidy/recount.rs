//! The recount program that docs/accuracy.md hands to readers: it must count as the page says.

use std::fs::{self, File};
use std::io::{Write, stderr};
use std::process::Command;

const FENCE: &str = "\n```python\n";

/// The first Python program in a document.
fn program(document: &str) -> Option<&str> {
    let (_, after) = document.split_once(FENCE)?;
    after.split_once("\n```\n").map(|(program, _)| program)
}

/// Rows that fall together, and rows that must not; each line says what it adds to the expected totals.
const TRANSCRIPT: &str = r#"
{"type":"assistant","uuid":"a1","sessionId":"s","requestId":"r1","message":{"id":"msg_01A","model":"m","usage":{"input_tokens":3,"output_tokens":1,"cache_creation_input_tokens":50,"cache_read_input_tokens":700}}}
{"type":"assistant","uuid":"a2","sessionId":"s","requestId":"r1","message":{"id":"msg_01A","model":"m","usage":{"input_tokens":3,"output_tokens":90,"cache_creation_input_tokens":50,"cache_read_input_tokens":700}}}
{"type":"assistant","uuid":"a1","sessionId":"fork","message":{"id":"msg_01A","model":"m","usage":{"input_tokens":3,"output_tokens":1,"cache_creation_input_tokens":50,"cache_read_input_tokens":700}}}
{"type":"assistant","uuid":"b1","sessionId":"s","requestId":"r2","message":{"id":"proxy-of-line-1","model":"m","usage":{"input_tokens":900,"output_tokens":5}}}
{"type":"assistant","uuid":"b2","sessionId":"s","requestId":"r2","message":{"id":"proxy-of-line-2","model":"m","usage":{"input_tokens":10,"output_tokens":5}}}
{"type":"assistant","uuid":"c1","sessionId":"s","message":{"id":"msg_20260131120000","model":"m","usage":{"input_tokens":20,"output_tokens":6}}}
{"type":"assistant","uuid":"c2","sessionId":"t","message":{"id":"msg_20260131120000","model":"m","usage":{"input_tokens":20,"output_tokens":6}}}
{"type":"assistant","uuid":"d1","sessionId":"s","message":{"id":"chatcmpl","model":"m","usage":{"input_tokens":30,"output_tokens":1}}}
{"type":"assistant","uuid":"d2","sessionId":"s","message":{"id":"chatcmpl","model":"m","usage":{"input_tokens":30,"output_tokens":7}}}
{"type":"assistant","uuid":"d3","sessionId":"s","message":{"id":"chatcmpl","model":"m","usage":{"input_tokens":40,"output_tokens":8}}}
{"type":"assistant","uuid":"e1","sessionId":"s","message":{"model":"m","usage":{"input_tokens":-1,"output_tokens":9,"cache_read_input_tokens":null}}}
{"type":"assistant","uuid":"f1","sessionId":"s","message":{"id":"msg_01F","model":"<synthetic>","usage":{"input_tokens":0,"output_tokens":0}}}
{"type":"progress","data":{"message":{"type":"assistant","message":{"id":"msg_01G","usage":{"output_tokens":1000}}}}}
{"type":"user","toolUseResult":{"usage":{"output_tokens":1000}},"message":{"content":"{\"usage\":{\"output_tokens\":1000}}"}}
{"type":"assistant","uuid":"h1","message":{"id":"msg_01H","usage":{"output_tokens":1000}
[]
"#;
/// Responses, input, output, cache writes, cache reads of [`TRANSCRIPT`]: A, the request r2 (its smaller input), the same
/// invented id in two sessions, two answers under one constant id, and a row with nothing but a uuid.
const EXPECTED: &str = "7 123 131 50 700\n";

#[test]
fn the_recount_program_counts_as_the_page_says() {
    let document = fs::read_to_string(crate::tree::root().join("docs/accuracy.md")).unwrap();
    let program = program(&document).expect("docs/accuracy.md holds a Python program");
    let projects = tempfile::tempdir().unwrap();
    let folder = projects.path().join("-home-me");
    fs::create_dir(&folder).unwrap();
    File::create(folder.join("session.jsonl")).unwrap().write_all(TRANSCRIPT.as_bytes()).unwrap();

    let output = Command::new("python3").arg("-c").arg(program).arg(projects.path()).output();
    match output {
        Ok(output) => {
            assert_eq!(String::from_utf8_lossy(&output.stderr), "");
            assert_eq!(String::from_utf8_lossy(&output.stdout), EXPECTED);
        }
        // Written past the test harness, which would swallow it.
        Err(error) => {
            writeln!(stderr(), "the recount program of docs/accuracy.md is skipped: no `python3` ({error})").unwrap()
        }
    }
}

#[test]
fn programs_are_found() {
    assert_eq!(program("text\n```sh\nls\n```\n\n```python\nprint(1)\nprint(2)\n```\n"), Some("print(1)\nprint(2)"));
    assert_eq!(program("text\n```sh\nls\n```\n"), None);
}
