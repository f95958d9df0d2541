//! Single transcript lines for tests, so that a test says just what matters to it.
//!
//! ```
//! use ccu_testkit::transcript::Line;
//! let line = Line::assistant().message_id("msg_01abc").tokens([3, 500, 0, 1_000, 20_000]).to_json();
//! assert!(line.contains(r#""output_tokens":500"#));
//! ```

use std::fmt;

use serde_json::{Map, Value, json};

/// One line in the making. Two lines made alike are copies of one response; tests give other ids where they mean another one.
///
/// **Shape**: the members that Claude Code 2.1.260 writes (docs/formats/transcript.md).
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    members: Value,
}

impl Line {
    /// A row with usage: `claude-sonnet-4-5-20250929`, 2026-08-01T10:00:00.000Z, 10 input and 20 output tokens.
    pub fn assistant() -> Line {
        let message = json!({
            "content": [{ "text": "done", "type": "text" }],
            "id": "msg_01DefaultDefaultDefault1",
            "model": "claude-sonnet-4-5-20250929",
            "role": "assistant",
            "stop_reason": "end_turn",
            "stop_sequence": null,
            "type": "message",
            "usage": {},
        });
        Line::framed("assistant", message).request_id("req_011DefaultDefaultDefault1").tokens([10, 20, 0, 0, 0])
    }

    /// A prompt.
    pub fn user() -> Line {
        Line::framed("user", json!({ "content": "go on", "role": "user" }))
    }

    /// A progress line that holds a whole other line, as a running subagent makes them.
    pub fn progress(nested: &Line) -> Line {
        let mut line = Line::framed("progress", Value::Null).without("/message");
        line.members["data"] = json!({ "message": nested.members, "type": "agent_progress" });
        line
    }

    fn framed(kind: &str, message: Value) -> Line {
        let members = json!({
            "cwd": "/home/alice/app",
            "gitBranch": "main",
            "isSidechain": false,
            "message": message,
            "parentUuid": null,
            "sessionId": "5e551011-0000-4000-8000-000000000001",
            "timestamp": "2026-08-01T10:00:00.000Z",
            "type": kind,
            "userType": "external",
            "uuid": "0a0b0c0d-0000-4000-8000-000000000001",
            "version": "2.1.260",
        });
        Line { members }
    }

    /// The id that Anthropic gave the response.
    #[must_use]
    pub fn message_id(self, id: &str) -> Line {
        self.with("/message/id", id)
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(self, id: &str) -> Line {
        self.with("/requestId", id)
    }

    /// The id of the line.
    #[must_use]
    pub fn uuid(self, uuid: &str) -> Line {
        self.with("/uuid", uuid)
    }

    /// The session that the line names.
    #[must_use]
    pub fn session(self, session: &str) -> Line {
        self.with("/sessionId", session)
    }

    /// The time, as the line spells it.
    #[must_use]
    pub fn time(self, time: &str) -> Line {
        self.with("/timestamp", time)
    }

    /// The model.
    #[must_use]
    pub fn model(self, model: &str) -> Line {
        self.with("/message/model", model)
    }

    /// The working directory.
    #[must_use]
    pub fn cwd(self, cwd: &str) -> Line {
        self.with("/cwd", cwd)
    }

    /// The git branch.
    #[must_use]
    pub fn branch(self, branch: &str) -> Line {
        self.with("/gitBranch", branch)
    }

    /// The version of Claude Code.
    #[must_use]
    pub fn version(self, version: &str) -> Line {
        self.with("/version", version)
    }

    /// Makes it a row of a subagent.
    #[must_use]
    pub fn agent(self, agent: &str) -> Line {
        self.with("/isSidechain", true).with("/agentId", agent)
    }

    /// Makes it a row that was written before the answer ended.
    #[must_use]
    pub fn unfinished(self) -> Line {
        self.with("/message/stop_reason", Value::Null)
    }

    /// All token counts: input, output, 5-minute cache writes, 1-hour cache writes, cache reads.
    #[must_use]
    pub fn tokens(self, [input, output, write_5m, write_1h, read]: [u64; 5]) -> Line {
        self.with("/message/usage/input_tokens", input)
            .with("/message/usage/output_tokens", output)
            .with("/message/usage/cache_creation_input_tokens", write_5m + write_1h)
            .with("/message/usage/cache_read_input_tokens", read)
            .with(
                "/message/usage/cache_creation",
                json!({ "ephemeral_1h_input_tokens": write_1h, "ephemeral_5m_input_tokens": write_5m }),
            )
    }

    /// The generated tokens alone.
    #[must_use]
    pub fn output(self, output: u64) -> Line {
        self.with("/message/usage/output_tokens", output)
    }

    /// Sets any member, named by a JSON pointer; objects on the way are made where they are missing.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: impl Into<Value>) -> Line {
        let mut place = &mut self.members;
        for name in pointer.split('/').skip(1) {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = &mut place[name];
        }
        *place = value.into();
        self
    }

    /// Leaves out a member, named by a JSON pointer.
    #[must_use]
    pub fn without(mut self, pointer: &str) -> Line {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        if let Some(Value::Object(members)) = self.members.pointer_mut(parent) {
            members.remove(name);
        }
        self
    }

    /// The line, without its end.
    pub fn to_json(&self) -> String {
        self.members.to_string()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &Line) -> Value {
        serde_json::from_str(&line.to_json()).unwrap()
    }

    #[test]
    fn says_what_it_was_told() {
        let line = Line::assistant()
            .message_id("msg_01a")
            .model("claude-opus-5")
            .agent("a7")
            .tokens([1, 2, 3, 4, 5])
            .with("/message/usage/speed", "fast")
            .without("/requestId");
        let value = parsed(&line);
        assert_eq!(value["message"]["id"], "msg_01a");
        assert_eq!((&value["isSidechain"], &value["agentId"]), (&json!(true), &json!("a7")));
        assert_eq!(value.get("requestId"), None);
        assert_eq!(
            value["message"]["usage"],
            json!({
                "input_tokens": 1,
                "output_tokens": 2,
                "cache_creation_input_tokens": 7,
                "cache_read_input_tokens": 5,
                "cache_creation": { "ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4 },
                "speed": "fast",
            })
        );
    }

    #[test]
    fn a_progress_line_nests_the_other_and_has_no_message_of_its_own() {
        let value = parsed(&Line::progress(&Line::assistant()));
        assert_eq!(value["type"], "progress");
        assert_eq!(value.get("message"), None);
        assert_eq!(value["data"]["message"]["message"]["usage"]["output_tokens"], 20);
    }

    #[test]
    fn members_are_made_on_the_way() {
        let value = parsed(&Line::user().with("/toolUseResult/usage/input_tokens", 9));
        assert_eq!(value["toolUseResult"]["usage"]["input_tokens"], 9);
    }
}
