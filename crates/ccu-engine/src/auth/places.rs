//! The places that a token may be in, as the environment and the settings have them.

use std::ffi::OsString;
use std::path::PathBuf;

use super::gh::GitHubCli;
use super::keyring::Keyring;
use crate::config::GithubSettings;
use crate::env::Environment;
use crate::hidden::Hidden;
use crate::paths;

/// The places that a token may be in.
#[derive(Debug, Clone)]
pub struct Places {
    /// The value of `GITHUB_GIST_TOKEN`.
    pub variable: Option<Hidden<OsString>>,
    /// The keyring.
    pub keyring: Keyring,
    /// The file; `None` where there is no home directory.
    pub file: Option<PathBuf>,
    /// The GitHub CLI; `None` where the user has not agreed to its token being used.
    pub gh: Option<GitHubCli>,
}

impl Places {
    /// The places of this user.
    pub fn new(environment: &Environment, github: &GithubSettings) -> Places {
        Places {
            variable: environment.github_gist_token.clone(),
            keyring: Keyring::system(),
            file: paths::token_file(environment),
            gh: github.use_gh.value.then(|| GitHubCli::for_host(github.api_url.value.pages_host())),
        }
    }
}
