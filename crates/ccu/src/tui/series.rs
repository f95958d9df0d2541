//! Which colour and mark each model has. A family keeps its own from page to page as long as no other model on the page has it.

use std::sync::Arc;

use ccu_core::report::{ModelUsage, ReportRow};

use crate::tui::page::Metric;
use crate::tui::rows::amount;
use crate::tui::theme::N_SERIES;

/// The families, each with the series that it prefers.
const FAMILIES: [&str; 5] = ["opus", "sonnet", "haiku", "fable", "mythos"];

/// The models of a page by series.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// By series; `None` where it has no model.
    models: [Option<Arc<str>>; N_SERIES],
}

impl Series {
    /// Gives each of the models a series, the first ones first; those that are left share one beyond the others.
    pub fn of(models: &[ModelUsage]) -> Series {
        let mut series = Series::default();
        for ModelUsage { model, .. } in models {
            let preferred = FAMILIES.iter().position(|family| model.contains(family)).unwrap_or(FAMILIES.len());
            let mut places = (0..N_SERIES).map(|step| (preferred + step) % N_SERIES);
            if let Some(place) = places.find(|place| series.models[*place].is_none()) {
                series.models[place] = Some(model.clone());
            }
        }
        series
    }

    /// The series of a model; [`N_SERIES`] is that of all that have none.
    pub fn index(&self, model: &str) -> usize {
        self.models.iter().position(|known| known.as_deref() == Some(model)).unwrap_or(N_SERIES)
    }

    /// The amounts of a row by series, the last one being that of all others.
    pub fn parts(&self, row: &ReportRow, metric: Metric) -> Vec<u64> {
        let mut parts = vec![0_u64; N_SERIES + 1];
        for ModelUsage { model, usage } in &row.models {
            let part = &mut parts[self.index(model)];
            *part = part.saturating_add(amount(usage, metric));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ccu_core::report::Usage;

    fn series(models: &[&str]) -> Series {
        let models: Vec<ModelUsage> =
            models.iter().map(|model| ModelUsage { model: (*model).into(), usage: Usage::default() }).collect();
        Series::of(&models)
    }

    #[test]
    fn families_keep_their_series() {
        let page = series(&["claude-sonnet-5", "claude-opus-5"]);
        assert_eq!((page.index("claude-opus-5"), page.index("claude-sonnet-5")), (0, 1));
        assert_eq!(series(&["claude-opus-5"]).index("claude-opus-5"), 0);
    }

    #[test]
    fn every_model_has_one_series_and_the_rest_share_one() {
        let names = ["opus-1", "opus-2", "opus-3", "a", "b", "c", "d", "e"];
        let page = series(&names);
        let mut indexes: Vec<usize> = names.iter().map(|name| page.index(name)).collect();
        indexes.sort_unstable();
        assert_eq!(indexes, [0, 1, 2, 3, 4, 5, N_SERIES, N_SERIES]);
        assert_eq!(page.index("never seen"), N_SERIES);
    }
}
