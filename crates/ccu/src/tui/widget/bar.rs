//! Level bars: several series in one, one share of a whole, and how much of a limit is used.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::theme::Theme;

/// Cells of the text of a gauge: a blank, four of a number and `%`, and a mark.
const GAUGE_TEXT: u16 = 7;
/// From so many percent on, a limit is near.
const NEAR_PERCENT: u64 = 75;
/// The most percents that a gauge names.
const MOST_PERCENT: u64 = 999;

/// Shares out cells among parts in proportion to their sizes, by the largest remainder; all cells are shared out where
/// there is any part.
///
/// Where there is a cell for each part that is not zero, each of them has at least one: it is taken from the largest.
pub fn apportion(parts: &[u64], n_cells: usize) -> Vec<usize> {
    let total: u128 = parts.iter().map(|&part| u128::from(part)).sum();
    if total == 0 {
        return vec![0; parts.len()];
    }
    let portion = |part: u64| u128::from(part) * n_cells as u128;
    // Below the number of cells, so it fits.
    let mut shares: Vec<usize> =
        parts.iter().map(|&part| usize::try_from(portion(part) / total).unwrap_or(n_cells)).collect();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|&part_idx| std::cmp::Reverse(portion(parts[part_idx]) % total));
    let n_left = n_cells.saturating_sub(shares.iter().sum());
    for part_idx in by_remainder.into_iter().take(n_left) {
        shares[part_idx] += 1;
    }
    show_all(parts, n_cells, &mut shares);
    shares
}

/// Gives every part that is not zero a cell, where there are enough.
fn show_all(parts: &[u64], n_cells: usize, shares: &mut [usize]) {
    let n_shown = parts.iter().filter(|&&part| part > 0).count();
    if n_shown > n_cells {
        return;
    }
    for part_idx in 0..parts.len() {
        if parts[part_idx] > 0 && shares[part_idx] == 0 {
            if let Some(largest) = shares.iter_mut().max() {
                *largest -= 1;
            }
            shares[part_idx] = 1;
        }
    }
}

/// How many of `n_cells` stand for `part` where all stand for `whole`, rounded half up; none where the whole is zero.
pub fn proportion(part: u64, whole: u64, n_cells: usize) -> usize {
    if whole == 0 {
        return 0;
    }
    let doubled = 2 * u128::from(part.min(whole)) * n_cells as u128;
    usize::try_from((doubled + u128::from(whole)) / (2 * u128::from(whole))).unwrap_or(n_cells)
}

/// A bar of several series, one after the other, in proportion to `max`: where their sum is `max`, all of `width` is
/// filled. Each part is one series, with its colour and its mark.
pub fn stacked(parts: &[u64], max: u64, width: u16, theme: Theme) -> Vec<Span<'static>> {
    let total = parts.iter().fold(0_u64, |total, &part| total.saturating_add(part));
    let n_cells = proportion(total, max, usize::from(width));
    let shares = apportion(parts, n_cells);
    let filled = shares.into_iter().enumerate().filter(|&(_, n_cells)| n_cells > 0);
    filled.map(|(series, n_cells)| fill(series, n_cells, theme)).collect()
}

/// A bar of one series: its part of a whole. It always takes `width` cells; what is not filled stays blank.
///
/// A part that is not zero fills at least one cell.
#[expect(clippy::too_many_arguments, reason = "a struct would make callers name what the other bars take by place")]
pub fn share(part: u64, whole: u64, width: u16, theme: Theme, series: usize) -> Vec<Span<'static>> {
    let width = usize::from(width);
    let least = usize::from(part > 0 && whole > 0).min(width);
    let n_cells = proportion(part, whole, width).max(least);
    vec![fill(series, n_cells, theme), Span::raw(" ".repeat(width - n_cells))]
}

/// A thin bar of a part of a whole, of what is no series.
///
/// A part that is not zero fills at least one cell.
pub fn plain(part: u64, whole: u64, width: u16, theme: Theme) -> Span<'static> {
    let width = usize::from(width);
    let least = usize::from(part > 0 && whole > 0).min(width);
    Span::styled(theme.glyphs().horizontal.repeat(proportion(part, whole, width).max(least)), theme.accent())
}

