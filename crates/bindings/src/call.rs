//! `Call`: one call of a session's method, from its arguments to the counted response, without Python code in between.
//! A call that needs anything more goes to the Python class that inherits from `Session`.

use bytes::Bytes;
use katydid_http as http;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyType};

use crate::client::{Client, Options, body_bytes, is_plain, new_response};
use crate::exchange::Exchange;
use crate::headers::{ContentKind, Headers};
use crate::round_trip::RoundTrip;
use crate::session::{Session, Settled};
use crate::stats::Recorder;
use crate::{form, json_text};

pub(crate) type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// What a call says.
pub(crate) struct Call<'a, 'py> {
    pub(crate) method: http::Method,
    pub(crate) url: &'a Bound<'py, PyAny>,
    pub(crate) data: Argument<'a, 'py>,
    pub(crate) json: Argument<'a, 'py>,
    pub(crate) name: Argument<'a, 'py>,
    pub(crate) catch_response: Argument<'a, 'py>,
    pub(crate) context: Argument<'a, 'py>,
    pub(crate) params: Argument<'a, 'py>,
    pub(crate) headers: Argument<'a, 'py>,
    pub(crate) timeout: Argument<'a, 'py>,
    pub(crate) verify: Argument<'a, 'py>,
    /// Whatever else was given by name.
    pub(crate) rest: Option<&'a Bound<'py, PyDict>>,
}

/// What the end of a call needs to know of its beginning.
struct Prepared<'py> {
    client: Py<Client>,
    response_class: Py<PyType>,
    name: Option<Bound<'py, PyString>>,
    event: Option<Bound<'py, PyAny>>,
    /// The one who counts, if nobody else listens.
    recorder: Option<Bound<'py, Recorder>>,
    is_caught: bool,
    is_text: bool,
}

