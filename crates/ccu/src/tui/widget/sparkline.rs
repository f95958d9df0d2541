//! A chart of one line: values over time as steps of height.

use ratatui::text::Span;

use crate::tui::theme::Theme;

/// Draws values as steps of height, the largest of them as the highest; blank is zero, and nothing else is.
///
/// More values than cells are added up, neighbours together; fewer have one cell each.
pub fn sparkline(values: &[u64], width: u16, theme: Theme) -> Span<'static> {
    let sums = resampled(values, usize::from(width));
    let most = sums.iter().copied().max().unwrap_or(0);
    let steps = theme.glyphs().sparkline;
    let text: String = sums.into_iter().map(|sum| steps[step(sum, most, steps.len() - 1)]).collect();
    Span::styled(text, theme.accent())
}

/// At most `n_cells` sums of neighbours, which add up to what the values do.
fn resampled(values: &[u64], n_cells: usize) -> Vec<u64> {
    let n_cells = n_cells.min(values.len());
    let bound = |cell_idx: usize| cell_idx * values.len() / n_cells;
    (0..n_cells).map(|cell_idx| sum(&values[bound(cell_idx)..bound(cell_idx + 1)])).collect()
}

fn sum(values: &[u64]) -> u64 {
    values.iter().fold(0, |sum, &value| sum.saturating_add(value))
}

/// The step of a value from 0 to `highest`, rounded up: what is more than nothing never looks like nothing.
fn step(value: u64, most: u64, highest: usize) -> usize {
    if most == 0 {
        return 0;
    }
    usize::try_from((u128::from(value) * highest as u128).div_ceil(u128::from(most))).unwrap_or(highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widget::sample::{ASCII, COLOURED, PLAIN};
    use proptest::prelude::*;

    #[test]
    fn values_are_steps_of_height() {
        let check = |values: &[u64], width, theme, expected: &str| {
            assert_eq!(sparkline(values, width, theme).content, expected, "{values:?}");
        };
        check(&[0, 1, 2, 3, 4, 5, 6, 7, 8], 20, PLAIN, " ▁▂▃▄▅▆▇█");
        check(&[0, 1, 2, 3, 4, 5, 6, 7], 20, ASCII, " .:-=+*#");
        check(&[0, 1, 1_000_000], 20, PLAIN, " ▁█");
        check(&[1, 1, 2, 2], 2, PLAIN, "▄█");
        check(&[u64::MAX, u64::MAX], 1, PLAIN, "█");
        check(&[0, 0], 5, PLAIN, "  ");
        check(&[], 5, PLAIN, "");
        check(&[1, 2], 0, PLAIN, "");
        assert_eq!(sparkline(&[1], 1, COLOURED).style, COLOURED.accent());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_resampling(values in prop::collection::vec(0_u64..1 << 40, 0..400), n_cells in 0_usize..100) {
            let sums = resampled(&values, n_cells);
            prop_assert_eq!(sums.len(), n_cells.min(values.len()));
            prop_assert!(sums.is_empty() || sum(&sums) == sum(&values));
        }
    }
}
