//! The keyring of the system by the `keyring` crate: Keychain, Credential Manager, or the Secret Service over D-Bus.

use std::error::Error;

use keyring::Entry;

use super::keyring::{KeyringError, SecretEntry, SecretStore};
use crate::hidden::Hidden;

/// The keyring of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemKeyring;

impl SecretStore for SystemKeyring {
    fn get(&self, entry: SecretEntry) -> Result<Option<Hidden<String>>, KeyringError> {
        match open(entry)?.get_password() {
            Ok(secret) => Ok(Some(Hidden::new(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(keyring::Error::Ambiguous(all)) => {
                one_of(entry, all.into_iter().map(|inner| Entry { inner }).collect()).map(Some)
            }
            Err(error) => Err(failure(entry, error)),
        }
    }

    fn set(&self, entry: SecretEntry, secret: &Hidden<String>) -> Result<(), KeyringError> {
        let opened = open(entry)?;
        match opened.set_password(secret.expose()) {
            // One of them would be read later, and not for sure the one that is written now.
            Err(keyring::Error::Ambiguous(all)) => {
                delete_all(entry, all.into_iter().map(|inner| Entry { inner }))?;
                opened.set_password(secret.expose()).map_err(|error| failure(entry, error))
            }
            done => done.map_err(|error| failure(entry, error)),
        }
    }

    fn delete(&self, entry: SecretEntry) -> Result<bool, KeyringError> {
        match open(entry)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(keyring::Error::Ambiguous(all)) => {
                delete_all(entry, all.into_iter().map(|inner| Entry { inner })).map(|()| true)
            }
            Err(error) => Err(failure(entry, error)),
        }
    }
}

fn open(entry: SecretEntry) -> Result<Entry, KeyringError> {
    if let Err(error) = Entry::store_status() {
        return Err(KeyringError::Unavailable { source: Some(error.to_string().into()) });
    }
    Entry::new(entry.service, entry.user).map_err(|error| failure(entry, error))
}

/// The secret of several entries of one name, where they agree. Other programs add attributes of their own to entries, so
/// that theirs stands beside ours and not in its place.
fn one_of(entry: SecretEntry, all: Vec<Entry>) -> Result<Hidden<String>, KeyringError> {
    let n = all.len();
    let secrets: Result<Vec<String>, _> = all.iter().map(Entry::get_password).collect();
    let mut secrets = secrets.map_err(|error| failure(entry, error))?;
    secrets.dedup();
    match (secrets.pop(), secrets.is_empty()) {
        (Some(secret), true) => Ok(Hidden::new(secret)),
        _ => Err(KeyringError::Several { service: entry.service, user: entry.user, n }),
    }
}

fn delete_all(entry: SecretEntry, mut all: impl Iterator<Item = Entry>) -> Result<(), KeyringError> {
    all.try_for_each(|one| one.delete_credential()).map_err(|error| failure(entry, error))
}

/// Some errors of the crate hold the secret that they are about, and their `Debug` shows it: only what explains is kept.
fn failure(entry: SecretEntry, error: keyring::Error) -> KeyringError {
    let failed = |source: Box<dyn Error + Send + Sync>| KeyringError::Failed { source };
    match error {
        keyring::Error::PlatformFailure(source) | keyring::Error::NoStorageAccess(source) => failed(source),
        keyring::Error::NoDefaultStore => KeyringError::Unavailable { source: None },
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => {
            KeyringError::NotText { user: entry.user }
        }
        keyring::Error::Ambiguous(all) => {
            KeyringError::Several { service: entry.service, user: entry.user, n: all.len() }
        }
        other => failed(other.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::GITHUB_TOKEN;

    #[test]
    fn what_the_crate_says_is_told_without_the_secret() {
        let check = |error, message: &str| {
            let error = failure(GITHUB_TOKEN, error);
            assert!(!format!("{error:?}").contains("115"), "{error:?}");
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            assert_eq!(format!("{error}{cause}").replace(crate::auth::keyring::KEYRING_NAME, "NAME"), message);
        };
        // `s` is 115, and `Debug` shows bytes as numbers.
        let secret = b"s\xff".to_vec();
        check(
            keyring::Error::BadEncoding(secret.clone()),
            "the entry `github-gist-token` in the system keyring (NAME) is not text",
        );
        check(
            keyring::Error::BadDataFormat(secret, "odd".into()),
            "the entry `github-gist-token` in the system keyring (NAME) is not text",
        );
        check(keyring::Error::NoDefaultStore, "there is no system keyring (NAME) here");
        check(
            keyring::Error::NoStorageAccess("it is locked".into()),
            "the system keyring (NAME) cannot be used: it is locked",
        );
        check(
            keyring::Error::Ambiguous(Vec::new()),
            "the system keyring (NAME) has 0 entries `github-gist-token` of `claude-code-usage-analytics`; storing the secret again replaces them all",
        );
    }
}
