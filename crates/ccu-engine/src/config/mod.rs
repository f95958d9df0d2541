//! The configuration file `config.toml`: what may stand in it, what does, and changing it.
//!
//! A missing file is the default configuration. A file with anything wrong in it is refused with all that is wrong, each
//! by line and column; nothing in it is passed over.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ccu_core::pricing::{PriceTable, PriceTableError};
use ccu_core::wire::privacy::ProjectPrivacy;
use jiff::civil::Weekday;

use crate::machine::MachineName;
use crate::setting_origin::{SettingOrigin, Sourced};

mod api_url;
mod dashboard;
mod edit;
mod error;
mod key;
mod key_list;
mod prices;
mod privacy;
mod resolved;
mod schema;
mod setting;
mod suggestion;
mod sync_settings;
mod zone;

pub use api_url::ApiUrl;
pub use dashboard::{BackgroundChoice, CharsetChoice, DashboardChoices, LimitReset};
pub use edit::{Change, set, unset};
pub use error::{ConfigError, LocatedProblem, Problem};
pub use key::{SettingKey, TokenKind};
pub use key_list::{KEYS, KeyInfo};
pub use privacy::{parse_privacy, privacy_name};
pub use resolved::{Inputs, ResolveError, ResolvedSettings, SettingRow, TypedSettings, resolve};
pub use setting::{Decimal, Setting};
pub use sync_settings::{GithubSettings, SyncSettings};
pub use zone::{ZoneChoice, parse_weekday, weekday_name};

use prices::price_overrides;
use schema::LocatedSetting;

/// What a valid configuration file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    path: PathBuf,
    settings: Vec<LocatedSetting>,
}

impl Config {
    /// Reads the file; one that doesn't exist says nothing.
    ///
    /// **Errors**: when the file cannot be read, is not UTF-8, or says anything that it may not.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = read_text(path)?.unwrap_or_default();
        let reading = schema::read(&text);
        if reading.problems.is_empty() {
            Ok(Config { path: path.to_owned(), settings: reading.settings })
        } else {
            Err(ConfigError::Invalid { path: path.to_owned(), problems: reading.problems })
        }
    }

    /// Every setting of the file, by line, with its line as origin.
    pub fn settings(&self) -> impl Iterator<Item = Sourced<&Setting>> {
        self.settings.iter().map(|located| Sourced { value: &located.setting, origin: self.line(located) })
    }

    /// `machine.name`
    pub fn machine_name(&self) -> Option<Sourced<MachineName>> {
        self.find(|setting| if let Setting::MachineName(name) = setting { Some(name.clone()) } else { None })
    }

    /// `report.timezone`
    pub fn timezone(&self) -> Option<Sourced<ZoneChoice>> {
        self.find(|setting| if let Setting::Timezone(zone) = setting { Some(zone.clone()) } else { None })
    }

    /// `report.week_start`
    pub fn week_start(&self) -> Option<Sourced<Weekday>> {
        self.find(|setting| if let Setting::WeekStart(day) = setting { Some(*day) } else { None })
    }

    /// `data.path`, as it is written; [`crate::paths::data_dir`] expands it.
    pub fn data_path(&self) -> Option<Sourced<String>> {
        self.find(|setting| if let Setting::DataPath(path) = setting { Some(path.clone()) } else { None })
    }

    /// `github.api_url`
    pub fn github_api_url(&self) -> Option<Sourced<ApiUrl>> {
        self.find(|setting| if let Setting::GithubApiUrl(url) = setting { Some(url.clone()) } else { None })
    }

    /// `github.ca_bundle`, as it is written; [`crate::paths::ca_bundle`] expands it.
    pub fn github_ca_bundle(&self) -> Option<Sourced<String>> {
        self.find(|setting| if let Setting::GithubCaBundle(path) = setting { Some(path.clone()) } else { None })
    }

    /// `github.use_gh`
    pub fn github_use_gh(&self) -> Option<Sourced<bool>> {
        self.find(|setting| if let Setting::GithubUseGh(is_on) = setting { Some(*is_on) } else { None })
    }

    /// `sync.projects`
    pub fn sync_projects(&self) -> Option<Sourced<ProjectPrivacy>> {
        self.find(|setting| if let Setting::SyncProjects(privacy) = setting { Some(*privacy) } else { None })
    }

    /// `sync.encrypt`
    pub fn sync_encrypt(&self) -> Option<Sourced<bool>> {
        self.find(|setting| if let Setting::SyncEncrypt(is_on) = setting { Some(*is_on) } else { None })
    }

    /// `sync.auto`
    pub fn sync_auto(&self) -> Option<Sourced<bool>> {
        self.find(|setting| if let Setting::SyncAuto(is_on) = setting { Some(*is_on) } else { None })
    }

    /// `sync.interval`, in minutes.
    pub fn sync_interval(&self) -> Option<Sourced<u32>> {
        self.find(|setting| if let Setting::SyncInterval(minutes) = setting { Some(*minutes) } else { None })
    }

    /// `dashboard.limit_reset`
    pub fn limit_reset(&self) -> Option<Sourced<LimitReset>> {
        self.find(|setting| if let Setting::LimitReset(reset) = setting { Some(*reset) } else { None })
    }

    /// `dashboard.background`
    pub fn background(&self) -> Option<Sourced<BackgroundChoice>> {
        self.find(|setting| if let Setting::Background(choice) = setting { Some(*choice) } else { None })
    }

    /// `dashboard.charset`
    pub fn charset(&self) -> Option<Sourced<CharsetChoice>> {
        self.find(|setting| if let Setting::Charset(choice) = setting { Some(*choice) } else { None })
    }

    /// The embedded prices under those of the file, with its aliases.
    ///
    /// **Errors**: [`ConfigError::Prices`] when the file's prices and aliases contradict each other or an alias leads nowhere.
    pub fn price_table(&self) -> Result<PriceTable, ConfigError> {
        price_table(&self.settings).map_err(|source| ConfigError::Prices { path: self.path.clone(), source })
    }

    fn find<T>(&self, pick: impl Fn(&Setting) -> Option<T>) -> Option<Sourced<T>> {
        let picked =
            |located: &LocatedSetting| Some(Sourced { value: pick(&located.setting)?, origin: self.line(located) });
        self.settings.iter().find_map(picked)
    }

    fn line(&self, located: &LocatedSetting) -> SettingOrigin {
        SettingOrigin::File { path: self.path.clone(), line: located.line }
    }
}