/// A bar of how much of a limit is used, with the percentage behind it: `██████····│   63%`.
///
/// The upright line is the limit; where more is used the bar goes beyond it. From 75 % on it has the colour of warnings and
/// the mark `!`, from 100 % on that of errors and a cross. It takes `width` cells; narrow ones have the text only.
pub fn gauge(used: u64, of: u64, width: u16, theme: Theme) -> Vec<Span<'static>> {
    let percent = percent(used, of);
    let (style, mark) = match percent {
        Some(100..) => (theme.error(), theme.glyphs().cross),
        Some(NEAR_PERCENT..) => (theme.warning(), theme.glyphs().warning),
        Some(_) => (theme.good(), " "),
        None => (theme.muted(), " "),
    };
    let number = match percent {
        Some(percent @ ..=MOST_PERCENT) => format!("{percent}%"),
        Some(_) => format!(">{MOST_PERCENT}%"),
        None => theme.glyphs().none.to_owned(),
    };
    if width < GAUGE_TEXT + 2 {
        let text: String = format!("{number}{}", mark.trim_end()).chars().take(usize::from(width)).collect();
        return vec![Span::styled(text, style)];
    }
    let mut spans = gauge_bar(used, of, usize::from(width - GAUGE_TEXT), (style, theme));
    spans.push(Span::styled(format!(" {number:>5}{mark}"), style));
    spans
}

/// The bar of a gauge, with one cell for the line at its limit.
fn gauge_bar(used: u64, of: u64, width: usize, (style, theme): (Style, Theme)) -> Vec<Span<'static>> {
    let room = width.saturating_sub(1);
    let limit = if of == 0 { room } else { proportion(of, used.max(of), room) };
    let n_filled = if of == 0 { 0 } else { proportion(used, used.max(of), room) };
    let mark = theme.series_mark(0).to_string();
    let track = theme.glyphs().track;
    vec![
        Span::styled(mark.repeat(n_filled.min(limit)), style),
        Span::styled(track.repeat(limit.saturating_sub(n_filled)), theme.muted()),
        Span::styled(theme.glyphs().vertical, theme.text()),
        Span::styled(mark.repeat(n_filled.saturating_sub(limit)), style),
        Span::raw(" ".repeat(room - limit.max(n_filled))),
    ]
}

/// Whole percents, rounded down, so that 100 is not said before it is so; `None` where there is no limit.
fn percent(used: u64, of: u64) -> Option<u64> {
    if of == 0 {
        return None;
    }
    Some(u64::try_from(u128::from(used) * 100 / u128::from(of)).unwrap_or(u64::MAX))
}

