//! The faults that a machine meets alone: a Gist with too many files, a lost or cloned database, a killed process, a full
//! disk, a lost key, what others wrote in other formats. Each with the outcome that it must have.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test bench that cannot set up its test fails it"
)]

mod backups;
mod databases;
mod earlier_tool;
mod encryption;
mod formats;
mod image;
mod interrupts;
mod kills;
mod ledgers;
mod limits;
#[path = "../bench/machine.rs"]
mod machine;
mod mortal;
mod names;
mod traffic;
