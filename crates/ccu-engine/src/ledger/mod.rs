//! The ledger: a machine's open database with the transcripts that feed it. What the commands call.

mod database;
mod error;
mod exchange;
mod problems;
mod reset;
mod sync;

pub use database::existing_database;
pub use error::LedgerError;
pub use problems::NamedProblem;
pub use reset::{Reset, reset};
pub use sync::SyncLine;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ccu_core::ids::{CompactId, MachineId};
use ccu_core::pricing::PriceTable;
use ccu_core::report::{
    Activity, ActivityBuilder, ActivityRequest, BlocksBuilder, BlocksReport, BlocksRequest, Grouping, Machine, Report,
    ReportBuilder, ReportRequest, Responses, ResponsesBuilder, ResponsesRequest, UsageCatalog, utc_day_range,
};
use ccu_core::rollup::SessionNumber;
use ccu_store::{Health, RebuiltRollups, Store};

use crate::file_lock;
use crate::ingest::{self, Refreshed, Source, Unread};
use crate::paths::TranscriptRoot;
use crate::progress::Progress;

/// The file in the data directory whose lock is held while transcripts are read, so that two runs do not do the work twice.
const LOCK_FILE: &str = "refresh.lock";
/// How long a run waits for another to finish reading.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// Where a ledger is, and whose.
#[derive(Debug, Clone)]
pub struct LedgerPlace {
    /// The directory that holds the machine's id.
    pub config_dir: PathBuf,
    /// The directory that holds the database.
    pub data_dir: PathBuf,
    /// The machine's name.
    pub machine_name: String,
    /// The directories of Claude Code.
    pub roots: Vec<TranscriptRoot>,
}

/// An open ledger.
pub struct Ledger {
    store: Store,
    machine: MachineId,
    place: LedgerPlace,
}