impl<'py> Call<'_, 'py> {
    pub(crate) fn send_or_override(&self, session: &Bound<'py, Session>) -> PyResult<Bound<'py, PyAny>> {
        if session.get().is_overridden() {
            return self.hand_to(session, "request", self.method_text(session.py()).as_any());
        }
        self.send(session)
    }

    pub(crate) fn send(&self, session: &Bound<'py, Session>) -> PyResult<Bound<'py, PyAny>> {
        match self.everyday(session)? {
            Some(response) => Ok(response),
            None => self.hand_to(
                session,
                "_request_closely",
                self.method_text(session.py()).as_any(),
            ),
        }
    }

    /// The response, if this call needs nothing that only Python can do before it is sent.
    ///
    /// What stands on the stack while the greenlet is parked is copied away and back; so the work before and after that
    /// is in functions of their own.
    fn everyday(&self, session: &Bound<'py, Session>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some((prepared, trip)) = self.prepare(session)? else {
            return Ok(None);
        };
        let trip = prepared.client.get().travel(session.py(), trip)?;
        self.conclude(session, prepared, trip).map(Some)
    }

    #[inline(never)]
    fn prepare(&self, session: &Bound<'py, Session>) -> PyResult<Option<(Prepared<'py>, Box<RoundTrip>)>> {
        let py = session.py();
        let settled = session.get().settled(py);
        let (Some(settled), Ok(url), true) = (settled, self.url.cast::<PyString>(), self.has_plain_rest())
        else {
            return Ok(None);
        };
        if settled.is_terse && !self.is_terse() {
            return Ok(None);
        }
        let state = attributes(session)?;
        // A session with cookies asks its jar, for each request.
        let jar = if settled.is_terse {
            intern!(py, "cookiejar")
        } else {
            intern!(py, "cookies")
        };
        if state.contains(jar)? {
            return Ok(None);
        }
        let Some(name) = self.name_in(&state)? else {
            return Ok(None);
        };
        let Some(request) = self.request(&state, &settled, url)? else {
            return Ok(None);
        };
        let is_caught = self.catch_response.map_or(Ok(false), |flag| flag.is_truthy())?;
        let event = state.get_item(intern!(py, "request_event"))?;
        let recorder = match &event {
            Some(event) => only_recorder(event)?,
            None => None,
        };
        let options = self.options(session, &settled)?;
        let is_text = self.json.is_none() && self.data.is_some_and(|data| !data.is_instance_of::<PyBytes>());
        let trip = settled.client.get().trip(request, options.get());
        let name = name.or_else(|| settled.is_terse.then(|| url.clone()));
        Ok(Some((
            Prepared {
                client: settled.client,
                response_class: settled.response_class,
                name,
                event,
                recorder,
                is_caught,
                is_text,
            },
            trip,
        )))
    }

    #[inline(never)]
    fn conclude(
        &self,
        session: &Bound<'py, Session>,
        prepared: Prepared<'py>,
        trip: Box<RoundTrip>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = session.py();
        let name = prepared.name.as_ref().map(|name| name.to_str()).transpose()?;
        let is_text = prepared.is_text;
        let (Some(recorder), Some(response)) = (
            &prepared.recorder,
            trip.response().filter(|found| is_plain(found)),
        ) else {
            let exchange = Bound::new(py, Exchange::new(&prepared.client, py, trip, is_text))?;
            return self.complete(session, &exchange, name, prepared.is_caught);
        };
        let status = response.status();
        if !prepared.is_caught {
            recorder.get().record_plain(&trip.request, name, response);
        }
        let exchange = Bound::new(py, Exchange::new(&prepared.client, py, trip, is_text))?;
        let response = new_response(prepared.response_class.bind(py), &exchange, status)?;
        if prepared.is_caught {
            response.setattr(intern!(py, "_catch_response"), true)?;
            response.setattr(intern!(py, "_request_event"), prepared.event)?;
            response.setattr(intern!(py, "_name"), name)?;
            response.setattr(intern!(py, "_asked_by"), session)?;
            response.setattr(intern!(py, "_context"), self.context)?;
        }
        Ok(response)
    }

    /// Whether nothing else was given by name but what Python looks at only afterwards.
    fn has_plain_rest(&self) -> bool {
        self.rest.is_none_or(|rest| {
            rest.is_empty() || (rest.len() == 1 && rest.contains("allow_redirects").unwrap_or(false))
        })
    }

    fn is_terse(&self) -> bool {
        let others = [
            self.data,
            self.json,
            self.catch_response,
            self.params,
            self.headers,
        ];
        others.iter().all(Option::is_none)
            && self.timeout.is_none()
            && self.verify.is_none()
            && self.rest.is_none_or(|rest| rest.is_empty())
    }

    /// What the request is counted under, none for its path; nothing at all when that is no text.
    fn name_in(&self, state: &Bound<'py, PyDict>) -> PyResult<Option<Option<Bound<'py, PyString>>>> {
        let given = match self.name {
            Some(name) if name.is_truthy()? => Some(name.clone()),
            _ => state.get_item(intern!(state.py(), "request_name"))?,
        };
        Ok(match given {
            Some(name) if !name.is_none() => name.cast_into::<PyString>().ok().map(Some),
            _ => Some(None),
        })
    }

    fn request(
        &self,
        state: &Bound<'py, PyDict>,
        settled: &Settled,
        url: &Bound<'py, PyString>,
    ) -> PyResult<Option<http::Request>> {
        let Some((body, kind)) = self.body() else {
            return Ok(None);
        };
        let Some(url) = self.target(settled, url.to_str()?)? else {
            return Ok(None);
        };
        let mut request = http::Request::new(self.method.clone(), url);
        request.body = body;
        let kind = kind.or_else(|| {
            settled
                .options
                .get()
                .kind_of_nothing(&request.method, &request.body)
        });
        let Some(block) = self.header_block(state, settled, kind)? else {
            return Ok(None);
        };
        request.headers = block;
        Ok(Some(request))
    }

    /// What to send, and as what; nothing when Python must see to it. As `requests` has it, JSON only goes where there
    /// is no data.
    fn body(&self) -> Option<(http::Body, Option<ContentKind>)> {
        if let Some(data) = self.data {
            let (bytes, kind): (Bytes, _) = if let Ok(fields) = data.cast_exact::<PyDict>() {
                (form::encode(fields)?.into(), Some(ContentKind::Form))
            } else if data.is_exact_instance_of::<PyString>() || data.is_exact_instance_of::<PyBytes>() {
                (body_bytes(data).ok()?, None)
            } else {
                return None;
            };
            if !bytes.is_empty() {
                return Some((bytes.into(), kind));
            }
        }
        match self.json {
            Some(json) => Some((
                Bytes::from(json_text::write(json)?).into(),
                Some(ContentKind::Json),
            )),
            None => Some((http::Body::Empty, None)),
        }
    }

    fn target(&self, settled: &Settled, url: &str) -> PyResult<Option<http::Url>> {
        // A response of requests shows the fragment of its URL, though it is not sent.
        if !settled.is_terse && url.contains('#') {
            return Ok(None);
        }
        let client = settled.client.get();
        let params = match self.params {
            Some(params) if params.is_truthy()? => params,
            _ => return Ok(client.url(url)),
        };
        let Ok(fields) = params.cast_exact::<PyDict>() else {
            return Ok(None);
        };
        let Some(query) = form::encode(fields).filter(|_| !url.contains('#')) else {
            return Ok(None);
        };
        let joint = if url.contains('?') { '&' } else { '?' };
        Ok(client.url(&format!("{url}{joint}{query}")))
    }

    fn header_block(
        &self,
        state: &Bound<'py, PyDict>,
        settled: &Settled,
        kind: Option<ContentKind>,
    ) -> PyResult<Option<http::HeaderBlock>> {
        let py = state.py();
        let own = state.get_item(intern!(py, "headers"))?;
        let own = match &own {
            Some(own) => encoded(own)?,
            None => Some(settled.headers.bind(py).clone()),
        };
        let Some(own) = own else { return Ok(None) };
        match self.headers {
            Some(extra) if extra.is_truthy()? => {
                let Ok(extra) = extra.cast_exact::<PyDict>() else {
                    return Ok(None);
                };
                // What cannot be sent is Python's to refuse.
                Ok(own.get().merged(extra).ok().map(|merged| merged.block(kind)))
            }
            _ => Ok(Some(own.get().block(kind))),
        }
    }

    fn options(&self, session: &Bound<'py, Session>, settled: &Settled) -> PyResult<Py<Options>> {
        let py = session.py();
        if self.timeout.is_none() && self.verify.is_none() {
            return Ok(settled.options.clone_ref(py));
        }
        let options = session.call_method1(intern!(py, "_options_for"), (self.timeout, self.verify))?;
        Ok(options.cast_into::<Options>()?.unbind())
    }

    fn complete(
        &self,
        session: &Bound<'py, Session>,
        exchange: &Bound<'py, Exchange>,
        name: Option<&str>,
        is_caught: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = session.py();
        let keywords = PyDict::new(py);
        if let Some(rest) = self.rest {
            keywords.update(rest.as_mapping())?;
        }
        set_given(&keywords, "timeout", self.timeout)?;
        set_given(&keywords, "verify", self.verify)?;
        let method = self.method_text(py);
        session.call_method1(
            intern!(py, "_complete"),
            (
                exchange,
                method,
                name,
                is_caught,
                self.context,
                keywords,
                self.url,
            ),
        )
    }

    /// Calls a method of the Python class with everything that was given.
    pub(crate) fn hand_to(
        &self,
        session: &Bound<'py, Session>,
        to: &str,
        method: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let keywords = PyDict::new(session.py());
        if let Some(rest) = self.rest {
            keywords.update(rest.as_mapping())?;
        }
        for (name, value) in [
            ("data", self.data),
            ("json", self.json),
            ("name", self.name),
            ("catch_response", self.catch_response),
            ("context", self.context),
            ("params", self.params),
            ("headers", self.headers),
            ("timeout", self.timeout),
            ("verify", self.verify),
        ] {
            set_given(&keywords, name, value)?;
        }
        session.call_method(to, (method, self.url), Some(&keywords))
    }

    fn method_text(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.method.as_str())
    }
}

