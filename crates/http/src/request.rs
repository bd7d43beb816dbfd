//! One request, as data. Does not send itself, follow redirects or keep cookies.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::error::Error;
use crate::headers::{HeaderBlock, is_token};
use crate::proxy::Proxy;
use crate::tls::TlsSettings;
use crate::url::Url;

/// Everything about one request.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// With what.
    pub url: Url,
    /// All headers but those that follow from the rest: `Host`, and `Content-Length` or `Transfer-Encoding`, are
    /// added if they are not among these.
    pub headers: HeaderBlock,
    /// What to send after the head.
    pub body: Body,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// Whom to trust. Looked at for https only.
    pub tls: Arc<TlsSettings>,
    /// Through whom to send.
    pub proxy: Option<Arc<Proxy>>,
    /// What to do with the response body.
    pub mode: BodyMode,
    /// Whether to undo Content-Encoding.
    pub decode: bool,
}

impl Request {
    /// Builds a request without headers, body, timeouts and proxy.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderBlock::default(),
            body: Body::Empty,
            timeouts: Timeouts::default(),
            tls: TlsSettings::shared_default(),
            proxy: None,
            mode: BodyMode::Collect,
            decode: true,
        }
    }

    /// Builds a GET request.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }
}

/// A request method: any token, sent as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Method(Token);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Token {
    Static(&'static str),
    Other(Arc<str>),
}

impl Method {
    /// Asks for a representation.
    pub const GET: Self = Self(Token::Static("GET"));
    /// Asks for the head of a representation.
    pub const HEAD: Self = Self(Token::Static("HEAD"));
    /// Hands data to a resource.
    pub const POST: Self = Self(Token::Static("POST"));
    /// Replaces a resource.
    pub const PUT: Self = Self(Token::Static("PUT"));
    /// Changes a resource.
    pub const PATCH: Self = Self(Token::Static("PATCH"));
    /// Removes a resource.
    pub const DELETE: Self = Self(Token::Static("DELETE"));
    /// Asks what can be done.
    pub const OPTIONS: Self = Self(Token::Static("OPTIONS"));

    /// Takes a method by name; case is kept.
    ///
    /// # Errors
    /// [`Error::InvalidMethod`] if the name is not a token.
    pub fn new(name: &str) -> Result<Self, Error> {
        const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        if let Some(known) = KNOWN.iter().find(|known| **known == name) {
            return Ok(Self(Token::Static(known)));
        }
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(Error::InvalidMethod(name.to_owned()));
        }
        Ok(Self(Token::Other(name.into())))
    }

    /// The method as sent.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Token::Static(name) => name,
            Token::Other(name) => name,
        }
    }

    /// Whether sending it twice does no more than sending it once.
    pub(crate) fn is_idempotent(&self) -> bool {
        matches!(
            self.as_str(),
            "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE"
        )
    }

    /// Whether a request without a body says so by `Content-Length: 0`.
    pub(crate) fn expects_body(&self) -> bool {
        matches!(self.as_str(), "POST" | "PUT" | "PATCH")
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A request body.
#[derive(Debug, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// All of it at once.
    Bytes(Bytes),
    /// Piece by piece, as the producer delivers. Sent with chunked transfer coding, unless the headers have a
    /// `Content-Length`; the pieces must then add up to it. An `Err` piece ends the request with
    /// [`Error::Upload`], so that half a body never looks like a whole one. Bound the channel: it is the only
    /// thing that slows the producer down.
    Stream(mpsc::Receiver<Result<Bytes, String>>),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Bytes(bytes)
        }
    }
}

/// What becomes of the response body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BodyMode {
    /// Kept in memory, decoded.
    #[default]
    Collect,
    /// Read to its end, checked and counted, not kept.
    Discard,
    /// Left on the connection; the caller pulls it piece by piece.
    Stream,
}

/// How long to wait. There is no limit on the whole: drop the future to give up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection: name, TCP, proxy tunnel and TLS together.
    pub connect: Option<Duration>,
    /// The longest time without a byte received or accepted, as `requests` has it.
    pub read: Option<Duration>,
}
