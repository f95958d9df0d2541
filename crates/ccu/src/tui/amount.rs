//! Amounts of what is counted, in words.

use ccu_core::money::NanoUsd;
use ccu_core::report::Usage;

use crate::render::number::{is_without_price, short, short_dollars};
use crate::tui::page::Metric;

/// The amount of what is counted, as a table has it. What has no price is marked.
pub fn of_usage(usage: &Usage, metric: Metric) -> String {
    match metric {
        Metric::Cost => cost(usage),
        Metric::Tokens => short(usage.tokens.total()),
        Metric::Responses => short(usage.responses),
    }
}

/// The cost, with a `+` where models without a price would add to it; in words where nothing has a price.
pub fn cost(usage: &Usage) -> String {
    if is_without_price(usage) {
        return "no price".to_owned();
    }
    let more = if usage.unpriced_tokens > 0 { "+" } else { "" };
    format!("{}{more}", short_dollars(usage.cost))
}

/// An amount on an axis or in a legend.
pub fn text(amount: u64, metric: Metric) -> String {
    match metric {
        Metric::Cost => short_dollars(NanoUsd(i64::try_from(amount).unwrap_or(i64::MAX))),
        Metric::Tokens | Metric::Responses => short(amount),
    }
}

/// A share in whole percent, as `12 %`; nothing of nothing is 0.
pub fn percent(part: u64, whole: u64) -> String {
    let percent = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{percent:.0} %")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_core::record::TokenCounts;

    #[test]
    fn a_cost_says_what_has_no_price() {
        let check = |nanos, unpriced_tokens, expected| {
            let tokens = TokenCounts { input: 10, ..TokenCounts::default() };
            let usage = Usage { cost: NanoUsd(nanos), tokens, unpriced_tokens, ..Usage::default() };
            assert_eq!(cost(&usage), expected);
        };
        check(0, 0, "$0.00");
        check(1_500_000_000, 0, "$1.50");
        check(1_500_000_000, 4, "$1.50+");
        check(0, 10, "no price");
        check(i64::MAX, 4, "$9.22B+");
    }
}
