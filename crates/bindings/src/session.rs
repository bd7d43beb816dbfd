//! `Session`: what `HttpSession` and `FastHttpSession` inherit: the methods that users call, and how they are to be
//! carried out. What a call does is in `call`.

use katydid_http as http;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use crate::call::{Argument, Call};
use crate::client::{Client, Options};
use crate::headers::Headers;

/// What a session class inherits from. The class has the methods `request`, `_request_closely` and `_complete`.
#[pyclass(frozen, subclass, module = "katydid._core")]
pub(crate) struct Session {
    /// Nothing until `_settle_for` was called: then every call goes to Python.
    settled: Mutex<Option<Settled>>,
}

/// How a session's calls go until it is told otherwise.
pub(crate) struct Settled {
    pub(crate) client: Py<Client>,
    pub(crate) options: Py<Options>,
    /// What is sent unless the session has a `headers` attribute.
    pub(crate) headers: Py<Headers>,
    pub(crate) response_class: Py<PyType>,
    /// Whether calls go to `request` first, because somebody replaced it.
    is_overridden: bool,
    /// Whether an everyday call says nothing but a name, and is counted under its URL as it was written without one,
    /// as `FastHttpSession` has it. Otherwise it is counted under path and query.
    pub(crate) is_terse: bool,
}

impl Settled {
    fn clone_ref(&self, py: Python<'_>) -> Self {
        Self {
            client: self.client.clone_ref(py),
            options: self.options.clone_ref(py),
            headers: self.headers.clone_ref(py),
            response_class: self.response_class.clone_ref(py),
            ..*self
        }
    }
}

impl Session {
    /// How calls go now; nothing when they all go to Python.
    pub(crate) fn settled(&self, py: Python<'_>) -> Option<Settled> {
        self.settled.lock().as_ref().map(|settled| settled.clone_ref(py))
    }

    /// Whether calls go to `request`, because somebody replaced it.
    pub(crate) fn is_overridden(&self) -> bool {
        self.settled
            .lock()
            .as_ref()
            .is_none_or(|settled| settled.is_overridden)
    }
}

#[pymethods]
impl Session {
    #[new]
    #[pyo3(signature = (*_arguments, **_keywords))]
    fn new(_arguments: &Bound<'_, PyTuple>, _keywords: Option<&Bound<'_, PyDict>>) -> Self {
        Self {
            settled: Mutex::new(None),
        }
    }

    /// Says how everyday calls go from now on; without a client, there are none.
    #[pyo3(signature = (client, options=None, headers=None, response_class=None, is_overridden=false, is_terse=false))]
    fn _settle_for(
        &self,
        client: Option<Py<Client>>,
        options: Option<Py<Options>>,
        headers: Option<Py<Headers>>,
        response_class: Option<Py<PyType>>,
        is_overridden: bool,
        is_terse: bool,
    ) {
        let settled = match (client, options, headers, response_class) {
            (Some(client), Some(options), Some(headers), Some(response_class)) => Some(Settled {
                client,
                options,
                headers,
                response_class,
                is_overridden,
                is_terse,
            }),
            _ => None,
        };
        // What was there before is dropped after the lock is released.
        let _before = std::mem::replace(&mut *self.settled.lock(), settled);
    }

    /// Sends a GET request.
    #[pyo3(signature = (url, *, data=None, json=None, name=None, catch_response=None, context=None, params=None, headers=None, timeout=None, verify=None, **rest))]
    #[expect(
        clippy::too_many_arguments,
        reason = "the keyword arguments of requests and Locust"
    )]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        url: &Bound<'py, PyAny>,
        data: Argument<'_, 'py>,
        json: Argument<'_, 'py>,
        name: Argument<'_, 'py>,
        catch_response: Argument<'_, 'py>,
        context: Argument<'_, 'py>,
        params: Argument<'_, 'py>,
        headers: Argument<'_, 'py>,
        timeout: Argument<'_, 'py>,
        verify: Argument<'_, 'py>,
        rest: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let method = http::Method::GET;
        #[rustfmt::skip]
        let call = Call { method, url, data, json, name, catch_response, context, params, headers, timeout, verify, rest };
        call.send_or_override(slf)
    }

    /// Sends a POST request.
    #[pyo3(signature = (url, data=None, json=None, *, name=None, catch_response=None, context=None, params=None, headers=None, timeout=None, verify=None, **rest))]
    #[expect(
        clippy::too_many_arguments,
        reason = "the keyword arguments of requests and Locust"
    )]
    fn post<'py>(
        slf: &Bound<'py, Self>,
        url: &Bound<'py, PyAny>,
        data: Argument<'_, 'py>,
        json: Argument<'_, 'py>,
        name: Argument<'_, 'py>,
        catch_response: Argument<'_, 'py>,
        context: Argument<'_, 'py>,
        params: Argument<'_, 'py>,
        headers: Argument<'_, 'py>,
        timeout: Argument<'_, 'py>,
        verify: Argument<'_, 'py>,
        rest: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let method = http::Method::POST;
        #[rustfmt::skip]
        let call = Call { method, url, data, json, name, catch_response, context, params, headers, timeout, verify, rest };
        call.send_or_override(slf)
    }

    /// Sends a request of any method: the way of `request`, which does not call itself.
    #[pyo3(signature = (method, url, *, data=None, json=None, name=None, catch_response=None, context=None, params=None, headers=None, timeout=None, verify=None, **rest))]
    #[expect(
        clippy::too_many_arguments,
        reason = "the keyword arguments of requests and Locust"
    )]
    fn _send<'py>(
        slf: &Bound<'py, Self>,
        method: &str,
        url: &Bound<'py, PyAny>,
        data: Argument<'_, 'py>,
        json: Argument<'_, 'py>,
        name: Argument<'_, 'py>,
        catch_response: Argument<'_, 'py>,
        context: Argument<'_, 'py>,
        params: Argument<'_, 'py>,
        headers: Argument<'_, 'py>,
        timeout: Argument<'_, 'py>,
        verify: Argument<'_, 'py>,
        rest: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Ok(known) = http::Method::new(method) else {
            // Python knows the error.
            let method = PyString::new(slf.py(), method);
            let method_of_none = http::Method::GET;
            #[rustfmt::skip]
            let call = Call { method: method_of_none, url, data, json, name, catch_response, context, params, headers, timeout, verify, rest };
            return call.hand_to(slf, "_request_closely", method.as_any());
        };
        #[rustfmt::skip]
        let call = Call { method: known, url, data, json, name, catch_response, context, params, headers, timeout, verify, rest };
        call.send(slf)
    }
}
