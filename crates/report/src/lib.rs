//! Results of a run as text, files and one page.
//!
//! [`console`] makes Locust's tables, [`CsvReport`] keeps its four CSV files, [`json`] makes its array and
//! [`html_page`] a page that needs nothing beside it. All are made from a
//! [`Snapshot`](katydid_stats::Snapshot) and a little [`ReportContext`]; the JSON alone needs the whole
//! distributions.
//!
//! Knows nothing of how a run is controlled, and of no sockets.

pub mod console;
mod context;
mod csv_report;
mod error;
mod file;
mod html;
mod html_report;
pub mod json;
mod markup;
mod printable;
mod progress;
mod python_text;
pub mod record;

pub use console::Rates;
pub use context::{ReportContext, WorkerFacts};
pub use csv_report::{CsvReport, exceptions_csv, failures_csv, stats_csv};
pub use error::ReportError;
pub use file::{check_writable, write_file};
pub use html::html_page;
pub use html_report::{NoReportPage, html_report, result_file_name};
pub use printable::printable;
pub use progress::{Progress, clock, closing_notes, milliseconds};
