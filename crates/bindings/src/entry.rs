//! The command's way in: the first look at its arguments, the table of options, and one whole run.

use std::time::Duration;

use katydid_cli::{FirstLook, Monitor, RunOptions, RunParts, Settings, SignalSource, Terminal};
use katydid_engine::LoadShape;
use katydid_report::ReportContext;
use katydid_stats::Percentiles;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value};

use crate::host::PythonShape;
use crate::hub_queue::HubQueue;
use crate::json;
use crate::runner::{ClassRow, Runner, await_on_hub, user_classes};
use crate::stats::Stats;

/// The one table of options, a dict for each row.
#[pyfunction]
pub(crate) fn option_table(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let rows = serde_json::to_value(katydid_cli::option_rows())
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    json::to_python(py, &rows)
}

/// First look at the arguments (without the program's name), before user code is loaded. ('exit', code) when all is
/// said and done; ('run', {'locustfile': [...], 'unknown': [...], ...}) otherwise.
#[pyfunction]
pub(crate) fn command_line(py: Python<'_>, arguments: Vec<String>) -> PyResult<(&'static str, Py<PyAny>)> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let exit = |code: i32| Ok(("exit", code.into_pyobject(py)?.into_any().unbind()));
    match katydid_cli::first_look(&arguments, environment) {
        FirstLook::Exit { code, stdout, stderr } => {
            print(&stdout, &stderr);
            exit(code)
        }
        FirstLook::Demo(options) => exit(py.detach(|| katydid_cli::serve_demo(*options))),
        FirstLook::Duel(options) => {
            let executable: String = py.import("sys")?.getattr("executable")?.extract()?;
            let program = [executable, "-m".to_owned(), "katydid".to_owned()];
            exit(py.detach(|| katydid_cli::duel(&options, &program)))
        }
        FirstLook::Run(early) => {
            let notices: String = early.notices.iter().map(|notice| format!("{notice}\n")).collect();
            print("", &notices);
            let mut values = early.values;
            values.insert("locustfile".into(), early.locustfile.into());
            values.insert("unknown".into(), early.unknown.into());
            values.insert("arguments".into(), early.arguments.into());
            Ok(("run", json::to_python(py, &Value::Object(values))?))
        }
    }
}

/// Checks options that Python parsed, before anything is started. An exit code and a line for stderr if they cannot be meant; None if all is well.
#[pyfunction]
pub(crate) fn check_options(options: &Bound<'_, PyDict>) -> PyResult<Option<(i32, String)>> {
    Ok(settings(options)?
        .err()
        .map(|error| (error.exit_code(), error.line())))
}

/// One run from its start to its exit code. The calling greenlet parks until every report is written.
///
/// `options` are named as in the option table; `context` says what reports show and the engine cannot know.
#[pyfunction]
pub(crate) fn run(
    py: Python<'_>,
    options: &Bound<'_, PyDict>,
    runner: &Bound<'_, Runner>,
    stats: &Bound<'_, Stats>,
    classes: Vec<ClassRow>,
    has_shape: bool,
    context: &Bound<'_, PyDict>,
) -> PyResult<i32> {
    let settings = match settings(options)? {
        Ok(settings) => settings,
        Err(error) => {
            print("", &format!("{}\n", error.line()));
            return Ok(error.exit_code());
        }
    };
    let runner = runner.get();
    let collector = stats.get().collector().clone();
    set_percentiles(&collector, context)?;
    let queue = runner.hub().queue().clone();
    let shape = has_shape.then(|| Box::new(PythonShape(runner.python().clone())) as Box<dyn LoadShape>);
    let parts = RunParts {
        host: runner.host().clone(),
        master: runner.master().cloned(),
        runner: runner.handle().clone(),
        collector,
        user_classes: user_classes(classes),
        shape,
        shape_uses_common_options: flag(context, "shape_uses_common_options")?,
        report: report_context(context)?,
        monitor: monitor(context)?,
        terminal: Terminal::of_process(),
        signals: SignalSource::Process,
        forced_end: Box::new(move |exit_code| leave(&queue, exit_code)),
    };
    await_on_hub(py, runner.hub(), async move {
        Ok(katydid_cli::run(&settings, parts).await)
    })
}

