//! `ccu config`: shows and changes the settings in `config.toml`.

use std::path::{Path, PathBuf};

use ccu_engine::config::{self, Change, Config, ConfigError, KEYS, ResolvedSettings, SettingRow};
use ccu_engine::ledger::existing_database;
use ccu_engine::paths;
use ccu_engine::setting_origin::SettingOrigin;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::JsonArgs;
use crate::error::{CommandError, ErrorKind};
use crate::printer::Printer;
use crate::render::json;
use crate::sanitize::sanitize;
use crate::settings::{self, Answer};
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What to do with the settings.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigAction {
    /// Show all settings
    #[command(before_help = "Example: ccu config show --origin")]
    Show(ShowArgs),
    /// Print one setting
    #[command(before_help = "Example: ccu config get report.timezone")]
    Get {
        /// The setting
        key: String,
    },
    /// Change a setting
    #[command(before_help = "Example: ccu config set report.timezone Europe/Berlin", after_help = keys_help())]
    Set {
        /// The setting
        key: String,
        /// Its value
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Take a setting out of the file, so that its default holds
    #[command(before_help = "Example: ccu config unset report.timezone")]
    Unset {
        /// The setting
        key: String,
    },
    /// Print where the file is
    #[command(before_help = "Example: ccu config path")]
    Path,
}

/// The flags of `ccu config show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Show where each setting comes from: a flag, the environment, a line of the file, or nowhere
    #[arg(long)]
    pub origin: bool,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// The setting is not set and has no default.
#[derive(Debug, thiserror::Error)]
#[error("`{key}` is not set")]
struct NotSet {
    key: String,
}

/// Shows or changes the settings.
pub fn run(args: &ConfigArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match &args.action {
        ConfigAction::Show(args) => show(args, surroundings, printer),
        ConfigAction::Get { key } => get(key, surroundings, printer),
        ConfigAction::Set { key, value } => change_and_warn(key, Some(value), surroundings, printer),
        ConfigAction::Unset { key } => change_and_warn(key, None, surroundings, printer),
        ConfigAction::Path => {
            let path = file(surroundings)?;
            Ok(writeln!(printer.stdout(), "{}", sanitize(&path.to_string_lossy()))?)
        }
    }
}

/// Where the configuration file is, or would be.
///
/// **Errors**: when no home directory is known and one is needed.
pub fn file(surroundings: &Surroundings) -> Result<PathBuf, CommandError> {
    Ok(paths::config_dir(&surroundings.environment)?.value.join(paths::CONFIG_FILE))
}

/// The settings that hold where nothing is typed. The zone is UTC where `TZ` names none.
///
/// **Errors**: when the file is not valid, another variable has a value that it may not, or no home directory is known.
pub fn resolved(surroundings: &Surroundings) -> Result<ResolvedSettings, CommandError> {
    let config = Config::load(&file(surroundings)?)?;
    Ok(settings::resolved_without_zone(&config, surroundings)?.0)
}

/// As [`resolved`], and warns where `TZ` names no zone.
fn resolved_with_warning(
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ResolvedSettings, CommandError> {
    let config = Config::load(&file(surroundings)?)?;
    let (resolved, odd_zone) = settings::resolved_without_zone(&config, surroundings)?;
    if let Some(error) = odd_zone {
        printer.warning(&format!("{error}; reports need one"))?;
    }
    Ok(resolved)
}

fn show(args: &ShowArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let rows = resolved_with_warning(surroundings, printer)?.rows();
    match settings::answer(&args.json, surroundings)? {
        Answer::Table(_) | Answer::Csv => show_lines(&rows, args.origin, printer),
        answer @ (Answer::Json | Answer::Jq(_)) => printer.json(&json::to_text(&SettingsJson::new(&rows))?, &answer),
    }
}

fn show_lines(rows: &[SettingRow], has_origin: bool, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    for row in rows {
        let (key, value) = (row.key.to_string(), sanitize(&row.value));
        let origin = if has_origin { format!("  ({})", row.origin) } else { String::new() };
        writeln!(printer.stdout(), "{} = {value}{}", sanitize(&key), sanitize(&origin))?;
    }
    Ok(())
}

fn get(key: &str, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    match resolved_with_warning(surroundings, printer)?.get(key)? {
        Some(row) => Ok(writeln!(printer.stdout(), "{}", sanitize(&row.value))?),
        None => Err(CommandError::new(ErrorKind::Config, NotSet { key: key.to_owned() })
            .hint(format!("set it with `ccu config set {key} VALUE`"))),
    }
}

/// Changes a setting in the file; without a value, takes it out.
///
/// **Errors**: when there is no such setting, it cannot have that value, or the file cannot be changed; it is then as it was.
pub fn change(surroundings: &Surroundings, key: &str, value: Option<&str>) -> Result<Change, CommandError> {
    let file = file(surroundings)?;
    match value {
        Some(value) => config::set(&file, key, value).map_err(not_set),
        None => Ok(config::unset(&file, key)?),
    }
}

/// A price or alias that was refused is in no file, and need not be taken out of one.
fn not_set(error: ConfigError) -> CommandError {
    match &error {
        ConfigError::Prices { .. } => CommandError::new(ErrorKind::Usage, error)
            .hint("nothing was changed; `ccu model` shows model ids, which are written out, as in `claude-opus-5`"),
        _ => error.into(),
    }
}

/// Changes a setting and says what is wrong, or other than one may think, after it. That it was made needs no words.
fn change_and_warn(
    key: &str,
    value: Option<&str>,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<(), CommandError> {
    // A file or variable that is wrong is no reason not to change a setting.
    let before = resolved(surroundings).ok();
    let change = change(surroundings, key, value)?;
    for problem in &change.remaining {
        printer.warning(&format!("the configuration is not valid yet: {problem}"))?;
    }
    let Ok(after) = resolved(surroundings) else { return Ok(()) };
    if let (Some(_), Ok(Some(SettingRow { origin: SettingOrigin::Variable(variable), .. }))) = (value, after.get(key)) {
        printer.warning(&format!("`{variable}` is set and wins over the file"))?;
    }
    let (Some(before), after) = (before, after.data_dir.value) else { return Ok(()) };
    let config_dir = paths::config_dir(&surroundings.environment)?.value;
    match existing_database(&config_dir, &before.data_dir.value) {
        Some(database) if before.data_dir.value != after && existing_database(&config_dir, &after).is_none() => {
            Ok(printer.warning(&left_behind(&database, &after))?)
        }
        Some(_) | None => Ok(()),
    }
}

/// That the database stays where it was, and how to move it; its companions of SQLite's go with it.
fn left_behind(database: &Path, data_dir: &Path) -> String {
    let (from, to) = (shell_quoted(database), shell_quoted(data_dir));
    format!(
        "this machine's database stays in `{}`, and the next report begins a new one; to move it: `mkdir -p {to} && mv {from}* {to}/`",
        database.parent().unwrap_or(database).display()
    )
}

/// A path as a shell takes it for one word.
fn shell_quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+:\\".contains(character);
    if text.chars().all(is_plain) { text.into_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The keys with what they mean, for the help of `ccu config set`.
fn keys_help() -> String {
    let lines = KEYS.iter().map(|key| format!("  {}\n    {}\n    Value: {}", key.name, key.meaning, key.expected));
    let lines: Vec<String> = std::iter::once("Settings:".to_owned()).chain(lines).collect();
    lines.join("\n")
}

#[derive(Serialize)]
struct SettingsJson {
    schema: u32,
    settings: Vec<SettingJson>,
}

#[derive(Serialize)]
struct SettingJson {
    key: String,
    value: String,
    origin: String,
}

impl SettingsJson {
    fn new(rows: &[SettingRow]) -> Self {
        let setting = |row: &SettingRow| SettingJson {
            key: row.key.to_string(),
            value: row.value.clone(),
            origin: row.origin.to_string(),
        };
        SettingsJson { schema: json::SCHEMA, settings: rows.iter().map(setting).collect() }
    }
}
