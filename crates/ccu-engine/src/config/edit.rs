//! Changing one setting of the configuration file, with all comments and the order of everything else kept.

use std::fs;
use std::path::Path;
use std::time::Duration;

use toml_edit::{Document, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::error::{ConfigError, LocatedProblem, Problem};
use super::key::{SettingKey, dotted, keys_below, parts, unknown};
use super::schema::{Reading, read};
use super::setting::Setting;
use super::{price_table, read_text};
use crate::atomic_file::{self, Access};
use crate::file_lock::{self, FileLock, LockError};

/// The file beside the configuration whose lock is held while that is changed.
const LOCK_FILE: &str = "config.lock";
/// How long a change waits for another one.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether the file was written; it is not where it says the same already.
    pub is_written: bool,
    /// What is still wrong with the file: what was wrong before, and prices of a model that are not complete yet.
    pub remaining: Vec<LocatedProblem>,
}

/// Sets a key (as [`SettingKey::parse`] reads it) to a value as it is typed; makes the file and its directory where they
/// are missing.
///
/// **Errors**: when there is no such key, the value is none for it, the file is no TOML, the change would make it invalid, or
/// it cannot be written. The file is then as it was.
pub fn set(path: &Path, key: &str, value: &str) -> Result<Change, ConfigError> {
    let key = SettingKey::parse(key)?;
    let setting = Setting::parse(&key, value).map_err(|problem| ConfigError::Refused { problem })?;
    change(path, |text| Ok(put(text, &key.parts(), setting.to_toml()).map_or(Edited::Blocked, Edited::Changed)))
}

/// Takes a key out of the file, so that its default holds. Also takes out a key that should not be there, and all prices
/// of a model (`prices.MODEL`). A key that is not in the file changes nothing.
///
/// **Errors**: when there is no such key and the file has none, the file is no TOML, or it cannot be written.
pub fn unset(path: &Path, key: &str) -> Result<Change, ConfigError> {
    let parts = parts(key)?;
    // One word must not take out the prices of all models.
    if let (1, Some(keys)) = (parts.len(), keys_below(&parts)) {
        return Err(ConfigError::KeyIsTable { key: dotted(&parts), keys });
    }
    let is_known = SettingKey::from_parts(&parts).is_some() || keys_below(&parts).is_some();
    change(path, |text| match take_out(text, &parts) {
        Some(text) => Ok(Edited::Changed(text)),
        None if is_known => Ok(Edited::Unchanged),
        None => Err(ConfigError::Refused { problem: unknown(&parts) }),
    })
}

/// What an edit makes of a text.
enum Edited {
    /// This text.
    Changed(String),
    /// The same.
    Unchanged,
    /// Nothing: where a table is needed stands a value.
    Blocked,
}

/// Writes what `edit` makes of the text, unless that is worse than it was.
fn change(path: &Path, edit: impl Fn(&str) -> Result<Edited, ConfigError>) -> Result<Change, ConfigError> {
    let _lock = lock(path)?;
    let before_text = read_text(path)?.unwrap_or_default();
    let before = read(&before_text);
    let invalid = |problems| ConfigError::Invalid { path: path.to_owned(), problems };
    if before.is_broken() {
        return Err(invalid(before.problems));
    }
    let after_text = match edit(&before_text)? {
        Edited::Changed(text) => text,
        Edited::Unchanged => before_text.clone(),
        Edited::Blocked => return Err(invalid(before.problems)),
    };
    let after = read(&after_text);
    let added = added_problems(&before, &after);
    if !added.is_empty() {
        return Err(invalid(added));
    }
    if let (Err(source), Ok(_)) = (price_table(&after.settings), price_table(&before.settings)) {
        return Err(ConfigError::Prices { path: path.to_owned(), source });
    }
    let is_written = after_text != before_text;
    if is_written {
        atomic_file::write(path, after_text.as_bytes(), Access::Unchanged)?;
    }
    Ok(Change { is_written, remaining: after.problems })
}

/// Keeps other processes from changing the file between our reading and our writing. Where nothing can be locked, nothing is:
/// whatever is wrong there is told when the file is written.
fn lock(path: &Path) -> Result<Option<FileLock>, ConfigError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    if fs::create_dir_all(directory).is_err() {
        return Ok(None);
    }
    match file_lock::acquire(&directory.join(LOCK_FILE), "ccu config", LOCK_WAIT) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Unavailable { .. }) => Ok(None),
        Err(busy @ LockError::Busy { .. }) => Err(ConfigError::Locked { source: busy }),
    }
}

