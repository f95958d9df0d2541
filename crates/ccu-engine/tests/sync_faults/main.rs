//! What goes wrong between machines and GitHub, fault by fault, with the outcome that each must have. The machines are real
//! but for their clocks, and talk to a stand-in for GitHub over HTTP.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test bench that cannot set up its test fails it"
)]

#[path = "../bench/machine.rs"]
mod machine;

mod answers;
mod conflicts;
mod damage;
mod limits;
mod permissions;
