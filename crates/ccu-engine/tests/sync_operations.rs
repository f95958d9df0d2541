//! What is built on push and pull, against the stand-in for GitHub: status, verify, backups, and what users say of machines.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ccu_core::ids::{MachineId, RecordKey};
use ccu_core::layout::{SIZES, Sizes};
use ccu_core::pricing::PriceTable;
use ccu_core::record::{Origin, Strand, TokenCounts, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_core::wire::manifest::{Directive, Manifest};
use ccu_core::wire::privacy::ProjectPrivacy;
use ccu_engine::auth::token::Token;
use ccu_engine::config::ApiUrl;
use ccu_engine::gist::github::{GitHub, GitHubOptions};
use ccu_engine::sync::{
    Clock, Codec, DESCRIPTION, Key, NoWatch, PushOptions, Session, SyncError, SyncSettings, Verified,
};
use ccu_store::Store;
use ccu_testkit::fake_github::{
    Action, Corruption, DEFAULT_LOGIN, DEFAULT_TOKEN, FakeGitHub, Fault, Hook, Options, Seed,
};

/// 2026-11-22, noon.
const START: i64 = 1_795_348_800_000;
const DAY: i64 = 86_400_000;
/// Small, so that a few records seal and merge.
const SMALL: Sizes = [4, 12, 48];
const MANIFEST: &str = "manifest.json";

/// Hours pass at once.
struct TestClock(UtcMillis);

impl Clock for TestClock {
    fn now(&self) -> UtcMillis {
        self.0
    }

    fn wait(&self, _time: Duration) -> Result<(), SyncError> {
        Ok(())
    }

    fn jitter(&self, most: Duration) -> Duration {
        most / 2
    }
}

struct Computer {
    store: Store,
    settings: SyncSettings,
    day: i64,
}

fn store(settings: &SyncSettings) -> Store {
    Store::open(Path::new(":memory:"), settings.machine, &settings.machine_name).unwrap()
}

impl Computer {
    fn new(nth: u8, name: &str) -> Computer {
        let settings = SyncSettings {
            machine: MachineId([nth; 16]),
            machine_name: name.to_owned(),
            token_fingerprint: "t".into(),
            projects: ProjectPrivacy::Name,
            codec: Codec::default(),
            segment_sizes: SMALL,
            prices: PriceTable::embedded().unwrap(),
        };
        Computer { store: store(&settings), settings, day: 0 }
    }

    fn with<T>(&mut self, fake: &FakeGitHub, work: impl FnOnce(&mut Session<'_>) -> T) -> T {
        let mut options = GitHubOptions::new(|| UtcMillis(START));
        options.api_url = ApiUrl::parse(fake.url()).unwrap();
        let github = GitHub::new(Token::new(DEFAULT_TOKEN).unwrap(), options, Arc::new(|| false)).unwrap();
        let clock = TestClock(UtcMillis(START + self.day * DAY));
        let (store, settings) = (&mut self.store, &self.settings);
        work(&mut Session { remote: &github, store, clock: &clock, watch: &NoWatch, settings })
    }

    /// Sees responses with these numbers.
    fn find(&mut self, numbers: std::ops::Range<u64>) {
        let strand = Strand {
            session: "s".into(),
            model: "claude-opus-4-5".into(),
            project: "/home/ann/harbour".into(),
            ..Strand::default()
        };
        let strand = Arc::new(strand);
        let records: Vec<UsageRecord> = numbers
            .map(|number| {
                let mut key = [0; 16];
                key[..8].copy_from_slice(&number.to_be_bytes());
                UsageRecord {
                    key: RecordKey(key),
                    uuid: None,
                    time: Some(UtcMillis(START + number as i64 * 1_000)),
                    machine: self.settings.machine,
                    strand: strand.clone(),
                    tokens: TokenCounts { input: 10, output: number, ..TokenCounts::default() },
                    web_searches: 0,
                    is_complete: true,
                    origin: Origin::Transcript,
                    legacy_until: None,
                }
            })
            .collect();
        let mut writing = self.store.begin().unwrap();
        writing.insert_batch(&records).unwrap();
        writing.commit().unwrap();
    }

    fn push(&mut self, fake: &FakeGitHub) -> Result<ccu_engine::sync::Pushed, SyncError> {
        self.with(fake, |session| session.push(PushOptions::default()))
    }

    fn pull(&mut self, fake: &FakeGitHub) {
        let pulled = self.with(fake, |session| session.pull(&[])).unwrap();
        assert!(pulled.errors.is_empty(), "{:?}", pulled.errors);
    }

    fn lose_database(&mut self) {
        self.store = store(&self.settings);
    }

    /// The numbers of the responses that it knows.
    fn numbers(&self) -> Vec<u64> {
        let mut numbers = Vec::new();
        self.store
            .all_records(&mut |numbered| {
                numbers.push(numbered.record.tokens.output);
                ControlFlow::Continue(())
            })
            .unwrap();
        numbers.sort_unstable();
        numbers
    }

    /// The machines in its database, and what they are shown as.
    fn machines(&self) -> Vec<(String, String)> {
        let machines = self.store.machines().unwrap();
        let names: BTreeMap<_, _> = machines.iter().map(|machine| (machine.id, machine.name.clone())).collect();
        machines.iter().map(|machine| (machine.name.clone(), names[&machine.shown_as].clone())).collect()
    }

    /// The machines in the Gist: name, records, merged into.
    fn listed(&mut self, fake: &FakeGitHub) -> Vec<(String, u64, Option<String>)> {
        let machines = self.with(fake, |session| session.machine_list()).unwrap();
        machines.into_iter().map(|machine| (machine.name, machine.records, machine.merged_into)).collect()
    }
}

fn gist(fake: &FakeGitHub) -> String {
    fake.gists().ids().remove(0)
}

fn names(fake: &FakeGitHub, part: &str) -> Vec<String> {
    fake.gists().files(&gist(fake)).into_keys().filter(|name| name.contains(part)).collect()
}

fn backups(fake: &FakeGitHub) -> Vec<String> {
    let days = |name: String| name.rsplit_once("_backup_").map(|(_, day)| day.replace(".json", "")).unwrap();
    names(fake, "_backup_").into_iter().map(days).collect()
}

fn change(fake: &FakeGitHub, file: &str, from: &str, to: &str) {
    let id = gist(fake);
    let text = fake.gists().file(&id, file).unwrap();
    assert!(text.contains(from), "{text}");
    fake.gists().edit(&id, file, &text.replacen(from, to, 1));
}

fn set_retention(fake: &FakeGitHub, days: u32) {
    let before = retention(fake);
    change(
        fake,
        MANIFEST,
        &format!("\"backup_retention_days\": {before}"),
        &format!("\"backup_retention_days\": {days}"),
    );
}

fn retention(fake: &FakeGitHub) -> u32 {
    Manifest::parse(&fake.gists().file(&gist(fake), MANIFEST).unwrap()).unwrap().retention_days()
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", told(source)),
        None => error.to_string(),
    }
}

#[test]
fn backups_are_made_once_a_day_and_go_after_their_days() {
    let fake = FakeGitHub::start();
    let mut a = Computer::new(1, "a");
    let mut next = 0;
    let mut push_on = |day: i64| {
        a.day = day;
        a.find(next..next + 2);
        next += 2;
        a.push(&fake).unwrap();
        (backups(&fake), retention(&fake))
    };
    let day = |day: &str| day.to_owned();
    assert_eq!(push_on(0), (vec![], 30));
    assert_eq!(push_on(1), (vec![day("20261123")], 30));
    let made = fake.gists().file(&gist(&fake), "usage_data_a_backup_20261123.json");
    assert_eq!(push_on(1), (vec![day("20261123")], 30));
    assert_eq!(
        fake.gists().file(&gist(&fake), "usage_data_a_backup_20261123.json"),
        made,
        "it is of before the first push"
    );
    set_retention(&fake, 1);
    assert_eq!(push_on(2), (vec![day("20261123"), day("20261124")], 1));
    assert_eq!(push_on(3), (vec![day("20261124"), day("20261125")], 1));
    set_retention(&fake, 60);
    assert_eq!(push_on(40), (vec![day("20261124"), day("20261125"), day("20270101")], 60));
    set_retention(&fake, 0);
    assert_eq!(push_on(41), (vec![day("20261124"), day("20261125"), day("20270101")], 0));

    // Asked for, one is made all the same, of what stands now.
    let made = a.with(&fake, |session| session.create_backup()).unwrap();
    assert_eq!(made.as_deref(), Some("usage_data_a_backup_20270102.json"));
    let n_commits = fake.gists().n_commits(&gist(&fake));
    assert_eq!(a.with(&fake, |session| session.create_backup()).unwrap(), made);
    assert_eq!(fake.gists().n_commits(&gist(&fake)), n_commits, "there is one of today already");
    let files = fake.gists().files(&gist(&fake));
    assert_eq!(files["usage_data_a_backup_20270102.json"], files["usage_data_a.json"]);
    let listed = a.with(&fake, |session| session.backups()).unwrap();
    let listed: Vec<_> = listed.iter().map(|backup| (&*backup.day, &*backup.machine_name, backup.records)).collect();
    let expected =
        [("2027-01-02", Some(14)), ("2027-01-01", Some(10)), ("2026-11-25", Some(8)), ("2026-11-24", Some(6))];
    assert_eq!(listed, expected.map(|(day, records)| (day, "a", records)));
    let verified = a.with(&fake, |session| session.verify()).unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
    assert_eq!(retention(&fake), 0);
}

#[test]
fn a_backup_of_nothing_is_none() {
    let fake = FakeGitHub::start();
    let mut a = Computer::new(1, "a");
    assert_eq!(a.with(&fake, |session| session.create_backup()).unwrap(), None);
    let mut b = Computer::new(2, "b");
    b.find(0..1);
    b.push(&fake).unwrap();
    assert_eq!(a.with(&fake, |session| session.create_backup()).unwrap(), None);
}

#[test]
fn a_day_comes_back_though_its_segments_were_merged() {
    let fake = FakeGitHub::start();
    let (mut a, mut b) = (Computer::new(1, "a"), Computer::new(2, "b"));
    a.find(0..10);
    a.push(&fake).unwrap();
    a.day = 1;
    a.find(10..13);
    a.push(&fake).unwrap();
    assert_eq!(names(&fake, "_s0_"), [""; 0], "the segments that the backup names were merged");

    let restored = b.with(&fake, |session| session.restore_backup("2026-11-23", Some("A"), None)).unwrap();
    assert_eq!((restored.inserted.new, restored.missing.len()), (10, 0), "{:?}", restored.missing);
    assert_eq!(restored.file, "usage_data_a_backup_20261123.json");
    assert_eq!(b.numbers(), Vec::from_iter(0..10), "and nothing that came later");
    assert_eq!(b.store.count_own(0).unwrap(), 0, "they are the other machine's");

    // A merged segment that is gone takes with it what the backup had.
    let mut c = Computer::new(3, "c");
    fake.gists().remove_file(&gist(&fake), &names(&fake, "_s1_")[0]);
    let restored = c.with(&fake, |session| session.restore_backup("20261123", Some("a"), None)).unwrap();
    assert_eq!((restored.inserted.new, restored.missing.len()), (2, 2));
    assert_eq!(c.numbers(), [8, 9]);

    let unknown = c.with(&fake, |session| session.restore_backup("2026-11-22", Some("a"), None)).unwrap_err();
    assert!(matches!(&unknown, SyncError::NoBackup { known, .. } if known == &["2026-11-23"]), "{unknown:?}");
    let unknown = c.with(&fake, |session| session.restore_backup("2026-11-23", None, None)).unwrap_err();
    assert!(matches!(&unknown, SyncError::NoBackup { known, .. } if known.is_empty()), "{unknown:?}");
    let unknown = c.with(&fake, |session| session.restore_backup("2026-11-23", Some("d"), None)).unwrap_err();
    assert!(matches!(&unknown, SyncError::UnknownMachine { known, .. } if known == &["a"]), "{unknown:?}");
}

#[test]
fn what_the_gist_and_the_machine_lost_comes_back_from_a_backup() {
    let fake = FakeGitHub::start();
    let (mut a, mut b) = (Computer::new(1, "a"), Computer::new(2, "b"));
    a.settings.segment_sizes = SIZES;
    a.find(0..10);
    a.push(&fake).unwrap();
    a.day = 1;
    a.find(10..13);
    a.push(&fake).unwrap();
    a.lose_database();
    fake.gists().remove_file(&gist(&fake), "usage_data_a.json");
    a.find(20..21);

    let restored = a.with(&fake, |session| session.restore_backup("2026-11-23", None, None)).unwrap();
    assert_eq!((restored.inserted.new, restored.missing.len()), (10, 0));
    let again = a.with(&fake, |session| session.restore_backup("2026-11-23", None, None)).unwrap();
    assert_eq!((again.inserted.new, again.inserted.duplicate), (0, 10));
    assert_eq!(a.push(&fake).unwrap().exported, 11);
    b.pull(&fake);
    assert_eq!(b.numbers(), Vec::from_iter((0..10).chain(20..21)));
}

#[test]
fn a_revision_comes_back() {
    let fake = FakeGitHub::start();
    let (mut a, mut b, mut c) = (Computer::new(1, "a"), Computer::new(2, "b"), Computer::new(3, "c"));
    a.find(0..10);
    a.push(&fake).unwrap();
    b.find(100..102);
    b.push(&fake).unwrap();
    let id = gist(&fake);
    let revision = fake.gists().revisions(&id)[0].version.clone();
    for name in fake.gists().files(&id).into_keys().filter(|name| name != MANIFEST) {
        fake.gists().remove_file(&id, &name);
    }
    a.lose_database();

    let only_b = c.with(&fake, |session| session.restore_backup("", Some("b"), Some(&revision))).unwrap();
    assert_eq!((only_b.inserted.new, only_b.missing.len(), c.numbers()), (2, 0, vec![100, 101]));
    let all = a.with(&fake, |session| session.restore_backup("", None, Some(&revision))).unwrap();
    assert_eq!((all.inserted.new, all.missing.len(), all.file), (12, 0, revision));
    assert_eq!(a.store.count_own(0).unwrap(), 10);
    a.push(&fake).unwrap();
    c.pull(&fake);
    assert_eq!(c.numbers(), Vec::from_iter((0..10).chain(100..102)));
    let wrong = "0".repeat(40);
    let unknown = a.with(&fake, |session| session.restore_backup("", None, Some(&wrong))).unwrap_err();
    assert_eq!(told(&unknown), "cannot read a revision of the Gist: not found");
}

#[test]
fn a_backup_that_was_deleted_comes_back_from_a_revision() {
    let fake = FakeGitHub::start();
    let (mut a, mut b) = (Computer::new(1, "a"), Computer::new(2, "b"));
    a.find(0..3);
    a.push(&fake).unwrap();
    a.day = 1;
    a.find(3..4);
    a.push(&fake).unwrap();
    let id = gist(&fake);
    let revision = fake.gists().revisions(&id)[0].version.clone();
    fake.gists().remove_file(&id, "usage_data_a_backup_20261123.json");
    let gone = b.with(&fake, |session| session.restore_backup("2026-11-23", Some("a"), None)).unwrap_err();
    assert!(matches!(gone, SyncError::NoBackup { .. }), "{gone:?}");
    b.with(&fake, |session| session.restore_backup("2026-11-23", Some("a"), Some(&revision))).unwrap();
    assert_eq!(b.numbers(), [0, 1, 2]);
}

/// Three machines that have pushed, of which the second has pulled.
fn three(fake: &FakeGitHub) -> [Computer; 3] {
    let mut computers = [Computer::new(0xa1, "alpha"), Computer::new(0xb2, "beta"), Computer::new(0xc3, "gamma")];
    for (computer, first) in computers.iter_mut().zip([0, 100, 200]) {
        computer.find(first..first + 5);
        computer.push(fake).unwrap();
    }
    computers[1].pull(fake);
    computers
}

#[test]
fn names_and_mergers_reach_other_machines() {
    let fake = FakeGitHub::start();
    let [mut a, mut b, _] = three(&fake);
    a.with(&fake, |session| session.rename_machine("GAMMA", "cellar")).unwrap();
    a.with(&fake, |session| session.merge_machines("c3c3", "beta")).unwrap();
    let pair = |name: &str, shown: &str| (name.to_owned(), shown.to_owned());
    assert_eq!(b.machines(), [pair("alpha", "alpha"), pair("beta", "beta"), pair("gamma", "gamma")]);
    b.pull(&fake);
    assert_eq!(b.machines(), [pair("alpha", "alpha"), pair("beta", "beta"), pair("cellar", "beta")]);
    a.pull(&fake);
    assert_eq!(a.machines(), b.machines(), "what was said before the records came holds for them too");
    let listed = |name: &str, into: Option<&str>| (name.to_owned(), 5, into.map(str::to_owned));
    assert_eq!(b.listed(&fake), [listed("alpha", None), listed("beta", None), listed("cellar", Some("beta"))]);

    for (from, into) in [("beta", "cellar"), ("alpha", "Alpha")] {
        let error = b.with(&fake, |session| session.merge_machines(from, into)).unwrap_err();
        assert!(matches!(error, SyncError::MergesInCircle { .. }), "{from} {into}: {error:?}");
    }
    let error = b.with(&fake, |session| session.rename_machine("gamma", "attic")).unwrap_err();
    assert!(
        matches!(&error, SyncError::UnknownMachine { known, .. } if known == &["alpha", "beta", "cellar"]),
        "{error:?}"
    );
    let n_commits = fake.gists().n_commits(&gist(&fake));
    b.with(&fake, |session| session.rename_machine("cellar", "cellar")).unwrap();
    assert_eq!(fake.gists().n_commits(&gist(&fake)), n_commits, "nothing new is said");
}

#[test]
fn of_two_things_said_at_once_none_is_lost() {
    let fake = FakeGitHub::start();
    let [mut a, mut b, _] = three(&fake);
    let beta = b.settings.machine;
    // Just before A's write, another machine says something else of `beta`, and something of `alpha`.
    let alpha = a.settings.machine;
    let hook = Hook::new(move |gists| {
        let id = gists.ids().remove(0);
        let mut manifest = Manifest::parse(&gists.file(&id, MANIFEST).unwrap()).unwrap();
        manifest.set_directive(Directive { merged_into: Some(alpha), ..Directive::next(None, beta) });
        manifest.set_directive(Directive { name: Some("first".into()), ..Directive::next(None, alpha) });
        gists.edit(&id, MANIFEST, &manifest.to_text());
    });
    fake.faults().order(Fault::new(Action::Run(hook)).on_patch());
    a.with(&fake, |session| session.rename_machine("beta", "second")).unwrap();
    // The answer to the next one gets lost.
    fake.faults().order(Fault::new(Action::DropAfter).on_patch());
    a.with(&fake, |session| session.rename_machine("gamma", "third")).unwrap();
    let manifest = Manifest::parse(&fake.gists().file(&gist(&fake), MANIFEST).unwrap()).unwrap();
    let said = |id| manifest.directive(id).map(|said| (said.name.as_deref(), said.merged_into)).unwrap();
    assert_eq!(said(beta), (Some("second"), Some(alpha)));
    assert_eq!(said(alpha), (Some("first"), None));
    assert_eq!(said(MachineId([0xc3; 16])), (Some("third"), None));
    b.pull(&fake);
}

#[test]
fn what_a_lost_answer_replaced_is_put_back() {
    let fake = FakeGitHub::start();
    let [mut a, ..] = three(&fake);
    let alpha = a.settings.machine;
    let hook = Hook::new(move |gists| {
        let id = gists.ids().remove(0);
        let mut manifest = Manifest::parse(&gists.file(&id, MANIFEST).unwrap()).unwrap();
        manifest.set_directive(Directive { name: Some("first".into()), ..Directive::next(None, alpha) });
        gists.edit(&id, MANIFEST, &manifest.to_text());
    });
    fake.faults().order(Fault::new(Action::Run(hook)).on_patch());
    fake.faults().order(Fault::new(Action::DropAfter).on_patch());
    a.with(&fake, |session| session.rename_machine("gamma", "third")).unwrap();
    let manifest = Manifest::parse(&fake.gists().file(&gist(&fake), MANIFEST).unwrap()).unwrap();
    assert_eq!(manifest.directive(alpha).and_then(|said| said.name.as_deref()), Some("first"));
    assert_eq!(manifest.directive(MachineId([0xc3; 16])).and_then(|said| said.name.as_deref()), Some("third"));
}

#[test]
fn names_are_sealed_where_heads_are() {
    let fake = FakeGitHub::start();
    let codec = Codec { key: Some(Key::generate()), encrypts: true };
    let (mut a, mut b) = (Computer::new(1, "alpha"), Computer::new(2, "beta"));
    for computer in [&mut a, &mut b] {
        computer.settings.codec = codec.clone();
        computer.find(0..2);
        computer.push(&fake).unwrap();
    }
    a.with(&fake, |session| session.rename_machine("beta", "cellar")).unwrap();
    let texts = fake.gists().files(&gist(&fake));
    assert!(
        texts.values().all(|text| !["alpha", "beta", "cellar"].iter().any(|name| text.contains(name))),
        "{texts:?}"
    );
    let names = |computer: &mut Computer| computer.listed(&fake).into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    assert_eq!(names(&mut a), ["alpha", "cellar"]);
    assert_eq!(names(&mut b), ["alpha", "beta"], "a machine itself is called as its configuration says");
    a.pull(&fake);
    assert_eq!(a.machines().into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["alpha", "cellar"]);
    let pulled = b.with(&fake, |session| session.pull(&["Alpha".to_owned()])).unwrap();
    assert!(pulled.errors.is_empty(), "{:?}", pulled.errors);
}

#[test]
fn a_forgotten_machine_is_gone_and_learns_it() {
    let fake = FakeGitHub::start();
    let [mut a, mut b, mut c] = three(&fake);
    for day in 1..=9 {
        c.day = day;
        c.find(200 + day as u64 * 5..205 + day as u64 * 5);
        c.push(&fake).unwrap();
    }
    // The others have backups too.
    for (computer, number) in [(&mut a, 50), (&mut b, 150)] {
        computer.day = 1;
        computer.find(number..number + 1);
        computer.push(&fake).unwrap();
    }
    a.day = 0;
    let id = gist(&fake);
    let others = |files: BTreeMap<String, String>| -> BTreeMap<String, String> {
        files.into_iter().filter(|(name, _)| !name.contains("gamma") && name != MANIFEST).collect()
    };
    let before = fake.gists().files(&id);
    let its: Vec<String> = before.keys().filter(|name| name.contains("gamma")).cloned().collect();
    assert!(its.len() > 10, "more than fit into one request: {its:?}");

    // Just before the write another machine writes the manifest, with the entry that goes.
    let hook = Hook::new(|gists| {
        let id = gists.ids().remove(0);
        let mut manifest = Manifest::parse(&gists.file(&id, MANIFEST).unwrap()).unwrap();
        manifest.set_last_updated(UtcMillis(START + 30 * DAY));
        gists.edit(&id, MANIFEST, &manifest.to_text());
    });
    fake.faults().order(Fault::new(Action::Run(hook)).on_patch());
    let forgot = a.with(&fake, |session| session.forget_machine("Gamma", false)).unwrap();
    assert_eq!((forgot.files_removed, forgot.was_this_machine), (its, false));
    let after = fake.gists().files(&id);
    assert_eq!(others(after), others(before), "nothing of anybody else is touched");
    assert_eq!(names(&fake, "gamma"), [""; 0]);
    b.pull(&fake);
    assert_eq!(b.listed(&fake).len(), 2);
    assert!(b.numbers().contains(&200), "its records stay where they are");
    c.find(900..901);
    let refused = c.push(&fake).unwrap_err();
    assert!(matches!(refused, SyncError::Forgotten { at: Some(UtcMillis(START)) }), "{refused:?}");
    assert_eq!(names(&fake, "gamma"), [""; 0]);
    let verified = b.with(&fake, |session| session.verify()).unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);

    let forgot = a.with(&fake, |session| session.forget_machine("alpha", false)).unwrap();
    assert!(forgot.was_this_machine);
    assert!(matches!(a.push(&fake), Err(SyncError::Forgotten { .. })));
}

