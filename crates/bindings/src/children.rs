//! `Children`: worker processes of this machine for Python.

use std::time::Duration;

use parking_lot::Mutex;
use pyo3::prelude::*;

/// Processes that this one started; they end with it.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Children(Mutex<katydid_cli::Children>);

#[pymethods]
impl Children {
    /// Starts `count` processes of this command line; what they write is kept while a view is in the terminal, if `is_kept`.
    /// Raises OSError when that cannot be done.
    #[new]
    #[pyo3(signature = (command, count, is_kept = false))]
    fn new(command: Vec<String>, count: usize, is_kept: bool) -> PyResult<Self> {
        // On the thread that lives as long as the process: Linux ends children with the thread that started them.
        let control = crate::shared::control()?;
        let started = crate::runner::block_on(control, async move {
            katydid_cli::Children::start(&command, count, is_kept)
        });
        Ok(Self(Mutex::new(started?)))
    }

    /// (process id, exit code) of each that ended since the last call.
    fn ended(&self) -> Vec<(u32, i32)> {
        let ended = self.0.lock().ended();
        ended
            .into_iter()
            .map(|one| (one.process, one.exit_code))
            .collect()
    }

    /// How many still run.
    fn count(&self) -> usize {
        self.0.lock().count()
    }

    /// Asks all that still run to end.
    fn interrupt(&self) {
        self.0.lock().interrupt();
    }

    /// Waits for all to end, for `grace_seconds`; then asks them to, then makes them. The greatest exit code.
    fn finish(&self, py: Python<'_>, grace_seconds: f64) -> i32 {
        let grace = Duration::try_from_secs_f64(grace_seconds).unwrap_or_default();
        py.detach(|| self.0.lock().finish(grace))
    }
}
