//! The settings that hold, each with where it came from: typed > environment > configuration file > default.

use std::ffi::OsStr;
use std::path::PathBuf;

use jiff::civil::Weekday;

use super::Config;
use super::dashboard::DashboardChoices;
use super::error::{ConfigError, DidYouMean, Shown};
use super::key::SettingKey;
use super::key_list::KEYS;
use super::setting::Setting;
use super::sync_settings::{GithubSettings, SyncSettings};
use super::zone::{ZoneChoice, weekday_name};
use crate::env::Environment;
use crate::machine::{self, MachineError, MachineName};
use crate::paths::{self, PathError};
use crate::setting_origin::{SettingOrigin, Sourced};

/// Why the settings cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The data directory is not known.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The machine's name is none.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// `TZ` names no zone. Other programs take UTC then; we would put usage on the wrong day.
    #[error("`TZ` is `{}`; expected an IANA time zone such as `Europe/Berlin`, or a POSIX rule", value.escape_debug())]
    BadZoneVariable {
        /// Its value.
        value: String,
    },
    /// `CCU_GITHUB_API_URL` is no address that a token may be sent to.
    #[error("`CCU_GITHUB_API_URL` is `{}`; expected {expected}{}", Shown(value), DidYouMean(suggestion))]
    BadApiUrlVariable {
        /// Its value, without a password.
        value: String,
        /// What is expected.
        expected: &'static str,
        /// The address that was probably meant.
        suggestion: Option<String>,
    },
}

/// What was typed as flags of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypedSettings {
    /// `--timezone`
    pub timezone: Option<ZoneChoice>,
    /// `--start-of-week`
    pub week_start: Option<Weekday>,
}

/// Everything that has a say.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The flags.
    pub typed: &'a TypedSettings,
    /// The environment.
    pub environment: &'a Environment,
    /// The configuration file.
    pub config: &'a Config,
    /// The host name of the computer.
    pub host_name: &'a OsStr,
}

/// The settings that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedSettings {
    /// The name of this machine.
    pub machine_name: Sourced<MachineName>,
    /// The zone whose midnights part the days.
    pub timezone: Sourced<ZoneChoice>,
    /// The first day of a week.
    pub week_start: Sourced<Weekday>,
    /// The directory of the database.
    pub data_dir: Sourced<PathBuf>,
    /// How GitHub is reached.
    pub github: GithubSettings,
    /// What is shared, and when.
    pub sync: SyncSettings,
    /// What the dashboard goes by.
    pub dashboard: DashboardChoices,
    /// Prices and aliases of the file, by line.
    prices: Vec<Sourced<Setting>>,
}

/// A setting as `ccu config show` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// The key.
    pub key: SettingKey,
    /// The value that holds, as text.
    pub value: String,
    /// Where it came from.
    pub origin: SettingOrigin,
}

impl SettingRow {
    pub(super) fn new<T>(key: SettingKey, setting: &Sourced<T>, text: impl Fn(&T) -> String) -> SettingRow {
        SettingRow { key, value: text(&setting.value), origin: setting.origin.clone() }
    }
}

/// Decides which settings hold.
///
/// **Errors**: when a variable has a value that it may not, or no home directory is known and one is needed.
pub fn resolve(inputs: Inputs<'_>) -> Result<ResolvedSettings, ResolveError> {
    let Inputs { typed, environment, config, host_name } = inputs;
    let week_start = typed.week_start.map(|value| Sourced { value, origin: SettingOrigin::Flag("--start-of-week") });
    let prices = config.settings().map(|setting| Sourced { value: setting.value.clone(), origin: setting.origin });
    Ok(ResolvedSettings {
        machine_name: machine::name(environment, config.machine_name().as_ref(), host_name)?,
        timezone: timezone(inputs)?,
        week_start: week_start.or(config.week_start()).unwrap_or(Sourced::default_value(Weekday::Monday)),
        data_dir: paths::data_dir(environment, config.data_path().as_ref())?,
        github: GithubSettings::resolve(inputs)?,
        sync: SyncSettings::resolve(inputs),
        dashboard: DashboardChoices::resolve(inputs),
        prices: prices.filter(|setting| is_price(&setting.value)).collect(),
    })
}

