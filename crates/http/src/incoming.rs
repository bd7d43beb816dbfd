//! Reads a response body to its end, and says whether the connection can go on. Does not wait for the head.

use bytes::Bytes;

use crate::decode::{Decoder, Step};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::framing::Framing;
use crate::head::Head;
use crate::pool::Pool;
use crate::request::{BodyMode, Request};

/// Room that a body's announced length may claim before any of it has arrived.
const TRUSTED_LENGTH: u64 = 1024 * 1024;
/// What one decoding step may produce.
const STEP: usize = 16 * 1024;

/// A body on its way.
#[derive(Debug)]
pub(crate) struct Incoming {
    framing: Framing,
    decoder: Option<Box<Decoder>>,
    /// Bytes at the start of the buffer that are known to be body.
    ready: usize,
    /// Whether the decoder has more to give without more input.
    holds_output: bool,
    /// Whether the connection may serve another request afterwards.
    keep_alive: bool,
    expected: Option<u64>,
    limit: Option<u64>,
    pub(crate) wire_length: u64,
    pub(crate) length: u64,
}

/// What to do with body bytes.
pub(crate) enum Sink {
    Keep(Vec<u8>),
    Count,
}

impl Incoming {
    pub(crate) fn new(head: &Head, request: &Request, limit: Option<u64>) -> Result<Self, Error> {
        let framing = head.framing(request.method.as_str() == "HEAD");
        let decoder = if request.decode && !framing.is_done() {
            head.codings.decoder()?
        } else {
            None
        };
        let keep_alive = head.keep_alive
            && head.status != 101
            && framing != Framing::UntilClose
            && !request.headers.has().connection_close;
        let expected = head.content_length();
        Ok(Self {
            framing,
            decoder,
            ready: 0,
            holds_output: false,
            keep_alive,
            expected,
            limit,
            wire_length: 0,
            length: 0,
        })
    }

    /// Where the body goes. Room for it is made at once if its length is known and it is plain.
    pub(crate) fn sink(&self, mode: BodyMode) -> Sink {
        if mode != BodyMode::Collect {
            return Sink::Count;
        }
        let length = match &self.framing {
            Framing::Length { left } if self.decoder.is_none() => (*left).min(TRUSTED_LENGTH),
            _ => 0,
        };
        Sink::Keep(Vec::with_capacity(length as usize))
    }

    /// Keeps the connection for the next request, if both sides want that and the body ended well.
    pub(crate) fn give_back(&self, exchange: Exchange, pool: &Pool) {
        if self.keep_alive && exchange.is_reusable() {
            pool.put(exchange.connection, exchange.last_read);
        }
    }

    /// Reads all of the body into `sink`.
    pub(crate) async fn drain(&mut self, exchange: &mut Exchange, sink: &mut Sink) -> Result<(), Error> {
        let mut room = if self.decoder.is_some() {
            vec![0; STEP]
        } else {
            Vec::new()
        };
        loop {
            if self.has_input(exchange).await? {
                self.take_into(exchange, sink, &mut room)?;
            } else {
                return self.finish();
            }
        }
    }

    /// The next piece of the body as it was sent, or `None` at its end.
    pub(crate) async fn raw_piece(&mut self, exchange: &mut Exchange) -> Result<Option<Bytes>, Error> {
        if !self.has_input(exchange).await? {
            return Ok(None);
        }
        let piece = Bytes::copy_from_slice(&exchange.buffer.unread()[..self.ready]);
        self.consume(exchange, self.ready);
        self.count(piece.len(), exchange)?;
        Ok(Some(piece))
    }

    /// The next piece of the decoded body, or `None` at its end.
    pub(crate) async fn piece(&mut self, exchange: &mut Exchange) -> Result<Option<Bytes>, Error> {
        if self.decoder.is_none() {
            return self.raw_piece(exchange).await;
        }
        let mut room = vec![0; STEP];
        loop {
            if !self.has_input(exchange).await? {
                return self.finish().map(|()| None);
            }
            let written = self.decode_step(exchange, &mut room)?;
            if written > 0 {
                room.truncate(written);
                return Ok(Some(room.into()));
            }
        }
    }

    /// Whether the body is known to be over without reading more. Looks at what has arrived: the last chunk often comes
    /// with the last data, and the connection is then free before the caller asks for the end.
    pub(crate) fn is_over(&mut self, exchange: &mut Exchange) -> bool {
        if self.ready > 0 || self.holds_output {
            return false;
        }
        self.claim(exchange).is_ok() && self.ready == 0 && self.framing.is_done()
    }

    /// What there is to say about a body after its connection is gone.
    pub(crate) fn after_end(&self) -> Result<Option<Bytes>, Error> {
        self.finish().map(|()| None)
    }

    /// Makes sure that there is something to hand on: waits for bytes if need be; false at the end of the body.
    async fn has_input(&mut self, exchange: &mut Exchange) -> Result<bool, Error> {
        loop {
            if self.ready > 0 || self.holds_output {
                return Ok(true);
            }
            self.claim(exchange)?;
            if self.ready > 0 {
                continue;
            }
            if self.framing.is_done() {
                return Ok(false);
            }
            if exchange.fill().await? == 0 {
                return self.connection_ended(exchange);
            }
        }
    }

    /// Finds the next body bytes among those that have arrived.
    fn claim(&mut self, exchange: &mut Exchange) -> Result<(), Error> {
        let piece = self
            .framing
            .next(exchange.buffer.unread())
            .map_err(|reason| exchange.invalid(reason))?;
        exchange.buffer.consume(piece.skip);
        self.ready = piece.data;
        self.wire_length += piece.data as u64;
        Ok(())
    }

    fn connection_ended(&mut self, exchange: &Exchange) -> Result<bool, Error> {
        if self.framing.may_end() {
            self.framing = Framing::Done;
            return Ok(false);
        }
        Err(Error::IncompleteBody {
            target: exchange.target(),
            expected: self.expected,
            received: self.wire_length,
            chunk: self.framing.chunk(),
        })
    }

    fn take_into(&mut self, exchange: &mut Exchange, sink: &mut Sink, room: &mut [u8]) -> Result<(), Error> {
        if self.decoder.is_some() {
            let written = self.decode_step(exchange, room)?;
            sink.take(&room[..written]);
            return Ok(());
        }
        sink.take(&exchange.buffer.unread()[..self.ready]);
        let count = self.ready;
        self.consume(exchange, count);
        self.count(count, exchange)
    }

    fn decode_step(&mut self, exchange: &mut Exchange, room: &mut [u8]) -> Result<usize, Error> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(0);
        };
        let Step { read, written } = decoder.step(&exchange.buffer.unread()[..self.ready], room)?;
        self.consume(exchange, read);
        self.holds_output = written == room.len();
        self.count(written, exchange)?;
        Ok(written)
    }

    fn consume(&mut self, exchange: &mut Exchange, count: usize) {
        exchange.buffer.consume(count);
        self.ready -= count;
    }

    fn count(&mut self, bytes: usize, exchange: &Exchange) -> Result<(), Error> {
        self.length += bytes as u64;
        match self.limit {
            Some(limit) if self.length > limit => Err(Error::BodyTooLarge {
                target: exchange.target(),
                limit,
            }),
            _ => Ok(()),
        }
    }

    fn finish(&self) -> Result<(), Error> {
        self.decoder.as_ref().map_or(Ok(()), |decoder| decoder.finish())
    }
}

impl Sink {
    fn take(&mut self, bytes: &[u8]) {
        match self {
            Self::Keep(kept) => kept.extend_from_slice(bytes),
            Self::Count => {}
        }
    }
}
