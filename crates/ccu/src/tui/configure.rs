//! The settings that the dashboard goes by, and changing one.

use ccu_engine::config::{BackgroundChoice, CharsetChoice, SettingRow};
use ccu_engine::setting_origin::SettingOrigin;

use crate::commands::config;
use crate::error::CommandError;
use crate::settings;
use crate::surroundings::Surroundings;
use crate::tui::event::Configured;
use crate::tui::state::DashboardSettings;
use crate::tui::theme::{Background, Charset, Theme};

/// Reads the settings; `has_color` is what flags, environment and terminal come to.
///
/// **Errors**: when the configuration is not valid, or a variable has a value that it may not.
pub fn settings(surroundings: &Surroundings, has_color: bool) -> Result<DashboardSettings, CommandError> {
    let resolved = config::resolved(surroundings)?;
    let dashboard = &resolved.dashboard;
    let background = match dashboard.background.value {
        BackgroundChoice::Auto => Background::Unknown,
        BackgroundChoice::Light => Background::Light,
        BackgroundChoice::Dark => Background::Dark,
    };
    let charset = match dashboard.charset.value {
        CharsetChoice::Auto => None,
        CharsetChoice::Unicode => Some(Charset::Unicode),
        CharsetChoice::Ascii => Some(Charset::Ascii),
    };
    Ok(DashboardSettings {
        zone: settings::zone(&resolved, surroundings),
        week_start: resolved.week_start.value,
        limit_reset: dashboard.limit_reset.as_ref().map(|reset| reset.value),
        has_auto_sync: resolved.sync.auto.value,
        sync_minutes: resolved.sync.interval_minutes.value,
        theme: Theme::new(has_color, &surroundings.environment, background, charset),
    })
}

/// Changes a setting in the file, or takes it out, and tells what holds then.
///
/// **Errors**: when there is no such setting, it cannot have that value, or the file cannot be changed; it is then as it was.
/// Also when the file is not valid otherwise: what was changed stays, and the settings from before hold until it is mended.
pub fn change(
    surroundings: &Surroundings,
    key: &str,
    value: Option<&str>,
    has_color: bool,
) -> Result<Configured, CommandError> {
    config::change(surroundings, key, value)?;
    let settings = settings(surroundings, has_color)?;
    let row = config::resolved(surroundings)?.get(key)?;
    let warnings = row.as_ref().and_then(overridden).into_iter().collect();
    Ok(Configured { settings, warnings })
}

/// That what the file says does not hold.
fn overridden(row: &SettingRow) -> Option<String> {
    let is_variable = matches!(row.origin, SettingOrigin::Variable(_));
    is_variable.then(|| format!("the {} wins over the file: `{}` stays {}", row.origin, row.key, row.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::background::tests::surroundings_at;
    use ccu_engine::config::LimitReset;
    use jiff::civil::Weekday;

    #[test]
    fn a_change_tells_what_holds_then() {
        let home = tempfile::tempdir().unwrap();
        let surroundings = surroundings_at(home.path());
        let set = |key, value| change(&surroundings, key, value, false).unwrap().settings;
        let reset = set("dashboard.limit_reset", Some("Wednesday 10:15")).limit_reset;
        assert_eq!(reset, Some(LimitReset { weekday: Weekday::Wednesday, hour: 10, minute: 15 }));
        assert!(set("sync.auto", Some("true")).has_auto_sync);
        assert_eq!(set("sync.interval", Some("30")).sync_minutes, 30);
        assert_eq!(set("dashboard.charset", Some("ascii")).theme.charset, Charset::Ascii);
        assert_eq!(set("dashboard.background", Some("light")).theme.background, Background::Light);
        let unset = set("dashboard.limit_reset", None);
        assert_eq!((unset.limit_reset, unset.sync_minutes), (None, 30));
    }

    #[test]
    fn a_value_that_may_not_be_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let surroundings = surroundings_at(home.path());
        change(&surroundings, "sync.interval", Some("30"), false).unwrap();
        let text = || std::fs::read_to_string(config::file(&surroundings).unwrap()).unwrap();
        let before = text();
        let error = change(&surroundings, "sync.interval", Some("soon"), false).unwrap_err();
        assert_eq!(error.to_string(), "`sync.interval` is `soon`; expected whole minutes, 1 to 10080");
        assert_eq!(text(), before);
    }

    #[test]
    fn what_the_environment_overrides_is_said() {
        let home = tempfile::tempdir().unwrap();
        let mut surroundings = surroundings_at(home.path());
        surroundings.environment.ccu_machine = Some("desk".into());
        let done = change(&surroundings, "machine.name", Some("laptop"), false).unwrap();
        let expected = "the environment variable `CCU_MACHINE` wins over the file: `machine.name` stays desk";
        assert_eq!(done.warnings, [expected]);
    }
}
