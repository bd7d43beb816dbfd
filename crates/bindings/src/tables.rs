//! Statistics as text, through the report crate.

use katydid_stats::Snapshot;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Lines of a console table.
pub(crate) fn table(_snapshot: &Snapshot, kind: &str, _current: bool, _name_width: usize) -> PyResult<Vec<String>> {
    Err(PyValueError::new_err(format!("no table {kind:?}")))
}

/// Locust's JSON.
pub(crate) fn json(_snapshot: &Snapshot) -> String {
    String::new()
}
