//! Commands that the runner's thread sends to Python, and their answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use katydid_cluster::Value;
use katydid_cluster::message::{Bundle, Locustfiles, Report, Setting, Source};
use katydid_engine::{Announced, HostError, RunEvent, ShapeTick, UserCounts};
use katydid_web::{AppAnswer, AppRequest};
use parking_lot::Mutex;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tokio::sync::oneshot;

use crate::stats::Stats;
use crate::{data, json};

/// Which runner of this process a command comes from.
pub(crate) type RunnerId = u32;

/// One command on its way to the hub thread.
pub(crate) struct ControlCommand {
    pub(crate) runner: RunnerId,
    pub(crate) request: ControlRequest,
}

/// What is asked, with the place for its answer. A request that is dropped counts as not answered.
pub(crate) enum ControlRequest {
    SetUsers {
        wanted: UserCounts,
        ends_ramp: bool,
        answer: Answer<()>,
    },
    StopAll(Answer<()>),
    Announce(RunEvent, Answer<Announced>),
    Tick(Answer<Option<ShapeTick>>),
    /// Take over what a job says beside numbers, for users of these classes.
    Apply(Arc<Setting>, Vec<String>, Answer<()>),
    /// Let listeners add to a report, which says so much already.
    ReportExtra(Value, Answer<BTreeMap<String, Value>>),
    /// The locustfiles for a worker, with the folder around them or without.
    Locustfiles(bool, Answer<Result<Locustfiles, String>>),
    /// Something that the page wants to know, or to be done.
    Ask {
        kind: &'static str,
        argument: serde_json::Value,
        answer: Answer<serde_json::Value>,
    },
    /// A request for the web application of user code.
    App(Box<AppRequest>, Answer<AppAnswer>),
    /// Nobody waits for an answer.
    Notice(NodeNotice),
}

/// What a node tells user code.
pub(crate) enum NodeNotice {
    WorkerConnect(Arc<str>),
    /// Answered by this node to a worker, or by the master to this one.
    Heartbeat(Option<Arc<str>>),
    Logs(String, Vec<String>),
    /// A message of the locustfile's own, of a worker or of the master.
    Message(String, Value, Option<Arc<str>>),
    UpdateUserClass(Value),
    /// To be seen by listeners, and counted by one of them.
    Report(Arc<str>, Box<Report>),
}

/// Where the answer to one request goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, HostError>>;

/// A command as Python's control greenlet sees it: `kind`, `argument`, and `done` or `failed`, once.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Command {
    pub(crate) runner: RunnerId,
    /// Whether the runner answers with its next command at once.
    pub(crate) is_followed: bool,
    request: Mutex<Option<ControlRequest>>,
}

impl Command {
    pub(crate) fn new(command: ControlCommand) -> Self {
        Self {
            runner: command.runner,
            is_followed: matches!(
                command.request,
                ControlRequest::SetUsers { ends_ramp: true, .. }
                    | ControlRequest::Announce(RunEvent::TestStart, _)
            ),
            request: Mutex::new(Some(command.request)),
        }
    }
}

