//! A server that says what a test tells it to: for answers that no server should give.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    /// The value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
pub enum Reply {
    /// Sends these bytes, then waits for the next request on the connection.
    Bytes(Vec<u8>),
    /// Sends these bytes, then closes.
    Last(Vec<u8>),
    /// Sends so many bytes at a time, with pauses.
    Trickle { bytes: Vec<u8>, at_a_time: usize, pause: Duration },
    /// Sends nothing more and keeps the connection until the other side closes it.
    Silence,
}

/// An answer with JSON or any other text.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply::Bytes(bytes(status, headers, body.as_bytes()))
}

pub fn bytes(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

type Script = dyn Fn(&Received) -> Reply + Send + Sync;
/// Puts TLS on a connection, or does not.
type Wrap = dyn Fn(TcpStream) -> Box<dyn Stream> + Send + Sync;

pub trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

#[derive(Default)]
struct Log {
    requests: Vec<Received>,
    n_connections: usize,
    n_closed: usize,
}

pub struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
}

impl Server {
    pub fn new(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Server {
        Server::with_stream(script, |stream| Box::new(stream))
    }

    pub fn with_stream(
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let (script, wrap): (Arc<Script>, Arc<Wrap>) = (Arc::new(script), Arc::new(wrap));
        let logged = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, wrap, log) = (Arc::clone(&script), Arc::clone(&wrap), Arc::clone(&logged));
                log.lock().unwrap().n_connections += 1;
                thread::spawn(move || {
                    // Clients that go away in the middle are part of the tests.
                    let _ = serve(wrap(stream.unwrap()), &*script, &log);
                    log.lock().unwrap().n_closed += 1;
                });
            }
        });
        Server { address, log }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn n_connections(&self) -> usize {
        self.log.lock().unwrap().n_connections
    }

    /// Waits until no connection is left.
    pub fn wait_until_closed(&self) {
        loop {
            let log = self.log.lock().unwrap();
            if log.n_closed == log.n_connections {
                return;
            }
            drop(log);
            thread::yield_now();
        }
    }

    /// All requests until now, each with the headers that each must have.
    pub fn seen(&self) -> Vec<Received> {
        let requests = self.log.lock().unwrap().requests.clone();
        for request in &requests {
            assert!(request.header("user-agent").is_some_and(|name| name.starts_with("ccu/")), "{request:?}");
            assert_eq!(request.header("x-github-api-version"), Some("2022-11-28"), "{request:?}");
            let is_conditional = request.headers.iter().any(|(name, _)| name.starts_with("if-"));
            assert!(request.method == "GET" || !is_conditional, "{request:?}");
        }
        requests
    }
}

fn serve(stream: Box<dyn Stream>, script: &Script, log: &Mutex<Log>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = receive(&mut stream)? {
        let reply = script(&request);
        log.lock().unwrap().requests.push(request);
        match reply {
            Reply::Bytes(bytes) => stream.get_mut().write_all(&bytes)?,
            Reply::Last(bytes) => {
                stream.get_mut().write_all(&bytes)?;
                return stream.get_mut().flush();
            }
            Reply::Trickle { bytes, at_a_time, pause } => {
                for piece in bytes.chunks(at_a_time) {
                    stream.get_mut().write_all(piece)?;
                    stream.get_mut().flush()?;
                    thread::sleep(pause);
                }
            }
            Reply::Silence => return io::copy(&mut stream, &mut io::sink()).map(drop),
        }
        stream.get_mut().flush()?;
    }
    Ok(())
}

fn receive(stream: &mut BufReader<Box<dyn Stream>>) -> io::Result<Option<Received>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let mut words = head.first().map_or("", String::as_str).split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: Vec<_> = head.iter().skip(1).filter_map(|line| line.split_once(':')).collect();
    let headers: Vec<_> =
        headers.into_iter().map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let mut received = Received { method, path, headers, body: String::new() };
    let length = received.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    received.body = String::from_utf8(body).unwrap();
    Ok(Some(received))
}

/// An HTTP proxy that leads every host to one address. Hands out what it was asked, line by line.
pub fn proxy(target: SocketAddr, status: u16) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let logged = Arc::clone(&heads);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let heads = Arc::clone(&logged);
            thread::spawn(move || tunnel(stream.unwrap(), target, status, &heads));
        }
    });
    (address, heads)
}

fn tunnel(client: TcpStream, target: SocketAddr, status: u16, heads: &Mutex<Vec<String>>) -> io::Result<()> {
    // Byte by byte: what follows the head belongs to the tunnel.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        (&client).read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    write!(&client, "HTTP/1.1 {status} x\r\n\r\n")?;
    if status != 200 {
        return Ok(());
    }
    let server = TcpStream::connect(target)?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    io::copy(&mut &server, &mut &client)?;
    client.shutdown(Shutdown::Both)
}
