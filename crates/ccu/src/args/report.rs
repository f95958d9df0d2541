//! The flags of reports: the same name and the same meaning for every one of them.

use ccu_engine::config::{ZoneChoice, parse_weekday};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use jiff::civil::Weekday;

use crate::args::date::DateArg;

/// The flags of every report.
#[derive(Debug, Clone, PartialEq, Default, Args)]
pub struct ReportArgs {
    /// Count from this day on: YYYY-MM-DD, YYYYMMDD, today, yesterday, or so long ago: 7d, 2w, 3m
    #[arg(long, short, value_name = "DAY", help_heading = "What to count")]
    pub since: Option<DateArg>,
    /// Count up to this day, including it
    #[arg(long, short, value_name = "DAY", help_heading = "What to count")]
    pub until: Option<DateArg>,
    /// Show only the newest N periods, counted back from today, or the N rows that were active last
    #[arg(long, short = 'n', value_name = "N", value_parser = at_least_one, allow_negative_numbers = true, help_heading = "What to count")]
    pub last: Option<u32>,
    /// Count only projects whose name or path has this in it; repeat or separate by commas for several
    #[arg(long, short, value_name = "NAME", value_delimiter = ',', help_heading = "What to count")]
    pub project: Vec<String>,
    /// Count only models whose id has this in it; repeat or separate by commas for several
    #[arg(long, short, value_name = "ID", value_delimiter = ',', help_heading = "What to count")]
    pub model: Vec<String>,
    /// Count only this machine, by name or id; repeat or separate by commas for several
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "What to count")]
    pub machine: Vec<String>,
    /// Part the days at the midnights of this zone, such as Europe/Berlin
    #[arg(long, short = 'z', value_name = "ZONE", value_parser = timezone, help_heading = "What to count")]
    pub timezone: Option<ZoneChoice>,
    /// Start weeks on this day
    #[arg(long, value_name = "DAY", value_parser = weekday(), ignore_case = true, help_heading = "What to count")]
    pub start_of_week: Option<Weekday>,
    /// Show a row for each model too
    #[arg(long, short, help_heading = "What to show")]
    pub breakdown: bool,
    /// Show the rows of each project apart (daily, weekly, monthly, yearly)
    #[arg(long, short, help_heading = "What to show")]
    pub instances: bool,
    /// Which end comes first: the oldest or smallest (asc), or the newest or largest (desc)
    #[arg(long, short, value_name = "ORDER", value_enum, help_heading = "What to show")]
    pub order: Option<OrderArg>,
    /// Leave out costs
    #[arg(long, help_heading = "What to show")]
    pub no_cost: bool,
    /// Show numbers in place of the names of projects, sessions and machines
    #[arg(long, help_heading = "What to show")]
    pub anon: bool,
    /// Print the narrow table, however wide the terminal is
    #[arg(long, help_heading = "What to show")]
    pub compact: bool,
    /// Answer in JSON
    #[arg(long, short, help_heading = "How to answer")]
    pub json: bool,
    /// Answer in JSON, filtered by jq: --jq .totals.totalCost
    #[arg(long, value_name = "EXPR", help_heading = "How to answer")]
    pub jq: Option<String>,
    /// Answer in CSV
    #[arg(long, conflicts_with_all = ["json", "jq"], help_heading = "How to answer")]
    pub csv: bool,
    /// Answer from the database, without reading new transcripts first
    #[arg(long, help_heading = "How to answer")]
    pub no_refresh: bool,
    /// Accepted for compatibility: prices are always local
    #[arg(long, help_heading = "How to answer")]
    pub offline: bool,
}

/// The flags of `ccu blocks`.
#[derive(Debug, Clone, Default, Args)]
pub struct BlocksArgs {
    /// Show only the block that runs now
    #[arg(long, short, conflicts_with = "recent")]
    pub active: bool,
    /// Show only blocks of the last three days, as --since 3d does
    #[arg(long, short, conflicts_with = "since")]
    pub recent: bool,
    /// The flags of every report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Which end of a report comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderArg {
    /// Oldest or smallest first
    Asc,
    /// Newest or largest first
    Desc,
}

fn at_least_one(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| "expected a whole number from 1 on".to_owned())
}

fn timezone(text: &str) -> Result<ZoneChoice, String> {
    ZoneChoice::parse(text).map_err(|meant| match meant {
        Some(meant) => format!("no such time zone; did you mean `{meant}`?"),
        None => "expected an IANA time zone such as `Europe/Berlin`, or `system`".to_owned(),
    })
}

fn weekday() -> impl TypedValueParser<Value = Weekday> {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    PossibleValuesParser::new(days).try_map(|day| parse_weekday(&day).map_err(|_| NotAWeekday))
}

/// A text is no day of the week.
#[derive(Debug, thiserror::Error)]
#[error("expected a day of the week, such as `monday`")]
struct NotAWeekday;
