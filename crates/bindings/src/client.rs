//! `Client`: requests of one user, from Python to the I/O thread and back. Decides nothing about redirects, cookies or statistics' rules.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use katydid_http as http;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyString, PyType};
use pyo3::{ffi, intern};

use crate::exchange::Exchange;
use crate::headers::{ContentKind, Headers};
use crate::hub::Hub;
use crate::io_thread::{BodyHandle, IoCommand, IoThread, ReplyTo};
use crate::outcome::Outcome;
use crate::round_trip::RoundTrip;
use crate::stats::Recorder;

/// Whom to trust, and who we are, for https.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Tls(Arc<http::TlsSettings>);

#[pymethods]
impl Tls {
    /// `verify`: True for the system's roots, False for no check, or the path of a file or folder of roots;
    /// `certificate`: path of a client certificate, or (certificate, key).
    #[new]
    #[pyo3(signature = (verify, certificate=None))]
    fn new(verify: &Bound<'_, PyAny>, certificate: Option<(String, String)>) -> PyResult<Self> {
        let verify = match verify.extract::<bool>() {
            Ok(true) => http::Verify::System,
            Ok(false) => http::Verify::None,
            Err(_) => http::Verify::File(verify.extract::<String>()?.into()),
        };
        let client_certificate = certificate.map(|(certificate, key)| (certificate.into(), Some(key.into())));
        Ok(Self(Arc::new(http::TlsSettings {
            verify,
            client_certificate,
            ..http::TlsSettings::default()
        })))
    }
}

/// An HTTP proxy.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Proxy(Arc<http::Proxy>);

#[pymethods]
impl Proxy {
    /// `http://user:password@host:port`. Raises ValueError for anything else.
    #[new]
    fn new(url: &str) -> PyResult<Self> {
        let proxy = http::Proxy::parse(url).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self(Arc::new(proxy)))
    }
}

/// Idle connections, of one user or shared by several.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Pool(Arc<http::Pool>);

#[pymethods]
impl Pool {
    /// Keeps up to `limit` idle connections for each server.
    #[new]
    #[pyo3(signature = (limit=10))]
    fn new(limit: usize) -> Self {
        Self(Arc::new(http::Pool::new(limit)))
    }

    /// Closes the idle connections, by the name that it has in geventhttpclient.
    fn close(&self) {
        self.0.clear();
    }
}

/// The HTTP engine's end for one user.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Client {
    hub: Py<Hub>,
    io: IoThread,
    pool: Arc<http::Pool>,
    base: Option<Base>,
}

/// The user's host, taken apart once.
struct Base {
    origin: Arc<http::Origin>,
    /// The path that the host was given with, without a query; often empty.
    prefix: String,
}

/// What `Client.fetch` is told besides method and URL.
pub(crate) struct FetchOptions {
    timeouts: http::Timeouts,
    tls: Option<Arc<http::TlsSettings>>,
    proxy: Option<Arc<http::Proxy>>,
    mode: http::BodyMode,
    decode: bool,
    /// Whether a request without a body says so, as `requests` has it for whatever is not GET or HEAD.
    says_empty: bool,
}

/// The settings of a request that rarely change, made once and passed to many.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Options(FetchOptions);

#[pymethods]
impl Options {
    /// Timeouts in seconds or None; `mode` is 'collect', 'discard' or 'stream'; `decode` undoes Content-Encoding.
    #[new]
    #[pyo3(signature = (connect_timeout=None, read_timeout=None, tls=None, proxy=None, mode="collect", decode=true, says_empty=false))]
    fn new(
        connect_timeout: Option<f64>,
        read_timeout: Option<f64>,
        tls: Option<&Bound<'_, Tls>>,
        proxy: Option<&Bound<'_, Proxy>>,
        mode: &str,
        decode: bool,
        says_empty: bool,
    ) -> PyResult<Self> {
        let mode = match mode {
            "collect" => http::BodyMode::Collect,
            "discard" => http::BodyMode::Discard,
            "stream" => http::BodyMode::Stream,
            other => return Err(PyValueError::new_err(format!("unknown mode {other:?}"))),
        };
        let timeouts = http::Timeouts {
            connect: seconds(connect_timeout)?,
            read: seconds(read_timeout)?,
        };
        Ok(Self(FetchOptions {
            timeouts,
            tls: tls.map(|tls| tls.get().0.clone()),
            proxy: proxy.map(|proxy| proxy.get().0.clone()),
            mode,
            decode,
            says_empty,
        }))
    }
}

#[pymethods]
impl Client {
    /// `base_url` may be empty or None: then every URL must be a whole one.
    #[new]
    #[pyo3(signature = (hub, base_url=None, pool=None))]
    fn new(hub: Py<Hub>, base_url: Option<&str>, pool: Option<&Bound<'_, Pool>>) -> PyResult<Self> {
        let pool = pool.map_or_else(|| Arc::new(http::Pool::new(10)), |pool| pool.get().0.clone());
        Ok(Self {
            hub,
            io: crate::shared::io_thread()?.clone(),
            pool,
            base: base_url.and_then(Base::parse),
        })
    }

