//! The steps of a heat map: which values belong to which, and the legend that says so.

use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;
use crate::tui::theme::heat::HEAT_LEVELS;

/// From which values on each step above nothing begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// The least value of all that are not zero, and those at the first, second and third quarter of them; all zero where
    /// nothing is.
    pub bounds: [u64; HEAT_LEVELS - 1],
}

impl Levels {
    /// The quarters of the values that are not zero. Where all are the same they belong to the highest step.
    pub fn new(values: impl Iterator<Item = u64>) -> Self {
        let mut sorted: Vec<u64> = values.filter(|&value| value > 0).collect();
        sorted.sort_unstable();
        let bound = |quarter: usize| sorted.get(sorted.len() * quarter / (HEAT_LEVELS - 1)).copied().unwrap_or(0);
        Levels { bounds: std::array::from_fn(bound) }
    }

    /// The step of a value: 0 for zero, else 1 to 4.
    pub fn level(&self, value: u64) -> usize {
        if value == 0 {
            return 0;
        }
        self.bounds.iter().filter(|&&bound| bound <= value).count()
    }

    /// Every step with the value from which it begins: `less ·· 0 from ░░ 1.20M ▒▒ 3.00M ▓▓ 8.10M ██ 20.0M more`.
    ///
    /// Steps that no value belongs to are left out.
    pub fn legend(&self, format: fn(u64) -> String, theme: Theme) -> Line<'static> {
        let mut spans = vec![Span::styled("less", theme.muted())];
        self.add(&mut spans, (0, format(0)), theme);
        if self.bounds.iter().any(|&bound| bound > 0) {
            // Once for all of them: a mark on each number would be taken for that of models without a price.
            spans.push(Span::styled(" from", theme.muted()));
        }
        for (bound_idx, &bound) in self.bounds.iter().enumerate() {
            let is_empty = bound == 0 || self.bounds.get(bound_idx + 1) == Some(&bound);
            if !is_empty {
                self.add(&mut spans, (bound_idx + 1, format(bound)), theme);
            }
        }
        spans.push(Span::styled(" more", theme.muted()));
        Line::from(spans)
    }

    fn add(&self, spans: &mut Vec<Span<'static>>, (level, text): (usize, String), theme: Theme) {
        let (style, glyph) = theme.heat(level);
        spans.push(Span::raw(" "));
        spans.push(Span::styled(glyph.trim_end(), style));
        spans.push(Span::styled(format!(" {text}"), theme.muted()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::number::short;
    use crate::tui::widget::sample::{ASCII, PLAIN};
    use proptest::prelude::*;

    #[test]
    fn steps_are_quarters() {
        let check = |values: &[u64], expected: &[usize]| {
            let levels = Levels::new(values.iter().copied());
            let found: Vec<usize> = values.iter().map(|&value| levels.level(value)).collect();
            assert_eq!(found, expected, "{values:?}");
        };
        check(&[], &[]);
        check(&[0, 0], &[0, 0]);
        check(&[5], &[4]);
        check(&[5, 5, 0], &[4, 4, 0]);
        check(&[1, 9], &[2, 4]);
        check(&[1, 2, 3, 4, 5, 6, 7, 8], &[1, 1, 2, 2, 3, 3, 4, 4]);
        check(&[1, 2, 3, 1_000_000], &[1, 2, 3, 4]);
    }

    #[test]
    fn the_legend_names_the_bounds() {
        let levels = Levels::new([1_200_000, 3_000_000, 8_100_000, 20_000_000].into_iter());
        let text = |levels: Levels, theme| levels.legend(short, theme).to_string();
        assert_eq!(text(levels, PLAIN), "less ·· 0 from ░░ 1.20M ▒▒ 3.00M ▓▓ 8.10M ██ 20.0M more");
        assert_eq!(text(levels, ASCII), "less . 0 from - 1.20M + 3.00M * 8.10M # 20.0M more");
        assert_eq!(text(Levels::new([7, 7].into_iter()), PLAIN), "less ·· 0 from ██ 7 more");
        assert_eq!(text(Levels::new([].into_iter()), PLAIN), "less ·· 0 more");
    }

    proptest! {
        #[test]
        fn more_is_never_a_lower_step(values in prop::collection::vec(any::<u64>(), 0..50), a: u64, b: u64) {
            let levels = Levels::new(values.iter().copied());
            prop_assert!(levels.level(a.min(b)) <= levels.level(a.max(b)));
            prop_assert!(values.iter().all(|&value| (levels.level(value) == 0) == (value == 0)));
        }
    }
}
