//! What the earlier tool left: its databases, and the texts of its files in a Gist.

use std::path::Path;

use ccu_core::legacy;
use ccu_store::{DatabaseKind, EarlierDatabase, EarlierRow, StoreError, database_kind};

use super::ImportError;
use super::intake::Intake;

/// How every SQLite database begins.
///
/// **Source**: <https://www.sqlite.org/fileformat.html>, section 1.3.
pub(super) const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How the earlier tool named the database of a machine.
const PREFIX: &str = "usage_history_";

/// Reads a database of the earlier tool into the intake.
///
/// Rows that it had pulled name no machine: they are of the one that the file is named after.
pub(super) fn read_database(path: &Path, intake: &mut Intake<'_, '_>) -> Result<(), ImportError> {
    match database_kind(path).map_err(ImportError::EarlierDatabase)? {
        DatabaseKind::EarlierTool => {}
        DatabaseKind::Ours => return Err(ImportError::OwnDatabase { path: path.to_owned() }),
        DatabaseKind::Other => return Err(ImportError::OtherDatabase { path: path.to_owned() }),
    }
    let machine_of_file = machine_of_file(path);
    let database = EarlierDatabase::open(path).map_err(ImportError::EarlierDatabase)?;
    let mut failure: Option<StoreError> = None;
    let read = database.each_row(&mut |EarlierRow { machine_name, row }| {
        if failure.is_some() {
            return;
        }
        let machine_name = machine_name.filter(|name| !name.is_empty()).unwrap_or(&machine_of_file);
        let taken = match row.read() {
            Ok(read) => intake.row(read, machine_name),
            Err(reason) => intake.bad(reason.into()),
        };
        failure = taken.err();
    });
    read.map_err(ImportError::EarlierDatabase)?;
    if let Some(error) = failure {
        return Err(error.into());
    }
    for (date, total_tokens) in database.days_without_rows().map_err(ImportError::EarlierDatabase)? {
        intake.days.add_sum(&machine_of_file, date, total_tokens);
    }
    Ok(())
}

/// The machine that a database is named after. The oldest version had one `usage_history.db` for all.
fn machine_of_file(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match stem.strip_prefix(PREFIX) {
        // Its daily copies: `usage_history_backup_YYYYMMDD[_monthly].db`.
        Some(name) if !name.is_empty() && !name.starts_with("backup_") => name.to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// A file of the earlier tool in a Gist, as records.
#[derive(Debug, Default)]
pub struct EarlierFile {
    /// The machine that wrote it, by the name that it went by.
    pub machine_name: String,
    /// One legacy record for each row with tokens, attributed to [`legacy::machine_of_name`]; the store joins them.
    pub records: Vec<ccu_core::record::UsageRecord>,
    /// Rows without usage: users' rows and the like.
    pub n_dropped: u64,
    /// Rows that could not be read.
    pub n_bad: u64,
}

/// Reads the text of a file that the earlier tool wrote into a Gist: one of at most 10 MB, so all at once.
///
/// **Errors**: when it is no JSON, or has no `records`. Bad rows are counted and left out.
pub fn read_earlier_file(text: &str) -> Result<EarlierFile, ImportError> {
    #[derive(serde::Deserialize)]
    struct File<'a> {
        #[serde(default)]
        machine_name: Option<String>,
        #[serde(borrow)]
        records: Vec<&'a serde_json::value::RawValue>,
    }
    let file: File<'_> = serde_json::from_str(text).map_err(|error| match error.is_data() {
        true => ImportError::NoRecords,
        false => ImportError::NotJson(error),
    })?;
    let mut read = EarlierFile {
        machine_name: file.machine_name.unwrap_or_else(|| "unknown".to_owned()),
        ..EarlierFile::default()
    };
    let machine = legacy::machine_of_name(&read.machine_name);
    for row in file.records {
        match legacy::read_row(row.get()) {
            Ok((_, legacy::Read::Row(row))) => read.records.push(row.into_record(machine)),
            Ok((_, legacy::Read::NotBilled(_))) => read.n_dropped += 1,
            Err(_) => read.n_bad += 1,
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_named_after_their_machine() {
        let check = |name: &str, expected: &str| assert_eq!(machine_of_file(Path::new(name)), expected, "{name}");
        check("/d/usage_history_HOME-WT.db", "HOME-WT");
        check("/d/usage_history_a_b.db", "a_b");
        check("/d/usage_history.db", "unknown");
        check("/d/usage_history_backup_20251122.db", "unknown");
        check("/d/usage_history_backup_20251101_monthly.db", "unknown");
        check("/d/copy.db", "unknown");
    }

    #[test]
    fn a_text_of_a_gist_becomes_records() {
        let row = |uuid: &str, tokens: &str| {
            format!(
                r#"{{"session_id":"s","message_uuid":"{uuid}","timestamp":"2026-11-22T10:30:09+00:00","model":"m",{tokens}}}"#
            )
        };
        let (good, empty, bad) =
            (row("a", r#""output_tokens":5"#), row("b", r#""output_tokens":0"#), row("c", r#""output_tokens":-5"#));
        let file =
            read_earlier_file(&format!(r#"{{"machine_name":"HOME","records":[{good},{empty},{bad}]}}"#)).unwrap();
        assert_eq!((file.machine_name.as_str(), file.records.len(), file.n_dropped, file.n_bad), ("HOME", 1, 1, 1));
        assert_eq!(file.records[0].machine, legacy::machine_of_name("HOME"));
        assert!(matches!(read_earlier_file("[]"), Err(ImportError::NoRecords)));
        assert!(matches!(read_earlier_file("{"), Err(ImportError::NotJson(_))));
    }
}
