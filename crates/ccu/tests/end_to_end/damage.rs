//! Databases that cannot be used: told in words that help, and left as they are.

use std::fs;
use std::path::PathBuf;

use ccu_testkit::sandbox::{Output, Sandbox};
use ccu_testkit::transcript::Line;

use super::{json, sandbox};

fn furnished() -> (Sandbox, PathBuf) {
    let sandbox = sandbox().with_env("CCU_MACHINE", "desk");
    sandbox.write_transcript("-p/s.jsonl", [Line::assistant().message_id("msg_01a").tokens([1, 2, 0, 0, 0])]);
    let _ = sandbox.run(&["refresh"]).success();
    let database = sandbox.data().join("usage_history_desk.db");
    (sandbox, database)
}

fn fails_with_hint(output: &Output, message: &str) {
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""), "{output}");
    assert!(output.stderr.contains(message) && output.stderr.contains("hint:"), "{output}");
}

#[test]
fn a_damaged_database_is_told_and_set_aside_on_request() {
    let (sandbox, database) = furnished();
    for companion in ["-wal", "-shm"] {
        let _ = fs::remove_file(sandbox.data().join(format!("usage_history_desk.db{companion}")));
    }
    let mut bytes = fs::read(&database).unwrap();
    bytes[..100].fill(b'x');
    fs::remove_file(&database).unwrap();
    std::io::Write::write_all(&mut fs::File::create(&database).unwrap(), &bytes).unwrap();
    fails_with_hint(&sandbox.run(&["daily"]), "damaged");
    assert_eq!(fs::read(&database).unwrap(), bytes);
    let refused = sandbox.run(&["reset-db"]);
    assert!(refused.code != Some(0) && database.exists(), "{refused}");
    let _ = sandbox.run(&["reset-db", "--force"]);
    let aside: Vec<_> = fs::read_dir(sandbox.data()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(aside.iter().any(|path| fs::read(path).is_ok_and(|kept| kept == bytes)), "{aside:?}");
    assert_eq!(json(&sandbox, &["daily", "--json"])["totals"]["outputTokens"], 2);
}

#[test]
fn a_database_of_a_newer_ccu_is_left_alone() {
    let (sandbox, database) = furnished();
    let mut bytes = fs::read(&database).unwrap();
    // The user version stands at offset 60 of an SQLite file, big-endian (https://sqlite.org/fileformat.html).
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    for companion in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(sandbox.data().join(format!("usage_history_desk.db{companion}")));
    }
    std::io::Write::write_all(&mut fs::File::create(&database).unwrap(), &bytes).unwrap();
    fails_with_hint(&sandbox.run(&["daily"]), "newer ccu");
    assert_eq!(fs::read(&database).unwrap(), bytes);
}

#[test]
fn errors_are_json_where_json_is_asked_for() {
    let (sandbox, database) = furnished();
    std::io::Write::write_all(&mut fs::File::create(&database).unwrap(), &[b'x'; 9000]).unwrap();
    let output = sandbox.run(&["daily", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&output.stderr).unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""));
    assert!(error["error"]["message"].as_str().unwrap().contains("damaged"), "{error}");
    assert!(!error["error"]["hints"].as_array().unwrap().is_empty(), "{error}");
}
