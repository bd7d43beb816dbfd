//! One response, as data. Does not judge the status.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::stream::BodyStream;
use crate::timing::Timings;

/// A complete response, or, in stream mode, one whose body is still to be pulled.
#[derive(Debug)]
pub struct Response {
    /// Status line and headers.
    pub head: ResponseHead,
    /// The body, as the request's mode wanted it.
    pub body: ResponseBody,
    /// Body bytes received, before decoding and without chunk framing; zero in stream mode.
    pub wire_body_length: u64,
    /// Body bytes after decoding, also when they were discarded; zero in stream mode.
    pub body_length: u64,
    /// When what happened.
    pub timings: Timings,
    /// Whom we talked to (the proxy, if there was one).
    pub remote: SocketAddr,
    /// Whether the connection had served an earlier request.
    pub reused: bool,
}

impl Response {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// The collected body; empty in the other modes.
    pub fn bytes(&self) -> &Bytes {
        static NONE: Bytes = Bytes::new();
        match &self.body {
            ResponseBody::Collected(bytes) => bytes,
            ResponseBody::Discarded | ResponseBody::Stream(_) => &NONE,
        }
    }
}

/// What became of a response body.
#[derive(Debug)]
pub enum ResponseBody {
    /// All of it.
    Collected(Bytes),
    /// Counted only.
    Discarded,
    /// Still on the connection.
    Stream(Box<BodyStream>),
}

/// Status line and headers.
#[derive(Debug, Clone)]
pub struct ResponseHead {
    /// The status code, 100 to 999.
    pub status: u16,
    /// What the server speaks.
    pub version: Version,
    /// Whether there is a `Set-Cookie` among the headers.
    pub sets_cookies: bool,
    /// The headers.
    pub headers: Headers,
}

impl ResponseHead {
    /// The words after the status code, possibly none.
    pub fn reason(&self) -> &[u8] {
        let line = self
            .headers
            .head
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let mut words = line.splitn(3, |byte| *byte == b' ');
        words.nth(2).unwrap_or_default().trim_ascii()
    }
}

/// The minor versions of HTTP/1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
}

/// Response headers: the bytes as received, looked at when asked. Most responses of a load test are never asked, so
/// no table is built.
#[derive(Debug, Clone)]
pub struct Headers {
    head: Bytes,
}

impl Headers {
    /// `head` is a whole, checked head: status line, header lines, empty line.
    pub(crate) fn new(head: Bytes) -> Self {
        Self { head }
    }

    /// The head as received, status line included.
    pub fn raw(&self) -> &Bytes {
        &self.head
    }

    /// The first header of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Every header of this name, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// All headers in order, duplicates included.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let ends = memchr::memchr_iter(b'\n', &self.head);
        let lines = ends
            .clone()
            .zip(ends.skip(1))
            .map(|(start, end)| &self.head[start + 1..end]);
        lines.filter_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()))
        })
    }
}
