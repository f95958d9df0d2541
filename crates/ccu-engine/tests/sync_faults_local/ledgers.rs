//! Sync as commands call it: clones of a machine become two, two runs take turns, and a reset loses nothing that was pushed.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ccu_core::ids::{MachineId, RecordKey};
use ccu_core::pricing::PriceTable;
use ccu_core::time::UtcMillis;
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_engine::auth::token::Token;
use ccu_engine::config::ApiUrl;
use ccu_engine::gist::github::{GitHub, GitHubOptions};
use ccu_engine::ledger::{Ledger, LedgerError, LedgerPlace, SyncLine, reset};
use ccu_engine::machine::ID_FILE;
use ccu_engine::sync::{Codec, NoWatch, Pulled, PushOptions, Pushed, Session, SyncError};
use ccu_store::Store;
use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub};

use super::image::copy_dir;
use super::machine::{self, Machine, VirtualClock, gist_id};

fn place(home: &Path) -> LedgerPlace {
    LedgerPlace {
        config_dir: home.join("config"),
        data_dir: home.join("data"),
        machine_name: "vm".to_owned(),
        roots: Vec::new(),
    }
}

/// Opens the ledger of a home, and does something with the Gist.
fn sync<T>(
    fake: &Arc<FakeGitHub>,
    home: &Path,
    work: impl Fn(&mut Session<'_>) -> Result<T, SyncError>,
) -> Result<T, LedgerError> {
    let mut options = GitHubOptions::new(|| UtcMillis(0));
    options.api_url = ApiUrl::parse(fake.url()).unwrap();
    let github = GitHub::new(Token::new(DEFAULT_TOKEN).unwrap(), options, Arc::new(|| false)).unwrap();
    let prices = PriceTable::embedded().unwrap();
    let line = SyncLine {
        remote: &github,
        clock: &VirtualClock::new(fake),
        watch: &NoWatch,
        command: "ccu gist sync",
        token_fingerprint: "t".into(),
        projects: ProjectPrivacy::Full,
        codec: Codec::default(),
        prices: &prices,
    };
    Ledger::open(place(home)).unwrap().sync(&line, work)
}

fn push(fake: &Arc<FakeGitHub>, home: &Path) -> Pushed {
    sync(fake, home, |session| session.push(PushOptions::default())).unwrap()
}

fn pull(fake: &Arc<FakeGitHub>, home: &Path) -> Pulled {
    let pulled = sync(fake, home, |session| session.pull(&[])).unwrap();
    assert!(pulled.errors.is_empty(), "{:?}", pulled.errors);
    pulled
}

/// Finds usage in the transcripts of a home.
fn find(fake: &Arc<FakeGitHub>, home: &Path, numbers: impl IntoIterator<Item = u64>) {
    let ledger = Ledger::open(place(home)).unwrap();
    let mut store = Store::open(ledger.path(), ledger.machine(), "vm").unwrap();
    let finder = Machine::with_id(fake, "vm", ledger.machine());
    let records: Vec<_> = numbers.into_iter().map(|number| finder.record(number, 1)).collect();
    let mut writing = store.begin().unwrap();
    writing.insert_batch(&records).unwrap();
    writing.commit().unwrap();
}

/// The numbers of the records of a home, whose database is sound.
fn numbers(home: &Path) -> Vec<u64> {
    let ledger = Ledger::open(place(home)).unwrap();
    let health = ledger.health().unwrap();
    assert!(health.damages.is_empty() && health.are_rollups_true, "{health:?}");
    let store = Store::open(ledger.path(), ledger.machine(), "vm").unwrap();
    let mut numbers = Vec::new();
    let each = &mut |numbered: ccu_core::record::Numbered| {
        let RecordKey(key) = numbered.record.key;
        numbers.push(u64::from_be_bytes(key[..8].try_into().unwrap()));
        std::ops::ControlFlow::Continue(())
    };
    store.all_records(each).unwrap();
    numbers.sort_unstable();
    numbers
}

fn id(home: &Path) -> MachineId {
    std::fs::read_to_string(home.join("config").join(ID_FILE)).unwrap().trim().parse().unwrap()
}

#[test]
fn a_clone_becomes_a_machine_of_its_own() {
    for n_before in [0, 7] {
        let folder = tempfile::tempdir().unwrap();
        let homes = [folder.path().join("original"), folder.path().join("clone")];
        let fake = machine::fake();
        find(&fake, &homes[0], 0..n_before);
        if n_before > 0 {
            push(&fake, &homes[0]);
        }
        copy_dir(&homes[0], &homes[1]);
        assert_eq!(id(&homes[0]), id(&homes[1]));
        for round in 0..4 {
            for (home, first) in homes.iter().zip([100, 200]) {
                find(&fake, home, [first + round]);
                push(&fake, home);
            }
        }
        assert_ne!(id(&homes[0]), id(&homes[1]), "one of them has a new id");
        let ids = [id(&homes[0]), id(&homes[1])];
        homes.iter().for_each(|home| drop(pull(&fake, home)));
        let all: Vec<u64> = (0..n_before).chain(100..104).chain(200..204).collect();
        homes.iter().for_each(|home| assert_eq!(numbers(home), all, "{}", home.display()));
        let mut other = Machine::new(&fake, "other");
        other.pull();
        assert_eq!(other.numbers(), all);

        // From now on each has its own, and nothing moves that is not new.
        homes.iter().for_each(|home| drop(push(&fake, home)));
        let commits = fake.gists().n_commits(&gist_id(&fake));
        for home in &homes {
            assert_eq!(push(&fake, home).files, []);
            assert_eq!(pull(&fake, home).restored, 0);
        }
        assert_eq!(fake.gists().n_commits(&gist_id(&fake)), commits);
        assert_eq!([id(&homes[0]), id(&homes[1])], ids);
    }
}

#[test]
fn a_reset_database_takes_over_what_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let fake = machine::fake();
    find(&fake, home, 0..7);
    push(&fake, home);
    assert!(reset(&place(home), UtcMillis(0)).unwrap().database.is_some());
    assert_eq!(numbers(home), [0; 0]);
    find(&fake, home, 5..9);
    let before = id(home);
    assert_eq!(push(&fake, home).restored, 5);
    assert_eq!((numbers(home), id(home)), ((0..9).collect(), before));
    let mut other = Machine::new(&fake, "other");
    other.pull();
    assert_eq!(other.numbers(), (0..9).collect::<Vec<_>>());
}

#[test]
fn two_runs_of_one_machine_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let fake = machine::fake();
    find(&fake, folder.path(), 0..7);
    // Somebody was killed while holding the lock: its name is in the file, and the lock is not held.
    let mut lock = File::create(folder.path().join("data").join("sync.lock")).unwrap();
    lock.write_all(b"4194303 ccu gist sync\n").unwrap();
    drop(lock);
    let (n_inside, home, shared) = (&AtomicUsize::new(0), folder.path(), &fake);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                let work = |session: &mut Session<'_>| {
                    assert_eq!(n_inside.fetch_add(1, Ordering::SeqCst), 0, "nobody else is syncing");
                    let pushed = session.push(PushOptions::default());
                    n_inside.fetch_sub(1, Ordering::SeqCst);
                    pushed
                };
                sync(shared, home, work).unwrap();
            });
        }
    });
    let commits = fake.gists().n_commits(&gist_id(&fake));
    assert_eq!(commits, 2, "the Gist is made, and written once");
    assert!(fake.log().requests().iter().all(|request| request.status != Some(409)));
}
