//! The line between Python and Rust: the module `katydid._core`. Every method is three moves: extract, call, convert.

mod audience;
mod call;
mod children;
mod client;
mod control;
mod csv_files;
mod data;
mod dispatcher;
mod entry;
mod error;
mod exchange;
mod form;
mod greenlet;
mod headers;
mod host;
mod hub;
mod hub_queue;
mod io_thread;
mod json;
mod json_text;
mod logging;
mod nodes;
mod outcome;
mod parking;
mod placement;
mod prefetch;
mod round_trip;
mod runner;
mod seen_json;
mod session;
mod shared;
mod stats;
mod stats_entry;
mod tables;
mod usage;
mod web;
mod workers;

use pyo3::prelude::*;

/// What one thread allocates another frees, in both directions, once for each request. The system's allocator takes
/// a lock for that, and threads wait for it in the kernel. Python's own objects do not come from here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What Rust gives to the Python package.
#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::children::Children;
    #[pymodule_export]
    use crate::client::{Client, Options, Pool, Proxy, Tls};
    #[pymodule_export]
    use crate::control::{Command, WorkerDelta};
    #[pymodule_export]
    use crate::csv_files::CsvFiles;
    #[pymodule_export]
    use crate::data::{pack_message, unpack_message};
    #[pymodule_export]
    use crate::dispatcher::Dispatcher;
    #[pymodule_export]
    use crate::entry::{check_options, command_line, option_table, run};
    #[pymodule_export]
    use crate::exchange::Exchange;
    #[pymodule_export]
    use crate::headers::Headers;
    #[pymodule_export]
    use crate::hub::Hub;
    #[pymodule_export]
    use crate::nodes::{Master, Worker, locustfiles_of_master};
    #[pymodule_export]
    use crate::runner::Runner;
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::stats::{Recorder, Stats};
    #[pymodule_export]
    use crate::stats_entry::StatsEntry;
    #[pymodule_export]
    use crate::usage::UsageMeter;
    #[pymodule_export]
    use crate::web::{WebServer, count_log_lines, page_file};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("LOCUST_VERSION", katydid_cli::LOCUST_VERSION)
    }
}
