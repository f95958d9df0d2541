//! GitHub's Gists: what we ask of them ([`Remote`]), and GitHub over HTTP ([`github`]).

mod error;
mod file_content;
pub mod github;
mod remote;

pub use error::RemoteError;
pub use file_content::file_content;
pub use remote::{Account, BlobId, Changes, Gist, RateLimit, Reading, Remote, RemoteFile, Traffic};
