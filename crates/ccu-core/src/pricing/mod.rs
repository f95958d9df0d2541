//! Prices: which one holds for a model at a date, and what tokens cost at it.
//!
//! In come a model id as a transcript gives it and what else its price depends on ([`PriceQuery`]); out comes a [`Rate`],
//! or `None`, and then the usage is *unpriced*: reports name it with its tokens, it is never a silent $0.
//! The prices are those of Anthropic's own API (`prices.json`, which names its sources entry by entry). Regional
//! surcharges of Bedrock and Vertex AI are in none of them: reports say what usage would have cost at the API. Whoever
//! wants another price, for a cloud's id or for another vendor's model, sets a [`PriceOverride`].

mod decimal;
mod error;
mod match_model;
mod model_prices;
mod overrides;
mod rate;
mod schema;
mod table;

pub use decimal::{DecimalError, Factor, parse_usd_per_mtok, parse_usd_per_thousand};
pub use error::PriceTableError;
pub use model_prices::{ModelPrices, PriceQuery};
pub use overrides::{GivenPrices, GivenTier, PriceOverride};
pub use rate::Rate;
pub use table::{PriceSource, PriceTable};
