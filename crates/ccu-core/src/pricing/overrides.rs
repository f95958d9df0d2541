//! Prices that the user sets, and how they stand against the table's.

use jiff::civil::Date;

use super::decimal::Factor;
use super::error::PriceTableError;
use super::model_prices::{ModelPrices, Period, rates_by_class, utc_day};
use super::rate::Rate;
use crate::money::{NanoUsd, PicoUsdPerToken};

/// Token prices as a user gives them. What is left out follows from `input` by Anthropic's usual multiples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenPrices {
    /// A prompt token that no cache served.
    pub input: PicoUsdPerToken,
    /// A generated token.
    pub output: PicoUsdPerToken,
    /// A token written to the 5-minute cache; `None` is 1.25 times `input`.
    pub cache_write_5m: Option<PicoUsdPerToken>,
    /// A token written to the 1-hour cache; `None` is twice `input`.
    pub cache_write_1h: Option<PicoUsdPerToken>,
    /// A token read from a cache; `None` is a tenth of `input`.
    pub cache_read: Option<PicoUsdPerToken>,
}

/// Prices of every token of a request whose prompt is larger than a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenTier {
    /// Prompt tokens: 100,000 or 200,000.
    pub above_prompt_tokens: u64,
    /// The prices above it.
    pub prices: GivenPrices,
}

/// A price that the user sets for a model.
///
/// For an id that the table lists, in either spelling, it holds for the model however it is written; for a decorated one,
/// such as `us.anthropic.claude-opus-4-6-v1`, for that one only. From its date on it takes the place of all prices of the
/// table; earlier days keep theirs. What it does not set (fast, batch, `us`, web searches) stays as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceOverride {
    /// The model id.
    pub model: String,
    /// The first UTC day it holds; `None` for ever.
    pub from: Option<Date>,
    /// The prices.
    pub prices: GivenPrices,
    /// Prices of larger prompts, smallest threshold first.
    pub tiers: Vec<GivenTier>,
    /// One web search; `None` is the table's price, or nothing for a model that it does not know.
    pub web_search: Option<NanoUsd>,
    /// The fast price as a multiple of the standard one; `None` is the table's.
    pub fast: Option<Factor>,
}

impl GivenPrices {
    fn rate(&self, web_search: NanoUsd) -> Rate {
        let of_input = |numerator: u128, denominator: u128| {
            let pico = (u128::from(self.input.0) * numerator + denominator / 2) / denominator;
            PicoUsdPerToken(u64::try_from(pico).unwrap_or(u64::MAX))
        };
        Rate {
            input: self.input,
            output: self.output,
            cache_write_5m: self.cache_write_5m.unwrap_or_else(|| of_input(5, 4)),
            cache_write_1h: self.cache_write_1h.unwrap_or_else(|| of_input(2, 1)),
            cache_read: self.cache_read.unwrap_or_else(|| of_input(1, 10)),
            web_search,
        }
    }
}

impl PriceOverride {
    /// Its period, with what it leaves open taken from the price that it displaces on its first day.
    fn period(&self, table: Option<&Period>, batch: Factor) -> Result<Period, PriceTableError> {
        let known_search = table.map_or(NanoUsd::ZERO, |period| period.rates[0].web_search);
        let web_search = self.web_search.unwrap_or(known_search);
        let tiers: Vec<(u64, Rate)> =
            self.tiers.iter().map(|tier| (tier.above_prompt_tokens, tier.prices.rate(web_search))).collect();
        Ok(Period {
            from_day: self.from.map_or(i32::MIN, utc_day),
            rates: rates_by_class(&self.model, self.prices.rate(web_search), &tiers)?,
            batch,
            fast: self.fast.or_else(|| table.and_then(|period| period.fast)),
            us: table.and_then(|period| period.us),
        })
    }
}