    /// The same with another base URL; they share their connections.
    #[pyo3(signature = (base_url=None))]
    fn with_base(&self, py: Python<'_>, base_url: Option<&str>) -> Self {
        Self {
            hub: self.hub.clone_ref(py),
            io: self.io.clone(),
            pool: self.pool.clone(),
            base: base_url.and_then(Base::parse),
        }
    }

    /// Sends one request and waits for its answer; the calling greenlet parks meanwhile.
    ///
    /// With a `recorder`, a response below 400 without cookies and redirect is recorded under `name` (or path and query) and comes back as a new
    /// `response_class` object that carries the exchange as `_exchange`. Anything else comes back as an
    /// `Exchange`, not recorded. A list as `content` is sent in chunks. None if the URL needs a closer look (`requests` knows the right error).
    #[pyo3(signature = (method, url, headers, options, name=None, content=None, content_kind=None, recorder=None, response_class=None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "a plain call from Python: one struct more would be made for each request"
    )]
    fn fetch<'py>(
        slf: &Bound<'py, Self>,
        method: &str,
        url: &str,
        headers: &Bound<'py, Headers>,
        options: &Bound<'py, Options>,
        name: Option<&str>,
        content: Option<&Bound<'py, PyAny>>,
        content_kind: Option<u8>,
        recorder: Option<&Bound<'py, Recorder>>,
        response_class: Option<&Bound<'py, PyType>>,
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let this = slf.get();
        let (Some(url), Ok(method)) = (this.url(url), http::Method::new(method)) else {
            return Ok(py.None());
        };
        let kind = match content_kind {
            Some(0) => Some(ContentKind::Json),
            Some(_) => Some(ContentKind::Form),
            None => None,
        };
        let is_text = kind != Some(ContentKind::Json)
            && content.is_some_and(|content| content.is_instance_of::<PyString>());
        let body = match content.map(|content| content.cast::<PyList>()) {
            Some(Ok(list)) => pieces(list)?,
            _ => content.map_or(Ok(Bytes::new()), body_bytes)?.into(),
        };
        let kind = kind.or_else(|| options.get().kind_of_nothing(&method, &body));
        let mut request = http::Request::new(method, url);
        request.headers = headers.get().block(kind);
        request.body = body;
        let trip = this.travel(py, this.trip(request, options.get()))?;
        if let (Some(recorder), Some(class), Some(response)) = (recorder, response_class, trip.response())
            && is_plain(response)
        {
            recorder.get().record_plain(&trip.request, name, response);
            let status = response.status();
            let exchange = Bound::new(py, Exchange::new(slf.as_unbound(), py, trip, is_text))?;
            return Ok(new_response(class, &exchange, status)?.unbind());
        }
        Ok(Py::new(py, Exchange::new(slf.as_unbound(), py, trip, is_text))?.into_any())
    }
}

impl Options {
    /// How a request without a body says so, if it does.
    pub(crate) fn kind_of_nothing(&self, method: &http::Method, body: &http::Body) -> Option<ContentKind> {
        let is_silent = matches!(method.as_str(), "GET" | "HEAD");
        (self.0.says_empty && !is_silent && matches!(body, http::Body::Empty)).then_some(ContentKind::Nothing)
    }
}

impl Client {
    /// Reads on in a streamed body.
    pub(crate) fn read_chunk(
        &self,
        py: Python<'_>,
        body: &BodyHandle,
    ) -> PyResult<Result<Option<Bytes>, http::Error>> {
        let outcome = self.ask(py, |reply_to| IoCommand::Read {
            reply_to,
            body: body.clone(),
        })?;
        match outcome {
            Outcome::Chunk(chunk) => Ok(chunk),
            _ => unreachable!("a read is answered with a chunk"),
        }
    }

    /// Makes a request ready to be sent over this user's connections.
    pub(crate) fn trip(&self, mut request: http::Request, options: &Options) -> Box<RoundTrip> {
        let Options(options) = options;
        request.timeouts = options.timeouts;
        request.mode = options.mode;
        request.decode = options.decode;
        request.proxy = options.proxy.clone();
        if let Some(tls) = &options.tls {
            request.tls = tls.clone();
        }
        RoundTrip::new(request, self.pool.clone())
    }

    /// Sends a request and waits for its outcome; the calling greenlet parks meanwhile.
    #[inline(never)]
    pub(crate) fn travel(&self, py: Python<'_>, trip: Box<RoundTrip>) -> PyResult<Box<RoundTrip>> {
        arrived(self.ask(py, |reply_to| IoCommand::Send { reply_to, trip })?)
    }

    /// Asks the I/O thread and waits: a greenlet of the hub thread parks, any other thread blocks without the GIL.
    fn ask(&self, py: Python<'_>, command: impl FnOnce(ReplyTo) -> IoCommand + Send) -> PyResult<Outcome> {
        let hub = self.hub.get();
        if !hub.is_current_thread() {
            return self.ask_and_block(py, command);
        }
        let mut asked = None;
        let parked = hub.park(py, |ticket| {
            asked = Some(ticket);
            hub.ask(command(ReplyTo::Hub(ticket)));
            Ok(())
        });
        if parked.is_err()
            && let Some(ticket) = asked
        {
            self.io.ask(IoCommand::Cancel(ticket), false);
        }
        parked
    }

