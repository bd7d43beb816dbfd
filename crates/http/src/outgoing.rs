//! Puts one request on the wire. Does not read.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use crate::connection::Stream;
use crate::error::Error;
use crate::request::{Body, Request};
use crate::url::Scheme;

/// Bodies up to this size are copied behind the head, so that the request is one plain write; larger ones are
/// written beside it, uncopied.
const COPIED_BODY: usize = 8 * 1024;
/// Slices given to one vectored write.
const SLICES: usize = 8;

thread_local! {
    /// Where heads are encoded: one buffer per thread, warm, since it is empty again before anyone else runs.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What of a request is not yet written.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    queue: VecDeque<Bytes>,
    upload: Option<Upload>,
    needs_flush: bool,
    written: u64,
    failed: Option<io::Error>,
}

/// A body that its producer delivers in pieces.
#[derive(Debug)]
struct Upload {
    pieces: mpsc::Receiver<Result<Bytes, String>>,
    framing: UploadFraming,
}

#[derive(Debug)]
enum UploadFraming {
    Chunked,
    Length { left: u64 },
}

/// What the writing of a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing: all is written, or cannot be.
    Done,
    /// The other side, to take more.
    Socket,
    /// The producer of the body.
    Producer,
}

impl Outgoing {
    /// A head that is already encoded.
    pub(crate) fn raw(head: Bytes) -> Self {
        Self {
            queue: VecDeque::from([head]),
            needs_flush: true,
            ..Self::default()
        }
    }

