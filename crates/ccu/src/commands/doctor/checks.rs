//! What `ccu doctor` looks at. Each check goes on as far as it can; what it cannot tell is a finding.

mod transcripts;

use ccu_core::report::{Filter, Grouping, Notes, ReportRequest};
use ccu_engine::config::{Config, ResolvedSettings};
use ccu_engine::ledger::Ledger;
use jiff::civil::Weekday;

use crate::commands::doctor::{Finding, Level};
use crate::commands::opened::place;
use crate::commands::{config, opened};
use crate::error::CommandError;
use crate::error_sources::DAMAGED_DATABASE;
use crate::render::Scope;
use crate::render::number::{count, grouped, short};
use crate::sanitize::sanitize_name;
use crate::settings;
use crate::surroundings::Surroundings;

/// The checks with what they have found so far.
pub struct Checks<'a> {
    surroundings: &'a Surroundings,
    findings: Vec<Finding>,
    topic: &'static str,
    /// Transcripts and directories that cannot be read.
    n_unreadable: usize,
    /// So many lines with problems are named.
    max_lines: usize,
}

impl<'a> Checks<'a> {
    /// Nothing looked at yet. At most `max_lines` lines with problems will be named.
    pub fn new(surroundings: &'a Surroundings, max_lines: usize) -> Self {
        Checks { surroundings, findings: Vec::new(), topic: "configuration", n_unreadable: 0, max_lines }
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
        match settings::resolved_without_zone(config, self.surroundings) {
            Ok((resolved, odd_zone)) => {
                if let Some(error) = odd_zone {
                    self.problem(&error.into());
                }
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
            let message = format!("the file is damaged:\n{}", health.damages.join("\n"));
            self.add(Level::Problem, message, Some(DAMAGED_DATABASE));
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
            let name = sanitize_name(model);
            let hint = pricing(model);
            self.add(
                Level::Note,
                format!("`{name}` has no price; its {} tokens cost nothing in reports", grouped(*tokens)),
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

/// How a model gets a price. A command is only shown where it can be copied: an id may hold anything.
fn pricing(model: &str) -> String {
    if sanitize_name(model) != model || model.contains(['\'', '"', '\\']) {
        return "set one by the id of the model in the file that `ccu config path` names".to_owned();
    }
    format!(
        "set one with `ccu config set 'prices.\"{model}\".input' DOLLARS` and `.output`, or name another model's with `ccu config set 'aliases.\"{model}\"' MODEL`"
    )
}

fn days(n_days: usize) -> String {
    count(n_days as u64, "day", "days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_only_where_it_can_be_copied() {
        let has_command = |model: &str| pricing(model).contains("ccu config set");
        assert!(has_command("glm-4.7"));
        for model in ["it's", "a\"b", "a\\b", "a\nok  all is well", &"x".repeat(100)] {
            assert!(!has_command(model), "{model}");
        }
    }
}
