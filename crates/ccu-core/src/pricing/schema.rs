//! The form of `prices.json`, our own: what it may hold, read strictly. [`super::table`] makes sense of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::decimal::{DecimalError, Factor, parse_usd_per_mtok, parse_usd_per_thousand};
use crate::money::{NanoUsd, PicoUsdPerToken};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    /// Words to the reader of the file.
    #[serde(rename = "about")]
    _about: Vec<String>,
    pub(super) seen: Day,
    pub(super) sources: BTreeMap<String, SourceFile>,
    pub(super) batch: FactorText,
    pub(super) models: Vec<ModelFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFile {
    pub(super) package: String,
    pub(super) version: String,
    pub(super) file: String,
    pub(super) licence: String,
    pub(super) seen: Day,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelFile {
    pub(super) id: String,
    #[serde(default)]
    pub(super) spellings: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) us: Option<FactorText>,
    pub(super) fast: Option<FactorText>,
    pub(super) note: Option<String>,
    pub(super) prices: Vec<PeriodFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodFile {
    pub(super) from: Option<Day>,
    pub(super) input: UsdPerMtok,
    pub(super) output: UsdPerMtok,
    pub(super) cache_write_5m: Option<UsdPerMtok>,
    pub(super) cache_write_1h: Option<UsdPerMtok>,
    pub(super) cache_read: Option<UsdPerMtok>,
    pub(super) web_search_per_thousand: Option<UsdPerThousand>,
    #[serde(default)]
    pub(super) tiers: Vec<TierFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TierFile {
    pub(super) above_prompt_tokens: u64,
    pub(super) input: UsdPerMtok,
    pub(super) output: UsdPerMtok,
    pub(super) cache_write_5m: UsdPerMtok,
    pub(super) cache_write_1h: UsdPerMtok,
    pub(super) cache_read: UsdPerMtok,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct UsdPerMtok(pub(super) PicoUsdPerToken);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct UsdPerThousand(pub(super) NanoUsd);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FactorText(pub(super) Factor);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Day(pub(super) Date);

impl TryFrom<String> for UsdPerMtok {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        parse_usd_per_mtok(&text).map(UsdPerMtok)
    }
}

impl TryFrom<String> for UsdPerThousand {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        parse_usd_per_thousand(&text).map(UsdPerThousand)
    }
}

impl TryFrom<String> for FactorText {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        Factor::parse(&text).map(FactorText)
    }
}

impl TryFrom<String> for Day {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse().map(Day)
    }
}
