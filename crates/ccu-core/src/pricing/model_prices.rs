//! The prices of one model: its periods, and the rate that holds for a request.

use jiff::civil::Date;

use super::decimal::Factor;
use super::error::PriceTableError;
use super::rate::Rate;
use crate::record::PromptClass;

/// What the price of a request depends on, besides its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PriceQuery<'a> {
    /// `fast`; empty or `standard` for standard speed. Any other is unpriced: speeds differ by more than a rounding.
    pub speed: &'a str,
    /// `batch` costs half. Every other tier has the list price: `priority` is paid by contract, and gateways write
    /// names of their own here (`default`).
    pub service_tier: &'a str,
    /// `us` has a surcharge on newer models; everything else (`global`, `not_available`) has none.
    pub inference_geo: &'a str,
    /// The size class of the prompt.
    pub class: PromptClass,
    /// The UTC day, counted from 1970-01-01 (see [`crate::time::Slot::utc_day`]); `None` asks for the newest price.
    pub day: Option<i32>,
}

/// What a model costs, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPrices {
    pub(super) id: String,
    pub(super) sources: Vec<String>,
    pub(super) note: Option<String>,
    /// Never empty and by rising day.
    pub(super) periods: Vec<Period>,
}

/// Prices that hold from a day until the next period's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    /// The first UTC day; `i32::MIN` for ever.
    pub(super) from_day: i32,
    /// Standard rates by prompt class, in the order of [`PromptClass::ALL`].
    pub(super) rates: [Rate; 3],
    pub(super) batch: Factor,
    pub(super) fast: Option<Factor>,
    pub(super) us: Option<Factor>,
}

impl ModelPrices {
    /// The model id under which the table lists it, such as `claude-opus-4-6`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Names of the sources of its prices, see [`super::PriceTable::sources`]; empty where the user set all of them.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// What a reader should know about its prices: where sources disagree, what none of them gives.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The rate for a request. `None` where no price is known: before the first period, at `fast` speed without a fast
    /// price, at an unknown speed, and for `fast` in a batch, which no source has a price for.
    pub fn rate(&self, query: &PriceQuery<'_>) -> Option<Rate> {
        let period = self.period(query.day)?;
        let how = match (query.speed, query.service_tier) {
            ("" | "standard", "batch") => period.batch,
            ("" | "standard", _) => Factor::ONE,
            ("fast", tier) if tier != "batch" => period.fast?,
            _ => return None,
        };
        let place = match query.inference_geo {
            "us" => period.us.unwrap_or(Factor::ONE),
            _ => Factor::ONE,
        };
        let standard = period.rates.get(query.class as usize)?;
        Some(if how == Factor::ONE && place == Factor::ONE { *standard } else { standard.times(how, place) })
    }

    /// The period of a day, or the newest.
    pub(super) fn period(&self, day: Option<i32>) -> Option<&Period> {
        match day {
            Some(day) => self.periods.iter().rev().find(|period| period.from_day <= day),
            None => self.periods.last(),
        }
    }
}

/// Lays tiers over the base rate: for each prompt class, the rate of the highest tier whose threshold all its prompts exceed.
///
/// **Errors**: when a threshold is not a border of [`PromptClass`], or the tiers do not rise.
pub(super) fn rates_by_class(model: &str, base: Rate, tiers: &[(u64, Rate)]) -> Result<[Rate; 3], PriceTableError> {
    let is_border = |threshold: u64| threshold > 0 && PromptClass::ALL.iter().any(|class| class.exceeds() == threshold);
    if let Some((threshold, _)) = tiers.iter().find(|(threshold, _)| !is_border(*threshold)) {
        return Err(PriceTableError::UnknownThreshold { model: model.to_owned(), threshold: *threshold });
    }
    if !tiers.is_sorted_by(|(lower, _), (upper, _)| lower < upper) {
        return Err(PriceTableError::UnorderedTiers { model: model.to_owned() });
    }
    Ok(PromptClass::ALL.map(|class| {
        tiers.iter().rev().find(|(threshold, _)| *threshold <= class.exceeds()).map_or(base, |(_, rate)| *rate)
    }))
}

/// The UTC day number of a date.
pub(super) fn utc_day(date: Date) -> i32 {
    const EPOCH: Date = Date::constant(1970, 1, 1);
    // Within jiff's years (-9999 to 9999) the days always fit.
    i32::try_from(date.duration_since(EPOCH).as_hours() / 24).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UtcMillis;

    #[test]
    fn days_are_those_of_slots() {
        for text in ["2026-03-13", "2024-02-29", "2015-01-01"] {
            let start = UtcMillis::parse(&format!("{text}T00:00:00Z")).unwrap();
            assert_eq!(utc_day(text.parse().unwrap()), start.slot().utc_day(), "{text}");
        }
        assert_eq!(utc_day(Date::constant(1969, 12, 31)), -1);
    }
}
