//! The price table: the one in the binary, with the user's prices and aliases over it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::decimal::Factor;
use super::error::PriceTableError;
use super::match_model::resolve;
use super::model_prices::{ModelPrices, Period, PriceQuery, rates_by_class, utc_day};
use super::overrides::PriceOverride;
use super::rate::Rate;
use super::schema::{ModelFile, PeriodFile, SourceFile, TableFile, TierFile};
use crate::money::NanoUsd;

const EMBEDDED: &str = include_str!("../prices.json");

/// Where prices of the table come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceSource {
    /// The package, with its registry.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The file inside.
    pub file: String,
    /// The licence of that file.
    pub licence: String,
    /// The day it was looked at.
    pub seen: Date,
}

/// The prices of all known models.
#[derive(Debug, Clone)]
pub struct PriceTable {
    seen: Date,
    sources: BTreeMap<String, PriceSource>,
    batch: Factor,
    models: Vec<ModelPrices>,
    /// Every id, other spelling, overridden id and alias, to an index in `models`.
    index: FxHashMap<String, usize>,
}

impl PriceTable {
    /// The table in the binary. **Errors**: never in a released binary; a test reads it.
    pub fn embedded() -> Result<PriceTable, PriceTableError> {
        PriceTable::parse(EMBEDDED)
    }

    /// Reads a table in the form of `prices.json`.
    fn parse(json: &str) -> Result<PriceTable, PriceTableError> {
        let file: TableFile = serde_json::from_str(json).map_err(PriceTableError::Unreadable)?;
        let mut table = PriceTable {
            seen: file.seen.0,
            sources: file.sources.into_iter().map(|(name, source)| (name, price_source(source))).collect(),
            batch: file.batch.0,
            models: Vec::with_capacity(file.models.len()),
            index: FxHashMap::default(),
        };
        for model in file.models {
            table.add(model)?;
        }
        Ok(table)
    }

    fn add(&mut self, model: ModelFile) -> Result<(), PriceTableError> {
        if let Some(unknown) = model.sources.iter().find(|name| !self.sources.contains_key(*name)) {
            return Err(PriceTableError::UnknownSource { model: model.id, price_source: unknown.clone() });
        }
        for id in std::iter::once(&model.id).chain(&model.spellings) {
            if self.index.insert(id.clone(), self.models.len()).is_some() {
                return Err(PriceTableError::DuplicateId { id: id.clone() });
            }
        }
        let periods = periods(&model, self.batch)?;
        self.models.push(ModelPrices { id: model.id, sources: model.sources, note: model.note, periods });
        Ok(())
    }

    /// Puts the user's prices and aliases (name to model id) over the table; both win over what the table says.
    ///
    /// The order of overrides does not matter. An alias takes any name, also one that the table knows, and leads to
    /// whatever its target costs after the overrides.
    ///
    /// **Errors**: when two overrides set one model from the same date, a tier has an unknown threshold or tiers do not
    /// rise, an alias leads to nothing with a price or to another alias, or a name is both overridden and an alias.
    pub fn with_overrides(
        mut self,
        overrides: &[PriceOverride],
        aliases: &BTreeMap<String, String>,
    ) -> Result<PriceTable, PriceTableError> {
        // Every new entry starts as a copy of the untouched model that its id means, so that no order shows.
        let targets: Vec<usize> = overrides.iter().map(|price| self.override_target(&price.model)).collect();
        let mut by_target: BTreeMap<usize, Vec<&PriceOverride>> = BTreeMap::new();
        for (target, price) in targets.into_iter().zip(overrides) {
            by_target.entry(target).or_default().push(price);
        }
        for (target, prices) in by_target {
            if let Some(model) = self.models.get_mut(target) {
                model.override_with(&prices, self.batch)?;
            }
        }
        self.add_aliases(overrides, aliases)?;
        Ok(self)
    }

