//! `StatsEntry`: one entry of an environment's statistics for Python, or one that belongs to none.

use std::sync::Arc;

use katydid_stats::{
    Collector, Entry, EntryDelta, EntryReport, PhaseDurations, PhaseTimes, Recorder, RunStats, Sample,
    TOTAL_NAME, Timestamp,
};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::stats::response_time;

/// A view: the numbers stay with the collector. An entry of nobody is the total of a collector of its own.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct StatsEntry {
    collector: Arc<Collector>,
    method: Arc<str>,
    name: Arc<str>,
}

impl StatsEntry {
    pub(crate) fn new(collector: Arc<Collector>, method: &str, name: &str) -> Self {
        Self {
            collector,
            method: method.into(),
            name: name.into(),
        }
    }

    /// What `read` finds in the entry; `None` if there is no such entry.
    fn read<T>(&self, read: impl FnOnce(&RunStats, &Entry) -> T) -> Option<T> {
        self.collector.with(|stats| {
            stats
                .entry_or_total(&self.method, &self.name)
                .map(|entry| read(stats, entry))
        })
    }

    fn merge(&self, delta: &EntryDelta) {
        self.collector.with(|stats| stats.merge_into_entry(delta));
    }
}

#[pymethods]
impl StatsEntry {
    /// An entry that belongs to nobody's statistics.
    #[staticmethod]
    fn alone() -> Self {
        Self::new(Arc::default(), "", TOTAL_NAME)
    }

    /// Every field, by Locust's names; None if there is no such entry.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let read = self.read(|stats, entry| {
            let fields = PyDict::new(py);
            for field in FIELDS {
                fields.set_item(field, value_of(py, stats, entry, field)?)?;
            }
            Ok(fields)
        });
        read.transpose()
    }

    /// One field; None if there is no such entry. Raises AttributeError for an unknown field.
    fn value(&self, py: Python<'_>, field: &str) -> PyResult<Option<Py<PyAny>>> {
        self.read(|stats, entry| value_of(py, stats, entry, field))
            .transpose()
    }

    /// Response time in milliseconds below which this fraction of the requests lies; 0 without any.
    fn percentile(&self, fraction: f64) -> f64 {
        self.read(|_, entry| entry.percentile(fraction))
            .flatten()
            .unwrap_or_default()
    }

    /// The same over the last ten seconds; None without any request in them.
    fn current_percentile(&self, fraction: f64) -> Option<f64> {
        self.read(|_, entry| entry.current_percentile(Timestamp::now(), fraction))
            .flatten()
    }

    /// Counts a request in this entry and nowhere else. A time of None counts the request, but not its time.
    fn record(&self, response_time_ms: Option<f64>, response_length: i64) {
        let mut recorder = Recorder::default();
        recorder.record(&Sample {
            method: &self.method,
            name: &self.name,
            response_time: response_time_ms.and_then(response_time),
            phases: PhaseDurations::default(),
            response_length: response_length.max(0) as u64,
            error: None,
            at: Timestamp::now(),
        });
        recorder.take().entries.iter().for_each(|delta| self.merge(delta));
    }

    /// Counts a failure that is no request in this entry and nowhere else.
    fn record_error(&self) {
        let mut recorder = Recorder::default();
        recorder.record_error(&self.method, &self.name, "", Timestamp::now());
        recorder.take().entries.iter().for_each(|delta| self.merge(delta));
    }

    /// Adds everything that another entry counted.
    fn extend(&self, other: &Bound<'_, Self>) {
        if let Some(other) = other.get().read(|_, entry| entry.clone()) {
            let now = Timestamp::now();
            self.collector
                .with(|stats| stats.merge_entry(&self.method, &self.name, &other, now));
        }
    }

    /// Sets every number to zero.
    fn reset(&self) {
        let now = Timestamp::now();
        self.collector
            .with(|stats| stats.reset_entry(&self.method, &self.name, now));
    }

    /// Adds what `serialize` told of an entry. Its times are told to two digits, and by no second.
    fn add_report(&self, report: ReportFields) {
        self.merge(&report.of(&self.method, &self.name).delta());
    }
}

