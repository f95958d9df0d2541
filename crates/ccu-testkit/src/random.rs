//! Random numbers that are the same on every platform for the same seed; integers only, since `ln` and `exp` differ between systems.

/// A SplitMix64 generator.
///
/// **Source**: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Starts the sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Random { state: seed }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
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

    /// True in `per_mille` of 1,000 cases.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of `items`, each as likely as the others.
    ///
    /// # Panics
    /// When `items` is empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// The index of one of `weights`, each as likely as it is heavy.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut ticket = self.below(weights.iter().sum());
        for (weight_idx, &weight) in weights.iter().enumerate() {
            match ticket.checked_sub(weight) {
                Some(rest) => ticket = rest,
                None => return weight_idx,
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A value of a measured distribution.
    pub fn sample(&mut self, quantiles: &Quantiles) -> u64 {
        let share = self.below(10_000);
        let points = quantiles.0;
        let above = points.partition_point(|&(at, _)| at <= share).clamp(1, points.len() - 1);
        let ((from, low), (to, high)) = (points[above - 1], points[above]);
        low + (high - low) * (share - from) / (to - from)
    }

    /// The bits of a random (version 4) UUID.
    pub fn uuid(&mut self) -> u128 {
        let bits = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62)
    }

    /// So many letters and digits.
    pub fn base62(&mut self, length: usize) -> String {
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..length).map(|_| char::from(self.pick(DIGITS))).collect()
    }

    /// So many lower-case hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(b"0123456789abcdef"))).collect()
    }
}

/// A distribution: at least two points (share of the values in 1/10,000, value), rising from 0 to 10,000, straight between the points.
#[derive(Debug, Clone, Copy)]
pub struct Quantiles(pub &'static [(u64, u64)]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_is_the_published_one() {
        // The first outputs of the reference implementation for seed 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn samples_stay_within_their_points_and_meet_the_median() {
        let quantiles = Quantiles(&[(0, 10), (5_000, 100), (10_000, 1_000)]);
        let mut random = Random::new(1);
        let values: Vec<u64> = (0..10_000).map(|_| random.sample(&quantiles)).collect();
        assert!(values.iter().all(|value| (10..=1_000).contains(value)));
        let n_below_median = values.iter().filter(|&&value| value < 100).count();
        assert!((4_800..5_200).contains(&n_below_median), "{n_below_median}");
    }

    #[test]
    fn weights_are_kept() {
        let mut random = Random::new(1);
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            counts[random.weighted(&[1, 0, 3])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((2_300..2_700).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn uuids_are_version_4() {
        let text = format!("{:032x}", Random::new(5).uuid());
        assert_eq!(&text[12..13], "4");
        assert!("89ab".contains(&text[16..17]));
    }
}
