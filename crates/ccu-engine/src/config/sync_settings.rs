//! The settings that sharing records between machines goes by: environment > configuration file > default.

use std::path::PathBuf;

use ccu_core::wire::privacy::ProjectPrivacy;

use super::api_url::{ApiUrl, without_user};
use super::key::SettingKey;
use super::privacy::privacy_name;
use super::resolved::{Inputs, ResolveError, SettingRow};
use crate::paths;
use crate::setting_origin::{SettingOrigin, Sourced};

/// Minutes from one background sync to the next, where nothing is set.
const DEFAULT_INTERVAL_MINUTES: u32 = 10;

/// How GitHub is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubSettings {
    /// Where its API is.
    pub api_url: Sourced<ApiUrl>,
    /// A file of certificates to trust in place of the system's; `None` for the system's. It need not exist.
    pub ca_bundle: Option<Sourced<PathBuf>>,
    /// Whether the token of `gh` may be used.
    pub use_gh: Sourced<bool>,
}

/// What is shared, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncSettings {
    /// What of projects leaves this machine.
    pub projects: Sourced<ProjectPrivacy>,
    /// Whether what leaves it is encrypted.
    pub encrypt: Sourced<bool>,
    /// Whether the dashboard syncs in the background.
    pub auto: Sourced<bool>,
    /// Minutes from one background sync to the next, at least 1.
    pub interval_minutes: Sourced<u32>,
}

impl GithubSettings {
    /// Decides which settings hold.
    ///
    /// **Errors**: when `CCU_GITHUB_API_URL` is no address that a token may be sent to, or a home directory is needed and
    /// unknown.
    pub(super) fn resolve(inputs: Inputs<'_>) -> Result<GithubSettings, ResolveError> {
        let Inputs { environment, config, .. } = inputs;
        Ok(GithubSettings {
            api_url: api_url(inputs)?,
            ca_bundle: paths::ca_bundle(environment, config.github_ca_bundle().as_ref())?,
            use_gh: config.github_use_gh().unwrap_or(Sourced::default_value(false)),
        })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = SettingRow> {
        let url = SettingRow::new(SettingKey::GithubApiUrl, &self.api_url, ApiUrl::to_string);
        let bundle = self.ca_bundle.as_ref();
        let bundle =
            bundle.map(|path| SettingRow::new(SettingKey::GithubCaBundle, path, |path| path.display().to_string()));
        let use_gh = SettingRow::new(SettingKey::GithubUseGh, &self.use_gh, bool::to_string);
        [Some(url), bundle, Some(use_gh)].into_iter().flatten()
    }
}

impl SyncSettings {
    /// Decides which settings hold.
    pub(super) fn resolve(inputs: Inputs<'_>) -> SyncSettings {
        let config = inputs.config;
        SyncSettings {
            projects: config.sync_projects().unwrap_or(Sourced::default_value(ProjectPrivacy::default())),
            encrypt: config.sync_encrypt().unwrap_or(Sourced::default_value(false)),
            auto: config.sync_auto().unwrap_or(Sourced::default_value(false)),
            interval_minutes: config.sync_interval().unwrap_or(Sourced::default_value(DEFAULT_INTERVAL_MINUTES)),
        }
    }

    pub(super) fn rows(&self) -> [SettingRow; 4] {
        [
            SettingRow::new(SettingKey::SyncProjects, &self.projects, |privacy| privacy_name(*privacy).to_owned()),
            SettingRow::new(SettingKey::SyncEncrypt, &self.encrypt, bool::to_string),
            SettingRow::new(SettingKey::SyncAuto, &self.auto, bool::to_string),
            SettingRow::new(SettingKey::SyncInterval, &self.interval_minutes, u32::to_string),
        ]
    }
}

fn api_url(inputs: Inputs<'_>) -> Result<Sourced<ApiUrl>, ResolveError> {
    let Some(variable) = &inputs.environment.ccu_github_api_url else {
        return Ok(inputs.config.github_api_url().unwrap_or(Sourced::default_value(ApiUrl::github())));
    };
    let text = variable.expose().to_string_lossy();
    match ApiUrl::parse(text.trim()) {
        Ok(value) => Ok(Sourced { value, origin: SettingOrigin::Variable("CCU_GITHUB_API_URL") }),
        Err(suggestion) => Err(ResolveError::BadApiUrlVariable {
            value: without_user(&text),
            expected: SettingKey::GithubApiUrl.expected(),
            suggestion,
        }),
    }
}
