//! Sends one request and returns one response, timed. Does not follow redirects, keep cookies or count anything.

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
    /// head). `started` is when the caller handed the request over; all timings count from it.
    ///
    /// Dropping the future ends the request and closes its connection.
    ///
    /// # Errors
    /// A [`Failure`] for anything that kept a complete response from arriving. A status like 500 is none.
    pub async fn send(
        &self,
        pool: &Pool,
        mut request: Request,
        started: Instant,
    ) -> Result<Response, Box<Failure>> {
        let mut attempt = Attempt {
            timings: Timings::new(started),
            remote: None,
            reused: false,
        };
        let replayable = !matches!(request.body, Body::Stream(_));
        let mut kept = pool.take(&request);
        loop {
            attempt.reused = kept.is_some();
            let connection = match kept.take() {
                Some(connection) => connection,
                // Boxed: it is seldom needed, and large.
                None => match Box::pin(self.open(pool, &request, &mut attempt)).await {
                    Ok(connection) => connection,
                    Err(error) => return Err(attempt.fail(error, None)),
                },
            };
            attempt.remote = Some(connection.remote);
            let remote = connection.remote;
            let mut exchange = Exchange::start(connection, &mut request, started).await;
            match exchange.head(&mut attempt.timings).await {
                Ok(head) => {
                    return self
                        .receive(exchange, head, &request, attempt, remote, pool)
                        .await;
                }
                // A server may close an idle connection just as it is used again.
                Err(error) if attempt.reused && exchange.may_retry(&error, &request, replayable) => {}
                Err(error) => return Err(attempt.fail(error, None)),
            }
        }
    }

    async fn open(&self, pool: &Pool, request: &Request, attempt: &mut Attempt) -> Result<Connection, Error> {
        self.inner
            .connector
            .connect(pool, request, &mut attempt.timings)
            .await
    }

    /// Takes what follows a head, as the request's mode wants it.
    async fn receive(
        &self,
        mut exchange: Exchange,
        head: Head,
        request: &Request,
        mut attempt: Attempt,
        remote: SocketAddr,
        pool: &Pool,
    ) -> Result<Response, Box<Failure>> {
        let response_head = head.to_response(exchange.buffer.unread());
        exchange.buffer.consume(head.length);
        let method_is_head = request.method.as_str() == "HEAD";
        let mut incoming = match Incoming::new(&head, method_is_head, request.decode, self.inner.max_body) {
            Ok(incoming) => incoming,
            Err(error) => return Err(attempt.fail(error, Some(response_head))),
        };
        let keep_alive = head.keep_alive
            && head.status != 101
            && !incoming.ends_connection()
            && !request.headers.has().connection_close;
        let mut response = Response {
            head: response_head,
            body: ResponseBody::Discarded,
            wire_body_length: 0,
            body_length: 0,
            timings: attempt.timings,
            remote,
            reused: attempt.reused,
        };
        if request.mode == BodyMode::Stream {
            response.timings.finish(exchange.last_read);
            let stream = BodyStream::new(exchange, incoming, pool.clone(), keep_alive);
            response.body = ResponseBody::Stream(Box::new(stream));
            return Ok(response);
        }
        let mut sink = if request.mode == BodyMode::Collect {
            incoming.keep()
        } else {
            Sink::Count
        };
        if let Err(error) = incoming.drain(&mut exchange, &mut sink).await {
            return Err(attempt.fail(error, Some(response.head)));
        }
        response.timings.finish(exchange.last_read);
        if keep_alive && exchange.is_reusable() {
            let last_read = exchange.last_read;
            pool.put(exchange.connection, last_read);
        }
        if let Sink::Keep(bytes) = sink {
            response.body = ResponseBody::Collected(Bytes::from(bytes));
        }
        response.wire_body_length = incoming.wire_length;
        response.body_length = incoming.length;
        Ok(response)
    }
}

/// What is known about a request so far.
struct Attempt {
    timings: Timings,
    remote: Option<SocketAddr>,
    reused: bool,
}

impl Attempt {
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
