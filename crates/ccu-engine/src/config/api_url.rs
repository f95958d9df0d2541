//! The address of a GitHub API: `https`, or `http` to this very computer, so that a token never travels in the clear.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// The address of GitHub's own API.
const GITHUB: &str = "https://api.github.com";
/// The host name of GitHub's pages for people.
const GITHUB_PAGES: &str = "github.com";

/// The address that API requests begin with: scheme, host, port where one is named, and the path without a `/` at its end.
///
/// **Source**: `https://api.github.com` for GitHub, `https://HOST/api/v3` for GitHub Enterprise Server
/// (<https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api>),
/// `https://api.SUBDOMAIN.ghe.com` for Enterprise Cloud with data residency; seen 2026-11-22.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl {
    text: String,
    host: String,
    port: Option<u16>,
}

impl ApiUrl {
    /// The API of github.com.
    pub fn github() -> ApiUrl {
        ApiUrl { text: GITHUB.to_owned(), host: format!("api.{GITHUB_PAGES}"), port: None }
    }

    /// Reads an address.
    ///
    /// **Errors**: the address that was probably meant, if any, where it is not one of `https`, or of `http` to this computer,
    /// or where it holds a user name, a query or a fragment.
    pub fn parse(text: &str) -> Result<ApiUrl, Option<String>> {
        let mended = || read(&mended(text)).map(|url| url.text).filter(|mended| mended != text);
        read(text).ok_or_else(mended)
    }

    /// The address, without a `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, as it stands in the address; an IPv6 address has its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it leads to this very computer.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// The address of the pages for people, without a `/` at its end. A stand-in on this computer has none; GitHub's are
    /// named then.
    pub fn pages_url(&self) -> String {
        let host = if self.is_loopback() { GITHUB_PAGES.to_owned() } else { with_port(self.pages_host(), self.port) };
        format!("https://{host}")
    }

    /// The host name of the pages that people sign in at; `gh` keeps its tokens by it.
    pub fn pages_host(&self) -> &str {
        match self.host.strip_prefix("api.") {
            Some(pages) if pages == GITHUB_PAGES || pages.ends_with(".ghe.com") => pages,
            _ => &self.host,
        }
    }
}

/// The host name and, where one is named, the port.
fn with_port(host: &str, port: Option<u16>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A typed address without its user name and password, so that it can be shown.
pub(super) fn without_user(text: &str) -> String {
    let (scheme, rest) =
        text.split_once("://").map_or(("", text), |(_, rest)| (&text[..text.len() - rest.len()], rest));
    match rest.rsplit_once('@') {
        Some((_, rest)) => format!("{scheme}...@{rest}"),
        None => text.to_owned(),
    }
}

fn read(text: &str) -> Option<ApiUrl> {
    let uri: Uri = text.parse().ok().filter(|_| !text.contains(['@', '?', '#']))?;
    let host = uri.host()?.to_ascii_lowercase();
    let is_safe = *uri.scheme()? == Scheme::HTTPS || (*uri.scheme()? == Scheme::HTTP && is_loopback(&host));
    if !is_safe || host.trim_start_matches("www.") == GITHUB_PAGES {
        return None;
    }
    let port = match uri.authority()?.as_str().get(host.len()..)? {
        "" => None,
        _ => Some(uri.port_u16()?),
    };
    let path = uri.path().trim_end_matches('/');
    let text = format!("{}://{}{path}", uri.scheme_str()?, with_port(&host, port));
    Some(ApiUrl { text, host, port })
}

/// The address without what it may not have: plain `http`, a user, a query, a fragment, or the pages in place of the API.
fn mended(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    match rest.trim_end_matches('/') {
        GITHUB_PAGES | "www.github.com" => GITHUB.to_owned(),
        rest if rest.contains(['.', ':', '/']) => format!("https://{rest}"),
        // One word is no address that anybody meant.
        _ => String::new(),
    }
}

fn is_loopback(host: &str) -> bool {
    let address: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_apis() {
        let check = |typed: &str, text: &str, pages: &str, is_loopback: bool| {
            let url = ApiUrl::parse(typed).unwrap();
            assert_eq!((url.as_str(), url.pages_host(), url.is_loopback()), (text, pages, is_loopback), "{typed}");
        };
        check("https://api.github.com", "https://api.github.com", "github.com", false);
        check("HTTPS://API.GitHub.com/", "https://api.github.com", "github.com", false);
        check("https://ghe.example/api/v3/", "https://ghe.example/api/v3", "ghe.example", false);
        check("https://api.ghe.example:8443/x", "https://api.ghe.example:8443/x", "api.ghe.example", false);
        check("https://api.acme.ghe.com", "https://api.acme.ghe.com", "acme.ghe.com", false);
        check("http://localhost:8080", "http://localhost:8080", "localhost", true);
        check("http://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1", true);
        check("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9", true);
        check("http://[::1]:80/a", "http://[::1]:80/a", "[::1]", true);
        assert_eq!(ApiUrl::parse(GITHUB), Ok(ApiUrl::github()));
    }

    #[test]
    fn what_would_carry_a_token_in_the_clear_or_elsewhere_is_refused() {
        let check = |text, meant: Option<&str>| {
            assert_eq!(ApiUrl::parse(text).unwrap_err().as_deref(), meant, "{text}");
        };
        check("http://api.github.com", Some("https://api.github.com"));
        check("http://localhost.example/", Some("https://localhost.example"));
        check("http://127.0.0.1.example:80", Some("https://127.0.0.1.example:80"));
        check("http://localhost@ghe.example", Some("https://ghe.example"));
        check("https://me:sesame@ghe.example/api/v3", Some("https://ghe.example/api/v3"));
        check("https://ghe.example/api?v=3#top", Some("https://ghe.example/api"));
        check("ghe.example/api/v3", Some("https://ghe.example/api/v3"));
        check("ftp://ghe.example", Some("https://ghe.example"));
        for pages in ["https://github.com", "http://github.com/", "github.com", "https://www.github.com/"] {
            check(pages, Some(GITHUB));
        }
        for text in ["", "github", "https://", "https://h:99999", "https://h:x", "/srv/x", "https://ex ample.org"] {
            check(text, None);
        }
    }

    #[test]
    fn pages_for_people() {
        let check = |typed, pages| assert_eq!(ApiUrl::parse(typed).unwrap().pages_url(), pages);
        check("https://api.github.com", "https://github.com");
        check("https://ghe.example:8443/api/v3", "https://ghe.example:8443");
        check("http://127.0.0.1:8080", "https://github.com");
    }

    #[test]
    fn a_password_is_not_shown() {
        let check = |text, shown| assert_eq!(without_user(text), shown);
        check("https://me:sesame@ghe.example/x", "https://...@ghe.example/x");
        check("https://me:ses@me@ghe.example", "https://...@ghe.example");
        check("sesame@ghe.example", "...@ghe.example");
        check("http://ghe.example", "http://ghe.example");
    }
}
