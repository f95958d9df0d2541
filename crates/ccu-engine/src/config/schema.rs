//! The text of the configuration file to settings, with everything that is wrong in it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{LocatedProblem, Problem};
use super::key::{SettingKey, dotted, keys_below, unknown};
use super::prices::{IncompletePrices, price_overrides};
use super::setting::{Setting, ValueType};

/// A setting and the line that it stands on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LocatedSetting {
    pub(super) setting: Setting,
    pub(super) line: usize,
}

/// What a text says.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The settings, by line.
    pub(super) settings: Vec<LocatedSetting>,
    /// What is wrong, by line.
    pub(super) problems: Vec<LocatedProblem>,
}

impl Reading {
    /// Whether the text is no TOML, so that nothing else is known of it.
    pub(super) fn is_broken(&self) -> bool {
        self.problems.iter().any(|located| matches!(located.problem, Problem::Syntax { .. }))
    }
}

/// Reads the text. Where it is no TOML, only that is said: what a broken text means is a guess.
pub(super) fn read(text: &str) -> Reading {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, reading: Reading::default() };
    for error in errors {
        let span = error.span().unwrap_or_default();
        let found = text.get(span.clone()).unwrap_or_default().to_owned();
        reader.report(span, Problem::Syntax { message: error.message().to_owned(), found });
    }
    if !reader.reading.is_broken() {
        reader.table(&[], table.get_ref());
        reader.incomplete_prices();
    }
    let mut reading = reader.reading;
    reading.settings.sort_by_key(|located| located.line);
    reading.problems.sort_by_key(|located| (located.line, located.column));
    reading
}

struct Reader<'a> {
    text: &'a str,
    reading: Reading,
}

impl Reader<'_> {
    fn report(&mut self, span: Range<usize>, problem: Problem) {
        let (line, column) = position(self.text, span.start);
        self.reading.problems.push(LocatedProblem { line, column, problem });
    }

    /// Reads what stands in the table with these parts.
    fn table(&mut self, parents: &[String], table: &DeTable<'_>) {
        for (name, value) in table {
            let parts = [parents, &[name.get_ref().to_string()]].concat();
            match (SettingKey::from_parts(&parts), value.get_ref()) {
                (Some(key), _) => self.setting(&key, name.span(), value),
                (None, DeValue::Table(below)) if keys_below(&parts).is_some() => self.table(&parts, below),
                (None, other) if keys_below(&parts).is_some() => {
                    let problem =
                        Problem::WrongType { key: dotted(&parts), found: type_name(other), expected: "a table" };
                    self.report(value.span(), problem);
                }
                (None, _) => self.report(name.span(), unknown(&parts)),
            }
        }
    }

    fn setting(&mut self, key: &SettingKey, name_span: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let text = match (key.value_type(), value.get_ref()) {
            (ValueType::Text | ValueType::Date, DeValue::String(text)) => text.to_string(),
            (ValueType::Number, DeValue::Integer(number)) => number.to_string(),
            (ValueType::Number, DeValue::Float(number)) => number.to_string(),
            (ValueType::Boolean, DeValue::Boolean(is_true)) => is_true.to_string(),
            (ValueType::Date, DeValue::Datetime(date)) => date.to_string(),
            (_, other) => {
                let problem =
                    Problem::WrongType { key: key.to_string(), found: type_name(other), expected: key.expected() };
                return self.report(value.span(), problem);
            }
        };
        match Setting::parse(key, &text) {
            Ok(setting) => {
                let (line, _) = position(self.text, name_span.start);
                self.reading.settings.push(LocatedSetting { setting, line });
            }
            Err(problem) => self.report(value.span(), problem),
        }
    }

    fn incomplete_prices(&mut self) {
        let (_, incomplete) = price_overrides(&self.reading.settings);
        for IncompletePrices { table, missing, line } in incomplete {
            let missing_key = dotted(&[&table[..], &[missing.to_owned()]].concat());
            // A price that is there but wrong is said already.
            if self.reading.problems.iter().all(|located| located.problem.key() != Some(&missing_key)) {
                let problem = Problem::Incomplete { table: dotted(&table), missing };
                self.reading.problems.push(LocatedProblem { line, column: 1, problem });
            }
        }
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The line and the column, in characters, of a byte of the text, both counted from 1.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let in_line = before[line_start..].trim_start_matches('\u{feff}');
    (before.matches('\n').count() + 1, in_line.chars().count() + 1)
}