fn price_table(settings: &[LocatedSetting]) -> Result<PriceTable, PriceTableError> {
    let (overrides, _incomplete) = price_overrides(settings);
    let alias = |located: &LocatedSetting| match &located.setting {
        Setting::Alias { model, target } => Some((model.clone(), target.clone())),
        _ => None,
    };
    let aliases: BTreeMap<String, String> = settings.iter().filter_map(alias).collect();
    PriceTable::embedded()?.with_overrides(&overrides, &aliases)
}

/// The text of the file; `None` where there is none.
fn read_text(path: &Path) -> Result<Option<String>, ConfigError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        ConfigError::NotUtf8 { path: path.to_owned(), line }
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::atomic_file::{self, Access};
    use crate::env::VARIABLES;

    fn project() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// The fixtures of a folder by name, in order.
    fn fixtures(folder: &str) -> BTreeMap<String, PathBuf> {
        let folder = project().join("fixtures/config").join(folder);
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect()
    }

    #[test]
    fn valid_files_say_what_they_say() {
        let mut said = String::new();
        for (name, path) in fixtures("valid") {
            let config = Config::load(&path).unwrap();
            config.price_table().unwrap();
            said.push_str(&format!("== {name}\n"));
            for setting in config.settings() {
                let SettingOrigin::File { line, .. } = setting.origin else { panic!("a file's setting has a line") };
                said.push_str(&format!("line {line}: {} = {}\n", setting.value.key(), setting.value.value_text()));
            }
        }
        insta::assert_snapshot!("valid", said);
    }

    #[test]
    fn invalid_files_are_refused_with_all_that_is_wrong() {
        let mut said = String::new();
        for (name, path) in fixtures("invalid") {
            let error = Config::load(&path).and_then(|config| config.price_table()).unwrap_err();
            let message = error.to_string().replace(path.to_str().unwrap(), "config.toml");
            said.push_str(&format!("== {name}\n{message}\n"));
            if let Some(cause) = std::error::Error::source(&error) {
                said.push_str(&format!("caused by: {cause}\n"));
            }
        }
        insta::assert_snapshot!("invalid", said);
    }

    #[test]
    fn a_missing_file_says_nothing() {
        let home = tempfile::tempdir().unwrap();
        let config = Config::load(&home.path().join("no/config.toml")).unwrap();
        assert_eq!(config.settings().count(), 0);
        assert!(config.price_table().is_ok());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        atomic_file::write(&path, b"[machine]\nname = '\xff'\n", Access::Unchanged).unwrap();
        assert!(matches!(Config::load(&path), Err(ConfigError::NotUtf8 { line: 2, .. })));
        assert!(matches!(Config::load(home.path()), Err(ConfigError::Read { .. })));
    }

    /// The document lists keys and variables as `### \`name\`` and says of each what the code says.
    #[test]
    fn the_document_lists_what_the_code_knows() {
        let document = fs::read_to_string(project().join("docs/configuration.md")).unwrap();
        let headings = document.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
        let known = KEYS.iter().map(|info| info.name).chain(VARIABLES.iter().map(|variable| variable.name));
        assert_eq!(headings.collect::<Vec<_>>(), known.collect::<Vec<_>>());
        let entry = |name: &str, lines: &[String]| {
            let expected = format!("### `{name}`\n\n{}\n", lines.join("\n"));
            assert!(document.contains(&expected), "docs/configuration.md lacks:\n\n{expected}");
        };
        for info in KEYS {
            let example = format!("- Example: `{}`", info.example);
            let lines = [
                info.meaning.to_owned(),
                String::new(),
                format!("- Value: {}", info.expected),
                format!("- Default: {}", info.default),
                example,
            ];
            entry(info.name, &lines);
        }
        for variable in VARIABLES {
            entry(
                variable.name,
                &[variable.meaning.to_owned(), String::new(), format!("- Example: `{}`", variable.example)],
            );
        }
    }

    #[test]
    fn every_example_is_a_valid_value() {
        for info in KEYS {
            let key = SettingKey::parse(&info.name.replace("TIER", "above_100k")).unwrap();
            assert!(Setting::parse(&key, info.example).is_ok(), "{}", info.name);
        }
    }
}
