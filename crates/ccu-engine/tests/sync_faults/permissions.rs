//! Tokens that may not do what they are used for, and Gists that are gone or another's.

use std::sync::Arc;

use ccu_engine::gist::RemoteError;
use ccu_engine::sync::{Notice, PushOptions, SyncError};
use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub, Options, Place, Token};

use crate::machine::{Machine, fake, gist_id, start};

const OTHER: &str = "ghp_111111111111111111111111111111111111";
const FINE_GRAINED: &str =
    "github_pat_1111111111111111111111_11111111111111111111111111111111111111111111111111111111111";
const RECREATE: PushOptions = PushOptions { force: false, no_backup: false, dry_run: false, recreate: true };

/// A machine that has pushed one record and has found a second.
fn pushed_before(fake: &Arc<FakeGitHub>) -> Machine {
    let mut machine = Machine::new(fake, "a");
    machine.find([0]);
    machine.push();
    machine.find([1]);
    fake.log().clear();
    machine
}

#[track_caller]
fn reason(error: SyncError) -> String {
    match error {
        SyncError::NotWritable { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

/// Fault 14: the token is unknown or revoked. That no error shows a token, [`Machine::session`] sees to.
#[test]
fn a_refused_token_is_not_tried_again() {
    let fake = fake();
    let mut a = pushed_before(&fake);
    fake.revoke(DEFAULT_TOKEN);
    for (nth, error) in (1..).zip([a.try_push().unwrap_err(), a.try_pull().unwrap_err()]) {
        assert!(matches!(error, SyncError::Remote { source: RemoteError::Unauthorized, .. }), "{nth}: {error:?}");
    }
    assert_eq!(fake.log().len(), 2, "{:?}", fake.log().summary());
    assert_eq!((a.numbers(), a.unsent()), (vec![0, 1], 1));
}

/// Fault 15: a classic token without the scope `gist`, for which everything that it may not write is "not found".
#[test]
fn a_token_without_the_scope_is_told_from_a_gist_that_is_gone() {
    let fake = start(Options::new().token(Token::classic(OTHER, "octocat", &["repo"])));
    let mut a = pushed_before(&fake);
    a.use_token(OTHER);
    assert!(reason(a.try_push().unwrap_err()).contains("scope `gist`"));
    assert_eq!(fake.log().count("PATCH", Place::Gist), 1);
    // The same where no Gist is known yet.
    let mut b = Machine::new(&fake, "b");
    b.find([2]);
    b.use_token(OTHER);
    assert!(reason(b.try_push().unwrap_err()).contains("scope `gist`"));
    assert!(reason(b.try_pull().unwrap_err()).contains("scope `gist`"));
    assert_eq!(fake.gists().ids().len(), 1);
    a.use_token(DEFAULT_TOKEN);
    a.push();
    assert_eq!(a.unsent(), 0);
}

/// Fault 16: fine-grained tokens, which have permissions instead of scopes.
#[test]
fn a_fine_grained_token_needs_its_permission_and_no_scope() {
    let fake = start(Options::new().token(Token::fine_grained(FINE_GRAINED, "octocat", true)));
    let mut a = pushed_before(&fake);
    a.use_token(FINE_GRAINED);
    a.push();
    assert_eq!(a.unsent(), 0);

    fake.add_token(Token::fine_grained(FINE_GRAINED, "octocat", false));
    a.find([2]);
    assert!(reason(a.try_push().unwrap_err()).contains("`Gists: write`"));
    let mut b = Machine::new(&fake, "b");
    b.find([3]);
    b.use_token(FINE_GRAINED);
    assert!(reason(b.try_push().unwrap_err()).contains("`Gists: write`"));
    assert_eq!(fake.gists().ids().len(), 1);
}

/// Fault 17: the Gist was deleted on the web.
#[test]
fn a_gist_that_is_gone_is_made_anew_only_when_that_is_asked_for() {
    let fake = fake();
    let mut a = Machine::new(&fake, "a").with_small_segments();
    a.find(0..30);
    a.push();
    let mut b = Machine::new(&fake, "b");
    b.find(100..103);
    b.push();
    b.pull();
    let id = gist_id(&fake);
    fake.gists().delete(&id);
    a.find([30]);
    for error in [a.try_push().unwrap_err(), a.try_pull().unwrap_err(), b.try_push().unwrap_err()] {
        let SyncError::GistGone { id: gone } = error else { panic!("{error:?}") };
        assert_eq!(gone, id);
    }
    assert_eq!(fake.gists().ids().len(), 0, "nothing is made unasked");
    assert_eq!(a.numbers(), Vec::from_iter(0..31));

    let pushed = a.push_with(RECREATE).unwrap();
    assert_eq!((pushed.exported, a.unsent()), (31, 0));
    assert!(matches!(&pushed.notices[..], [Notice::MadeGist { .. }]), "{:?}", pushed.notices);
    assert_ne!(pushed.gist, id);
    // The other machine joins it.
    let joined = b.push_with(RECREATE).unwrap();
    assert_eq!((joined.gist, joined.notices), (pushed.gist, vec![]));
    let mut c = Machine::new(&fake, "c");
    c.pull();
    assert_eq!(c.numbers(), Vec::from_iter((0..31).chain(100..103)));
    assert_eq!(fake.gists().ids().len(), 1);
    // From here on everything is as ever.
    a.find([31]);
    a.push();
    b.pull();
    assert_eq!(b.numbers(), Vec::from_iter((0..32).chain(100..103)));
}

/// Fault 17 and `--recreate` by mistake: a Gist that is there stays the one.
#[test]
fn nothing_is_made_where_the_gist_is_there() {
    let fake = fake();
    let mut a = pushed_before(&fake);
    let id = gist_id(&fake);
    assert_eq!(a.push_with(RECREATE).unwrap().gist, id);
    assert_eq!(fake.gists().ids(), [id]);
}

/// Fault 18: the Gist belongs to another account.
#[test]
fn a_gist_of_another_account_is_told_by_both_names() {
    let fake = start(Options::new().token(Token::classic(OTHER, "hubot", &["gist"])));
    let mut a = pushed_before(&fake);
    a.use_token(OTHER);
    let reason = reason(a.try_push().unwrap_err());
    assert!(reason.contains("`octocat`") && reason.contains("`hubot`"), "{reason}");
    assert_eq!(fake.gists().ids().len(), 1);
    assert_eq!(a.unsent(), 1);
}
