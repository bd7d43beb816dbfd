//! The few calls of greenlet's C interface that parking and resuming need. Knows nothing of queues or tickets.
//!
//! `greenlet.switch` called through Python costs an attribute look-up and an argument tuple for each
//! direction of each request; the capsule `greenlet._C_API` (greenlet.h, stable since 0.4) gives the plain functions.

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

type GetCurrent = unsafe extern "C" fn() -> *mut ffi::PyObject;
type Switch =
    unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject, *mut ffi::PyObject) -> *mut ffi::PyObject;

/// Positions in the capsule's table, as greenlet.h numbers them.
const GET_CURRENT: usize = 4;
const SWITCH: usize = 6;

/// greenlet's functions, looked up once.
#[derive(Clone, Copy)]
pub(crate) struct GreenletApi {
    get_current: GetCurrent,
    switch: Switch,
}

impl GreenletApi {
    /// Imports greenlet and reads its table of functions. Fails when greenlet is missing or has no such table.
    pub(crate) fn load(py: Python<'_>) -> PyResult<Self> {
        py.import("greenlet")?;
        // SAFETY: the name is a NUL-terminated literal and the GIL is held.
        let table = unsafe { ffi::PyCapsule_Import(c"greenlet._C_API".as_ptr(), 0) } as *const *const ();
        if table.is_null() {
            return Err(
                PyErr::take(py).unwrap_or_else(|| PyImportError::new_err("greenlet has no C interface"))
            );
        }
        // SAFETY: greenlet.h documents these positions and signatures; the table lives as long as the module.
        unsafe {
            Ok(Self {
                get_current: std::mem::transmute::<*const (), GetCurrent>(*table.add(GET_CURRENT)),
                switch: std::mem::transmute::<*const (), Switch>(*table.add(SWITCH)),
            })
        }
    }

    /// The greenlet that runs this code.
    pub(crate) fn current<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: the GIL is held; the function returns a new reference, or null with an exception set.
        unsafe { Bound::from_owned_ptr_or_err(py, (self.get_current)()) }
    }

    /// Switches to `greenlet` and returns when somebody switches back. Fails with what was thrown into
    /// the calling greenlet meanwhile (`GreenletExit`, `gevent.Timeout`, ...).
    pub(crate) fn switch(&self, py: Python<'_>, greenlet: &Py<PyAny>) -> PyResult<()> {
        // SAFETY: `greenlet` is a greenlet (only Hub makes these calls, with greenlets it was given by
        // greenlet itself), no arguments are allowed to be null, and no Rust lock is held over the switch.
        let result = unsafe { (self.switch)(greenlet.as_ptr(), std::ptr::null_mut(), std::ptr::null_mut()) };
        // SAFETY: a new reference, or null with an exception set.
        unsafe { Bound::from_owned_ptr_or_err(py, result) }.map(drop)
    }
}
