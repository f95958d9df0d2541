//! Which colour and mark each model has: those of its family, on every page and in every run. What no family is known of
//! shares one look.

use ccu_core::report::{ModelUsage, ReportRow};

use crate::tui::page::Metric;
use crate::tui::rows::amount;
use crate::tui::theme::N_SERIES;

/// The families, in the order of their series. A rank by use would be another one in each period, and what is used most of
/// all time is seldom what is used now.
const FAMILIES: [&str; N_SERIES] = ["opus", "sonnet", "haiku", "fable", "mythos"];

/// The series of a model; [`N_SERIES`] is that of all that are of no known family.
pub fn index(model: &str) -> usize {
    FAMILIES.iter().position(|family| model.contains(family)).unwrap_or(N_SERIES)
}

/// The amounts of a row by series, the last one being that of all others.
pub fn parts(row: &ReportRow, metric: Metric) -> Vec<u64> {
    let mut parts = vec![0_u64; N_SERIES + 1];
    for ModelUsage { model, usage } in &row.models {
        let part = &mut parts[index(model)];
        *part = part.saturating_add(amount(usage, metric));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_the_series_of_its_family() {
        let check = |model, expected| assert_eq!(index(model), expected, "{model}");
        check("claude-opus-5", 0);
        check("us.anthropic.claude-opus-4-5-20251101-v1:0", 0);
        check("claude-3-5-sonnet-20241022", 1);
        check("claude-mythos-1", 4);
        check("glm-4.7", N_SERIES);
        check("", N_SERIES);
    }
}
