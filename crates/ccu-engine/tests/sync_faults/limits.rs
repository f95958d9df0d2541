//! Limits of size and of requests.

use std::sync::Arc;
use std::time::Duration;

use ccu_core::record::{Strand, UsageRecord};
use ccu_core::time::UtcMillis;
use ccu_engine::gist::{BlobId, RemoteError};
use ccu_engine::sync::SyncError;
use ccu_testkit::fake_github::{Action, Answer, DEFAULT_LOGIN, FakeGitHub, Fault, Hook, Options, Place, TooLarge};

use crate::machine::{Machine, fake, gist_id, start};

/// Bytes above which the stand-in refuses a request in these tests.
const MOST_BYTES: usize = 600 << 10;
/// Records of a first push that are about twice that, since each has a long name that does not compress.
const N_RECORDS: u64 = 1_300;

/// A machine with a history that goes out in a few large files.
fn with_history(fake: &Arc<FakeGitHub>) -> Machine {
    let mut machine = Machine::new(fake, "a");
    machine.settings.segment_sizes = [60, 120, 240];
    let digits = |number: u64| (0..28).map(move |nth| BlobId::of(format!("{number} {nth}").as_bytes()).to_string());
    let records: Vec<UsageRecord> = (0..N_RECORDS)
        .map(|number| {
            let mut record = machine.record(number, 1);
            let strand = Strand { session: digits(number).collect::<String>().into(), ..(*record.strand).clone() };
            record.strand = Arc::new(strand);
            record
        })
        .collect();
    machine.insert(&records);
    machine
}

fn sizes_of_writes(fake: &FakeGitHub) -> Vec<u64> {
    fake.log().requests().iter().filter(|it| it.method == "PATCH").map(|it| it.body_bytes).collect()
}

/// Fault 8: GitHub takes longer than its ten seconds for a large request.
#[test]
fn what_takes_github_too_long_goes_in_smaller_parts() {
    let fake = fake();
    let mut a = with_history(&fake);
    fake.faults().order(Fault::answer(Answer::server_error()).on_patch());
    a.push();
    let sizes = sizes_of_writes(&fake);
    assert!(sizes[0] > MOST_BYTES as u64, "{sizes:?}");
    assert!(sizes[1..].iter().all(|size| *size < sizes[0] * 2 / 3), "{sizes:?}");
    assert_eq!(a.unsent(), 0);
}

/// Fault 9 (409) and fault 10 (413 and 422): a request is too large, whatever GitHub calls it.
#[test]
fn what_is_too_large_goes_in_smaller_parts() {
    for refusal in [TooLarge::Conflict, TooLarge::PayloadTooLarge, TooLarge::Unprocessable] {
        let fake = start(Options::new().too_large(MOST_BYTES, refusal));
        let mut a = with_history(&fake);
        a.push();
        let sizes = sizes_of_writes(&fake);
        assert!(sizes[0] > MOST_BYTES as u64 && sizes.len() < 12, "{refusal:?}: {sizes:?}");
        assert_eq!(a.unsent(), 0, "{refusal:?}");
        let mut b = Machine::new(&fake, "b");
        b.pull();
        assert_eq!(b.records(), a.records(), "{refusal:?}");
    }
}

/// Faults 9 and 10: what cannot be parted is given up.
#[test]
fn a_file_that_is_too_large_by_itself_ends_the_push() {
    for refusal in [TooLarge::Conflict, TooLarge::PayloadTooLarge, TooLarge::Unprocessable] {
        let fake = start(Options::new().too_large(MOST_BYTES, refusal));
        let mut a = with_history(&fake);
        a.settings.segment_sizes = [10_000, 20_000, 40_000];
        let error = a.try_push().unwrap_err();
        let is_expected = match refusal {
            TooLarge::Conflict => matches!(error, SyncError::Contended { .. }),
            _ => matches!(error, SyncError::Remote { source: RemoteError::TooLarge, .. }),
        };
        assert!(is_expected, "{refusal:?}: {error:?}");
        assert!(fake.log().count("PATCH", Place::Gist) <= 8, "{refusal:?}");
    }
}

