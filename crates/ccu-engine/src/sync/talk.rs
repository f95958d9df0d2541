//! Talking to the remote with patience: what may be asked again is, with growing pauses, and a rate limit is obeyed.

use std::time::Duration;

use ccu_core::time::UtcMillis;

use super::clock::Clock;
use super::error::SyncError;
use super::watch::Watch;
use crate::gist::{Remote, RemoteError};

/// How often a question is asked before its answer is given up.
const MOST_TRIES: u32 = 5;
/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause that one accepts at a prompt for a rate limit to pass.
const LONGEST_LIMIT: i64 = 15_000;

/// The remote, and how to wait for it.
#[derive(Clone, Copy)]
pub(super) struct Talk<'a> {
    pub remote: &'a dyn Remote,
    pub clock: &'a dyn Clock,
    pub watch: &'a dyn Watch,
}

impl Talk<'_> {
    /// Asks what changes nothing, and asks again where no answer came.
    pub fn ask<T>(
        &self,
        what: &'static str,
        question: impl Fn(&dyn Remote) -> Result<T, RemoteError>,
    ) -> Result<T, SyncError> {
        let mut has_waited_for_limit = false;
        let mut tries = 0;
        loop {
            match question(self.remote) {
                Err(RemoteError::Unanswered { .. }) if tries + 1 < MOST_TRIES => {
                    self.pause(tries)?;
                    tries += 1;
                }
                Err(RemoteError::Limited { until }) if !has_waited_for_limit => {
                    self.wait_for_limit(until)?;
                    has_waited_for_limit = true;
                }
                answer => return answer.map_err(SyncError::remote(what)),
            }
        }
    }

    /// Asks for a change, once; a second time only where a rate limit refused the first and has passed.
    ///
    /// **Errors**: those of the wait. What the remote said is for the caller: only he knows what an unanswered write means.
    pub fn write<T>(
        &self,
        write: impl Fn(&dyn Remote) -> Result<T, RemoteError>,
    ) -> Result<Result<T, RemoteError>, SyncError> {
        match write(self.remote) {
            Err(RemoteError::Limited { until }) => {
                self.wait_for_limit(until)?;
                Ok(write(self.remote))
            }
            answer => Ok(answer),
        }
    }

    /// Waits before the next try; longer each time, and never exactly as long as somebody else.
    pub fn pause(&self, tries: u32) -> Result<(), SyncError> {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(tries.min(4));
        let pause = pause + self.clock.jitter(pause);
        self.watch.waiting(UtcMillis(self.clock.now().0 + pause.as_millis() as i64));
        self.clock.wait(pause)
    }

    /// Waits until a rate limit has passed, if that is soon.
    ///
    /// **Errors**: [`SyncError::Limited`] if it is not.
    pub fn wait_for_limit(&self, until: UtcMillis) -> Result<(), SyncError> {
        let wait = until.0.saturating_sub(self.clock.now().0);
        if wait > LONGEST_LIMIT {
            return Err(SyncError::Limited { until });
        }
        self.watch.waiting(until);
        self.clock.wait(Duration::from_millis(wait.max(0) as u64))
    }
}
