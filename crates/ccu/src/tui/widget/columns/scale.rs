//! The scale of a chart: a round number above the largest value, and round numbers below it.

use unicode_width::UnicodeWidthStr;

/// What the ends of scales begin with, in tenths: each can be halved and quartered without many digits.
const ROUND_STARTS: [u128; 10] = [10, 12, 16, 20, 24, 30, 40, 50, 60, 80];
/// From so many rows on, a scale has four steps; below, two.
const ROWS_OF_FOUR: u16 = 8;

/// A scale that begins at zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// What the upper edge of the plot stands for; more than nothing.
    pub end: u64,
    /// The numbers above zero.
    pub ticks: Vec<Tick>,
    /// How zero is written.
    pub zero: String,
    /// The cells of the widest number.
    pub label_width: usize,
}

/// A number of a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The row whose upper edge stands for it, from the top.
    pub row_idx: usize,
    /// How it is written.
    pub label: String,
}

impl Scale {
    /// A scale for values up to `most` over so many rows.
    pub fn new(most: u64, n_rows: u16, format: fn(u64) -> String) -> Self {
        let end = round_above(most.max(1));
        let n_steps = if n_rows >= ROWS_OF_FOUR { 4 } else { 2 };
        let mut ticks: Vec<Tick> = Vec::new();
        for step in 1..=n_steps {
            let height = (u64::from(n_rows) * step + n_steps / 2) / n_steps;
            let row_idx = usize::from(n_rows).saturating_sub(usize::try_from(height).unwrap_or(usize::MAX));
            let value = u64::try_from(u128::from(end) * u128::from(step) / u128::from(n_steps)).unwrap_or(end);
            let label = format(value);
            // Small numbers have no halves: a scale to 1 would name 0 twice.
            let is_new = value > 0 && ticks.last().is_none_or(|last| last.label != label && last.row_idx != row_idx);
            if is_new {
                ticks.push(Tick { row_idx, label });
            }
        }
        let zero = format(0);
        let label_width = ticks.iter().map(|tick| tick.label.width()).chain([zero.width()]).max().unwrap_or(0);
        Scale { end, ticks, zero, label_width }
    }

    /// How many eighths of `n_rows` cells a value fills, rounded half up; at least one where it is not zero.
    pub fn eighths(&self, value: u64, n_rows: u16) -> usize {
        let all = u128::from(n_rows) * 8;
        let doubled = 2 * u128::from(value.min(self.end)) * all;
        let eighths = (doubled + u128::from(self.end)) / (2 * u128::from(self.end));
        usize::try_from(eighths.max(u128::from(value > 0)).min(all)).unwrap_or(usize::MAX)
    }
}

/// The least number with a round start that is not below `most`; below ten, the next even number or one.
fn round_above(most: u64) -> u64 {
    let most = u128::from(most);
    let mut unit = 1_u128;
    loop {
        if let Some(start) =
            ROUND_STARTS.into_iter().find(|start| start * unit / 10 >= most && (start * unit).is_multiple_of(10))
        {
            return u64::try_from(start * unit / 10).unwrap_or(u64::MAX);
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::number::short;
    use proptest::prelude::*;

    #[test]
    fn ends_are_round() {
        let check = |most, expected| assert_eq!(round_above(most), expected, "{most}");
        check(1, 1);
        check(2, 2);
        check(7, 8);
        check(9, 10);
        check(11, 12);
        check(13, 16);
        check(61, 80);
        check(81, 100);
        check(1_234_567, 1_600_000);
        check(u64::MAX, u64::MAX);
    }

    #[test]
    fn numbers_stand_at_their_heights() {
        let ticks = |most, n_rows| {
            let scale = Scale::new(most, n_rows, short);
            scale.ticks.into_iter().map(|tick| (tick.row_idx, tick.label)).collect::<Vec<_>>()
        };
        let expected = |pairs: &[(usize, &str)]| {
            pairs.iter().map(|&(row_idx, label)| (row_idx, label.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(ticks(80_000, 8), expected(&[(6, "20.0k"), (4, "40.0k"), (2, "60.0k"), (0, "80.0k")]));
        assert_eq!(ticks(80_000, 4), expected(&[(2, "40.0k"), (0, "80.0k")]));
        assert_eq!(ticks(1, 4), expected(&[(0, "1")]));
        assert_eq!(ticks(0, 0), expected(&[(0, "1")]));
    }

    proptest! {
        #[test]
        fn columns_keep_within_the_plot(value in any::<u64>(), most in any::<u64>(), n_rows in any::<u16>()) {
            let scale = Scale::new(most, n_rows, short);
            prop_assert!(scale.end >= most);
            let eighths = scale.eighths(value, n_rows);
            prop_assert!(eighths <= usize::from(n_rows) * 8);
            prop_assert!(eighths > 0 || value == 0 || n_rows == 0);
        }
    }
}
