//! Filters that nothing matches, such as a mistyped model: says so beside the report, with what was probably meant.
//!
//! An empty report is a right answer to a filter of nothing, so this is a warning and no error.

use std::cmp::Reverse;

use ccu_core::report::{Filter, Grouping, ReportRequest, RowKey};

use crate::commands::opened::{Opened, keeps_all};
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::footnotes::on_same_data;
use crate::settings::ReportSettings;

/// Warns of each word of the filters that matches nothing in the whole database, whatever dates were asked for.
///
/// **Errors**: those of the database, and when the output cannot be written.
pub fn warn(settings: &ReportSettings, opened: &Opened, printer: &mut Printer<'_>) -> Result<(), CommandError> {
    let filter = &settings.request.filter;
    if printer.is_quiet() || keeps_all(filter) {
        return Ok(());
    }
    let by_model = |word: &String| Filter { models: vec![word.clone()], ..Filter::default() };
    let by_project = |word: &String| Filter { projects: vec![word.clone()], ..Filter::default() };
    let by_machine = |word: &String| Filter { machines: vec![word.clone()], ..Filter::default() };
    let words = filter.models.iter().map(|word| (word, Grouping::Model, by_model(word)));
    let words = words.chain(filter.projects.iter().map(|word| (word, Grouping::Project, by_project(word))));
    let words = words.chain(filter.machines.iter().map(|word| (word, Grouping::Device, by_machine(word))));
    for (word, grouping, filter) in words {
        if rows(grouping, filter, settings, opened)?.is_empty() {
            // Hidden names are not given away by a suggestion.
            let hides_name = settings.hides_names && grouping != Grouping::Model;
            let known = if hides_name { Vec::new() } else { known_names(grouping, settings, opened)? };
            printer.warning(&on_same_data(sentence(grouping, word, &known), opened.is_demo))?;
        }
    }
    Ok(())
}

fn rows(
    grouping: Grouping,
    filter: Filter,
    settings: &ReportSettings,
    opened: &Opened,
) -> Result<Vec<RowKey>, CommandError> {
    let request = ReportRequest {
        grouping,
        since: None,
        until: None,
        instants: None,
        last: None,
        by_project: false,
        filter,
        ..settings.request.clone()
    };
    Ok(opened.ledger.report(&request, &opened.prices)?.rows.into_iter().map(|row| row.key).collect())
}

fn known_names(grouping: Grouping, settings: &ReportSettings, opened: &Opened) -> Result<Vec<String>, CommandError> {
    if grouping == Grouping::Device {
        return Ok(opened.ledger.machines()?.into_iter().map(|machine| machine.name).collect());
    }
    let keys = rows(grouping, Filter::default(), settings, opened)?;
    let names = keys.into_iter().filter_map(|key| match key {
        RowKey::Project(name) | RowKey::Model(name) => Some(name.to_string()),
        RowKey::Hour(_)
        | RowKey::Period(_)
        | RowKey::Undated
        | RowKey::Session(_)
        | RowKey::Machine(_)
        | RowKey::Total => None,
    });
    Ok(names.collect())
}

fn sentence(grouping: Grouping, word: &str, known: &[String]) -> String {
    let (nothing, command, candidates) = match grouping {
        Grouping::Project => ("no project has", "`ccu project`", parts(known)),
        Grouping::Device => ("no machine is called", "`ccu device`", known.to_vec()),
        Grouping::Model
        | Grouping::Hourly
        | Grouping::Daily
        | Grouping::Weekly
        | Grouping::Monthly
        | Grouping::Yearly
        | Grouping::Session => ("no model has", "`ccu model`", parts(known)),
    };
    let place = match grouping {
        Grouping::Project => " in its name",
        Grouping::Device => "",
        Grouping::Model
        | Grouping::Hourly
        | Grouping::Daily
        | Grouping::Weekly
        | Grouping::Monthly
        | Grouping::Yearly
        | Grouping::Session => " in its id",
    };
    match closest(word, &candidates) {
        Some(meant) => format!("{nothing} `{word}`{place}; did you mean `{meant}`?"),
        None => format!("{nothing} `{word}`{place}; {command} lists them"),
    }
}

/// The names and what they are made of: filters match parts, so the part that was meant is what to suggest.
/// `claude-opus-5` has `claude`, `claude-opus`, `opus`, `opus-5` and so on.
fn parts(names: &[String]) -> Vec<String> {
    let is_boundary = |letter: char| matches!(letter, '-' | '/' | '_' | '.' | ' ');
    let mut parts = Vec::new();
    for name in names {
        let boundaries: Vec<usize> = name.match_indices(is_boundary).map(|(position, _)| position).collect();
        let starts = std::iter::once(0).chain(boundaries.iter().map(|position| position + 1));
        for start in starts {
            let ends = boundaries.iter().copied().filter(|&end| end > start).chain(std::iter::once(name.len()));
            parts.extend(ends.filter_map(|end| name.get(start..end)).map(str::to_owned));
        }
    }
    parts
}

/// The candidate that is meant, where one is close: at most a third of its letters differ.
fn closest<'a>(word: &str, candidates: &'a [String]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let measured = candidates
        .iter()
        .map(|candidate| (strsim::osa_distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && candidate.chars().count() > *distance);
    // Of what is equally close, more of a name is more exact.
    measured
        .min_by_key(|(distance, candidate)| (*distance, Reverse(candidate.len())))
        .map(|(_, candidate)| candidate.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_was_meant_is_suggested() {
        let models = ["claude-opus-5-5", "claude-sonnet-4-5-20250929", "glm-4.7"].map(str::to_owned);
        let projects = ["src/api-gateway", "日本語/分析"].map(str::to_owned);
        let machines = ["laptop", "build server"].map(str::to_owned);
        let check = |grouping, word, known: &[String], expected| {
            assert_eq!(sentence(grouping, word, known), expected);
        };
        check(Grouping::Model, "opuss", &models, "no model has `opuss` in its id; did you mean `opus`?");
        check(Grouping::Model, "opus-55", &models, "no model has `opus-55` in its id; did you mean `opus-5-5`?");
        check(Grouping::Model, "gpt", &models, "no model has `gpt` in its id; `ccu model` lists them");
        check(Grouping::Project, "gatway", &projects, "no project has `gatway` in its name; did you mean `gateway`?");
        check(Grouping::Project, "x", &projects, "no project has `x` in its name; `ccu project` lists them");
        check(Grouping::Device, "lapto", &machines, "no machine is called `lapto`; did you mean `laptop`?");
        check(Grouping::Device, "build", &machines, "no machine is called `build`; `ccu device` lists them");
        check(Grouping::Device, "desk", &[], "no machine is called `desk`; `ccu device` lists them");
    }
}
