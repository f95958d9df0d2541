//! Time as sync needs it: what it is, how to wait, and dice for waiting differently than others.

use std::time::Duration;

use ccu_core::time::UtcMillis;

use super::error::SyncError;

/// The time and the way to wait. Tests have one whose hours pass at once.
pub trait Clock {
    /// What time it is.
    fn now(&self) -> UtcMillis;

    /// Waits.
    ///
    /// **Errors**: [`SyncError::Interrupted`] as soon as the user wants it to stop.
    fn wait(&self, time: Duration) -> Result<(), SyncError>;

    /// A random part of `most`, so that machines that met once don't meet again.
    fn jitter(&self, most: Duration) -> Duration;
}