#[test]
fn what_only_a_forgotten_machine_had_comes_in_first() {
    let fake = FakeGitHub::start();
    let [mut a, _, mut c] = three(&fake);
    for day in 1..=3 {
        c.day = day;
        c.find(200 + day as u64 * 5..205 + day as u64 * 5);
        c.push(&fake).unwrap();
    }
    assert!(!a.numbers().contains(&200));
    a.with(&fake, |session| session.forget_machine("gamma", false)).unwrap();
    assert_eq!(a.numbers(), (0..5).chain(200..220).collect::<Vec<_>>());
    assert_eq!(names(&fake, "gamma"), [""; 0]);
}

#[test]
fn a_machine_that_cannot_be_read_is_forgotten_at_the_users_word_only() {
    let fake = FakeGitHub::start();
    let [mut a, _, mut c] = three(&fake);
    c.find(205..230);
    c.push(&fake).unwrap();
    let segment = names(&fake, "gamma").into_iter().find(|name| name.contains("_s")).unwrap();
    fake.gists().edit(&gist(&fake), &segment, "{}");
    let before = fake.gists().files(&gist(&fake));
    let error = a.with(&fake, |session| session.forget_machine("gamma", false)).unwrap_err();
    assert!(matches!(&error, SyncError::Unread { machine, .. } if machine == "gamma"), "{error:?}");
    assert_eq!(fake.gists().files(&gist(&fake)), before);
    a.with(&fake, |session| session.forget_machine("gamma", true)).unwrap();
    assert_eq!(names(&fake, "gamma"), [""; 0]);
}