impl Ledger {
    /// Opens the machine's database, and makes it and the machine's id where there are none.
    ///
    /// **Errors**: when a directory cannot be made, the id is unreadable, or the database is damaged, locked, read-only or of
    /// a newer ccu; nothing is overwritten then.
    pub fn open(place: LedgerPlace) -> Result<Ledger, LedgerError> {
        let data_dir = &place.data_dir;
        fs::create_dir_all(data_dir)
            .map_err(|source| LedgerError::NoDataDirectory { path: data_dir.clone(), source })?;
        let machine = database::machine_id(&place)?;
        let path = database::locate(data_dir, machine, &place.machine_name)?;
        let store = Store::open(&path, machine, &place.machine_name)?;
        Ok(Ledger { store, machine, place })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// The id of this machine.
    pub fn machine(&self) -> MachineId {
        self.machine
    }

    /// Reads what is new in the transcripts. `command` is what other runs that wait are told.
    ///
    /// **Errors**: [`LedgerError::Busy`] when another run is still reading after ten seconds; what is stored stays readable.
    pub fn refresh(&mut self, command: &str, progress: &dyn Progress) -> Result<Refreshed, LedgerError> {
        let _lock = file_lock::acquire(&self.place.data_dir.join(LOCK_FILE), command, LOCK_WAIT)?;
        let source = Source { roots: &self.place.roots, machine: self.machine };
        Ok(ingest::refresh(&mut self.store, source, progress)?)
    }

    /// Reads another machine's transcripts, as invented data needs it; `name` is that machine's.
    ///
    /// **Errors**: those of the store.
    pub fn refresh_for(
        &mut self,
        name: &str,
        source: Source<'_>,
        progress: &dyn Progress,
    ) -> Result<Refreshed, LedgerError> {
        let mut writing = self.store.begin()?;
        writing.name_machine(source.machine, name)?;
        writing.commit()?;
        Ok(ingest::refresh(&mut self.store, source, progress)?)
    }

    /// The machines that usage is shown as: all that the ledger knows but those merged into another. Where this machine is
    /// merged, the other one counts as this machine.
    ///
    /// **Errors**: those of the store.
    pub fn machines(&self) -> Result<Vec<Machine>, LedgerError> {
        let machines = self.store.machines()?;
        let here = machines.iter().find(|machine| machine.id == self.machine).map(|machine| machine.shown_as);
        let shown = machines.into_iter().filter(|machine| machine.shown_as == machine.id).map(|machine| Machine {
            is_this_machine: here == Some(machine.id),
            id: machine.id,
            name: machine.name,
            last_sync: machine.last_sync,
        });
        Ok(shown.collect())
    }

    fn catalog(&self) -> Result<UsageCatalog, LedgerError> {
        Ok(UsageCatalog { contexts: self.store.contexts()?, machines: self.machines()? })
    }

    /// Makes a report of what is stored.
    ///
    /// **Errors**: those of the store.
    pub fn report(&self, request: &ReportRequest, prices: &PriceTable) -> Result<Report, LedgerError> {
        let [report] = self.reports([request], prices)?;
        Ok(report)
    }

    /// Makes several reports, in the order of their requests. What is stored is read and priced once for all of them, so they
    /// agree, and cost less than one by one (at a million records, the seven of `ccu` take 27 ms where one takes 13).
    ///
    /// **Errors**: those of the store.
    pub fn reports<const N: usize>(
        &self,
        requests: [&ReportRequest; N],
        prices: &PriceTable,
    ) -> Result<[Report; N], LedgerError> {
        // A context that another process adds between two statements would be nobody's.
        let _moment = self.store.snapshot()?;
        let catalog = self.catalog()?;
        let mut builder = ReportBuilder::new(requests, &catalog, prices);
        self.store.usage_entries(utc_day_range(&requests), &mut |entry| builder.add(&entry))?;
        let has_sessions = requests.iter().any(|request| request.grouping == Grouping::Session);
        let names = if has_sessions { self.store.session_names()? } else { Vec::new() };
        let unnamed = CompactId::new("");
        Ok(builder.finish(&|session: SessionNumber| names.get(session.0 as usize).unwrap_or(&unnamed).clone()))
    }

    /// Makes the report of 5-hour blocks.
    ///
    /// **Errors**: those of the store.
    pub fn blocks(&self, request: &BlocksRequest, prices: &PriceTable) -> Result<BlocksReport, LedgerError> {
        let _moment = self.store.snapshot()?;
        let catalog = self.catalog()?;
        let mut builder = BlocksBuilder::new(request, &catalog, prices);
        self.store.usage_entries((None, None), &mut |entry| builder.add(&entry))?;
        Ok(builder.finish())
    }

    /// Gives the activity of the machines by day and by hour of the week.
    ///
    /// **Errors**: those of the store.
    pub fn activity(&self, request: &ActivityRequest, prices: &PriceTable) -> Result<Activity, LedgerError> {
        let _moment = self.store.snapshot()?;
        let catalog = self.catalog()?;
        let mut builder = ActivityBuilder::new(request, &catalog, prices);
        self.store.usage_entries(request.utc_day_range(), &mut |entry| builder.add(&entry))?;
        Ok(builder.finish())
    }

    /// Lists the newest responses, and sums up all that are asked for. Their costs are those of reports.
    ///
    /// **Errors**: those of the store.
    pub fn responses(&self, request: &ResponsesRequest, prices: &PriceTable) -> Result<Responses, LedgerError> {
        let _moment = self.store.snapshot()?;
        let session = match &request.session {
            Some(name) => match self.store.session_number(name)? {
                Some(number) => Some(number),
                None => return Ok(Responses::default()),
            },
            None => None,
        };
        let catalog = self.catalog()?;
        let mut builder = ResponsesBuilder::new(request, session, &catalog, prices);
        self.store.usage_entries(request.utc_day_range(), &mut |entry| builder.add_entry(&entry))?;
        let needed = builder.needed();
        self.store.needed_records(&needed, &mut |context, record| builder.add_record(context, record))?;
        Ok(builder.finish())
    }

    /// Looks for transcripts that hold something unread. Nothing is read or written.
    ///
    /// **Errors**: those of the store.
    pub fn unread(&self) -> Result<Unread, LedgerError> {
        Ok(ingest::unread(&self.store, &self.place.roots)?)
    }

    /// The number of transcript lines that were left out of all sums.
    ///
    /// **Errors**: those of the store.
    pub fn malformed_lines(&self) -> Result<u64, LedgerError> {
        Ok(self.store.malformed_lines()?)
    }

    /// The number of transcript lines that count, though a count or a text in them could not be read.
    ///
    /// **Errors**: those of the store.
    pub fn odd_lines(&self) -> Result<u64, LedgerError> {
        Ok(self.store.odd_lines()?)
    }

    /// Whether any record is stored.
    ///
    /// **Errors**: those of the store.
    pub fn has_records(&self) -> Result<bool, LedgerError> {
        Ok(self.store.has_records()?)
    }

    /// Looks the database over.
    ///
    /// **Errors**: those of the store; damages are no error but an answer.
    pub fn health(&self) -> Result<Health, LedgerError> {
        Ok(self.store.health()?)
    }

    /// Makes all roll-ups anew from the records.
    ///
    /// **Errors**: those of the store.
    pub fn rebuild_rollups(&mut self) -> Result<RebuiltRollups, LedgerError> {
        Ok(self.store.rebuild_rollups()?)
    }
}