fn timezone(inputs: Inputs<'_>) -> Result<Sourced<ZoneChoice>, ResolveError> {
    if let Some(value) = inputs.typed.timezone.clone() {
        return Ok(Sourced { value, origin: SettingOrigin::Flag("--timezone") });
    }
    if let Some(variable) = &inputs.environment.tz {
        let zone = variable.to_str().and_then(ZoneChoice::parse_tz_variable);
        let value =
            zone.ok_or_else(|| ResolveError::BadZoneVariable { value: variable.to_string_lossy().into_owned() })?;
        return Ok(Sourced { value, origin: SettingOrigin::Variable("TZ") });
    }
    Ok(inputs.config.timezone().unwrap_or(Sourced::default_value(ZoneChoice::System)))
}

fn is_price(setting: &Setting) -> bool {
    match setting {
        Setting::MachineName(_)
        | Setting::Timezone(_)
        | Setting::WeekStart(_)
        | Setting::DataPath(_)
        | Setting::GithubApiUrl(_)
        | Setting::GithubCaBundle(_)
        | Setting::GithubUseGh(_)
        | Setting::SyncProjects(_)
        | Setting::SyncEncrypt(_)
        | Setting::SyncAuto(_)
        | Setting::SyncInterval(_)
        | Setting::LimitReset(_)
        | Setting::Background(_)
        | Setting::Charset(_) => false,
        Setting::TokenPrice { .. }
        | Setting::SearchPrice { .. }
        | Setting::FastFactor { .. }
        | Setting::PriceFrom { .. }
        | Setting::Alias { .. } => true,
    }
}

impl ResolvedSettings {
    /// Every setting that holds: those that always do, then the prices and aliases of the file by line.
    pub fn rows(&self) -> Vec<SettingRow> {
        let always = [
            SettingRow::new(SettingKey::MachineName, &self.machine_name, MachineName::to_string),
            SettingRow::new(SettingKey::Timezone, &self.timezone, ZoneChoice::to_string),
            SettingRow::new(SettingKey::WeekStart, &self.week_start, |day| weekday_name(*day).to_owned()),
            SettingRow::new(SettingKey::DataPath, &self.data_dir, |path| path.display().to_string()),
        ];
        let shared = self.github.rows().chain(self.sync.rows());
        always.into_iter().chain(shared).chain(self.dashboard.rows()).chain(self.price_rows()).collect()
    }

    /// Every setting that there is to change: as [`ResolvedSettings::rows`], and those that are not set and have no default
    /// with an empty value.
    pub fn settable_rows(&self) -> Vec<SettingRow> {
        let mut held = self.rows();
        let keys = KEYS.iter().filter(|info| !info.name.contains("MODEL"));
        let keys = keys.filter_map(|info| SettingKey::parse(info.name).ok());
        let row = |key: SettingKey| match held.iter().position(|row| row.key == key) {
            Some(place) => held.swap_remove(place),
            None => SettingRow { key, value: String::new(), origin: SettingOrigin::Default },
        };
        keys.map(row).collect::<Vec<_>>().into_iter().chain(self.price_rows()).collect()
    }

    fn price_rows(&self) -> impl Iterator<Item = SettingRow> {
        self.prices.iter().map(|price| SettingRow::new(price.value.key(), price, Setting::value_text))
    }

    /// The setting that holds for a key as it is typed; `None` where it is not set and has no default.
    ///
    /// **Errors**: as [`SettingKey::parse`].
    pub fn get(&self, key: &str) -> Result<Option<SettingRow>, ConfigError> {
        let key = SettingKey::parse(key)?;
        Ok(self.rows().into_iter().find(|row| row.key == key))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::atomic_file::{self, Access};
    use crate::config::ApiUrl;
    use crate::hidden::Hidden;

    fn config(text: &str) -> (tempfile::TempDir, Config) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        atomic_file::write(&path, text.as_bytes(), Access::Unchanged).unwrap();
        let config = Config::load(&path).unwrap();
        (home, config)
    }

    fn at_home() -> Environment {
        Environment {
            home_dir: Some("/home/me".into()),
            user_data_dir: Some("/home/me/.local/share".into()),
            ..Environment::default()
        }
    }

    fn resolved(
        typed: &TypedSettings,
        environment: &Environment,
        config: &Config,
    ) -> Result<ResolvedSettings, ResolveError> {
        resolve(Inputs { typed, environment, config, host_name: OsStr::new("host") })
    }

