//! A rate: what one token of each kind and one web search cost, and the cost of usage at it.

use super::decimal::Factor;
use crate::money::{NanoUsd, PicoUsdPerToken};
use crate::record::TokenCounts;

/// Pico-dollars in a nano-dollar.
const PICO: u64 = 1_000;

/// The prices that hold for one request: its model, day, prompt size, speed, tier and place are already in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// A prompt token that no cache served.
    pub input: PicoUsdPerToken,
    /// A generated token.
    pub output: PicoUsdPerToken,
    /// A token written to the 5-minute cache.
    pub cache_write_5m: PicoUsdPerToken,
    /// A token written to the 1-hour cache.
    pub cache_write_1h: PicoUsdPerToken,
    /// A token read from a cache.
    pub cache_read: PicoUsdPerToken,
    /// One web search.
    pub web_search: NanoUsd,
}

impl Rate {
    /// The cost of so many tokens and web searches, summed in pico-dollars and rounded once, half up. It saturates.
    pub fn cost(&self, tokens: &TokenCounts, web_searches: u64) -> NanoUsd {
        // A report asks this for 200,000 entries, and sums below $18 million fit in 64 bits, at half the time.
        match self.narrow_cost(tokens, web_searches) {
            Some(pico) => NanoUsd::from_pico(u128::from(pico)),
            None => self.wide_cost(tokens, web_searches),
        }
    }

    /// The cost in pico-dollars, where it fits.
    fn narrow_cost(&self, tokens: &TokenCounts, web_searches: u64) -> Option<u64> {
        let search_pico = self.web_search.0.max(0).unsigned_abs().checked_mul(PICO)?;
        tokens
            .input
            .checked_mul(self.input.0)?
            .checked_add(tokens.output.checked_mul(self.output.0)?)?
            .checked_add(tokens.cache_write_5m.checked_mul(self.cache_write_5m.0)?)?
            .checked_add(tokens.cache_write_1h.checked_mul(self.cache_write_1h.0)?)?
            .checked_add(tokens.cache_read.checked_mul(self.cache_read.0)?)?
            .checked_add(search_pico.checked_mul(web_searches)?)
    }

    fn wide_cost(&self, tokens: &TokenCounts, web_searches: u64) -> NanoUsd {
        let search_pico = u128::from(self.web_search.0.max(0).unsigned_abs()) * u128::from(PICO);
        let parts = [
            price(tokens.input, self.input),
            price(tokens.output, self.output),
            price(tokens.cache_write_5m, self.cache_write_5m),
            price(tokens.cache_write_1h, self.cache_write_1h),
            price(tokens.cache_read, self.cache_read),
            search_pico.saturating_mul(u128::from(web_searches)),
        ];
        let pico = parts.into_iter().fold(0, u128::saturating_add);
        // `from_pico` adds before it divides, so the largest sums must keep away from the end of the range.
        NanoUsd::from_pico(pico.min(u128::MAX / 2))
    }

    /// The same with every token price times both factors. Web searches cost the same at any speed, tier and place.
    pub(super) fn times(&self, first: Factor, second: Factor) -> Rate {
        Rate {
            input: self.input.times(first, second),
            output: self.output.times(first, second),
            cache_write_5m: self.cache_write_5m.times(first, second),
            cache_write_1h: self.cache_write_1h.times(first, second),
            cache_read: self.cache_read.times(first, second),
            web_search: self.web_search,
        }
    }
}

fn price(tokens: u64, price: PicoUsdPerToken) -> u128 {
    u128::from(tokens) * u128::from(price.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate_of(prices: [u64; 5], web_search: u32) -> Rate {
        let [input, output, cache_write_5m, cache_write_1h, cache_read] = prices.map(PicoUsdPerToken);
        Rate { input, output, cache_write_5m, cache_write_1h, cache_read, web_search: NanoUsd(i64::from(web_search)) }
    }

    fn tokens_of([input, output, cache_write_5m, cache_write_1h, cache_read]: [u64; 5]) -> TokenCounts {
        TokenCounts { input, output, cache_write_5m, cache_write_1h, cache_read }
    }

    #[test]
    fn every_kind_has_its_price() {
        let rate = rate_of([5_000_000, 25_000_000, 6_250_000, 10_000_000, 500_000], 10_000_000);
        for (tokens, web_searches, nano) in [
            ([1, 0, 0, 0, 0], 0, 5_000),
            ([0, 1, 0, 0, 0], 0, 25_000),
            ([0, 0, 1, 0, 0], 0, 6_250),
            ([0, 0, 0, 1, 0], 0, 10_000),
            ([0, 0, 0, 0, 1], 0, 500),
            ([0; 5], 1, 10_000_000),
            ([1; 5], 2, 20_046_750),
        ] {
            assert_eq!(rate.cost(&tokens_of(tokens), web_searches), NanoUsd(nano), "{tokens:?} {web_searches}");
        }
    }

    #[test]
    fn it_rounds_the_sum_and_not_its_parts() {
        let rate = rate_of([400; 5], 0);
        assert_eq!(rate.cost(&tokens_of([1, 0, 0, 0, 0]), 0), NanoUsd(0));
        assert_eq!(rate.cost(&tokens_of([1; 5]), 0), NanoUsd(2));
    }

    #[test]
    fn it_saturates() {
        let rate = rate_of([u64::MAX; 5], u32::MAX);
        assert_eq!(rate.cost(&tokens_of([u64::MAX; 5]), u64::MAX), NanoUsd(i64::MAX));
    }

    prop_compose! {
        fn any_rate()(prices in prop::array::uniform5(0_u64..1 << 32), web_search in any::<u32>()) -> Rate {
            rate_of(prices, web_search)
        }
    }

    prop_compose! {
        fn any_tokens()(tokens in prop::array::uniform5(0_u64..1 << 24)) -> TokenCounts {
            tokens_of(tokens)
        }
    }

    /// Numbers of any size, so that sums lie on both sides of 64 bits.
    fn of_any_size() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0_u32..64).prop_map(|(number, shift)| number >> shift)
    }

    proptest! {
        #[test]
        fn sums_that_fit_in_64_bits_cost_the_same(
            prices in prop::array::uniform5(of_any_size()),
            tokens in prop::array::uniform5(of_any_size()),
            web_search in any::<u32>(),
            web_searches in of_any_size(),
        ) {
            let (rate, tokens) = (rate_of(prices, web_search), tokens_of(tokens));
            prop_assert_eq!(rate.cost(&tokens, web_searches), rate.wide_cost(&tokens, web_searches));
        }

        #[test]
        fn cost_is_additive_up_to_rounding(
            rate in any_rate(), a in any_tokens(), b in any_tokens(), searches in (0_u64..1000, 0_u64..1000),
        ) {
            let apart = rate.cost(&a, searches.0) + rate.cost(&b, searches.1);
            let together = rate.cost(&a.plus(&b), searches.0 + searches.1);
            prop_assert!((apart.0 - together.0).abs() <= 1, "{apart:?} {together:?}");
        }

        #[test]
        fn more_usage_never_costs_less(rate in any_rate(), a in any_tokens(), b in any_tokens(), searches in 0_u64..1000) {
            prop_assert!(rate.cost(&a, searches) <= rate.cost(&a.plus(&b), searches));
            prop_assert!(rate.cost(&a, searches) <= rate.cost(&a, searches + 1));
        }
    }
}
