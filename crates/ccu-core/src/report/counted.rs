//! What of an entry counts in a report, under which names, and what it costs: the part that all reports share.
//!
//! Each entry is priced once, by itself, whatever it is summed into afterwards; so all reports add up to the same.

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

/// A context as reports use it.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedContext {
    /// Its own index in [`Contexts`].
    pub number: u32,
    /// Its column among [`Contexts::columns`].
    pub column: u32,
    pub names: ContextNames,
    /// Which of the [`Prices`] its usage has.
    price: u32,
}

/// The names in a context by number, each an index into a list of [`Contexts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ContextNames {
    pub model: u32,
    pub project: u32,
    pub machine: u32,
}

/// The contexts of a report, each resolved once, and prices for their usage. The lists of names are sorted, so numbers are
/// in the order of what they stand for.
pub(super) struct Contexts<'a> {
    catalog: &'a UsageCatalog,
    contexts: Vec<CountedContext>,
    /// What usage is summed by within a row: contexts that differ only in how they are priced, and subagents', are one.
    pub columns: Vec<ContextNames>,
    /// Model ids as the transcripts give them.
    pub models: Vec<Arc<str>>,
    /// Shared project names.
    pub projects: Vec<Arc<str>>,
    pub machines: Vec<MachineId>,
    prices: Prices<'a>,
}

impl<'a> Contexts<'a> {
    /// Resolves all contexts of a catalog.
    pub(super) fn new(catalog: &'a UsageCatalog, price_table: &'a PriceTable) -> Self {
        let unknown = unknown_context();
        let (mut models, mut projects, mut machines) = (Numbering::new(), Numbering::new(), Numbering::new());
        let (mut prices, mut columns) = (Prices::new(price_table), Numbering::new());
        let contexts = catalog.contexts.iter().chain([&unknown]);
        let names = contexts.clone().map(|context| ContextNames {
            model: models.number_of(&context.model),
            project: projects.number_of(&shared_name(&context.project).into()),
            machine: machines.number_of(&context.machine),
        });
        let mut names: Vec<ContextNames> = names.collect();
        let ranks = (models.sort(), projects.sort(), machines.sort());
        for names in &mut names {
            names.model = ranks.0[names.model as usize];
            names.project = ranks.1[names.project as usize];
            names.machine = ranks.2[names.machine as usize];
        }
        let counted = contexts.zip(names).enumerate().map(|(number, (context, names))| CountedContext {
            number: number as u32,
            column: columns.number_of(&names),
            names,
            price: prices.number_of(context),
        });
        Contexts {
            catalog,
            contexts: counted.collect(),
            columns: columns.values,
            models: models.values,
            projects: projects.values,
            machines: machines.values,
            prices,
        }
    }

    /// The context of a number. One that is in no catalog is the last.
    #[inline]
    pub(super) fn counted(&self, number: ContextNumber) -> &CountedContext {
        &self.contexts[(number.0 as usize).min(self.contexts.len() - 1)]
    }

    /// For each context, by its index, whether a filter keeps it.
    pub(super) fn kept_by(&self, filter: &Filter) -> Vec<bool> {
        let filter = ContextFilter::new(filter, self.catalog);
        let unknown = unknown_context();
        let named = self.catalog.contexts.iter().chain([&unknown]).zip(&self.contexts);
        named.map(|(context, counted)| filter.keeps(context, &self.projects[counted.names.project as usize])).collect()
    }

    /// The cost of an entry of a context; `None` where there is no price.
    #[inline]
    pub(super) fn cost_of(&mut self, context: CountedContext, entry: &UsageEntry) -> Option<NanoUsd> {
        self.prices.cost_of(context.price, entry)
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

impl<T: Clone + Ord + Hash> Numbering<T> {
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

    /// Sorts the values, and gives for each number the one its value has then.
    fn sort(&mut self) -> Vec<u32> {
        self.values.sort_unstable();
        let mut ranks = vec![0; self.values.len()];
        for (rank, value) in self.values.iter().enumerate() {
            if let Some(number) = self.numbers.insert(value.clone(), rank as u32) {
                ranks[number as usize] = rank as u32;
            }
        }
        ranks
    }
}

/// What the price of a context depends on: its model, speed, service tier and inference geography.
type PricedAs = [Arc<str>; 4];

/// Prices of usage; the only place where reports ask the price table.
///
/// Contexts with the same price share it, which leaves some dozens. A rate is looked up once for each of them, a prompt
/// class and a UTC day, as long as entries come by day.
struct Prices<'a> {
    table: &'a PriceTable,
    numbering: Numbering<PricedAs>,
    of_models: Vec<Option<&'a ModelPrices>>,
    rates: Vec<[Option<DayRate>; PromptClass::ALL.len()]>,
}

/// A rate (`None` where there is none) and the day it was looked up for.
#[derive(Clone, Copy)]
struct DayRate {
    utc_day: Option<i32>,
    rate: Option<Rate>,
}

impl<'a> Prices<'a> {
    fn new(table: &'a PriceTable) -> Self {
        Prices { table, numbering: Numbering::new(), of_models: Vec::new(), rates: Vec::new() }
    }

    fn number_of(&mut self, context: &UsageContext) -> u32 {
        let UsageContext { model, speed, service_tier, inference_geo, .. } = context;
        let priced_as = [model, speed, service_tier, inference_geo].map(Arc::clone);
        let number = self.numbering.number_of(&priced_as);
        if number as usize == self.of_models.len() {
            self.of_models.push(self.table.entry(model));
            self.rates.push([None; PromptClass::ALL.len()]);
        }
        number
    }

    fn cost_of(&mut self, number: u32, entry: &UsageEntry) -> Option<NanoUsd> {
        let utc_day = entry.key.slot.map(Slot::utc_day);
        let cost = |rate: &Rate| rate.cost(&entry.sums.tokens, entry.sums.web_searches);
        match &self.rates[number as usize][entry.key.class as usize] {
            Some(known) if known.utc_day == utc_day => known.rate.as_ref().map(cost),
            _ => self.look_up(number, entry.key.class, utc_day).as_ref().map(cost),
        }
    }

    fn look_up(&mut self, number: u32, class: PromptClass, utc_day: Option<i32>) -> Option<Rate> {
        let [_, speed, service_tier, inference_geo] = &self.numbering.values[number as usize];
        let query = PriceQuery { speed, service_tier, inference_geo, class, day: utc_day };
        let rate = self.of_models[number as usize].and_then(|prices| prices.rate(&query));
        self.rates[number as usize][class as usize] = Some(DayRate { utc_day, rate });
        rate
    }
}
