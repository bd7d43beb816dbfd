//! `UsageMeter`: how much of the machine this process uses, for runs that a script leads.

use parking_lot::Mutex;
use pyo3::prelude::*;

/// Takes readings and tells the difference.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct UsageMeter(Mutex<katydid_cli::UsageMeter>);

#[pymethods]
impl UsageMeter {
    /// Takes the first reading.
    #[new]
    fn new() -> Self {
        Self(Mutex::new(katydid_cli::UsageMeter::start()))
    }

    /// Takes another one: percent of one core, of all threads and of the busiest, and resident bytes.
    fn read(&self) -> (f64, f64, u64) {
        let usage = self.0.lock().read();
        (
            usage.process_percent,
            usage.busiest_thread_percent,
            usage.resident_bytes,
        )
    }
}
