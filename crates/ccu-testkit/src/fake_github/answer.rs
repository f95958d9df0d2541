//! Answers beside the regular ones: GitHub's errors as it words them, and what stands between a client and GitHub.

use serde_json::{Value, json};

use super::changes::Refusal;
use super::http::Response;

/// An answer that a test orders, or that the fake gives to a request it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers; a fake that answers as GitHub adds GitHub's.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// Whether it comes from GitHub, and so has GitHub's headers.
    pub is_from_github: bool,
}

impl Answer {
    /// GitHub's JSON for this status: `{"message": ...}`.
    pub fn message(status: u16, message: &str) -> Answer {
        Answer::json(
            status,
            &json!({ "message": message, "documentation_url": DOCUMENTATION, "status": status.to_string() }),
        )
    }

    /// A JSON body.
    pub fn json(status: u16, body: &Value) -> Answer {
        let headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Answer { status, headers, body: body.to_string(), is_from_github: true }
    }

    /// A page of HTML, from something that is not the API.
    pub fn html(status: u16, body: &str) -> Answer {
        let headers = vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())];
        Answer { status, headers, body: body.to_owned(), is_from_github: false }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// 409 as two writes at once get it.
    pub fn conflict() -> Answer {
        Answer::message(409, "Gist cannot be updated.")
    }

    /// 413.
    pub fn payload_too_large() -> Answer {
        Answer::message(413, "Payload too large")
    }

    /// 422 as it was seen for too much content.
    pub fn content_too_large() -> Answer {
        Answer::validation(&json!({ "resource": "Gist", "field": "files", "code": "too_large" }))
    }

    /// 422 `missing_field`: a file to delete is not there, or a new one is blank.
    pub fn missing_files() -> Answer {
        Answer::validation(&json!({ "resource": "Gist", "field": "files", "code": "missing_field" }))
    }

    fn validation(error: &Value) -> Answer {
        Answer::json(
            422,
            &json!({ "message": "Validation Failed", "errors": [error], "documentation_url": DOCUMENTATION, "status": "422" }),
        )
    }

    /// 401.
    pub fn bad_credentials() -> Answer {
        Answer::message(401, "Bad credentials")
    }

    /// 404.
    pub fn not_found() -> Answer {
        Answer::message(404, "Not Found")
    }

    /// 403 as a fine-grained token without the permission gets it.
    pub fn not_accessible() -> Answer {
        Answer::message(403, "Resource not accessible by personal access token")
            .header("X-Accepted-GitHub-Permissions", "gists=write")
    }

    /// 403 or 429 for too many requests in a short time, with or without the seconds to wait.
    pub fn secondary_limit(status: u16, retry_after: Option<u64>) -> Answer {
        let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        let answer = Answer::message(status, message);
        match retry_after {
            Some(seconds) => answer.header("Retry-After", &seconds.to_string()),
            None => answer,
        }
    }

    /// 403 for a Gist that GitHub has blocked.
    pub fn blocked() -> Answer {
        Answer::json(
            403,
            &json!({
                "message": "Gist access blocked",
                "block": { "reason": "tos", "created_at": "2026-11-01T00:00:00Z", "html_url": null },
                "documentation_url": DOCUMENTATION,
            }),
        )
    }

    /// 500 as GitHub's API words it, also for what took more than ten seconds.
    pub fn server_error() -> Answer {
        Answer::message(500, "Server Error")
    }

    /// 502 with GitHub's page for it.
    pub fn bad_gateway() -> Answer {
        Answer::html(
            502,
            "<!DOCTYPE html>\n<html><head><title>Unicorn!</title></head><body><h1>502</h1></body></html>\n",
        )
    }

    /// 504 with a page.
    pub fn gateway_timeout() -> Answer {
        Answer::html(504, "<html><body><h1>504 Gateway Time-out</h1></body></html>\n")
    }

    /// 200 with the sign-in page of a network that wants one first.
    pub fn captive_portal() -> Answer {
        Answer::html(
            200,
            "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please sign in.</body></html>\n",
        )
    }

    /// 403 with a page, as GitHub answers requests without `User-Agent`.
    pub(super) fn no_user_agent() -> Answer {
        Answer::html(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n",
        )
    }

    pub(super) fn refusal(refusal: Refusal) -> Answer {
        match refusal {
            Refusal::NotJson => Answer::message(400, "Problems parsing JSON"),
            Refusal::MissingFiles => Answer::missing_files(),
            Refusal::InvalidFiles => {
                Answer::validation(&json!({ "resource": "Gist", "field": "files", "code": "invalid" }))
            }
            Refusal::NotFound => Answer::not_found(),
            Refusal::Conflict => Answer::conflict(),
        }
    }

    pub(super) fn into_response(self) -> Response {
        Response { status: self.status, headers: self.headers, body: self.body.into_bytes() }
    }
}

const DOCUMENTATION: &str = "https://docs.github.com/rest/gists/gists";
