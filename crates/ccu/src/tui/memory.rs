//! What the dashboard remembers from one run to the next, in a small file beside the database. It may be lost at any time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ccu_engine::atomic_file::{self, Access, WriteError};
use serde::{Deserialize, Serialize};

use crate::tui::page::{Metric, Sort, View};
use crate::tui::state::Remembered;

/// Its name in the data directory.
pub const FILE: &str = "dashboard.json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RememberedJson {
    view: View,
    metric: Metric,
    is_anonymous: bool,
    pages: BTreeMap<View, PageJson>,
}

#[derive(Serialize, Deserialize)]
struct PageJson {
    mode: usize,
    sort: Sort,
}

/// What was remembered; the beginning where nothing was, or where it cannot be read.
pub fn load(path: &Path) -> Remembered {
    let json: Option<RememberedJson> = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    json.map_or_else(Remembered::default, |json| Remembered {
        view: json.view,
        metric: json.metric,
        is_anonymous: json.is_anonymous,
        pages: json.pages.into_iter().map(|(view, page)| (view, (page.mode, page.sort))).collect(),
    })
}

/// Remembers.
///
/// **Errors**: when the file cannot be written.
pub fn save(path: &Path, remembered: &Remembered) -> Result<(), WriteError> {
    let pages = remembered.pages.iter().map(|(view, (mode, sort))| (*view, PageJson { mode: *mode, sort: *sort }));
    let json = RememberedJson {
        view: remembered.view,
        metric: remembered.metric,
        is_anonymous: remembered.is_anonymous,
        pages: pages.collect(),
    };
    // Plain names and numbers always make JSON.
    let text = serde_json::to_string_pretty(&json).unwrap_or_default();
    atomic_file::write(path, text.as_bytes(), Access::Unchanged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE);
        let remembered = Remembered {
            view: View::Devices,
            metric: Metric::Tokens,
            is_anonymous: true,
            pages: BTreeMap::from([(View::Weekly, (2, Sort::Oldest))]),
        };
        save(&path, &remembered).unwrap();
        assert_eq!(load(&path), remembered);
    }

    #[test]
    fn what_cannot_be_read_is_forgotten() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE);
        assert_eq!(load(&path), Remembered::default());
        atomic_file::write(&path, b"{\"view\": \"nothing\"}", Access::Unchanged).unwrap();
        assert_eq!(load(&path), Remembered::default());
    }
}
