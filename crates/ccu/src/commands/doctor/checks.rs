//! What `ccu doctor` looks at. Each check goes on as far as it can; what it cannot tell is a finding.

use std::path::Path;

use ccu_core::report::{Filter, Grouping, Notes, ReportRequest};
use ccu_core::time::UtcMillis;
use ccu_engine::claude_settings::cleanup_period;
use ccu_engine::config::{Config, ResolvedSettings};
use ccu_engine::ingest::Unread;
use ccu_engine::ledger::Ledger;
use ccu_engine::paths::{self, TranscriptRoot};
use jiff::civil::Weekday;

use crate::args::report::ReportArgs;
use crate::commands::doctor::{Finding, Level};
use crate::commands::opened::place;
use crate::commands::{config, opened};
use crate::error::CommandError;
use crate::render::Scope;
use crate::render::number::{count, grouped, short};
use crate::settings;
use crate::surroundings::Surroundings;

/// So many lines with problems are named.
const MAX_LINES: usize = 20;
/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;

/// The checks with what they have found so far.
pub struct Checks<'a> {
    surroundings: &'a Surroundings,
    findings: Vec<Finding>,
    topic: &'static str,
}

impl<'a> Checks<'a> {
    /// Nothing looked at yet.
    pub fn new(surroundings: &'a Surroundings) -> Self {
        Checks { surroundings, findings: Vec::new(), topic: "configuration" }
    }

    /// Looks at everything, and first makes the roll-ups anew if asked to.
    pub fn all(mut self, is_rebuilding: bool) -> Vec<Finding> {
        let config = self.configuration();
        let Some(resolved) = self.resolved(&config) else { return self.findings };
        self.topic = "database";
        let ledger = self.database(&resolved, is_rebuilding);
        self.topic = "transcripts";
        self.directories();
        if let Some(ledger) = &ledger {
            self.unread(ledger, &resolved);
            self.lines(ledger);
            self.topic = "prices";
            self.prices(ledger, &config, &resolved);
        }
        self.findings
    }

    fn add(&mut self, level: Level, message: impl Into<String>, hint: Option<&str>) {
        let hint = hint.map(str::to_owned);
        self.findings.push(Finding { topic: self.topic, level, message: message.into(), hint });
    }

    fn ok(&mut self, message: impl Into<String>) {
        self.add(Level::Ok, message, None);
    }

    fn problem(&mut self, error: &CommandError) {
        let causes = error.causes();
        let message = std::iter::once(error.to_string()).chain(causes).collect::<Vec<String>>().join(": ");
        let hint = error.hints.join("; ");
        self.add(Level::Problem, message, Some(&hint).filter(|hint| !hint.is_empty()).map(|hint| hint.as_str()));
    }

    /// The configuration; one that says nothing where it is not valid.
    fn configuration(&mut self) -> Config {
        match config::file(self.surroundings) {
            Ok(path) if path.exists() => self.ok(format!("`{}`", path.display())),
            // Below something that is no directory, nothing can be; loading it says so.
            Ok(path) if path.parent().is_some_and(|parent| parent.exists() && !parent.is_dir()) => {}
            Ok(path) => self.ok(format!("`{}` is not there, so all defaults hold", path.display())),
            Err(_) => {}
        }
        match opened::load_config(self.surroundings) {
            Ok(config) => config,
            Err(error) => {
                self.problem(&error);
                Config::default()
            }
        }
    }

    fn resolved(&mut self, config: &Config) -> Option<ResolvedSettings> {
        match settings::resolved(&ReportArgs::default(), config, self.surroundings) {
            Ok(resolved) => {
                let zone = settings::zone(&resolved, self.surroundings);
                let scope = Scope::everything(zone);
                self.ok(format!("machine `{}`, zone {}", resolved.machine_name.value, scope.zone_name()));
                Some(resolved)
            }
            Err(error) => {
                self.problem(&error);
                None
            }
        }
    }

    fn database(&mut self, resolved: &ResolvedSettings, is_rebuilding: bool) -> Option<Ledger> {
        let opened = place(resolved, self.surroundings).and_then(|place| Ok(Ledger::open(place)?));
        let mut ledger = match opened {
            Ok(ledger) => ledger,
            Err(error) => {
                self.problem(&error);
                return None;
            }
        };
        self.ok(format!("`{}`", ledger.path().display()));
        if is_rebuilding {
            match ledger.rebuild_rollups() {
                Ok(rebuilt) if rebuilt.were_wrong => {
                    self.ok(format!("the sums of {} were wrong and are made anew", days(rebuilt.n_days)));
                }
                Ok(rebuilt) => self.ok(format!("the sums of {} were right and are made anew", days(rebuilt.n_days))),
                Err(error) => self.problem(&error.into()),
            }
        }
        match ledger.health() {
            Ok(health) => self.health(&health, resolved),
            Err(error) => self.problem(&error.into()),
        }
        Some(ledger)
    }