fn set_given(keywords: &Bound<'_, PyDict>, name: &str, value: Argument<'_, '_>) -> PyResult<()> {
    value.map_or(Ok(()), |value| keywords.set_item(name, value))
}

/// The attributes that were set on an object.
fn attributes<'py>(object: &Bound<'py, Session>) -> PyResult<Bound<'py, PyDict>> {
    // SAFETY: the object is alive and the GIL is held; a new reference, or null with an exception set.
    let attributes = unsafe {
        Bound::from_owned_ptr_or_err(
            object.py(),
            ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut()),
        )?
    };
    Ok(attributes.cast_into()?)
}

/// The ready form of a session's headers, made now if they were changed; none when that is Python's to do or refuse.
fn encoded<'py>(headers: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Headers>>> {
    let py = headers.py();
    let Some(ready) = headers.getattr_opt(intern!(py, "encoded"))? else {
        return Ok(None);
    };
    if ready.is_none() {
        let made = headers.call_method0(intern!(py, "encode")).ok();
        return Ok(made.and_then(|made| made.cast_into::<Headers>().ok()));
    }
    Ok(ready.cast_into::<Headers>().ok())
}

/// The recorder, if nobody else listens to this hook.
fn only_recorder<'py>(event: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Recorder>>> {
    let Some(handlers) = event.getattr_opt(intern!(event.py(), "_handlers"))? else {
        return Ok(None);
    };
    let Ok(handlers) = handlers.cast_into::<PyList>() else {
        return Ok(None);
    };
    if handlers.len() != 1 {
        return Ok(None);
    }
    Ok(handlers.get_item(0)?.cast_into_exact::<Recorder>().ok())
}
