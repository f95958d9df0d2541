//! One run of sync: this machine, its database, the remote, and how files are opened and sealed.

use ccu_core::ids::MachineId;
use ccu_core::layout::Sizes;
use ccu_core::pricing::PriceTable;
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_store::Store;

use super::clock::Clock;
use super::codec::Codec;
use super::error::SyncError;
use super::state::{self, Times};
use super::talk::Talk;
use super::watch::Watch;
use crate::gist::Remote;

/// What a sync needs to know about this machine.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// Its id.
    pub machine: MachineId,
    /// Its name.
    pub machine_name: String,
    /// What tells this token from others without telling the token; an `ETag` holds for one token only.
    pub token_fingerprint: String,
    /// What of paths and branches leaves the machine.
    pub projects: ProjectPrivacy,
    /// How files are packed, and opened.
    pub codec: Codec,
    /// Records of a full segment by level: [`ccu_core::layout::SIZES`] but in tests.
    pub segment_sizes: Sizes,
    /// Prices for the cost in the statistics.
    pub prices: PriceTable,
}

/// One run of sync.
pub struct Session<'a> {
    /// What holds the Gist.
    pub remote: &'a dyn Remote,
    /// This machine's database.
    pub store: &'a mut Store,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Who is told how far it is.
    pub watch: &'a dyn Watch,
    /// Whose sync it is.
    pub settings: &'a SyncSettings,
}

impl<'a> Session<'a> {
    pub(super) fn talk(&self) -> Talk<'a> {
        Talk { remote: self.remote, clock: self.clock, watch: self.watch }
    }

    /// What opens files; it does not hold the database, so that one can read files and write records at once.
    pub(super) fn codec(&self) -> &'a Codec {
        &self.settings.codec
    }

    /// Does `work` unless GitHub wants no question now, and remembers when it says so.
    pub(super) fn within_limit<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, SyncError>,
    ) -> Result<T, SyncError> {
        let times: Times = state::load_or_default(self.store)?;
        if let Some(until) = times.limited_until(self.clock.now()) {
            return Err(SyncError::Limited { until });
        }
        let done = work(self);
        if let Err(SyncError::Limited { until }) = &done {
            self.remember_times(|times| times.not_before = Some(until.0))?;
        }
        done
    }

    /// Changes the remembered times.
    pub(super) fn remember_times(&mut self, change: impl FnOnce(&mut Times)) -> Result<(), SyncError> {
        let mut times: Times = state::load_or_default(self.store)?;
        change(&mut times);
        state::save(self.store, &times)
    }
}