#[pymethods]
impl Command {
    /// 'set_users', 'stop_all', 'announce', 'tick' or what a node tells or asks; 'answered' afterwards.
    #[getter]
    fn kind(&self) -> &'static str {
        match &*self.request.lock() {
            Some(ControlRequest::SetUsers { .. }) => "set_users",
            Some(ControlRequest::StopAll(_)) => "stop_all",
            Some(ControlRequest::Announce(..)) => "announce",
            Some(ControlRequest::Tick(_)) => "tick",
            Some(ControlRequest::Apply(..)) => "apply",
            Some(ControlRequest::ReportExtra(..)) => "report_extra",
            Some(ControlRequest::Locustfiles(..)) => "locustfiles",
            Some(ControlRequest::Ask { kind, .. }) => kind,
            Some(ControlRequest::App(..)) => "app",
            Some(ControlRequest::Notice(notice)) => notice.kind(),
            None => "answered",
        }
    }

    /// {class: users} of 'set_users', (event name, keyword arguments) of 'announce', else None.
    #[getter]
    fn argument(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &*self.request.lock() {
            Some(ControlRequest::SetUsers { wanted, .. }) => {
                Ok(wanted.into_pyobject(py)?.into_any().unbind())
            }
            Some(ControlRequest::Announce(event, _)) => {
                let (name, arguments) = event_arguments(py, event)?;
                Ok((name, arguments).into_pyobject(py)?.into_any().unbind())
            }
            Some(ControlRequest::Apply(setting, classes, _)) => {
                let options = data::to_python(py, &setting.options)?;
                (
                    setting.host.as_deref(),
                    setting.stop_timeout,
                    options,
                    classes.clone(),
                )
                    .into_py_any(py)
            }
            Some(ControlRequest::ReportExtra(told, _)) => data::to_python(py, told),
            Some(ControlRequest::Locustfiles(takes_bundle, _)) => takes_bundle.into_py_any(py),
            Some(ControlRequest::Ask { argument, .. }) => json::to_python(py, argument),
            Some(ControlRequest::App(request, _)) => app_request(py, request),
            Some(ControlRequest::Notice(notice)) => notice.argument(py),
            _ => Ok(py.None()),
        }
    }

    /// The command has been carried out, with this result.
    fn done(&self, result: &Bound<'_, PyAny>) -> PyResult<()> {
        let Some(request) = self.request.lock().take() else {
            return Err(PyRuntimeError::new_err("this command has been answered already"));
        };
        // A receiver that is gone no longer wants to know: the run was ended meanwhile.
        match request {
            ControlRequest::SetUsers { answer, .. } | ControlRequest::StopAll(answer) => {
                drop(answer.send(Ok(())))
            }
            ControlRequest::Announce(_, answer) => {
                let (exit_code, listener_failed) = result.extract()?;
                drop(answer.send(Ok(Announced {
                    exit_code,
                    listener_failed,
                })));
            }
            ControlRequest::Tick(answer) => drop(answer.send(shape_tick(result))),
            ControlRequest::Apply(_, _, answer) => {
                let refused: Option<String> = result.extract()?;
                drop(answer.send(refused.map_or(Ok(()), |why| Err(HostError(why)))));
            }
            ControlRequest::ReportExtra(_, answer) => {
                let extra = report_extra(result).map_err(|error| HostError(error.to_string()));
                drop(answer.send(extra));
            }
            ControlRequest::Locustfiles(_, answer) => drop(answer.send(Ok(locustfiles(result)?))),
            ControlRequest::Ask { answer, .. } => {
                let told = json::from_python(result).map_err(|error| HostError(error.to_string()));
                drop(answer.send(told));
            }
            ControlRequest::App(_, answer) => {
                let told = app_answer(result).map_err(|error| HostError(error.to_string()));
                drop(answer.send(told));
            }
            ControlRequest::Notice(_) => {}
        }
        Ok(())
    }

    /// The command could not be carried out, for this reason.
    fn failed(&self, reason: String) {
        let error = HostError(reason);
        match self.request.lock().take() {
            Some(ControlRequest::SetUsers { answer, .. } | ControlRequest::StopAll(answer)) => {
                drop(answer.send(Err(error)))
            }
            Some(ControlRequest::Announce(_, answer)) => drop(answer.send(Err(error))),
            Some(ControlRequest::Tick(answer)) => drop(answer.send(Err(error))),
            Some(ControlRequest::Apply(_, _, answer)) => drop(answer.send(Err(error))),
            Some(ControlRequest::ReportExtra(_, answer)) => drop(answer.send(Err(error))),
            Some(ControlRequest::Locustfiles(_, answer)) => drop(answer.send(Err(error))),
            Some(ControlRequest::Ask { answer, .. }) => drop(answer.send(Err(error))),
            Some(ControlRequest::App(_, answer)) => drop(answer.send(Err(error))),
            Some(ControlRequest::Notice(_)) | None => {}
        }
    }
}

impl NodeNotice {
    fn kind(&self) -> &'static str {
        match self {
            Self::WorkerConnect(_) => "worker_connect",
            Self::Heartbeat(Some(_)) => "heartbeat_sent",
            Self::Heartbeat(None) => "heartbeat_received",
            Self::Logs(..) => "logs",
            Self::Message(..) => "message",
            Self::UpdateUserClass(_) => "update_user_class",
            Self::Report(..) => "worker_report",
        }
    }

    fn argument(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
            Self::WorkerConnect(worker) => worker.into_py_any(py),
            Self::Heartbeat(worker) => worker.as_deref().into_py_any(py),
            Self::Logs(worker_id, logs) => (worker_id, logs.clone()).into_py_any(py),
            Self::Message(kind, data, worker) => {
                (kind, data::to_python(py, data)?, worker.as_deref()).into_py_any(py)
            }
            Self::UpdateUserClass(settings) => data::to_python(py, settings),
            Self::Report(worker, report) => {
                let told = data::to_python(py, &katydid_cluster::codec::told_by(report))?;
                let delta = WorkerDelta(Mutex::new(Some(report.delta.clone())));
                (&**worker, told, delta.into_pyobject(py)?).into_py_any(py)
            }
        }
    }
}

