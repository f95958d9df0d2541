//! No view asks anything while it draws: what draws and what changes the state knows neither ledger nor files.

use std::fs;
use std::path::{Path, PathBuf};

/// What would take time.
const SLOW: [&str; 5] = ["Ledger", "ccu_store", "fs::", "sync_channel", "thread::"];
/// The parts that draw, and those that decide.
const QUICK: [&str; 12] = [
    "act.rs",
    "amount.rs",
    "hits.rs",
    "keymap.rs",
    "page.rs",
    "rows.rs",
    "screen",
    "series.rs",
    "span.rs",
    "state.rs",
    "update.rs",
    "view.rs",
];

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    fs::read_dir(path).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect()
}

#[test]
fn drawing_and_deciding_know_nothing_slow() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let quick: Vec<PathBuf> = QUICK.iter().flat_map(|part| files(&room.join(part))).collect();
    assert!(quick.len() > 20);
    for file in quick {
        let text = fs::read_to_string(&file).unwrap();
        for word in SLOW {
            assert!(!text.contains(word), "{} knows {word}", file.display());
        }
    }
}
