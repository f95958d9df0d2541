//! Which contexts a request's filter keeps.

use std::sync::Arc;

use super::{Filter, UsageCatalog};
use crate::rollup::UsageContext;

/// A [`Filter`] made ready to be asked: words in lower case, machine words resolved against the known machines.
#[derive(Debug)]
pub(super) struct ContextFilter<'a> {
    only_project: Option<Arc<str>>,
    projects: Vec<String>,
    models: Vec<String>,
    machines: Vec<String>,
    catalog: &'a UsageCatalog,
}

impl<'a> ContextFilter<'a> {
    /// Makes the words of `filter` ready.
    pub(super) fn new(filter: &Filter, catalog: &'a UsageCatalog) -> Self {
        ContextFilter {
            only_project: filter.only_project.clone(),
            projects: lower_case(&filter.projects),
            models: lower_case(&filter.models),
            machines: lower_case(&filter.machines),
            catalog,
        }
    }

    /// Whether usage of this context counts; `project` is its shared project name.
    pub(super) fn keeps(&self, context: &UsageContext, project: &str) -> bool {
        // Words may span more than the two parts of a shared name, and a shared name may stand for an empty path.
        self.only_project.as_ref().is_none_or(|only| **only == *project)
            && (stands_in(&self.projects, project) || stands_in(&self.projects, &context.project))
            && stands_in(&self.models, &context.model)
            && self.keeps_machine(context)
    }

    fn keeps_machine(&self, context: &UsageContext) -> bool {
        if self.machines.is_empty() || self.machines.contains(&context.machine.to_string()) {
            return true;
        }
        let mut known = self.catalog.machines.iter().filter(|machine| machine.id == context.machine);
        known.any(|machine| self.machines.contains(&machine.name.to_lowercase()))
    }
}

fn lower_case(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.to_lowercase()).collect()
}

/// Whether any of the words stands in the text; true where there are no words.
fn stands_in(words: &[String], text: &str) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{HAIKU, Response, SONNET, keys, report, request, undated};
    use super::super::{Grouping, ReportRequest};
    use super::*;

    fn responses() -> [Response; 4] {
        [
            Response { session: 1, machine: 1, model: SONNET, project: "/home/a/src/api", ..undated() },
            Response { session: 2, machine: 1, model: HAIKU, project: "/home/a/src/Web", ..undated() },
            Response { session: 3, machine: 2, model: SONNET, project: r"C:\Users\a\src\api", ..undated() },
            Response { session: 4, machine: 3, model: SONNET, project: "", ..undated() },
        ]
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn check(filter: Filter, sessions: &[u32]) {
        let request = ReportRequest { filter, ..request(Grouping::Session) };
        let expected: Vec<String> = sessions.iter().map(|session| format!("session-{session}: 1")).collect();
        let mut kept = keys(&report(&request, &responses()));
        kept.sort_unstable();
        assert_eq!(kept, expected, "{:?}", request.filter);
    }

    #[test]
    fn projects_match_by_parts_of_name_or_path() {
        let by_project = |given: &[&str], sessions: &[u32]| {
            check(Filter { projects: words(given), ..Filter::default() }, sessions);
        };
        by_project(&[], &[1, 2, 3, 4]);
        by_project(&["api"], &[1, 3]);
        by_project(&["SRC/API"], &[1, 3]);
        by_project(&["web"], &[2]);
        by_project(&["/home/a"], &[1, 2]);
        by_project(&[r"users\a"], &[3]);
        by_project(&["no project"], &[4]);
        by_project(&["web", "users"], &[2, 3]);
        by_project(&["nothing of the kind"], &[]);
    }

    #[test]
    fn the_only_project_matches_as_a_whole() {
        let only = |name: &str, sessions: &[u32]| {
            check(Filter { only_project: Some(name.into()), ..Filter::default() }, sessions);
        };
        only("src/api", &[1, 3]);
        only("src/Web", &[2]);
        only("src/web", &[]);
        only("api", &[]);
        only("(no project)", &[4]);
        check(Filter { only_project: Some("src/api".into()), projects: words(&["users"]), ..Filter::default() }, &[3]);
    }

    #[test]
    fn models_match_by_parts() {
        check(Filter { models: words(&["Haiku"]), ..Filter::default() }, &[2]);
        check(Filter { models: words(&["haiku", "sonnet-4"]), ..Filter::default() }, &[1, 2, 3, 4]);
        check(Filter { models: words(&["opus"]), ..Filter::default() }, &[]);
    }

    #[test]
    fn machines_match_as_a_whole() {
        let by_machine = |given: &[&str], sessions: &[u32]| {
            check(Filter { machines: words(given), ..Filter::default() }, sessions);
        };
        by_machine(&["home"], &[1, 2]);
        by_machine(&["HOME", "Work"], &[1, 2, 3]);
        by_machine(&["ho"], &[]);
        by_machine(&["03030303-0303-0303-0303-030303030303"], &[4]);
        by_machine(&["03030303"], &[]);
    }

    #[test]
    fn all_parts_of_a_filter_must_match() {
        let filter = Filter {
            projects: words(&["api"]),
            models: words(&["sonnet"]),
            machines: words(&["work"]),
            ..Filter::default()
        };
        check(filter, &[3]);
    }

    #[test]
    fn what_matches_nothing_leaves_an_empty_report() {
        let filter = Filter { models: words(&["opus"]), ..Filter::default() };
        let report = report(&ReportRequest { filter, ..request(Grouping::Daily) }, &responses());
        assert!(report.rows.is_empty() && report.totals.models.is_empty());
        assert_eq!(report.totals.usage, super::super::Usage::default());
        assert_eq!(report.notes, super::super::Notes::default());
    }
}
