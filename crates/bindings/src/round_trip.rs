//! `RoundTrip`: one request on its way to the I/O thread and back, with what came of it. Sends nothing itself.
//!
//! It stays in one box, which the asking thread makes and frees: the other thread only looks at it, so nothing that
//! many requests share (headers, TLS settings) has its count changed from two threads.

use std::sync::Arc;
use std::time::Instant;

use katydid_http as http;

use crate::prefetch;

/// A request, and later its outcome.
pub(crate) struct RoundTrip {
    pub(crate) request: http::Request,
    /// The connections it may use; given back when it is over.
    pub(crate) pool: Option<Arc<http::Pool>>,
    pub(crate) outcome: Option<Outcome>,
}

/// A response, or why there is none.
pub(crate) type Outcome = Result<http::Response, Box<http::Failure>>;

impl RoundTrip {
    /// Packs a request.
    pub(crate) fn new(request: http::Request, pool: Arc<http::Pool>) -> Box<Self> {
        Box::new(Self {
            request,
            pool: Some(pool),
            outcome: None,
        })
    }

    /// Goes there and back. Ends with an outcome. `started` is when the I/O thread took it, and all timings count from
    /// there: a hub thread that held it back is not the service's fault.
    pub(crate) async fn travel(&mut self, client: &http::Client, started: Instant) {
        let Self {
            request,
            pool: Some(pool),
            outcome,
        } = self
        else {
            return;
        };
        *outcome = Some(client.send(pool, request, started).await);
    }

    /// Said some time before the I/O thread takes it up, or the asking thread gets it back: it comes from the memory
    /// of the other's processor.
    pub(crate) fn is_needed_soon(&self) {
        prefetch::all_of(self);
    }

    /// Said after that, before the I/O thread takes it up.
    pub(crate) fn is_sent_soon(&self) {
        prefetch::all_of(self.request.url.path_and_query());
        prefetch::all_of(self.request.headers.as_bytes());
        if let http::Body::Bytes(body) = &self.request.body {
            prefetch::all_of(&**body);
        }
    }

    /// The response, if there is one.
    pub(crate) fn response(&self) -> Option<&http::Response> {
        self.outcome.as_ref()?.as_ref().ok()
    }

    /// Why there is no response, if there is none.
    pub(crate) fn failure(&self) -> Option<&http::Failure> {
        self.outcome.as_ref()?.as_ref().err().map(|failure| &**failure)
    }

    /// When what happened; nothing before there is an outcome.
    pub(crate) fn timings(&self) -> Option<&http::Timings> {
        Some(match self.outcome.as_ref()? {
            Ok(response) => &response.timings,
            Err(failure) => &failure.timings,
        })
    }

    /// The rest of a streamed body, once.
    pub(crate) fn take_stream(&mut self) -> Option<http::BodyStream> {
        let Some(Ok(response)) = &mut self.outcome else {
            return None;
        };
        if !matches!(response.body, http::ResponseBody::Stream(_)) {
            return None;
        }
        match std::mem::replace(&mut response.body, http::ResponseBody::Discarded) {
            http::ResponseBody::Stream(stream) => Some(*stream),
            _ => None,
        }
    }
}
