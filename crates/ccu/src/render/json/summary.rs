//! The summary as JSON.

use serde::Serialize;

use crate::render::SummaryView;
use crate::render::json::row::{KeyJson, RowJson};
use crate::render::json::{NotesJson, SCHEMA, TotalsJson, to_text};

/// Writes a summary as one JSON object.
pub fn report(view: &SummaryView<'_>) -> Result<String, serde_json::Error> {
    let rows = view.periods.iter().map(|period| {
        let since = period.since.map(|since| since.to_string());
        RowJson::with_key(KeyJson::Summary { period: period.name, since }, &period.row, view.names, view.shown)
    });
    to_text(&Document {
        schema: SCHEMA,
        summary: rows.collect(),
        totals: TotalsJson::new(&view.all.totals, view.shown.has_cost),
        notes: NotesJson::new(&view.caveats()),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    summary: Vec<RowJson<'a>>,
    totals: TotalsJson,
    notes: NotesJson,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{sample, schema_check};

    #[test]
    fn periods_are_rows() {
        let text = report(&sample::summary().view()).unwrap();
        schema_check::matches("summary", &text);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rows: Vec<String> = value["summary"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("{} {} {}", row["period"], row["since"], row["totalTokens"]))
            .collect();
        insta::assert_snapshot!(rows.join("\n"), @r#"
        "today" "2026-11-22" 3
        "week" "2026-11-16" 14500
        "month" "2026-11-01" 1255649712
        "all" null 1255665167
        "#);
    }
}
