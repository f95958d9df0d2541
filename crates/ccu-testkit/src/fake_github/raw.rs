//! Raw files: `/gist-raw/OWNER/GIST/raw/BLOB/NAME` for one content for ever, without `BLOB` for what is there now.

use super::answer::Answer;
use super::fake::Shared;
use super::http::{Request, Response};
use super::place::Target;
use super::stored::At;

/// Answers with a file's bytes. Nobody is asked who they are: a secret Gist is readable for all who know its address.
pub(super) fn answer(shared: &Shared, request: &Request, target: &Target) -> Response {
    if request.method != "GET" {
        return Answer::html(404, "404: Not Found").into_response();
    }
    let blob = match target.hash.as_str() {
        "" => shared
            .gists
            .snapshot(&target.gist, At::Behind(0))
            .and_then(|snapshot| snapshot.revisions[0].files.get(&target.file).cloned()),
        id => shared.gists.blob(&target.gist, id),
    };
    let Some(blob) = blob else { return Answer::html(404, "404: Not Found").into_response() };
    if blob.text.len() > shared.options.most_raw_bytes {
        return Answer::html(403, "403: Forbidden").into_response();
    }
    let mut response = Response { status: 200, headers: Vec::new(), body: blob.text.clone().into_bytes() };
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.set("Cache-Control", "max-age=300");
    response.set("ETag", format!("\"{}\"", blob.id));
    response.set("X-Content-Type-Options", "nosniff");
    response
}
