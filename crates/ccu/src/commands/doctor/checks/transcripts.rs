//! What `ccu doctor` looks at in the transcripts: where they are, what is not read yet, and which lines have problems.

use std::path::Path;

use ccu_core::time::UtcMillis;
use ccu_engine::claude_settings::cleanup_period;
use ccu_engine::config::ResolvedSettings;
use ccu_engine::ingest::{SkipReason, Unread, unreadable};
use ccu_engine::ledger::{Ledger, NamedProblem};
use ccu_engine::paths::{self, TranscriptRoot};

use super::{Checks, days};
use crate::commands::doctor::Level;
use crate::commands::opened;
use crate::render::Scope;
use crate::render::number::{count, grouped, short};
use crate::sanitize::sanitize;
use crate::settings;

/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;

impl Checks<'_> {
    /// The directories of Claude Code, and how long it keeps transcripts.
    pub(super) fn directories(&mut self) {
        let roots = match paths::transcript_roots(&self.surroundings.environment) {
            Ok(roots) => roots,
            Err(error) => return self.problem(&error.into()),
        };
        let (there, missing): (Vec<&TranscriptRoot>, Vec<_>) = roots.iter().partition(|root| is_there(&root.path));
        for root in missing.iter().filter(|root| root.is_named) {
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
        for skipped in unreadable(&roots) {
            self.n_unreadable += 1;
            let message = format!("`{}` cannot be read: {}", sanitize(&skipped.path.to_string_lossy()), skipped.reason);
            self.add(Level::Problem, message, Some(mending(&skipped.reason)));
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

    pub(super) fn unread(&mut self, ledger: &Ledger, resolved: &ResolvedSettings) {
        let unread = match ledger.unread() {
            Ok(unread) => unread,
            Err(error) => return self.problem(&error.into()),
        };
        match (unread.n_transcripts, self.n_unreadable) {
            (0, 0) => return self.ok("all are read"),
            (0, _) => return self.ok("all that can be read are read"),
            (_, _) => {}
        }
        let transcripts = count(unread.n_transcripts as u64, "transcript has", "transcripts have");
        let message =
            format!("{transcripts} {}B that are not read yet{}", short(unread.bytes), self.end_of(&unread, resolved));
        let hint = match self.n_unreadable {
            0 => "read them with `ccu refresh`",
            _ => "`ccu refresh` reads those of them that can be read",
        };
        self.add(Level::Note, message, Some(hint));
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

    pub(super) fn lines(&mut self, ledger: &Ledger) {
        let problems = match ledger.problems(usize::MAX) {
            Ok(problems) => problems,
            Err(error) => return self.problem(&error.into()),
        };
        if problems.is_empty() {
            return self.ok("all lines could be read");
        }
        let lines = line_texts(&problems, self.max_lines);
        self.add(Level::Note, format!("lines with problems:\n{}", lines.join("\n")), None);
    }
}

/// Whether a directory of Claude Code has transcripts. What cannot be told apart from them is taken for some: that it
/// cannot be read is a finding of its own.
fn is_there(root: &Path) -> bool {
    !matches!(root.join("projects").try_exists(), Ok(false))
}

/// What makes a file or directory readable, by the reason why it is not.
fn mending(reason: &SkipReason) -> &'static str {
    match reason {
        SkipReason::PermissionDenied if cfg!(unix) => {
            "let your user read it (`chmod u+rX`, or `sudo chown` where it is another's), then run `ccu refresh`"
        }
        SkipReason::PermissionDenied => "let your user read it, then run `ccu refresh`",
        SkipReason::NotAFile => "move it elsewhere: it holds no transcript",
        SkipReason::BrokenLink => "let the link lead to a transcript, or delete it",
        SkipReason::Other(_) => "see whether the disk that it is on is sound and there, then run `ccu refresh`",
    }
}

/// The lines with problems, those of a file with the same problem together; of more than `max_lines` the rest is counted.
fn line_texts(problems: &[NamedProblem], max_lines: usize) -> Vec<String> {
    let (named, rest) = problems.split_at(problems.len().min(max_lines));
    let alike = named.chunk_by(|one, next| one.path == next.path && one.problem == next.problem);
    let mut texts: Vec<String> = alike
        .filter_map(|alike| alike.first().map(|named| (named, alike)))
        .map(|(named, alike)| {
            let numbers: Vec<u64> = alike.iter().filter_map(|named| named.line).collect();
            format!("`{}`{}: {}", sanitize(&named.path.to_string_lossy()), line_ranges(&numbers), named.problem)
        })
        .collect();
    if !rest.is_empty() {
        let n_files = rest.chunk_by(|one, next| one.path == next.path).count();
        let lines = count(rest.len() as u64, "more line", "more lines");
        texts.push(format!("and {lines} in {}", count(n_files as u64, "file", "files")));
    }
    texts
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

    #[test]
    fn lines_that_are_not_named_are_counted() {
        let problem = |path: &str, line| NamedProblem {
            path: path.into(),
            line: Some(line),
            problem: ccu_core::transcript::LineProblem::NotUtf8,
        };
        let problems = [problem("/a", 1), problem("/a", 2), problem("/a", 3), problem("/b", 1)];
        let check = |max_lines, expected: &[&str]| {
            let texts = line_texts(&problems, max_lines).join("; ").replace(&problems[0].problem.to_string(), "bad");
            assert_eq!(texts, expected.join("; "));
        };
        check(usize::MAX, &["`/a`, lines 1-3: bad", "`/b`, line 1: bad"]);
        check(3, &["`/a`, lines 1-3: bad", "and 1 more line in 1 file"]);
        check(2, &["`/a`, lines 1-2: bad", "and 2 more lines in 2 files"]);
    }
}
