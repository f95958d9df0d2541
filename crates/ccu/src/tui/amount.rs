//! Amounts of what is counted, in words.

use ccu_core::money::NanoUsd;
use ccu_core::report::Usage;

use crate::render::number::{dollars, short};
use crate::tui::page::Metric;

/// The amount of what is counted, as a table has it. What has no price is marked.
pub fn of_usage(usage: &Usage, metric: Metric) -> String {
    match metric {
        Metric::Cost => cost(usage),
        Metric::Tokens => short(usage.tokens.total()),
        Metric::Responses => short(usage.responses),
    }
}

/// The cost, with a `+` where models without a price would add to it.
pub fn cost(usage: &Usage) -> String {
    let more = if usage.unpriced_tokens > 0 { "+" } else { "" };
    format!("{}{more}", dollars(usage.cost))
}

/// An amount on an axis or in a legend.
pub fn text(amount: u64, metric: Metric) -> String {
    match metric {
        Metric::Cost => dollars(NanoUsd(i64::try_from(amount).unwrap_or(i64::MAX))),
        Metric::Tokens | Metric::Responses => short(amount),
    }
}

/// A share in whole percent, as `12 %`; nothing of nothing is 0.
pub fn percent(part: u64, whole: u64) -> String {
    let percent = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{percent:.0} %")
}