/// Ends the process while its hub thread may be stuck in user code, without waiting for that thread.
fn leave(queue: &HubQueue, exit_code: i32) {
    crate::logging::write_undelivered(queue);
    // SAFETY: `_exit` ends the process at once; reports have been written and flushed before.
    unsafe { libc::_exit(exit_code) }
}

fn settings(options: &Bound<'_, PyDict>) -> PyResult<Result<Settings, katydid_cli::CliError>> {
    let Value::Object(namespace) = json::from_python(options.as_any())? else {
        return Err(PyTypeError::new_err("options must be a dict with text keys"));
    };
    Ok(RunOptions::from_namespace(&namespace).and_then(|options| Settings::resolve(&options)))
}

fn set_percentiles(collector: &katydid_stats::Collector, context: &Bound<'_, PyDict>) -> PyResult<()> {
    let fractions = |key: &str| -> PyResult<Option<Vec<f64>>> {
        context.get_item(key)?.map(|value| value.extract()).transpose()
    };
    let (report, statistics, chart) = (
        fractions("percentiles_to_report")?,
        fractions("percentiles_to_statistics")?,
        fractions("percentiles_to_chart")?,
    );
    collector.with(|stats| {
        let known = stats.percentiles().clone();
        stats.set_percentiles(Percentiles {
            report: report.unwrap_or(known.report),
            statistics: statistics.unwrap_or(known.statistics),
            chart: chart.unwrap_or(known.chart),
            current_for_entries: known.current_for_entries,
        });
    });
    Ok(())
}

/// Python's numbers for the processor's watch; what makes no sense as a time is Locust's default.
fn monitor(context: &Bound<'_, PyDict>) -> PyResult<Monitor> {
    let number = |key: &str| -> PyResult<Option<f64>> {
        context.get_item(key)?.map(|value| value.extract()).transpose()
    };
    let known = Monitor::default();
    let interval = number("cpu_monitor_interval")?
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .map_or(known.interval, |interval| interval.max(SHORTEST_MONITOR_INTERVAL));
    Ok(Monitor {
        interval,
        warning_percent: number("cpu_warning_threshold")?.unwrap_or(known.warning_percent),
    })
}

/// Reading the figures more often costs more than they are worth.
const SHORTEST_MONITOR_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) fn report_context(context: &Bound<'_, PyDict>) -> PyResult<ReportContext> {
    let Value::Object(mut fields) = json::from_python(context.as_any())? else {
        return Ok(ReportContext::default());
    };
    Ok(ReportContext {
        host: text(&mut fields, "host"),
        locustfile: text(&mut fields, "locustfile").unwrap_or_default(),
        profile: text(&mut fields, "profile"),
        shape: text(&mut fields, "shape"),
        run_time_seconds: fields.get("run_time_seconds").and_then(Value::as_f64),
        plan: plan(&fields),
        settings: settings_told(&fields),
        task_ratio: fields.remove("tasks").unwrap_or(Value::Null),
        version: text(&mut fields, "version").unwrap_or_default(),
        ..ReportContext::default()
    })
}

/// `[[seconds, users]]`.
fn plan(fields: &Map<String, Value>) -> Vec<(f64, u64)> {
    let points = fields.get("plan").and_then(Value::as_array).into_iter().flatten();
    points
        .filter_map(|point| Some((point.get(0)?.as_f64()?, point.get(1)?.as_f64()? as u64)))
        .collect()
}

/// `[[option, value]]`.
fn settings_told(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let pairs = fields
        .get("settings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    pairs
        .filter_map(|pair| {
            Some((
                pair.get(0)?.as_str()?.to_owned(),
                pair.get(1)?.as_str()?.to_owned(),
            ))
        })
        .collect()
}

fn text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    match fields.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn flag(fields: &Bound<'_, PyDict>, key: &str) -> PyResult<bool> {
    fields.get_item(key)?.map_or(Ok(false), |value| value.is_truthy())
}

/// Writes to the process's own streams; a reader that has gone away is no error.
fn print(stdout: &str, stderr: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(stdout.as_bytes());
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().write_all(stderr.as_bytes());
}
