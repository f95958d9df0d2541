//! A machine for tests of sync: its database in a directory of its own, GitHub's stand-in over real HTTP, and a clock whose
//! hours pass at once, for itself and for the stand-in.

#![allow(dead_code, reason = "each test crate uses a part of the bench")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::Duration;

use ccu_core::ids::{MachineId, RecordKey};
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_engine::auth::token::Token;
use ccu_engine::config::ApiUrl;
use ccu_engine::gist::github::{GitHub, GitHubOptions};
use ccu_engine::sync::{
    Clock, Codec, DESCRIPTION, NoWatch, Pulled, PushOptions, Pushed, Session, SyncError, SyncSettings, unsent_records,
};
use ccu_store::Store;
use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub, Options};

static PRICES: LazyLock<PriceTable> = LazyLock::new(|| PriceTable::embedded().unwrap());

thread_local! {
    /// The stand-in whose clock the client of this thread reads.
    static FAKE: RefCell<Weak<FakeGitHub>> = const { RefCell::new(Weak::new()) };
}

fn now_of_fake() -> UtcMillis {
    FAKE.with_borrow(|fake| fake.upgrade().map_or(UtcMillis(0), |fake| UtcMillis(fake.now() * 1000)))
}

/// GitHub's stand-in as most tests want it.
pub fn fake() -> Arc<FakeGitHub> {
    start(Options::new())
}

/// GitHub's stand-in with options.
pub fn start(options: Options) -> Arc<FakeGitHub> {
    Arc::new(options.start())
}

/// The one Gist of ours.
pub fn gist_id(fake: &FakeGitHub) -> String {
    let ids = fake.gists().ids();
    let mut ours = ids.into_iter().filter(|id| fake.gists().description(id) == DESCRIPTION);
    let id = ours.next().expect("there is a Gist of ours");
    assert_eq!(ours.next(), None, "there is one Gist of ours");
    id
}

/// The name of the head of a machine with a plain name.
pub fn head_file(name: &str) -> String {
    format!("usage_data_{name}.json")
}

/// Time by the stand-in's clock; waiting moves it.
pub struct VirtualClock {
    fake: Arc<FakeGitHub>,
    waits: Mutex<Vec<Duration>>,
}

impl VirtualClock {
    /// The clock of this stand-in.
    pub fn new(fake: &Arc<FakeGitHub>) -> VirtualClock {
        VirtualClock { fake: fake.clone(), waits: Mutex::default() }
    }

    /// How long was waited, each time; forgotten with this.
    pub fn take_waits(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.waits.lock().unwrap())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> UtcMillis {
        UtcMillis(self.fake.now() * 1000)
    }

    fn wait(&self, time: Duration) -> Result<(), SyncError> {
        self.waits.lock().unwrap().push(time);
        // The stand-in's clock has whole seconds, as GitHub's times.
        self.fake.advance(i64::try_from(time.as_millis().div_ceil(1000)).unwrap());
        Ok(())
    }

    fn jitter(&self, most: Duration) -> Duration {
        most / 2
    }
}

/// A computer with ccu.
pub struct Machine {
    pub store: Store,
    pub settings: SyncSettings,
    pub clock: VirtualClock,
    /// As Ctrl-C: while it is set, every request ends at once.
    pub is_interrupted: Arc<AtomicBool>,
    pub github: GitHub,
    pub fake: Arc<FakeGitHub>,
    directory: tempfile::TempDir,
}

impl Machine {
    /// A machine with an empty database, an id made from its name, and the default token.
    pub fn new(fake: &Arc<FakeGitHub>, name: &str) -> Machine {
        let sum = name.bytes().fold(7_u128, |sum, byte| sum.wrapping_mul(0x1_0000_01b3).wrapping_add(u128::from(byte)));
        Machine::with_id(
            fake,
            name,
            MachineId(sum.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()),
        )
    }

    /// A machine with this id.
    pub fn with_id(fake: &Arc<FakeGitHub>, name: &str, machine: MachineId) -> Machine {
        let directory = tempfile::tempdir().unwrap();
        let settings = SyncSettings {
            machine,
            machine_name: name.to_owned(),
            token_fingerprint: DEFAULT_TOKEN.to_owned(),
            projects: ProjectPrivacy::Name,
            codec: Codec::default(),
            segment_sizes: ccu_core::layout::SIZES,
            prices: PRICES.clone(),
        };
        let is_interrupted = Arc::new(AtomicBool::new(false));
        Machine {
            store: Store::open(&database(directory.path()), machine, name).unwrap(),
            settings,
            clock: VirtualClock::new(fake),
            github: github(fake, DEFAULT_TOKEN, &is_interrupted),
            is_interrupted,
            fake: fake.clone(),
            directory,
        }
    }

    /// The same with segments of a few records, so that few records seal and merge.
    pub fn with_small_segments(mut self) -> Machine {
        self.settings.segment_sizes = [4, 12, 48];
        self
    }

    /// Takes another token.
    pub fn use_token(&mut self, token: &str) {
        self.settings.token_fingerprint = token.to_owned();
        self.github = github(&self.fake, token, &self.is_interrupted);
    }