/// Fault 11: a file that was to be removed is gone already, which makes GitHub refuse the whole write.
#[test]
fn a_file_that_is_gone_before_its_removal_is_no_obstacle() {
    for conflicts_before in [0, 1] {
        let fake = fake();
        let mut a = Machine::new(&fake, "a").with_small_segments();
        a.find(0..11);
        a.push();
        let id = gist_id(&fake);
        let segments = |fake: &FakeGitHub| -> Vec<String> {
            fake.gists().files(&gist_id(fake)).into_keys().filter(|name| name.contains("_s0_")).collect()
        };
        let gone = segments(&fake).first().unwrap().clone();
        // Three segments of the lowest level become one of the next, and are to be removed.
        a.find(11..13);
        let hook = {
            let (gone, id) = (gone.clone(), id.clone());
            Hook::new(move |gists| gists.remove_file(&id, &gone))
        };
        fake.faults().order(Fault::answer(Answer::conflict()).on_patch().times(conflicts_before));
        fake.faults().order(Fault::new(Action::Run(hook)).on_patch().file(&gone));
        let pushed = a.push();
        assert_eq!(fake.faults().n_left(), 0);
        assert!(fake.log().requests().iter().any(|it| it.status == Some(422)));
        assert!(pushed.removed.contains(&gone) || segments(&fake).is_empty(), "{pushed:?}");
        assert_eq!(a.unsent(), 0);
        let mut b = Machine::new(&fake, "b");
        b.pull();
        assert_eq!(b.numbers(), Vec::from_iter(0..13));
        // What was left to be removed goes with the next push at the latest.
        a.find([13]);
        a.push();
        assert_eq!(segments(&fake), Vec::<String>::new());
    }
}

/// Fault 12: the hour's requests are used up, for forty minutes more.
#[test]
fn a_used_up_limit_is_not_asked_against() {
    let fake = fake();
    let mut a = Machine::new(&fake, "a");
    a.find([0]);
    a.push();
    a.find([1]);
    fake.set_rate_limit(DEFAULT_LOGIN, 0, 2_400);
    fake.log().clear();
    a.clock.take_waits();
    let until = UtcMillis((fake.now() + 2_400) * 1000);
    let told = |error: SyncError| match error {
        SyncError::Limited { until } => until,
        other => panic!("{other:?}"),
    };
    assert_eq!(told(a.try_push().unwrap_err()), until);
    assert_eq!(fake.log().len(), 1, "{:?}", fake.log().summary());
    // The next runs remember it and ask nothing.
    a.reopen();
    assert_eq!(told(a.try_push().unwrap_err()), until);
    assert_eq!(told(a.try_pull().unwrap_err()), until);
    assert_eq!(fake.log().len(), 1, "{:?}", fake.log().summary());
    assert_eq!(a.clock.take_waits(), []);
    fake.advance(2_401);
    a.push();
    assert_eq!(a.unsent(), 0);
}

/// Fault 13: too many requests in a short time, with the seconds to wait.
#[test]
fn a_short_limit_is_waited_for_and_asked_once_more() {
    for status in [403, 429] {
        for (method, place) in
            [("GET", Place::Gist), ("PATCH", Place::Gist), ("POST", Place::Gists), ("GET", Place::Gists)]
        {
            let fake = fake();
            let mut a = Machine::new(&fake, "a");
            a.find([0]);
            if place == Place::Gist {
                a.push();
                a.find([1]);
            }
            fake.log().clear();
            a.clock.take_waits();
            fake.faults().order(Fault::answer(Answer::secondary_limit(status, Some(3))).on(method, place));
            a.push();
            assert_eq!(a.unsent(), 0);
            let waits = a.clock.take_waits();
            assert!(waits.contains(&Duration::from_secs(3)), "{status} {method} {place:?}: {waits:?}");
            let statuses: Vec<Option<u16>> = fake
                .log()
                .requests()
                .iter()
                .filter(|it| (it.method.as_str(), it.place) == (method, place))
                .map(|it| it.status)
                .collect();
            assert_eq!(statuses[0], Some(status), "{status} {method} {place:?}");
            assert_eq!(statuses.iter().filter(|it| **it == Some(status)).count(), 1);
        }
    }
}

/// Fault 13, without a word of how long: a minute at least, which nobody waits for at a prompt.
#[test]
fn a_limit_of_unknown_length_is_remembered_for_a_minute() {
    for (status, place) in [(403, Place::Gist), (429, Place::Gist), (403, Place::Gists)] {
        let fake = fake();
        let mut a = Machine::new(&fake, "a");
        a.find([0]);
        if place == Place::Gist {
            a.push();
            a.find([1]);
        }
        fake.log().clear();
        fake.faults().order(Fault::answer(Answer::secondary_limit(status, None)).on("GET", place));
        let until = match a.try_push() {
            Err(SyncError::Limited { until }) => until,
            other => panic!("{other:?}"),
        };
        assert!(until.0 >= (fake.now() + 60) * 1000);
        assert!(a.try_push().is_err());
        assert_eq!(fake.log().len(), 1);
        fake.advance(61);
        a.push();
    }
}

/// Fault 13, twice: the second word is believed.
#[test]
fn a_limit_after_the_wait_ends_the_push() {
    let fake = fake();
    let mut a = Machine::new(&fake, "a");
    a.find([0]);
    a.push();
    a.find([1]);
    fake.log().clear();
    fake.faults().order(Fault::answer(Answer::secondary_limit(403, Some(3))).on_patch().times(2));
    assert!(matches!(a.try_push(), Err(SyncError::Limited { .. })));
    assert_eq!(fake.log().count("PATCH", Place::Gist), 2);
    fake.advance(4);
    a.push();
    assert_eq!(a.unsent(), 0);
}
