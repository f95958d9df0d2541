//! URLs that may be asked: `https`, or `http` to this very computer.
//!
//! Everything that is sent carries an [`Address`], so nothing goes anywhere else, redirected or not. Where the API is, is a
//! setting: [`ApiUrl`](crate::config::ApiUrl).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

/// A URL that may be asked, without credentials and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    is_https: bool,
    /// Lower case; an IPv6 address stands in brackets.
    host: String,
    port: u16,
    /// Begins with a slash.
    path_and_query: String,
}

impl Address {
    /// Reads an absolute URL. `None` where it is none that may be asked.
    pub(super) fn parse(text: &str) -> Option<Address> {
        let uri: Uri = text.parse().ok()?;
        let is_https = match uri.scheme_str()?.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let host = authority.host().to_ascii_lowercase();
        let port = match authority.as_str().get(host.len()..)? {
            "" => default_port(is_https),
            _ => authority.port_u16()?,
        };
        let may_be_asked = !host.is_empty() && (is_https || is_loopback(&host));
        let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        may_be_asked.then_some(Address { is_https, host, port, path_and_query })
    }

    /// The address of a path below this one; `path` begins with a slash and needs no escapes.
    pub(super) fn join(&self, path: &str) -> Address {
        let path_and_query = format!("{}{path}", self.path_and_query.trim_end_matches('/'));
        Address { path_and_query, ..self.clone() }
    }

    /// Reads what a `Location` or `Link` header of this address's answer says: an absolute URL, or a path on the same host.
    /// `None` where that may not be asked, which an unprotected address is, seen from a protected one.
    pub(super) fn resolve(&self, reference: &str) -> Option<Address> {
        let absolute = match reference.strip_prefix('/') {
            Some(rest) if rest.starts_with('/') => format!("{}:{reference}", self.scheme()),
            Some(_) => format!("{}://{}{reference}", self.scheme(), self.authority()),
            None => reference.to_owned(),
        };
        Address::parse(&absolute).filter(|target| target.is_https || !self.is_https)
    }

    /// Whether both are on one host and port, asked the same way: what may learn the token.
    pub(super) fn is_same_origin(&self, other: &Address) -> bool {
        (self.is_https, &self.host, self.port) == (other.is_https, &other.host, other.port)
    }

    /// The same as HTTP has it.
    pub(super) fn uri(&self) -> Option<Uri> {
        self.to_string().parse().ok()
    }

    /// Host, and port where it is not the usual one.
    pub(super) fn authority(&self) -> String {
        if self.port == default_port(self.is_https) {
            return self.host.clone();
        }
        format!("{}:{}", self.host, self.port)
    }

    fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.authority(), self.path_and_query)
    }
}

fn default_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

/// Whether a host, in lower case, is this computer whatever a name server says.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match bare {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()),
        None => host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_asked() {
        let check = |text: &str, expected: Option<&str>| {
            let address = Address::parse(text).map(|address| address.to_string());
            assert_eq!(address.as_deref(), expected, "{text:?}");
        };
        check("https://api.github.com", Some("https://api.github.com/"));
        check("HTTPS://API.GitHub.com:443/Gists?a=B#c", Some("https://api.github.com/Gists?a=B"));
        check("https://ghe.example:8443/raw/%C3%BC.json", Some("https://ghe.example:8443/raw/%C3%BC.json"));
        check("http://127.0.0.1:4000/x", Some("http://127.0.0.1:4000/x"));
        check("http://127.8.9.10", Some("http://127.8.9.10/"));
        check("http://localhost:1", Some("http://localhost:1/"));
        check("http://[::1]:1/api", Some("http://[::1]:1/api"));
        for text in [
            "http://api.github.com",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://128.0.0.1",
            "http://127.1",
            "http://0.0.0.0",
            "http://[::2]",
            "https://me@ghe.example",
            "https://me:word@ghe.example",
            "http://127.0.0.1@ghe.example",
            "",
            "api.github.com",
            "/api",
            "ftp://ghe.example",
            "https://",
            "https:///x",
            "https://a b",
            "https://ghe.example:99999",
            "https://ghe.example:",
            "file:///etc",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn paths_stand_below_the_api() {
        let check = |api: &str, expected: &str| {
            assert_eq!(Address::parse(api).unwrap().join("/gists?page=2").to_string(), expected);
        };
        check("https://api.github.com", "https://api.github.com/gists?page=2");
        check("https://ghe.example/api/v3", "https://ghe.example/api/v3/gists?page=2");
        check("https://ghe.example/api/v3/", "https://ghe.example/api/v3/gists?page=2");
    }

    #[test]
    fn what_an_answer_points_to() {
        let check = |from: &str, reference: &str, expected: Option<&str>| {
            let target = Address::parse(from).unwrap().resolve(reference).map(|target| target.to_string());
            assert_eq!(target.as_deref(), expected, "{from} -> {reference}");
        };
        let api = "https://api.github.com/gists?page=1";
        check(api, "/gists?page=2", Some("https://api.github.com/gists?page=2"));
        check(api, "https://other.example:8080/x", Some("https://other.example:8080/x"));
        check(api, "//other.example/x", Some("https://other.example/x"));
        check(api, "http://api.github.com/gists", None);
        check(api, "http://127.0.0.1/gists", None);
        check(api, "page2", None);
        check(api, "", None);
        check(api, "https://me@other.example/x", None);
        check("http://127.0.0.1:9/", "http://127.0.0.1:10/x", Some("http://127.0.0.1:10/x"));
        check("http://127.0.0.1:9/", "https://other.example/x", Some("https://other.example/x"));
        check("http://127.0.0.1:9/", "http://other.example/x", None);
    }

    #[test]
    fn only_the_same_scheme_host_and_port_learn_the_token() {
        let api = Address::parse("https://ghe.example/api/v3").unwrap();
        let check = |text: &str, expected: bool| {
            let is_same = Address::parse(text).unwrap().is_same_origin(&api);
            assert_eq!(is_same, expected, "{text}");
        };
        check("https://ghe.example/raw/x", true);
        check("https://GHE.example:443/", true);
        check("https://ghe.example:8443/", false);
        check("https://raw.ghe.example/", false);
        check("https://ghe.example.evil.example/", false);
    }
}