#[test]
fn what_could_be_read_goes_when_a_machine_begins_to_encrypt() {
    let fake = FakeGitHub::start();
    let mut a = Computer::new(0xa1, "alpha");
    for day in 0..3 {
        a.day = day;
        a.find(day as u64 * 9..day as u64 * 9 + 9);
        a.push(&fake).unwrap();
    }
    assert_eq!(backups(&fake).len(), 2);
    // Without anything new, and without being told to send everything anew.
    a.settings.codec = Codec { key: Some(Key::generate()), encrypts: true };
    a.push(&fake).unwrap();
    for (name, text) in fake.gists().files(&gist(&fake)) {
        for word in ["alpha", "session_id", "harbour", "claude-opus"] {
            assert!(!text.contains(word) && !name.contains(word), "{name} shows `{word}`: {text}");
        }
    }
    let mut other = Computer::new(0xb2, "beta");
    other.settings.codec = a.settings.codec.clone();
    other.pull(&fake);
    assert_eq!(other.numbers(), a.numbers());
    let pushed = a.push(&fake).unwrap();
    assert!(pushed.files.is_empty() && pushed.removed.is_empty(), "{pushed:?}");
    let verified = other.with(&fake, |session| session.verify()).unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
}

#[test]
fn what_may_no_longer_leave_the_machine_leaves_the_gist_too() {
    let fake = FakeGitHub::start();
    let mut a = Computer::new(0xa1, "alpha");
    a.settings.projects = ProjectPrivacy::Full;
    a.find(0..9);
    a.push(&fake).unwrap();
    let is_told = |fake: &FakeGitHub| fake.gists().files(&gist(fake)).values().any(|text| text.contains("/home/ann"));
    assert!(is_told(&fake));
    a.day = 1;
    a.settings.projects = ProjectPrivacy::None;
    a.push(&fake).unwrap();
    assert_eq!(backups(&fake).len(), 1);
    assert!(!is_told(&fake));
    let pushed = a.push(&fake).unwrap();
    assert!(pushed.files.is_empty(), "{pushed:?}");
}

