//! Holds requests and answers against GitHub's own OpenAPI description of its Gist calls.
//!
//! The description is `openapi/github-gist.json` of this crate. What GitHub answers in practice without describing it
//! (409, 413, 429, 5xx and the like) is held against its general error shape.

mod schema;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

const DESCRIPTION: &str = include_str!("../../openapi/github-gist.json");

/// A version of GitHub's REST API, as `X-GitHub-Api-Version` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiVersion {
    /// The one without header; answers about a Gist hold its `history` and `forks`.
    V2022_11_28,
    /// Without `history`, `forks` and `user` of a Gist, and without `rate` of the rate limit.
    V2026_03_10,
}

impl ApiVersion {
    /// Its name in the header.
    pub fn name(self) -> &'static str {
        match self {
            ApiVersion::V2022_11_28 => "2022-11-28",
            ApiVersion::V2026_03_10 => "2026-03-10",
        }
    }

    /// The version of this name.
    pub fn of_name(name: &str) -> Option<ApiVersion> {
        [ApiVersion::V2022_11_28, ApiVersion::V2026_03_10].into_iter().find(|version| version.name() == name)
    }
}

/// A call of the description: `PATCH /gists/{gist_id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// `GET`, `POST` and so on.
    pub method: &'static str,
    /// The path with its parameters in braces.
    pub template: &'static str,
}

/// The calls that are checked.
pub const OPERATIONS: [Operation; 9] = [
    Operation { method: "GET", template: "/user" },
    Operation { method: "GET", template: "/rate_limit" },
    Operation { method: "GET", template: "/gists" },
    Operation { method: "POST", template: "/gists" },
    Operation { method: "GET", template: "/gists/{gist_id}" },
    Operation { method: "PATCH", template: "/gists/{gist_id}" },
    Operation { method: "DELETE", template: "/gists/{gist_id}" },
    Operation { method: "GET", template: "/gists/{gist_id}/commits" },
    Operation { method: "GET", template: "/gists/{gist_id}/{sha}" },
];

impl Operation {
    /// The call of this method and template, where it is one of [`OPERATIONS`].
    pub fn find(method: &str, template: &str) -> Option<Operation> {
        OPERATIONS.into_iter().find(|operation| operation.method == method && operation.template == template)
    }
}

/// Statuses that GitHub answers without describing them for the call at hand.
const UNDESCRIBED_ERRORS: [u16; 11] = [400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503];

/// Compares the body of a request with the description.
///
/// **Errors**: one sentence for each difference, with the place inside the body.
pub fn check_request(operation: Operation, body: &Value) -> Result<(), Vec<String>> {
    let Some(content) = description()["paths"][operation.template][operation.method.to_ascii_lowercase()]
        .get("requestBody")
        .map(|request| request["content"]["application/json"]["schema"].clone())
    else {
        return Err(vec!["this call has no body".to_owned()]);
    };
    let key = (operation, None, ApiVersion::V2022_11_28);
    differences(&validator(key, || content), body)
}

/// Compares an answer with the description; `body` is `None` where the answer has none.
///
/// **Errors**: one sentence for each difference, with the place inside the body.
pub fn check_response(
    version: ApiVersion,
    operation: Operation,
    status: u16,
    body: Option<&Value>,
) -> Result<(), Vec<String>> {
    let responses = &description()["paths"][operation.template][operation.method.to_ascii_lowercase()]["responses"];
    let described = responses.get(status.to_string());
    let schema = match described {
        Some(answer) => resolved(answer).pointer("/content/application~1json/schema").cloned(),
        None if UNDESCRIBED_ERRORS.contains(&status) => Some(json!({ "$ref": "#/components/schemas/basic-error" })),
        None => return Err(vec![format!("the status {status} is not described for this call")]),
    };
    match (schema, body) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(vec![format!("an answer {status} has no body")]),
        (Some(_), None) => Err(vec![format!("an answer {status} has a body")]),
        (Some(schema), Some(body)) => differences(&validator((operation, Some(status), version), || schema), body),
    }
}

fn description() -> &'static Value {
    static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DESCRIPTION).unwrap_or_default());
    &PARSED
}

/// What a `$ref` points to, or the value itself.
fn resolved(value: &Value) -> &Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| description().pointer(pointer)).unwrap_or(value)
}

