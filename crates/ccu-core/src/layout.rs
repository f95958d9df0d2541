//! How a machine's records lie in the Gist: which sequence numbers stand in which segment, and which in the head's tail.
//!
//! Sealed records never move again but to be merged: a push sends what is new, and now and then a merged segment, whatever
//! the length of the history. Sizes are numbers of records, so that a plan needs no text: at some 44 bytes a record (columnar,
//! plain) a tail is at most 64 KiB and the largest segment 2 MiB.

/// Records of a full segment by level. Each level is a multiple of the one below.
pub type Sizes = [u64; 3];

/// The sizes that everybody uses; tests have smaller ones.
pub const SIZES: Sizes = [1_500, 12_000, 48_000];

/// A run of sequence numbers that stands, or is to stand, in one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// How often it was merged: 0 for a sealed tail.
    pub level: u8,
    /// The first sequence number of a record in it.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

/// What a push does about segments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// All segments after the push, by sequence number.
    pub runs: Vec<Run>,
    /// The last sequence number that stands in a segment; what follows is the tail.
    pub sealed: u64,
}

/// Plans the segments: what stands already, and the sequence numbers of the records that follow it.
///
/// `standing` are the segments of this database by sequence number; `pending` the numbers of own records above them, rising.
/// Full runs of `pending` are sealed, the largest first; then as many neighbours of one level as make a full segment of the
/// next (eight of level 0, four of level 1) are merged.
pub fn plan(sizes: Sizes, standing: &[Run], sealed: u64, pending: &[u64]) -> Layout {
    let mut runs = standing.to_vec();
    let mut sealed = sealed;
    let mut rest = pending;
    for (level, size) in sizes.iter().enumerate().rev() {
        while rest.len() as u64 >= *size {
            let (run, after) = rest.split_at(*size as usize);
            let (Some(first), Some(last)) = (run.first(), run.last()) else { break };
            runs.push(Run { level: level as u8, first: *first, last: *last });
            sealed = *last;
            rest = after;
        }
    }
    merge(sizes, &mut runs);
    Layout { runs, sealed }
}

/// Merges neighbours of one level until no level has enough of them.
fn merge(sizes: Sizes, runs: &mut Vec<Run>) {
    for level in 0..sizes.len() - 1 {
        let n_merged = (sizes[level + 1] / sizes[level]) as usize;
        let is_level = |run: &Run| usize::from(run.level) == level;
        while let Some(start) = runs.windows(n_merged).position(|window| window.iter().all(is_level)) {
            let merged =
                Run { level: level as u8 + 1, first: runs[start].first, last: runs[start + n_merged - 1].last };
            runs.splice(start..start + n_merged, [merged]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(n: u64) -> Vec<u64> {
        (1..=n).collect()
    }

    #[test]
    fn a_million_records_are_a_few_files() {
        let layout = plan(SIZES, &[], 0, &numbers(1_000_000));
        assert_eq!(layout.runs.len(), 20 + 3 + 2);
        assert_eq!(layout.sealed, 999_000);
    }

    #[test]
    fn a_short_history_has_no_segment() {
        assert_eq!(plan(SIZES, &[], 0, &numbers(1_499)), Layout::default());
    }

    #[test]
    fn hourly_pushes_end_like_one_push() {
        let mut layout = Layout::default();
        for hour in 1..=2_500_u64 {
            let pending: Vec<u64> = (layout.sealed + 1..=hour * 40).collect();
            layout = plan(SIZES, &layout.runs, layout.sealed, &pending);
        }
        assert_eq!(layout.runs.iter().map(|run| run.level).collect::<Vec<_>>(), [2, 2, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_record_stands_in_exactly_one_place(gaps in prop::collection::vec(1_u64..4, 0..30_000), cuts in prop::collection::vec(0_usize..30_000, 0..6)) {
            let mut sequence = 0;
            let all: Vec<u64> = gaps.iter().map(|gap| { sequence += gap; sequence }).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(all.len())).chain([all.len()]).collect();
            cuts.sort_unstable();
            let mut layout = Layout::default();
            for cut in cuts {
                let pending: Vec<u64> = all[..cut].iter().copied().filter(|number| *number > layout.sealed).collect();
                layout = plan(SIZES, &layout.runs, layout.sealed, &pending);
            }
            for pair in layout.runs.windows(2) {
                prop_assert!(pair[0].last < pair[1].first);
            }
            for number in &all {
                let n_homes = layout.runs.iter().filter(|run| (run.first..=run.last).contains(number)).count();
                prop_assert_eq!(n_homes, usize::from(*number <= layout.sealed));
            }
            prop_assert!(all.iter().filter(|number| **number > layout.sealed).count() < SIZES[0] as usize);
        }
    }
}
