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

/// A context as reports use it: the names by number, each number an index into the lists of [`Contexts`].
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedContext {
    /// Its own index in [`Contexts`].
    pub number: u32,
    pub model: u32,
    pub project: u32,
    pub machine: u32,
    /// Which of the [`Prices`] its usage has.
    price: u32,
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
    prices: Prices<'a>,
}

impl<'a> Contexts<'a> {
    /// Resolves all contexts of a catalog.
    pub(super) fn new(filter: &Filter, catalog: &'a UsageCatalog, price_table: &'a PriceTable) -> Self {
        let filter = ContextFilter::new(filter, catalog);
        let unknown = unknown_context();
        let mut contexts = Vec::with_capacity(catalog.contexts.len() + 1);
        let (mut models, mut projects, mut machines) = (Numbering::new(), Numbering::new(), Numbering::new());
        let mut prices = Prices::new(price_table);
        for context in catalog.contexts.iter().chain([&unknown]) {
            let project: Arc<str> = shared_name(&context.project).into();
            contexts.push(CountedContext {
                number: contexts.len() as u32,
                is_kept: filter.keeps(context, &project),
                model: models.number_of(&context.model),
                project: projects.number_of(&project),
                machine: machines.number_of(&context.machine),
                price: prices.number_of(context),
            });
        }
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
        self.prices.cost_of(context.price, entry)
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
