//! A request with what is found out about it before anything is done, and what no client of GitHub should ask.

use serde_json::Value;

use crate::openapi;

use super::fake::Shared;
use super::http::Request;
use super::log::Host;
use super::place::{Place, Target};

/// A request to be answered.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) shared: &'a Shared,
    pub(super) host: Host,
    pub(super) request: Request,
    pub(super) target: Target,
    /// The body, where it is JSON.
    pub(super) body: Option<Value>,
    /// The file that a raw address names, or the files that a write does.
    pub(super) files: Vec<String>,
}

impl<'a> Asked<'a> {
    /// Takes a request apart.
    pub(super) fn new(shared: &'a Shared, host: Host, request: Request) -> Asked<'a> {
        let target = Target::of_path(request.path(), &shared.options.path_prefix);
        // Not `from_slice`: that would be compiled as part of this crate, without optimisation.
        let body: Option<Value> = std::str::from_utf8(&request.body).ok().and_then(|text| text.parse().ok());
        let written = body.as_ref().and_then(|body| body["files"].as_object());
        let files = match target.place {
            Place::Raw => vec![target.file.clone()],
            _ => written.map(|files| files.keys().cloned().collect()).unwrap_or_default(),
        };
        Asked { shared, host, request, target, body, files }
    }

    /// `PATCH /gists/0f`.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.request.method, self.request.path())
    }

    /// The header that makes the request conditional.
    pub(super) fn condition(&self) -> Option<&str> {
        let names = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"];
        names.into_iter().find(|name| self.request.header(name).is_some())
    }

    /// Notes what no client of GitHub should do.
    pub(super) fn note_violations(&self) {
        let request = &self.request;
        let violate = |violation: &str| self.shared.violate(format!("{}: {violation}", self.line()));
        if self.host == Host::Raw && request.header("authorization").is_some() {
            violate("a token was sent to another host");
        }
        if request.header("user-agent").is_none_or(str::is_empty) {
            violate("no `User-Agent`");
        }
        if request.method != "GET" && self.condition().is_some() {
            violate("a write with a condition");
        }
        match (self.target.place.operation(&request.method), &self.body) {
            (None, _) if self.target.place == Place::Raw => {}
            (None, _) => violate("no call that the fake has"),
            (Some(operation), _) if !matches!(operation.method, "POST" | "PATCH") => {}
            (Some(_), None) => violate("the body is no JSON"),
            (Some(operation), Some(body)) => {
                let differences = openapi::check_request(operation, body).err().unwrap_or_default();
                differences.iter().for_each(|difference| violate(&format!("request {difference}")));
            }
        }
    }
}
