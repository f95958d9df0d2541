//! What a set of cells adds up to: its usage, models, projects and machines, and the notes that go with a total.

use super::counted::Contexts;
use super::tally::{Cell, earliest};
use super::{ModelUsage, Notes, ReportRow, RowKey, Usage};
use crate::money::NanoUsd;
use crate::time::UtcMillis;

/// The sums of some cells, and by number what stands in them. The numbers are those of [`Contexts`].
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub usage: Usage,
    pub first: Option<UtcMillis>,
    pub last: Option<UtcMillis>,
    /// A list, not a map: most rows have one or two models, and nobody has used more than some dozens.
    models: Vec<(u32, Usage)>,
    projects: Vec<u32>,
    machines: Vec<u32>,
}

impl Summary {
    /// Adds up cells.
    pub(super) fn of_cells<'c>(cells: impl Iterator<Item = &'c Cell>, contexts: &Contexts) -> Summary {
        let mut summary = Summary::default();
        for cell in cells {
            let context = contexts.by_index(cell.context);
            summary.add_model(context.model, &cell.usage);
            push_unless_last(&mut summary.projects, context.project);
            push_unless_last(&mut summary.machines, context.machine);
            summary.add_time(cell.first, cell.last);
        }
        summary.complete();
        summary
    }

    /// Adds up summaries.
    pub(super) fn of_parts<'s>(parts: impl Iterator<Item = &'s Summary>) -> Summary {
        let mut summary = Summary::default();
        for part in parts {
            for (model, usage) in &part.models {
                summary.add_model(*model, usage);
            }
            summary.projects.extend_from_slice(&part.projects);
            summary.machines.extend_from_slice(&part.machines);
            summary.add_time(part.first, part.last);
        }
        summary.complete();
        summary
    }

    /// The row of a report with these sums.
    pub(super) fn row(&self, key: RowKey, sessions: u64, contexts: &Contexts) -> ReportRow {
        let project_name = |&number: &u32| contexts.projects[number as usize].to_string();
        ReportRow {
            key,
            projects: self.projects.iter().map(project_name).collect(),
            usage: self.usage,
            models: self.models(contexts),
            machines: self.machines.iter().map(|&number| contexts.machines[number as usize]).collect(),
            sessions,
            first_activity: self.first,
            last_activity: self.last,
        }
    }

    /// The shares of the models: largest cost first, then by tokens, then by name.
    pub(super) fn models(&self, contexts: &Contexts) -> Vec<ModelUsage> {
        let named = self.models.iter().map(|(model, usage)| {
            let model = contexts.models[*model as usize].to_string();
            ModelUsage { model, usage: *usage }
        });
        let mut models: Vec<ModelUsage> = named.collect();
        models.sort_by(|a, b| {
            let by_size = (b.usage.cost, b.usage.tokens.total()).cmp(&(a.usage.cost, a.usage.tokens.total()));
            by_size.then_with(|| a.model.cmp(&b.model))
        });
        models
    }

    /// The notes to a report with these sums as its total, which met so many undated records.
    pub(super) fn notes(&self, undated_records: u64, contexts: &Contexts) -> Notes {
        let models = self.models.iter().map(|(model, usage)| (*model, usage.unpriced_tokens));
        let unpriced = models.filter(|(_, tokens)| *tokens > 0);
        let mut unpriced_models: Vec<(String, u64)> =
            unpriced.map(|(model, tokens)| (contexts.models[model as usize].to_string(), tokens)).collect();
        unpriced_models.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Notes {
            unpriced_models,
            partial_records: self.usage.partial,
            legacy_records: self.usage.legacy,
            undated_records,
            is_saturated: is_saturated(&self.usage),
        }
    }

    fn add_model(&mut self, model: u32, usage: &Usage) {
        match self.models.iter_mut().find(|(known, _)| *known == model) {
            Some((_, sum)) => sum.add(usage),
            None => self.models.push((model, *usage)),
        }
    }

    fn add_time(&mut self, first: Option<UtcMillis>, last: Option<UtcMillis>) {
        self.first = earliest(self.first, first);
        self.last = self.last.max(last);
    }

    fn complete(&mut self) {
        for (_, usage) in &self.models {
            self.usage.add(usage);
        }
        for numbers in [&mut self.projects, &mut self.machines] {
            numbers.sort_unstable();
            numbers.dedup();
        }
    }
}

/// Keeps a list with many repetitions in a row short.
fn push_unless_last(numbers: &mut Vec<u32>, number: u32) {
    if numbers.last() != Some(&number) {
        numbers.push(number);
    }
}

/// Whether a sum stands at the largest number. Nothing is ever subtracted, so a total is as large as any of its parts.
fn is_saturated(total: &Usage) -> bool {
    let Usage { responses, partial, legacy, tokens, web_searches, cost, unpriced_tokens } = total;
    // The sum of all tokens is the largest of the token sums.
    let counts = [*responses, *partial, *legacy, tokens.total(), *web_searches, *unpriced_tokens];
    counts.contains(&u64::MAX) || *cost == NanoUsd(i64::MAX)
}