    /// The directory that holds the database, and nothing of anybody else.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        database(self.directory())
    }

    /// Does something with the Gist.
    pub fn session<T>(&mut self, work: impl FnOnce(&mut Session<'_>) -> Result<T, SyncError>) -> Result<T, SyncError> {
        FAKE.set(Arc::downgrade(&self.fake));
        let mut session = Session {
            remote: &self.github,
            store: &mut self.store,
            clock: &self.clock,
            watch: &NoWatch,
            settings: &self.settings,
        };
        let done = work(&mut session);
        if let Err(error) = &done {
            assert!(!format!("{error:?} {error}").contains("ghp_"), "an error shows a token: {error:?}");
        }
        done
    }

    pub fn try_push(&mut self) -> Result<Pushed, SyncError> {
        self.push_with(PushOptions::default())
    }

    pub fn push_with(&mut self, options: PushOptions) -> Result<Pushed, SyncError> {
        self.session(|session| session.push(options))
    }

    /// Pushes, which must go well.
    #[track_caller]
    pub fn push(&mut self) -> Pushed {
        self.try_push().unwrap_or_else(|error| panic!("the push failed: {error:?}"))
    }

    pub fn try_pull(&mut self) -> Result<Pulled, SyncError> {
        self.session(|session| session.pull(&[]))
    }

    /// Pulls, which must go well for all machines.
    #[track_caller]
    pub fn pull(&mut self) -> Pulled {
        let pulled = self.try_pull().unwrap_or_else(|error| panic!("the pull failed: {error:?}"));
        assert!(pulled.errors.is_empty(), "the pull had errors: {:?}", pulled.errors);
        pulled
    }

    /// Finds the usage of these numbers in its transcripts.
    pub fn find(&mut self, numbers: impl IntoIterator<Item = u64>) {
        let records: Vec<UsageRecord> = numbers.into_iter().map(|number| self.record(number, 1)).collect();
        self.insert(&records);
    }

    /// Finds that the response of this number has grown to this version.
    pub fn improve(&mut self, number: u64, version: u64) {
        let record = self.record(number, version);
        self.insert(&[record]);
    }

    pub fn insert(&mut self, records: &[UsageRecord]) {
        let mut writing = self.store.begin().unwrap();
        writing.insert_batch(records).unwrap();
        writing.commit().unwrap();
    }

    /// The record of a number: five of them are a session, and each is a second after the one before.
    pub fn record(&self, number: u64, version: u64) -> UsageRecord {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&number.to_be_bytes());
        // What differs in every record is what makes files as large as real ones.
        key[8..].copy_from_slice(&number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let strand = Strand {
            session: format!("session {}", number / 5).into(),
            model: "claude-opus-4-5".into(),
            project: format!("/home/ann/src/project {}", number % 3).into(),
            version: "2.1.99".into(),
            ..Strand::default()
        };
        UsageRecord {
            key: RecordKey(key),
            uuid: None,
            time: Some(UtcMillis(1_795_000_000_000 + i64::try_from(number).unwrap() * 1000)),
            machine: self.settings.machine,
            strand: Arc::new(strand),
            tokens: TokenCounts { input: 10, output: version, ..TokenCounts::default() },
            web_searches: 0,
            is_complete: true,
            origin: Origin::Transcript,
            legacy_until: None,
        }
    }

    /// What it has, of all machines: the numbers, and how far each has grown.
    pub fn records(&self) -> BTreeMap<u64, u64> {
        let mut versions = BTreeMap::new();
        self.store
            .all_records(&mut |numbered| {
                let number = u64::from_be_bytes(numbered.record.key.0[..8].try_into().unwrap());
                let before = versions.insert(number, numbered.record.tokens.output);
                assert_eq!(before, None, "record {number} stands twice");
                ControlFlow::Continue(())
            })
            .unwrap();
        versions
    }

    /// The numbers of what it has.
    pub fn numbers(&self) -> Vec<u64> {
        self.records().into_keys().collect()
    }

    /// Own records that are not in the Gist, as far as it knows.
    pub fn unsent(&self) -> u64 {
        unsent_records(&self.store).unwrap()
    }

    /// Loses its database, but not its id.
    pub fn wipe(&mut self) {
        self.directory = tempfile::tempdir().unwrap();
        self.reopen();
    }

    /// Opens its database anew, as the next run does.
    pub fn reopen(&mut self) {
        self.store = Store::open(&self.database(), self.settings.machine, &self.settings.machine_name).unwrap();
    }
}

fn database(directory: &Path) -> PathBuf {
    directory.join("usage.db")
}

fn github(fake: &FakeGitHub, token: &str, is_interrupted: &Arc<AtomicBool>) -> GitHub {
    let mut options = GitHubOptions::new(now_of_fake);
    options.api_url = ApiUrl::parse(fake.url()).unwrap();
    let is_interrupted = is_interrupted.clone();
    GitHub::new(Token::new(token).unwrap(), options, Arc::new(move || is_interrupted.load(Ordering::Relaxed))).unwrap()
}
