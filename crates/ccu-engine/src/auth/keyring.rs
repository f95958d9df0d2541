//! The keyring of the system, asked within a time limit: it may wait for a prompt that nobody sees.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::system_keyring::SystemKeyring;
use crate::hidden::Hidden;

/// What the system calls its keyring.
pub(super) const KEYRING_NAME: &str = if cfg!(target_os = "macos") {
    "Keychain"
} else if cfg!(windows) {
    "Credential Manager"
} else {
    "Secret Service"
};

/// The service that our entries stand under, which is that of the earlier tool: who moves over from it keeps the token (on
/// Linux and macOS; it did not run on Windows).
pub const SERVICE: &str = "claude-code-usage-analytics";

/// The entry of the GitHub token, which is that of the earlier tool too.
pub const GITHUB_TOKEN: SecretEntry = SecretEntry { service: SERVICE, user: "github-gist-token" };

/// How long a keyring may take to give a secret. An unlocked one takes milliseconds.
const READ_LIMIT: Duration = Duration::from_secs(3);
/// How long it may take to keep or drop one: the user may have to unlock it first.
const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// The name of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretEntry {
    /// The program or service that it is for.
    pub service: &'static str,
    /// Whose it is there.
    pub user: &'static str,
}

/// Why a keyring did not do what it was asked. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// There is no keyring: on Linux no session bus, or nobody on it who keeps secrets.
    #[error("there is no system keyring ({KEYRING_NAME}) here")]
    Unavailable {
        /// Why, where the system tells.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// It gave no answer in time.
    #[error("the system keyring ({KEYRING_NAME}) gave no answer within {} s; it may be locked", limit.as_secs())]
    NoAnswer {
        /// How long it was waited for.
        limit: Duration,
    },
    /// It refused or failed.
    #[error("the system keyring ({KEYRING_NAME}) cannot be used")]
    Failed {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The secret is no UTF-8 text.
    #[error("the entry `{user}` in the system keyring ({KEYRING_NAME}) is not text")]
    NotText {
        /// The user of the entry.
        user: &'static str,
    },
    /// There are several entries of the name with different secrets, and no telling which is meant.
    #[error(
        "the system keyring ({KEYRING_NAME}) has {n} entries `{user}` of `{service}`; storing the secret again replaces them all"
    )]
    Several {
        /// The service of the entries.
        service: &'static str,
        /// Their user.
        user: &'static str,
        /// How many there are.
        n: usize,
    },
    /// It took a secret and then gave back another.
    #[error("the system keyring ({KEYRING_NAME}) did not keep what was stored in it")]
    NotKept,
}

/// What keeps secrets by name: the system's keyring, or a stand-in for tests. Each call may take as long as it likes.
pub trait SecretStore: fmt::Debug + Send + Sync {
    /// Gives the secret of the name; `None` where there is none.
    fn get(&self, entry: SecretEntry) -> Result<Option<Hidden<String>>, KeyringError>;

    /// Keeps a secret in place of the one of that name.
    fn set(&self, entry: SecretEntry, secret: &Hidden<String>) -> Result<(), KeyringError>;

    /// Drops the secret of the name; says whether there was one.
    fn delete(&self, entry: SecretEntry) -> Result<bool, KeyringError>;
}

/// A store of secrets that is waited for no longer than a limit. What it does after that goes on in a thread of its own.
#[derive(Debug, Clone)]
pub struct Keyring {
    /// The store.
    pub store: Arc<dyn SecretStore>,
    /// How long it may take to give a secret.
    pub read_limit: Duration,
    /// How long it may take to keep or drop one.
    pub write_limit: Duration,
}

impl Keyring {
    /// The keyring of the system.
    pub fn system() -> Keyring {
        Keyring { store: Arc::new(SystemKeyring), read_limit: READ_LIMIT, write_limit: WRITE_LIMIT }
    }

    /// Gives the secret of the name; `None` where there is none.
    ///
    /// **Errors**: when there is no keyring, or it fails or gives no answer in time.
    pub fn get(&self, entry: SecretEntry) -> Result<Option<Hidden<String>>, KeyringError> {
        self.within(self.read_limit, move |store| store.get(entry))
    }

    /// Keeps a secret in place of the one of that name, and reads it back.
    ///
    /// **Errors**: as [`Keyring::get`], and when it gives back another secret. It may then have kept it or not.
    pub fn set(&self, entry: SecretEntry, secret: &Hidden<String>) -> Result<(), KeyringError> {
        let wanted = secret.clone();
        let kept = self.within(self.write_limit, move |store| {
            store.set(entry, &wanted)?;
            store.get(entry)
        })?;
        if kept.as_ref() == Some(secret) { Ok(()) } else { Err(KeyringError::NotKept) }
    }

    /// Drops the secret of the name; says whether there was one.
    ///
    /// **Errors**: as [`Keyring::get`].
    pub fn delete(&self, entry: SecretEntry) -> Result<bool, KeyringError> {
        self.within(self.write_limit, move |store| store.delete(entry))
    }

    fn within<T: Send + 'static>(
        &self,
        limit: Duration,
        ask: impl FnOnce(&dyn SecretStore) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (sender, receiver) = mpsc::channel();
        let store = Arc::clone(&self.store);
        let asked = thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            // Nobody listens any more where the time was up.
            let _ = sender.send(ask(store.as_ref()));
        });
        asked.map_err(|error| KeyringError::Failed { source: error.into() })?;
        receiver.recv_timeout(limit).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => Err(KeyringError::NoAnswer { limit }),
            RecvTimeoutError::Disconnected => {
                Err(KeyringError::Failed { source: "its library stopped without an answer".into() })
            }
        })
    }
}
