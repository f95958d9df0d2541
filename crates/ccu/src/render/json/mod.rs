//! Reports as JSON: the documented shape (docs/formats/report_json.md) and nothing of how we hold things inside.
//!
//! The shape is what the widgets, status bars and editor extensions around Claude Code already read, with fields of our
//! own beside it. Within one schema number fields are added, never renamed or removed.

pub mod blocks;
mod row;
pub mod summary;

use std::collections::BTreeMap;

use ccu_core::report::{Grouping, ReportRow};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::render::json::row::{RowJson, SumsJson};
use crate::render::{Caveats, ReportView};
use crate::sanitize::escape_json;

/// The number of the shape.
pub const SCHEMA: u32 = 1;

/// Writes a report as one JSON object.
pub fn report(view: &ReportView<'_>) -> Result<String, serde_json::Error> {
    let rows = if view.shown.has_projects { Rows::ByProject(by_project(view)) } else { Rows::List(rows(view)) };
    to_text(&Document {
        name: rows_name(view),
        rows,
        totals: TotalsJson::new(&view.report.totals, view.shown.has_cost),
        notes: NotesJson::new(&view.caveats()),
    })
}

/// Writes a value of ours, indented by two blanks and safe to show on a terminal.
pub fn to_text(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(escape_json(&text).into_owned())
}

/// The name of the list of rows.
fn rows_name(view: &ReportView<'_>) -> &'static str {
    if view.shown.has_projects {
        return "projects";
    }
    match view.report.grouping {
        Grouping::Hourly => "hourly",
        Grouping::Daily => "daily",
        Grouping::Weekly => "weekly",
        Grouping::Monthly => "monthly",
        Grouping::Yearly => "yearly",
        Grouping::Session => "sessions",
        Grouping::Project => "projects",
        Grouping::Model => "models",
        Grouping::Device => "devices",
    }
}

fn rows<'a>(view: &'a ReportView<'a>) -> Vec<RowJson<'a>> {
    view.report.rows.iter().map(|row| RowJson::new(row, view)).collect()
}

fn by_project<'a>(view: &'a ReportView<'a>) -> BTreeMap<String, Vec<RowJson<'a>>> {
    let mut projects: BTreeMap<String, Vec<RowJson<'a>>> = BTreeMap::new();
    for row in &view.report.rows {
        let json = RowJson::new(row, view);
        projects.entry(project_name(row, view)).or_default().push(json);
    }
    projects
}

/// The project that a row stands for.
fn project_name(row: &ReportRow, view: &ReportView<'_>) -> String {
    row.projects.first().map(|project| view.names.project(project)).unwrap_or_default()
}

/// A whole report. Its list of rows is named after what it is grouped by.
struct Document<'a> {
    name: &'static str,
    rows: Rows<'a>,
    totals: TotalsJson,
    notes: NotesJson,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("schema", &SCHEMA)?;
        map.serialize_entry(self.name, &self.rows)?;
        map.serialize_entry("totals", &self.totals)?;
        map.serialize_entry("notes", &self.notes)?;
        map.end()
    }
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Rows<'a> {
    List(Vec<RowJson<'a>>),
    ByProject(BTreeMap<String, Vec<RowJson<'a>>>),
}

/// The sums over all rows.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TotalsJson {
    #[serde(flatten)]
    sums: SumsJson,
    sessions: u64,
}

impl TotalsJson {
    /// The totals of a report.
    pub fn new(totals: &ReportRow, has_cost: bool) -> Self {
        TotalsJson { sums: SumsJson::new(&totals.usage, has_cost), sessions: totals.sessions }
    }
}

