//! What was asked: every request with its answer's status and sizes, for tests to look at.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::asked::Asked;
use super::place::Place;

/// A request as it came, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Since the fake started.
    pub at: Duration,
    /// Which of the two listeners was asked.
    pub host: Host,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// What the path names.
    pub place: Place,
    /// The headers as they were sent, `Authorization` included.
    pub headers: Vec<(String, String)>,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// The files that a write names.
    pub files: Vec<String>,
    /// The status of the answer; `None` while there is none, and where the connection was dropped instead.
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    pub answer_bytes: u64,
    /// Whether all was done that was asked, and what is sent is known.
    pub is_over: bool,
}

/// One of the two listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// [`super::FakeGitHub::url`].
    Api,
    /// [`super::FakeGitHub::raw_host_url`].
    Raw,
}

impl Recorded {
    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// All requests in the order of their coming.
#[derive(Debug)]
pub struct Log {
    start: Instant,
    requests: Mutex<Vec<Recorded>>,
}

impl Log {
    pub(super) fn new() -> Log {
        Log { start: Instant::now(), requests: Mutex::new(Vec::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All requests.
    pub fn requests(&self) -> Vec<Recorded> {
        self.lock().clone()
    }

    /// `PATCH 200` and so on, one line for each request: for snapshots.
    pub fn summary(&self) -> Vec<String> {
        let line = |request: &Recorded| {
            let status = request.status.map_or("-".to_owned(), |status| status.to_string());
            format!("{} {:?} {status}", request.method, request.place)
        };
        self.lock().iter().map(line).collect()
    }

    /// How many requests of this method came to this place.
    pub fn count(&self, method: &str, place: Place) -> usize {
        self.lock().iter().filter(|request| request.method == method && request.place == place).count()
    }

    /// How many requests came.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether none came.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Bytes of all request bodies.
    pub fn bytes_received(&self) -> u64 {
        self.lock().iter().map(|request| request.body_bytes).sum()
    }

    /// Bytes of all answers' bodies.
    pub fn bytes_sent(&self) -> u64 {
        self.lock().iter().map(|request| request.answer_bytes).sum()
    }

    /// All requests that are over, which the log forgets with this.
    pub fn take_requests(&self) -> Vec<Recorded> {
        self.lock().extract_if(.., |request| request.is_over).collect()
    }

    /// Forgets all requests. A request that is being answered is forgotten too.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Notes a request. Returns its moment, by which [`Log::end`] finds it again.
    pub(super) fn begin(&self, asked: &Asked<'_>) -> Duration {
        let request = &asked.request;
        let mut requests = self.lock();
        // Moments are taken under the lock and differ by a nanosecond at least, so that each names one request.
        let previous = requests.last().map_or(Duration::ZERO, |previous| previous.at + Duration::from_nanos(1));
        let at = self.start.elapsed().max(previous);
        requests.push(Recorded {
            at,
            host: asked.host,
            method: request.method.clone(),
            target: request.target.clone(),
            place: asked.target.place,
            headers: request.headers.clone(),
            body_bytes: request.body.len() as u64,
            files: asked.files.clone(),
            status: None,
            answer_bytes: 0,
            is_over: false,
        });
        at
    }

    /// Notes what is answered, or that nothing is.
    pub(super) fn end(&self, at: Duration, status: Option<u16>, answer_bytes: u64) {
        if let Some(request) = self.lock().iter_mut().rev().find(|request| request.at == at) {
            request.status = status;
            request.answer_bytes = answer_bytes;
            request.is_over = true;
        }
    }
}