/// Problems that the text did not have. Prices are set one by one, so that one is still missing is no reason to refuse.
fn added_problems(before: &Reading, after: &Reading) -> Vec<LocatedProblem> {
    let is_old = |problem: &Problem| before.problems.iter().any(|located| located.problem == *problem);
    let may_stay = |problem: &Problem| matches!(problem, Problem::Incomplete { .. }) || is_old(problem);
    after.problems.iter().filter(|located| !may_stay(&located.problem)).cloned().collect()
}

/// The text with the value at the key; `None` where a part of the key is no table. A value that is there keeps its place and
/// the comment behind it.
fn put(text: &str, parts: &[String], value: Value) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    if document.is_empty() && !text.trim().is_empty() {
        // The comment of a file that says nothing yet is its head; toml_edit would make it its tail.
        return put("", parts, value).map(|added| format!("{}\n\n{added}", text.trim_end()));
    }
    let (last, parents) = parts.split_last()?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    let mut is_inline = false;
    for part in parents {
        if is_inline && !table.contains_key(part) {
            table.insert(part, Item::Value(Value::InlineTable(InlineTable::new())));
            table.fmt();
        }
        let item = table.entry(part).or_insert_with(new_table);
        is_inline |= item.is_inline_table();
        table = item.as_table_like_mut()?;
    }
    match table.get_mut(last).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(last, Item::Value(value));
            if is_inline {
                table.fmt();
            }
        }
    }
    Some(in_form_of(text, &document.to_string()))
}

/// A table whose header is written only when a value stands in it.
fn new_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// The text without the key; `None` where it has none. A value on lines of its own goes with these lines alone, so that the
/// comments around it stay.
fn take_out(text: &str, parts: &[String]) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let (last, parents) = parts.split_last()?;
    let mut table: &dyn TableLike = document.as_table();
    let mut is_inline = false;
    for part in parents {
        let item = table.get(part)?;
        is_inline |= item.is_inline_table();
        table = item.as_table_like()?;
    }
    let (key, item) = table.get_key_value(last)?;
    match (key.span(), item.span()) {
        (Some(key), Some(value)) if item.is_value() && !is_inline => Some(without_lines(text, key.start, value.end)),
        _ => remove(text, parts),
    }
}

fn without_lines(text: &str, start: usize, end: usize) -> String {
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
    [&text[..line_start], &text[line_end..]].concat()
}

fn remove(text: &str, parts: &[String]) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let (last, parents) = parts.split_last()?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for part in parents {
        table = table.get_mut(part)?.as_table_like_mut()?;
    }
    table.remove(last)?;
    Some(in_form_of(text, &document.to_string()))
}

