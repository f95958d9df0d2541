//! How tables write numbers and money: grouped by `,`, shortened to three digits, dollars and cents. No locale.

use ccu_core::money::NanoUsd;
use ccu_core::report::Usage;

/// Nano-dollars in a dollar.
const DOLLAR: u64 = 1_000_000_000;
/// From so many dollars on, cents say nothing.
const SHORT_FROM: u64 = 1_000_000;
/// Nano-dollars in a cent.
const CENT: u64 = 10_000_000;

/// Writes a number with its thousands apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (digit_idx, digit) in digits.chars().enumerate() {
        if digit_idx > 0 && (digits.len() - digit_idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a number with three digits and the letter of its thousands: `1.23M`. Below 10,000 it is exact.
pub fn short(number: u64) -> String {
    if number < 10_000 {
        return grouped(number);
    }
    let n_digits = number.ilog10() + 1;
    let mut exponent = n_digits - 3;
    let unit = u128::from(10_u64.pow(exponent));
    let mut digits = (u128::from(number) + unit / 2) / unit;
    if digits == 1000 {
        digits = 100;
        exponent += 1;
    }
    let thousands = exponent.div_ceil(3);
    let letter = ['k', 'M', 'B', 'T', 'P', 'E'][thousands as usize - 1];
    match thousands * 3 - exponent {
        0 => format!("{digits}{letter}"),
        1 => format!("{}.{}{letter}", digits / 10, digits % 10),
        _ => format!("{}.{:02}{letter}", digits / 100, digits % 100),
    }
}

/// Writes an amount to the cent, halves up: `$1,234.56`. What is more than nothing never reads as nothing.
pub fn dollars(amount: NanoUsd) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let nanos = amount.0.unsigned_abs();
    if nanos > 0 && nanos < CENT / 2 {
        return format!("{sign}<$0.01");
    }
    let cents = nanos.saturating_add(CENT / 2) / CENT;
    format!("{sign}${}.{:02}", grouped(cents / 100), cents % 100)
}

/// Writes an amount in at most eleven characters and a sign: to the cent, from a million on with three digits, as `$9.22B`.
pub fn short_dollars(amount: NanoUsd) -> String {
    let whole = amount.0.unsigned_abs() / DOLLAR;
    if whole < SHORT_FROM {
        return dollars(amount);
    }
    format!("{}${}", if amount.0 < 0 { "-" } else { "" }, short(whole))
}

/// Whether nothing of a usage has a price, so that its cost is unknown rather than zero.
pub fn is_without_price(usage: &Usage) -> bool {
    usage.unpriced_tokens > 0 && usage.unpriced_tokens >= usage.tokens.total()
}

/// Writes an amount exactly, in dollars with nine decimals: `1234.560000001`.
pub fn exact_dollars(amount: NanoUsd) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let nanos = amount.0.unsigned_abs();
    format!("{sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

/// Writes a count with its noun: `1 response`, `2,000 responses`.
pub fn count(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { singular } else { plural })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let check = |number, expected| assert_eq!(grouped(number), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
        check(u64::MAX, "18,446,744,073,709,551,615");
    }

    #[test]
    fn three_digits_tell_the_size() {
        let check = |number, expected| assert_eq!(short(number), expected, "{number}");
        check(0, "0");
        check(9_999, "9,999");
        check(10_000, "10.0k");
        check(45_649, "45.6k");
        check(45_650, "45.7k");
        check(99_949, "99.9k");
        check(99_950, "100k");
        check(999_499, "999k");
        check(999_500, "1.00M");
        check(1_234_567, "1.23M");
        check(12_345_678, "12.3M");
        check(999_999_999, "1.00B");
        check(1_234_567_890_123, "1.23T");
        check(u64::MAX, "18.4E");
    }

    #[test]
    fn money_is_rounded_to_the_cent_but_never_to_nothing() {
        let check = |nanos, expected| assert_eq!(dollars(NanoUsd(nanos)), expected, "{nanos}");
        check(0, "$0.00");
        check(1, "<$0.01");
        check(4_999_999, "<$0.01");
        check(5_000_000, "$0.01");
        check(1_234_565_000_000, "$1,234.57");
        check(-1_500_000_000, "-$1.50");
        check(i64::MAX, "$9,223,372,036.85");
    }

    #[test]
    fn large_money_is_shortened() {
        let check = |nanos, expected| assert_eq!(short_dollars(NanoUsd(nanos)), expected, "{nanos}");
        check(1, "<$0.01");
        check(999_999_990_000_000, "$999,999.99");
        check(1_000_000_000_000_000, "$1.00M");
        check(-1_234_567_000_000_000, "-$1.23M");
        check(i64::MAX, "$9.22B");
    }

    #[test]
    fn exact_money_keeps_every_digit() {
        assert_eq!(exact_dollars(NanoUsd(1_234_560_000_001)), "1234.560000001");
        assert_eq!(exact_dollars(NanoUsd(-1)), "-0.000000001");
    }
}
