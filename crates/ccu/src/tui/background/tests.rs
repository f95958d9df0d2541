//! Jobs in the background: on a fresh home, against a GitHub of our own on loopback.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use ccu_core::time::UtcMillis;
use ccu_engine::atomic_file::{self, Access};
use ccu_engine::env::Environment;
use ccu_engine::hidden::Hidden;
use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub};
use ccu_testkit::transcript::Line;
use jiff::tz::TimeZone;

use super::*;
use crate::commands::gist::known;
use crate::tui::event::{SyncDone, SyncTrouble};

/// Nothing takes longer, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is around a process whose home is here.
pub fn surroundings_at(home: &Path) -> Surroundings {
    Surroundings {
        environment: Environment {
            home_dir: Some(home.to_owned()),
            ccu_config_dir: Some(home.join("config").into()),
            ccu_data_dir: Some(home.join("data").into()),
            claude_config_dir: Some(home.join("claude").into()),
            ..Environment::default()
        },
        host_name: "host".into(),
        now: UtcMillis(1_795_357_920_000),
        clock: || UtcMillis(1_795_357_920_000),
        system_zone: TimeZone::UTC,
        terminal: Terminal { has_stdin: true, has_stdout: true, has_stderr: true, width: Some(80) },
        is_demo: false,
    }
}

/// A home with so many responses in its transcripts.
fn home(n_responses: usize) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("claude/projects/-home-alice-app");
    fs::create_dir_all(&project).unwrap();
    let lines = (0..n_responses).map(|number| {
        let id = format!("{}-{number}", home.path().display());
        let line = Line::assistant().message_id(&format!("msg_01{number}")).uuid(&id).session("s");
        format!("{}\n", line.time("2026-08-01T10:00:00.000Z").tokens([10, 20, 0, 0, 0]))
    });
    let text: String = lines.collect();
    atomic_file::write(&project.join("a.jsonl"), text.as_bytes(), Access::Unchanged).unwrap();
    home
}

/// The same, where sync is set up.
fn synced(home: &Path, fake: &FakeGitHub) -> Surroundings {
    let mut surroundings = surroundings_at(home);
    surroundings.environment.ccu_github_api_url = Some(Hidden::new(fake.url()));
    surroundings.environment.github_gist_token = Some(Hidden::new(DEFAULT_TOKEN));
    surroundings
}

/// Does a job, and gives all that is told of it.
fn told(surroundings: &Surroundings, job: Job) -> Vec<Event> {
    let (events, incoming) = channel();
    let background = Background::begin(surroundings.clone(), events);
    background.begin_job(job);
    until_end(&incoming)
}

fn until_end(incoming: &Receiver<Event>) -> Vec<Event> {
    let mut told = Vec::new();
    loop {
        let event = incoming.recv_timeout(PATIENCE).unwrap();
        let is_end = matches!(event, Event::Read(_) | Event::Synced(_) | Event::Configured(_));
        told.push(event);
        if is_end {
            return told;
        }
    }
}

fn sync(surroundings: &Surroundings, kind: SyncKind) -> Result<SyncDone, SyncTrouble> {
    match told(surroundings, Job::Sync(kind)).pop() {
        Some(Event::Synced(result)) => result,
        other => panic!("{other:?}"),
    }
}

#[test]
fn transcripts_are_read() {
    let home = home(3);
    let read = || match told(&surroundings_at(home.path()), Job::Read).pop() {
        Some(Event::Read(Ok(done))) => done,
        other => panic!("{other:?}"),
    };
    assert_eq!(read(), ReadDone { n_changed: 3, has_source: true });
    assert_eq!(read(), ReadDone { n_changed: 0, has_source: true });
    fs::remove_dir_all(home.path().join("claude/projects")).unwrap();
    assert_eq!(read(), ReadDone { n_changed: 0, has_source: true }, "records outlive their transcripts");
}

#[test]
fn a_home_without_transcripts_is_told() {
    let home = tempfile::tempdir().unwrap();
    let told = told(&surroundings_at(home.path()), Job::Read);
    let expected = ReadDone { n_changed: 0, has_source: false };
    assert!(matches!(told.last(), Some(Event::Read(Ok(done))) if *done == expected), "{told:?}");
}

