//! What ccu thinks: pure functions on plain data, from the bytes of a transcript line to the rows of a report.
//!
//! No file, network, environment, clock, thread or terminal is touched here; zone and clock come in as arguments.
//! The way of the data is `transcript` -> `normalize` -> `dedupe` -> (the store) -> `rollup` -> `pricing` -> `report`.

pub mod dedupe;
pub mod fnv;
pub mod identity;
pub mod ids;
pub mod layout;
pub mod legacy;
pub mod money;
pub mod normalize;
pub mod pricing;
pub mod project;
pub mod record;
pub mod report;
pub mod retention;
pub mod rollup;
pub mod time;
pub mod transcript;
pub mod wire;
