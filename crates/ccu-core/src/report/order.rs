//! Which rows of a report stay, and in which order. Ties always end the same way: by key.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::calendar::Period;
use super::{Order, ReportRequest, ReportRow, RowKey};

/// Keeps the `n_rows` rows with the latest last activity; rows that are all undated are the oldest.
pub(super) fn keep_latest(rows: &mut Vec<(u32, ReportRow)>, n_rows: usize) {
    rows.sort_by(|(_, a), (_, b)| b.last_activity.cmp(&a.last_activity).then_with(|| a.key.cmp(&b.key)));
    rows.truncate(n_rows);
}

/// Sorts periods by time, with undated rows as the oldest, and everything else by cost and then by tokens.
pub(super) fn sort_rows(rows: &mut [(u32, ReportRow)], request: &ReportRequest) {
    let is_by_period = Period::of(request).is_some();
    let order = request.order.unwrap_or(if is_by_period { Order::Ascending } else { Order::Descending });
    rows.sort_by(|(_, a), (_, b)| {
        let ascending = if is_by_period { first_day(a).cmp(&first_day(b)) } else { by_size(a, b) };
        let directed = match order {
            Order::Ascending => ascending,
            Order::Descending => ascending.reverse(),
        };
        // The rows of one period, one for each project, have the same key.
        directed.then_with(|| (&a.key, &a.projects).cmp(&(&b.key, &b.projects)))
    });
}

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
    let size = |row: &ReportRow| (row.usage.cost, row.usage.tokens.total());
    size(a).cmp(&size(b))
}
