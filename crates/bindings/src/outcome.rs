//! What a parked greenlet is resumed with.

use bytes::Bytes;
use katydid_http as http;

use crate::round_trip::RoundTrip;

/// The answer to what one greenlet waits for.
pub(crate) enum Outcome {
    /// A request is over.
    Http(Box<RoundTrip>),
    /// The next piece of a streamed body; none at its end.
    Chunk(Result<Option<Bytes>, http::Error>),
    /// The time has come.
    Slept,
    /// A command to the runner, or a whole run, is over; the exit code of a run.
    Done(Result<i32, String>),
}