#[test]
fn forgetting_goes_on_where_it_was_cut_short() {
    let fake = FakeGitHub::start();
    let [mut a, mut b, mut c] = three(&fake);
    for day in 1..=9 {
        c.day = day;
        c.find(200 + day as u64 * 5..205 + day as u64 * 5);
        c.push(&fake).unwrap();
    }
    a.pull(&fake);
    // The first request arrives; GitHub is down for the second one, for ever.
    fake.faults().order(Fault::new(Action::DropBefore).on_patch().after(1).times(5));
    let error = a.with(&fake, |session| session.forget_machine("gamma", false)).unwrap_err();
    assert!(matches!(error, SyncError::Remote { .. }), "{error:?}");
    assert!(!names(&fake, "gamma").is_empty());
    assert_eq!(b.listed(&fake).len(), 2);
    let left = names(&fake, "gamma");
    assert_eq!(a.with(&fake, |session| session.forget_machine("gamma", false)).unwrap().files_removed, left);
    assert_eq!(names(&fake, "gamma"), [""; 0]);
}

#[test]
fn a_machine_of_the_earlier_tool_can_be_merged_and_forgotten() {
    let fake = FakeGitHub::start();
    let earlier = r#"{"machine_name": "alpha", "export_date": "2025-10-21T20:45:00Z", "records": []}"#;
    let manifest = r#"{"version": "1.0", "last_updated": "", "machines": [{"machine_name": "alpha",
        "last_sync": "2025-10-21T20:45:00Z", "total_records": 7, "current_file": "usage_data_alpha.json"}]}"#;
    fake.gists().seed(Seed::new(DESCRIPTION).file("usage_data_alpha.json", earlier).file(MANIFEST, manifest));
    let mut a = Computer::new(0xa1, "alpha");
    a.find(0..3);
    a.push(&fake).unwrap();
    a.pull(&fake);
    let ambiguous = a.with(&fake, |session| session.merge_machines("alpha", "alpha")).unwrap_err();
    let SyncError::AmbiguousMachine { candidates, .. } = &ambiguous else { panic!("{ambiguous:?}") };
    let old = candidates.iter().find(|(_, id)| *id != a.settings.machine).unwrap().1.to_string();
    a.with(&fake, |session| session.merge_machines(&old[..8], "a1a1")).unwrap();
    let machines = a.with(&fake, |session| session.machine_list()).unwrap();
    let merged = machines.iter().find(|machine| machine.is_earlier).unwrap();
    assert_eq!((merged.records, merged.merged_into.as_deref()), (7, Some("alpha")));
    let forgot = a.with(&fake, |session| session.forget_machine(&old[..8], false)).unwrap();
    assert_eq!(forgot.files_removed, ["usage_data_alpha.json"]);
    assert_eq!(a.listed(&fake), [("alpha".to_owned(), 3, None)]);
    a.find(3..4);
    a.push(&fake).unwrap();
}

