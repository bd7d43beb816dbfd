//! A run as CSV: a row for each second and endpoint.

use std::io::Write;

use super::ExportError;
use super::row::{Row, rows};
use crate::KeptRun;

/// The columns, in their order. New ones are added at the end.
///
/// `second` is a whole number of seconds since the epoch (UTC) and empty where a row is the whole run; times are
/// milliseconds, empty where none is known.
pub const CSV_COLUMNS: [&str; 12] = [
    "second", "method", "name", "requests", "failures", "mean_ms", "min_ms", "p50_ms", "p90_ms", "p95_ms",
    "p99_ms", "max_ms",
];

/// Writes a run as CSV with [`CSV_COLUMNS`]. Fails when the writer does.
pub fn csv(run: &KeptRun, writer: impl Write) -> Result<(), ExportError> {
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record(CSV_COLUMNS)?;
    for row in rows(run) {
        csv.write_record(cells(&row))?;
    }
    csv.flush()?;
    Ok(())
}

fn cells(row: &Row<'_>) -> [String; 12] {
    let or_empty = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        row.second.map(|second| second.to_string()).unwrap_or_default(),
        row.method.to_owned(),
        row.name.to_owned(),
        row.requests.to_string(),
        row.failures.to_string(),
        or_empty(row.mean()),
        or_empty(row.least()),
        or_empty(row.quantile(0.5)),
        or_empty(row.quantile(0.9)),
        or_empty(row.quantile(0.95)),
        or_empty(row.quantile(0.99)),
        or_empty(row.greatest()),
    ]
}
