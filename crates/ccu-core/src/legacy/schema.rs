//! The JSON of the earlier tool's files, field by field.
//!
//! **Source**: files that its versions 1.3 to 1.8.2 wrote (docs/formats/earlier-tool.md, seen 2026-11-22). The thirteen fields
//! of a record are the same in all of them. Fields that are missing, null or unknown are no error where a row can do without.

use std::borrow::Cow;

use serde::Deserialize;

use super::row::{BadRow, RawRow, Read};

#[derive(Deserialize)]
struct JsonRow<'a> {
    #[serde(borrow)]
    session_id: Cow<'a, str>,
    #[serde(borrow)]
    message_uuid: Cow<'a, str>,
    #[serde(borrow, default)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    date: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    input_tokens: Option<i64>,
    #[serde(default)]
    output_tokens: Option<i64>,
    #[serde(default)]
    cache_creation_tokens: Option<i64>,
    #[serde(default)]
    cache_read_tokens: Option<i64>,
    #[serde(borrow, default)]
    folder: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    git_branch: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version: Option<Cow<'a, str>>,
}

/// Reads one entry of a file's `records`; gives its day, in the zone of the machine that wrote it, and what it came to.
///
/// **Errors**: when it is no record, or a count or its time is none.
pub fn read_row(json: &str) -> Result<(String, Read), BadRow> {
    let row: JsonRow<'_> = serde_json::from_str(json).map_err(BadRow::Shape)?;
    let counts = [row.input_tokens, row.output_tokens, row.cache_creation_tokens, row.cache_read_tokens];
    let raw = RawRow {
        session: &row.session_id,
        uuid: &row.message_uuid,
        timestamp: row.timestamp.as_deref().unwrap_or_default(),
        date: row.date.as_deref().unwrap_or_default(),
        model: row.model.as_deref(),
        counts: counts.map(Option::unwrap_or_default),
        folder: row.folder.as_deref().unwrap_or_default(),
        branch: row.git_branch.as_deref().unwrap_or_default(),
        version: row.version.as_deref().unwrap_or_default(),
    };
    Ok((raw.date.to_owned(), raw.read()?))
}

/// An entry of a file's `daily_snapshots`: a day's sums over rows, prompts and repeated rows included.
///
/// They are never counted. A day is one of the zone that the machine had, there is no model to price by, and each response is
/// in them as often as it had rows, so no rule could set them off against records without counting twice. Days of which a file
/// has a snapshot and no rows are reported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DailySnapshot {
    /// The day, `YYYY-MM-DD`, in the zone of the machine that wrote it.
    pub date: String,
    /// All tokens of the day's rows.
    #[serde(default)]
    pub total_tokens: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legacy::NotBilled;
    use proptest::prelude::*;

    #[test]
    fn unknown_missing_and_null_fields_are_no_error() {
        let json = r#"{"session_id":"s","message_uuid":"u","timestamp":"2026-11-22T10:30:09+00:00","model":null,
            "output_tokens":5,"git_branch":null,"message_type":"assistant","later":{"a":[1]}}"#;
        let (_, Read::Row(row)) = read_row(json).unwrap() else { panic!("expected a row") };
        assert_eq!((row.tokens.output, row.tokens.total(), row.branch.as_str(), row.model), (5, 5, "", None));
    }

    #[test]
    fn a_user_row_needs_no_time() {
        let json = r#"{"session_id":"s","message_uuid":"u","model":null,"input_tokens":0}"#;
        assert_eq!(read_row(json).unwrap(), (String::new(), Read::NotBilled(NotBilled::UserRow)));
    }

    #[test]
    fn what_is_no_record_is_bad() {
        for json in [
            "1",
            "{}",
            "[]",
            r#"{"session_id":1,"message_uuid":"u"}"#,
            r#"{"session_id":"s","message_uuid":"u","input_tokens":"1"}"#,
        ] {
            assert_eq!(read_row(json).unwrap_err().to_string(), "it is not a record of the earlier tool", "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,200}") {
            let _ = read_row(&text);
        }
    }
}