/// What verify says of a Gist after something was done to it.
fn verified(fake: &FakeGitHub, computer: &mut Computer) -> (Verified, Vec<String>) {
    let verified = computer.with(fake, |session| session.verify()).unwrap();
    let problems = verified.problems.iter().map(|problem| told(problem)).collect();
    (verified, problems)
}

#[test]
fn verify_finds_what_is_wrong() {
    let check = |break_it: &dyn Fn(&FakeGitHub, &str), expected: &[&str]| {
        let fake = FakeGitHub::start();
        let (mut a, mut b) = (Computer::new(1, "a"), Computer::new(2, "b"));
        a.find(0..10);
        a.push(&fake).unwrap();
        a.day = 1;
        a.find(10..11);
        a.push(&fake).unwrap();
        b.pull(&fake);
        let (whole, problems) = verified(&fake, &mut b);
        assert_eq!((problems, whole.n_records, whole.machines), (vec![], 11, vec!["a".to_owned()]));
        assert_eq!(whole.n_files, fake.gists().files(&gist(&fake)).len());
        assert_eq!(whole.bytes, fake.gists().total_bytes(&gist(&fake)));
        break_it(&fake, &gist(&fake));
        let (_, problems) = verified(&fake, &mut b);
        assert_eq!(problems.iter().map(|problem| steady(problem)).collect::<Vec<_>>(), expected);
    };
    let manifest =
        |from: &'static str, to: &'static str| move |fake: &FakeGitHub, _: &str| change(fake, MANIFEST, from, to);
    check(
        &|fake, id| {
            let file = &names(fake, "_s0_")[0];
            let text = fake.gists().file(id, file).unwrap();
            let place = text.find("payload").unwrap() + 20;
            let flipped = if &text[place..=place] == "A" { "B" } else { "A" };
            fake.gists().edit(id, file, &format!("{}{flipped}{}", &text[..place], &text[place + 1..]));
        },
        &[
            "the file `usage_data_a_s0_1-4_*.json` in the Gist is broken: its SHA-256 is not the one that the head names",
        ],
    );
    check(
        &|fake, id| fake.gists().remove_file(id, &names(fake, "_s0_")[1]),
        &["the file `usage_data_a_s0_5-8_*.json` in the Gist is broken: it is missing"],
    );
    check(
        &|fake, id| {
            let files = names(fake, "_s0_");
            let text = fake.gists().file(id, &files[0]).unwrap();
            fake.gists().edit(id, &files[1], &text);
        },
        &[
            "the file `usage_data_a_s0_5-8_*.json` in the Gist is broken: its SHA-256 is not the one that the head names",
        ],
    );
    check(
        &|fake, id| fake.gists().edit(id, "usage_data_a_backup_20261123.json", "{}"),
        &[
            "the file `usage_data_a_backup_20261123.json` in the Gist is broken: expected an object with `ccu` or with `records`",
        ],
    );
    check(
        &manifest("\"generation\": 2", "\"generation\": 1"),
        &[
            "the file `manifest.json` in the Gist is broken: its `generation` for `usage_data_a.json` is not what that file says",
        ],
    );
    check(
        &manifest("_backup_20261123", "_backup_20261122"),
        &[
            "the file `manifest.json` in the Gist is broken: it lists `usage_data_a_backup_20261122.json`, which is missing",
        ],
    );
    check(
        &|fake, id| fake.gists().edit(id, MANIFEST, "[]"),
        &["the file `manifest.json` in the Gist is broken: \
           expected a manifest with `version`, `last_updated` and `machines`: *"],
    );
    check(
        &|fake, id| fake.gists().remove_file(id, MANIFEST),
        &["the file `manifest.json` in the Gist is broken: it is missing"],
    );
    check(
        &|fake, id| fake.gists().edit(id, MANIFEST, &Manifest::new(UtcMillis(START)).to_text()),
        &["the file `manifest.json` in the Gist is broken: it does not list `usage_data_a.json`"],
    );
    check(
        &|fake, _| change(fake, "usage_data_a.json", "\"record_count\": 11", "\"record_count\": 12"),
        &[
            "the file `usage_data_a.json` in the Gist is broken: it promises 12 records and names 11",
            "the file `manifest.json` in the Gist is broken: \
             its `head_sha256` for `usage_data_a.json` is not what that file says",
        ],
    );
}

