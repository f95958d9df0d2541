//! What a path names: the parts of the API that the fake has, and raw files.

use crate::openapi::Operation;

use super::http::decoded;

/// The kind of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// `/user`
    User,
    /// `/rate_limit`
    RateLimit,
    /// `/gists`
    Gists,
    /// `/gists/{id}`
    Gist,
    /// `/gists/{id}/commits`
    Commits,
    /// `/gists/{id}/{sha}`
    Revision,
    /// A file's content, on either host.
    Raw,
    /// Anything else.
    Elsewhere,
}

/// A path taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) place: Place,
    /// The Gist, where one is named.
    pub(super) gist: String,
    /// The revision; of a raw file the blob.
    pub(super) hash: String,
    /// The name of a raw file.
    pub(super) file: String,
}

/// The path below which raw files are: `/gist-raw/OWNER/GIST/raw/BLOB/NAME`.
pub(super) const RAW_PREFIX: &str = "/gist-raw";

impl Target {
    /// Takes a path without query apart; the API is below `prefix`.
    pub(super) fn of_path(path: &str, prefix: &str) -> Target {
        let target = |place, gist: &str, hash: &str, file: &str| Target {
            place,
            gist: gist.to_owned(),
            hash: hash.to_owned(),
            file: decoded(file),
        };
        if let Some(raw) = path.strip_prefix(RAW_PREFIX) {
            return match raw.split('/').collect::<Vec<_>>()[..] {
                ["", _, gist, "raw", blob, file] => target(Place::Raw, gist, blob, file),
                ["", _, gist, "raw", file] => target(Place::Raw, gist, "", file),
                _ => target(Place::Elsewhere, "", "", ""),
            };
        }
        let parts: Vec<&str> = path.strip_prefix(prefix).unwrap_or_default().split('/').collect();
        match parts[..] {
            ["", "user"] => target(Place::User, "", "", ""),
            ["", "rate_limit"] => target(Place::RateLimit, "", "", ""),
            ["", "gists"] => target(Place::Gists, "", "", ""),
            ["", "gists", "public" | "starred"] => target(Place::Elsewhere, "", "", ""),
            ["", "gists", gist] if !gist.is_empty() => target(Place::Gist, gist, "", ""),
            ["", "gists", gist, "commits"] => target(Place::Commits, gist, "", ""),
            ["", "gists", _, "comments" | "forks" | "star"] => target(Place::Elsewhere, "", "", ""),
            ["", "gists", gist, version] => target(Place::Revision, gist, version, ""),
            _ => target(Place::Elsewhere, "", "", ""),
        }
    }
}

impl Place {
    /// The call of GitHub's description that a method makes of this place.
    pub(super) fn operation(self, method: &str) -> Option<Operation> {
        let template = match self {
            Place::User => "/user",
            Place::RateLimit => "/rate_limit",
            Place::Gists => "/gists",
            Place::Gist => "/gists/{gist_id}",
            Place::Commits => "/gists/{gist_id}/commits",
            Place::Revision => "/gists/{gist_id}/{sha}",
            Place::Raw | Place::Elsewhere => return None,
        };
        Operation::find(method, template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_their_place() {
        let check = |path: &str, place: Place, rest: [&str; 3]| {
            let target = Target::of_path(path, "");
            assert_eq!((target.place, [&*target.gist, &*target.hash, &*target.file]), (place, rest), "{path}");
        };
        check("/user", Place::User, ["", "", ""]);
        check("/gists", Place::Gists, ["", "", ""]);
        check("/gists/", Place::Elsewhere, ["", "", ""]);
        check("/gists/0f", Place::Gist, ["0f", "", ""]);
        check("/gists/0f/commits", Place::Commits, ["0f", "", ""]);
        check("/gists/0f/star", Place::Elsewhere, ["", "", ""]);
        check("/gists/0f/a1", Place::Revision, ["0f", "a1", ""]);
        check("/gist-raw/o/0f/raw/a1/a%20b", Place::Raw, ["0f", "a1", "a b"]);
        check("/gist-raw/o/0f/raw/a.json", Place::Raw, ["0f", "", "a.json"]);
        check("/gist-raw/o", Place::Elsewhere, ["", "", ""]);
        check("/", Place::Elsewhere, ["", "", ""]);
        assert_eq!(Target::of_path("/api/v3/user", "/api/v3").place, Place::User);
        assert_eq!(Target::of_path("/user", "/api/v3").place, Place::Elsewhere);
    }
}
