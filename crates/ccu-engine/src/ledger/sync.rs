//! Sync as the commands call it: one at a time on this machine, and never as two machines under one id.

use std::time::Duration;

use ccu_core::layout;
use ccu_core::pricing::PriceTable;
use ccu_core::time::UtcMillis;
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_store::Store;

use super::{Ledger, LedgerError};
use crate::file_lock;
use crate::gist::Remote;
use crate::machine;
use crate::sync::{self, Clock, Codec, Session, SyncError, SyncSettings, SyncStatus, Viewpoint, Watch};

/// The file in the data directory whose lock is held while this machine syncs.
const LOCK_FILE: &str = "sync.lock";
/// How long a sync waits for another to end.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// The line to the Gist, and what goes over it.
pub struct SyncLine<'a> {
    /// What holds the Gist.
    pub remote: &'a dyn Remote,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Who is told how far it is.
    pub watch: &'a dyn Watch,
    /// The command, as others that wait are told.
    pub command: &'a str,
    /// What tells this token from others without telling the token.
    pub token_fingerprint: String,
    /// What of paths and branches leaves the machine.
    pub projects: ProjectPrivacy,
    /// How files are packed, and opened.
    pub codec: Codec,
    /// Prices for the cost in the statistics.
    pub prices: &'a PriceTable,
}

impl Ledger {
    /// Does `work` on the Gist. Where another computer turns out to push under this machine's id (a clone of it), this one
    /// takes a new id, and `work` is done again.
    ///
    /// **Errors**: [`LedgerError::Busy`] when another sync of this machine takes longer than ten seconds, and those of `work`.
    pub fn sync<T>(
        &mut self,
        line: &SyncLine<'_>,
        work: impl Fn(&mut Session<'_>) -> Result<T, SyncError>,
    ) -> Result<T, LedgerError> {
        let lock = self.place.data_dir.join(LOCK_FILE);
        let _lock = file_lock::acquire(&lock, line.command, LOCK_WAIT).map_err(LedgerError::busy_syncing)?;
        match work(&mut self.session(line, &self.settings(line))) {
            Err(SyncError::Cloned) => {
                self.take_new_id()?;
                Ok(work(&mut self.session(line, &self.settings(line)))?)
            }
            done => Ok(done?),
        }
    }

    /// Own records that are not in the Gist yet, as far as this machine knows.
    ///
    /// **Errors**: those of the store.
    pub fn unsent_records(&self) -> Result<u64, LedgerError> {
        Ok(sync::unsent_records(&self.store)?)
    }

    /// How sync stood at the last answer of GitHub, which is not asked. `now` tells whether it still wants no question;
    /// `codec` opens the names of an encrypted Gist.
    ///
    /// **Errors**: those of the store.
    pub fn remembered_sync(&self, codec: &Codec, now: UtcMillis) -> Result<SyncStatus, LedgerError> {
        let viewpoint =
            Viewpoint { machine: self.machine, machine_name: &self.place.machine_name, store: &self.store, codec };
        Ok(sync::remembered(viewpoint, now)?)
    }

    fn settings(&self, line: &SyncLine<'_>) -> SyncSettings {
        SyncSettings {
            machine: self.machine,
            machine_name: self.place.machine_name.clone(),
            token_fingerprint: line.token_fingerprint.clone(),
            projects: line.projects,
            codec: line.codec.clone(),
            segment_sizes: layout::SIZES,
            prices: line.prices.clone(),
        }
    }

    fn session<'s>(&'s mut self, line: &SyncLine<'s>, settings: &'s SyncSettings) -> Session<'s> {
        Session { remote: line.remote, store: &mut self.store, clock: line.clock, watch: line.watch, settings }
    }

    /// Becomes another machine: what it has seen stays attributed as it is, what comes is the new one's.
    fn take_new_id(&mut self) -> Result<(), LedgerError> {
        sync::forget_own(&mut self.store)?;
        let machine = machine::replace_id(&self.place.config_dir)?;
        let path = self.store.path().to_owned();
        self.store = Store::open(&path, machine, &self.place.machine_name)?;
        self.machine = machine;
        Ok(())
    }
}