/// Without what differs from run to run: the hash in a segment's name, and the words of the JSON library.
fn steady(problem: &str) -> String {
    let problem = match problem.split_once("`machines`: ") {
        Some((before, _)) => format!("{before}`machines`: *"),
        None => problem.to_owned(),
    };
    match problem.find(".json").filter(|_| problem.contains("_s0_")) {
        Some(end) => format!("{}*{}", &problem[..end - 8], &problem[end..]),
        None => problem,
    }
}

#[test]
fn verify_finds_a_bit_that_flips_on_the_way() {
    let fake = Options::new().inline_bytes(1).start();
    let mut a = Computer::new(1, "a");
    a.find(0..10);
    a.push(&fake).unwrap();
    let unchanged = |a: &mut Computer| a.with(&fake, |session| session.pull(&[])).unwrap().is_unchanged;
    assert!(!unchanged(&mut a) && unchanged(&mut a));
    let file = names(&fake, "_s0_")[0].clone();
    fake.faults().order(Fault::new(Action::Corrupt(Corruption::BitFlip)).on_raw().file(&file));
    let (_, problems) = verified(&fake, &mut a);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("other content than its id stands for"), "{problems:?}");
    assert!(!unchanged(&mut a), "the next pull looks again, though nothing has changed");
    assert!(verified(&fake, &mut a).1.is_empty(), "it was the way, not the file");
}