    /// The index of the model with exactly this id, which is made where there is none.
    fn override_target(&mut self, id: &str) -> usize {
        if let Some(known) = self.index.get(id) {
            return *known;
        }
        let template = self.entry(id).cloned();
        let (sources, note, periods) =
            template.map(|model| (model.sources, model.note, model.periods)).unwrap_or_default();
        self.models.push(ModelPrices { id: id.to_owned(), sources, note, periods });
        let target = self.models.len() - 1;
        self.index.insert(id.to_owned(), target);
        target
    }

    fn add_aliases(
        &mut self,
        overrides: &[PriceOverride],
        aliases: &BTreeMap<String, String>,
    ) -> Result<(), PriceTableError> {
        if let Some(alias) = aliases.keys().find(|alias| overrides.iter().any(|price| price.model == **alias)) {
            return Err(PriceTableError::PricedAlias { alias: alias.clone() });
        }
        let mut resolved = Vec::with_capacity(aliases.len());
        for (alias, target) in aliases {
            if aliases.contains_key(target) {
                return Err(PriceTableError::ChainedAlias { alias: alias.clone(), target: target.clone() });
            }
            let unknown = || PriceTableError::UnknownAliasTarget { alias: alias.clone(), target: target.clone() };
            resolved.push((alias.clone(), self.position(target).ok_or_else(unknown)?));
        }
        self.index.extend(resolved);
        Ok(())
    }

    /// The prices of a model id as a transcript gives it; `None` where no price is known. Callers keep it: it answers
    /// every request of the model.
    pub fn entry(&self, model: &str) -> Option<&ModelPrices> {
        self.position(model).and_then(|position| self.models.get(position))
    }

    fn position(&self, model: &str) -> Option<usize> {
        resolve(model, |id| self.index.get(id).copied())
    }

    /// The rate for a request to a model; `None` where no price is known. See [`ModelPrices::rate`].
    pub fn rate(&self, model: &str, query: &PriceQuery<'_>) -> Option<Rate> {
        self.entry(model)?.rate(query)
    }

    /// The day on which the table's prices were last compared with their sources.
    pub fn seen(&self) -> Date {
        self.seen
    }

    /// The sources of the table by the names that its models give.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &PriceSource)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// All models, as the table lists them, then those that only the user prices.
    pub fn models(&self) -> &[ModelPrices] {
        &self.models
    }
}

fn price_source(source: SourceFile) -> PriceSource {
    let SourceFile { package, version, file, licence, seen } = source;
    PriceSource { package, version, file, licence, seen: seen.0 }
}

/// The periods of a model: the first for ever, the others by rising date.
fn periods(model: &ModelFile, batch: Factor) -> Result<Vec<Period>, PriceTableError> {
    let first_is_undated = model.prices.first().is_some_and(|first| first.from.is_none());
    let mut periods = Vec::with_capacity(model.prices.len());
    for prices in &model.prices {
        periods.push(Period {
            from_day: prices.from.map_or(i32::MIN, |day| utc_day(day.0)),
            rates: rates(&model.id, prices)?,
            batch,
            fast: model.fast.map(|factor| factor.0),
            us: model.us.map(|factor| factor.0),
        });
    }
    if !first_is_undated || !periods.is_sorted_by(|earlier, later| earlier.from_day < later.from_day) {
        return Err(PriceTableError::UnorderedPeriods { model: model.id.clone() });
    }
    Ok(periods)
}

fn rates(model: &str, prices: &PeriodFile) -> Result<[Rate; 3], PriceTableError> {
    let base = Rate {
        input: prices.input.0,
        output: prices.output.0,
        // Without a cache price there was no cache: the input price holds for every prompt token.
        cache_write_5m: prices.cache_write_5m.unwrap_or(prices.input).0,
        cache_write_1h: prices.cache_write_1h.unwrap_or(prices.input).0,
        cache_read: prices.cache_read.unwrap_or(prices.input).0,
        web_search: prices.web_search_per_thousand.map_or(NanoUsd::ZERO, |price| price.0),
    };
    let tiers: Vec<(u64, Rate)> =
        prices.tiers.iter().map(|tier| (tier.above_prompt_tokens, tier_rate(tier, base.web_search))).collect();
    rates_by_class(model, base, &tiers)
}

