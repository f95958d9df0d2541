//! From what was typed to what holds: typed > environment > configuration file > default. Commands read only the result.

use ccu_core::report::{Filter, Grouping, Order, ReportRequest};
use ccu_engine::config::{Config, Inputs, ResolveError, ResolvedSettings, TypedSettings, ZoneChoice, resolve};
use ccu_engine::env::Environment;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::args::report::{OrderArg, ReportArgs};
use crate::args::{ColorArg, JsonArgs, OutputArgs};
use crate::commands::opened::keeps_all;
use crate::error::{CommandError, ErrorKind};
use crate::printer::PrinterOptions;
use crate::render::jq;
use crate::render::table::TableOptions;
use crate::render::{Scope, Shown};
use crate::surroundings::Surroundings;

/// Characters in a line where nothing tells: what terminals began with.
const DEFAULT_WIDTH: usize = 80;
/// Tables are not drawn wider, however wide the terminal is: lines get hard to follow.
const MAX_WIDTH: usize = 200;
/// Nor narrower: there is nothing left to shorten.
const MIN_WIDTH: usize = 40;

/// What a report command goes by.
#[derive(Debug, Clone)]
pub struct ReportSettings {
    /// What is asked.
    pub request: ReportRequest,
    /// Which dates and which zone it is asked for.
    pub scope: Scope,
    /// What of the answer to show.
    pub shown: Shown,
    /// How to answer.
    pub answer: Answer,
    /// Whether names are hidden.
    pub hides_names: bool,
    /// Whether new transcripts are read first.
    pub is_refreshing: bool,
}

/// How a command answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// In words or a table.
    Table(TableOptions),
    /// In JSON.
    Json,
    /// In JSON, filtered.
    Jq(String),
    /// In CSV.
    Csv,
}

/// Flags that contradict each other or the report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The first day is after the last.
    #[error("`--since` is {since}, which is after `--until`, {until}")]
    SinceAfterUntil {
        /// The first day.
        since: Date,
        /// The last day.
        until: Date,
    },
    /// A report without periods has no rows to part by project.
    #[error("`--instances` parts the rows of daily, weekly, monthly and yearly reports only")]
    InstancesWithoutPeriods,
}

/// Decides how the outputs behave.
pub fn printer_options(output: &OutputArgs, surroundings: &Surroundings) -> PrinterOptions {
    let has_color = |is_terminal: bool| match output.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => is_terminal && environment_allows_color(surroundings),
    };
    PrinterOptions {
        has_color_stdout: has_color(surroundings.terminal.has_stdout),
        has_color_stderr: has_color(surroundings.terminal.has_stderr),
        is_quiet: output.quiet,
    }
}

/// **Source**: <https://no-color.org>; an empty `NO_COLOR` counts as not set, which the environment has seen to.
fn environment_allows_color(surroundings: &Surroundings) -> bool {
    let environment = &surroundings.environment;
    environment.no_color.is_none() && environment.term.as_deref().is_none_or(|term| term != "dumb")
}

/// The settings of the configuration and the environment, under what was typed.
///
/// **Errors**: when a variable has a value that it may not.
pub fn resolved(
    args: &ReportArgs,
    config: &Config,
    surroundings: &Surroundings,
) -> Result<ResolvedSettings, CommandError> {
    Ok(resolve_with(args, &surroundings.environment, config, surroundings)?)
}

/// As [`resolved`], for the commands that have `--timezone`.
///
/// **Errors**: as [`resolved`].
pub fn resolved_for_report(
    args: &ReportArgs,
    config: &Config,
    surroundings: &Surroundings,
) -> Result<ResolvedSettings, CommandError> {
    match resolve_with(args, &surroundings.environment, config, surroundings) {
        Err(error @ ResolveError::BadZoneVariable { .. }) => {
            Err(CommandError::from(error).hint("`--timezone ZONE` wins over it"))
        }
        resolved => Ok(resolved?),
    }
}