#[test]
fn status_and_info_say_what_is_there() {
    let fake = FakeGitHub::start();
    let mut a = Computer::new(1, "alpha");
    a.find(0..3);
    let status = a.with(&fake, |session| session.status()).unwrap();
    assert_eq!((status.gist, status.machines.len(), status.unsent, status.last_push), (None, 0, 3, None));
    assert!(matches!(a.with(&fake, |session| session.info()), Err(SyncError::NoGist)));
    a.push(&fake).unwrap();
    let mut b = Computer::new(2, "beta");
    b.find(10..11);
    b.push(&fake).unwrap();

    a.find(3..5);
    let status = a.with(&fake, |session| session.status()).unwrap();
    let state = status.gist.unwrap();
    let id = gist(&fake);
    assert_eq!((&state.id, state.n_files, state.bytes), (&id, 3, fake.gists().total_bytes(&id)));
    assert_eq!(state.revision.as_deref(), Some(&*fake.gists().newest(&id).version));
    assert_eq!((status.unsent, status.last_push, status.last_pull), (2, Some(UtcMillis(START)), None));
    let of_machines = |machines: &[ccu_engine::sync::MachineState]| -> Vec<(String, u64, bool)> {
        machines.iter().map(|machine| (machine.name.clone(), machine.records, machine.is_this_machine)).collect()
    };
    let expected = [("alpha".to_owned(), 3, true), ("beta".to_owned(), 1, false)];
    assert_eq!(of_machines(&status.machines), expected);

    // A manifest that says nothing hides nobody.
    let before = fake.gists().file(&id, MANIFEST).unwrap();
    fake.gists().edit(&id, MANIFEST, "nonsense");
    let machines = a.with(&fake, |session| session.machine_list()).unwrap();
    assert_eq!(of_machines(&machines), expected);
    assert_eq!(
        (machines[0].last_sync, machines[0].last_record_date.as_deref()),
        (Some(UtcMillis(START)), Some("2026-11-22"))
    );
    fake.gists().edit(&id, MANIFEST, &before);

    let info = a.with(&fake, |session| session.info()).unwrap();
    let files: Vec<_> = info.files.iter().map(|file| (&*file.name, file.machine_name.as_deref())).collect();
    let expected = [(MANIFEST, None), ("usage_data_alpha.json", Some("alpha")), ("usage_data_beta.json", Some("beta"))];
    assert_eq!((files.as_slice(), info.retention_days), (expected.as_slice(), 30));
    assert_eq!(info.revisions.len(), fake.gists().n_commits(&id));
}

#[test]
fn status_asks_nothing_while_github_wants_no_question() {
    let fake = FakeGitHub::start();
    let [_, mut b, _] = three(&fake);
    fake.set_rate_limit(DEFAULT_LOGIN, 0, 2_400);
    let status = b.with(&fake, |session| session.status()).unwrap();
    assert_eq!(status.not_before, Some(UtcMillis(START + 2_400_000)));
    assert_eq!(status.gist.map(|gist| gist.id), Some(gist(&fake)));
    assert_eq!(status.machines.len(), 3);
    let n_requests = fake.log().len();
    assert_eq!(b.with(&fake, |session| session.status()).unwrap().machines.len(), 3);
    assert!(matches!(b.with(&fake, |session| session.verify()), Err(SyncError::Limited { .. })));
    assert_eq!(fake.log().len(), n_requests, "nobody is asked before the limit ends");
}
