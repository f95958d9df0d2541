//! The key of encrypted Gists on this machine: in the keyring, or in a file that only its owner can read.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::AuthError;
use super::file;
use super::keyring::{KEYRING_NAME, Keyring, KeyringError, SERVICE, SecretEntry};
use crate::hidden::Hidden;

/// The entry of the key in the keyring.
pub const GIST_KEY: SecretEntry = SecretEntry { service: SERVICE, user: "gist-key" };
/// The file of the key in the configuration directory.
const KEY_FILE: &str = "gist_key.txt";

/// The places that the key may be in.
#[derive(Debug, Clone)]
pub struct KeyPlaces {
    /// The keyring; `None` where it is known to be of no use now.
    pub keyring: Option<Keyring>,
    /// The file.
    pub file: PathBuf,
}

impl KeyPlaces {
    /// Those of this user.
    pub fn new(keyring: Option<Keyring>, config_dir: &Path) -> KeyPlaces {
        KeyPlaces { keyring, file: config_dir.join(KEY_FILE) }
    }
}

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the keyring of the system.
    Keyring,
    /// In this file.
    File(PathBuf),
}

/// Writes it for the user, as a place: `System keyring (Secret Service)`.
impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyPlace::Keyring => write!(f, "System keyring ({KEYRING_NAME})"),
            KeyPlace::File(path) => write!(f, "File {}", path.display()),
        }
    }
}

/// Where a key was stored.
#[derive(Debug)]
pub struct StoredKey {
    /// The place.
    pub place: KeyPlace,
    /// Why it is not the keyring.
    pub why_not_keyring: Option<KeyringError>,
}

/// Finds the key: keyring > file. A keyring that does not answer is no trouble where the file has a key.
///
/// **Errors**: when the file cannot be read or is open to others; when the keyring fails and the file has no key.
pub fn find_key(places: &KeyPlaces) -> Result<Option<(Hidden<String>, KeyPlace)>, AuthError> {
    let kept = places.keyring.as_ref().map(|keyring| keyring.get(GIST_KEY)).transpose();
    if let Ok(Some(Some(secret))) = kept {
        return Ok(Some((secret, KeyPlace::Keyring)));
    }
    if let Some(secret) = file::read(&places.file)? {
        return Ok(Some((secret, KeyPlace::File(places.file.clone()))));
    }
    match kept {
        Ok(_) | Err(KeyringError::Unavailable { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Keeps the key in the keyring, or in the file where that doesn't work, and in no second place.
///
/// **Errors**: when neither takes it, or an older one stays in the file.
pub fn store_key(places: &KeyPlaces, secret: &Hidden<String>) -> Result<StoredKey, AuthError> {
    let kept = places.keyring.as_ref().map(|keyring| keyring.set(GIST_KEY, secret));
    if let Some(Ok(())) = kept {
        file::remove(&places.file)?;
        return Ok(StoredKey { place: KeyPlace::Keyring, why_not_keyring: None });
    }
    file::write(&places.file, secret.expose())?;
    Ok(StoredKey { place: KeyPlace::File(places.file.clone()), why_not_keyring: kept.and_then(Result::err) })
}
