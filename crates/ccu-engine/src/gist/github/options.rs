//! What a user can set about the way to GitHub, and what of it cannot be used.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ccu_core::time::UtcMillis;

use crate::config::ApiUrl;
use crate::env::Environment;
use crate::hidden::Hidden;

/// The API version that is asked for: the last one whose answers hold a Gist's history.
///
/// **Source**: <https://docs.github.com/rest/about-the-rest-api/api-versions>, seen 2026-11-22: served until March 2028 at least.
const API_VERSION: &str = "2022-11-28";
/// How long a request may take. GitHub itself gives up after 10 s; the rest is for slow lines.
const DEADLINE: Duration = Duration::from_secs(60);

/// The way to GitHub.
#[derive(Debug, Clone)]
pub struct GitHubOptions {
    /// Where the API is.
    pub api_url: ApiUrl,
    /// The value of `X-GitHub-Api-Version`.
    pub api_version: String,
    /// A file of PEM certificates that are trusted instead of the system's.
    pub ca_bundle: Option<PathBuf>,
    /// Proxies, as the environment names them.
    pub proxy: ProxySettings,
    /// How long a request may take, all of its redirects included. A request that moves much data gets a second more for
    /// every 16 KiB that came or went, so that a slow line is no fault and a trickle is one.
    pub deadline: Duration,
    /// The value of `User-Agent`; GitHub answers none without.
    pub user_agent: String,
    /// The clock: rate limits end at an instant.
    pub now: fn() -> UtcMillis,
}

impl GitHubOptions {
    /// github.com, reached directly, with the system's certificates: `2022-11-28`, 60 seconds, `ccu/VERSION`.
    pub fn new(now: fn() -> UtcMillis) -> Self {
        GitHubOptions {
            api_url: ApiUrl::github(),
            api_version: API_VERSION.to_owned(),
            ca_bundle: None,
            proxy: ProxySettings::default(),
            deadline: DEADLINE,
            user_agent: concat!("ccu/", env!("CARGO_PKG_VERSION")).to_owned(),
            now,
        }
    }
}

/// Proxies, as the environment names them; their addresses may hold passwords.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProxySettings {
    /// `HTTPS_PROXY`: `http://`, `https://` or `socks5://`, `[USER:PASSWORD@]HOST[:PORT]`.
    pub https_proxy: Option<Hidden<String>>,
    /// `ALL_PROXY`; `https_proxy` wins.
    pub all_proxy: Option<Hidden<String>>,
    /// `NO_PROXY`: hosts that are reached directly, separated by commas. `example.com` means its subdomains, too,
    /// `.example.com` only those, `*` all. This computer is always reached directly.
    pub no_proxy: Option<String>,
}

impl ProxySettings {
    /// Those of an environment.
    pub fn of(environment: &Environment) -> ProxySettings {
        // What is no Unicode is no URL either, and is refused as one.
        let hidden = |value: &Hidden<OsString>| Hidden::new(value.expose().to_string_lossy());
        ProxySettings {
            https_proxy: environment.https_proxy.as_ref().map(hidden),
            all_proxy: environment.all_proxy.as_ref().map(hidden),
            no_proxy: environment.no_proxy.as_ref().map(|list| list.to_string_lossy().into_owned()),
        }
    }
}

/// A setting that cannot be used. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum GitHubSetupError {
    /// The address of the API is none that requests can be sent to.
    #[error("`{url}` cannot be the address of an API")]
    ApiUrl {
        /// The address.
        url: String,
    },
    /// The API version or the name of this program holds what no header can.
    #[error("`{value}` cannot be the value of the header `{header}`")]
    Header {
        /// The header.
        header: &'static str,
        /// What it should be.
        value: String,
    },
    /// The proxy is no URL that can be used. Its value is not shown, for it may hold a password.
    #[error("the value of `{variable}` is not the URL of a proxy")]
    Proxy {
        /// Who says it.
        variable: &'static str,
    },
    /// The file of certificates cannot be read.
    #[error("cannot read the certificates in `{}`", path.display())]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no certificate that can be used.
    #[error("`{}` holds no certificate: expected PEM, `-----BEGIN CERTIFICATE-----`", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
}
