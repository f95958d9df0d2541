//! GitHub's Gists: what we ask of them ([`Remote`]), and GitHub over HTTP ([`github`]).

mod error;
mod remote;

pub use error::RemoteError;
pub use remote::{Account, BlobId, Changes, Gist, RateLimit, Reading, Remote, RemoteFile, Traffic};
