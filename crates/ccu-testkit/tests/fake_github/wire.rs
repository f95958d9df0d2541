//! The smallest client: writes a request, reads an answer, follows nothing and repeats nothing.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a client that gets no answer fails its test")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ccu_testkit::fake_github::{DEFAULT_TOKEN, FakeGitHub};
use serde_json::Value;

/// What came back.
#[derive(Debug, Clone)]
pub struct Got {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Got {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Who asks: an address, a token, headers for every request.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    headers: Vec<(String, String)>,
}

impl Client {
    /// The default user, asking the API.
    pub fn of(github: &FakeGitHub) -> Client {
        Client::anonymous(github.url()).with("Authorization", &format!("Bearer {DEFAULT_TOKEN}"))
    }

    /// Nobody, asking this address.
    pub fn anonymous(url: &str) -> Client {
        Client { base: url.to_owned(), headers: Vec::new() }.with("User-Agent", "wire")
    }

    /// Sets a header for all requests; an empty value removes it.
    pub fn with(mut self, name: &str, value: &str) -> Client {
        self.headers.retain(|(found, _)| found != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn token(self, token: &str) -> Client {
        self.with("Authorization", &format!("token {token}"))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Got {
        self.ask("GET", path, "").unwrap()
    }

    #[track_caller]
    pub fn post(&self, body: &Value) -> Got {
        self.ask("POST", "/gists", &body.to_string()).unwrap()
    }

    #[track_caller]
    pub fn patch(&self, id: &str, body: &Value) -> Got {
        self.try_patch(id, body).unwrap()
    }

    pub fn try_patch(&self, id: &str, body: &Value) -> io::Result<Got> {
        self.ask("PATCH", &format!("/gists/{id}"), &body.to_string())
    }

    /// Fetches an address as it stands in an answer, without token.
    #[track_caller]
    pub fn fetch(url: &str) -> Got {
        let start = url.find("//").unwrap() + 2;
        let path = start + url[start..].find('/').unwrap();
        Client::anonymous(&url[..path]).get(&url[path..])
    }

    /// Asks over a connection of its own.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> io::Result<Got> {
        self.ask_over(&mut self.connect()?, [method, path, body])
    }

    pub fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let address = self.base.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address.split('/').next().unwrap())?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(BufReader::new(stream))
    }

    /// Asks over a connection that may have served before: method, path, body.
    pub fn ask_over(&self, stream: &mut BufReader<TcpStream>, request: [&str; 3]) -> io::Result<Got> {
        let [method, path, body] = request;
        let address = self.base.strip_prefix("http://").unwrap();
        let (host, prefix) = address.find('/').map_or((address, ""), |slash| address.split_at(slash));
        let mut text = format!("{method} {prefix}{path} HTTP/1.1\r\nHost: {host}\r\n");
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.get_mut().write_all(text.as_bytes())?;
        read(stream)
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Got> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut got = Got { status, headers: Vec::new(), body: Vec::new() };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        got.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    got.body = vec![0; got.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut got.body)?;
    Ok(got)
}