    #[inline(never)]
    fn ask_and_block(
        &self,
        py: Python<'_>,
        command: impl FnOnce(ReplyTo) -> IoCommand + Send,
    ) -> PyResult<Outcome> {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.io.ask(command(ReplyTo::Thread(sender)), false);
        py.detach(move || receiver.recv())
            .map_err(|_| pyo3::exceptions::PyRuntimeError::new_err("the I/O thread has ended"))
    }

    /// The URL to request for what the caller wrote; none if it needs a closer look.
    pub(crate) fn url(&self, url: &str) -> Option<http::Url> {
        if is_absolute(url) {
            return http::Url::parse(url)
                .ok()
                .filter(|parsed| parsed.userinfo().is_none());
        }
        let base = self.base.as_ref()?;
        if base.prefix.is_empty() {
            // Plain concatenation, as Locust has it: without a slash the text would belong to the host name.
            return url.starts_with('/').then(|| base.origin.url(url));
        }
        Some(base.origin.url(&format!("{}{url}", base.prefix)))
    }
}

#[inline(never)]
fn arrived(outcome: Outcome) -> PyResult<Box<RoundTrip>> {
    match outcome {
        Outcome::Http(trip) => {
            if let Some(timings) = trip.timings() {
                crate::shared::record_resume_lag(timings.finished.elapsed());
            }
            Ok(trip)
        }
        _ => unreachable!("a request is answered with its outcome"),
    }
}

impl Base {
    fn parse(base_url: &str) -> Option<Self> {
        let url = http::Url::parse(base_url)
            .ok()
            .filter(|url| url.userinfo().is_none())?;
        let after_scheme = base_url.split_once("://")?.1;
        if after_scheme.contains(['?', '#']) {
            return None;
        }
        let prefix = after_scheme.find('/').map_or("", |slash| &after_scheme[slash..]);
        Some(Self {
            origin: url.origin().clone(),
            prefix: prefix.to_owned(),
        })
    }
}

/// Whether a response needs nothing of what only Python can do: it is no failure, no redirect and sets no cookie.
pub(crate) fn is_plain(response: &http::Response) -> bool {
    let head = &response.head;
    head.status < 300 && matches!(response.body, http::ResponseBody::Collected(_)) && !head.sets_cookies
}

fn is_absolute(url: &str) -> bool {
    let begins = |scheme: &str| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("http://") || begins("https://")
}

/// Makes a response object without running its constructor: its attributes are read from the exchange when asked for.
pub(crate) fn new_response<'py>(
    class: &Bound<'py, PyType>,
    exchange: &Bound<'py, Exchange>,
    status: u16,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    // SAFETY: `class` is a plain Python class (katydid.clients passes its own), whose slot `tp_new` is `object.__new__`.
    let response = unsafe {
        let slot = ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_new);
        let new = std::mem::transmute::<*mut c_void, ffi::newfunc>(slot);
        let empty = ffi::PyTuple_New(0);
        let made = new(class.as_type_ptr(), empty, std::ptr::null_mut());
        ffi::Py_DECREF(empty);
        Bound::from_owned_ptr_or_err(py, made)?
    };
    response.setattr(intern!(py, "_exchange"), exchange)?;
    response.setattr(intern!(py, "status_code"), status)?;
    Ok(response)
}

pub(crate) fn body_bytes(content: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    if let Ok(text) = content.cast::<PyString>() {
        return Ok(Bytes::copy_from_slice(text.to_str()?.as_bytes()));
    }
    if let Ok(bytes) = content.cast::<PyBytes>() {
        let bytes = bytes.as_bytes();
        if bytes.len() < 16_384 {
            return Ok(Bytes::copy_from_slice(bytes));
        }
    }
    let owned: PyBackedBytes = content
        .extract()
        .map_err(|_| PyTypeError::new_err("a request body must be str, bytes or bytearray"))?;
    Ok(Bytes::from_owner(owned))
}

/// A body that is sent in chunks, one for each piece.
fn pieces(list: &Bound<'_, PyList>) -> PyResult<http::Body> {
    let (sender, receiver) = tokio::sync::mpsc::channel(list.len().max(1));
    for piece in list {
        let queued = sender.try_send(Ok(body_bytes(&piece)?));
        debug_assert!(queued.is_ok(), "the channel has room for every piece");
    }
    Ok(http::Body::Stream(receiver))
}

fn seconds(value: Option<f64>) -> PyResult<Option<Duration>> {
    let convert = |seconds| {
        Duration::try_from_secs_f64(seconds).map_err(|_| {
            PyValueError::new_err(format!("a timeout of {seconds} seconds cannot be waited for"))
        })
    };
    value.map(convert).transpose()
}
