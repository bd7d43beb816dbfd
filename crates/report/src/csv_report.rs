//! Locust's four CSV files, kept up to date while a run goes on.
//!
//! Three are replaced as a whole each time, the history grows by a row. Every write is finished when
//! [`CsvReport::write`] returns, so a run that is killed leaves files that are complete up to its last second.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use csv::{Terminator, Writer, WriterBuilder};
use katydid_stats::{EntrySnapshot, Failure, Snapshot};

use crate::ReportError;
use crate::console::{shown_median, whole_milliseconds};
use crate::file::{make_folder, with_suffix, write_file};
use crate::python_text::{float, percentile_heading};

const ENTRY_COLUMNS: [&str; 11] = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
    "Requests/s",
    "Failures/s",
];
const HISTORY_COLUMNS: [&str; 6] = [
    "Timestamp",
    "User Count",
    "Type",
    "Name",
    "Requests/s",
    "Failures/s",
];
const HISTORY_TOTALS: [&str; 7] = [
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
];
const FAILURE_COLUMNS: [&str; 6] = [
    "Method",
    "Name",
    "Error",
    "Occurrences",
    "First Seen",
    "Last Seen",
];
const EXCEPTION_COLUMNS: [&str; 4] = ["Count", "Message", "Traceback", "Nodes"];

/// The CSV files of one run.
#[derive(Debug)]
pub struct CsvReport {
    stats: WholeFile,
    failures: WholeFile,
    exceptions: WholeFile,
    history: File,
    history_path: PathBuf,
    full_history: bool,
    headings: Vec<String>,
}

impl CsvReport {
    /// Creates `PREFIX_stats.csv`, `PREFIX_stats_history.csv`, `PREFIX_failures.csv` and
    /// `PREFIX_exceptions.csv`, each with its header; makes missing folders. Fails, naming the file, if one
    /// cannot be written.
    ///
    /// `percentiles` are the columns, for the whole run. With `full_history` the history has a row for every
    /// entry and not for the total only, and its percentiles are those of the last ten seconds: let the
    /// statistics keep them, with `Percentiles::current_for_entries`.
    pub fn create(prefix: &Path, percentiles: &[f64], full_history: bool) -> Result<Self, ReportError> {
        let history_path = with_suffix(prefix, "_stats_history.csv");
        make_folder(&history_path)?;
        let history = File::create(&history_path);
        let mut report = Self {
            stats: WholeFile::new(with_suffix(prefix, "_stats.csv")),
            failures: WholeFile::new(with_suffix(prefix, "_failures.csv")),
            exceptions: WholeFile::new(with_suffix(prefix, "_exceptions.csv")),
            history: history.map_err(|source| ReportError::new("create", &history_path, source))?,
            history_path,
            full_history,
            headings: percentiles
                .iter()
                .map(|&fraction| percentile_heading(fraction))
                .collect(),
        };
        let header = HISTORY_COLUMNS
            .iter()
            .copied()
            .chain(report.headings.iter().map(String::as_str));
        let header = row_text(|csv| csv.write_record(header.chain(HISTORY_TOTALS)));
        report.append(&header)?;
        report.stats.write(&stats_text(&report.headings, None))?;
        report
            .failures
            .write(&row_text(|csv| csv.write_record(FAILURE_COLUMNS)))?;
        report
            .exceptions
            .write(&row_text(|csv| csv.write_record(EXCEPTION_COLUMNS)))?;
        Ok(report)
    }

    /// Brings all files up to date. Call it once a second and at the end of the run.
    pub fn write(&mut self, snapshot: &Snapshot, user_count: u64) -> Result<(), ReportError> {
        self.append(&self.history_rows(snapshot, user_count))?;
        self.stats.write(&stats_text(&self.headings, Some(snapshot)))?;
        self.failures.write(&failures_csv(snapshot))?;
        self.exceptions.write(&exceptions_csv(snapshot))
    }

    fn append(&mut self, rows: &[u8]) -> Result<(), ReportError> {
        // One call for all rows, straight to the file: nothing is left in a buffer when the process dies.
        self.history
            .write_all(rows)
            .map_err(|source| ReportError::new("write", &self.history_path, source))
    }

    fn history_rows(&self, snapshot: &Snapshot, user_count: u64) -> Vec<u8> {
        let entries: &[EntrySnapshot] = if self.full_history { &snapshot.entries } else { &[] };
        row_text(|csv| {
            for entry in entries.iter().chain([&snapshot.total]) {
                let times = if self.full_history {
                    &entry.current_percentiles
                } else {
                    &entry.percentiles
                };
                csv.write_record(
                    [
                        snapshot.at.second().to_string(),
                        user_count.to_string(),
                        entry.method.to_string(),
                        entry.name.to_string(),
                        format!("{:.6}", entry.current_rps),
                        format!("{:.6}", entry.current_fail_per_sec),
                    ]
                    .into_iter()
                    .chain(percentile_cells(entry, times, self.headings.len()))
                    .chain(count_cells(entry)),
                )?;
            }
            Ok(())
        })
    }
}

