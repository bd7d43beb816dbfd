//! CSV files and their text for scripts that write them themselves, through the report crate.

use std::path::PathBuf;

use katydid_report::{CsvReport, ReportError, exceptions_csv, failures_csv, stats_csv};
use katydid_stats::{Collector, Percentiles, Snapshot, Timestamp};
use parking_lot::Mutex;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::stats::Stats;

/// The four files of one run. Their names begin with `prefix`.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct CsvFiles {
    report: Mutex<CsvReport>,
    percentiles: Vec<f64>,
    full_history: bool,
}

#[pymethods]
impl CsvFiles {
    /// Makes the files, with their headers. Raises OSError, naming the file, if one cannot be written.
    #[new]
    fn new(prefix: PathBuf, percentiles: Vec<f64>, full_history: bool) -> PyResult<Self> {
        let report =
            CsvReport::create(&prefix, &percentiles, full_history).map_err(|error| os_error(&error))?;
        Ok(Self {
            report: Mutex::new(report),
            percentiles,
            full_history,
        })
    }

    /// Brings all of them up to date. Raises OSError, naming the file, if one cannot be written.
    fn write(&self, stats: &Bound<'_, Stats>, user_count: u64) -> PyResult<()> {
        let snapshot = snapshot_with(stats.get().collector(), &self.percentiles, self.full_history);
        let written = self.report.lock().write(&snapshot, user_count);
        written.map_err(|error| os_error(&error))
    }
}

/// The text of one file: 'stats', 'failures' or 'exceptions'. Raises ValueError for any other.
pub(crate) fn text(collector: &Collector, kind: &str, percentiles: &[f64]) -> PyResult<String> {
    let snapshot = snapshot_with(collector, percentiles, false);
    let text = match kind {
        "stats" => stats_csv(&snapshot),
        "failures" => failures_csv(&snapshot),
        "exceptions" => exceptions_csv(&snapshot),
        _ => return Err(PyValueError::new_err(format!("there is no CSV file {kind:?}"))),
    };
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A snapshot with other percentiles than those of the run, which keeps its own.
fn snapshot_with(collector: &Collector, percentiles: &[f64], current_for_entries: bool) -> Snapshot {
    let health = collector.health().snapshot();
    collector.with(|stats| {
        let kept = stats.percentiles().clone();
        stats.set_percentiles(Percentiles {
            report: percentiles.to_vec(),
            current_for_entries,
            ..kept.clone()
        });
        let snapshot = Snapshot::of(stats, health, Timestamp::now());
        stats.set_percentiles(kept);
        snapshot
    })
}

fn os_error(error: &ReportError) -> PyErr {
    PyOSError::new_err(error.to_string())
}
