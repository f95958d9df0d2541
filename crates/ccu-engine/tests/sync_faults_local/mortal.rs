//! A line to the Gist on which the process is killed: what it leaves on disk at that moment is what the next one finds.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

use ccu_engine::gist::{Account, Changes, Gist, RateLimit, Reading, Remote, RemoteError, RemoteFile, Traffic};

use super::image::copy_dir;

/// When the end comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Before a request is sent.
    BeforeRequest,
    /// After a request was carried out, and before its answer is read.
    AfterRequest,
}

/// A remote that ends the process at its nth request.
pub struct Mortal<'r> {
    pub remote: &'r dyn Remote,
    pub end: End,
    /// So many requests go well.
    pub left: AtomicI64,
    /// Copied to [`Mortal::image`] when the end comes.
    pub home: PathBuf,
    pub image: PathBuf,
}

impl Mortal<'_> {
    /// Whether the end came.
    pub fn is_dead(&self) -> bool {
        self.left.load(Ordering::Relaxed) < 0
    }

    fn ask<T>(&self, question: impl FnOnce(&dyn Remote) -> Result<T, RemoteError>) -> Result<T, RemoteError> {
        let is_last = self.left.fetch_sub(1, Ordering::Relaxed) <= 0;
        if is_last && self.end == End::BeforeRequest {
            return self.die();
        }
        let answer = question(self.remote);
        if is_last { self.die() } else { answer }
    }

    /// Keeps the files as they are in the middle of it; nothing that is done later reaches them.
    fn die<T>(&self) -> Result<T, RemoteError> {
        if !self.image.exists() {
            copy_dir(&self.home, &self.image);
        }
        Err(RemoteError::Interrupted)
    }
}

impl Remote for Mortal<'_> {
    fn account(&self) -> Result<Account, RemoteError> {
        self.ask(|remote| remote.account())
    }

    fn rate_limit(&self) -> Result<RateLimit, RemoteError> {
        self.ask(|remote| remote.rate_limit())
    }

    fn list(&self) -> Result<Vec<Gist>, RemoteError> {
        self.ask(|remote| remote.list())
    }

    fn create(&self, description: &str, changes: &Changes) -> Result<Gist, RemoteError> {
        self.ask(|remote| remote.create(description, changes))
    }

    fn read(&self, id: &str, etag: Option<&str>) -> Result<Reading, RemoteError> {
        self.ask(|remote| remote.read(id, etag))
    }

    fn patch(&self, id: &str, changes: &Changes) -> Result<Gist, RemoteError> {
        self.ask(|remote| remote.patch(id, changes))
    }

    fn revisions(&self, id: &str, n: usize) -> Result<Vec<String>, RemoteError> {
        self.ask(|remote| remote.revisions(id, n))
    }

    fn read_revision(&self, id: &str, revision: &str) -> Result<Gist, RemoteError> {
        self.ask(|remote| remote.read_revision(id, revision))
    }

    fn fetch(&self, name: &str, file: &RemoteFile) -> Result<String, RemoteError> {
        self.ask(|remote| remote.fetch(name, file))
    }

    fn traffic(&self) -> Traffic {
        self.remote.traffic()
    }
}
