//! From OpenAPI 3.0 to JSON Schema: `nullable` becomes a type, and the changes of a newer API version are carried out.

#![expect(clippy::expect_used, reason = "a description that is no schema fails the tests that need it")]

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::ApiVersion;

/// Where the description says what a later version changes in a schema.
const CHANGES: &str = "x-github-breaking-changes";

/// Makes the validator of one schema of the description.
///
/// # Panics
/// When the description holds a schema that is none.
pub(super) fn compile(description: &Value, version: ApiVersion, schema: &Value) -> Validator {
    let mut components = description["components"].clone();
    if let Some(schemas) = components["schemas"].as_object_mut() {
        schemas.values_mut().for_each(|schema| change(schema, version));
    }
    // The references of a schema start at the root, so the components have to stand there.
    let mut root = json!({ "allOf": [schema], "components": components });
    translate(&mut root);
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .build(&root)
        .expect("GitHub's description holds schemas")
}

/// Carries out the changes that came with `version`.
fn change(schema: &mut Value, version: ApiVersion) {
    let changes = schema[CHANGES].take();
    for entry in changes.as_array().into_iter().flatten() {
        if entry["version"].as_str().is_none_or(|since| since > version.name()) {
            continue;
        }
        match &entry["patch"] {
            Value::Array(steps) => steps.iter().for_each(|step| remove(schema, &step["path"])),
            patch => merge(schema, patch),
        }
    }
}

/// Removes the field that a JSON pointer names (RFC 6902, of which the description uses nothing else).
fn remove(schema: &mut Value, pointer: &Value) {
    let Some((parent, name)) = pointer.as_str().and_then(|pointer| pointer.rsplit_once('/')) else { return };
    if let Some(fields) = schema.pointer_mut(parent).and_then(Value::as_object_mut) {
        fields.remove(name);
    }
}

/// A JSON merge patch (RFC 7396): objects are merged, `null` removes, all else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(fields) = target.as_object_mut() else { return };
    for (name, value) in patch {
        match value {
            Value::Null => drop(fields.remove(name)),
            value => merge(fields.entry(name).or_insert(Value::Null), value),
        }
    }
}

/// Replaces every `nullable: true` by a type that allows `null`.
fn translate(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(translate),
        Value::Object(fields) => {
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                allow_null(fields);
            }
            fields.values_mut().for_each(translate);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn allow_null(fields: &mut Map<String, Value>) {
    if let Some(kind @ Value::String(_)) = fields.get("type").cloned() {
        fields.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(allowed)) = fields.get_mut("enum") {
        allowed.push(Value::Null);
    }
}