    fn health(&mut self, health: &ccu_store::Health, resolved: &ResolvedSettings) {
        let zone = settings::zone(resolved, self.surroundings);
        let scope = Scope::everything(zone);
        let span = match (health.first, health.last) {
            (Some(first), Some(last)) => format!(", from {} to {}", scope.day(first), scope.day(last)),
            (_, _) => String::new(),
        };
        let records = count(health.n_records, "record", "records");
        let transcripts = count(health.n_transcripts, "transcript", "transcripts");
        self.ok(format!("{records} of {transcripts}{span}; {}B", short(health.bytes)));
        if health.damages.is_empty() {
            self.ok("the file is sound");
        } else {
            let hint = "`ccu reset-db --force` sets the file aside; the transcripts that are left then fill a new one";
            self.add(Level::Problem, format!("the file is damaged:\n{}", health.damages.join("\n")), Some(hint));
        }
        if health.are_rollups_true {
            self.ok("the sums are those of the records");
        } else {
            self.add(
                Level::Problem,
                "the sums are not those of the records",
                Some("mend them with `ccu doctor --rebuild`"),
            );
        }
    }

    /// The directories of Claude Code, and how long it keeps transcripts.
    fn directories(&mut self) {
        let roots = match paths::transcript_roots(&self.surroundings.environment) {
            Ok(roots) => roots,
            Err(error) => return self.problem(&error.into()),
        };
        let there: Vec<&TranscriptRoot> = roots.iter().filter(|root| root.path.join("projects").exists()).collect();
        for root in roots.iter().filter(|root| root.is_named && !root.path.join("projects").exists()) {
            self.add(Level::Note, opened::missing_root(&root.path), None);
        }
        if there.is_empty() {
            let hint = "use Claude Code, or set `CLAUDE_CONFIG_DIR` if its files are elsewhere";
            let places: Vec<String> =
                roots.iter().map(|root| format!("`{}`", root.path.join("projects").display())).collect();
            self.add(Level::Note, format!("there are none: {} are not there", places.join(" and ")), Some(hint));
        }
        for root in there {
            self.directory(&root.path);
        }
    }

    fn directory(&mut self, root: &Path) {
        let period = cleanup_period(root);
        let days = days(usize::try_from(period.days).unwrap_or(usize::MAX));
        let whose = if period.is_set { "as `cleanupPeriodDays` says" } else { "its default" };
        self.ok(format!(
            "`{}`; Claude Code deletes them {days} after their last use, {whose}",
            root.join("projects").display()
        ));
        if let Some(note) = &period.note {
            self.add(Level::Note, note.to_string(), None);
        }
    }

    fn unread(&mut self, ledger: &Ledger, resolved: &ResolvedSettings) {
        let unread = match ledger.unread() {
            Ok(unread) => unread,
            Err(error) => return self.problem(&error.into()),
        };
        if unread.n_transcripts == 0 {
            return self.ok("all are read");
        }
        let transcripts = count(unread.n_transcripts as u64, "transcript has", "transcripts have");
        let message =
            format!("{transcripts} {}B that are not read yet{}", short(unread.bytes), self.end_of(&unread, resolved));
        self.add(Level::Note, message, Some("read them with `ccu refresh`"));
    }

    /// When Claude Code deletes the first of the unread transcripts.
    fn end_of(&self, unread: &Unread, resolved: &ResolvedSettings) -> String {
        let Some((path, modified)) = &unread.oldest else { return String::new() };
        let Ok(roots) = paths::transcript_roots(&self.surroundings.environment) else { return String::new() };
        let Some(root) = roots.iter().find(|root| path.starts_with(&root.path)) else { return String::new() };
        let period_ms = i64::try_from(cleanup_period(&root.path).days).unwrap_or(i64::MAX).saturating_mul(DAY_MS);
        let end = UtcMillis(modified.0.saturating_add(period_ms));
        let left = end.0.saturating_sub(self.surroundings.now.0);
        let zone = settings::zone(resolved, self.surroundings);
        match left / DAY_MS {
            _ if left <= 0 => "; Claude Code deletes the oldest at its next start".to_owned(),
            0 => "; Claude Code deletes the oldest within a day".to_owned(),
            n_days => {
                let day = Scope::everything(zone).day(end);
                format!("; Claude Code deletes the oldest in {}, on {day}", days(usize::try_from(n_days).unwrap_or(0)))
            }
        }
    }

