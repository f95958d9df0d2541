//! Decimal texts to integer money, exactly: no floating point on the way, and an error instead of a rounded price.

use thiserror::Error;

use crate::money::{NanoUsd, PicoUsdPerToken};

/// The decimals that are kept: a millionth of a dollar a million tokens is one pico-dollar a token.
const DECIMALS: usize = 6;
/// One, in millionths.
const ONE: u64 = 1_000_000;
/// The largest factor: more is a typing error, and two of this size times any price fit 128 bits.
const LARGEST_FACTOR: u64 = 1_000;

/// Why a text is no price or factor.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// Something other than digits with at most one point between them.
    #[error("`{text}` is not a decimal number such as `3` or `0.25`")]
    NotADecimal {
        /// The text.
        text: String,
    },
    /// Digits behind the sixth decimal.
    #[error("`{text}` has more than six decimals")]
    TooPrecise {
        /// The text.
        text: String,
    },
    /// A number that does not fit.
    #[error("`{text}` is too large")]
    TooLarge {
        /// The text.
        text: String,
    },
    /// A factor of nothing, which would make usage free.
    #[error("`{text}` is no factor: it must be above zero")]
    ZeroFactor {
        /// The text.
        text: String,
    },
}

/// Reads US dollars a million tokens, such as `3`, `0.25` or `12.50`, without rounding.
///
/// For numbers of a configuration file pass their shortest text (`f64`'s `Display` gives it).
///
/// **Errors**: when the text has anything but digits and one point between digits (no sign, exponent or currency), more
/// than six decimals that are not zero, or does not fit.
pub fn parse_usd_per_mtok(text: &str) -> Result<PicoUsdPerToken, DecimalError> {
    parse_millionths(text).map(PicoUsdPerToken)
}

/// Reads US dollars a thousand web searches and gives the price of one. **Errors**: as [`parse_usd_per_mtok`].
pub fn parse_usd_per_thousand(text: &str) -> Result<NanoUsd, DecimalError> {
    let nano = parse_millionths(text)?;
    i64::try_from(nano).map(NanoUsd).map_err(|_| DecimalError::TooLarge { text: text.to_owned() })
}

/// A multiple of a price, such as 1.1 for inference in the US. Above zero, at most 1,000, with six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor {
    millionths: u64,
}

impl Factor {
    /// No change.
    pub const ONE: Factor = Factor { millionths: ONE };

    /// Reads a factor such as `2` or `1.1`. **Errors**: as [`parse_usd_per_mtok`], and outside of its range.
    pub fn parse(text: &str) -> Result<Factor, DecimalError> {
        match parse_millionths(text)? {
            0 => Err(DecimalError::ZeroFactor { text: text.to_owned() }),
            millionths if millionths > LARGEST_FACTOR * ONE => Err(DecimalError::TooLarge { text: text.to_owned() }),
            millionths => Ok(Factor { millionths }),
        }
    }
}

impl PicoUsdPerToken {
    /// This price times both factors, rounded half up once; the largest price where it does not fit.
    pub(super) fn times(self, first: Factor, second: Factor) -> PicoUsdPerToken {
        let one = u128::from(ONE) * u128::from(ONE);
        let product = u128::from(self.0) * u128::from(first.millionths) * u128::from(second.millionths);
        PicoUsdPerToken(u64::try_from((product + one / 2) / one).unwrap_or(u64::MAX))
    }
}

/// Reads a decimal in millionths. Zeros behind the sixth decimal are no loss and pass.
fn parse_millionths(text: &str) -> Result<u64, DecimalError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !is_digits(whole) || !is_digits(decimals) {
        return Err(DecimalError::NotADecimal { text: text.to_owned() });
    }
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > DECIMALS {
        return Err(DecimalError::TooPrecise { text: text.to_owned() });
    }
    let padding = std::iter::repeat_n(b'0', DECIMALS - decimals.len());
    let digits = whole.bytes().chain(decimals.bytes()).chain(padding);
    digits
        .into_iter()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .ok_or_else(|| DecimalError::TooLarge { text: text.to_owned() })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_are_read_exactly() {
        for (text, pico) in [
            ("0", 0),
            ("3", 3_000_000),
            ("0.1", 100_000),
            ("0.3", 300_000),
            ("0.005", 5_000),
            ("18.75", 18_750_000),
            ("12.500000000", 12_500_000),
            ("0.000001", 1),
            ("18446744073709.551615", u64::MAX),
        ] {
            assert_eq!(parse_usd_per_mtok(text), Ok(PicoUsdPerToken(pico)), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused_and_says_why() {
        let message = |text: &str| parse_usd_per_mtok(text).unwrap_err().to_string();
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "$3", "3,0", " 3", "1.2.3", "NaN", "٣"] {
            assert_eq!(message(text), format!("`{text}` is not a decimal number such as `3` or `0.25`"));
        }
        assert_eq!(message("0.0000001"), "`0.0000001` has more than six decimals");
        assert_eq!(message("18446744073709.551616"), "`18446744073709.551616` is too large");
    }

    #[test]
    fn searches_are_read_by_the_thousand() {
        assert_eq!(parse_usd_per_thousand("10"), Ok(NanoUsd(10_000_000)));
        let most = "18446744073709";
        assert_eq!(parse_usd_per_thousand(most), Err(DecimalError::TooLarge { text: most.to_owned() }));
    }

    #[test]
    fn factors_have_a_range() {
        let zero = DecimalError::ZeroFactor { text: "0.0".to_owned() };
        assert_eq!(Factor::parse("0.0"), Err(zero.clone()));
        assert_eq!(zero.to_string(), "`0.0` is no factor: it must be above zero");
        assert_eq!(Factor::parse("1000.1"), Err(DecimalError::TooLarge { text: "1000.1".to_owned() }));
        assert_eq!(Factor::parse("1.000"), Ok(Factor::ONE));
    }

    #[test]
    fn factors_multiply_exactly_and_round_half_up() {
        let check = |price: u64, first: &str, second: &str, expected: u64| {
            let price = PicoUsdPerToken(price);
            let product = price.times(Factor::parse(first).unwrap(), Factor::parse(second).unwrap());
            assert_eq!(product, PicoUsdPerToken(expected), "{price:?} x {first} x {second}");
        };
        check(200_000, "2", "1.1", 440_000);
        check(5_000, "0.5", "1.1", 2_750);
        check(1, "0.5", "1", 1);
        check(1, "0.499999", "1", 0);
        check(u64::MAX, "1000", "1000", u64::MAX);
    }

    proptest! {
        #[test]
        fn any_price_is_read_back_from_its_text(pico in any::<u64>()) {
            let text = format!("{}.{:06}", pico / ONE, pico % ONE);
            prop_assert_eq!(parse_usd_per_mtok(&text), Ok(PicoUsdPerToken(pico)));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,30}") {
            let _ = (parse_usd_per_mtok(&text), parse_usd_per_thousand(&text), Factor::parse(&text));
        }
    }
}