/// A `katydid_stats::EntryReport` as Python has it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct ReportFields {
    last_request_timestamp: Option<f64>,
    start_time: f64,
    num_requests: u64,
    num_none_requests: u64,
    num_failures: u64,
    total_response_time: f64,
    max_response_time: f64,
    min_response_time: Option<f64>,
    total_content_length: f64,
    response_times: Vec<(i64, u64)>,
    num_reqs_per_sec: Vec<(i64, u64)>,
    num_fail_per_sec: Vec<(i64, u64)>,
}

impl ReportFields {
    fn of(self, method: &Arc<str>, name: &Arc<str>) -> EntryReport {
        EntryReport {
            name: name.clone(),
            method: method.clone(),
            last_request_timestamp: self.last_request_timestamp,
            start_time: self.start_time,
            num_requests: self.num_requests,
            num_none_requests: self.num_none_requests,
            num_failures: self.num_failures,
            total_response_time: self.total_response_time,
            max_response_time: self.max_response_time,
            min_response_time: self.min_response_time,
            total_content_length: self.total_content_length,
            response_times: self.response_times.into_iter().collect(),
            num_reqs_per_sec: self.num_reqs_per_sec.into_iter().collect(),
            num_fail_per_sec: self.num_fail_per_sec.into_iter().collect(),
        }
    }
}

const FIELDS: [&str; 21] = [
    "num_requests",
    "num_none_requests",
    "num_failures",
    "total_response_time",
    "min_response_time",
    "max_response_time",
    "phases",
    "total_content_length",
    "start_time",
    "last_request_timestamp",
    "response_times",
    "num_reqs_per_sec",
    "num_fail_per_sec",
    "fail_ratio",
    "avg_response_time",
    "median_response_time",
    "avg_content_length",
    "current_rps",
    "current_fail_per_sec",
    "total_rps",
    "total_fail_per_sec",
];

/// Each phase that took place: `{"waiting": {"count": 3, "mean_ms": 1.5, "max_ms": 2.0}}`.
fn phases_of<'py>(py: Python<'py>, phases: &PhaseTimes) -> PyResult<Bound<'py, PyDict>> {
    let told = PyDict::new(py);
    for (name, time) in phases.iter().filter(|(_, time)| time.count > 0) {
        let fields = PyDict::new(py);
        fields.set_item("count", time.count)?;
        fields.set_item("mean_ms", time.mean_ms())?;
        fields.set_item("max_ms", time.max_ms)?;
        told.set_item(name, fields)?;
    }
    Ok(told)
}

fn value_of(py: Python<'_>, stats: &RunStats, entry: &Entry, field: &str) -> PyResult<Py<PyAny>> {
    let clock = stats.clock();
    match field {
        "num_requests" => entry.num_requests().into_py_any(py),
        "num_none_requests" => entry.num_none_requests().into_py_any(py),
        "num_failures" => entry.num_failures().into_py_any(py),
        "total_response_time" => entry.total_response_time().into_py_any(py),
        "min_response_time" => entry.min_response_time().into_py_any(py),
        "max_response_time" => entry.max_response_time().unwrap_or_default().into_py_any(py),
        "phases" => phases_of(py, entry.phases())?.into_py_any(py),
        "total_content_length" => entry.total_content_length().into_py_any(py),
        "start_time" => entry.start_time().0.into_py_any(py),
        "last_request_timestamp" => entry.last_request_timestamp().map(|at| at.0).into_py_any(py),
        "response_times" => entry.response_times().locust_buckets().into_py_any(py),
        "num_reqs_per_sec" => entry.requests_per_second().into_py_any(py),
        "num_fail_per_sec" => entry.failures_per_second().into_py_any(py),
        "fail_ratio" => entry.fail_ratio().into_py_any(py),
        "avg_response_time" => entry.avg_response_time().into_py_any(py),
        "median_response_time" => entry.median_response_time().into_py_any(py),
        "avg_content_length" => entry.avg_content_length().into_py_any(py),
        "current_rps" => entry.current_rps(clock).into_py_any(py),
        "current_fail_per_sec" => entry.current_fail_per_sec(clock).into_py_any(py),
        "total_rps" => entry.total_rps(clock).into_py_any(py),
        "total_fail_per_sec" => entry.total_fail_per_sec(clock).into_py_any(py),
        _ => Err(PyAttributeError::new_err(format!("no field {field:?}"))),
    }
}