    fn lines(&mut self, ledger: &Ledger) {
        let problems = match ledger.problems(MAX_LINES + 1) {
            Ok(problems) => problems,
            Err(error) => return self.problem(&error.into()),
        };
        if problems.is_empty() {
            return self.ok("all lines could be read");
        }
        let mut lines: Vec<String> = problems[..problems.len().min(MAX_LINES)]
            .chunk_by(|one, next| one.path == next.path && one.problem == next.problem)
            .filter_map(|alike| alike.first().map(|named| (named, alike)))
            .map(|(named, alike)| {
                let numbers: Vec<u64> = alike.iter().filter_map(|named| named.line).collect();
                format!("`{}`{}: {}", named.path.display(), line_ranges(&numbers), named.problem)
            })
            .collect();
        if problems.len() > MAX_LINES {
            lines.push("and more".to_owned());
        }
        self.add(Level::Note, format!("lines with problems:\n{}", lines.join("\n")), None);
    }

    fn prices(&mut self, ledger: &Ledger, config: &Config, resolved: &ResolvedSettings) {
        let prices = match config.price_table() {
            Ok(prices) => prices,
            Err(error) => return self.problem(&error.into()),
        };
        let request = ReportRequest {
            grouping: Grouping::Model,
            zone: settings::zone(resolved, self.surroundings),
            now: self.surroundings.now,
            since: None,
            until: None,
            instants: None,
            last: None,
            week_start: Weekday::Monday,
            order: None,
            by_project: false,
            filter: Filter::default(),
        };
        match ledger.report(&request, &prices) {
            Ok(report) => self.notes(&report.notes),
            Err(error) => self.problem(&error.into()),
        }
    }

    fn notes(&mut self, notes: &Notes) {
        if notes.unpriced_models.is_empty() {
            self.ok("every model has a price");
        }
        for (model, tokens) in &notes.unpriced_models {
            let hint = format!(
                "set one with `ccu config set 'prices.\"{model}\".input' DOLLARS` and `.output`, or name another model's with `ccu config set 'aliases.\"{model}\"' MODEL`"
            );
            self.add(
                Level::Note,
                format!("`{model}` has no price; its {} tokens cost nothing in reports", grouped(*tokens)),
                Some(&hint),
            );
        }
        self.topic = "records";
        if notes.partial_records > 0 {
            let responses = count(notes.partial_records, "response", "responses");
            self.add(
                Level::Note,
                format!(
                    "{responses} may lack output tokens: some versions of Claude Code never wrote their final count"
                ),
                None,
            );
        }
        if notes.legacy_records > 0 {
            let responses = count(notes.legacy_records, "response is", "responses are");
            self.add(Level::Note, format!("{responses} known only from an earlier tool's data"), None);
        }
        if notes.undated_records > 0 {
            let responses = count(notes.undated_records, "response has", "responses have");
            self.add(Level::Note, format!("{responses} no usable time, counted under the day `unknown`"), None);
        }
        if notes.is_saturated {
            self.add(Level::Problem, "a sum is larger than the largest number there is", None);
        }
    }
}

fn days(n_days: usize) -> String {
    count(n_days as u64, "day", "days")
}

/// Line numbers that ascend, runs of them together: `, line 4`, `, lines 4; 7-9 and 12`; nothing where none is known.
fn line_ranges(numbers: &[u64]) -> String {
    let ranges: Vec<String> = numbers
        .chunk_by(|one, next| one + 1 == *next)
        .filter_map(|run| match run {
            [] => None,
            [one] => Some(grouped(*one)),
            [first, .., last] => Some(format!("{}-{}", grouped(*first), grouped(*last))),
        })
        .collect();
    match ranges.as_slice() {
        [] => String::new(),
        [one] if numbers.len() == 1 => format!(", line {one}"),
        [one] => format!(", lines {one}"),
        [first @ .., last] => format!(", lines {} and {last}", first.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_the_same_problem_stand_together() {
        let check = |numbers: &[u64], expected| assert_eq!(line_ranges(numbers), expected);
        check(&[], "");
        check(&[4], ", line 4");
        check(&[4, 5, 6], ", lines 4-6");
        check(&[4, 7, 8, 9, 1_200], ", lines 4; 7-9 and 1,200");
    }
}
