//! `Stats` and `Recorder`: one environment's statistics for Python. Reckons nothing itself.

use std::sync::Arc;
use std::time::Duration;

use katydid_http as http;
use katydid_report::{ReportContext, html_report, kept_record};
use katydid_stats::{Collector, Failure, PhaseDurations, RunStats, Sample, StatsDelta, Timestamp};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::entry::report_context;
use crate::exchange::Exchange;
use crate::stats_entry::StatsEntry;

/// The owner of one environment's statistics. Python's views hold nothing: they ask here.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Stats {
    collector: Arc<Collector>,
}

impl Stats {
    pub(crate) fn collector(&self) -> &Arc<Collector> {
        &self.collector
    }
}

#[pymethods]
impl Stats {
    #[new]
    fn new() -> Self {
        Self {
            collector: Arc::default(),
        }
    }

    /// The report page of what was measured so far. `context` as for `run`. Raises RuntimeError when this build has none.
    fn html_report(&self, context: &Bound<'_, PyDict>, state: &str, user_count: u64) -> PyResult<String> {
        let context = ReportContext {
            number: 1,
            state: state.to_owned(),
            user_count,
            ..report_context(context)?
        };
        let health = self.collector.health().snapshot();
        let record = self
            .collector
            .with(|stats| kept_record(stats, &health, &context, Timestamp::now()));
        html_report(&record).map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }

    /// Records one request. A time of None counts the request, but not its time.
    #[pyo3(signature = (method, name, response_time_ms, response_length, error=None))]
    fn record(
        &self,
        method: &str,
        name: &str,
        response_time_ms: Option<f64>,
        response_length: i64,
        error: Option<&str>,
    ) {
        record(
            &self.collector,
            method,
            name,
            response_time_ms,
            PhaseDurations::default(),
            response_length,
            error,
        );
    }

    /// Records a failure that is no request.
    fn record_error(&self, method: &str, name: &str, error: &str) {
        self.collector.record_error(method, name, error, Timestamp::now());
    }

    /// Adds a row of failures that are counted in their entry already.
    fn add_failures(
        &self,
        method: &str,
        name: &str,
        error: &str,
        occurrences: u64,
        first_seen: f64,
        last_seen: f64,
    ) {
        let row = Failure {
            method: method.into(),
            name: name.into(),
            error: error.into(),
            occurrences,
            first_seen: Timestamp(first_seen),
            last_seen: Timestamp(last_seen),
        };
        self.collector.merge(StatsDelta {
            failures: vec![row],
            ..StatsDelta::default()
        });
    }

    /// Records an exception that a user raised.
    fn record_exception(&self, node_id: &str, message: &str, traceback: &str) {
        self.collector.record_exception(node_id, message, traceback);
    }

    /// Sets every number to zero and keeps the names.
    fn reset(&self) {
        self.collector.reset(Timestamp::now());
    }

    /// Forgets everything.
    fn clear(&self) {
        self.collector.clear(Timestamp::now());
    }

    /// Forgets the exceptions.
    fn clear_exceptions(&self) {
        self.collector.with(RunStats::clear_exceptions);
    }

    /// (name, method) of every entry in order of first occurrence; the total is not among them.
    fn keys(&self) -> Vec<(String, String)> {
        self.collector.with(|stats| {
            stats
                .entries()
                .map(|entry| (entry.name().to_string(), entry.method().to_string()))
                .collect()
        })
    }

    /// Makes an entry without requests, unless there is one.
    fn create(&self, name: &str, method: &str) {
        self.collector
            .with(|stats| stats.create(method, name, Timestamp::now()));
    }

    /// A view of one entry; ('Aggregated', '') is the total.
    fn entry(&self, name: &str, method: &str) -> StatsEntry {
        StatsEntry::new(self.collector.clone(), method, name)
    }

