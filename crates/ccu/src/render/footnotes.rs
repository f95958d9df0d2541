//! What a reader must know to trust the numbers, one sentence each: below a table, or on standard error beside CSV.

use std::io::{self, Write};

use crate::render::Caveats;
use crate::render::grid::wrapped;
use crate::render::number::{count, grouped};
use crate::render::theme;
use crate::sanitize::{sanitize, sanitize_name};

/// Lines longer than this are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 100;
/// So many models or files are named; the others are counted.
const MAX_NAMES: usize = 3;

/// Writes the notes below a table: what the cost means, then what is missing or doubtful.
pub fn write(caveats: &Caveats<'_>, has_rows: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = width.min(MAX_WIDTH);
    let has_cost = caveats.has_cost && has_rows;
    let notes = sentences(caveats);
    if has_cost || !notes.is_empty() {
        writeln!(out)?;
    }
    if has_cost {
        let meaning = "Cost is API-equivalent: what these tokens cost at list prices in US dollars. A subscription is not charged it.";
        let muted = theme::MUTED;
        writeln!(out, "{muted}{}{muted:#}", wrapped(meaning, width, ""))?;
    }
    for note in notes {
        let style = theme::WARNING;
        let text = wrapped(&format!("note: {note}"), width, "  ");
        let text = text.strip_prefix("note:").unwrap_or(&text);
        writeln!(out, "{style}note:{style:#}{text}")?;
    }
    Ok(())
}

/// The notes as sentences. Names in them are sanitized.
pub fn sentences(caveats: &Caveats<'_>) -> Vec<String> {
    let notes = caveats.notes;
    let mut sentences = Vec::new();
    if notes.is_saturated {
        sentences.push(
            "a sum is larger than the largest number there is, and is shown too small (see `ccu doctor`)".to_owned(),
        );
    }
    if !notes.unpriced_models.is_empty() && caveats.has_cost {
        sentences.push(unpriced(&notes.unpriced_models));
    }
    if notes.partial_records > 0 {
        let responses = count(notes.partial_records, "response", "responses");
        sentences
            .push(format!("{responses} may lack output tokens that Claude Code never wrote down (see `ccu doctor`)"));
    }
    if notes.legacy_records > 0 {
        let responses = count(notes.legacy_records, "response is", "responses are");
        sentences.push(format!("{responses} known only from an earlier tool's data (see `ccu doctor`)"));
    }
    if notes.undated_records > 0 {
        sentences.push(undated(caveats, notes.undated_records));
    }
    if caveats.reading.malformed_lines > 0 {
        let lines = count(caveats.reading.malformed_lines, "line", "lines");
        sentences.push(format!("{lines} of the transcripts could not be read (see `ccu doctor`)"));
    }
    if caveats.reading.odd_lines > 0 {
        let lines = count(caveats.reading.odd_lines, "line", "lines");
        sentences.push(format!("{lines} of the transcripts could be read in part only (see `ccu doctor`)"));
    }
    if !caveats.reading.skipped_files.is_empty() {
        sentences.push(skipped(caveats));
    }
    sentences.into_iter().map(|sentence| on_same_data(sentence, caveats.reading.is_demo)).collect()
}

/// A sentence whose commands look at the data that it is about: in the demo, those of the demo.
pub fn on_same_data(sentence: String, is_demo: bool) -> String {
    if is_demo { sentence.replace("`ccu ", "`ccu demo ") } else { sentence }
}

fn unpriced(models: &[(String, u64)]) -> String {
    let named: Vec<String> = models
        .iter()
        .take(MAX_NAMES)
        .map(|(model, tokens)| format!("`{}` ({} tokens)", sanitize_name(model), grouped(*tokens)))
        .collect();
    format!(
        "no price is known for {}; costs marked `+` leave that out (see `ccu doctor`)",
        listed(&named, models.len(), "model")
    )
}

fn undated(caveats: &Caveats<'_>, n_records: u64) -> String {
    let responses = count(n_records, "response has", "responses have");
    let place = match caveats.scope.dates() {
        Some(_) => "outside of all dates",
        None => caveats.undated_place,
    };
    format!("{responses} no usable time, {place} (see `ccu doctor`)")
}

fn skipped(caveats: &Caveats<'_>) -> String {
    let files = &caveats.reading.skipped_files;
    if caveats.hides_paths {
        return format!("{} could not be read (see `ccu doctor`)", count(files.len() as u64, "file", "files"));
    }
    let named: Vec<String> = files.iter().take(MAX_NAMES).map(|file| format!("`{}`", sanitize(&file.path))).collect();
    format!("{} could not be read (see `ccu doctor`)", listed(&named, files.len(), "file"))
}

/// Joins the first names of a list: `a`, `a and b`, `a, b, c and 4 other files`.
fn listed(named: &[String], n_all: usize, noun: &str) -> String {
    let n_others = n_all - named.len();
    let plural = if n_others == 1 { "" } else { "s" };
    match (named, n_others) {
        ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (_, 0) => named.join(", "),
        (_, _) => format!("{} and {} other {noun}{plural}", named.join(", "), grouped(n_others as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_look_at_the_same_data() {
        let check = |is_demo, expected: &str| {
            assert_eq!(on_same_data("no price (see `ccu doctor`)".to_owned(), is_demo), expected);
        };
        check(false, "no price (see `ccu doctor`)");
        check(true, "no price (see `ccu demo doctor`)");
    }

    #[test]
    fn lists_name_some_and_count_the_rest() {
        let check = |n_named: usize, n_all, expected| {
            let named: Vec<String> = ["a", "b", "c"][..n_named].iter().map(|&name| name.to_owned()).collect();
            assert_eq!(listed(&named, n_all, "file"), expected);
        };
        check(1, 1, "a");
        check(2, 2, "a and b");
        check(3, 3, "a, b and c");
        check(3, 4, "a, b, c and 1 other file");
        check(3, 7, "a, b, c and 4 other files");
    }
}