/// Gives a text that toml_edit wrote the line ends and the byte order mark of the original, which it drops.
fn in_form_of(original: &str, text: &str) -> String {
    let mark = if original.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let text = if original.contains("\r\n") { text.replace('\n', "\r\n") } else { text };
    format!("{mark}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use proptest::prelude::*;
    use std::path::PathBuf;

    struct ConfigFile {
        path: PathBuf,
        _home: tempfile::TempDir,
    }

    impl ConfigFile {
        fn missing() -> Self {
            let home = tempfile::tempdir().unwrap();
            ConfigFile { path: home.path().join("ccu/config.toml"), _home: home }
        }

        fn with(text: &str) -> Self {
            let file = Self::missing();
            atomic_file::write(&file.path, text.as_bytes(), Access::Unchanged).unwrap();
            file
        }

        fn text(&self) -> String {
            fs::read_to_string(&self.path).unwrap()
        }

        fn message(&self, error: ConfigError) -> String {
            error.to_string().replace(self.path.to_str().unwrap(), "config.toml")
        }

        fn value(&self, key: &str) -> Option<String> {
            let key = SettingKey::parse(key).unwrap();
            let config = Config::load(&self.path).unwrap();
            config.settings().find(|setting| setting.value.key() == key).map(|setting| setting.value.value_text())
        }
    }

    const COMMENTED: &str = r#"# ccu on my laptop

[report] # how
# Where I live.
timezone = "Asia/Tokyo" # since May
week_start = "monday"
# the end of the reports

[aliases]
# our proxy
"house.model" = "claude-opus-4-8"
"#;

    #[test]
    fn the_first_setting_makes_the_file() {
        let file = ConfigFile::missing();
        let change = set(&file.path, "report.timezone", "europe/berlin").unwrap();
        assert_eq!(change, Change { is_written: true, remaining: Vec::new() });
        assert_eq!(file.text(), "[report]\ntimezone = \"Europe/Berlin\"\n");
    }

    #[test]
    fn setting_keeps_comments_and_order() {
        let file = ConfigFile::with(COMMENTED);
        set(&file.path, "report.timezone", "Europe/Berlin").unwrap();
        assert_eq!(file.text(), COMMENTED.replace("Asia/Tokyo", "Europe/Berlin"));
        set(&file.path, "machine.name", "laptop").unwrap();
        set(&file.path, "aliases.other", "claude-opus-4-8").unwrap();
        insta::assert_snapshot!(file.text(), @r#"
        # ccu on my laptop

        [report] # how
        # Where I live.
        timezone = "Europe/Berlin" # since May
        week_start = "monday"
        # the end of the reports

        [aliases]
        # our proxy
        "house.model" = "claude-opus-4-8"
        other = "claude-opus-4-8"

        [machine]
        name = "laptop"
        "#);
    }

    #[test]
    fn unsetting_keeps_comments_and_order() {
        let file = ConfigFile::with(COMMENTED);
        assert!(unset(&file.path, "report.timezone").unwrap().is_written);
        let expected = COMMENTED.replace("timezone = \"Asia/Tokyo\" # since May\n", "");
        assert_eq!(file.text(), expected);
        assert!(!unset(&file.path, "report.timezone").unwrap().is_written);
        assert_eq!(file.text(), expected);
    }

    #[test]
    fn setting_the_same_again_writes_nothing() {
        let file = ConfigFile::with(COMMENTED);
        assert!(!set(&file.path, "report.week_start", "Monday").unwrap().is_written);
    }

    #[test]
    fn tables_of_every_form_are_changed_in_their_form() {
        let check = |before: &str, key, value, after: &str| {
            let file = ConfigFile::with(before);
            set(&file.path, key, value).unwrap();
            assert_eq!(file.text(), after);
            unset(&file.path, key).unwrap();
            assert_eq!(file.value(key), None, "{after}");
        };
        check(
            "report.week_start = 'friday'\n",
            "report.timezone",
            "UTC",
            "report.week_start = 'friday'\nreport.timezone = \"UTC\"\n",
        );
        check(
            "report = { week_start = 'friday' }\n",
            "report.timezone",
            "UTC",
            "report = { week_start = 'friday', timezone = \"UTC\" }\n",
        );
        check("report = {}\n", "report.timezone", "UTC", "report = { timezone = \"UTC\" }\n");
        check("[report]\r\n", "report.timezone", "UTC", "[report]\r\ntimezone = \"UTC\"\r\n");
        check("\u{feff}[report]\n", "report.timezone", "UTC", "\u{feff}[report]\ntimezone = \"UTC\"\n");
        check("# nothing yet", "report.timezone", "UTC", "# nothing yet\n\n[report]\ntimezone = \"UTC\"\n");
        check(
            "prices = { x = { input = 1, output = 2 } }\n",
            "prices.x.above_200k.input",
            "2",
            "prices = { x = { input = 1, output = 2, above_200k = { input = 2 } } }\n",
        );
    }

    #[test]
    fn prices_are_set_one_by_one() {
        let file = ConfigFile::missing();
        let remaining =
            |change: Change| change.remaining.iter().map(|located| located.problem.to_string()).collect::<Vec<_>>();
        let change = set(&file.path, "prices.\"glm-4.7\".input", "0.6").unwrap();
        assert_eq!(remaining(change), ["`prices.\"glm-4.7\"` has no `output`; prices need `input` and `output`"]);
        let change = set(&file.path, "prices.\"glm-4.7\".output", "2.2").unwrap();
        assert_eq!(remaining(change), [""; 0]);
        set(&file.path, "prices.\"glm-4.7\".from", "2026-01-31").unwrap();
        set(&file.path, "aliases.house", "glm-4.7").unwrap();
        insta::assert_snapshot!(file.text(), @r#"
        [prices."glm-4.7"]
        input = 0.6
        output = 2.2
        from = 2026-01-31

        [aliases]
        house = "glm-4.7"
        "#);
        let message = file.message(unset(&file.path, "prices.\"glm-4.7\"").unwrap_err());
        assert_eq!(message, "the prices and aliases in `config.toml` cannot be used");
        unset(&file.path, "aliases.house").unwrap();
        unset(&file.path, "prices.\"glm-4.7\"").unwrap();
        assert_eq!(file.text(), "\n[aliases]\n");
    }

    #[test]
    fn what_contradicts_is_refused_and_not_written() {
        let file = ConfigFile::with("");
        let error = set(&file.path, "aliases.house", "a model that nobody knows").unwrap_err();
        assert!(matches!(error, ConfigError::Prices { .. }), "{error}");
        assert_eq!(file.text(), "");
    }

    #[test]
    fn a_broken_file_is_never_overwritten() {
        let broken = "[report]\ntimezone = Europe/Berlin\n";
        let file = ConfigFile::with(broken);
        let expected = "`config.toml` is not a valid configuration\n  line 2, column 12: string values must be quoted, expected literal string: `Europe/Berlin`";
        assert_eq!(file.message(set(&file.path, "machine.name", "x").unwrap_err()), expected);
        assert_eq!(file.message(unset(&file.path, "machine.name").unwrap_err()), expected);
        assert_eq!(file.text(), broken);
    }

    #[test]
    fn a_wrong_file_can_be_mended() {
        let file = ConfigFile::with("[report]\nweek_start = 'moonday'\nzone = 'UTC'\n[prices.x]\nfoo = { a = 1 }\n");
        let n_remaining = |change: Change| change.remaining.len();
        assert_eq!(n_remaining(set(&file.path, "machine.name", "x").unwrap()), 3);
        assert_eq!(n_remaining(set(&file.path, "report.week_start", "monday").unwrap()), 2);
        assert_eq!(n_remaining(unset(&file.path, "report.zone").unwrap()), 1);
        assert_eq!(n_remaining(unset(&file.path, "prices.x.foo").unwrap()), 0);
    }

    #[test]
    fn a_value_in_place_of_a_table_is_not_replaced() {
        let file = ConfigFile::with("report = 5\n");
        let change = set(&file.path, "report.timezone", "UTC");
        let message = file.message(change.unwrap_err());
        assert_eq!(
            message,
            "`config.toml` is not a valid configuration\n  line 1, column 10: `report` is a number; expected a table"
        );
        assert_eq!(file.text(), "report = 5\n");
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let file = ConfigFile::with(COMMENTED);
        let message = |key| file.message(unset(&file.path, key).unwrap_err());
        assert_eq!(message("report.zone"), "unknown key `report.zone`");
        assert_eq!(message("aliases"), "`aliases` is a table; name a key in it: `aliases.MODEL`");
        assert!(!unset(&file.path, "prices.x").unwrap().is_written);
        assert_eq!(file.text(), COMMENTED);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_set_is_read_back_and_unset_again(name in any::<String>(), model in any::<String>(), cents in 0_u32..1_000_000) {
            let file = ConfigFile::with(COMMENTED);
            let model = dotted(&["prices".to_owned(), model]);
            let (input, output) = (format!("{model}.input"), format!("{model}.output"));
            let price = format!("{}.{:02}", cents / 100, cents % 100);
            set(&file.path, &input, &price).unwrap();
            set(&file.path, &output, "1").unwrap();
            prop_assert_eq!(file.value(&input), Some(price));
            if set(&file.path, "machine.name", &name).is_ok() {
                prop_assert_eq!(file.value("machine.name"), Some(name.trim().to_owned()));
                unset(&file.path, "machine.name").unwrap();
            }
            prop_assert_eq!(file.value("machine.name"), None);
            unset(&file.path, &model).unwrap();
            prop_assert_eq!(file.value(&input), None);
            prop_assert!(file.text().starts_with(COMMENTED));
        }
    }

    #[test]
    fn changes_at_one_time_are_all_kept() {
        let file = ConfigFile::missing();
        std::thread::scope(|scope| {
            for nth in 0..16 {
                let path = &file.path;
                scope.spawn(move || set(path, &format!("aliases.m{nth}"), "claude-opus-4-8").unwrap());
            }
        });
        assert_eq!(file.text().matches("claude-opus-4-8").count(), 16);
    }
}
