//! Holds real output against the published JSON Schemas (docs/formats/*.schema.json) and their description.

use jsonschema::{Draft, Registry};
use serde_json::Value;

const PROSE: &str = include_str!("../../../../docs/formats/report_json.md");
const ROW: &str = include_str!("../../../../docs/formats/report_row.schema.json");
const FAMILIES: [(&str, &str); 8] = [
    ("period", include_str!("../../../../docs/formats/report_period.schema.json")),
    ("session", include_str!("../../../../docs/formats/report_session.schema.json")),
    ("project", include_str!("../../../../docs/formats/report_project.schema.json")),
    ("model", include_str!("../../../../docs/formats/report_model.schema.json")),
    ("device", include_str!("../../../../docs/formats/report_device.schema.json")),
    ("blocks", include_str!("../../../../docs/formats/report_blocks.schema.json")),
    ("summary", include_str!("../../../../docs/formats/report_summary.schema.json")),
    ("error", include_str!("../../../../docs/formats/error.schema.json")),
];

/// Asserts that a JSON text has the shape of its family, and that every key of it is described in words too.
pub fn matches(family: &str, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let (_, schema) = FAMILIES.iter().find(|(name, _)| *name == family).unwrap();
    let schema: Value = serde_json::from_str(schema).unwrap();
    let row: Value = serde_json::from_str(ROW).unwrap();
    let row_uri = row["$id"].as_str().unwrap().to_owned();
    let registry = Registry::new().draft(Draft::Draft202012).add(row_uri, row).unwrap().prepare().unwrap();
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let problems: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    let mut keys = Vec::new();
    collect_keys(&value, &mut keys);
    let unknown: Vec<&String> = keys.iter().filter(|key| !PROSE.contains(&format!("`{key}`"))).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "not in docs/formats/report_json.md");
}

fn collect_keys(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        Value::Object(fields) => {
            for (key, field) in fields {
                keys.push(key.clone());
                match field {
                    // The keys below are names of projects.
                    Value::Object(projects) if key == "projects" => {
                        projects.values().for_each(|rows| collect_keys(rows, keys))
                    }
                    _ => collect_keys(field, keys),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_missing_field_is_noticed() {
    let text = r#"{"error":{"kind":"usage","message":"","causes":[]}}"#;
    assert!(std::panic::catch_unwind(|| matches("error", text)).is_err());
}