    /// Encodes `request` and writes as much as the socket takes at once, usually all of it. Takes a streamed body out
    /// of the request.
    pub(crate) fn start(request: &mut Request, stream: &mut Stream, context: &mut Context<'_>) -> Self {
        let mut outgoing = Self {
            needs_flush: matches!(stream, Stream::Tls(_)),
            ..Self::default()
        };
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            encode_head(request, scratch);
            let mut beside = Bytes::new();
            match &request.body {
                Body::Bytes(body) if body.len() <= COPIED_BODY => scratch.extend_from_slice(body),
                Body::Bytes(body) => beside = body.clone(),
                Body::Empty | Body::Stream(_) => {}
            }
            outgoing.write_first(scratch, beside, stream, context);
        });
        if let Body::Stream(_) = request.body
            && let Body::Stream(pieces) = std::mem::take(&mut request.body)
        {
            outgoing.upload = Some(Upload {
                pieces,
                framing: upload_framing(request),
            });
        }
        outgoing
    }

    fn write_first(&mut self, head: &[u8], body: Bytes, stream: &mut Stream, context: &mut Context<'_>) {
        let parts = [IoSlice::new(head), IoSlice::new(&body)];
        let parts = if body.is_empty() { &parts[..1] } else { &parts[..] };
        let written = match stream.poll_write(context, parts) {
            Poll::Ready(Ok(written)) => written,
            Poll::Ready(Err(error)) => return self.fail(error),
            Poll::Pending => 0,
        };
        self.written = written as u64;
        if written < head.len() {
            self.queue.push_back(Bytes::copy_from_slice(&head[written..]));
        }
        let body_written = written.saturating_sub(head.len());
        if body_written < body.len() {
            self.queue.push_back(body.slice(body_written..));
        }
    }

    /// Whether nothing is left to write.
    pub(crate) fn is_done(&self) -> bool {
        self.queue.is_empty() && self.upload.is_none() && !self.needs_flush
    }

    /// Bytes that the system took.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Whether not a single byte was taken by the system.
    pub(crate) fn is_untouched(&self) -> bool {
        self.written == 0
    }

    /// Why writing ended early. Reading goes on: a server that refuses a large body answers, and then closes.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Writes on. Errors are those of the body's producer; those of the socket are kept for later.
    pub(crate) fn poll(&mut self, stream: &mut Stream, context: &mut Context<'_>) -> Result<Progress, Error> {
        loop {
            if !self.queue.is_empty() {
                match self.poll_queue(stream, context) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => self.fail(error),
                    Poll::Pending => return Ok(Progress::Socket),
                }
            }
            if self.upload.is_some() {
                match self.poll_upload(context) {
                    Poll::Ready(Ok(())) => continue,
                    Poll::Ready(Err(error)) => return Err(error),
                    // What was written so far must be on its way while the producer thinks.
                    Poll::Pending => {
                        let _ = self.poll_flush(stream, context);
                        return Ok(Progress::Producer);
                    }
                }
            }
            return Ok(match self.poll_flush(stream, context) {
                Poll::Ready(()) => Progress::Done,
                Poll::Pending => Progress::Socket,
            });
        }
    }

    fn poll_flush(&mut self, stream: &mut Stream, context: &mut Context<'_>) -> Poll<()> {
        if self.needs_flush {
            match ready!(stream.poll_flush(context)) {
                Ok(()) => self.needs_flush = self.upload.is_some(),
                Err(error) => self.fail(error),
            }
        }
        Poll::Ready(())
    }

    fn poll_queue(&mut self, stream: &mut Stream, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.queue.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let count = self.queue.len().min(SLICES);
            for (slice, piece) in slices.iter_mut().zip(&self.queue) {
                *slice = IoSlice::new(piece);
            }
            let mut taken = ready!(stream.poll_write(context, &slices[..count]))?;
            if taken == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += taken as u64;
            while let Some(piece) = self.queue.front_mut() {
                let part = taken.min(piece.len());
                piece.advance(part);
                taken -= part;
                if !piece.is_empty() {
                    break;
                }
                self.queue.pop_front();
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Moves the producer's next piece into the queue.
    fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(upload) = &mut self.upload else {
            return Poll::Ready(Ok(()));
        };
        match ready!(upload.pieces.poll_recv(context)) {
            Some(Ok(piece)) if piece.is_empty() => Poll::Ready(Ok(())),
            Some(Ok(piece)) => Poll::Ready(upload.frame(piece, &mut self.queue)),
            Some(Err(reason)) => Poll::Ready(Err(Error::Upload(reason))),
            None => {
                let ended = upload.end(&mut self.queue);
                self.upload = None;
                Poll::Ready(ended)
            }
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.queue.clear();
        self.upload = None;
        self.needs_flush = false;
        self.failed = Some(error);
    }
}

impl Upload {
    fn frame(&mut self, piece: Bytes, queue: &mut VecDeque<Bytes>) -> Result<(), Error> {
        match &mut self.framing {
            UploadFraming::Chunked => {
                queue.push_back(format!("{:x}\r\n", piece.len()).into());
                queue.push_back(piece);
                queue.push_back(Bytes::from_static(b"\r\n"));
            }
            UploadFraming::Length { left } => {
                *left = left
                    .checked_sub(piece.len() as u64)
                    .ok_or_else(|| Error::Upload("longer than its content-length".to_owned()))?;
                queue.push_back(piece);
            }
        }
        Ok(())
    }

    fn end(&self, queue: &mut VecDeque<Bytes>) -> Result<(), Error> {
        match self.framing {
            UploadFraming::Chunked => queue.push_back(Bytes::from_static(b"0\r\n\r\n")),
            UploadFraming::Length { left: 0 } => {}
            UploadFraming::Length { left } => {
                return Err(Error::Upload(format!(
                    "{left} bytes shorter than its content-length"
                )));
            }
        }
        Ok(())
    }
}

fn upload_framing(request: &Request) -> UploadFraming {
    match request.headers.content_length() {
        Some(left) => UploadFraming::Length { left },
        None => UploadFraming::Chunked,
    }
}

fn encode_head(request: &Request, out: &mut Vec<u8>) {
    let origin = request.url.origin();
    let has = request.headers.has();
    let forwarding_proxy = request
        .proxy
        .as_deref()
        .filter(|_| origin.scheme() == Scheme::Http);
    let mut put = |part: &str| out.extend_from_slice(part.as_bytes());
    put(request.method.as_str());
    put(" ");
    if forwarding_proxy.is_some() {
        put("http://");
        put(origin.authority());
    }
    put(request.url.path_and_query());
    put(" HTTP/1.1\r\n");
    if !has.host {
        put("Host: ");
        put(origin.authority());
        put("\r\n");
    }
    if let Some(authorization) = forwarding_proxy.and_then(|proxy| proxy.authorization())
        && !has.proxy_authorization
    {
        put("Proxy-Authorization: ");
        put(authorization);
        put("\r\n");
    }
    out.extend_from_slice(request.headers.as_bytes());
    if !has.content_length && !has.transfer_encoding {
        encode_body_header(request, out);
    }
    out.extend_from_slice(b"\r\n");
}

fn encode_body_header(request: &Request, out: &mut Vec<u8>) {
    match &request.body {
        Body::Bytes(body) => {
            // Writing to a Vec cannot fail.
            let _ = write!(out, "Content-Length: {}\r\n", body.len());
        }
        Body::Stream(_) => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        Body::Empty if request.method.expects_body() => out.extend_from_slice(b"Content-Length: 0\r\n"),
        Body::Empty => {}
    }
}
