//! Which rows of a report stay, and in which order. Ties always end the same way: by key.
//!
//! It is decided by a few numbers of each row, so that rows are made once, in their order, and only if they stay.

use std::cmp::Ordering;

use super::calendar::Period;
use super::{Order, ReportRequest};
use crate::time::UtcMillis;

/// What places a row among the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowRank {
    /// Its number in the tally.
    pub row: u32,
    /// Of a period its first day, with undated rows before all of them; of anything else its cost and tokens.
    pub size: (i64, u64),
    /// Its latest response; `None`, the oldest of all, where all are undated.
    pub last: Option<UtcMillis>,
}

/// The numbers of the rows that stay, in the order asked for. `by_key` compares the keys of two rows.
pub(super) fn arranged(
    mut ranks: Vec<RowRank>,
    request: &ReportRequest,
    by_key: impl Fn(u32, u32) -> Ordering,
) -> Vec<u32> {
    let is_by_period = Period::of(request).is_some();
    if let (false, Some(n_rows)) = (is_by_period, request.last) {
        ranks.sort_unstable_by(|a, b| b.last.cmp(&a.last).then_with(|| by_key(a.row, b.row)));
        ranks.truncate(n_rows);
    }
    let order = request.order.unwrap_or(if is_by_period { Order::Ascending } else { Order::Descending });
    ranks.sort_unstable_by(|a, b| {
        let directed = match order {
            Order::Ascending => a.size.cmp(&b.size),
            Order::Descending => b.size.cmp(&a.size),
        };
        directed.then_with(|| by_key(a.row, b.row))
    });
    ranks.iter().map(|rank| rank.row).collect()
}
