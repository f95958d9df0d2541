//! What a write asks for: the body of a POST or PATCH as changes of files, and the files that come of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::blob::Blob;

/// The files of a revision by name.
pub(super) type Files = BTreeMap<String, Arc<Blob>>;

/// A body that could be read.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) description: Option<String>,
    pub(super) is_public: bool,
    pub(super) files: BTreeMap<String, FileChange>,
}

/// What becomes of one file.
#[derive(Debug)]
pub(super) enum FileChange {
    Delete,
    Write { name: Option<String>, content: Option<Arc<Blob>> },
}

/// Why a write is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 400: no JSON, or no object.
    NotJson,
    /// 422 `missing_field` on `files`: nothing to write, a blank new file, a file to delete that is not there.
    MissingFiles,
    /// 422 `invalid` on `files`: a name with a slash, a value of the wrong type.
    InvalidFiles,
    /// 404: the Gist is gone.
    NotFound,
    /// 409: nothing changes, where the options say that this is a conflict.
    Conflict,
}

impl Change {
    /// Reads a body, whose texts it takes over.
    pub(super) fn of_body(body: Option<Value>) -> Result<Change, Refusal> {
        let mut fields = match body {
            Some(Value::Object(fields)) => fields,
            _ => return Err(Refusal::NotJson),
        };
        let mut change = Change::default();
        if let Some(Value::String(description)) = fields.remove("description") {
            change.description = Some(description);
        }
        change.is_public = match fields.remove("public") {
            Some(Value::Bool(is_public)) => is_public,
            Some(Value::String(text)) => text == "true",
            _ => false,
        };
        match fields.remove("files") {
            None | Some(Value::Null) => {}
            Some(Value::Object(files)) => {
                for (name, value) in files {
                    let file = FileChange::of_value(&name, value)?;
                    change.files.insert(name, file);
                }
            }
            Some(_) => return Err(Refusal::InvalidFiles),
        }
        Ok(change)
    }

    /// Whether files are named and all of them are deleted.
    pub(super) fn only_deletes(&self) -> bool {
        !self.files.is_empty() && self.files.values().all(|file| matches!(file, FileChange::Delete))
    }

    /// The files after the change.
    pub(super) fn applied_to(&self, files: &Files) -> Result<Files, Refusal> {
        let mut changed = files.clone();
        for (name, change) in &self.files {
            let before = files.get(name);
            match change {
                FileChange::Delete if before.is_none() => return Err(Refusal::MissingFiles),
                FileChange::Delete => drop(changed.remove(name)),
                FileChange::Write { name: new_name, content } => {
                    let is_blank = content.as_ref().is_some_and(|blob| blob.text.trim().is_empty());
                    let after = content.as_ref().or(before).filter(|_| !(is_blank && before.is_none()));
                    let after = after.ok_or(Refusal::MissingFiles)?;
                    if is_blank || new_name.is_some() {
                        changed.remove(name);
                    }
                    if !is_blank {
                        changed.insert(new_name.as_ref().unwrap_or(name).clone(), after.clone());
                    }
                }
            }
        }
        if changed.is_empty() { Err(Refusal::MissingFiles) } else { Ok(changed) }
    }
}

impl FileChange {
    fn of_value(name: &str, value: Value) -> Result<FileChange, Refusal> {
        let mut fields = match value {
            Value::Null => return Ok(FileChange::Delete),
            Value::Object(fields) => fields,
            _ => return Err(Refusal::InvalidFiles),
        };
        let content = match fields.remove("content") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(Blob::new(text)),
            Some(_) => return Err(Refusal::InvalidFiles),
        };
        let new_name = match fields.remove("filename") {
            None => None,
            Some(Value::Null) if content.is_none() => return Ok(FileChange::Delete),
            Some(Value::Null) => None,
            Some(Value::String(new_name)) => Some(new_name),
            Some(_) => return Err(Refusal::InvalidFiles),
        };
        if [Some(name), new_name.as_deref()].into_iter().flatten().any(|name| name.is_empty() || name.contains('/')) {
            return Err(Refusal::InvalidFiles);
        }
        Ok(FileChange::Write { name: new_name, content })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_whole_or_refused() {
        let files: Files =
            [("a", "1"), ("b", "2")].map(|(name, text)| (name.to_owned(), Blob::new(text.to_owned()))).into();
        let check = |body: Value, expected: Result<&str, Refusal>| {
            let applied = Change::of_body(Some(body.clone())).and_then(|change| change.applied_to(&files));
            let listed = applied.map(|files| {
                files.iter().map(|(name, blob)| format!("{name}={}", blob.text)).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(listed, expected.map(str::to_owned), "{body}");
        };
        check(json!({}), Ok("a=1 b=2"));
        check(json!({ "files": { "c": { "content": "3" } } }), Ok("a=1 b=2 c=3"));
        check(json!({ "files": { "a": null } }), Ok("b=2"));
        check(json!({ "files": { "a": { "filename": null } } }), Ok("b=2"));
        check(json!({ "files": { "a": { "filename": "c" } } }), Ok("b=2 c=1"));
        check(json!({ "files": { "a": { "filename": "c", "content": "3" } } }), Ok("b=2 c=3"));
        check(json!({ "files": { "a": { "content": " \n" } } }), Ok("b=2"));
        check(json!({ "files": { "c": { "content": "" } } }), Err(Refusal::MissingFiles));
        check(json!({ "files": { "c": null, "a": { "content": "3" } } }), Err(Refusal::MissingFiles));
        check(json!({ "files": { "c": { "filename": "d" } } }), Err(Refusal::MissingFiles));
        check(json!({ "files": { "a": null, "b": null } }), Err(Refusal::MissingFiles));
        check(json!({ "files": { "x/y": { "content": "3" } } }), Err(Refusal::InvalidFiles));
        check(json!({ "files": { "a": { "filename": "x/y" } } }), Err(Refusal::InvalidFiles));
        check(json!({ "files": { "a": { "content": 1 } } }), Err(Refusal::InvalidFiles));
        check(json!({ "files": ["a"] }), Err(Refusal::InvalidFiles));
        check(json!(["a"]), Err(Refusal::NotJson));
    }
}
