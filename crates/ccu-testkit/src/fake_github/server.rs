//! The two listeners and a thread for each connection.

use std::collections::HashMap;
use std::io::{self, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::exchange::{Manner, exchange};
use super::fake::Shared;
use super::http;
use super::log::Host;

/// A listener, and the connections that it has accepted.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    connections: Arc<Connections>,
    thread: Option<JoinHandle<()>>,
}

/// Open connections by number, kept so that they can be closed from outside.
#[derive(Debug, Default)]
struct Connections(Mutex<HashMap<u64, TcpStream>>);

impl Connections {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a port of 127.0.0.1; 0 takes a free one.
pub(super) fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

impl Server {
    /// Serves what comes to `listener`.
    pub(super) fn start(listener: TcpListener, host: Host, shared: Arc<Shared>) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let connections = Arc::new(Connections::default());
        let accepted = connections.clone();
        let thread = thread::Builder::new()
            .name(format!("fake-github-{host:?}").to_lowercase())
            .spawn(move || accept(&listener, host, &shared, &accepted))?;
        Ok(Server { address, connections, thread: Some(thread) })
    }

    /// Closes all connections and waits for their threads; the end has to be set before. Returns whether all went well.
    pub(super) fn stop(&mut self) -> bool {
        // The listener only looks whether it is the end when somebody connects.
        drop(TcpStream::connect(self.address));
        for connection in self.connections.lock().values() {
            connection.shutdown(Shutdown::Both).ok();
        }
        self.thread.take().is_none_or(|thread| thread.join().is_ok())
    }
}

fn accept(listener: &TcpListener, host: Host, shared: &Shared, connections: &Connections) {
    thread::scope(|scope| {
        for (number, stream) in (0..).zip(listener.incoming()) {
            if shared.stop.is_set() {
                break;
            }
            let Ok(stream) = stream else { continue };
            let Ok(copy) = stream.try_clone() else { continue };
            connections.lock().insert(number, copy);
            // The end may have been set since it was looked at; then nobody else closes this connection.
            if shared.stop.is_set() {
                stream.shutdown(Shutdown::Both).ok();
            }
            scope.spawn(move || {
                // A connection that breaks is the client's affair, and often what a test wants.
                serve(&stream, host, shared).ok();
                stream.shutdown(Shutdown::Both).ok();
                connections.lock().remove(&number);
            });
        }
    });
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: &TcpStream, host: Host, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(64 << 10, stream);
    let mut writer = stream;
    while let Some(request) = http::read(&mut reader, &mut writer)? {
        let closes = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let (response, manner) = exchange(shared, host, request);
        match manner {
            Manner::Whole => {
                writer.write_all(response.head().as_bytes())?;
                writer.write_all(&response.body)?;
            }
            Manner::Slow(pause) => {
                let bytes = [response.head().into_bytes(), response.body].concat();
                slowly(&mut writer, &bytes, pause, shared)?;
            }
            Manner::Cut => {
                writer.write_all(response.head().as_bytes())?;
                writer.write_all(&response.body[..response.body.len() / 2])?;
                return Ok(());
            }
            Manner::Drop => return Ok(()),
        }
        if closes {
            return Ok(());
        }
    }
    Ok(())
}

fn slowly(writer: &mut impl Write, bytes: &[u8], pause: Duration, shared: &Shared) -> io::Result<()> {
    for byte in bytes.chunks(1) {
        if shared.stop.wait(pause) {
            return Ok(());
        }
        writer.write_all(byte)?;
    }
    Ok(())
}
