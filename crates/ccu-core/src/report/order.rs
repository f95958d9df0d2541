//! Which rows of a report stay, and in which order. Ties always end the same way: by key.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::calendar::Period;
use super::{Order, ReportRequest, ReportRow, RowKey};

/// The indexes of the rows that stay, in the order asked for.
pub(super) fn arranged(rows: &[ReportRow], request: &ReportRequest) -> Vec<usize> {
    let mut row_idxs: Vec<usize> = (0..rows.len()).collect();
    let is_by_period = Period::of(request).is_some();
    if let (false, Some(n_rows)) = (is_by_period, request.last) {
        row_idxs.sort_by(|&a, &b| latest_first(&rows[a], &rows[b]));
        row_idxs.truncate(n_rows);
    }
    let order = request.order.unwrap_or(if is_by_period { Order::Ascending } else { Order::Descending });
    row_idxs.sort_by(|&a, &b| {
        let (a, b) = (&rows[a], &rows[b]);
        let ascending = if is_by_period { first_day(a).cmp(&first_day(b)) } else { by_size(a, b) };
        let directed = match order {
            Order::Ascending => ascending,
            Order::Descending => ascending.reverse(),
        };
        // The rows of one period, one for each project, have the same key.
        directed.then_with(|| (&a.key, &a.projects).cmp(&(&b.key, &b.projects)))
    });
    row_idxs
}

/// Rows that are all undated are the oldest.
fn latest_first(a: &ReportRow, b: &ReportRow) -> Ordering {
    b.last_activity.cmp(&a.last_activity).then_with(|| a.key.cmp(&b.key))
}

/// The time of a period; undated rows come before all of them.
fn first_day(row: &ReportRow) -> Option<Date> {
    match &row.key {
        RowKey::Period(date) => Some(*date),
        RowKey::Undated
        | RowKey::Session(_)
        | RowKey::Project(_)
        | RowKey::Model(_)
        | RowKey::Machine(_)
        | RowKey::Total => None,
    }
}

fn by_size(a: &ReportRow, b: &ReportRow) -> Ordering {
    let by_tokens = || a.usage.tokens.total().cmp(&b.usage.tokens.total());
    a.usage.cost.cmp(&b.usage.cost).then_with(by_tokens)
}