#[test]
fn records_go_from_machine_to_machine() {
    let fake = FakeGitHub::start();
    let (desk, laptop) = (home(3), home(2));
    let (desk, laptop) = (synced(desk.path(), &fake), synced(laptop.path(), &fake));
    let pushed = sync(&desk, SyncKind::Both).unwrap();
    assert!(pushed.sentence.starts_with("Nothing new in the Gist. Pushed 3 records ("), "{}", pushed.sentence);
    assert!(pushed.sentence.contains("Note: made the Gist "), "{}", pushed.sentence);
    assert!(pushed.has_new && pushed.failures.is_empty());
    let pulled = sync(&laptop, SyncKind::Pull).unwrap();
    assert_eq!((pulled.sentence.as_str(), pulled.has_new), ("Pulled 3 new records from host.", true));
    let again = sync(&laptop, SyncKind::Pull).unwrap();
    assert_eq!((again.sentence.as_str(), again.has_new), ("Nothing new in the Gist.", false));
    let pushed = sync(&laptop, SyncKind::Push).unwrap();
    assert!(pushed.sentence.starts_with("Pushed 2 records ("), "{}", pushed.sentence);
    assert_eq!(fake.gists().ids().len(), 1);
}

#[test]
fn what_a_sync_left_is_known_without_asking() {
    let fake = FakeGitHub::start();
    let home = home(3);
    let surroundings = synced(home.path(), &fake);
    let known = || known::remembered(&Opened::of(&surroundings).unwrap().ledger, &surroundings).unwrap();
    let before = known();
    assert_eq!((before.status.gist.clone(), before.machine_names().count(), before.status.last_push), (None, 0, None));
    sync(&surroundings, SyncKind::Push).unwrap();
    let n_requests = fake.log().len();
    let after = known();
    assert_eq!((after.machine_names().collect::<Vec<_>>(), after.status.unsent), (vec!["host"], 0));
    assert_eq!(after.status.gist.as_ref().map(|gist| gist.id.clone()), fake.gists().ids().first().cloned());
    assert!(after.status.last_push.is_some() && after.token.is_ok());
    assert_eq!(fake.log().len(), n_requests);
}

#[test]
fn without_a_token_nobody_tries_again() {
    let home = home(1);
    let mut surroundings = synced(home.path(), &FakeGitHub::start());
    surroundings.environment.github_gist_token = None;
    let failed = sync(&surroundings, SyncKind::Both).unwrap_err();
    assert!(failed.trouble.message.starts_with("GitHub token not configured"), "{}", failed.trouble.message);
    assert!(failed.trouble.hints.iter().any(|hint| hint.contains("ccu gist setup")), "{:?}", failed.trouble.hints);
    assert_eq!((failed.not_before, failed.can_retry), (None, false));
}

#[test]
fn a_gist_that_is_not_there_is_for_the_user_to_make() {
    let home = home(1);
    let failed = sync(&synced(home.path(), &FakeGitHub::start()), SyncKind::Pull).unwrap_err();
    assert_eq!(failed.trouble.message, "this GitHub account has no Gist of ccu yet");
    assert!(!failed.can_retry && failed.not_before.is_none());
}

#[test]
fn a_network_that_is_gone_may_come_back() {
    let home = home(1);
    let mut surroundings = synced(home.path(), &FakeGitHub::start());
    // Nobody listens on this port: it is that of a server that has ended.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    surroundings.environment.ccu_github_api_url = Some(Hidden::new(format!("http://{closed}")));
    let failed = sync(&surroundings, SyncKind::Both).unwrap_err();
    assert!(failed.trouble.message.contains("cannot reach"), "{}", failed.trouble.message);
    assert!(failed.can_retry);
}

#[test]
fn a_setting_is_changed() {
    let home = tempfile::tempdir().unwrap();
    let job = |value: &str| Job::Configure {
        key: "sync.interval".to_owned(),
        value: Some(value.to_owned()),
        has_color: false,
    };
    let surroundings = surroundings_at(home.path());
    let good = told(&surroundings, job("30"));
    assert!(matches!(good.last(), Some(Event::Configured(Ok(done))) if done.settings.sync_minutes == 30), "{good:?}");
    let bad = told(&surroundings, job("soon"));
    let expected = "`sync.interval` is `soon`; expected whole minutes, 1 to 10080";
    assert!(matches!(bad.last(), Some(Event::Configured(Err(trouble))) if trouble.message == expected), "{bad:?}");
}

#[test]
fn the_end_does_not_wait_for_long() {
    let home = home(1);
    let (events, incoming) = channel();
    let background = Background::begin(surroundings_at(home.path()), events);
    background.begin_job(Job::Read);
    let _ = until_end(&incoming);
    let began = Instant::now();
    drop(background);
    assert!(began.elapsed() < FAREWELL, "threads without work end at once");
    assert!(incoming.recv().is_err(), "no thread is left that could tell anything");
}
