//! Results of a run as text, files and one page.
//!
//! [`console`] makes Locust's tables, [`CsvReport`] keeps its four CSV files, [`json`] makes its array, [`record`] tells
//! everything that pages draw from, and [`html_report`] puts such a record into a page that needs nothing beside it.
//! [`verdict`] tells what a run comes to, in the format of whoever waits for it.
//!
//! Knows nothing of how a run is controlled, and of no sockets.

mod comparison_page;
pub mod console;
mod context;
mod csv_report;
mod error;
mod file;
mod html_report;
pub mod json;
mod printable;
mod progress;
mod python_text;
pub mod record;
pub mod verdict;

pub use comparison_page::{comparison_page, has_comparison_page};
pub use console::Rates;
pub use context::{ReportContext, WorkerFacts};
pub use csv_report::{CsvReport, exceptions_csv, failures_csv, stats_csv};
pub use error::ReportError;
pub use file::{check_writable, write_file};
pub use html_report::{NoReportPage, has_report_page, html_report, kept_record, result_file_name};
pub use printable::printable;
pub use progress::{Progress, clock, closing_notes, milliseconds};
