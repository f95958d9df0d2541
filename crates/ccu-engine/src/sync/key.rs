//! The key of encrypted Gists: one age identity (X25519) for all machines of a person.

use std::fmt;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;

/// Why a key does not do what it should. Never holds the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is no identity of age.
    #[error("this is no key: expected a line that begins with `AGE-SECRET-KEY-1`")]
    NoKey,
    /// It was encrypted for another key, or is damaged.
    #[error("it was encrypted for another key, or is damaged")]
    Wrong(#[from] age::DecryptError),
    /// It cannot be encrypted.
    #[error("it cannot be encrypted")]
    NotEncrypted(#[from] age::EncryptError),
}

/// An age identity: who has it can read everything. Prints as its public half.
#[derive(Clone)]
pub struct Key(Identity);

impl Key {
    /// Makes a new one.
    pub fn generate() -> Key {
        Key(Identity::generate())
    }

    /// Reads `AGE-SECRET-KEY-1...`; blanks around it don't matter.
    ///
    /// **Errors**: [`KeyError::NoKey`], which does not repeat the text.
    pub fn parse(text: &str) -> Result<Key, KeyError> {
        text.trim().parse().map(Key).map_err(|_| KeyError::NoKey)
    }

    /// The secret itself, for the keyring and for `ccu gist key show`.
    pub fn expose(&self) -> String {
        self.0.to_string().expose_secret().to_owned()
    }

    /// The public half (`age1...`), by which people can compare the keys of two machines.
    pub fn public(&self) -> String {
        self.0.to_public().to_string()
    }

    /// Encrypts for this key.
    ///
    /// **Errors**: when the operating system gives no randomness.
    pub fn encrypt(&self, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(age::encrypt(&self.0.to_public(), bytes)?)
    }

    /// Decrypts what was encrypted for this key.
    ///
    /// **Errors**: [`KeyError::Wrong`] for anything else.
    pub fn decrypt(&self, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(age::decrypt(&self.0, bytes)?)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_and_never_prints() {
        let key = Key::generate();
        let again = Key::parse(&format!(" {}\n", key.expose())).unwrap();
        assert_eq!(again.public(), key.public());
        assert!(!format!("{key:?}").contains("SECRET"));
        let error = Key::parse("AGE-SECRET-KEY-1NONSENSE").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("NONSENSE"));
    }
}
