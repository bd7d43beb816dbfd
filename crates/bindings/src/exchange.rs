//! One request that is over (or whose body is still to be read), as Python sees it. Read only.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use katydid_http as http;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::client::Client;
use crate::error::{describe, os_error};
use crate::headers::latin1;
use crate::io_thread::BodyHandle;

/// What was asked, kept for `response.request`.
pub(crate) struct Asked {
    pub(crate) method: http::Method,
    pub(crate) url: http::Url,
    pub(crate) headers: http::HeaderBlock,
    pub(crate) body: Bytes,
    /// Whether `requests` would have kept the body as text: it does, except for JSON.
    pub(crate) is_text: bool,
    pub(crate) start_time: f64,
}

/// What came of it.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every request has a response: a box for it would be waste"
)]
pub(crate) enum Answered {
    Response(http::Response),
    Failure(Box<http::Failure>),
}

/// A request and its outcome.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Exchange {
    asked: Asked,
    answered: Answered,
    /// The rest of a streamed body, and the client that reads it.
    stream: Option<(Py<Client>, BodyHandle)>,
}

#[pymethods]
impl Exchange {
    /// The method as sent.
    #[getter]
    fn method(&self) -> &str {
        self.asked.method.as_str()
    }

    /// The full URL as sent, escaped.
    #[getter]
    fn url(&self) -> String {
        self.asked.url.to_string()
    }

    /// Path and query as sent.
    #[getter]
    fn path_url(&self) -> &str {
        self.asked.url.path_and_query()
    }

    /// Seconds since the epoch at which the request was handed over.
    #[getter]
    fn start_time(&self) -> f64 {
        self.asked.start_time
    }

    /// The request headers as (name, value) pairs, without those that the engine adds (Host, Content-Length).
    #[getter]
    fn request_headers(&self) -> Vec<(String, String)> {
        header_lines(self.asked.headers.as_bytes())
    }

    /// The request body, as str if it was given as one; JSON as bytes.
    #[getter]
    fn request_body<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let body = &self.asked.body;
        match std::str::from_utf8(body) {
            _ if body.is_empty() => None,
            Ok(text) if self.asked.is_text => Some(PyString::new(py, text).into_any()),
            _ => Some(PyBytes::new(py, body).into_any()),
        }
    }

    /// The status; 0 without a response.
    #[getter]
    fn status(&self) -> u16 {
        match &self.answered {
            Answered::Response(response) => response.status(),
            Answered::Failure(_) => 0,
        }
    }

    /// The status of a response whose body could not be read; 0 if not even its head came, or if there is no failure.
    #[getter]
    fn head_status(&self) -> u16 {
        match &self.answered {
            Answered::Response(_) => 0,
            Answered::Failure(failure) => failure.response.as_ref().map_or(0, |head| head.status),
        }
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
        let head = match &self.answered {
            Answered::Response(response) => &response.head,
            Answered::Failure(failure) => match &failure.response {
                Some(head) => head,
                None => return Vec::new(),
            },
        };
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

    /// Bytes of the decoded body.
    #[getter]
    fn content_length(&self) -> u64 {
        self.response().map_or(0, |response| response.body_length)
    }

    /// Milliseconds from the hand-over of the request to the last byte of its body (to the headers when streamed).
    #[getter]
    fn response_time_ms(&self) -> f64 {
        milliseconds(self.measured().total)
    }

    /// Milliseconds of each phase that took place: dns, connect, tls, first_byte, total.
    #[getter]
    fn timings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let timings = self.measured();
        let phases = PyDict::new(py);
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
        match &self.answered {
            Answered::Response(_) => None,
            Answered::Failure(failure) => Some(failure_parts(&failure.error)),
        }
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
    pub(crate) fn new(
        client: &Py<Client>,
        py: Python<'_>,
        asked: Asked,
        result: Result<http::Response, Box<http::Failure>>,
    ) -> Self {
        let mut stream = None;
        let answered = match result {
            Ok(mut response) => {
                if matches!(response.body, http::ResponseBody::Stream(_))
                    && let http::ResponseBody::Stream(open) =
                        std::mem::replace(&mut response.body, http::ResponseBody::Discarded)
                {
                    stream = Some((
                        client.clone_ref(py),
                        Arc::new(tokio::sync::Mutex::new(Some(*open))),
                    ));
                }
                Answered::Response(response)
            }
            Err(failure) => Answered::Failure(failure),
        };
        Self {
            asked,
            answered,
            stream,
        }
    }

    fn response(&self) -> Option<&http::Response> {
        match &self.answered {
            Answered::Response(response) => Some(response),
            Answered::Failure(_) => None,
        }
    }

    fn measured(&self) -> &http::Timings {
        match &self.answered {
            Answered::Response(response) => &response.timings,
            Answered::Failure(failure) => &failure.timings,
        }
    }
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
