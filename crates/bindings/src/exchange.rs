//! One request that is over (or whose body is still to be read), as Python sees it. Read only.

use std::sync::Arc;
use std::time::Duration;

use katydid_http as http;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::client::Client;
use crate::error::{describe, os_error};
use crate::headers::latin1;
use crate::io_thread::BodyHandle;
use crate::round_trip::RoundTrip;
use crate::seen_json;
use crate::shared::timestamp_of;
use crate::stats::Recorder;

/// A request and its outcome.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Exchange {
    trip: Box<RoundTrip>,
    /// Whether `requests` would have kept the body as text: it does, except for JSON.
    is_text: bool,
    /// The rest of a streamed body, and the client that reads it.
    stream: Option<(Py<Client>, BodyHandle)>,
}

impl Exchange {
    /// What its time went into, in the order of `katydid_stats::Phases`.
    pub(crate) fn phases(&self) -> Option<[Option<Duration>; 5]> {
        self.trip.timings().map(http::Timings::phases)
    }
}

#[pymethods]
impl Exchange {
    /// The method as sent.
    #[getter]
    fn method(&self) -> &str {
        self.trip.request.method.as_str()
    }

    /// The full URL as sent, escaped.
    #[getter]
    fn url(&self) -> String {
        self.trip.request.url.to_string()
    }

    /// Path and query as sent.
    #[getter]
    fn path_url(&self) -> &str {
        self.trip.request.url.path_and_query()
    }

    /// Seconds since the epoch at which the request was handed over.
    #[getter]
    fn start_time(&self) -> f64 {
        let started = self.trip.timings().map(|timings| timings.started);
        started.map_or(0.0, |started| timestamp_of(started).0)
    }

    /// The request headers as (name, value) pairs, without those that the engine adds (Host, Content-Length).
    #[getter]
    fn request_headers(&self) -> Vec<(String, String)> {
        header_lines(self.trip.request.headers.as_bytes())
    }

