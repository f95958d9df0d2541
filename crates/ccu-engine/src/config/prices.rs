//! The prices of the configuration as overrides of the price table.

use std::collections::BTreeMap;

use ccu_core::money::{NanoUsd, PicoUsdPerToken};
use ccu_core::pricing::{Factor, GivenPrices, GivenTier, PriceOverride};
use ccu_core::record::PromptClass;
use jiff::civil::Date;

use super::key::{TokenKind, tier_name};
use super::schema::LocatedSetting;
use super::setting::Setting;

/// A table of prices that lacks one that the others need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IncompletePrices {
    /// The parts of the table's key.
    pub(super) table: Vec<String>,
    /// The key that it lacks.
    pub(super) missing: &'static str,
    /// The first line that sets one of its prices.
    pub(super) line: usize,
}

/// What is set for one model so far.
#[derive(Default)]
struct Draft {
    tokens: BTreeMap<PromptClass, BTreeMap<TokenKind, PicoUsdPerToken>>,
    web_search: Option<NanoUsd>,
    fast: Option<Factor>,
    from: Option<Date>,
    lines: BTreeMap<PromptClass, usize>,
}

/// The override of each model that has all it needs, by model id, and what the others lack.
pub(super) fn price_overrides(settings: &[LocatedSetting]) -> (Vec<PriceOverride>, Vec<IncompletePrices>) {
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for located in settings {
        add(&mut drafts, located);
    }
    let (mut overrides, mut incomplete) = (Vec::new(), Vec::new());
    for (model, draft) in drafts {
        match finish(model, &draft) {
            Ok(price) => overrides.push(price),
            Err(mut lacking) => incomplete.append(&mut lacking),
        }
    }
    (overrides, incomplete)
}

fn add(drafts: &mut BTreeMap<String, Draft>, located: &LocatedSetting) {
    let (model, class) = match &located.setting {
        Setting::TokenPrice { model, class, .. } => (model, *class),
        Setting::SearchPrice { model, .. } | Setting::FastFactor { model, .. } | Setting::PriceFrom { model, .. } => {
            (model, PromptClass::UpTo100k)
        }
        Setting::MachineName(_)
        | Setting::Timezone(_)
        | Setting::WeekStart(_)
        | Setting::DataPath(_)
        | Setting::GithubApiUrl(_)
        | Setting::GithubCaBundle(_)
        | Setting::GithubUseGh(_)
        | Setting::SyncProjects(_)
        | Setting::SyncEncrypt(_)
        | Setting::SyncAuto(_)
        | Setting::SyncInterval(_)
        | Setting::LimitReset(_)
        | Setting::Background(_)
        | Setting::Charset(_)
        | Setting::Alias { .. } => return,
    };
    let draft = drafts.entry(model.clone()).or_default();
    // A tier needs the prices that it stands over, so its line stands in for theirs where they are missing.
    for class in [PromptClass::UpTo100k, class] {
        let first = draft.lines.entry(class).or_insert(located.line);
        *first = located.line.min(*first);
    }
    match &located.setting {
        Setting::TokenPrice { kind, price, .. } => {
            draft.tokens.entry(class).or_default().insert(*kind, price.number);
        }
        Setting::SearchPrice { price, .. } => draft.web_search = Some(price.number),
        Setting::FastFactor { factor, .. } => draft.fast = Some(factor.number),
        Setting::PriceFrom { date, .. } => draft.from = Some(*date),
        Setting::MachineName(_)
        | Setting::Timezone(_)
        | Setting::WeekStart(_)
        | Setting::DataPath(_)
        | Setting::GithubApiUrl(_)
        | Setting::GithubCaBundle(_)
        | Setting::GithubUseGh(_)
        | Setting::SyncProjects(_)
        | Setting::SyncEncrypt(_)
        | Setting::SyncAuto(_)
        | Setting::SyncInterval(_)
        | Setting::LimitReset(_)
        | Setting::Background(_)
        | Setting::Charset(_)
        | Setting::Alias { .. } => {}
    }
}

fn finish(model: String, draft: &Draft) -> Result<PriceOverride, Vec<IncompletePrices>> {
    let (mut prices, mut tiers, mut incomplete) = (None, Vec::new(), Vec::new());
    for (&class, &line) in &draft.lines {
        match (given(draft.tokens.get(&class)), class) {
            (Ok(base), PromptClass::UpTo100k) => prices = Some(base),
            (Ok(prices), PromptClass::UpTo200k | PromptClass::Above200k) => {
                tiers.push(GivenTier { above_prompt_tokens: class.exceeds(), prices });
            }
            (Err(missing), _) => {
                let table = table_parts(&model, class);
                incomplete.extend(missing.into_iter().map(|missing| IncompletePrices {
                    table: table.clone(),
                    missing,
                    line,
                }));
            }
        }
    }
    match prices {
        Some(prices) if incomplete.is_empty() => {
            Ok(PriceOverride { model, from: draft.from, prices, tiers, web_search: draft.web_search, fast: draft.fast })
        }
        _ => Err(incomplete),
    }
}

/// The prices of one class, or the names of those that are needed and missing.
fn given(tokens: Option<&BTreeMap<TokenKind, PicoUsdPerToken>>) -> Result<GivenPrices, Vec<&'static str>> {
    let price = |kind| tokens.and_then(|tokens| tokens.get(&kind)).copied();
    match (price(TokenKind::Input), price(TokenKind::Output)) {
        (Some(input), Some(output)) => Ok(GivenPrices {
            input,
            output,
            cache_write_5m: price(TokenKind::CacheWrite5m),
            cache_write_1h: price(TokenKind::CacheWrite1h),
            cache_read: price(TokenKind::CacheRead),
        }),
        _ => {
            let needed = [TokenKind::Input, TokenKind::Output];
            Err(needed.into_iter().filter(|kind| price(*kind).is_none()).map(TokenKind::name).collect())
        }
    }
}

fn table_parts(model: &str, class: PromptClass) -> Vec<String> {
    ["prices", model].into_iter().chain(tier_name(class)).map(str::to_owned).collect()
}
