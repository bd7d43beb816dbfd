//! One request and one response on one connection: writes, reads, and finds the head. Does not read the body, choose
//! the connection or try again.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::buffer::Buffer;
use crate::connection::Connection;
use crate::error::Error;
use crate::head::{Head, HeadError, MAX_HEAD};
use crate::outgoing::{Outgoing, Progress};
use crate::request::Request;
use crate::timing::Timings;
use crate::tls;

/// Interim responses that are skipped before a server is taken to be broken.
const MAX_INTERIM: usize = 64;

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) connection: Connection,
    pub(crate) buffer: Buffer,
    /// When the latest bytes arrived.
    pub(crate) last_read: Instant,
    outgoing: Outgoing,
    read_timeout: Option<Duration>,
}

impl Exchange {
    /// Begins to send `request`. Never waits: what the socket does not take at once is written while reading.
    pub(crate) async fn start(mut connection: Connection, request: &mut Request, now: Instant) -> Self {
        let read_timeout = request.timeouts.read;
        let outgoing =
            poll_fn(|context| Poll::Ready(Outgoing::start(request, &mut connection.stream, context))).await;
        Self {
            connection,
            buffer: Buffer::default(),
            last_read: now,
            outgoing,
            read_timeout,
        }
    }

    /// Begins to send a head that is already encoded.
    pub(crate) fn raw(connection: Connection, head: Bytes, now: Instant) -> Self {
        let outgoing = Outgoing::raw(head);
        Self {
            connection,
            buffer: Buffer::default(),
            last_read: now,
            outgoing,
            read_timeout: None,
        }
    }

    /// Reads up to the end of the final head. Its bytes stay in the buffer.
    pub(crate) async fn head(&mut self, timings: &mut Timings) -> Result<Head, Error> {
        let mut interim = 0;
        let mut looked_at = 0;
        loop {
            if self.may_hold_head(looked_at) {
                match Head::parse(self.buffer.unread()) {
                    Ok(Some(head)) if head.length > MAX_HEAD => return Err(self.head_too_large("64 KiB")),
                    Ok(Some(head)) if head.is_interim() => {
                        self.buffer.consume(head.length);
                        looked_at = 0;
                        interim += 1;
                        if interim > MAX_INTERIM {
                            return Err(self.invalid("too many interim responses"));
                        }
                        continue;
                    }
                    Ok(Some(head)) => return Ok(head),
                    Ok(None) => {}
                    Err(HeadError::TooManyHeaders) => return Err(self.head_too_large("256 headers")),
                    Err(HeadError::Invalid(reason)) => return Err(self.invalid(reason)),
                }
            }
            looked_at = self.buffer.unread().len();
            if looked_at >= MAX_HEAD {
                return Err(self.head_too_large("64 KiB"));
            }
            if self.fill().await? == 0 {
                return Err(self.closed_before_head());
            }
            if timings.first_byte.is_none() {
                timings.first_byte_at(self.last_read);
            }
        }
    }

    /// A head that trickles in is parsed again only when another line has ended.
    fn may_hold_head(&self, looked_at: usize) -> bool {
        let unread = self.buffer.unread();
        !unread.is_empty() && (looked_at == 0 || memchr::memchr(b'\n', &unread[looked_at..]).is_some())
    }

    /// Waits until more bytes have arrived, and meanwhile writes what is still to be written. 0 is the end.
    pub(crate) async fn fill(&mut self) -> Result<usize, Error> {
        let mut is_timed = false;
        let mut written = self.outgoing.written();
        poll_fn(|context| {
            let progress = match self.poll_fill(context) {
                Ok(Filled::Bytes(count)) => return Poll::Ready(Ok(count)),
                Ok(Filled::Waiting(progress)) => progress,
                Err(error) => return Poll::Ready(Err(error)),
            };
            let Some(limit) = self.read_timeout else {
                return Poll::Pending;
            };
            if progress == Progress::Producer {
                // The silence is our own.
                is_timed = false;
                return Poll::Pending;
            }
            if !is_timed || written != self.outgoing.written() {
                is_timed = true;
                written = self.outgoing.written();
                self.connection.set_timer(limit);
            }
            self.connection.poll_timer(context).map(|()| {
                Err(Error::ReadTimeout {
                    target: self.target(),
                    limit,
                })
            })
        })
        .await
    }

    fn poll_fill(&mut self, context: &mut Context<'_>) -> Result<Filled, Error> {
        let stream = &mut self.connection.stream;
        let progress = if self.outgoing.is_done() {
            Progress::Done
        } else {
            self.outgoing.poll(stream, context)?
        };
        let (count, outcome) = self.buffer.fill(|room| stream.poll_read(context, room));
        match outcome {
            Poll::Ready(Ok(())) => {
                self.last_read = Instant::now();
                Ok(Filled::Bytes(count))
            }
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Filled::Bytes(0)),
            Poll::Ready(Err(error)) => Err(self.socket_error(error)),
            Poll::Pending => {
                self.buffer.release_if_empty();
                Ok(Filled::Waiting(progress))
            }
        }
    }

    /// Whether the request may be sent again after `error`: the server cannot have begun to answer, and either it has
    /// nothing of the request or the method allows it twice.
    pub(crate) fn may_retry(&self, error: &Error, request: &Request, replayable: bool) -> bool {
        let lost = matches!(error, Error::ConnectionClosed { .. } | Error::Reset { .. });
        let harmless = self.outgoing.is_untouched() || request.method.is_idempotent();
        lost && harmless && replayable && self.buffer.is_empty()
    }

    /// Whether the connection can serve another request: everything sent, nothing left over.
    pub(crate) fn is_reusable(&self) -> bool {
        self.outgoing.is_done() && !self.outgoing.has_failed() && self.buffer.is_empty()
    }

    pub(crate) fn target(&self) -> String {
        self.connection.route.origin.target()
    }

    pub(crate) fn invalid(&self, reason: impl Into<String>) -> Error {
        Error::InvalidResponse {
            target: self.target(),
            reason: reason.into(),
        }
    }

    fn head_too_large(&self, limit: &'static str) -> Error {
        Error::HeadTooLarge {
            target: self.target(),
            limit,
        }
    }

    fn closed_before_head(&mut self) -> Error {
        if !self.buffer.is_empty() {
            return self.invalid("connection closed inside the head");
        }
        match self.outgoing.take_failure() {
            Some(error) => self.socket_error(error),
            None => Error::ConnectionClosed {
                target: self.target(),
            },
        }
    }

    fn socket_error(&self, source: io::Error) -> Error {
        let target = self.target();
        match source.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Error::Reset { target },
            io::ErrorKind::BrokenPipe => Error::ConnectionClosed { target },
            _ => match tls::failure(&source) {
                Some((kind, detail)) => Error::Tls { target, kind, detail },
                None => Error::Io { target, source },
            },
        }
    }
}

enum Filled {
    Bytes(usize),
    Waiting(Progress),
}