fn differences(validator: &Validator, body: &Value) -> Result<(), Vec<String>> {
    let found: Vec<String> =
        validator.iter_errors(body).map(|error| format!("`{}`: {error}", error.instance_path())).collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// A body's place in the description: the call, the status of an answer (`None`: the request), the version.
type Key = (Operation, Option<u16>, ApiVersion);

/// The validator of a place; made once, because making one costs more than all its uses in a test.
fn validator(key: Key, schema: impl FnOnce() -> Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<Key, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(key).or_insert_with(|| Arc::new(schema::compile(description(), key.2, &schema()))).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: Operation = Operation { method: "PATCH", template: "/gists/{gist_id}" };
    const POST: Operation = Operation { method: "POST", template: "/gists" };
    const GET: Operation = Operation { method: "GET", template: "/gists/{gist_id}" };
    const LIST: Operation = Operation { method: "GET", template: "/gists" };

    #[test]
    fn every_call_is_described() {
        for operation in OPERATIONS {
            let described = &description()["paths"][operation.template][operation.method.to_ascii_lowercase()];
            assert!(described["responses"].is_object(), "{operation:?}");
            assert_eq!(Operation::find(operation.method, operation.template), Some(operation));
        }
        assert_eq!(Operation::find("PUT", "/gists"), None);
    }

    #[test]
    fn requests_are_held_against_the_description() {
        let check = |operation, body: Value, is_right: bool| {
            assert_eq!(check_request(operation, &body).is_ok(), is_right, "{operation:?} {body}");
        };
        check(POST, json!({ "files": { "a": { "content": "x" } } }), true);
        check(POST, json!({ "files": { "a": { "content": "x" } }, "public": "false", "description": "d" }), true);
        check(POST, json!({ "files": { "a": {} } }), false);
        check(POST, json!({ "description": "d" }), false);
        check(POST, json!({ "files": { "a": { "content": "x" } }, "public": "no" }), false);
        check(PATCH, json!({ "files": { "a": null, "b": { "content": "x" }, "c": { "filename": "d" } } }), true);
        check(PATCH, json!({ "files": { "a": { "content": 1 } } }), false);
        check(PATCH, json!({ "files": ["a"] }), false);
        check(PATCH, json!(null), true);
        check(GET, json!({}), false);
    }

    #[test]
    fn answers_are_held_against_the_description() {
        let check = |status, body: Option<Value>, is_right: bool| {
            let checked = check_response(ApiVersion::V2022_11_28, PATCH, status, body.as_ref());
            assert_eq!(checked.is_ok(), is_right, "{status} {body:?}: {checked:?}");
        };
        check(200, Some(json!({ "id": "0f", "files": { "a": { "language": null, "truncated": false } } })), true);
        check(200, Some(json!({ "id": 15 })), false);
        check(200, None, false);
        check(404, Some(json!({ "message": "Not Found" })), true);
        check(409, Some(json!({ "message": "Gist cannot be updated." })), true);
        check(409, Some(json!({ "message": 1 })), false);
        check(422, Some(json!({ "message": "Validation Failed" })), false);
        check(418, Some(json!({})), false);
        check(304, None, false);
    }

    #[test]
    fn the_examples_of_the_description_pass() {
        for operation in OPERATIONS {
            let responses =
                &description()["paths"][operation.template][operation.method.to_ascii_lowercase()]["responses"];
            for (status, answer) in responses.as_object().unwrap() {
                let examples = &answer["content"]["application/json"]["examples"];
                for (name, example) in examples.as_object().into_iter().flatten() {
                    let body = &resolved(example)["value"];
                    let status = status.parse().unwrap();
                    let checked = check_response(ApiVersion::V2022_11_28, operation, status, Some(body));
                    assert_eq!(checked, Ok(()), "{operation:?} {status} {name}");
                }
            }
        }
    }

    #[test]
    fn the_newer_version_asks_for_less() {
        let mut listed = resolved(&json!({ "$ref": "#/components/examples/base-gist-items" }))["value"].clone();
        let check = |version, body: &Value| check_response(version, LIST, 200, Some(body)).is_ok();
        assert!(check(ApiVersion::V2022_11_28, &listed));
        listed[0].as_object_mut().unwrap().remove("user");
        assert!(!check(ApiVersion::V2022_11_28, &listed));
        assert!(check(ApiVersion::V2026_03_10, &listed));
    }
}
