//! Who the user is to GitHub: the token, where it comes from and where it is kept.
//!
//! The first of these that has a token gives it: the environment variable `GITHUB_GIST_TOKEN`, the system's keyring, the
//! file `~/.claude/gist_token.txt`, and, where the user has agreed, GitHub's own CLI. A token is kept in the keyring or in
//! the file, never in both.

mod error;
mod file;
mod find;
mod gh;
mod gist_key;
mod gist_permission;
mod keyring;
mod places;
mod store;
mod system_keyring;
mod token_source;

pub mod token;

pub use error::AuthError;
pub use file::FileError;
pub use find::{Found, find_token};
pub use gh::{GhError, GitHubCli};
pub use gist_key::{GIST_KEY, KeyPlace, KeyPlaces, StoredKey, find_key, store_key};
pub use gist_permission::{GistPermission, classic_token_page, fine_grained_token_page};
pub use keyring::{GITHUB_TOKEN, Keyring, KeyringError, SERVICE, SecretEntry, SecretStore};
pub use places::Places;
pub use store::{LoggedOut, StoreIn, Stored, logout, store_token};
pub use system_keyring::SystemKeyring;
pub use token::{Token, TokenError, TokenKind};
pub use token_source::{Ignored, TokenSource};

#[cfg(test)]
mod tests;
