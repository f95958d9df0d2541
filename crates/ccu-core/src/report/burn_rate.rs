//! How fast a block is used, and what it will hold at its end if that goes on.

use super::Usage;
use crate::money::NanoUsd;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

/// Usage over the time between the first and the last response of a block. The rates are for output only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurnRate {
    /// All tokens a minute.
    pub tokens_per_minute: f64,
    /// Input and output tokens a minute, without caches: what other tools choose their colours by.
    pub uncached_tokens_per_minute: f64,
    /// Cost of the priced part an hour, rounded half up.
    pub cost_per_hour: NanoUsd,
}

impl BurnRate {
    /// The rate of usage over so many milliseconds, which must be some.
    pub(super) fn of(usage: &Usage, span_ms: u64) -> BurnRate {
        let per_minute = |tokens: u64| tokens as f64 * MINUTE_MS as f64 / span_ms as f64;
        BurnRate {
            tokens_per_minute: per_minute(usage.tokens.total()),
            uncached_tokens_per_minute: per_minute(usage.tokens.input.saturating_add(usage.tokens.output)),
            cost_per_hour: NanoUsd(scaled_cost(usage.cost, HOUR_MS, span_ms)),
        }
    }
}

/// What the active block will hold at its end if its burn rate stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projection {
    /// All tokens, those already used included.
    pub total_tokens: u64,
    /// Cost, that already made included.
    pub total_cost: NanoUsd,
    /// Minutes until the end, rounded half up.
    pub remaining_minutes: u64,
}

impl Projection {
    /// What usage over so many milliseconds, which must be some, becomes when it goes on for `remaining_ms`.
    pub(super) fn of(usage: &Usage, span_ms: u64, remaining_ms: u64) -> Projection {
        let remaining_minutes = (remaining_ms + MINUTE_MS / 2) / MINUTE_MS;
        // By whole minutes, so that the rate and the minutes shown beside it explain the amounts.
        let remaining_ms = remaining_minutes * MINUTE_MS;
        let tokens = usage.tokens.total();
        let more_tokens = scaled(tokens, remaining_ms, span_ms);
        Projection {
            total_tokens: tokens.saturating_add(more_tokens),
            total_cost: usage.cost + NanoUsd(scaled_cost(usage.cost, remaining_ms, span_ms)),
            remaining_minutes,
        }
    }
}

fn scaled_cost(cost: NanoUsd, times: u64, by: u64) -> i64 {
    let amount = scaled(u64::try_from(cost.0).unwrap_or(0), times, by);
    i64::try_from(amount).unwrap_or(i64::MAX)
}

/// `amount * times / by`, rounded half up and saturating.
fn scaled(amount: u64, times: u64, by: u64) -> u64 {
    let (product, by) = (u128::from(amount) * u128::from(times), u128::from(by));
    u64::try_from((product + by / 2) / by).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TokenCounts;

    #[test]
    fn amounts_round_half_up_and_saturate() {
        let check =
            |amount, times, by, expected| assert_eq!(scaled(amount, times, by), expected, "{amount}*{times}/{by}");
        check(0, 5, 3, 0);
        check(1, 1, 2, 1);
        check(1, 1, 3, 0);
        check(7, 180, 30, 42);
        check(u64::MAX, 2, 1, u64::MAX);
    }

    #[test]
    fn a_projection_saturates() {
        let tokens = TokenCounts { output: u64::MAX, ..TokenCounts::default() };
        let usage = Usage { tokens, cost: NanoUsd(i64::MAX), ..Usage::default() };
        let projection = Projection::of(&usage, 1, HOUR_MS);
        let expected = Projection { total_tokens: u64::MAX, total_cost: NanoUsd(i64::MAX), remaining_minutes: 60 };
        assert_eq!(projection, expected);
        assert_eq!(BurnRate::of(&usage, 1).cost_per_hour, NanoUsd(i64::MAX));
    }
}
