//! One finished request, as whoever made it reports it.

use std::time::Duration;

use crate::{PhaseDurations, Timestamp};

/// One finished request.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Request method or type ("GET", "gRPC").
    pub method: &'a str,
    /// Name the request is counted under, most often the path.
    pub name: &'a str,
    /// How long the answer took; `None` for requests that have no answer to wait for.
    pub response_time: Option<Duration>,
    /// What its time went into.
    pub phases: PhaseDurations,
    /// Size of the answer's body in bytes.
    pub response_length: u64,
    /// Text of the error; `Some` makes the sample a failure as well as a request.
    pub error: Option<&'a str>,
    /// When the request finished.
    pub at: Timestamp,
}

/// A duration in milliseconds, rounded once (12.7 ms is 12.7, not 12.699999999999999).
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    if duration.as_secs() < 1_000_000 {
        let nanoseconds = duration.as_secs() * 1_000_000_000 + u64::from(duration.subsec_nanos());
        return nanoseconds as f64 / 1e6;
    }
    duration.as_secs_f64() * 1e3
}

/// A duration in microseconds, to the nearest one.
pub(crate) fn microseconds(duration: Duration) -> u64 {
    let whole = duration.as_secs().saturating_mul(1_000_000);
    whole.saturating_add(u64::from((duration.subsec_nanos() + 500) / 1_000))
}