impl ModelPrices {
    /// Puts overrides of this model over its periods. **Errors**: two of them from one date, or unusable tiers.
    pub(super) fn override_with(&mut self, overrides: &[&PriceOverride], batch: Factor) -> Result<(), PriceTableError> {
        let mut given = Vec::with_capacity(overrides.len());
        for price in overrides {
            // An override for ever displaces first of all the newest price: older ones may lack what it leaves open.
            let displaced = self.period(price.from.map(utc_day));
            let period = price.period(displaced, batch)?;
            if given.iter().any(|earlier: &Period| earlier.from_day == period.from_day) {
                return Err(PriceTableError::DuplicateOverride { model: price.model.clone(), from: price.from });
            }
            given.push(period);
        }
        given.sort_by_key(|period| period.from_day);
        if let Some(first) = given.first() {
            self.periods.retain(|period| period.from_day < first.from_day);
        }
        self.periods.append(&mut given);
        if overrides.iter().any(|price| price.from.is_none()) {
            self.sources.clear();
            self.note = None;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pricing::{PriceQuery, PriceTable, parse_usd_per_mtok};
    use crate::record::PromptClass;

    const PLAIN: PriceQuery<'static> =
        PriceQuery { speed: "", service_tier: "", inference_geo: "", class: PromptClass::UpTo100k, day: None };

    fn given(input: &str, output: &str) -> GivenPrices {
        let price = |text| parse_usd_per_mtok(text).unwrap();
        let (input, output) = (price(input), price(output));
        GivenPrices { input, output, cache_write_5m: None, cache_write_1h: None, cache_read: None }
    }

    fn price(model: &str, from: Option<&str>, input: &str) -> PriceOverride {
        PriceOverride {
            model: model.to_owned(),
            from: from.map(|date| date.parse().unwrap()),
            prices: given(input, "99"),
            tiers: Vec::new(),
            web_search: None,
            fast: None,
        }
    }

    fn aliases(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(alias, target)| ((*alias).to_owned(), (*target).to_owned())).collect()
    }

    fn table(overrides: &[PriceOverride], pairs: &[(&str, &str)]) -> Result<PriceTable, PriceTableError> {
        PriceTable::embedded().unwrap().with_overrides(overrides, &aliases(pairs))
    }

    /// The input price in pico-dollars.
    fn input(table: &PriceTable, model: &str, query: PriceQuery<'_>) -> Option<u64> {
        table.rate(model, &query).map(|rate| rate.input.0)
    }

    #[test]
    fn what_is_left_out_follows_from_the_input_price() {
        let table = table(&[price("glm-4.7", None, "0.6")], &[]).unwrap();
        let rate = table.rate("glm-4.7", &PLAIN).unwrap();
        let prices = [rate.input, rate.cache_write_5m, rate.cache_write_1h, rate.cache_read, rate.output];
        assert_eq!(prices.map(|price| price.0), [600_000, 750_000, 1_200_000, 60_000, 99_000_000]);
        assert_eq!(rate.web_search, NanoUsd::ZERO);
        assert_eq!(table.rate("glm-4.7", &PriceQuery { speed: "fast", ..PLAIN }), None);
        let batch = PriceQuery { service_tier: "batch", ..PLAIN };
        assert_eq!(input(&table, "glm-4.7", batch), Some(300_000));
        assert_eq!(input(&table, "glm-4.8", PLAIN), None);
    }

    #[test]
    fn what_is_given_stands() {
        let mut whole = price("glm-4.7", None, "1");
        whole.prices.cache_write_5m = Some(PicoUsdPerToken(1));
        whole.prices.cache_write_1h = Some(PicoUsdPerToken(2));
        whole.prices.cache_read = Some(PicoUsdPerToken(3));
        whole.web_search = Some(NanoUsd(4));
        whole.fast = Some(Factor::parse("3").unwrap());
        whole.tiers = vec![GivenTier { above_prompt_tokens: 200_000, prices: given("2", "9") }];
        let table = table(&[whole], &[]).unwrap();
        let rate = table.rate("glm-4.7", &PLAIN).unwrap();
        assert_eq!([rate.cache_write_5m, rate.cache_write_1h, rate.cache_read].map(|price| price.0), [1, 2, 3]);
        assert_eq!(rate.web_search, NanoUsd(4));
        assert_eq!(input(&table, "glm-4.7", PriceQuery { speed: "fast", ..PLAIN }), Some(3_000_000));
        let long = table.rate("glm-4.7", &PriceQuery { class: PromptClass::Above200k, ..PLAIN }).unwrap();
        assert_eq!((long.input.0, long.cache_read.0, long.web_search), (2_000_000, 200_000, NanoUsd(4)));
        assert_eq!(input(&table, "glm-4.7", PriceQuery { class: PromptClass::UpTo200k, ..PLAIN }), Some(1_000_000));
    }

    #[test]
    fn an_override_wins_from_its_date_on() {
        let on = |date: &str| PriceQuery { day: Some(utc_day(date.parse().unwrap())), ..PLAIN };
        let given =
            [price("claude-opus-4-6", Some("2026-06-01"), "2"), price("claude-opus-4.6", Some("2026-01-01"), "1")];
        let check = |table: &PriceTable| {
            for (date, expected) in
                [("2025-12-31", 5), ("2026-01-01", 1), ("2026-03-13", 1), ("2026-05-31", 1), ("2026-06-01", 2)]
            {
                for model in ["claude-opus-4-6", "claude-opus-4.6", "us.anthropic.claude-opus-4-6-v1"] {
                    assert_eq!(input(table, model, on(date)), Some(expected * 1_000_000), "{model} {date}");
                }
            }
        };
        check(&table(&given, &[]).unwrap());
        let [later, earlier] = given;
        check(&table(&[earlier, later], &[]).unwrap());
        let only_later = table(&[price("glm-4.7", Some("2026-06-01"), "1")], &[]).unwrap();
        assert_eq!(input(&only_later, "glm-4.7", on("2026-05-31")), None);
        assert_eq!(input(&only_later, "glm-4.7", on("2026-06-01")), Some(1_000_000));
    }

    #[test]
    fn what_an_override_does_not_set_stays() {
        let table = table(&[price("claude-opus-5", None, "1")], &[]).unwrap();
        let fast_in_the_us = PriceQuery { speed: "fast", inference_geo: "us", ..PLAIN };
        assert_eq!(input(&table, "claude-opus-5", fast_in_the_us), Some(2_200_000));
        assert_eq!(table.rate("claude-opus-5", &PLAIN).unwrap().web_search, NanoUsd(10_000_000));
        assert_eq!(table.entry("claude-opus-5").unwrap().sources(), [""; 0]);
    }

    #[test]
    fn a_decorated_id_is_priced_alone() {
        let bedrock = price("us.anthropic.claude-opus-5", None, "5.5");
        let all = price("claude-opus-5", None, "1");
        for given in [[bedrock.clone(), all.clone()], [all, bedrock]] {
            let table = table(&given, &[]).unwrap();
            assert_eq!(input(&table, "us.anthropic.claude-opus-5", PLAIN), Some(5_500_000));
            assert_eq!(input(&table, "us.anthropic.claude-opus-5[1m]", PLAIN), Some(5_500_000));
            assert_eq!(input(&table, "eu.anthropic.claude-opus-5", PLAIN), Some(1_000_000));
            let fast = PriceQuery { speed: "fast", ..PLAIN };
            assert_eq!(input(&table, "us.anthropic.claude-opus-5", fast), Some(11_000_000));
        }
    }

    #[test]
    fn aliases_lead_to_their_model_and_win_over_the_table() {
        let pairs = [("our-opus", "claude-opus-5"), ("claude-haiku-4-5", "claude-haiku-5-5"), ("house", "glm-4.7")];
        let table = table(&[price("glm-4.7", None, "1")], &pairs).unwrap();
        for (alias, id) in [
            ("our-opus", "claude-opus-5"),
            ("our-opus[1m]", "claude-opus-5"),
            ("claude-haiku-4-5", "claude-haiku-5-5"),
            ("claude-haiku-4-5-20251001", "claude-haiku-5-5"),
            ("claude-haiku-4.5", "claude-haiku-4-5"),
            ("house", "glm-4.7"),
        ] {
            assert_eq!(table.entry(alias).map(ModelPrices::id), Some(id), "{alias}");
        }
        assert!(table.entry("our-opus-2").is_none());
    }

    #[test]
    fn contradictions_are_refused() {
        let message =
            |overrides: &[PriceOverride], pairs: &[(&str, &str)]| table(overrides, pairs).unwrap_err().to_string();
        let twice = [price("claude-opus-5", None, "1"), price("claude-opus-5.0", None, "2")];
        assert_eq!(message(&twice, &[]), "`claude-opus-5.0` has two prices without a date");
        let twice = [price("glm", Some("2026-01-01"), "1"), price("glm", Some("2026-01-01"), "1")];
        assert_eq!(message(&twice, &[]), "`glm` has two prices from 2026-01-01");
        assert_eq!(message(&[], &[("a", "glm")]), "the alias `a` stands for `glm`, which has no price");
        let chain = [("a", "b"), ("b", "claude-opus-5")];
        assert_eq!(message(&[], &chain), "the alias `a` stands for `b`, which is an alias itself");
        assert_eq!(
            message(&[price("a", None, "1")], &[("a", "claude-opus-5")]),
            "`a` is given both a price and an alias"
        );
        let mut odd = price("glm", None, "1");
        odd.tiers = vec![GivenTier { above_prompt_tokens: 128_000, prices: given("2", "9") }];
        assert_eq!(
            message(&[odd], &[]),
            "`glm` has prices above 128000 prompt tokens; only 100000 and 200000 are known"
        );
    }
}