/// As [`resolved`], for commands that get by without a zone: where `TZ` names none, UTC holds, and what is wrong with it comes
/// along.
///
/// **Errors**: as [`resolved`], but for `TZ`.
pub fn resolved_without_zone(
    config: &Config,
    surroundings: &Surroundings,
) -> Result<(ResolvedSettings, Option<ResolveError>), CommandError> {
    let args = ReportArgs::default();
    match resolve_with(&args, &surroundings.environment, config, surroundings) {
        Err(error @ ResolveError::BadZoneVariable { .. }) => {
            let environment = Environment { tz: Some("UTC".into()), ..surroundings.environment.clone() };
            Ok((resolve_with(&args, &environment, config, surroundings)?, Some(error)))
        }
        resolved => Ok((resolved?, None)),
    }
}

fn resolve_with(
    args: &ReportArgs,
    environment: &Environment,
    config: &Config,
    surroundings: &Surroundings,
) -> Result<ResolvedSettings, ResolveError> {
    let typed = TypedSettings { timezone: args.timezone.clone(), week_start: args.start_of_week };
    resolve(Inputs { typed: &typed, environment, config, host_name: &surroundings.host_name })
}

/// What a report goes by. `grouping` is `None` for reports that have their own way of grouping.
///
/// **Errors**: when flags contradict each other, or the filter of `--jq` is no jq.
pub fn report(
    args: &ReportArgs,
    grouping: Grouping,
    resolved: &ResolvedSettings,
    surroundings: &Surroundings,
) -> Result<ReportSettings, CommandError> {
    let zone = zone(resolved, surroundings);
    let today = surroundings.now.timestamp().to_zoned(zone.clone()).date();
    let scope = Scope {
        since: args.since.map(|day| day.on(today)),
        until: args.until.map(|day| day.on(today)),
        last: args.last.zip(periods(grouping)),
        is_filtered: !keeps_all(&filter(args)),
        zone,
    };
    check(args, grouping, &scope)?;
    let request = ReportRequest {
        grouping,
        zone: scope.zone.clone(),
        now: surroundings.now,
        since: scope.since,
        until: scope.until,
        instants: None,
        last: args.last.map(|last| last as usize),
        week_start: resolved.week_start.value,
        order: args.order.map(order),
        by_project: args.instances,
        filter: filter(args),
    };
    Ok(ReportSettings {
        request,
        scope,
        shown: Shown { has_models: args.breakdown, has_projects: args.instances, has_cost: !args.no_cost },
        answer: report_answer(args, surroundings)?,
        hides_names: args.anon,
        is_refreshing: !args.no_refresh,
    })
}

/// The zone that reports go by.
pub fn zone(resolved: &ResolvedSettings, surroundings: &Surroundings) -> TimeZone {
    match &resolved.timezone.value {
        ZoneChoice::System => surroundings.system_zone.clone(),
        ZoneChoice::Named { zone, .. } => zone.clone(),
    }
}

fn check(args: &ReportArgs, grouping: Grouping, scope: &Scope) -> Result<(), CommandError> {
    let usage = |error: SettingsError| Err(CommandError::new(ErrorKind::Usage, error));
    match (scope.since, scope.until) {
        (Some(since), Some(until)) if since > until => return usage(SettingsError::SinceAfterUntil { since, until }),
        (_, _) => {}
    }
    if args.instances && periods(grouping).is_none() {
        return usage(SettingsError::InstancesWithoutPeriods);
    }
    Ok(())
}

/// What the periods of a report are called, where it has any.
fn periods(grouping: Grouping) -> Option<&'static str> {
    match grouping {
        Grouping::Hourly => Some("hours"),
        Grouping::Daily => Some("days"),
        Grouping::Weekly => Some("weeks"),
        Grouping::Monthly => Some("months"),
        Grouping::Yearly => Some("years"),
        Grouping::Session | Grouping::Project | Grouping::Model | Grouping::Device => None,
    }
}

fn order(order: OrderArg) -> Order {
    match order {
        OrderArg::Asc => Order::Ascending,
        OrderArg::Desc => Order::Descending,
    }
}

/// Words of a comma-separated list may have blanks around them; empty ones would keep everything.
fn filter(args: &ReportArgs) -> Filter {
    let words =
        |words: &[String]| words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
    Filter {
        only_project: None,
        projects: words(&args.project),
        models: words(&args.model),
        machines: words(&args.machine),
    }
}

