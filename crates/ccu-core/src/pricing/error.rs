//! What can be wrong with a price table, ours or the user's.

use jiff::civil::Date;
use thiserror::Error;

/// Why a table of prices cannot be used.
#[derive(Debug, Error)]
pub enum PriceTableError {
    /// The text is no table: not JSON, an unknown or missing field, a price that is no exact decimal.
    #[error("the price table cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// Two models claim one id.
    #[error("the price table has `{id}` twice")]
    DuplicateId {
        /// The id or other spelling.
        id: String,
    },
    /// A model names a source that the table does not list.
    #[error("the prices of `{model}` come from `{price_source}`, which the price table does not describe")]
    UnknownSource {
        /// The model.
        model: String,
        /// The name of the source.
        price_source: String,
    },
    /// A model has no price row, its first row starts at a date, or its rows are not in the order of their dates.
    #[error("the prices of `{model}` are not one row for the beginning and then rows by rising date")]
    UnorderedPeriods {
        /// The model.
        model: String,
    },
    /// A tier starts at a size that records are not told apart by.
    #[error("`{model}` has prices above {threshold} prompt tokens; only 100000 and 200000 are known")]
    UnknownThreshold {
        /// The model.
        model: String,
        /// Prompt tokens.
        threshold: u64,
    },
    /// Tiers of a model stand twice or not in rising order.
    #[error("the long-context prices of `{model}` do not rise by their threshold")]
    UnorderedTiers {
        /// The model.
        model: String,
    },
    /// Two overrides set one model's price from the same date.
    #[error("`{model}` has two prices {}", since(.from))]
    DuplicateOverride {
        /// The model, as the later override writes it.
        model: String,
        /// The date they share.
        from: Option<Date>,
    },
    /// An alias leads to another alias, which could lead in a circle.
    #[error("the alias `{alias}` stands for `{target}`, which is an alias itself")]
    ChainedAlias {
        /// The alias.
        alias: String,
        /// What it stands for.
        target: String,
    },
    /// An alias leads to a model without prices.
    #[error("the alias `{alias}` stands for `{target}`, which has no price")]
    UnknownAliasTarget {
        /// The alias.
        alias: String,
        /// What it stands for.
        target: String,
    },
    /// A name is given both a price and an alias, and only one can hold.
    #[error("`{alias}` is given both a price and an alias")]
    PricedAlias {
        /// The name.
        alias: String,
    },
}

fn since(from: &Option<Date>) -> String {
    from.map_or_else(|| "without a date".to_owned(), |date| format!("from {date}"))
}
