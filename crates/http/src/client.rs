//! Sends one request and returns one response, timed. Does not follow redirects, keep cookies or count anything.

use std::borrow::BorrowMut;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::connect::Connector;
use crate::connection::Connection;
use crate::error::{Error, Failure};
use crate::exchange::Exchange;
use crate::head::Head;
use crate::incoming::{Incoming, Sink};
use crate::pool::Pool;
use crate::request::{Body, BodyMode, Request};
use crate::resolve::Resolver;
use crate::response::{Response, ResponseBody, ResponseHead};
use crate::stream::BodyStream;
use crate::timing::Timings;

/// What all requests of a [`Client`] have in common.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientOptions {
    /// How long answers of the resolver are used again. Zero, the default, asks for every connection, as `requests`
    /// does: a service balanced by DNS then sees the load on all its addresses.
    pub dns_keep: Duration,
    /// The longest (decoded) body; a longer one is [`Error::BodyTooLarge`]. No limit by default.
    pub max_body: Option<u64>,
}

/// The shared engine: resolver and TLS configurations. Cheap to clone. Runs on whatever tokio runtime polls it.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connector: Connector,
    max_body: Option<u64>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(ClientOptions::default())
    }
}

impl Client {
    /// Builds a client.
    pub fn new(options: ClientOptions) -> Self {
        let connector = Connector::new(Resolver::new(options.dns_keep));
        Self {
            inner: Arc::new(Inner {
                connector,
                max_body: options.max_body,
            }),
        }
    }

    /// Sends `request` over a connection of `pool`, or a new one, and waits for the response (in stream mode: for its
    /// head). `started` is when the caller handed the request over; all timings count from it. A request that is lent
    /// (`&mut`) comes back as it was, but for a streamed body.
    ///
    /// Dropping the future ends the request and closes its connection.
    ///
    /// # Errors
    /// A [`Failure`] for anything that kept a complete response from arriving. A status like 500 is none.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn keeps the request twice in the future: 1 KB more"
    )]
    pub fn send(
        &self,
        pool: &Pool,
        mut request: impl BorrowMut<Request> + Send,
        started: Instant,
    ) -> impl Future<Output = Result<Response, Box<Failure>>> + Send {
        async move {
            let request = request.borrow_mut();
            let mut attempt = Attempt {
                timings: Timings::new(started),
                remote: None,
                reused: false,
            };
            let replayable = !matches!(request.body, Body::Stream(_));
            let mut kept = pool.take(request);
            loop {
                attempt.reused = kept.is_some();
                let connection = match kept.take() {
                    Some(connection) => connection,
                    // Boxed: it is seldom needed, and large.
                    None => match Box::pin(self.open(pool, request, &mut attempt)).await {
                        Ok(connection) => connection,
                        Err(error) => return Err(attempt.fail(error, None)),
                    },
                };
                attempt.remote = Some(connection.remote);
                let mut exchange = Exchange::start(connection, request, started).await;
                let head = match exchange.head(&mut attempt.timings).await {
                    Ok(head) => head,
                    // A server may close an idle connection just as it is used again.
                    Err(error) if attempt.reused && exchange.may_retry(&error, request, replayable) => {
                        continue;
                    }
                    Err(error) => return Err(attempt.fail(error, None)),
                };
                let (head, mut incoming) = self.split(&mut exchange, head, request, &mut attempt)?;
                if request.mode == BodyMode::Stream {
                    return Ok(attempt.streamed(head, exchange, incoming, pool));
                }
                let mut sink = incoming.sink(request.mode);
                if let Err(error) = incoming.drain(&mut exchange, &mut sink).await {
                    return Err(attempt.fail(error, Some(head)));
                }
                return Ok(attempt.complete(head, exchange, incoming, sink, pool));
            }
        }
    }

    async fn open(&self, pool: &Pool, request: &Request, attempt: &mut Attempt) -> Result<Connection, Error> {
        self.inner
            .connector
            .connect(pool, request, &mut attempt.timings)
            .await
    }

    /// Takes the head out of the buffer: one part for the caller, one for the reading of the body.
    fn split(
        &self,
        exchange: &mut Exchange,
        head: Head,
        request: &Request,
        attempt: &mut Attempt,
    ) -> Result<(ResponseHead, Incoming), Box<Failure>> {
        let response_head = head.to_response(exchange.buffer.unread());
        exchange.buffer.consume(head.length);
        match Incoming::new(&head, request, self.inner.max_body) {
            Ok(incoming) => Ok((response_head, incoming)),
            Err(error) => Err(attempt.fail(error, Some(response_head))),
        }
    }
}

/// What is known about a request so far.
struct Attempt {
    timings: Timings,
    remote: Option<SocketAddr>,
    reused: bool,
}

impl Attempt {
    fn streamed(
        mut self,
        head: ResponseHead,
        exchange: Exchange,
        incoming: Incoming,
        pool: &Pool,
    ) -> Response {
        self.timings.finish(exchange.last_read);
        let remote = exchange.connection.remote;
        let stream = Box::new(BodyStream::new(exchange, incoming, pool.clone()));
        self.response(head, remote, ResponseBody::Stream(stream))
    }

    fn complete(
        mut self,
        head: ResponseHead,
        exchange: Exchange,
        incoming: Incoming,
        sink: Sink,
        pool: &Pool,
    ) -> Response {
        self.timings.finish(exchange.last_read);
        let body = match sink {
            Sink::Keep(bytes) => ResponseBody::Collected(Bytes::from(bytes)),
            Sink::Count => ResponseBody::Discarded,
        };
        let mut response = self.response(head, exchange.connection.remote, body);
        response.wire_body_length = incoming.wire_length;
        response.body_length = incoming.length;
        incoming.give_back(exchange, pool);
        response
    }

    fn response(self, head: ResponseHead, remote: SocketAddr, body: ResponseBody) -> Response {
        let (timings, reused) = (self.timings, self.reused);
        Response {
            head,
            body,
            wire_body_length: 0,
            body_length: 0,
            timings,
            remote,
            reused,
        }
    }

    fn fail(&mut self, error: Error, response: Option<ResponseHead>) -> Box<Failure> {
        self.timings.finish(Instant::now());
        Box::new(Failure {
            error,
            timings: self.timings,
            response,
            remote: self.remote,
            reused: self.reused,
        })
    }
}
