//! Commands that the runner's thread sends to Python, and their answers.

use katydid_engine::{Announced, HostError, RunEvent, ShapeTick, UserCounts};
use parking_lot::Mutex;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::sync::oneshot;

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
    /// 'set_users', 'stop_all', 'announce' or 'tick'; 'answered' afterwards.
    #[getter]
    fn kind(&self) -> &'static str {
        match &*self.request.lock() {
            Some(ControlRequest::SetUsers { .. }) => "set_users",
            Some(ControlRequest::StopAll(_)) => "stop_all",
            Some(ControlRequest::Announce(..)) => "announce",
            Some(ControlRequest::Tick(_)) => "tick",
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
            None => {}
        }
    }
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
