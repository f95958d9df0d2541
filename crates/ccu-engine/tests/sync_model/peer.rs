//! A machine in a schedule: it finds usage, pushes and pulls, and may lose its database.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ccu_core::ids::{MachineId, RecordKey};
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_engine::gist::Remote;
use ccu_engine::sync::{Clock, Codec, NoWatch, PushOptions, Session, SyncError, SyncSettings};
use ccu_store::Store;

/// A record of the model: its number, and how often its response was seen to grow.
pub type Versions = BTreeMap<u64, u64>;

/// A machine under some protocol.
pub trait Peer: Send + Sized {
    /// A machine with an empty database.
    fn new(nth: usize, name: &str) -> Self;

    /// Finds usage in its transcripts.
    fn find(&mut self, record: u64, version: u64);

    /// Pushes. Whether it went well: then what it had is safe.
    fn push(&mut self, remote: &dyn Remote, day: i64) -> bool;

    /// Pulls.
    fn pull(&mut self, remote: &dyn Remote, day: i64) -> bool;

    /// Loses its database, but not its id.
    fn wipe(&mut self);

    /// What it has.
    fn versions(&self) -> Versions;

    /// All that machines must agree on, as a text.
    fn state(&self) -> String;
}

/// A machine with ccu.
pub struct CcuPeer {
    store: Store,
    settings: SyncSettings,
}

/// Hours pass at once.
struct ModelClock {
    now: UtcMillis,
}

impl Clock for ModelClock {
    fn now(&self) -> UtcMillis {
        self.now
    }

    fn wait(&self, _time: Duration) -> Result<(), SyncError> {
        Ok(())
    }

    fn jitter(&self, most: Duration) -> Duration {
        most / 2
    }
}

static PRICES: LazyLock<PriceTable> = LazyLock::new(|| PriceTable::embedded().unwrap());
const DAY: i64 = 86_400_000;
const START: i64 = 1_790_000_000_000;

fn store(machine: MachineId, name: &str) -> Store {
    Store::open(Path::new(":memory:"), machine, name).unwrap()
}

impl CcuPeer {
    fn session<T>(
        &mut self,
        remote: &dyn Remote,
        day: i64,
        work: impl FnOnce(&mut Session<'_>) -> Result<T, SyncError>,
    ) -> Option<T> {
        let clock = ModelClock { now: UtcMillis(START + day * DAY) };
        let mut session =
            Session { remote, store: &mut self.store, clock: &clock, watch: &NoWatch, settings: &self.settings };
        work(&mut session).ok()
    }
}

impl Peer for CcuPeer {
    fn new(nth: usize, name: &str) -> Self {
        let machine = MachineId([nth as u8 + 1; 16]);
        let settings = SyncSettings {
            machine,
            machine_name: name.to_owned(),
            token_fingerprint: "t".into(),
            projects: ProjectPrivacy::Name,
            codec: Codec::default(),
            // Small, so that short schedules seal and merge.
            segment_sizes: [4, 12, 48],
            prices: PRICES.clone(),
        };
        CcuPeer { store: store(machine, name), settings }
    }

    fn find(&mut self, record: u64, version: u64) {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&record.to_be_bytes());
        let strand = Strand {
            session: format!("session {}", record / 5).into(),
            model: "claude-opus-4-5".into(),
            project: format!("/home/{}/src/project {}", self.settings.machine, record % 3).into(),
            version: "2.1.99".into(),
            ..Strand::default()
        };
        let record = UsageRecord {
            key: RecordKey(key),
            uuid: None,
            time: Some(UtcMillis(START + record as i64 * 1_000)),
            machine: self.settings.machine,
            strand: Arc::new(strand),
            tokens: TokenCounts { input: 10, output: version, ..TokenCounts::default() },
            web_searches: 0,
            is_complete: true,
            origin: Origin::Transcript,
            legacy_until: None,
        };
        let mut writing = self.store.begin().unwrap();
        writing.insert_batch(&[record]).unwrap();
        writing.commit().unwrap();
    }

    fn push(&mut self, remote: &dyn Remote, day: i64) -> bool {
        self.session(remote, day, |session| session.push(PushOptions::default())).is_some()
    }

    fn pull(&mut self, remote: &dyn Remote, day: i64) -> bool {
        self.session(remote, day, |session| session.pull(&[])).is_some_and(|pulled| pulled.errors.is_empty())
    }

    fn wipe(&mut self) {
        self.store = store(self.settings.machine, &self.settings.machine_name);
    }

    fn versions(&self) -> Versions {
        let mut versions = Versions::new();
        self.store
            .all_records(&mut |numbered| {
                let number = u64::from_be_bytes(numbered.record.key.0[..8].try_into().unwrap());
                versions.insert(number, numbered.record.tokens.output);
                ControlFlow::Continue(())
            })
            .unwrap();
        versions
    }

    fn state(&self) -> String {
        let mut lines = Vec::new();
        self.store
            .all_records(&mut |numbered| {
                let UsageRecord { key, time, machine, strand, tokens, .. } = numbered.record;
                let project = ccu_core::project::shared_name(&strand.project);
                lines.push(format!("{key:?} {time:?} {machine} {} {project} {tokens:?}", strand.session));
                ControlFlow::Continue(())
            })
            .unwrap();
        lines.sort_unstable();
        lines.join("\n")
    }
}
