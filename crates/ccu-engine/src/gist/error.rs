//! Why a remote did not do what it was asked: parted by what can be done about it, never by status alone.

use ccu_core::time::UtcMillis;

/// An answer that is none, or none that helps. No variant holds a token.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// 401: the token is unknown, expired or revoked.
    #[error("GitHub does not accept the token")]
    Unauthorized,
    /// 403: the token may not do this.
    #[error("the token may not do this: {message}")]
    NotPermitted {
        /// GitHub's message.
        message: String,
    },
    /// 404: not there, or not for this token. Which of both, only further questions tell.
    #[error("not found")]
    NotFound,
    /// 409: somebody else was writing, or the request was too large.
    #[error("the Gist was being changed at the same moment")]
    Conflict,
    /// 413, or 422 with a message about size.
    #[error("the request was too large")]
    TooLarge,
    /// 400 or 422: the request itself is refused.
    #[error("GitHub refused the request: {message}")]
    Refused {
        /// GitHub's message.
        message: String,
    },
    /// 403 or 429 with the headers or the message of a rate limit.
    #[error("GitHub's rate limit is used up")]
    Limited {
        /// When asking makes sense again.
        until: UtcMillis,
    },
    /// The request was not sent: no name, no route, no connection, no trust in the certificate.
    #[error("cannot reach {host}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Sent, but not answered as it should be (time-out, cut connection, 5xx): it may have been carried out.
    #[error("{host} gave no answer: {reason}")]
    Unanswered {
        /// Who was asked.
        host: String,
        /// What came instead.
        reason: String,
    },
    /// An answer that GitHub doesn't give: a captive portal, a proxy's page, something cut.
    #[error("{host} gave an unexpected answer: {reason}")]
    Unexpected {
        /// Who was asked.
        host: String,
        /// What came instead.
        reason: String,
    },
    /// A file's content is not what its blob id and size promise.
    #[error("the file `{name}` in the Gist is broken: {reason}")]
    BrokenFile {
        /// The file.
        name: String,
        /// How it differs.
        reason: String,
    },
    /// Stopped by the user while waiting.
    #[error("interrupted")]
    Interrupted,
}
