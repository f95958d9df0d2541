//! Keeping the token in one place, moving it to another, and dropping it from all.

use std::path::Path;

use super::error::AuthError;
use super::file;
use super::keyring::{GITHUB_TOKEN, KeyringError};
use super::places::Places;
use super::token::Token;
use super::token_source::TokenSource;
use crate::hidden::Hidden;

/// Where a token is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreIn {
    /// In the keyring, or in the file where that doesn't work.
    Auto,
    /// In the keyring.
    Keyring,
    /// In the file.
    File,
}

/// Where a token is kept now.
#[derive(Debug)]
pub struct Stored {
    /// The place.
    pub source: TokenSource,
    /// Why it is not the keyring, where that was tried first.
    pub why_not_keyring: Option<KeyringError>,
    /// Why an older token may still be in the keyring, which would win over the one in the file.
    pub may_be_overruled: Option<KeyringError>,
    /// Whether `GITHUB_GIST_TOKEN` is set, which wins over every place.
    pub is_overruled: bool,
}

/// What became of the stored tokens.
#[derive(Debug)]
#[must_use = "a token may still be there"]
pub struct LoggedOut {
    /// The places that had a token and have none now.
    pub removed: Vec<TokenSource>,
    /// The places that are not ours to empty and that still give a token: the variable, or `gh`, which was not asked.
    pub remaining: Vec<TokenSource>,
    /// What could not be emptied, or not be asked.
    pub problems: Vec<AuthError>,
}

/// Keeps the token in one place. In the keyring it is read back, and only then is the file removed; in the file it is
/// alone once the entry in the keyring is gone.
///
/// A keyring may take 30 s, since the user may have to unlock it.
///
/// **Errors**: when no place takes it, or when it is in the keyring and its file cannot be removed.
pub fn store_token(places: &Places, token: &Token, wanted: StoreIn) -> Result<Stored, AuthError> {
    match wanted {
        StoreIn::File => in_file(places, token, None),
        StoreIn::Keyring | StoreIn::Auto => match places.keyring.set(GITHUB_TOKEN, &Hidden::new(token.expose())) {
            Ok(()) => moved_to_keyring(places),
            Err(error) if wanted == StoreIn::Auto => in_file(places, token, Some(error)),
            Err(error) => Err(error.into()),
        },
    }
}

fn moved_to_keyring(places: &Places) -> Result<Stored, AuthError> {
    places.file.as_deref().map(file::remove).transpose()?;
    Ok(Stored {
        source: TokenSource::Keyring,
        why_not_keyring: None,
        may_be_overruled: None,
        is_overruled: places.variable.is_some(),
    })
}

fn in_file(places: &Places, token: &Token, why_not_keyring: Option<KeyringError>) -> Result<Stored, AuthError> {
    let path: &Path = places.file.as_deref().ok_or(AuthError::NoHome)?;
    file::write(path, token.expose())?;
    let may_be_overruled = match &why_not_keyring {
        // Once is enough to wait for one that hangs.
        Some(KeyringError::NoAnswer { limit }) => Some(KeyringError::NoAnswer { limit: *limit }),
        _ => match places.keyring.delete(GITHUB_TOKEN) {
            Ok(_) | Err(KeyringError::Unavailable { .. }) => None,
            Err(error) => Some(error),
        },
    };
    Ok(Stored { source: TokenSource::File, why_not_keyring, may_be_overruled, is_overruled: places.variable.is_some() })
}

/// Drops the token from the keyring and from the file. What fails keeps nothing else from being dropped.
pub fn logout(places: &Places) -> LoggedOut {
    let mut out = LoggedOut { removed: Vec::new(), remaining: Vec::new(), problems: Vec::new() };
    match places.keyring.delete(GITHUB_TOKEN) {
        Ok(true) => out.removed.push(TokenSource::Keyring),
        Ok(false) | Err(KeyringError::Unavailable { .. }) => {}
        Err(error) => out.problems.push(error.into()),
    }
    match places.file.as_deref().map(file::remove).transpose() {
        Ok(was_there) => out.removed.extend(was_there.filter(|&was_there| was_there).map(|_| TokenSource::File)),
        Err(error) => out.problems.push(error.into()),
    }
    out.remaining.extend(places.variable.as_ref().map(|_| TokenSource::Variable));
    out.remaining.extend(places.gh.as_ref().map(|_| TokenSource::GitHubCli));
    out
}
