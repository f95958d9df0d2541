//! Why no answer came, parted by whether the request may have been carried out.

use std::io;

use rustls::CertificateError;
use ureq::{Error, Timeout};

use super::super::error::RemoteError;

/// No whole answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The request did not leave, or not so far that anybody could carry it out.
    NotSent(ConnectionFailure),
    /// It left, and nothing that is an answer came back.
    NoAnswer(String),
    /// It took too long; whether it left is not known.
    OutOfTime,
    /// More came than was asked for.
    TooLong {
        /// The most that was to come.
        most_bytes: u64,
    },
    /// The user wants to stop.
    Interrupted,
}

/// Why a request did not leave: the `source` of [`RemoteError::Unreachable`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionFailure {
    /// The name has no address.
    #[error("no such host")]
    NoSuchHost,
    /// Name or connection took longer than ten seconds.
    #[error("it took too long to connect")]
    TimedOut,
    /// The proxy did not connect us.
    #[error("the proxy did not connect us: {0}")]
    Proxy(String),
    /// Nobody whom we trust vouches for the host: a company's proxy that opens connections, a wrong clock, or a fraud.
    #[error("its certificate is not trusted: {0}")]
    Distrusted(String),
    /// Anything else: refused, no route, no TLS spoken.
    #[error("{0}")]
    Connection(String),
}

impl ConnectionFailure {
    /// Why the remote is unreachable, where that is what the error says.
    pub fn of(error: &RemoteError) -> Option<&ConnectionFailure> {
        match error {
            RemoteError::Unreachable { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }
}

impl Failure {
    /// Reads ureq's error. `is_body_begun` says whether a body began to leave; `None` where there is none to tell it.
    pub(super) fn of(error: Error, is_body_begun: Option<bool>) -> Failure {
        let may_be_sent = is_body_begun.unwrap_or_else(|| happens_when_connected(&error));
        if may_be_sent {
            return Failure::NoAnswer(reason(&error));
        }
        Failure::NotSent(match error {
            Error::HostNotFound => ConnectionFailure::NoSuchHost,
            Error::Timeout(_) => ConnectionFailure::TimedOut,
            Error::ConnectProxyFailed(reason) => ConnectionFailure::Proxy(reason),
            error => match distrust(&error) {
                Some(reason) => ConnectionFailure::Distrusted(reason),
                None => ConnectionFailure::Connection(reason(&error)),
            },
        })
    }
}

/// Whether an error is of a kind that comes after the request was sent, or may come then.
fn happens_when_connected(error: &Error) -> bool {
    use io::ErrorKind;
    match error {
        Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::BrokenPipe
                | ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionReset
                | ErrorKind::NotConnected
                | ErrorKind::TimedOut
                | ErrorKind::UnexpectedEof
                | ErrorKind::WouldBlock
        ),
        Error::Timeout(timeout) => !matches!(timeout, Timeout::Resolve | Timeout::Connect),
        Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::Decompress(..) | Error::BodyStalled => true,
        _ => false,
    }
}

/// What is wrong with the host's certificate, where that is what ended the connection.
fn distrust(error: &Error) -> Option<String> {
    let error = match error {
        Error::Rustls(error) => error,
        Error::Io(error) => error.get_ref()?.downcast_ref()?,
        _ => return None,
    };
    let rustls::Error::InvalidCertificate(problem) = error else { return None };
    Some(match problem {
        CertificateError::UnknownIssuer => "nobody whom this system trusts has signed it".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is that of another host".to_owned()
        }
        problem => problem.to_string(),
    })
}

/// ureq's words without the prefix that says whose they are.
fn reason(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_carried_out() {
        let io = |kind: io::ErrorKind| Error::Io(io::Error::from(kind));
        let check = |error: Error, is_body_begun: Option<bool>, expected: bool| {
            let shown = format!("{error:?} {is_body_begun:?}");
            let may_be_sent = !matches!(Failure::of(error, is_body_begun), Failure::NotSent(_));
            assert_eq!(may_be_sent, expected, "{shown}");
        };
        check(io(io::ErrorKind::ConnectionRefused), None, false);
        check(io(io::ErrorKind::NetworkUnreachable), None, false);
        check(io(io::ErrorKind::HostUnreachable), None, false);
        check(io(io::ErrorKind::ConnectionReset), None, true);
        check(io(io::ErrorKind::UnexpectedEof), None, true);
        check(Error::HostNotFound, None, false);
        check(Error::Timeout(Timeout::Connect), None, false);
        check(Error::Timeout(Timeout::RecvBody), None, true);
        // With a body there is no guessing.
        check(io(io::ErrorKind::HostUnreachable), Some(true), true);
        check(io(io::ErrorKind::ConnectionReset), Some(false), false);
    }
}
