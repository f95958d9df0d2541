//! A Gist in memory with every fault of the real one: old answers, conflicts, lost requests, lost answers, crashes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ccu_core::time::UtcMillis;
use ccu_engine::gist::{Account, BlobId, Changes, Gist, RateLimit, Reading, Remote, RemoteError, RemoteFile, Traffic};

use super::random::Random;
use super::turns::Turns;

type Files = BTreeMap<String, String>;

#[derive(Default)]
pub struct GistInMemory {
    description: String,
    /// All revisions, oldest first; a revision's number is its place.
    pub revisions: Vec<Arc<Files>>,
}

/// All that machines share.
#[derive(Default)]
pub struct World {
    pub gists: BTreeMap<String, GistInMemory>,
    blobs: BTreeMap<BlobId, String>,
}

/// Which faults there are, in per cent of requests.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    pub stale: u64,
    pub conflict: u64,
    pub lost_request: u64,
    pub lost_answer: u64,
    pub crash: u64,
}

impl Faults {
    pub const NONE: Faults = Faults { stale: 0, conflict: 0, lost_request: 0, lost_answer: 0, crash: 0 };
    pub const ALL: Faults = Faults { stale: 12, conflict: 10, lost_request: 6, lost_answer: 8, crash: 5 };
}

/// The Gist as one machine reaches it.
pub struct Line<'w> {
    pub world: &'w Mutex<World>,
    pub turns: &'w Turns,
    pub machine: usize,
    pub faults: Faults,
    pub has_history: bool,
    pub random: Mutex<Random>,
}

impl Line<'_> {
    fn strikes(&self, percent: u64) -> bool {
        self.random.lock().unwrap().percent(percent)
    }

    /// Waits for the turn; then the request may get lost, or the machine.
    fn begin(&self) -> Result<(), RemoteError> {
        self.turns.wait(self.machine);
        if self.strikes(self.faults.crash) {
            return Err(RemoteError::Interrupted);
        }
        if self.strikes(self.faults.lost_request) {
            return Err(unanswered());
        }
        Ok(())
    }

    /// The answer may get lost, or the machine while it is on its way.
    fn end<T>(&self, answer: T) -> Result<T, RemoteError> {
        if self.strikes(self.faults.crash) {
            return Err(RemoteError::Interrupted);
        }
        if self.strikes(self.faults.lost_answer) {
            return Err(unanswered());
        }
        Ok(answer)
    }

    fn describe(&self, id: &str, gist: &GistInMemory, nth: usize) -> Gist {
        let files = gist.revisions[nth].iter().map(|(name, text)| {
            let blob = BlobId::of(text.as_bytes());
            let raw_url = format!("memory:///{id}/raw/{blob}/{name}");
            // Whatever is not small has to be fetched.
            let content = (text.len() < 4_000).then(|| text.clone());
            (name.clone(), RemoteFile { blob, size: text.len() as u64, raw_url, content })
        });
        let revision = |nth: usize| format!("{nth:040x}");
        Gist {
            id: id.to_owned(),
            description: gist.description.clone(),
            html_url: format!("memory:///{id}"),
            owner: "ann".into(),
            is_public: false,
            created_at: Some(UtcMillis(id.len() as i64)),
            updated_at: None,
            files: files.collect(),
            is_truncated: false,
            revisions: if self.has_history { (0..=nth).rev().map(revision).collect() } else { Vec::new() },
            etag: Some(format!("{id}-{nth}")),
        }
    }
}

fn unanswered() -> RemoteError {
    RemoteError::Unanswered { host: "memory".into(), reason: "lost".into() }
}

impl World {
    fn commit(&mut self, id: &str, changes: &Changes) -> Result<(), RemoteError> {
        let gist = self.gists.get_mut(id).ok_or(RemoteError::NotFound)?;
        let mut files = gist.revisions.last().map(|files| Files::clone(files)).unwrap_or_default();
        for (name, text) in changes {
            match text {
                Some(text) if text.trim().is_empty() => {
                    return Err(RemoteError::Refused { message: format!("empty {name}") });
                }
                Some(text) => {
                    self.blobs.insert(BlobId::of(text.as_bytes()), text.clone());
                    files.insert(name.clone(), text.clone());
                }
                None if files.remove(name).is_none() => {
                    return Err(RemoteError::Refused { message: format!("missing_field {name}") });
                }
                None => {}
            }
        }
        if gist.revisions.last().is_none_or(|newest| **newest != files) {
            gist.revisions.push(Arc::new(files));
        }
        Ok(())
    }
}

