//! Numbers that look random and are the same on every platform: integers only, seeded by what they are for.

/// A SplitMix64 generator.
///
/// **Source**: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The sequence that belongs to these numbers.
    pub fn of(subject: [i64; 3]) -> Random {
        let state = subject.iter().fold(0, |state, part| Random { state: state ^ part.cast_unsigned() }.bits());
        Random { state }
    }

    /// The next 64 bits.
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`; 0 where `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A time span from `low` to `high` seconds. Unit of the result: milliseconds.
    pub fn seconds(&mut self, low: u64, high: u64) -> i64 {
        self.between(low * 1_000, high * 1_000).cast_signed()
    }

    /// True in `per_mille` of 1,000 cases.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of `items`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// The index of one of `weights`, each as likely as it is heavy.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut ticket = self.below(weights.clone().sum());
        for (weight_idx, weight) in weights.enumerate() {
            match ticket.checked_sub(weight) {
                Some(rest) => ticket = rest,
                None => return weight_idx,
            }
        }
        0
    }

    /// A value of a distribution.
    pub fn sample(&mut self, quantiles: &Quantiles) -> u64 {
        let share = self.below(1_000);
        let points = quantiles.0;
        let above = points.partition_point(|&(at, _)| at <= share).clamp(1, points.len() - 1);
        let ((from, low), (to, high)) = (points[above - 1], points[above]);
        low + (high - low) * (share - from) / (to - from)
    }

    /// A random UUID, version 4.
    pub fn uuid(&mut self) -> [u8; 16] {
        let mut bytes = ((u128::from(self.bits()) << 64) | u128::from(self.bits())).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        bytes
    }

    /// So many letters and digits.
    pub fn base62(&mut self, length: usize) -> String {
        self.text(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", length)
    }

    /// So many lower-case hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        self.text(b"0123456789abcdef", length)
    }

    fn text(&mut self, digits: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(digits))).collect()
    }
}

/// A distribution: at least two points (share of the values in 1/1,000, value), rising from 0 to 1,000, straight between the points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quantiles(pub &'static [(u64, u64)]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_is_the_published_one() {
        // The first outputs of the reference implementation for seed 1234567.
        let mut random = Random { state: 1_234_567 };
        assert_eq!([random.bits(), random.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn every_part_of_the_subject_matters() {
        let first = |subject| Random::of(subject).bits();
        let sequences = [[1, 2, 3], [3, 2, 1], [1, 2, 4], [-1, 2, 3], [1, 3, 2]].map(first);
        let distinct: std::collections::BTreeSet<u64> = sequences.into_iter().collect();
        assert_eq!(distinct.len(), sequences.len());
    }

    #[test]
    fn samples_and_weights_are_kept() {
        let quantiles = Quantiles(&[(0, 10), (500, 100), (1_000, 1_000)]);
        let mut random = Random::of([1, 1, 1]);
        let values: Vec<u64> = (0..10_000).map(|_| random.sample(&quantiles)).collect();
        assert!(values.iter().all(|value| (10..=1_000).contains(value)));
        let n_below_median = values.iter().filter(|&&value| value < 100).count();
        assert!((4_800..5_200).contains(&n_below_median), "{n_below_median}");
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            counts[random.weighted([1, 0, 3].into_iter())] += 1;
        }
        assert!(counts[1] == 0 && (2_300..2_700).contains(&counts[0]), "{counts:?}");
    }
}
