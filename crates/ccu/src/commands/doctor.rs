//! `ccu doctor`: looks over configuration, database, transcripts and prices, and says what is wrong and what mends it.

mod checks;

use clap::Args;
use serde::Serialize;

use crate::args::JsonArgs;
use crate::commands::doctor::checks::Checks;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::render::grid::wrapped;
use crate::render::{json, theme};
use crate::sanitize::sanitize_lines;
use crate::settings::{self, Answer};
use crate::surroundings::Surroundings;

/// So many lines with problems are named to people; programs get all.
const MAX_LINES: usize = 20;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Make the sums of the database anew from its records
    #[arg(long)]
    pub rebuild: bool,
    /// JSON.
    #[command(flatten)]
    pub json: JsonArgs,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing; reports are right but for what it says.
    Note,
    /// Reports are wrong or missing until it is mended.
    Problem,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Note => "note",
            Level::Problem => "problem",
        }
    }

    fn style(self) -> anstyle::Style {
        match self {
            Level::Ok => theme::MUTED,
            Level::Note => theme::WARNING,
            Level::Problem => theme::ERROR,
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `configuration`, `database`, `transcripts`, `prices`.
    pub topic: &'static str,
    /// How bad it is.
    pub level: Level,
    /// How it is.
    pub message: String,
    /// What mends it.
    pub hint: Option<String>,
}

/// Looks everything over. The exit code says whether there is a problem.
pub fn run(
    args: &DoctorArgs,
    surroundings: &Surroundings,
    printer: &mut Printer<'_>,
) -> Result<ExitCode, CommandError> {
    let answer = settings::answer(&args.json, surroundings)?;
    let max_lines = match answer {
        Answer::Table(_) => MAX_LINES,
        Answer::Json | Answer::Jq(_) | Answer::Csv => usize::MAX,
    };
    let findings = Checks::new(surroundings, max_lines).all(args.rebuild);
    let worst = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
    match &answer {
        Answer::Table(options) => write_lines(&findings, options.width, printer)?,
        Answer::Json | Answer::Jq(_) | Answer::Csv => {
            let report = FindingsJson { schema: json::SCHEMA, is_healthy: worst < Level::Problem, findings: &findings };
            printer.json(&json::to_text(&report)?, &answer)?;
        }
    }
    Ok(if worst == Level::Problem { ExitCode::Failed } else { ExitCode::Ok })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingsJson<'a> {
    schema: u32,
    is_healthy: bool,
    findings: &'a [Finding],
}

fn write_lines(findings: &[Finding], width: usize, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let mut topic = "";
    for finding in findings {
        if finding.topic != topic {
            let (blank, title) = (if topic.is_empty() { "" } else { "\n" }, theme::TITLE);
            let (first, rest) = finding.topic.split_at(1);
            writeln!(printer.stdout(), "{blank}{title}{}{rest}{title:#}", first.to_uppercase())?;
            topic = finding.topic;
        }
        let style = finding.level.style();
        let lines = sanitize_lines(&finding.message);
        let mut lines = lines.lines().map(|line| beside_level(line, width));
        writeln!(
            printer.stdout(),
            "  {style}{:<7}{style:#}  {}",
            finding.level.name(),
            lines.next().unwrap_or_default()
        )?;
        for line in lines {
            writeln!(printer.stdout(), "           {line}")?;
        }
        if let Some(hint) = &finding.hint {
            let hint = beside_level(&sanitize_lines(hint), width);
            writeln!(printer.stdout(), "           {hint}")?;
        }
    }
    Ok(())
}

/// Breaks a text into lines that stand beside the level, without the blanks before the first.
fn beside_level(text: &str, width: usize) -> String {
    wrapped(text, width.saturating_sub(11), "").replace('\n', "\n           ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beside_the_level_use_the_whole_width() {
        let finding = Finding {
            topic: "database",
            level: Level::Problem,
            message: "one two three four five six".to_owned(),
            hint: Some("seven eight nine ten eleven".to_owned()),
        };
        let mut stdout = Vec::new();
        let mut printer = Printer::for_test(&mut stdout);
        write_lines(&[finding], 27, &mut printer).unwrap();
        printer.flush().unwrap();
        drop(printer);
        let expected = "Database\n  problem  one two three\n           four five six\n           seven eight nine\n           ten eleven\n";
        assert_eq!(String::from_utf8(stdout).unwrap(), expected);
    }
}