impl Remote for Line<'_> {
    fn account(&self) -> Result<Account, RemoteError> {
        self.begin()?;
        self.end(Account { login: "ann".into(), scopes: Some(vec!["gist".into()]) })
    }

    fn rate_limit(&self) -> Result<RateLimit, RemoteError> {
        self.begin()?;
        self.end(RateLimit { limit: 5_000, remaining: 5_000, reset: UtcMillis(0) })
    }

    fn list(&self) -> Result<Vec<Gist>, RemoteError> {
        self.begin()?;
        let world = self.world.lock().unwrap();
        let mut gists = Vec::new();
        for (id, gist) in &world.gists {
            let mut described = self.describe(id, gist, gist.revisions.len() - 1);
            described.files.values_mut().for_each(|file| file.content = None);
            gists.push(described);
        }
        self.end(gists)
    }

    fn create(&self, description: &str, changes: &Changes) -> Result<Gist, RemoteError> {
        self.begin()?;
        let mut world = self.world.lock().unwrap();
        let id = format!("{:032x}", world.gists.len() + 1);
        let gist = GistInMemory { description: description.to_owned(), revisions: Vec::new() };
        world.gists.insert(id.clone(), gist);
        world.commit(&id, changes)?;
        let answer = self.describe(&id, &world.gists[&id], 0);
        self.end(answer)
    }

    fn read(&self, id: &str, etag: Option<&str>) -> Result<Reading, RemoteError> {
        self.begin()?;
        let world = self.world.lock().unwrap();
        let gist = world.gists.get(id).ok_or(RemoteError::NotFound)?;
        let newest = gist.revisions.len() - 1;
        let back = if self.strikes(self.faults.stale) { self.random.lock().unwrap().below(4) as usize } else { 0 };
        let answer = self.describe(id, gist, newest.saturating_sub(back));
        if etag.is_some() && etag == answer.etag.as_deref() {
            return self.end(Reading::NotModified);
        }
        self.end(Reading::Gist(Box::new(answer)))
    }

    fn patch(&self, id: &str, changes: &Changes) -> Result<Gist, RemoteError> {
        self.begin()?;
        if self.strikes(self.faults.conflict) {
            return Err(RemoteError::Conflict);
        }
        let mut world = self.world.lock().unwrap();
        world.commit(id, changes)?;
        let gist = &world.gists[id];
        let answer = self.describe(id, gist, gist.revisions.len() - 1);
        self.end(answer)
    }

    fn revisions(&self, id: &str, n: usize) -> Result<Vec<String>, RemoteError> {
        self.begin()?;
        let world = self.world.lock().unwrap();
        let gist = world.gists.get(id).ok_or(RemoteError::NotFound)?;
        self.end((0..gist.revisions.len()).rev().take(n).map(|nth| format!("{nth:040x}")).collect())
    }

    fn read_revision(&self, id: &str, revision: &str) -> Result<Gist, RemoteError> {
        self.begin()?;
        let world = self.world.lock().unwrap();
        let gist = world.gists.get(id).ok_or(RemoteError::NotFound)?;
        let nth = usize::from_str_radix(revision, 16).map_err(|_| RemoteError::NotFound)?;
        let answer = self.describe(id, gist, nth);
        self.end(answer)
    }

    fn fetch(&self, name: &str, file: &RemoteFile) -> Result<String, RemoteError> {
        self.begin()?;
        let world = self.world.lock().unwrap();
        let text = world.blobs.get(&file.blob).cloned();
        let broken = RemoteError::BrokenFile { name: name.to_owned(), reason: "it is not there".into() };
        self.end(text.ok_or(broken)?)
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}