fn report_answer(args: &ReportArgs, surroundings: &Surroundings) -> Result<Answer, CommandError> {
    if args.csv {
        return Ok(Answer::Csv);
    }
    let options = TableOptions { width: width(surroundings), is_compact: args.compact };
    json_or(args.json, args.jq.as_deref(), Answer::Table(options))
}

/// How a command answers that has no flags of reports.
///
/// **Errors**: when the filter of `--jq` is no jq.
pub fn answer(args: &JsonArgs, surroundings: &Surroundings) -> Result<Answer, CommandError> {
    let options = TableOptions { width: width(surroundings), is_compact: false };
    json_or(args.json, args.jq.as_deref(), Answer::Table(options))
}

fn json_or(is_json: bool, filter: Option<&str>, otherwise: Answer) -> Result<Answer, CommandError> {
    match filter {
        Some(filter) => {
            jq::check(filter)?;
            Ok(Answer::Jq(filter.to_owned()))
        }
        None if is_json => Ok(Answer::Json),
        None => Ok(otherwise),
    }
}

/// The width of tables: that of the terminal, else `COLUMNS`, else 80.
fn width(surroundings: &Surroundings) -> usize {
    let columns = || surroundings.environment.columns.as_deref()?.to_str()?.parse().ok().filter(|&columns| columns > 0);
    surroundings.terminal.width.or_else(columns).unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, MAX_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use crate::surroundings::Terminal;
    use ccu_core::time::UtcMillis;
    use ccu_engine::atomic_file::{self, Access};
    use jiff::civil::Weekday;

    /// 2026-11-22 23:30 in UTC, which is the 23rd in Berlin; no variables, no terminal.
    fn surroundings() -> Surroundings {
        Surroundings {
            environment: Environment {
                home_dir: Some("/home/me".into()),
                user_config_dir: Some("/home/me/.config".into()),
                user_data_dir: Some("/home/me/.local/share".into()),
                ..Environment::default()
            },
            host_name: "host".into(),
            now: UtcMillis::parse("2026-11-22T23:30:00.000Z").unwrap(),
            clock: || UtcMillis(0),
            system_zone: TimeZone::UTC,
            terminal: Terminal::default(),
            is_demo: false,
        }
    }

    fn typed(line: &str) -> ReportArgs {
        match Cli::read(line.split_whitespace()).unwrap().command {
            Some(Command::Daily(args) | Command::Session(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    fn settings(line: &str, config: &Config, surroundings: &Surroundings) -> Result<ReportSettings, CommandError> {
        let args = typed(line);
        let grouping = if line.contains("session") { Grouping::Session } else { Grouping::Daily };
        report(&args, grouping, &resolved(&args, config, surroundings)?, surroundings)
    }

    fn settled(line: &str) -> ReportSettings {
        settings(line, &Config::default(), &surroundings()).unwrap()
    }

    fn refused(line: &str) -> (ErrorKind, String) {
        let error = settings(line, &Config::default(), &surroundings()).unwrap_err();
        (error.kind, error.to_string())
    }

    #[test]
    fn zone_and_week_start_by_precedence() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        let text = "[report]\ntimezone = 'Asia/Tokyo'\nweek_start = 'sunday'\n";
        atomic_file::write(&path, text.as_bytes(), Access::Unchanged).unwrap();
        let file = Config::load(&path).unwrap();
        let mut with_variable = surroundings();
        with_variable.environment.tz = Some("America/Lima".into());
        let check = |line: &str, config: &Config, surroundings: &Surroundings, zone: &str, week_start| {
            let settings = settings(line, config, surroundings).unwrap();
            assert_eq!(
                (settings.scope.zone_name().as_str(), settings.request.week_start),
                (zone, week_start),
                "{line}"
            );
        };
        let nothing = Config::default();
        check("ccu daily", &nothing, &surroundings(), "UTC", Weekday::Monday);
        check("ccu daily", &file, &surroundings(), "Asia/Tokyo", Weekday::Sunday);
        check("ccu daily", &file, &with_variable, "America/Lima", Weekday::Sunday);
        check(
            "ccu daily -z europe/berlin --start-of-week Friday",
            &file,
            &with_variable,
            "Europe/Berlin",
            Weekday::Friday,
        );
    }

    #[test]
    fn today_is_that_of_the_zone() {
        let check = |line, since: &str| assert_eq!(settled(line).scope.since.unwrap().to_string(), since, "{line}");
        check("ccu daily --since today", "2026-11-22");
        check("ccu daily --since today --timezone Europe/Berlin", "2026-11-23");
        check("ccu daily --since 1d --timezone Europe/Berlin", "2026-11-22");
        check("ccu daily --since 20261001", "2026-10-01");
    }

    #[test]
    fn everything_typed_arrives() {
        let settings = settled(
            "ccu daily --until yesterday --last 3 --order desc -p api, -p web --model opus,,sonnet --machine desk -b -i --no-cost --anon --no-refresh --offline",
        );
        let request = &settings.request;
        assert_eq!(request.until, Some("2026-11-21".parse().unwrap()));
        assert_eq!((request.last, request.order, request.by_project), (Some(3), Some(Order::Descending), true));
        let filter = Filter {
            only_project: None,
            projects: vec!["api".into(), "web".into()],
            models: vec!["opus".into(), "sonnet".into()],
            machines: vec!["desk".into()],
        };
        assert_eq!(request.filter, filter);
        assert_eq!(settings.shown, Shown { has_models: true, has_projects: true, has_cost: false });
        assert_eq!((settings.hides_names, settings.is_refreshing), (true, false));
    }

    #[test]
    fn one_answer_is_chosen() {
        let check = |line, expected| assert_eq!(settled(line).answer, expected, "{line}");
        check("ccu daily", Answer::Table(TableOptions { width: 80, is_compact: false }));
        check("ccu daily --compact", Answer::Table(TableOptions { width: 80, is_compact: true }));
        check("ccu daily --json", Answer::Json);
        check("ccu daily --jq .daily", Answer::Jq(".daily".into()));
        check("ccu daily --json --jq .daily", Answer::Jq(".daily".into()));
        check("ccu daily --csv", Answer::Csv);
    }

    #[test]
    fn contradictions_are_refused() {
        let check = |line, message: &str| assert_eq!(refused(line), (ErrorKind::Usage, message.to_owned()));
        check(
            "ccu daily --since today --until yesterday",
            "`--since` is 2026-11-22, which is after `--until`, 2026-11-21",
        );
        check("ccu session -i", "`--instances` parts the rows of daily, weekly, monthly and yearly reports only");
        check("ccu daily --jq [", "`--jq` does not understand `[`: expected closing bracket at character 2");
    }

    #[test]
    fn the_terminal_tells_the_width_before_the_variable() {
        let check = |terminal, columns: Option<&str>, expected| {
            let mut surroundings = surroundings();
            surroundings.terminal.width = terminal;
            surroundings.environment.columns = columns.map(Into::into);
            assert_eq!(width(&surroundings), expected);
        };
        check(None, None, 80);
        check(None, Some("120"), 120);
        check(None, Some("wide"), 80);
        check(None, Some("0"), 80);
        check(Some(100), Some("120"), 100);
        check(Some(500), None, 200);
        check(Some(10), None, 40);
    }

    #[test]
    fn colours_by_flag_variable_and_terminal() {
        let check = |color, (has_stdout, no_color, term): (bool, Option<&str>, Option<&str>), expected| {
            let mut surroundings = surroundings();
            surroundings.terminal.has_stdout = has_stdout;
            surroundings.environment.no_color = no_color.map(Into::into);
            surroundings.environment.term = term.map(Into::into);
            let output = OutputArgs { color, quiet: false };
            let options = printer_options(&output, &surroundings);
            assert_eq!((options.has_color_stdout, options.has_color_stderr), (expected, color == ColorArg::Always));
        };
        check(ColorArg::Auto, (true, None, Some("xterm")), true);
        check(ColorArg::Auto, (true, None, None), true);
        check(ColorArg::Auto, (true, Some("1"), Some("xterm")), false);
        check(ColorArg::Auto, (true, None, Some("dumb")), false);
        check(ColorArg::Auto, (false, None, Some("xterm")), false);
        check(ColorArg::Always, (false, Some("1"), Some("dumb")), true);
        check(ColorArg::Never, (true, None, Some("xterm")), false);
    }
}