fn tier_rate(tier: &TierFile, web_search: NanoUsd) -> Rate {
    Rate {
        input: tier.input.0,
        output: tier.output.0,
        cache_write_5m: tier.cache_write_5m.0,
        cache_write_1h: tier.cache_write_1h.0,
        cache_read: tier.cache_read.0,
        web_search,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::PicoUsdPerToken;
    use crate::pricing::parse_usd_per_mtok;
    use crate::record::PromptClass::{self, Above200k, UpTo100k, UpTo200k};
    use proptest::prelude::*;

    /// Standard speed, tier and place, a small prompt, the newest price.
    const PLAIN: PriceQuery<'static> =
        PriceQuery { speed: "", service_tier: "", inference_geo: "", class: UpTo100k, day: None };

    fn on(date: &str, class: PromptClass) -> PriceQuery<'static> {
        PriceQuery { day: Some(utc_day(date.parse().unwrap())), class, ..PLAIN }
    }

    /// Checks input, 5-minute write, 1-hour write, read and output, in dollars a million tokens.
    #[track_caller]
    fn check(model: &str, query: PriceQuery<'_>, expected: [&str; 5]) {
        let rate = PriceTable::embedded().unwrap().rate(model, &query).unwrap_or_else(|| panic!("{model} is unpriced"));
        let prices = [rate.input, rate.cache_write_5m, rate.cache_write_1h, rate.cache_read, rate.output];
        let expected: [PicoUsdPerToken; 5] = expected.map(|text| parse_usd_per_mtok(text).unwrap());
        assert_eq!(prices, expected, "{model} {query:?}");
    }

    #[track_caller]
    fn check_unpriced(model: &str, query: PriceQuery<'_>) {
        assert_eq!(PriceTable::embedded().unwrap().rate(model, &query), None, "{model} {query:?}");
    }

    #[test]
    fn the_embedded_table_is_sound() {
        let table = PriceTable::embedded().unwrap();
        assert_eq!(table.models().len(), 30);
        assert_eq!(table.seen(), Date::constant(2026, 11, 22));
        assert_eq!(table.sources().count(), 3);
        for model in table.models() {
            assert_eq!(table.entry(model.id()).map(ModelPrices::id), Some(model.id()));
            assert!(!model.sources().is_empty(), "{}", model.id());
            for class in PromptClass::ALL {
                let rate = model.rate(&PriceQuery { class, ..PLAIN }).unwrap();
                assert!(PicoUsdPerToken(0) < rate.cache_read && rate.cache_read <= rate.input, "{}", model.id());
                assert!(rate.input <= rate.cache_write_5m, "{}", model.id());
                assert!(rate.cache_write_5m <= rate.cache_write_1h, "{}", model.id());
                assert!(rate.cache_write_1h < rate.output, "{}", model.id());
            }
        }
    }

    #[test]
    fn every_model_has_its_published_price() {
        for (models, expected) in [
            (&["claude-fable-5-2", "claude-mythos-5-2"][..], ["8", "10", "16", "0.2", "40"]),
            (&["claude-fable-5-1", "claude-mythos-5-1"], ["10", "12.5", "20", "0.25", "50"]),
            (&["claude-fable-5", "claude-mythos-5", "claude-mythos-preview"], ["10", "12.5", "20", "1", "50"]),
            (&["claude-opus-5-5"], ["4", "5", "8", "0.2", "20"]),
            (
                &["claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5"],
                ["5", "6.25", "10", "0.5", "25"],
            ),
            (&["claude-opus-4-1", "claude-opus-4-0", "claude-3-opus"], ["15", "18.75", "30", "1.5", "75"]),
            (&["claude-sonnet-5-5"], ["2", "2.5", "4", "0.1", "10"]),
            (&["claude-sonnet-5"], ["2", "2.5", "4", "0.2", "10"]),
            (
                &["claude-sonnet-4-6", "claude-sonnet-4-5", "claude-sonnet-4-0", "claude-3-7-sonnet"],
                ["3", "3.75", "6", "0.3", "15"],
            ),
            (&["claude-3-5-sonnet", "claude-3-sonnet"], ["3", "3.75", "6", "0.3", "15"]),
            (&["claude-haiku-5-5"], ["0.1", "0.125", "0.2", "0.01", "0.5"]),
            (&["claude-haiku-4-5"], ["1", "1.25", "2", "0.1", "5"]),
            (&["claude-3-5-haiku"], ["0.8", "1", "1.6", "0.08", "4"]),
            (&["claude-3-haiku"], ["0.25", "0.3", "0.5", "0.03", "1.25"]),
            (&["claude-2", "claude-v1"], ["8", "8", "8", "8", "24"]),
        ] {
            for model in models {
                check(model, PLAIN, expected);
            }
        }
    }

    #[test]
    fn prices_change_with_the_day() {
        let long = ["10", "12.5", "20", "1", "37.5"];
        check("claude-opus-4-6", on("2026-03-12", Above200k), long);
        check("claude-opus-4-6", on("2026-03-13", Above200k), ["5", "6.25", "10", "0.5", "25"]);
        check("claude-opus-4-6", on("2026-03-12", UpTo200k), ["5", "6.25", "10", "0.5", "25"]);
        check("claude-sonnet-4-6", on("2026-03-12", Above200k), ["6", "7.5", "12", "0.6", "22.5"]);
        check("claude-sonnet-4-6", on("2026-03-13", Above200k), ["3", "3.75", "6", "0.3", "15"]);
        check("claude-opus-4-6", PriceQuery { class: Above200k, ..PLAIN }, ["5", "6.25", "10", "0.5", "25"]);
        check("claude-opus-4-6", PriceQuery { day: Some(i32::MIN), class: Above200k, ..PLAIN }, long);
    }

    #[test]
    fn tiers_begin_at_their_threshold() {
        for model in ["claude-sonnet-4-5", "claude-sonnet-4-0"] {
            check(model, on("2025-10-01", UpTo200k), ["3", "3.75", "6", "0.3", "15"]);
            check(model, on("2026-10-01", Above200k), ["6", "7.5", "12", "0.6", "22.5"]);
        }
        for class in [UpTo200k, Above200k] {
            check("claude-haiku-5-5", PriceQuery { class, ..PLAIN }, ["0.5", "0.625", "1", "0.05", "2.5"]);
        }
    }

    #[test]
    fn fast_speed_has_its_own_price_or_none() {
        let fast = PriceQuery { speed: "fast", ..PLAIN };
        check("claude-opus-5-5", fast, ["8", "10", "16", "0.4", "40"]);
        check("claude-opus-4-8", fast, ["10", "12.5", "20", "1", "50"]);
        check("claude-opus-4-6", fast, ["30", "37.5", "60", "3", "150"]);
        let early_and_long = PriceQuery { speed: "fast", ..on("2026-03-01", Above200k) };
        check("claude-opus-4-6", early_and_long, ["60", "75", "120", "6", "225"]);
        check("claude-opus-5-5", PriceQuery { speed: "standard", ..PLAIN }, ["4", "5", "8", "0.2", "20"]);
        check_unpriced("claude-opus-4-7", fast);
        check_unpriced("claude-sonnet-5", fast);
        check_unpriced("claude-opus-5", PriceQuery { speed: "slow", ..PLAIN });
        check_unpriced("claude-opus-5", PriceQuery { service_tier: "batch", ..fast });
    }

    #[test]
    fn batches_cost_half_and_other_tiers_the_list_price() {
        let batch = PriceQuery { service_tier: "batch", ..PLAIN };
        check("claude-haiku-5-5", batch, ["0.05", "0.0625", "0.1", "0.005", "0.25"]);
        check("claude-3-haiku", batch, ["0.125", "0.15", "0.25", "0.015", "0.625"]);
        let long = PriceQuery { service_tier: "batch", class: Above200k, ..PLAIN };
        check("claude-sonnet-4-5", long, ["3", "3.75", "6", "0.3", "11.25"]);
        for service_tier in ["", "standard", "default", "priority"] {
            check("claude-haiku-4-5", PriceQuery { service_tier, ..PLAIN }, ["1", "1.25", "2", "0.1", "5"]);
        }
    }

    #[test]
    fn inference_in_the_us_costs_a_tenth_more_on_newer_models() {
        let us = PriceQuery { inference_geo: "us", ..PLAIN };
        check("claude-opus-5-5", us, ["4.4", "5.5", "8.8", "0.22", "22"]);
        check("claude-opus-5-5", PriceQuery { speed: "fast", ..us }, ["8.8", "11", "17.6", "0.44", "44"]);
        check(
            "claude-haiku-5-5",
            PriceQuery { service_tier: "batch", ..us },
            ["0.055", "0.06875", "0.11", "0.0055", "0.275"],
        );
        check("claude-haiku-4-5", us, ["1", "1.25", "2", "0.1", "5"]);
        for inference_geo in ["", "global", "not_available", "eu", "US"] {
            check("claude-opus-5-5", PriceQuery { inference_geo, ..PLAIN }, ["4", "5", "8", "0.2", "20"]);
        }
    }

    #[test]
    fn web_searches_cost_a_cent_whatever_else_holds() {
        let table = PriceTable::embedded().unwrap();
        let dear = PriceQuery { speed: "fast", inference_geo: "us", class: Above200k, ..PLAIN };
        for query in [PLAIN, dear, PriceQuery { service_tier: "batch", ..PLAIN }] {
            assert_eq!(table.rate("claude-opus-5-5", &query).unwrap().web_search, NanoUsd(10_000_000));
        }
        assert_eq!(table.rate("claude-3-haiku", &PLAIN).unwrap().web_search, NanoUsd::ZERO);
    }

    #[test]
    fn ids_lead_to_their_model_however_they_are_written() {
        let table = PriceTable::embedded().unwrap();
        for (written, id) in [
            ("claude-opus-4.8", "claude-opus-4-8"),
            ("claude-sonnet-4", "claude-sonnet-4-0"),
            ("claude-sonnet-4-20250514", "claude-sonnet-4-0"),
            ("claude-sonnet-4@20250514", "claude-sonnet-4-0"),
            ("claude-4-opus-20250514", "claude-opus-4-0"),
            ("claude-opus-4-1-20250805", "claude-opus-4-1"),
            ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
            ("claude-3.7-sonnet", "claude-3-7-sonnet"),
            ("claude-sonnet-3.7", "claude-3-7-sonnet"),
            ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
            ("anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
            ("global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
            ("vertex_ai/claude-opus-5@default", "claude-opus-5"),
            ("claude-opus-5[1m]", "claude-opus-5"),
            ("claude-opus-5-2026-07-24", "claude-opus-5"),
            ("anthropic/claude-opus-5.5", "claude-opus-5-5"),
            ("anthropic.claude-v2:1", "claude-2"),
            ("anthropic.claude-v1", "claude-v1"),
        ] {
            assert_eq!(table.entry(written).map(ModelPrices::id), Some(id), "{written}");
        }
    }

    #[test]
    fn unknown_models_are_never_guessed() {
        for model in [
            "",
            "<synthetic>",
            "opus",
            "claude",
            "claude-opus",
            "claude-opus-4-60",
            "claude-opus-6",
            "claude-opus-5-5-fast",
            "my-claude-opus-4-6-proxy",
            "claude-haiku-5",
            "claude-3",
            "claude-instant-v1",
            "glm-4.7",
            "MiniMax-M2",
        ] {
            check_unpriced(model, PLAIN);
        }
    }

    #[test]
    fn a_broken_table_says_what_is_wrong() {
        let with = |models: &str| {
            let json = format!(
                r#"{{"about": [], "seen": "2026-11-22", "batch": "0.5", "models": [{models}], "sources":
                {{"list": {{"package": "p", "version": "1", "file": "f", "licence": "MIT", "seen": "2026-11-22"}}}}}}"#
            );
            let error = PriceTable::parse(&json).unwrap_err();
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{error}{cause}")
        };
        let model = |sources: &str, prices: &str| {
            with(&format!(r#"{{"id": "m", "sources": {sources}, "prices": [{prices}]}}"#))
        };
        let tier = |above: u64| {
            format!(
                r#"{{"above_prompt_tokens": {above}, "input": "1", "output": "1", "cache_read": "1",
                "cache_write_5m": "1", "cache_write_1h": "1"}}"#
            )
        };
        let tiers = |tiers: &str| model("[]", &format!(r#"{{"input": "1", "output": "1", "tiers": [{tiers}]}}"#));
        assert_eq!(
            model(r#"["hearsay"]"#, r#"{"input": "1", "output": "1"}"#),
            "the prices of `m` come from `hearsay`, which the price table does not describe"
        );
        let unordered = "the prices of `m` are not one row for the beginning and then rows by rising date";
        assert_eq!(model("[]", ""), unordered);
        assert_eq!(model("[]", r#"{"from": "2026-01-01", "input": "1", "output": "1"}"#), unordered);
        assert_eq!(model("[]", r#"{"input": "1", "output": "1"}, {"input": "1", "output": "1"}"#), unordered);
        assert_eq!(
            tiers(&tier(150_000)),
            "`m` has prices above 150000 prompt tokens; only 100000 and 200000 are known"
        );
        assert_eq!(tiers(&tier(0)), "`m` has prices above 0 prompt tokens; only 100000 and 200000 are known");
        let falling = format!("{}, {}", tier(200_000), tier(100_000));
        assert_eq!(tiers(&falling), "the long-context prices of `m` do not rise by their threshold");
        let twice = r#"{"id": "m", "spellings": ["m"], "sources": [], "prices": []}"#;
        assert_eq!(with(twice), "the price table has `m` twice");
        assert!(model("[]", r#"{"input": "1e-6", "output": "1"}"#).starts_with(
            "the price table cannot be read: `1e-6` is not a decimal number such as `3` or `0.25` at line 1"
        ));
    }

    fn any_model() -> impl Strategy<Value = String> {
        let ids: Vec<String> =
            PriceTable::embedded().unwrap().models().iter().map(|model| model.id().to_owned()).collect();
        prop_oneof![
            ".{0,30}",
            (".{0,3}", prop::sample::select(ids), ".{0,9}").prop_map(|(a, id, b)| format!("{a}{id}{b}"))
        ]
    }

    proptest! {
        #[test]
        fn any_model_and_query_is_answered(
            model in any_model(), speed in "|standard|fast|.{0,3}", service_tier in "|batch|.{0,3}",
            inference_geo in "|us|.{0,3}", class in 0_usize..3, day in any::<Option<i32>>(),
        ) {
            let table = PriceTable::embedded().unwrap();
            let class = PromptClass::ALL[class];
            let query = PriceQuery { speed: &speed, service_tier: &service_tier, inference_geo: &inference_geo, class, day };
            let rate = table.rate(&model, &query);
            prop_assert_eq!(rate, table.entry(&model).and_then(|entry| entry.rate(&query)));
            prop_assert!(rate.is_none_or(|rate| rate.input.0 > 0 && rate.output.0 > 0));
        }
    }
}
