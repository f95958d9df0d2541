//! What of an entry counts in a report, under which names, and what it costs: the part that all reports share.
//!
//! Each entry is priced once, by itself, whatever it is summed into afterwards; so all reports add up to the same money.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::filter::ContextFilter;
use super::{Filter, UsageCatalog};
use crate::ids::MachineId;
use crate::money::NanoUsd;
use crate::pricing::{ModelPrices, PriceQuery, PriceTable, Rate};
use crate::project::shared_name;
use crate::record::PromptClass;
use crate::rollup::{ContextNumber, UsageContext, UsageEntry};
use crate::time::Slot;

/// The model of entries whose context number is in no catalog. Such an entry breaks the store's promise, and it is
/// better shown under this name than left out of the sums.
const UNKNOWN_MODEL: &str = "(unknown)";

/// A context as reports use it: the names by number, each number an index into the lists of [`Contexts`].
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedContext {
    /// Its own index in [`Contexts`].
    pub number: u32,
    pub model: u32,
    pub project: u32,
    pub machine: u32,
    is_kept: bool,
}

/// The contexts of a report, each resolved once, and prices for their usage.
pub(super) struct Contexts<'a> {
    contexts: Vec<CountedContext>,
    /// Model ids as the transcripts give them.
    pub models: Vec<Arc<str>>,
    /// Shared project names.
    pub projects: Vec<Arc<str>>,
    pub machines: Vec<MachineId>,
    prices: ContextPrices<'a>,
}

impl<'a> Contexts<'a> {
    /// Resolves all contexts of a catalog.
    pub(super) fn new(filter: &Filter, catalog: &'a UsageCatalog, price_table: &'a PriceTable) -> Self {
        let filter = ContextFilter::new(filter, catalog);
        let unknown = unknown_context();
        let mut contexts = Vec::with_capacity(catalog.contexts.len() + 1);
        let (mut models, mut projects, mut machines) = (Numbering::new(), Numbering::new(), Numbering::new());
        for context in catalog.contexts.iter().chain([&unknown]) {
            let project: Arc<str> = shared_name(&context.project).into();
            contexts.push(CountedContext {
                number: contexts.len() as u32,
                is_kept: filter.keeps(context, &project),
                model: models.number_of(&context.model),
                project: projects.number_of(&project),
                machine: machines.number_of(&context.machine),
            });
        }
        let prices = ContextPrices::new(&catalog.contexts, price_table);
        Contexts { contexts, models: models.values, projects: projects.values, machines: machines.values, prices }
    }

    /// The context of a number; `None` where the filter keeps it out.
    pub(super) fn kept(&self, number: ContextNumber) -> Option<CountedContext> {
        let context = self.contexts.get(number.0 as usize).or(self.contexts.last())?;
        context.is_kept.then_some(*context)
    }

    /// A context by its index.
    pub(super) fn by_index(&self, number: u32) -> &CountedContext {
        &self.contexts[number as usize]
    }

    /// The cost of an entry of a context; `None` where there is no price.
    pub(super) fn cost_of(&mut self, context: CountedContext, entry: &UsageEntry) -> Option<NanoUsd> {
        self.prices.cost_of(context.number, entry)
    }

    /// How many contexts there are.
    pub(super) fn len(&self) -> usize {
        self.contexts.len()
    }
}

fn unknown_context() -> UsageContext {
    let empty: Arc<str> = "".into();
    UsageContext {
        machine: MachineId([0; 16]),
        model: UNKNOWN_MODEL.into(),
        project: empty.clone(),
        speed: empty.clone(),
        service_tier: empty.clone(),
        inference_geo: empty,
        is_sidechain: false,
    }
}

/// Gives equal values one number, counted from 0.
struct Numbering<T> {
    values: Vec<T>,
    numbers: FxHashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Numbering<T> {
    fn new() -> Self {
        Numbering { values: Vec::new(), numbers: FxHashMap::default() }
    }

    fn number_of(&mut self, value: &T) -> u32 {
        if let Some(&number) = self.numbers.get(value) {
            return number;
        }
        let number = self.values.len() as u32;
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }
}

/// The prices of contexts; the only place where reports ask the price table.
///
/// A rate is looked up once for a context, prompt class and UTC day, as long as entries come by day.
struct ContextPrices<'a> {
    contexts: &'a [UsageContext],
    entries: Vec<Option<&'a ModelPrices>>,
    rates: Vec<[Option<DayRate>; PromptClass::ALL.len()]>,
}

/// A rate (`None` where there is none) and the day it was looked up for.
#[derive(Clone, Copy)]
struct DayRate {
    utc_day: Option<i32>,
    rate: Option<Rate>,
}

impl<'a> ContextPrices<'a> {
    fn new(contexts: &'a [UsageContext], price_table: &'a PriceTable) -> Self {
        let mut by_model: FxHashMap<&str, Option<&ModelPrices>> = FxHashMap::default();
        let entries = contexts.iter().map(|context| {
            let model: &str = &context.model;
            *by_model.entry(model).or_insert_with(|| price_table.entry(model))
        });
        ContextPrices { entries: entries.collect(), rates: vec![[None; 3]; contexts.len()], contexts }
    }

    fn cost_of(&mut self, number: u32, entry: &UsageEntry) -> Option<NanoUsd> {
        let number = number as usize;
        let known = self.rates.get_mut(number)?;
        let known = &mut known[entry.key.class as usize];
        let utc_day = entry.key.slot.map(Slot::utc_day);
        let rate = match known {
            Some(known) if known.utc_day == utc_day => &known.rate,
            _ => {
                let context = &self.contexts[number];
                let query = PriceQuery {
                    speed: &context.speed,
                    service_tier: &context.service_tier,
                    inference_geo: &context.inference_geo,
                    class: entry.key.class,
                    day: utc_day,
                };
                let rate = self.entries[number].and_then(|prices| prices.rate(&query));
                &known.insert(DayRate { utc_day, rate }).rate
            }
        };
        rate.as_ref().map(|rate| rate.cost(&entry.sums.tokens, entry.sums.web_searches))
    }
}
