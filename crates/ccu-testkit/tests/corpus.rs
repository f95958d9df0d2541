//! The corpus generator: the same corpus everywhere, of the wanted size, with every shape, and true to its own truth.

#![allow(clippy::unwrap_used, reason = "the functions around the tests belong to them")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ccu_testkit::corpus::{Options, Truth, generate};
use serde_json::Value;
use tempfile::TempDir;

fn corpus(options: &Options) -> (TempDir, Truth) {
    let directory = TempDir::new().unwrap();
    let truth = generate(directory.path(), options).unwrap();
    (directory, truth)
}

fn small() -> Options {
    Options { bytes: 3_000_000, files: Some(60), ..Options::default() }
}

/// Every file below `root`, sorted.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in directory.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn transcripts(root: &Path) -> Vec<Vec<u8>> {
    let paths = files(root).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.map(|path| std::fs::read(path).unwrap()).collect()
}

/// FNV-1a over names and contents.
fn hash(root: &Path) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in files(root) {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        for byte in name.bytes().chain(std::fs::read(&path).unwrap()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// A changed generator changes this number; nothing else may, on any platform.
#[test]
fn same_options_same_bytes() {
    let options = Options { edge: true, machines: 2, ..small() };
    let first = hash(corpus(&options).0.path());
    assert_eq!(first, hash(corpus(&options).0.path()));
    assert_ne!(first, hash(corpus(&Options { seed: 2, ..options }).0.path()));
    assert_eq!(first, 0x6c46_138c_9297_15b1, "{first:#x}");
}

#[test]
fn size_and_number_of_files_are_met() {
    let (directory, truth) = corpus(&small());
    let transcripts = transcripts(directory.path());
    assert_eq!((truth.files, transcripts.len()), (60, 60));
    assert_eq!(truth.bytes, transcripts.iter().map(|bytes| bytes.len() as u64).sum::<u64>());
    assert!((2_500_000..4_000_000).contains(&truth.bytes), "{}", truth.bytes);
}

#[test]
fn number_of_records_is_met_by_short_lines() {
    for edge in [false, true] {
        let (_directory, truth) = corpus(&Options { records: Some(1_500), lean: true, edge, ..Options::default() });
        let surplus = truth.totals.messages - 1_500;
        assert!(if edge { surplus < 100 } else { surplus == 0 }, "{surplus}");
        assert!(truth.bytes < 2_200 * 1_500, "{}", truth.bytes);
    }
}

#[test]
fn a_directory_in_use_is_left_alone() {
    let directory = TempDir::new().unwrap();
    std::fs::create_dir(directory.path().join("mine")).unwrap();
    let error = generate(directory.path(), &small()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(files(directory.path()), Vec::<PathBuf>::new());
}

#[test]
fn truth_file_says_what_was_returned() {
    let (directory, truth) = corpus(&Options { edge: true, ..small() });
    let text = std::fs::read(directory.path().join("truth.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&text).unwrap(), truth.to_json());
}

/// Counts again in the plainest way: all rows of one response in one group, its output the largest, its day the earliest.
#[test]
fn truth_agrees_with_a_plain_recount() {
    for seed in 1..=4 {
        let (directory, truth) = corpus(&Options { seed, bytes: 6_000_000, ..small() });
        let mut responses: BTreeMap<String, (u64, String)> = BTreeMap::new();
        let mut n_rows = 0;
        for bytes in transcripts(directory.path()) {
            for line in String::from_utf8(bytes).unwrap().lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                if let Some((identity, output)) = row(&line) {
                    n_rows += 1;
                    let time = line["timestamp"].as_str().unwrap().to_owned();
                    let response = responses.entry(identity).or_insert((0, time.clone()));
                    *response = (response.0.max(output), std::cmp::min(response.1.clone(), time));
                }
            }
        }
        let mut days: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (output, time) in responses.values() {
            let day = days.entry(time[..10].to_owned()).or_default();
            *day = (day.0 + 1, day.1 + output);
        }
        let expected = truth.days.iter().map(|(day, models)| {
            (day.clone(), models.values().fold((0, 0), |sum, tally| (sum.0 + tally.messages, sum.1 + tally.output)))
        });
        assert_eq!(days, expected.collect());
        assert_eq!(n_rows, truth.rows);
        assert!(truth.rows > truth.totals.messages * 3 / 2, "copies are what makes counting hard");
    }
}

/// The identity and the output tokens of a line, where it is a row.
fn row(line: &Value) -> Option<(String, u64)> {
    let (message, usage) = (&line["message"], line["message"]["usage"].as_object()?);
    if line["type"] != "assistant" || message["model"] == "<synthetic>" {
        return None;
    }
    let id = message["id"].as_str().unwrap();
    let tokens = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or(0);
    let identity = match (id, line["requestId"].as_str()) {
        (id, _) if ["msg_01", "msg_bdrk_", "msg_vrtx_"].iter().any(|start| id.starts_with(start)) => id.to_owned(),
        (_, Some(request_id)) => request_id.to_owned(),
        _ => {
            let prompt =
                (tokens("input_tokens"), tokens("cache_creation_input_tokens"), tokens("cache_read_input_tokens"));
            let within = if id.len() < 12 { format!("{prompt:?}") } else { String::new() };
            format!("{} {id} {} {within}", line["sessionId"], message["model"])
        }
    };
    Some((identity, tokens("output_tokens")))
}

#[test]
fn every_shape_occurs() {
    let (directory, _) = corpus(&Options { edge: true, bytes: 20_000_000, files: Some(300), ..Options::default() });
    let all = transcripts(directory.path());
    for needle in [
        r#""type":"agent_progress""#,
        r#""toolUseResult":{"status":"completed""#,
        r#"\"usage\": {"#,
        r#","usage":{"input_tokens":777777"#,
        r#""iterations":[{"#,
        r#""speed":"fast""#,
        r#""cache_creation":null"#,
        r#""requestId":null"#,
        r#""isApiErrorMessage":true"#,
        r#""type":"file-history-snapshot""#,
        r#""media_type":"image/png""#,
        r#""id":"msg_bdrk_"#,
        r#""id":"msg_vrtx_"#,
        r#""id":"msg_2026"#,
        r#""id":"chatcmpl-1""#,
        r#""agentId":"acompact-"#,
        r#""version":"1.0"#,
        r#""isSidechain":true,"userType""#,
        "\u{feff}{",
        "}\r\n",
        "\0\0\0\0",
        "\n\n",
        "[[[[[[[[",
        r#""timestamp":"2026-13-45T"#,
        r"\ud83d",
        "+05:45",
    ] {
        let needle = needle.as_bytes();
        let occurs = all.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle));
        assert!(occurs, "{}", String::from_utf8_lossy(needle));
    }
    assert!(all.iter().any(|bytes| !bytes.ends_with(b"\n")));
    assert!(all.iter().any(|bytes| std::str::from_utf8(bytes).is_err()));
    let names: Vec<String> =
        files(directory.path()).iter().map(|path| path.display().to_string().replace('\\', "/")).collect();
    for place in ["/subagents/agent-", "/subagents/workflows/wf_"] {
        assert!(names.iter().any(|name| name.contains(place)), "{place}");
    }
    let beside = |name: &String| name.contains("/agent-") && !name.contains("/subagents/");
    assert!(names.iter().any(beside), "agents beside their session");
}

/// The reference counter stands beside the checkout on the machines where ccu is developed.
#[test]
fn truth_agrees_with_the_reference_counter() {
    let counter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/refcount.py");
    let python = Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !counter.exists() || !python.is_ok_and(|status| status.success()) {
        eprintln!(
            "skipped: truth_agrees_with_the_reference_counter: python3 and {} are both needed",
            counter.display()
        );
        return;
    }
    for (seed, edge, machines) in [(1, false, 1), (2, true, 1), (3, true, 3), (4, false, 2)] {
        let (directory, truth) =
            corpus(&Options { seed, edge, machines, files: Some(150), bytes: 8_000_000, ..Options::default() });
        let output = Command::new("python3").arg(&counter).arg(directory.path()).output().unwrap();
        let counted: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut days = counted["rules"]["best"]["days"].clone();
        for models in days.as_object_mut().unwrap().values_mut() {
            models.as_object_mut().unwrap().remove("<synthetic>");
        }
        days.as_object_mut().unwrap().retain(|_, models| models != &Value::Object(serde_json::Map::new()));
        assert_eq!(days, truth.to_json()["days"], "seed {seed}");
        let sizes = |value: &Value| ["files", "bytes", "lines"].map(|name| value[name].clone());
        assert_eq!(sizes(&counted["stats"]), sizes(&truth.to_json()), "seed {seed}");
    }
}
