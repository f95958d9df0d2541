//! Which proxy stands between us and a host, if any: the customs of curl and of Go, which `gh` follows.
//!
//! ureq decides for each host by the list that it is given; its entries are stricter than those people write, so they are
//! spelled out here.

use ureq::Proxy;

use super::options::{GitHubSetupError, ProxySettings};

/// This computer, which no proxy reaches. An entry that ends with a dot is a prefix.
const THIS_COMPUTER: [&str; 3] = ["localhost", "127.", "[::1]"];

/// The proxy that the settings name, with the hosts that it is not used for. `None` where they name none.
///
/// **Errors**: [`GitHubSetupError::Proxy`] where one is named that is no proxy: going without it is not what was asked for.
pub(super) fn proxy(settings: &ProxySettings) -> Result<Option<Proxy>, GitHubSetupError> {
    let named = [("HTTPS_PROXY", &settings.https_proxy), ("ALL_PROXY", &settings.all_proxy)];
    let named = named.into_iter().find_map(|(variable, value)| {
        let url = value.as_ref()?.expose().trim();
        (!url.is_empty()).then_some((variable, url))
    });
    let Some((variable, url)) = named else { return Ok(None) };

    let unusable = |_| GitHubSetupError::Proxy { variable };
    let parsed = Proxy::new(url).map_err(unusable)?;
    let mut builder = Proxy::builder(parsed.protocol()).host(parsed.host()).port(parsed.port());
    if let Some(username) = parsed.username() {
        builder = builder.username(username);
    }
    if let Some(password) = parsed.password() {
        builder = builder.password(password);
    }
    for entry in THIS_COMPUTER {
        builder = builder.no_proxy(entry);
    }
    for entry in settings.no_proxy.iter().flat_map(|list| list.split(',')).flat_map(entries) {
        builder = builder.no_proxy(&entry);
    }
    builder.build().map(Some).map_err(unusable)
}

/// What ureq has to be told for one entry of `NO_PROXY`: a domain means its subdomains, too; a port doesn't matter.
fn entries(written: &str) -> Vec<String> {
    let written = written.trim();
    let host = match written.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() && !host.contains(':') => host,
        _ => written,
    };
    let domain = host.trim_start_matches('*').trim_start_matches('.');
    match host {
        "" => Vec::new(),
        "*" => vec!["*".to_owned()],
        _ if domain.is_empty() => Vec::new(),
        _ if domain.contains(':') => vec![format!("[{}]", domain.trim_matches(['[', ']']))],
        _ if domain.len() < host.len() => vec![format!(".{domain}")],
        _ => vec![domain.to_owned(), format!(".{domain}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Environment;
    use crate::hidden::Hidden;

    fn settings(https_proxy: &str, all_proxy: &str, no_proxy: &str) -> ProxySettings {
        ProxySettings::of(&Environment {
            https_proxy: Some(Hidden::new(https_proxy)),
            all_proxy: Some(Hidden::new(all_proxy)),
            no_proxy: Some(no_proxy.into()),
            ..Environment::default()
        })
    }

    #[test]
    fn https_proxy_wins_over_all_proxy() {
        let check = |https_proxy: &str, all_proxy: &str, expected: Option<(&str, u16)>| {
            let proxy = proxy(&settings(https_proxy, all_proxy, "")).unwrap();
            let found = proxy.as_ref().map(|proxy| (proxy.host(), proxy.port()));
            assert_eq!(found, expected, "{https_proxy:?} {all_proxy:?}");
        };
        check("", "", None);
        check(" ", "", None);
        check("http://proxy.example:3128", "socks5://socks.example", Some(("proxy.example", 3128)));
        check("", "socks5://socks.example", Some(("socks.example", 1080)));
        check("proxy.example:8080", "", Some(("proxy.example", 8080)));
        check(" https://proxy.example/ ", "", Some(("proxy.example", 443)));
        check("http://[::1]:3128", "", Some(("[::1]", 3128)));
        assert_eq!(proxy(&ProxySettings::default()).unwrap(), None);
    }

    #[test]
    fn a_password_reaches_the_proxy_and_no_message() {
        let named = settings("http://me:p%40ss@proxy.example:3128", "", "");
        let proxy = proxy(&named).unwrap().unwrap();
        assert_eq!((proxy.username(), proxy.password()), (Some("me"), Some("p@ss")));
        assert!(!format!("{named:?} {proxy:?}").contains("p%40ss"), "{named:?} {proxy:?}");
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for (https_proxy, all_proxy, expected) in
            [("gopher://me:sesame@h", "", "HTTPS_PROXY"), ("", "http://se same", "ALL_PROXY")]
        {
            let error = proxy(&settings(https_proxy, all_proxy, "")).unwrap_err().to_string();
            assert_eq!(error, format!("the value of `{expected}` is not the URL of a proxy"));
        }
    }

    #[test]
    fn hosts_that_are_reached_directly() {
        let check = |no_proxy: &str, url: &str, expected: bool| {
            let proxy = proxy(&settings("http://proxy.example", "", no_proxy)).unwrap().unwrap();
            assert_eq!(proxy.is_no_proxy(&url.parse().unwrap()), expected, "{no_proxy:?} {url}");
        };
        check("", "https://api.github.com/", false);
        check("*", "https://api.github.com/", true);
        check("github.com", "https://github.com/", true);
        check("a.example, GitHub.com ,b.example", "https://API.github.com/", true);
        check(".github.com", "https://api.github.com/", true);
        check("*.github.com", "https://api.github.com/", true);
        check(".github.com", "https://github.com/", false);
        check("github.com", "https://evilgithub.com/", false);
        check("api.github.com", "https://github.com/", false);
        check("github.com:443", "https://api.github.com/", true);
        check("10.1.2.3", "https://10.1.2.3/", true);
        check("10.1.2.3:8443", "https://10.1.2.3:8443/", true);
        check("fe80::1", "https://[fe80::1]/", true);
        check("[fe80::1]", "https://[fe80::1]:8443/", true);
        check(",, ,.", "https://api.github.com/", false);
        for this_computer in ["http://localhost:1/", "http://127.0.0.1:1/", "http://127.9.9.9/", "http://[::1]:1/"] {
            check("", this_computer, true);
        }
    }
}