    /// One line for each setting: key, value, origin.
    fn shown(typed: &TypedSettings, environment: &Environment, config: &Config) -> String {
        let rows = resolved(typed, environment, config).unwrap().rows();
        let lines: Vec<_> =
            rows.into_iter().map(|row| format!("{} = {} ({})", row.key, row.value, row.origin)).collect();
        let directory = config.path.parent().unwrap().to_str().unwrap();
        lines.join("\n").replace(directory, "/config")
    }

    const FILE: &str = r#"
data.path = "~/ccu"
[machine]
name = "from file"
[report]
timezone = "Asia/Tokyo"
week_start = "sunday"
[prices."glm-4.7"]
output = 2.20
input = 0.6
[aliases]
"house model" = "glm-4.7"
[github]
ca_bundle = "~/ca.pem"
api_url = "https://ghe.example/api/v3"
use_gh = true
[sync]
projects = "full"
encrypt = true
auto = true
interval = 30
[dashboard]
limit_reset = "Wednesday 9:15"
background = "dark"
"#;

    #[test]
    fn nothing_set_is_the_default() {
        let (_home, config) = config("");
        insta::assert_snapshot!(shown(&TypedSettings::default(), &at_home(), &config), @"
        machine.name = host (host name)
        report.timezone = system (default)
        report.week_start = monday (default)
        data.path = /home/me/.local/share/ccu (default)
        github.api_url = https://api.github.com (default)
        github.use_gh = false (default)
        sync.projects = name (default)
        sync.encrypt = false (default)
        sync.auto = false (default)
        sync.interval = 10 (default)
        dashboard.background = auto (default)
        dashboard.charset = auto (default)
        ");
    }

    #[test]
    fn the_file_wins_over_the_default() {
        let (_home, config) = config(FILE);
        insta::assert_snapshot!(shown(&TypedSettings::default(), &at_home(), &config), @r#"
        machine.name = from file (`/config/config.toml`, line 4)
        report.timezone = Asia/Tokyo (`/config/config.toml`, line 6)
        report.week_start = sunday (`/config/config.toml`, line 7)
        data.path = /home/me/ccu (`/config/config.toml`, line 2)
        github.api_url = https://ghe.example/api/v3 (`/config/config.toml`, line 15)
        github.ca_bundle = /home/me/ca.pem (`/config/config.toml`, line 14)
        github.use_gh = true (`/config/config.toml`, line 16)
        sync.projects = full (`/config/config.toml`, line 18)
        sync.encrypt = true (`/config/config.toml`, line 19)
        sync.auto = true (`/config/config.toml`, line 20)
        sync.interval = 30 (`/config/config.toml`, line 21)
        dashboard.limit_reset = wednesday 09:15 (`/config/config.toml`, line 23)
        dashboard.background = dark (`/config/config.toml`, line 24)
        dashboard.charset = auto (default)
        prices."glm-4.7".output = 2.20 (`/config/config.toml`, line 9)
        prices."glm-4.7".input = 0.6 (`/config/config.toml`, line 10)
        aliases."house model" = glm-4.7 (`/config/config.toml`, line 12)
        "#);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_flags_over_both() {
        let (_home, config) = config(FILE);
        let environment = Environment {
            ccu_machine: Some("from env".into()),
            ccu_data_dir: Some("/env".into()),
            tz: Some("Europe/Berlin".into()),
            ..at_home()
        };
        let settings = resolved(&TypedSettings::default(), &environment, &config).unwrap();
        let variable = SettingOrigin::Variable;
        assert_eq!(
            (settings.machine_name.value.as_str(), settings.machine_name.origin),
            ("from env", variable("CCU_MACHINE"))
        );
        assert_eq!((settings.data_dir.value, settings.data_dir.origin), ("/env".into(), variable("CCU_DATA_DIR")));
        assert_eq!(
            (settings.timezone.value.to_string().as_str(), settings.timezone.origin),
            ("Europe/Berlin", variable("TZ"))
        );

        let typed = TypedSettings { timezone: Some(ZoneChoice::System), week_start: Some(Weekday::Friday) };
        let settings = resolved(&typed, &environment, &config).unwrap();
        let flag = SettingOrigin::Flag;
        assert_eq!(settings.timezone, Sourced { value: ZoneChoice::System, origin: flag("--timezone") });
        assert_eq!(settings.week_start, Sourced { value: Weekday::Friday, origin: flag("--start-of-week") });
    }

    #[test]
    fn certificates_of_the_file_win_over_those_of_the_environment() {
        let bundle = |text, variable: Option<&str>| {
            let (_home, config) = config(text);
            let environment = Environment { ssl_cert_file: variable.map(Into::into), ..at_home() };
            let found = resolved(&TypedSettings::default(), &environment, &config).unwrap().github.ca_bundle;
            found.map(|bundle| bundle.value.display().to_string())
        };
        let file = "github.ca_bundle = '~/ca.pem'";
        assert_eq!(bundle("", None), None);
        assert_eq!(bundle("", Some("/etc/ca.pem")).as_deref(), Some("/etc/ca.pem"));
        assert_eq!(bundle(file, Some("/etc/ca.pem")).as_deref(), Some("/home/me/ca.pem"));
        assert_eq!(bundle(file, None).as_deref(), Some("/home/me/ca.pem"));
    }

    #[test]
    fn the_address_of_the_environment_wins_over_that_of_the_file() {
        let (_home, config) = config("github.api_url = 'https://ghe.example/api/v3'");
        let url = |variable: &str| {
            let environment = Environment { ccu_github_api_url: Some(Hidden::new(variable)), ..at_home() };
            resolved(&TypedSettings::default(), &environment, &config).map(|settings| settings.github.api_url)
        };
        let variable = SettingOrigin::Variable("CCU_GITHUB_API_URL");
        let expected = Sourced { value: ApiUrl::parse("http://127.0.0.1:8080").unwrap(), origin: variable };
        assert_eq!(url("http://127.0.0.1:8080/").unwrap(), expected);
        let error = url("http://me:sesame@10.0.0.1").unwrap_err();
        insta::assert_snapshot!(error, @"`CCU_GITHUB_API_URL` is `http://...@10.0.0.1`; expected the `https://` address of a GitHub API, or an `http://` one on this computer, without user, query and fragment; did you mean `https://10.0.0.1`?");
        assert!(!format!("{error:?}").contains("sesame"));
    }

    #[test]
    fn one_setting_by_its_key() {
        let (_home, config) = config(FILE);
        let settings = resolved(&TypedSettings::default(), &at_home(), &config).unwrap();
        let value = |key| settings.get(key).unwrap().map(|row| row.value);
        assert_eq!(value("report.week_start").as_deref(), Some("sunday"));
        assert_eq!(value("data.path").as_deref(), Some("/home/me/ccu"));
        assert_eq!(value("prices.\"glm-4.7\".output").as_deref(), Some("2.20"));
        assert_eq!(value("aliases.\"house model\"").as_deref(), Some("glm-4.7"));
        assert_eq!(value("sync.interval").as_deref(), Some("30"));
        assert_eq!(value("aliases.other"), None);
        assert!(matches!(settings.get("report.zone"), Err(ConfigError::Refused { .. })));
    }

    #[test]
    fn settings_without_a_value_can_be_set_too() {
        let (_home, config) = config("[prices.x]\ninput = 1\noutput = 2\n");
        let settings = resolved(&TypedSettings::default(), &at_home(), &config).unwrap();
        let rows = settings.settable_rows();
        let keys: Vec<String> = rows.iter().map(|row| row.key.to_string()).collect();
        let listed = KEYS.iter().map(|info| info.name.to_owned()).filter(|name| !name.contains("MODEL"));
        let expected = listed.chain(["prices.x.input".to_owned(), "prices.x.output".to_owned()]);
        assert_eq!(keys, expected.collect::<Vec<_>>());
        let unset = rows.iter().filter(|row| row.value.is_empty()).map(|row| row.key.to_string());
        assert_eq!(unset.collect::<Vec<_>>(), ["github.ca_bundle", "dashboard.limit_reset"]);
    }

    #[test]
    fn a_zone_variable_that_is_none_is_refused() {
        let (_home, config) = config("");
        let environment = Environment { tz: Some("Mars/Olympus".into()), ..at_home() };
        let error = resolved(&TypedSettings::default(), &environment, &config).unwrap_err();
        let expected = "`TZ` is `Mars/Olympus`; expected an IANA time zone such as `Europe/Berlin`, or a POSIX rule";
        assert_eq!(error.to_string(), expected);
    }
}
