//! One HTTP request and its answer: sent on a thread of its own, so that Ctrl-C and the deadline end it at once, whatever it
//! waits for.
//!
//! Knows nothing of GitHub. Requests take turns, as GitHub asks for
//! (<https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api>).

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::header::CONTENT_LENGTH;
use ureq::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use ureq::tls::TlsConfig;
use ureq::{Agent, Proxy, SendBody};

use super::failure::{ConnectionFailure, Failure};

/// How long a name or a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How often Ctrl-C and the deadline are looked at; an answer is taken at once.
const LOOK: Duration = Duration::from_millis(50);
/// What must come or go in a second, once a request is over its deadline.
const BYTES_PER_SECOND: u64 = 16 * 1024;
/// How much of an answer is read at a time.
const WINDOW: usize = 64 * 1024;

/// Says whether the user wants to stop.
pub type Interrupt = Arc<dyn Fn() -> bool + Send + Sync>;

/// What is sent.
#[derive(Clone)]
pub(super) struct Request {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    /// `None` sends none, as reading methods must.
    pub body: Option<Arc<[u8]>>,
    /// The most bytes that the answer may have.
    pub most_bytes: u64,
}

/// What came back, whole.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// How to connect.
pub(super) struct Way {
    pub tls: TlsConfig,
    pub proxy: Option<Proxy>,
    /// What a proxy is told; requests carry their own.
    pub user_agent: String,
    pub deadline: Duration,
}

/// Kept connections, and the wish to stop.
pub(super) struct Connection {
    config: Config,
    deadline: Duration,
    is_interrupted: Interrupt,
    agent: Mutex<Agent>,
}

/// What moved for one request.
#[derive(Default)]
struct Moved {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Connection {
    pub(super) fn new(way: Way, is_interrupted: Interrupt) -> Connection {
        let connect = CONNECT.min(way.deadline);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .tls_config(way.tls)
            .proxy(way.proxy)
            .user_agent(way.user_agent)
            .build();
        let agent = Mutex::new(Agent::new_with_config(config.clone()));
        Connection { config, deadline: way.deadline, is_interrupted, agent }
    }

    /// Sends a request and waits for its answer, whatever its status; redirects are answers, too.
    pub(super) fn ask(&self, request: Request, started: Instant) -> Result<Answer, Failure> {
        let mut agent = self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        if (self.is_interrupted)() {
            return Err(Failure::Interrupted);
        }
        let moved = Arc::new(Moved::default());
        let (sender, receiver) = mpsc::sync_channel(1);
        let (worker, counted) = (agent.clone(), Arc::clone(&moved));
        // Nobody listens any more once the wait was given up.
        let work = move || sender.send(exchange(&worker, &request, &counted)).unwrap_or_default();
        let spawned = thread::Builder::new().name("http".to_owned()).spawn(work);
        spawned.map_err(|error| Failure::NotSent(ConnectionFailure::Connection(error.to_string())))?;

        let waited = self.wait(&receiver, &moved, started);
        if matches!(waited, Err(Failure::Interrupted | Failure::OutOfTime)) {
            // Closes the socket: what was not sent until now never is. A closed agent stays closed.
            std::mem::replace(&mut *agent, Agent::new_with_config(self.config.clone())).shutdown();
        }
        waited
    }

    fn wait(
        &self,
        receiver: &Receiver<Result<Answer, Failure>>,
        moved: &Moved,
        started: Instant,
    ) -> Result<Answer, Failure> {
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(answered) => return answered,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::NoAnswer("the request broke off".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if (self.is_interrupted)() {
                return Err(Failure::Interrupted);
            }
            if started.elapsed() > self.deadline + moved.worth() {
                return Err(Failure::OutOfTime);
            }
        }
    }
}

impl Moved {
    /// The time that moving so much may take.
    fn worth(&self) -> Duration {
        let bytes = self.sent.load(Ordering::Relaxed) + self.received.load(Ordering::Relaxed);
        Duration::from_secs(bytes / BYTES_PER_SECOND)
    }
}

fn exchange(agent: &Agent, request: &Request, moved: &Arc<Moved>) -> Result<Answer, Failure> {
    let has_body = request.body.is_some();
    let failed = |error: ureq::Error| {
        // A body is begun only after the connection stands; without one, the kind of the error has to tell.
        let is_begun = has_body.then(|| moved.sent.load(Ordering::Relaxed) > 0);
        Failure::of(error, is_begun)
    };
    let response = agent.run(prepare(request, moved)).map_err(failed)?;
    let (parts, body) = response.into_parts();
    let mut reader = body.into_reader();
    let mut body = Vec::new();
    let mut window = vec![0; WINDOW];
    loop {
        let n_bytes = match reader.read(&mut window) {
            Ok(0) => break,
            Ok(n_bytes) => n_bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::NoAnswer(format!("the answer was cut off ({error})"))),
        };
        moved.received.fetch_add(n_bytes as u64, Ordering::Relaxed);
        if (body.len() + n_bytes) as u64 > request.most_bytes {
            return Err(Failure::TooLong { most_bytes: request.most_bytes });
        }
        body.extend_from_slice(window.get(..n_bytes).unwrap_or_default());
    }
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

fn prepare(request: &Request, moved: &Arc<Moved>) -> ureq::http::Request<SendBody<'static>> {
    let mut headers = request.headers.clone();
    let body = match &request.body {
        None => SendBody::none(),
        Some(bytes) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            SendBody::from_owned_reader(CountedBody { bytes: Arc::clone(bytes), position: 0, moved: Arc::clone(moved) })
        }
    };
    let mut prepared = ureq::http::Request::new(body);
    *prepared.method_mut() = request.method.clone();
    *prepared.headers_mut() = headers;
    *prepared.uri_mut() = request.uri.clone();
    prepared
}

/// A body that counts how much of it was taken.
struct CountedBody {
    bytes: Arc<[u8]>,
    position: usize,
    moved: Arc<Moved>,
}

impl Read for CountedBody {
    fn read(&mut self, window: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.bytes.get(self.position..).unwrap_or_default();
        let n_bytes = rest.read(window)?;
        self.position += n_bytes;
        self.moved.sent.fetch_add(n_bytes as u64, Ordering::Relaxed);
        Ok(n_bytes)
    }
}
