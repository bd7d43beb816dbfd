//! Statistics as text, through the report crate.

use katydid_report::{Rates, console, json};
use katydid_stats::{RunStats, Snapshot};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Lines of a console table. Raises ValueError for a kind that is none of 'stats', 'percentiles' and 'errors'.
pub(crate) fn table(
    snapshot: &Snapshot,
    kind: &str,
    current: bool,
    name_width: usize,
) -> PyResult<Vec<String>> {
    let rates = if current { Rates::Current } else { Rates::Total };
    match kind {
        "stats" => Ok(console::stats_table(snapshot, rates, name_width)),
        "percentiles" => Ok(console::percentile_table(snapshot, name_width)),
        "errors" => Ok(console::error_report(snapshot, name_width)),
        _ => Err(PyValueError::new_err(format!("there is no table {kind:?}"))),
    }
}

/// The statistics as Locust's JSON.
pub(crate) fn stats_json(stats: &RunStats) -> String {
    json::stats_json(stats)
}
