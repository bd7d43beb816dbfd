//! A response body that is still on the connection. Reads only when asked, so a slow caller slows the server down.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::error::Error;
use crate::exchange::Exchange;
use crate::incoming::Incoming;
use crate::pool::Pool;

/// The body of a response in stream mode. Gives the connection back to its pool at the end; closes it when dropped
/// before, or after an error.
#[derive(Debug)]
pub struct BodyStream {
    exchange: Option<Exchange>,
    incoming: Incoming,
    pool: Pool,
    finished: Option<Instant>,
}

impl BodyStream {
    pub(crate) fn new(exchange: Exchange, incoming: Incoming, pool: Pool) -> Self {
        Self {
            exchange: Some(exchange),
            incoming,
            pool,
            finished: None,
        }
    }

    /// Waits for the next piece, decoded; `None` at the end. A piece is what has arrived, at most 16 KiB. A call that is
    /// dropped while it waits loses nothing.
    ///
    /// # Errors
    /// As for a collected body: timeout, lost connection, bad framing, bad encoding.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let outcome = match &mut self.exchange {
            Some(exchange) => self.incoming.piece(exchange).await,
            None => self.incoming.after_end(),
        };
        self.settle(outcome)
    }

    /// Waits for the next piece as it was sent. After decoded pieces were taken, some raw ones are already gone.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk).
    pub async fn raw_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let outcome = match &mut self.exchange {
            Some(exchange) => self.incoming.raw_piece(exchange).await,
            None => Ok(None),
        };
        self.settle(outcome)
    }

    /// Collects decoded pieces until there are at least `enough` bytes or the body ends; empty at the end.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk).
    pub async fn read(&mut self, enough: usize) -> Result<Bytes, Error> {
        let mut collected = BytesMut::new();
        while let Some(piece) = self.chunk().await? {
            if collected.is_empty() && piece.len() >= enough {
                return Ok(piece);
            }
            collected.extend_from_slice(&piece);
            if collected.len() >= enough {
                break;
            }
        }
        Ok(collected.freeze())
    }

    /// Body bytes received so far, before decoding.
    pub fn wire_body_length(&self) -> u64 {
        self.incoming.wire_length
    }

    /// Body bytes handed out so far.
    pub fn body_length(&self) -> u64 {
        self.incoming.length
    }

    /// When the last byte had arrived, once it has.
    pub fn finished(&self) -> Option<Instant> {
        self.finished
    }

    /// Lets go of the connection when the body is over: into the pool after a good end, closed after an error.
    fn settle(&mut self, outcome: Result<Option<Bytes>, Error>) -> Result<Option<Bytes>, Error> {
        let over = match (&outcome, &mut self.exchange) {
            (_, None) => false,
            (Err(_) | Ok(None), Some(_)) => true,
            (Ok(Some(_)), Some(exchange)) => self.incoming.is_over(exchange),
        };
        if over && let Some(exchange) = self.exchange.take() {
            self.finished = Some(exchange.last_read);
            if outcome.is_ok() {
                self.incoming.give_back(exchange, &self.pool);
            }
        }
        outcome
    }
}