    /// The request body, as str if it was given as one; JSON as bytes.
    #[getter]
    fn request_body<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let http::Body::Bytes(body) = &self.trip.request.body else {
            return None;
        };
        match std::str::from_utf8(body) {
            _ if body.is_empty() => None,
            Ok(text) if self.is_text => Some(PyString::new(py, text).into_any()),
            _ => Some(PyBytes::new(py, body).into_any()),
        }
    }

    /// The status; 0 without a response.
    #[getter]
    fn status(&self) -> u16 {
        self.response().map_or(0, http::Response::status)
    }

    /// The status of a response whose body could not be read; 0 if not even its head came, or if there is no failure.
    #[getter]
    fn head_status(&self) -> u16 {
        let head = self.trip.failure().and_then(|failure| failure.response.as_ref());
        head.map_or(0, |head| head.status)
    }

    /// The reason phrase.
    #[getter]
    fn reason(&self) -> String {
        self.response()
            .map(|response| latin1(response.head.reason()))
            .unwrap_or_default()
    }

    /// 11 for HTTP/1.1, 10 for HTTP/1.0.
    #[getter]
    fn version(&self) -> u8 {
        self.response()
            .map_or(11, |response| match response.head.version {
                http::Version::Http10 => 10,
                http::Version::Http11 => 11,
            })
    }

    /// The response headers as (name, value) pairs, in order, with duplicates.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        let head = match (self.response(), self.trip.failure()) {
            (Some(response), _) => Some(&response.head),
            (None, Some(failure)) => failure.response.as_ref(),
            (None, None) => None,
        };
        let Some(head) = head else { return Vec::new() };
        head.headers
            .iter()
            .map(|(name, value)| (latin1(name), latin1(value)))
            .collect()
    }

    /// The first response header of this name.
    fn header(&self, name: &str) -> Option<String> {
        self.response()?.head.headers.get(name).map(latin1)
    }

    /// The decoded body; empty when it is streamed.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.response().map_or(&[], |response| response.bytes()))
    }

    /// The body parsed as JSON, if its Content-Type says that it is JSON in UTF-8 and it is; NotImplemented otherwise.
    fn json(&self, py: Python<'_>) -> Py<PyAny> {
        let body = self.response().filter(|response| is_utf8_json(response));
        let parsed = body.and_then(|response| seen_json::parse(py, response.bytes()));
        parsed.map_or_else(|| py.NotImplemented(), Bound::unbind)
    }

    /// Counts this request under `name`, with the error that somebody found in it.
    #[pyo3(signature = (recorder, name, exception=None))]
    fn record(
        &self,
        py: Python<'_>,
        recorder: &Bound<'_, Recorder>,
        name: &str,
        exception: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let Some(response) = self.response() else {
            return Ok(());
        };
        let error = recorder.get().text_of(py, exception)?;
        recorder
            .get()
            .record_response(&self.trip.request, Some(name), response, error.as_deref());
        Ok(())
    }

    /// Bytes of the decoded body.
    #[getter]
    fn content_length(&self) -> u64 {
        self.response().map_or(0, |response| response.body_length)
    }

    /// Milliseconds from the hand-over of the request to the last byte of its body (to the headers when streamed).
    #[getter]
    fn response_time_ms(&self) -> f64 {
        self.trip
            .timings()
            .map_or(0.0, |timings| milliseconds(timings.total))
    }

    /// Milliseconds of each phase that took place: dns, connect, tls, first_byte, total.
    #[getter]
    fn timings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let phases = PyDict::new(py);
        let Some(timings) = self.trip.timings() else {
            return Ok(phases);
        };
        for (name, phase) in [
            ("dns", timings.dns),
            ("connect", timings.connect),
            ("tls", timings.tls),
            ("first_byte", timings.first_byte),
            ("total", Some(timings.total)),
        ] {
            if let Some(phase) = phase {
                phases.set_item(name, milliseconds(phase))?;
            }
        }
        Ok(phases)
    }

    /// (kind, text, errno or None) of the failure; None if there is a response. Kinds: see error.rs.
    #[getter]
    fn failure(&self) -> Option<(&'static str, String, Option<i32>)> {
        self.trip.failure().map(|failure| failure_parts(&failure.error))
    }

    /// The next piece of a streamed body; None at its end. The calling greenlet parks meanwhile.
    ///
    /// A failure comes as (kind, text, errno or None) instead of bytes.
    fn next_chunk(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let Some((client, body)) = &self.stream else {
            return Ok(py.None());
        };
        match client.get().read_chunk(py, body)? {
            Ok(Some(chunk)) => Ok(PyBytes::new(py, &chunk).into_any().unbind()),
            Ok(None) => Ok(py.None()),
            Err(error) => Ok(failure_parts(&error).into_pyobject(py)?.into_any().unbind()),
        }
    }

    /// Gives up the rest of a streamed body; its connection is closed.
    fn close(&self) {
        if let Some((_, body)) = &self.stream
            && let Ok(mut stream) = body.try_lock()
        {
            *stream = None;
        }
    }
}

impl Exchange {
    pub(crate) fn new(client: &Py<Client>, py: Python<'_>, mut trip: Box<RoundTrip>, is_text: bool) -> Self {
        // A response that is kept must not keep its user's connections.
        trip.pool = None;
        let stream = trip.take_stream().map(|stream| {
            (
                client.clone_ref(py),
                Arc::new(tokio::sync::Mutex::new(Some(stream))),
            )
        });
        Self {
            trip,
            is_text,
            stream,
        }
    }

    fn response(&self) -> Option<&http::Response> {
        self.trip.response()
    }
}

/// What `requests` decodes as UTF-8 because of its type alone.
fn is_utf8_json(response: &http::Response) -> bool {
    let content_type = response.head.headers.get("content-type");
    content_type.is_some_and(|value| {
        let known: [&[u8]; 2] = [b"application/json", b"application/json; charset=utf-8"];
        known.iter().any(|known| value.eq_ignore_ascii_case(known))
    })
}

fn failure_parts(error: &http::Error) -> (&'static str, String, Option<i32>) {
    (describe(error), error.to_string(), os_error(error))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn header_lines(block: &[u8]) -> Vec<(String, String)> {
    let lines = block.split(|&byte| byte == b'\n').filter_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let colon = line.iter().position(|&byte| byte == b':')?;
        Some((
            latin1(&line[..colon]),
            latin1(line[colon + 1..].trim_ascii_start()),
        ))
    });
    lines.collect()
}