fn fill(series: usize, n_cells: usize, theme: Theme) -> Span<'static> {
    Span::styled(theme.series_mark(series).to_string().repeat(n_cells), theme.series_fill(series))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widget::sample::{ASCII, COLOURED, PLAIN};
    use proptest::prelude::*;
    use ratatui::text::Line;

    fn text(spans: Vec<Span<'static>>) -> String {
        Line::from(spans).to_string()
    }

    #[test]
    fn cells_are_shared_out_by_the_largest_remainder() {
        let check = |parts: &[u64], n_cells, expected: &[usize]| assert_eq!(apportion(parts, n_cells), expected);
        check(&[1, 1, 1], 10, &[4, 3, 3]);
        check(&[50, 30, 20], 10, &[5, 3, 2]);
        check(&[1000, 1, 0, 1], 10, &[8, 1, 0, 1]);
        check(&[1000, 1, 1], 2, &[2, 0, 0]);
        check(&[0, 0], 10, &[0, 0]);
        check(&[], 10, &[]);
        check(&[u64::MAX, u64::MAX], 3, &[2, 1]);
    }

    #[test]
    fn series_stand_one_after_the_other() {
        let check = |parts: &[u64], max, width, theme, expected: &str| {
            assert_eq!(text(stacked(parts, max, width, theme)), expected);
        };
        check(&[5, 3, 2], 10, 10, PLAIN, "█████▓▓▓▒▒");
        check(&[5, 3, 2], 20, 10, PLAIN, "███▓▒");
        check(&[1, 1, 1, 1, 1, 1, 1], 7, 7, PLAIN, "█▓▒░▚■■");
        check(&[1, 1, 1, 1, 1, 1, 1], 7, 7, ASCII, "#=+-:@@");
        check(&[5], 0, 10, PLAIN, "");
        check(&[5], 10, 0, PLAIN, "");
        check(&[50], 10, 4, PLAIN, "████");
        assert_eq!(stacked(&[1, 1], 2, 2, COLOURED)[1].style, COLOURED.series_fill(1));
    }

    #[test]
    fn a_share_takes_all_its_cells() {
        let check =
            |part, whole, width, expected: &str| assert_eq!(text(share(part, whole, width, PLAIN, 0)), expected);
        check(1, 2, 4, "██  ");
        check(1, 1000, 4, "█   ");
        check(0, 1000, 4, "    ");
        check(7, 0, 4, "    ");
        check(1, 1, 0, "");
    }

    #[test]
    fn a_gauge_says_how_much_is_used() {
        let check = |used, of, width, theme, expected: &str| assert_eq!(text(gauge(used, of, width, theme)), expected);
        check(0, 100, 18, PLAIN, "··········│    0% ");
        check(63, 100, 18, PLAIN, "██████····│   63% ");
        check(80, 100, 18, PLAIN, "████████··│   80%!");
        check(100, 100, 18, PLAIN, "██████████│  100%✗");
        check(200, 100, 18, PLAIN, "█████│█████  200%✗");
        check(63, 100, 18, ASCII, "######    |   63% ");
        check(200, 100, 18, ASCII, "#####|#####  200%x");
        check(2_000, 1, 18, ASCII, "|########## >999%x");
        check(5, 0, 18, PLAIN, "··········│     – ");
        check(80, 100, 8, PLAIN, "80%!");
        check(80, 100, 2, PLAIN, "80");
        check(80, 100, 0, PLAIN, "");
    }

    #[test]
    fn the_colour_of_a_gauge_has_three_steps() {
        let check = |used, style| assert_eq!(gauge(used, 100, 20, COLOURED)[0].style, style, "{used}");
        check(74, COLOURED.good());
        check(75, COLOURED.warning());
        check(99, COLOURED.warning());
        check(100, COLOURED.error());
    }

    proptest! {
        #[test]
        fn all_cells_are_shared_out(parts in prop::collection::vec(any::<u64>(), 1..9), n_cells in 0_usize..300) {
            let shares = apportion(&parts, n_cells);
            let has_any = parts.iter().any(|&part| part > 0);
            prop_assert_eq!(shares.iter().sum::<usize>(), if has_any { n_cells } else { 0 });
            let n_shown = parts.iter().filter(|&&part| part > 0).count();
            for (&part, &share) in parts.iter().zip(&shares) {
                prop_assert!(part > 0 || share == 0);
                prop_assert!(part == 0 || share > 0 || n_shown > n_cells);
            }
        }

        #[test]
        fn larger_parts_have_no_fewer_cells(parts in prop::collection::vec(0_u64..1000, 2..7), n_cells in 0_usize..80) {
            let shares = apportion(&parts, n_cells);
            for one in 0..parts.len() {
                for other in 0..parts.len() {
                    prop_assert!(parts[one] <= parts[other] || shares[one] + 1 >= shares[other]);
                }
            }
        }

        #[test]
        fn bars_keep_to_their_width(used in any::<u64>(), of in any::<u64>(), width in 0_u16..200) {
            prop_assert_eq!(Line::from(share(used, of, width, PLAIN, 1)).width(), usize::from(width));
            let gauge = Line::from(gauge(used, of, width, PLAIN)).width();
            let is_short = width < GAUGE_TEXT + 2;
            prop_assert!(gauge == usize::from(width) || is_short && gauge < usize::from(width));
            prop_assert!(Line::from(stacked(&[used, of], of, width, PLAIN)).width() <= usize::from(width));
        }
    }
}
