//! What a set of cells adds up to: its usage, models, projects and machines, and the notes that go with a total.

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::counted::Contexts;
use super::tally::{Cell, earliest};
use super::{ModelUsage, Notes, ReportRow, RowKey, Usage};
use crate::ids::MachineId;
use crate::money::NanoUsd;
use crate::time::UtcMillis;

/// The sums of some cells by model. Models are numbered as in [`Contexts`].
#[derive(Debug, Default)]
pub(super) struct ModelSums {
    pub first: Option<UtcMillis>,
    pub last: Option<UtcMillis>,
    /// A list, not a map: most rows have one or two models, and nobody has used more than some dozens.
    models: Vec<(u32, Usage)>,
}

impl ModelSums {
    /// Adds a cell to the sums of a model.
    pub(super) fn add(&mut self, model: u32, cell: &Cell) {
        self.add_model(model, &cell.usage);
        self.add_time(cell.first, cell.last);
    }

    /// Adds other sums.
    pub(super) fn add_sums(&mut self, other: &ModelSums) {
        for (model, usage) in &other.models {
            self.add_model(*model, usage);
        }
        self.add_time(other.first, other.last);
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

    /// The sums of all models together.
    pub(super) fn usage(&self) -> Usage {
        let mut models = self.models.iter().map(|(_, usage)| usage);
        let mut sum = models.next().copied().unwrap_or_default();
        models.for_each(|usage| sum.add(usage));
        sum
    }

    /// The shares of the models: largest cost first, then by tokens, then by name.
    pub(super) fn models(&mut self, contexts: &Contexts) -> Vec<ModelUsage> {
        self.models.sort_unstable_by_key(|(model, usage)| (Reverse((usage.cost, usage.tokens.total())), *model));
        let named = |&(model, usage): &(u32, Usage)| {
            let model = contexts.models[model as usize].clone();
            ModelUsage { model, usage }
        };
        self.models.iter().map(named).collect()
    }

    /// The notes to a report with these sums as its total, which met so many undated records.
    pub(super) fn notes(&self, undated_records: u64, contexts: &Contexts) -> Notes {
        let models = self.models.iter().map(|(model, usage)| (*model, usage.unpriced_tokens));
        let mut unpriced: Vec<(u32, u64)> = models.filter(|(_, tokens)| *tokens > 0).collect();
        unpriced.sort_unstable_by_key(|(model, tokens)| (Reverse(*tokens), *model));
        let named = |(model, tokens): (u32, u64)| (contexts.models[model as usize].to_string(), tokens);
        let usage = self.usage();
        Notes {
            unpriced_models: unpriced.into_iter().map(named).collect(),
            partial_records: usage.partial,
            legacy_records: usage.legacy,
            undated_records,
            is_saturated: is_saturated(&usage),
        }
    }

    /// Forgets all sums, but keeps the room for the next ones.
    pub(super) fn clear(&mut self) {
        self.models.clear();
        (self.first, self.last) = (None, None);
    }
}

/// Whether a sum stands at the largest number. Nothing is ever subtracted, so a total is as large as any of its parts.
fn is_saturated(total: &Usage) -> bool {
    let Usage { responses, partial, legacy, tokens, web_searches, cost, unpriced_tokens } = total;
    // The sum of all tokens is the largest of the token sums.
    let counts = [*responses, *partial, *legacy, tokens.total(), *web_searches, *unpriced_tokens];
    counts.contains(&u64::MAX) || *cost == NanoUsd(i64::MAX)
}

/// The sums of some cells whose columns are [`Contexts::columns`], and by number what stands in them.
#[derive(Debug)]
pub(super) struct Summary {
    pub sums: ModelSums,
    projects: NumberSet<Arc<str>>,
    machines: NumberSet<MachineId>,
}

impl Summary {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Summary { sums: ModelSums::default(), projects: NumberSet::new(), machines: NumberSet::new() }
    }

    /// Adds a cell.
    pub(super) fn add(&mut self, cell: &Cell, contexts: &Contexts) {
        let names = contexts.columns[cell.column as usize];
        self.sums.add(names.model, cell);
        self.projects.insert(names.project);
        self.machines.insert(names.machine);
    }

    /// The row of a report with these sums.
    pub(super) fn row(&mut self, key: RowKey, sessions: u64, contexts: &Contexts) -> ReportRow {
        ReportRow {
            key,
            projects: self.projects.named(&contexts.projects),
            usage: self.sums.usage(),
            models: self.sums.models(contexts),
            machines: self.machines.named(&contexts.machines),
            sessions,
            first_activity: self.sums.first,
            last_activity: self.sums.last,
        }
    }

    /// Forgets everything, but keeps the room for the next sums.
    pub(super) fn clear(&mut self) {
        self.sums.clear();
        self.projects.numbers.clear();
        self.machines.numbers.clear();
    }
}

/// A set of numbers, and the lists of names that such sets were given before.
#[derive(Debug)]
struct NumberSet<T> {
    /// Sorted, each once.
    numbers: Vec<u32>,
    /// One list for all rows with the same numbers: making it costs more than all else about the row of a session.
    named: FxHashMap<Box<[u32]>, Arc<[T]>>,
}

impl<T: Clone> NumberSet<T> {
    fn new() -> Self {
        NumberSet { numbers: Vec::new(), named: FxHashMap::default() }
    }

    fn insert(&mut self, number: u32) {
        if let Err(place) = self.numbers.binary_search(&number) {
            self.numbers.insert(place, number);
        }
    }

    /// What the numbers stand for, in their order.
    fn named(&mut self, names: &[T]) -> Arc<[T]> {
        if let Some(known) = self.named.get(&*self.numbers) {
            return known.clone();
        }
        let named: Arc<[T]> = self.numbers.iter().map(|&number| names[number as usize].clone()).collect();
        self.named.insert(self.numbers.as_slice().into(), named.clone());
        named
    }
}