    /// Every failure: method, name, error, occurrences, first_seen and last_seen (epoch seconds).
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = self
            .collector
            .with(|stats| stats.errors().iter().collect::<Vec<_>>());
        let list = PyList::empty(py);
        for row in rows {
            let fields = PyDict::new(py);
            fields.set_item("method", &*row.method)?;
            fields.set_item("name", &*row.name)?;
            fields.set_item("error", &*row.error)?;
            fields.set_item("occurrences", row.occurrences)?;
            fields.set_item("first_seen", row.first_seen.0)?;
            fields.set_item("last_seen", row.last_seen.0)?;
            list.append(fields)?;
        }
        Ok(list)
    }

    /// Every exception: count, msg, traceback, nodes.
    fn exceptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = self
            .collector
            .with(|stats| stats.exceptions().iter().cloned().collect::<Vec<_>>());
        let list = PyList::empty(py);
        for row in rows {
            let fields = PyDict::new(py);
            fields.set_item("count", row.count)?;
            fields.set_item("msg", &*row.message)?;
            fields.set_item("traceback", &*row.traceback)?;
            fields.set_item(
                "nodes",
                row.nodes.iter().map(|node| node.to_string()).collect::<Vec<_>>(),
            )?;
            list.append(fields)?;
        }
        Ok(list)
    }

    /// The run over time, one dict for each point, with Locust's keys.
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for point in self.collector.history() {
            let fields = PyDict::new(py);
            let time = point.time.0;
            fields.set_item("time", time)?;
            for (fraction, value) in &point.response_time_percentiles {
                fields.set_item(format!("response_time_percentile_{fraction}"), (time, value))?;
            }
            fields.set_item("current_rps", (time, point.current_rps))?;
            fields.set_item("current_fail_per_sec", (time, point.current_fail_per_sec))?;
            fields.set_item("total_avg_response_time", (time, point.total_avg_response_time))?;
            fields.set_item("user_count", (time, point.user_count))?;
            list.append(fields)?;
        }
        Ok(list)
    }

    /// Adds a point to the history.
    fn push_history(&self, user_count: u64) {
        self.collector
            .with(|stats| stats.push_history(Timestamp::now(), user_count));
    }

    /// Changes which percentiles are reported: fractions for the tables and files, the page's table, and its charts.
    fn set_percentiles(&self, report: Vec<f64>, statistics: Vec<f64>, chart: Vec<f64>) {
        self.collector.with(|stats| {
            let current_for_entries = stats.percentiles().current_for_entries;
            stats.set_percentiles(katydid_stats::Percentiles {
                report,
                statistics,
                chart,
                current_for_entries,
            });
        });
    }

    /// Lines of a console table: 'stats', 'percentiles' or 'errors'.
    fn table(&self, kind: &str, current: bool, name_width: usize) -> PyResult<Vec<String>> {
        let snapshot = self.collector.snapshot(Timestamp::now());
        crate::tables::table(&snapshot, kind, current, name_width)
    }

    /// The text of a CSV file, with these percentiles: 'stats', 'failures' or 'exceptions'.
    fn csv(&self, kind: &str, percentiles: Vec<f64>) -> PyResult<String> {
        crate::csv_files::text(&self.collector, kind, &percentiles)
    }

    /// The statistics as Locust's JSON.
    fn json(&self) -> String {
        self.collector.with(|stats| crate::tables::stats_json(stats))
    }

    /// The generator's health: lags in milliseconds, CPU percent, `saturated` and its `reason`.
    fn health<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let health = self.collector.health().snapshot();
        let fields = PyDict::new(py);
        fields.set_item("resumes", health.resumes)?;
        fields.set_item("resume_lag_p50_ms", health.resume_lag_p50_ms)?;
        fields.set_item("resume_lag_p99_ms", health.resume_lag_p99_ms)?;
        fields.set_item("resume_lag_max_ms", health.resume_lag_max_ms)?;
        fields.set_item("spawn_lag_p99_ms", health.spawn_lag_p99_ms)?;
        fields.set_item("spawn_lag_max_ms", health.spawn_lag_max_ms)?;
        fields.set_item("cpu_percent_mean", health.cpu_percent_mean)?;
        fields.set_item("cpu_percent_max", health.cpu_percent_max)?;
        fields.set_item("saturated", health.saturated)?;
        fields.set_item("reason", health.reason)?;
        Ok(fields)
    }
}

