//! When the parts of one request happened. Does not aggregate anything.

use std::time::{Duration, Instant};

/// Durations of one request. What did not happen (no lookup on a reused connection) is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// When the caller handed the request over.
    pub started: Instant,
    /// When the last body byte (of a streamed body: the head) had arrived, or the request failed.
    pub finished: Instant,
    /// Looking up the host name.
    pub dns: Option<Duration>,
    /// TCP, to the address that worked, and the proxy's tunnel.
    pub connect: Option<Duration>,
    /// The TLS handshake.
    pub tls: Option<Duration>,
    /// From `started` to the first byte of the response.
    pub first_byte: Option<Duration>,
    /// From `started` to `finished`: the response time.
    pub total: Duration,
}

impl Timings {
    pub(crate) fn new(started: Instant) -> Self {
        Self {
            started,
            finished: started,
            dns: None,
            connect: None,
            tls: None,
            first_byte: None,
            total: Duration::ZERO,
        }
    }

    /// What the time went into, one part after the other: lookup, connecting, TLS, waiting from then on for the first
    /// byte of the response (sending is part of it), receiving from then on.
    pub fn phases(&self) -> [Option<Duration>; 5] {
        let opening = [self.dns, self.connect, self.tls];
        let opened: Duration = opening.into_iter().flatten().sum();
        let waiting = self.first_byte.map(|at| at.saturating_sub(opened));
        let receiving = self.first_byte.map(|at| self.total.saturating_sub(at));
        [self.dns, self.connect, self.tls, waiting, receiving]
    }

    pub(crate) fn first_byte_at(&mut self, now: Instant) {
        self.first_byte = Some(now.saturating_duration_since(self.started));
    }

    pub(crate) fn finish(&mut self, now: Instant) {
        self.finished = now;
        self.total = now.saturating_duration_since(self.started);
    }
}
