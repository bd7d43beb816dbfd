//! Runs that other tools have measured, read from their files. Does not keep them.
//!
//! Files may hold anything: what is not understood is an [`ImportError`] that names the place, and memory stays bounded.

mod csv_table;
mod import_error;
mod knots;
mod locust_csv;
mod locust_history;
mod locust_tables;
mod moment;
mod pytest_benchmark;
mod recognise;
mod scalar;

pub use import_error::ImportError;
pub use locust_csv::locust_csv;
pub use locust_history::WINDOW_SECONDS;
pub use pytest_benchmark::pytest_benchmark;
pub use recognise::{Found, run};

use crate::KeptRun;

/// A run that was read, and what a person should know of how.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The run.
    pub run: KeptRun,
    /// What was missing, cut off, left out or guessed: a line each.
    pub remarks: Vec<String>,
}
