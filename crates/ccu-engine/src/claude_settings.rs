//! What Claude Code's own settings say about how long transcripts live. Read-only.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Days without use after which Claude Code deletes a transcript at its next start, where the settings don't say.
///
/// **Source**: <https://docs.anthropic.com/en/docs/claude-code/settings>, `cleanupPeriodDays` (default 30, minimum 1;
/// 0 is refused since version 2.1.89 and made older ones delete all transcripts and write none), seen 2026-11-22.
pub const DEFAULT_CLEANUP_PERIOD_DAYS: u64 = 30;

/// How long transcripts below one directory of Claude Code live.
#[derive(Debug)]
pub struct CleanupPeriod {
    /// Days without use after which they are deleted.
    pub days: u64,
    /// Whether the settings say so; else it is the default.
    pub is_set: bool,
    /// Why the settings could not be heeded.
    pub note: Option<SettingsNote>,
}

/// Why Claude Code's settings could not be heeded, so that its default is assumed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsNote {
    /// The file is there and cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The settings file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no JSON object.
    #[error("`{}` is not a JSON object", path.display())]
    NotAnObject {
        /// The settings file.
        path: PathBuf,
        /// Where the JSON breaks; `None` where it is JSON of another kind.
        source: Option<serde_json::Error>,
    },
    /// `cleanupPeriodDays` is not a whole number of 1 or more.
    #[error("`cleanupPeriodDays` in `{}` is `{found}`; expected a whole number of 1 or more", path.display())]
    BadPeriod {
        /// The settings file.
        path: PathBuf,
        /// The value, as JSON.
        found: String,
    },
}

/// Reads `cleanupPeriodDays` from `settings.json` in a directory of Claude Code. Whatever is wrong with the file becomes a
/// note beside the default.
pub fn cleanup_period(root: &Path) -> CleanupPeriod {
    match read_period(&root.join("settings.json")) {
        Ok(Some(days)) => CleanupPeriod { days, is_set: true, note: None },
        Ok(None) => CleanupPeriod { days: DEFAULT_CLEANUP_PERIOD_DAYS, is_set: false, note: None },
        Err(note) => CleanupPeriod { days: DEFAULT_CLEANUP_PERIOD_DAYS, is_set: false, note: Some(note) },
    }
}

fn read_period(path: &Path) -> Result<Option<u64>, SettingsNote> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SettingsNote::Unreadable { path: path.to_owned(), source }),
    };
    let not_an_object = |source| SettingsNote::NotAnObject { path: path.to_owned(), source };
    let settings: Value = serde_json::from_slice(&bytes).map_err(|error| not_an_object(Some(error)))?;
    let settings = settings.as_object().ok_or_else(|| not_an_object(None))?;
    let Some(period) = settings.get("cleanupPeriodDays") else { return Ok(None) };
    match period.as_u64() {
        Some(days) if days > 0 => Ok(Some(days)),
        _ => Err(SettingsNote::BadPeriod { path: path.to_owned(), found: period.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic_file::{self, Access};

    fn check(settings: &str, days: u64, is_set: bool, note: Option<&str>) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("settings.json");
        atomic_file::write(&path, settings.as_bytes(), Access::Unchanged).unwrap();
        let period = cleanup_period(root.path());
        let found = period.note.map(|note| note.to_string().replace(path.to_str().unwrap(), "FILE"));
        assert_eq!((period.days, period.is_set, found.as_deref()), (days, is_set, note), "{settings}");
    }

    #[test]
    fn reads_the_period() {
        check(r#"{"cleanupPeriodDays": 99999, "model": "opus"}"#, 99_999, true, None);
        check(r#"{"cleanupPeriodDays": 30}"#, 30, true, None);
        check(r#"{"model": "opus"}"#, 30, false, None);
    }

    #[test]
    fn whatever_is_wrong_is_noted_and_the_default_assumed() {
        let bad =
            |value: &str| format!("`cleanupPeriodDays` in `FILE` is `{value}`; expected a whole number of 1 or more");
        for value in ["0", "-1", "1.5", "null", "\"30\"", "[30]"] {
            check(&format!(r#"{{"cleanupPeriodDays": {value}}}"#), 30, false, Some(&bad(value)));
        }
        for text in ["", "{", "[]", "30", "// comment\n{}"] {
            check(text, 30, false, Some("`FILE` is not a JSON object"));
        }
    }

    #[test]
    fn a_missing_file_or_directory_is_the_default() {
        let root = tempfile::tempdir().unwrap();
        for root in [root.path().to_owned(), root.path().join("missing")] {
            let period = cleanup_period(&root);
            assert!(period.days == 30 && !period.is_set && period.note.is_none());
        }
    }

    #[test]
    fn a_directory_in_its_place_is_noted() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("settings.json");
        fs::create_dir(&path).unwrap();
        let note = cleanup_period(root.path()).note.unwrap();
        assert_eq!(note.to_string(), format!("cannot read `{}`", path.display()));
    }
}