/// What a worker measured, to be counted once.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct WorkerDelta(Mutex<Option<katydid_stats::StatsDelta>>);

#[pymethods]
impl WorkerDelta {
    /// Counts it; a second call counts nothing.
    fn merge_into(&self, stats: &Bound<'_, Stats>) {
        if let Some(delta) = self.0.lock().take() {
            stats.get().collector().merge(delta);
        }
    }
}

/// A request as Python's bridge takes it: (method, path, query, headers, body, remote address, whether over TLS).
fn app_request(py: Python<'_>, request: &AppRequest) -> PyResult<Py<PyAny>> {
    (
        request.method.as_str(),
        request.path.as_str(),
        request.query.as_str(),
        request.headers.clone(),
        PyBytes::new(py, &request.body),
        request.remote_address.as_str(),
        request.is_secure,
    )
        .into_py_any(py)
}

/// What it answers: (status, headers, body).
fn app_answer(result: &Bound<'_, PyAny>) -> PyResult<AppAnswer> {
    let (status, headers, body): (u16, Vec<(String, String)>, Vec<u8>) = result.extract()?;
    Ok(AppAnswer {
        status,
        headers,
        body: body.into(),
    })
}

/// What listeners added to a report: a dict with text keys.
fn report_extra(result: &Bound<'_, PyAny>) -> PyResult<BTreeMap<String, Value>> {
    let fields = result.cast::<PyDict>()?.iter();
    fields
        .map(|(key, value)| Ok((key.extract()?, data::from_python(&value)?)))
        .collect()
}

/// What Python says of locustfiles: a text that says why there are none, or (sources, bundle or None).
fn locustfiles(result: &Bound<'_, PyAny>) -> PyResult<Result<Locustfiles, String>> {
    if let Ok(why) = result.extract::<String>() {
        return Ok(Err(why));
    }
    type BundleFields = (String, Vec<(String, Vec<u8>)>, Vec<String>);
    let (sources, bundle): (Vec<(Option<String>, String)>, Option<BundleFields>) = result.extract()?;
    let source = |(filename, text): (Option<String>, String)| match filename {
        Some(filename) => Source::File {
            filename,
            contents: text,
        },
        None => Source::Url(text),
    };
    Ok(Ok(Locustfiles {
        sources: sources.into_iter().map(source).collect(),
        bundle: bundle.map(|(hash, files, locustfiles)| Bundle {
            hash,
            files: files
                .into_iter()
                .map(|(path, contents)| (path, contents.into()))
                .collect(),
            locustfiles,
        }),
    }))
}

/// The name of an event as a locustfile knows it, and what its listeners get.
fn event_arguments<'py>(py: Python<'py>, event: &RunEvent) -> PyResult<(&'static str, Bound<'py, PyDict>)> {
    let arguments = PyDict::new(py);
    match event {
        RunEvent::SpawningComplete { user_count } => arguments.set_item("user_count", user_count)?,
        RunEvent::UsageMonitor {
            cpu_usage,
            memory_usage,
        } => {
            arguments.set_item("cpu_usage", cpu_usage)?;
            arguments.set_item("memory_usage", memory_usage)?;
        }
        RunEvent::CpuWarning { cpu_usage } => arguments.set_item("cpu_usage", cpu_usage)?,
        RunEvent::Quit { exit_code } => arguments.set_item("exit_code", exit_code)?,
        RunEvent::TestStart | RunEvent::TestStopping | RunEvent::TestStop | RunEvent::Quitting => {}
    }
    Ok((event.name(), arguments))
}

/// What a shape's `tick()` returned, in any of Locust's forms: None, (users, rate), (users, rate, classes or None).
fn shape_tick(result: &Bound<'_, PyAny>) -> Result<Option<ShapeTick>, HostError> {
    if result.is_none() {
        return Ok(None);
    }
    let wrong = |_| {
        HostError("tick() must return None, (users, spawn_rate) or (users, spawn_rate, user_classes)".into())
    };
    let (user_count, spawn_rate, user_classes): (i64, f64, Option<Vec<String>>) =
        result.extract().map_err(wrong)?;
    Ok(Some(ShapeTick {
        user_count,
        spawn_rate,
        user_classes,
    }))
}
