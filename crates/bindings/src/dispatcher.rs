//! `Dispatcher`: the engine's dispatcher for scripts that dispatch users themselves, in Locust's steps.

use katydid_engine::UsersOnWorkers;
use parking_lot::Mutex;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::runner::{ClassRow, user_classes};

/// Decides who should run where, as Locust does.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Dispatcher(Mutex<katydid_engine::Dispatcher>);

#[pymethods]
impl Dispatcher {
    /// For these workers and (name, weight, fixed_count). Raises ValueError for classes that make no sense.
    #[new]
    fn new(workers: Vec<String>, classes: Vec<ClassRow>) -> PyResult<Self> {
        let made = katydid_engine::Dispatcher::new(workers, user_classes(classes));
        Ok(Self(Mutex::new(made.map_err(wrong)?)))
    }

    /// Begins a ramp. Raises ValueError for numbers that make no sense, or an unknown class.
    #[pyo3(signature = (target_user_count, spawn_rate, only=None))]
    fn begin(&self, target_user_count: i64, spawn_rate: f64, only: Option<Vec<String>>) -> PyResult<()> {
        let mut dispatcher = self.0.lock();
        dispatcher
            .begin(target_user_count, spawn_rate, only.as_deref())
            .map_err(wrong)
    }

    /// The next step: `({worker: {class: users}}, seconds until the one after it)`; None when the ramp is over.
    fn next_step(&self) -> Option<(UsersOnWorkers, f64)> {
        let mut dispatcher = self.0.lock();
        let step = dispatcher.next_step()?;
        Some((dispatcher.users_on_workers(), step.pause.as_secs_f64()))
    }

    /// Adds a worker; the next step spreads all users anew.
    fn add_worker(&self, worker: &str) {
        self.0.lock().add_worker(worker);
    }

    /// Removes a worker; the next step spreads its users over the others.
    fn remove_worker(&self, worker: &str) {
        self.0.lock().remove_worker(worker);
    }

    /// Users handed out by now.
    fn user_count(&self) -> u64 {
        self.0.lock().user_count()
    }

    /// Whether every user of the ramp has been handed out.
    fn is_over(&self) -> bool {
        self.0.lock().is_over()
    }
}

fn wrong(error: katydid_engine::DispatchError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
