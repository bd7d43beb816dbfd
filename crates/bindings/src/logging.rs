//! Log records of the Rust side, on their way to Python's logging. Formats nothing itself.

use std::io::Write;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use log::{LevelFilter, Log, Metadata, Record};
use pyo3::prelude::*;

use crate::hub::log_tuples;
use crate::hub_queue::{HubItem, HubQueue, LogLine};

struct ToPython(Arc<HubQueue>);

impl Log for ToPython {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("locust") || metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.push(HubItem::Log(LogLine {
                target: record.target().into(),
                level: record.level(),
                message: record.args().to_string(),
            }));
        }
    }

    /// Waits until Python has written what was logged so far, so that other lines can follow; not on the hub thread.
    fn flush(&self) {
        self.0.wait_for_logs(FLUSH_LIMIT);
    }
}

/// Sends log records to Python from now on. A second call changes nothing.
pub(crate) fn install(queue: Arc<HubQueue>) {
    if log::set_boxed_logger(Box::new(ToPython(queue))).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

/// How long lines that follow wait for a hub thread that user code keeps busy.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// How long Python gets to write its last lines: user code may hold the interpreter and never let go.
const FAREWELL: Duration = Duration::from_secs(2);

/// Writes what Python never got: for a process that ends while its hub thread is stuck. The one place where another
/// thread runs Python code, because nothing comes after it.
pub(crate) fn write_undelivered(queue: &HubQueue) {
    let lines = Arc::new(queue.undelivered_logs());
    let (sender, said) = mpsc::channel();
    let for_python = lines.clone();
    std::thread::spawn(move || {
        let _ = sender.send(Python::attach(|py| say_farewell(py, &for_python)));
    });
    if matches!(said.recv_timeout(FAREWELL), Ok(Ok(()))) {
        return;
    }
    let mut stderr = std::io::stderr().lock();
    for line in lines.iter() {
        let _ = writeln!(stderr, "{}/{}: {}", line.level, line.target, line.message);
    }
}

fn say_farewell(py: Python<'_>, lines: &[LogLine]) -> PyResult<()> {
    py.import("katydid.farewell")?
        .call_method1("say", (log_tuples(lines),))
        .map(drop)
}