/// What a reader must know to trust the numbers.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotesJson {
    unpriced_models: Vec<UnpricedModelJson>,
    partial_records: u64,
    legacy_records: u64,
    undated_records: u64,
    malformed_lines: u64,
    odd_lines: u64,
    skipped_files: Vec<SkippedFileJson>,
    is_saturated: bool,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct UnpricedModelJson {
    model_name: String,
    total_tokens: u64,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct SkippedFileJson {
    path: String,
    reason: String,
}

impl NotesJson {
    /// The notes to a report.
    pub fn new(caveats: &Caveats<'_>) -> Self {
        let notes = caveats.notes;
        let unpriced_model =
            |(model, tokens): &(String, u64)| UnpricedModelJson { model_name: model.clone(), total_tokens: *tokens };
        let skipped_files = caveats.reading.skipped_files.iter().enumerate().map(|(file_idx, file)| SkippedFileJson {
            path: if caveats.hides_paths { format!("file-{}", file_idx + 1) } else { file.path.clone() },
            reason: file.reason.clone(),
        });
        NotesJson {
            unpriced_models: notes.unpriced_models.iter().map(unpriced_model).collect(),
            partial_records: notes.partial_records,
            legacy_records: notes.legacy_records,
            undated_records: notes.undated_records,
            malformed_lines: caveats.reading.malformed_lines,
            odd_lines: caveats.reading.odd_lines,
            skipped_files: skipped_files.collect(),
            is_saturated: notes.is_saturated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::names::Names;
    use crate::render::sample::{self, Sample};
    use crate::render::schema_check;
    use ccu_core::report::RowKey;
    use serde_json::Value;

    fn json(sample: &Sample) -> String {
        let text = report(&sample.view()).unwrap();
        let family = match sample.report.grouping {
            Grouping::Hourly | Grouping::Daily | Grouping::Weekly | Grouping::Monthly | Grouping::Yearly => "period",
            Grouping::Session => "session",
            Grouping::Project => "project",
            Grouping::Model => "model",
            Grouping::Device => "device",
        };
        schema_check::matches(family, &text);
        text
    }

    /// The first row of a report, as one that reads it sees it.
    fn first_row(sample: &Sample) -> Value {
        let value: Value = serde_json::from_str(&json(sample)).unwrap();
        value[rows_name(&sample.view())][0].clone()
    }

    #[test]
    fn the_whole_shape() {
        let mut sample = sample::noted();
        sample.report.rows.truncate(3);
        insta::assert_snapshot!(json(&sample));
    }

    #[test]
    fn projects_have_rows_of_their_own() {
        insta::assert_snapshot!(json(&sample::instances()));
    }

    #[test]
    fn sessions_with_hostile_names() {
        insta::assert_snapshot!(json(&sample::sessions()));
    }

    #[test]
    fn hidden_names_hide_everything() {
        let mut sample = sample::sessions();
        sample.reading = sample::noted().reading;
        sample.names = Names::hidden(&sample.report.rows);
        let text = json(&sample);
        for secret in ["api", "desk", "laptop", "0a1b2c3d", "0101", "/home"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }

    #[test]
    fn periods_have_keys_of_their_own() {
        let check = |grouping, key: &str, expected: &str| {
            let rows = vec![sample::row(sample::period("2026-11-01")).done(), sample::row(RowKey::Undated).done()];
            let sample = Sample::new(sample::report(grouping, rows));
            assert_eq!(first_row(&sample)[key], expected);
        };
        check(Grouping::Daily, "date", "2026-11-01");
        check(Grouping::Weekly, "week", "2026-11-01");
        check(Grouping::Monthly, "month", "2026-11");
        check(Grouping::Yearly, "year", "2026");
    }

    #[test]
    fn hours_have_a_key_of_their_own() {
        let hour = RowKey::Hour("2026-11-01T09:00".parse().unwrap());
        let rows = vec![sample::row(hour).done(), sample::row(RowKey::Undated).done()];
        let sample = Sample::new(sample::report(Grouping::Hourly, rows));
        // No command prints them, so no schema knows them.
        let value: Value = serde_json::from_str(&report(&sample.view()).unwrap()).unwrap();
        assert_eq!(value["hourly"][0]["hour"], "2026-11-01 09:00");
        assert_eq!(value["hourly"][1]["hour"], "unknown");
    }

    #[test]
    fn projects_models_and_machines() {
        let check = |grouping, key| {
            let row = sample::row(key)
                .model("claude-opus-5", [1, 2, 3, 4, 5], 6)
                .machine(1)
                .active("2026-11-22T00:00:00Z")
                .done();
            let mut row = first_row(&Sample::new(sample::report(grouping, vec![row])));
            let row = row.as_object_mut().unwrap();
            let shared =
                serde_json::to_value(RowJson::new(&sample::daily().report.rows[0], &sample::daily().view())).unwrap();
            row.retain(|name, _| shared.get(name).is_none());
            serde_json::to_string(row).unwrap()
        };
        insta::assert_snapshot!(check(Grouping::Project, RowKey::Project("src/api".into())), @r#"{"firstActivity":"2026-11-22T00:00:00.000Z","lastActivity":"2026-11-22T00:00:00.000Z","projectPath":"src/api"}"#);
        insta::assert_snapshot!(check(Grouping::Model, RowKey::Model("claude-opus-5".into())), @r#"{"modelName":"claude-opus-5"}"#);
        insta::assert_snapshot!(check(Grouping::Device, RowKey::Machine(sample::machine_id(1))), @r#"{"firstActivity":"2026-11-22T00:00:00.000Z","isThisMachine":true,"lastActivity":"2026-11-22T00:00:00.000Z","lastSync":"2026-11-22T09:00:00.000Z","machineId":"01010101-0101-0101-0101-010101010101","machineName":"desk"}"#);
    }

    #[test]
    fn money_can_be_left_out() {
        let mut sample = sample::daily();
        sample.shown.has_cost = false;
        let text = json(&sample).to_lowercase();
        assert!(!text.contains("cost") && !text.contains("usd"), "{text}");
    }

    #[test]
    fn no_rows_are_an_empty_list() {
        let sample = Sample::new(sample::report(Grouping::Model, Vec::new()));
        let value: Value = serde_json::from_str(&json(&sample)).unwrap();
        assert_eq!(value["models"], serde_json::json!([]));
        assert_eq!(value["totals"]["totalTokens"], 0);
    }
}
