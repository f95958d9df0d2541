//! HTTP/1.1 as far as a client of GitHub needs it: a request with a `Content-Length` in, an answer with one out.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};

/// The longest body that is read; what is longer closes the connection.
const MOST_BODY_BYTES: u64 = 256 << 20;
/// The most header lines of a request.
const MOST_HEADERS: usize = 100;

/// A request as it came over the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    /// Names as they were sent.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// A header's value, whatever the case of its name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path without the query.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A value of the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| decoded(v))
    }

    /// What stands behind `Bearer` or `token` in the `Authorization` header.
    pub(super) fn token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        ["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str()).then_some(token.trim())
    }
}

/// An answer before it goes over the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    /// Adds a header, or replaces the value of the one of this name.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Adds a header unless there is one of this name.
    pub(super) fn set_default(&mut self, name: &str, value: impl Into<String>) {
        if !self.headers.iter().any(|(found, _)| found.eq_ignore_ascii_case(name)) {
            self.headers.push((name.to_owned(), value.into()));
        }
    }

    /// The status line and the headers, with the empty line behind them.
    pub(super) fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").ok();
        }
        if !matches!(self.status, 204 | 304) {
            write!(head, "Content-Length: {}\r\n", self.body.len()).ok();
        }
        head.push_str("\r\n");
        head
    }
}

/// Reads the next request of a connection; `None` where the client closed it.
///
/// **Errors**: what the connection gives, and `InvalidData` for what is no HTTP/1.1 request with a known length.
pub(super) fn read(reader: &mut impl BufRead, writer: &mut impl Write) -> io::Result<Option<Request>> {
    let Some(line) = read_line(reader)? else { return Ok(None) };
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1")) = (words.next(), words.next(), words.next()) else {
        return Err(invalid("no request line"));
    };
    let mut request = Request { method: method.to_owned(), target: target.to_owned(), ..Request::default() };
    loop {
        let line = read_line(reader)?.ok_or_else(|| invalid("the headers are cut"))?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header without colon"))?;
        request.headers.push((name.to_owned(), value.trim().to_owned()));
        if request.headers.len() > MOST_HEADERS {
            return Err(invalid("too many headers"));
        }
    }
    read_body(&mut request, reader, writer)?;
    Ok(Some(request))
}

fn read_body(request: &mut Request, reader: &mut impl BufRead, writer: &mut impl Write) -> io::Result<()> {
    if request.header("transfer-encoding").is_some() {
        return Err(invalid("a body without known length"));
    }
    let Some(length) = request.header("content-length") else { return Ok(()) };
    let length: u64 = length.parse().map_err(|_| invalid("a length that is no number"))?;
    if length > MOST_BODY_BYTES {
        return Err(invalid("a body that is too long"));
    }
    if request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    request.body = vec![0; length as usize];
    reader.read_exact(&mut request.body)
}

fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    const MOST_LINE_BYTES: u64 = 64 << 10;
    let mut bytes = Vec::new();
    Read::take(&mut *reader, MOST_LINE_BYTES).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).map_err(|_| invalid("a line that is no text"))?;
    let line = text.strip_suffix('\n').ok_or_else(|| invalid("a line without end"))?;
    Ok(Some(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The words behind a status.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        413 => "Payload Too Large",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}

/// A text as a part of a path: every byte but letters, digits and `-._~` is written as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    encoded
}

/// A part of a path or query as text; what is no `%XX` stays as it is.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = hex.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = if byte.is_some() { &after[2..] } else { after };
        bytes.push(byte.unwrap_or(first));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read() {
        let check = |text: &str| read(&mut text.as_bytes(), &mut Vec::new());
        let text =
            "PATCH /gists/a%20b?page=2&since=x%3Ay HTTP/1.1\r\nauthorization: Bearer t\r\nContent-Length: 2\r\n\r\n{}";
        let request = check(text).unwrap().unwrap();
        assert_eq!(
            (request.method.as_str(), request.path(), request.body.as_slice()),
            ("PATCH", "/gists/a%20b", &b"{}"[..])
        );
        assert_eq!((request.token(), request.query("page").as_deref()), (Some("t"), Some("2")));
        assert_eq!((request.query("since").as_deref(), request.query("per_page")), (Some("x:y"), None));
        assert!(check("").unwrap().is_none());
        for wrong in [
            "GET /\r\n\r\n",
            "GET / HTTP/1.1\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
            "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_survive_a_path() {
        for name in ["manifest.json", "a b", "ü/%41?", "50%", "%zz"] {
            assert_eq!(decoded(&encoded(name)), name);
        }
        assert_eq!(encoded("a b/ü"), "a%20b%2F%C3%BC");
        assert_eq!(decoded("50%"), "50%");
    }
}
