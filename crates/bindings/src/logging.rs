//! Log records of the Rust side, on their way to Python's logging. Formats nothing itself.

use std::io::Write;
use std::sync::Arc;

use log::{LevelFilter, Log, Metadata, Record};

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

    fn flush(&self) {}
}

/// Sends log records to Python from now on. A second call changes nothing.
pub(crate) fn install(queue: Arc<HubQueue>) {
    if log::set_boxed_logger(Box::new(ToPython(queue))).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

/// Writes what Python never got to stderr: for a process that ends while its hub thread is stuck.
pub(crate) fn write_undelivered(queue: &HubQueue) {
    let mut stderr = std::io::stderr().lock();
    for line in queue.undelivered_logs() {
        let _ = writeln!(stderr, "{}/{}: {}", line.level, line.target, line.message);
    }
}
