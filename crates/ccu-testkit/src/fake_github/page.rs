//! Pages of lists, and the `Link` header that leads from one to the next.

use super::api::Call;

/// Which part of a list is asked for.
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// What the query says: `page` from 1, `per_page` up to 100.
    pub(super) fn asked(call: &Call<'_>) -> Page {
        let number_of = |name| call.request.query(name).and_then(|text| text.parse::<usize>().ok());
        Page { number: number_of("page").unwrap_or(1).max(1), size: number_of("per_page").unwrap_or(30).clamp(1, 100) }
    }

    /// The part of these items.
    pub(super) fn of<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let start = ((self.number - 1).saturating_mul(self.size)).min(items.len());
        &items[start..(start + self.size).min(items.len())]
    }

    /// The `Link` header; `None` where there is one page only.
    pub(super) fn link(&self, call: &Call<'_>, n_items: usize) -> Option<String> {
        let last = n_items.div_ceil(self.size);
        let path = call.request.path().strip_prefix(&call.shared.options.path_prefix).unwrap_or_default();
        let base = format!("{}{path}?per_page={}&page=", call.shared.links.api, self.size);
        let link = |number: usize, name: &str| format!("<{base}{number}>; rel=\"{name}\"");
        let mut links = Vec::new();
        if self.number > 1 {
            links.extend([link(self.number - 1, "prev"), link(1, "first")]);
        }
        if self.number < last {
            links.extend([link(self.number + 1, "next"), link(last, "last")]);
        }
        (!links.is_empty()).then(|| links.join(", "))
    }
}
