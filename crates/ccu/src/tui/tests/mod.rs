//! The dashboard at its door: keys in, screens out, on the demo's data and on answers made by hand.

mod bench;
mod drill;
mod screens;
mod source;
mod steps;
