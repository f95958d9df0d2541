//! The keyring against a real Secret Service: `.ci/secret-service` starts one that is thrown away, and sets
//! `CCU_TEST_SECRET_SERVICE`. Elsewhere this tests nothing, so that nobody's own keyring is touched, and says so.

#![expect(clippy::unwrap_used, reason = "a test bench that cannot set up its test fails it")]
#![expect(clippy::print_stderr, reason = "a test that tests nothing says so")]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use ccu_engine::auth::{
    AuthError, GITHUB_TOKEN, Keyring, KeyringError, Places, SERVICE, SecretEntry, StoreIn, Token, TokenSource,
    find_token, logout, store_token,
};
use ccu_engine::hidden::Hidden;

/// One keyring for all tests of this file: they take turns.
static TURN: Mutex<()> = Mutex::new(());

#[expect(clippy::disallowed_methods, reason = "the keyring is that of the process environment too")]
fn in_turn(test: impl FnOnce(Keyring)) {
    if std::env::var_os("CCU_TEST_SECRET_SERVICE").is_none() {
        eprintln!("SKIPPED: no throw-away Secret Service; `.ci/secret-service` runs this with one");
        return;
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let keyring = Keyring::system();
    keyring.delete(GITHUB_TOKEN).unwrap();
    test(keyring);
}

#[test]
fn secrets_are_kept_replaced_and_dropped() {
    in_turn(|keyring| {
        let other = SecretEntry { service: SERVICE, user: "test of another entry" };
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), None);
        for secret in ["first", "ünïcödé 机 \n with blanks", &"long ".repeat(2_000)] {
            keyring.set(GITHUB_TOKEN, &Hidden::new(secret)).unwrap();
            assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), Some(Hidden::new(secret)));
            assert_eq!(keyring.get(other).unwrap(), None);
        }
        assert!(keyring.delete(GITHUB_TOKEN).unwrap());
        assert!(!keyring.delete(GITHUB_TOKEN).unwrap());
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), None);
    });
}

/// Stores a secret as another program does, with an attribute of its own beside service and user.
fn store_by_another(application: &str, secret: &str) {
    let SecretEntry { service, user } = GITHUB_TOKEN;
    let mut command = Command::new("secret-tool");
    command.args(["store", "--label", "other", "service", service, "username", user, "application", application]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// **Source** of the attributes: items that Python's `keyring` 25.7 made, listed by `secret-tool search`; 2026-11-22.
#[test]
fn the_entry_of_the_earlier_tool_is_ours() {
    in_turn(|keyring| {
        store_by_another("Python keyring library", "ghp_earlier");
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), Some(Hidden::new("ghp_earlier")));
        keyring.set(GITHUB_TOKEN, &Hidden::new("ghp_new")).unwrap();
        assert!(keyring.delete(GITHUB_TOKEN).unwrap());
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), None);
    });
}

#[test]
fn entries_that_stand_side_by_side_are_one_where_they_agree() {
    in_turn(|keyring| {
        for application in ["one", "other"] {
            store_by_another(application, "ghp_same");
        }
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), Some(Hidden::new("ghp_same")));
        store_by_another("other", "ghp_different");
        assert!(matches!(keyring.get(GITHUB_TOKEN), Err(KeyringError::Several { n: 2, .. })));
        keyring.set(GITHUB_TOKEN, &Hidden::new("ghp_new")).unwrap();
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), Some(Hidden::new("ghp_new")));
        store_by_another("other", "ghp_different");
        assert!(keyring.delete(GITHUB_TOKEN).unwrap());
        assert_eq!(keyring.get(GITHUB_TOKEN).unwrap(), None);
    });
}

#[test]
fn the_token_moves_between_keyring_and_file() {
    in_turn(|keyring| {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".claude/gist_token.txt");
        let places = Places { variable: None, keyring, file: Some(file.clone()), gh: None };
        assert!(matches!(find_token(&places), Err(AuthError::NotConfigured { ignored }) if ignored.is_empty()));

        let token = Token::new("ghp_throwaway").unwrap();
        for (wanted, source) in [
            (StoreIn::File, TokenSource::File),
            (StoreIn::Auto, TokenSource::Keyring),
            (StoreIn::File, TokenSource::File),
            (StoreIn::Keyring, TokenSource::Keyring),
        ] {
            let stored = store_token(&places, &token, wanted).unwrap();
            assert_eq!(stored.source, source);
            assert!(stored.why_not_keyring.is_none() && stored.may_be_overruled.is_none(), "{stored:?}");
            let found = find_token(&places).unwrap();
            assert_eq!((found.token, found.source), (token.clone(), source));
            assert_eq!(file.exists(), source == TokenSource::File);
            assert_eq!(places.keyring.get(GITHUB_TOKEN).unwrap().is_some(), source == TokenSource::Keyring);
        }

        let out = logout(&places);
        assert_eq!(out.removed, [TokenSource::Keyring]);
        assert!(out.remaining.is_empty() && out.problems.is_empty(), "{out:?}");
        assert!(matches!(find_token(&places), Err(AuthError::NotConfigured { .. })));
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 0);
    });
}
