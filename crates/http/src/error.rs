//! What can go wrong with one request, in words that name the thing. Does not decide what counts as a failure of
//! the user's check: a 500 is a response here, not an error.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::response::ResponseHead;
use crate::timing::Timings;

/// Why there is no (complete) response. Each text fits after "failed to" or stands alone after a colon.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a URL that could be requested.
    #[error("invalid url {url:?}: {reason}")]
    InvalidUrl {
        /// The text as given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The URL is well formed, but neither http nor https.
    #[error("unsupported scheme {scheme:?}: only http and https can be requested")]
    UnsupportedScheme {
        /// The scheme as given.
        scheme: String,
    },
    /// The method is not a token.
    #[error("invalid method {0:?}")]
    InvalidMethod(String),
    /// A request header that could not be sent without changing the meaning of the request.
    #[error("invalid header {name:?}: {reason}")]
    InvalidHeader {
        /// The header's name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The producer of a streamed request body gave up.
    #[error("send the request body: {0}")]
    Upload(String),
    /// The host name has no address.
    #[error("resolve {host}: {source}")]
    Dns {
        /// The name that was looked up.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No connection (name, TCP, proxy tunnel and TLS together) within the connect timeout.
    #[error("connect to {target}: no connection after {limit:?}")]
    ConnectTimeout {
        /// `host:port`.
        target: String,
        /// The timeout that was set.
        limit: Duration,
    },
    /// The last address tried could not be connected to.
    #[error("connect to {target} ({address}): {source}")]
    Connect {
        /// `host:port`.
        target: String,
        /// The address behind it.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The TLS handshake, or a record after it, failed.
    #[error("tls with {target}: {kind}: {detail}")]
    Tls {
        /// `host:port`.
        target: String,
        /// The class of failure.
        kind: TlsFailure,
        /// The library's words.
        detail: String,
    },
    /// A certificate or key given by the caller cannot be used.
    #[error("load {path}: {reason}", path = path.display())]
    TlsSettings {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The proxy refused to make a tunnel.
    #[error("connect through proxy {proxy}: it answered {status}")]
    ProxyConnect {
        /// `host:port` of the proxy.
        proxy: String,
        /// The proxy's status.
        status: u16,
    },
    /// Nothing was received (nor could be sent) for the whole read timeout.
    #[error("read from {target}: no data for {limit:?}")]
    ReadTimeout {
        /// `host:port`.
        target: String,
        /// The timeout that was set.
        limit: Duration,
    },
    /// The server closed the connection before the response head was complete.
    #[error("read from {target}: connection closed without a response")]
    ConnectionClosed {
        /// `host:port`.
        target: String,
    },
    /// The server reset the connection.
    #[error("read from {target}: connection reset")]
    Reset {
        /// `host:port`.
        target: String,
    },
    /// The connection ended inside the body.
    #[error("read the body from {target}: connection closed after {received} bytes{}", of(*expected, *chunk))]
    IncompleteBody {
        /// `host:port`.
        target: String,
        /// What Content-Length promised.
        expected: Option<u64>,
        /// The body bytes received.
        received: u64,
        /// Bytes received of the chunk in which it ended, and the size of that chunk.
        chunk: Option<(u64, u64)>,
    },
    /// What the server sent is not HTTP/1.
    #[error("read from {target}: invalid response: {reason}")]
    InvalidResponse {
        /// `host:port`.
        target: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The head is longer than [`MAX_HEAD`](crate::MAX_HEAD) bytes or [`MAX_HEADERS`](crate::MAX_HEADERS) lines.
    #[error("read from {target}: response head is longer than {limit}")]
    HeadTooLarge {
        /// `host:port`.
        target: String,
        /// The limit that was passed, with its unit.
        limit: &'static str,
    },
    /// The body is not what Content-Encoding says.
    #[error("decode the {encoding} body: {reason}")]
    Decode {
        /// The content coding.
        encoding: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The (decoded) body is longer than the limit that was set.
    #[error("read the body from {target}: longer than the limit of {limit} bytes")]
    BodyTooLarge {
        /// `host:port`.
        target: String,
        /// The limit that was set.
        limit: u64,
    },
    /// Any other failure of the socket.
    #[error("talk to {target}: {source}")]
    Io {
        /// `host:port`.
        target: String,
        /// What the system said.
        source: io::Error,
    },
}

fn of(expected: Option<u64>, chunk: Option<(u64, u64)>) -> String {
    match (expected, chunk) {
        (_, Some((received, size))) => format!(", {received} bytes into a chunk of {size}"),
        (Some(length), None) => format!(" of {length}"),
        (None, None) => String::new(),
    }
}

/// The classes of TLS failure that a tester tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate's time has not come.
    CertificateNotYetValid,
    /// No trusted authority signed the certificate (self-signed ones too).
    UnknownIssuer,
    /// The certificate is for other names.
    NameMismatch,
    /// The certificate was revoked.
    CertificateRevoked,
    /// The certificate cannot be used for another reason.
    BadCertificate,
    /// The server wants a client certificate, or did not like ours.
    ClientCertificate,
    /// No protocol version or cipher in common.
    Incompatible,
    /// The other side does not speak TLS.
    NotTls,
    /// The connection ended during the handshake.
    Closed,
    /// Anything else.
    Handshake,
}

impl std::fmt::Display for TlsFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::CertificateExpired => "certificate expired",
            Self::CertificateNotYetValid => "certificate not yet valid",
            Self::UnknownIssuer => "certificate of unknown issuer",
            Self::NameMismatch => "certificate for another name",
            Self::CertificateRevoked => "certificate revoked",
            Self::BadCertificate => "bad certificate",
            Self::ClientCertificate => "client certificate refused",
            Self::Incompatible => "no version or cipher in common",
            Self::NotTls => "the server does not speak tls",
            Self::Closed => "connection closed during the handshake",
            Self::Handshake => "handshake failed",
        })
    }
}

/// A request that got no complete response: the reason, and everything known by then.
#[derive(Debug)]
pub struct Failure {
    /// The reason.
    pub error: Error,
    /// As far as it came; `total` is the time until the failure.
    pub timings: Timings,
    /// The head, if it had arrived (the body then failed).
    pub response: Option<ResponseHead>,
    /// Whom we talked to, if a connection was made.
    pub remote: Option<SocketAddr>,
    /// Whether the connection had served an earlier request.
    pub reused: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}