/// The listener on `events.request` that counts. When it is the only one, clients let Rust count without an event.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Recorder {
    collector: Arc<Collector>,
    /// `error_text(exception) -> str`.
    error_text: Py<PyAny>,
}

impl Recorder {
    /// Counts a request that nobody has anything to say against, under `name`, or path and query.
    pub(crate) fn record_plain(
        &self,
        request: &http::Request,
        name: Option<&str>,
        response: &http::Response,
    ) {
        self.record_response(request, name, response, None);
    }

    pub(crate) fn record_response(
        &self,
        request: &http::Request,
        name: Option<&str>,
        response: &http::Response,
        error: Option<&str>,
    ) {
        self.collector.record(&Sample {
            method: request.method.as_str(),
            name: name.unwrap_or_else(|| request.url.path_and_query()),
            response_time: Some(response.timings.total),
            phases: response.timings.phases().into(),
            response_length: response.body_length,
            error,
            at: crate::shared::timestamp_of(response.timings.finished),
        });
    }

    /// The text that an error is counted under; None without one.
    pub(crate) fn text_of(
        &self,
        py: Python<'_>,
        exception: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<String>> {
        match exception {
            Some(exception) if exception.is_truthy()? => {
                Ok(Some(self.error_text.call1(py, (exception,))?.extract(py)?))
            }
            _ => Ok(None),
        }
    }
}

#[pymethods]
impl Recorder {
    #[new]
    fn new(stats: &Bound<'_, Stats>, error_text: Py<PyAny>) -> Self {
        Self {
            collector: stats.get().collector.clone(),
            error_text,
        }
    }

    /// Counts one request event. Raises TypeError without `request_type`, `name`, `response_time` and `response_length`.
    #[pyo3(signature = (request_type, name, response_time, response_length, exception=None, **rest))]
    #[expect(clippy::too_many_arguments, reason = "the keyword arguments of the event")]
    fn __call__(
        &self,
        py: Python<'_>,
        request_type: &Bound<'_, PyAny>,
        name: &Bound<'_, PyAny>,
        response_time: Option<f64>,
        response_length: Option<f64>,
        exception: Option<&Bound<'_, PyAny>>,
        rest: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let (method, name) = (text(request_type)?, text(name)?);
        let error = self.text_of(py, exception)?;
        let phases = rest.map(phases_of_event).transpose()?.unwrap_or_default();
        let length = response_length.unwrap_or_default() as i64;
        record(
            &self.collector,
            method.to_str()?,
            name.to_str()?,
            response_time,
            phases,
            length,
            error.as_deref(),
        );
        Ok(())
    }
}

/// The phases of the request that an event is about, if one of our clients made its response.
fn phases_of_event(event: &Bound<'_, PyDict>) -> PyResult<PhaseDurations> {
    let py = event.py();
    let Some(response) = event.get_item(intern!(py, "response"))? else {
        return Ok(PhaseDurations::default());
    };
    // A response may be anything that user code fires, and its attributes may fail.
    let exchange = response.getattr(intern!(py, "_exchange")).ok();
    let exchange = exchange
        .as_ref()
        .and_then(|exchange| exchange.cast::<Exchange>().ok());
    let phases = exchange.and_then(|exchange| exchange.get().phases());
    Ok(phases.map(Into::into).unwrap_or_default())
}

fn text<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    value
        .cast::<PyString>()
        .map_or_else(|_| value.str(), |text| Ok(text.clone()))
}

fn record(
    collector: &Collector,
    method: &str,
    name: &str,
    response_time_ms: Option<f64>,
    phases: PhaseDurations,
    response_length: i64,
    error: Option<&str>,
) {
    collector.record(&Sample {
        method,
        name,
        response_time: response_time_ms.and_then(response_time),
        phases,
        response_length: response_length.max(0) as u64,
        error,
        at: Timestamp::now(),
    });
}

/// A negative or endless time is a slip of user code; such a request is counted without its time.
pub(crate) fn response_time(milliseconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(milliseconds / 1000.0).ok()
}
