//! Why there is no token, or it could not be kept.

use super::file::FileError;
use super::keyring::KeyringError;
use super::token::TokenError;
use super::token_source::{Ignored, TokenSource};

/// Why there is no token, or it could not be kept. No variant holds a token.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No place has a token.
    #[error("no GitHub token is configured")]
    NotConfigured {
        /// The places that could not be asked; one of them may have one.
        ignored: Vec<Ignored>,
    },
    /// A place holds something that is no token. Places after it are not asked: the user would be somebody else.
    #[error("{} holds no token that can be used", place.in_sentence())]
    NotAToken {
        /// The place.
        place: TokenSource,
        /// What is wrong.
        source: TokenError,
    },
    /// The file of the token cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The keyring did not take or drop the token.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// There is no home directory for the file.
    #[error("no home directory was found for the file of the token; set `HOME`")]
    NoHome,
}
