//! Where a token comes from, and why a place that might have one was passed over.

use std::fmt;

use super::gh::GhError;
use super::keyring::{KEYRING_NAME, KeyringError};

/// Where a token comes from. The order of the variants is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenSource {
    /// The environment variable `GITHUB_GIST_TOKEN`.
    Variable,
    /// The keyring of the system.
    Keyring,
    /// The file `~/.claude/gist_token.txt`.
    File,
    /// GitHub's own CLI.
    GitHubCli,
}

impl TokenSource {
    /// The place as a part of a sentence.
    pub fn in_sentence(self) -> String {
        match self {
            TokenSource::Variable => "the environment variable `GITHUB_GIST_TOKEN`".to_owned(),
            TokenSource::Keyring => format!("the system keyring ({KEYRING_NAME})"),
            TokenSource::File => "the file `~/.claude/gist_token.txt`".to_owned(),
            TokenSource::GitHubCli => "the GitHub CLI (`gh`)".to_owned(),
        }
    }
}

/// Writes it for the user, as a place: `System keyring (Secret Service)`.
impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Variable => f.write_str("Environment variable GITHUB_GIST_TOKEN"),
            TokenSource::Keyring => write!(f, "System keyring ({KEYRING_NAME})"),
            TokenSource::File => f.write_str("File ~/.claude/gist_token.txt"),
            TokenSource::GitHubCli => f.write_str("GitHub CLI (gh)"),
        }
    }
}

/// A place that could not be asked for a token.
#[derive(Debug, thiserror::Error)]
pub enum Ignored {
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// GitHub's own CLI.
    #[error(transparent)]
    GitHubCli(#[from] GhError),
}

impl Ignored {
    /// The place.
    pub fn source_of_token(&self) -> TokenSource {
        match self {
            Ignored::Keyring(_) => TokenSource::Keyring,
            Ignored::GitHubCli(_) => TokenSource::GitHubCli,
        }
    }

    /// Whether the user should hear of it even where another place had a token: not where there is no keyring, as on most
    /// servers, but where there is one that does not work.
    pub fn is_trouble(&self) -> bool {
        match self {
            Ignored::Keyring(error) => !matches!(error, KeyringError::Unavailable { .. }),
            Ignored::GitHubCli(_) => true,
        }
    }
}
