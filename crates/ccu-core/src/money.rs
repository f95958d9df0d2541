//! Money as integers: sums in nano-dollars, prices in pico-dollars a token.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// An amount of US dollars in billionths (10⁻⁹ $). Adding saturates, so a wrong sum never wraps into a small one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NanoUsd(pub i64);

impl NanoUsd {
    /// No money.
    pub const ZERO: NanoUsd = NanoUsd(0);

    /// The amount in dollars, for output only: sums are made of the integers.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Rounds an amount in pico-dollars (10⁻¹² $) half up to nano-dollars.
    pub fn from_pico(pico: u128) -> Self {
        let rounding = pico.saturating_add(500);
        // Nearly every amount fits in 64 bits, whose division by a constant is a multiplication; that of 128 bits is a call.
        match u64::try_from(rounding) {
            Ok(narrow) => NanoUsd((narrow / 1000) as i64),
            Err(_) => NanoUsd(i64::try_from(rounding / 1000).unwrap_or(i64::MAX)),
        }
    }
}

impl Add for NanoUsd {
    type Output = NanoUsd;

    fn add(self, other: NanoUsd) -> NanoUsd {
        NanoUsd(self.0.saturating_add(other.0))
    }
}

impl AddAssign for NanoUsd {
    fn add_assign(&mut self, other: NanoUsd) {
        *self = *self + other;
    }
}

impl Sum for NanoUsd {
    fn sum<I: Iterator<Item = NanoUsd>>(amounts: I) -> NanoUsd {
        amounts.fold(NanoUsd::ZERO, Add::add)
    }
}

/// A price of one token in trillionths of a US dollar (10⁻¹² $): $1 a million tokens is 1,000,000.
///
/// Nano-dollars a token would be too coarse: half prices and long-context tiers need tenths of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PicoUsdPerToken(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_saturate() {
        assert_eq!(NanoUsd(i64::MAX) + NanoUsd(1), NanoUsd(i64::MAX));
        assert_eq!([NanoUsd(1), NanoUsd(2)].into_iter().sum::<NanoUsd>(), NanoUsd(3));
    }

    #[test]
    fn pico_rounds_half_up() {
        assert_eq!(NanoUsd::from_pico(499), NanoUsd(0));
        assert_eq!(NanoUsd::from_pico(500), NanoUsd(1));
        assert_eq!(NanoUsd::from_pico(u128::MAX), NanoUsd(i64::MAX));
    }

    #[test]
    fn both_widths_round_alike() {
        for pico in [u64::MAX - 501, u64::MAX - 500, u64::MAX - 499, u64::MAX].map(u128::from) {
            let nano = i64::try_from((pico + 500) / 1000).unwrap();
            assert_eq!(NanoUsd::from_pico(pico), NanoUsd(nano), "{pico}");
        }
    }
}
