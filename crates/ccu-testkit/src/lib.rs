//! The test bench of ccu: made-up transcripts small and large, and a fresh home for each test. Nothing here is part of `ccu` itself.
//!
//! It knows the rooms of the program by their doors only: it must not depend on `ccu-core`, whose answers it checks.

pub mod corpus;
pub mod fake_github;
pub mod fingerprint;
pub mod openapi;
#[cfg(unix)]
pub mod picture;
#[cfg(unix)]
pub mod pty;
pub mod random;
pub mod sandbox;
pub mod transcript;