/// The text of `_stats.csv`: entries sorted by name and method, then the total.
pub fn stats_csv(snapshot: &Snapshot) -> Vec<u8> {
    let headings: Vec<String> = snapshot
        .percentiles
        .report
        .iter()
        .copied()
        .map(percentile_heading)
        .collect();
    stats_text(&headings, Some(snapshot))
}

fn stats_text(headings: &[String], snapshot: Option<&Snapshot>) -> Vec<u8> {
    row_text(|csv| {
        csv.write_record(
            ENTRY_COLUMNS
                .into_iter()
                .chain(headings.iter().map(String::as_str)),
        )?;
        let rows = snapshot
            .into_iter()
            .flat_map(|snapshot| snapshot.entries.iter().chain([&snapshot.total]));
        for entry in rows {
            csv.write_record(
                [entry.method.to_string(), entry.name.to_string()]
                    .into_iter()
                    .chain(count_cells(entry))
                    .chain([float(entry.total_rps), float(entry.total_fail_per_sec)])
                    .chain(percentile_cells(entry, &entry.percentiles, headings.len())),
            )?;
        }
        Ok(())
    })
}

/// The text of `_failures.csv`, sorted by name, method and error. (Locust sorts by a hash of the three.)
pub fn failures_csv(snapshot: &Snapshot) -> Vec<u8> {
    let mut failures: Vec<&Failure> = snapshot.errors.iter().collect();
    failures.sort_by_key(|failure| (&failure.name, &failure.method, &failure.error));
    row_text(|csv| {
        csv.write_record(FAILURE_COLUMNS)?;
        for failure in failures {
            csv.write_record([
                &*failure.method,
                &*failure.name,
                &*failure.error,
                &failure.occurrences.to_string(),
                &failure.first_seen.utc(),
                &failure.last_seen.utc(),
            ])?;
        }
        Ok(())
    })
}

/// The text of `_exceptions.csv`, in order of first occurrence.
pub fn exceptions_csv(snapshot: &Snapshot) -> Vec<u8> {
    row_text(|csv| {
        csv.write_record(EXCEPTION_COLUMNS)?;
        for exception in &snapshot.exceptions {
            let nodes: Vec<&str> = exception.nodes.iter().map(|node| &**node).collect();
            csv.write_record([
                &*exception.count.to_string(),
                &*exception.message,
                &*exception.traceback,
                &nodes.join(", "),
            ])?;
        }
        Ok(())
    })
}

/// Request count to average content size, which both tables of requests have.
fn count_cells(entry: &EntrySnapshot) -> [String; 7] {
    let median = shown_median(entry);
    [
        entry.num_requests.to_string(),
        entry.num_failures.to_string(),
        if median.fract() == 0.0 {
            format!("{median:.0}")
        } else {
            float(median)
        },
        float(entry.avg_response_time),
        float_or_zero(entry.min_response_time),
        float_or_zero(entry.max_response_time),
        float_or_zero((entry.num_requests > 0).then_some(entry.avg_content_length)),
    ]
}

/// What was never measured is a whole 0 in Locust's files.
fn float_or_zero(value: Option<f64>) -> String {
    value.map_or_else(|| "0".to_owned(), float)
}

fn percentile_cells(
    entry: &EntrySnapshot,
    times: &[Option<f64>],
    columns: usize,
) -> impl Iterator<Item = String> {
    let cell = |time: Option<f64>| match entry.num_requests {
        0 => "N/A".to_owned(),
        _ => whole_milliseconds(time).to_string(),
    };
    (0..columns).map(move |column| cell(times.get(column).copied().flatten()))
}

fn row_text(write: impl FnOnce(&mut Writer<Vec<u8>>) -> Result<(), csv::Error>) -> Vec<u8> {
    let mut csv = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    write(&mut csv).expect("rows of any length go into memory");
    csv.into_inner().expect("memory has no write errors")
}

/// A file that is replaced whenever its text changes.
#[derive(Debug)]
struct WholeFile {
    path: PathBuf,
    written: Option<u64>,
}

impl WholeFile {
    fn new(path: PathBuf) -> Self {
        Self { path, written: None }
    }

    fn write(&mut self, text: &[u8]) -> Result<(), ReportError> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if self.written == Some(hash) {
            return Ok(());
        }
        write_file(&self.path, text)?;
        self.written = Some(hash);
        Ok(())
    }
}
