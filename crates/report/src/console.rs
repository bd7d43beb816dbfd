//! Locust's three console tables, line by line, to the space.
//!
//! Makes the lines only; whoever prints them puts an empty line behind the first two tables, as Locust does.

use katydid_stats::{EntrySnapshot, Snapshot};

use crate::printable::printable;
use crate::python_text::{percentile_heading, unwrapped_error};

/// Width of the name column where nothing is known of the terminal.
pub const DEFAULT_NAME_WIDTH: usize = 80;

const TYPE_WIDTH: usize = 8;

/// Which rates a table of requests shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rates {
    /// Those of the last seconds: while the run goes on.
    Current,
    /// Those of the whole run: at its end.
    Total,
}

/// Width of the name column for a terminal this many letters wide.
pub fn name_width(terminal_width: Option<usize>) -> usize {
    terminal_width.map_or(DEFAULT_NAME_WIDTH, |width| {
        width.saturating_sub(80).min(DEFAULT_NAME_WIDTH)
    })
}

/// The table of requests, sorted by name and method, with the total below.
pub fn stats_table(snapshot: &Snapshot, rates: Rates, name_width: usize) -> Vec<String> {
    let width = (name_width + 4).abs_diff(TYPE_WIDTH);
    let header = format!(
        "{:TYPE_WIDTH$} {:width$} {:>7} {:>12} |{:>7} {:>7} {:>7}{:>7} | {:>7} {:>11}",
        "Type", "Name", "# reqs", "# fails", "Avg", "Min", "Max", "Med", "req/s", "failures/s"
    );
    // In a narrow terminal the width is negative: Python pads to its absolute value, and draws no dashes.
    let dashes = (name_width + 4).saturating_sub(TYPE_WIDTH);
    let separator = separator(&[TYPE_WIDTH, dashes, 7, 13, 7, 7, 7, 7, 8, 11]);
    let mut lines = vec![header, separator.clone()];
    lines.extend(
        snapshot
            .entries
            .iter()
            .map(|entry| stats_row(entry, rates, width)),
    );
    lines.push(separator);
    lines.push(stats_row(&snapshot.total, rates, width));
    lines
}

fn stats_row(entry: &EntrySnapshot, rates: Rates, width: usize) -> String {
    let (requests_per_second, failures_per_second) = match rates {
        Rates::Current => (entry.current_rps, entry.current_fail_per_sec),
        Rates::Total => (entry.total_rps, entry.total_fail_per_sec),
    };
    let method = if entry.method.is_empty() {
        String::new()
    } else {
        format!("{} ", printable(&entry.method))
    };
    let name = printable(&entry.name);
    let failures = format!("{}({:.2}%)", entry.num_failures, entry.fail_ratio * 100.0);
    // Whole milliseconds, cut off: that is what Locust's format does to its floats.
    let [average, least, greatest, median] = [
        entry.avg_response_time,
        entry.min_response_time.unwrap_or(0.0),
        entry.max_response_time.unwrap_or(0.0),
        shown_median(entry),
    ]
    .map(|time| time as i64);
    format!(
        "{method:TYPE_WIDTH$} {name:width$} {:>7} {failures:>12} |{average:>7} {least:>7} {greatest:>7}{median:>7} \
         | {requests_per_second:>7.2} {failures_per_second:>11.2}",
        entry.num_requests
    )
}

/// The table of percentiles of all entries that had a response.
pub fn percentile_table(snapshot: &Snapshot, name_width: usize) -> Vec<String> {
    let report = &snapshot.percentiles.report;
    let headings: Vec<String> = report
        .iter()
        .map(|&fraction| percentile_heading(fraction))
        .collect();
    let header = percentile_line("Type", "Name", name_width, headings, "# reqs");
    let mut widths = vec![TYPE_WIDTH, name_width, 8];
    widths.extend(report.iter().map(|_| 6));
    let separator = separator(&widths);
    let mut lines = vec![
        "Response time percentiles (approximated)".to_owned(),
        header,
        separator.clone(),
    ];
    let has_times = |entry: &&EntrySnapshot| entry.num_requests > entry.num_none_requests;
    lines.extend(
        snapshot
            .entries
            .iter()
            .filter(has_times)
            .map(|entry| percentile_row(entry, name_width)),
    );
    lines.push(separator);
    lines.extend(
        Some(&snapshot.total)
            .filter(has_times)
            .map(|total| percentile_row(total, name_width)),
    );
    lines
}

fn percentile_row(entry: &EntrySnapshot, name_width: usize) -> String {
    let times = entry
        .percentiles
        .iter()
        .map(|time| whole_milliseconds(*time).to_string())
        .collect();
    let (method, name) = (printable(&entry.method), printable(&entry.name));
    percentile_line(&method, &name, name_width, times, &entry.num_requests.to_string())
}

/// The first number is eight letters wide, the others six.
fn percentile_line(method: &str, name: &str, width: usize, mut numbers: Vec<String>, count: &str) -> String {
    numbers.push(count.to_owned());
    let mut line = format!("{method:TYPE_WIDTH$} {name:width$}");
    for (position, number) in numbers.iter().enumerate() {
        let width = if position == 0 { 8 } else { 6 };
        line.push_str(&format!(" {number:>width$}"));
    }
    line
}

/// How often each error occurred, in order of first occurrence; no lines without errors.
pub fn error_report(snapshot: &Snapshot, name_width: usize) -> Vec<String> {
    if snapshot.errors.is_empty() {
        return Vec::new();
    }
    let separator = separator(&[18, 61 + name_width]);
    let mut lines = vec![
        "Error report".to_owned(),
        format!("{:18} {:100}", "# occurrences", "Error"),
        separator.clone(),
    ];
    lines.extend(snapshot.errors.iter().map(|failure| {
        let text = format!(
            "{} {}: {}",
            failure.method,
            failure.name,
            unwrapped_error(&failure.error)
        );
        format!("{:<18} {:100}", failure.occurrences, printable(&text))
    }));
    lines.extend([separator, String::new()]);
    lines
}

/// The median as files and tables show it: whole milliseconds, unless they lie outside the exact extremes.
pub(crate) fn shown_median(entry: &EntrySnapshot) -> f64 {
    let whole = entry.median_response_time.round_ties_even();
    whole
        .min(entry.max_response_time.unwrap_or(whole))
        .max(entry.min_response_time.unwrap_or(whole))
}

/// A percentile as files and tables show it.
pub(crate) fn whole_milliseconds(time: Option<f64>) -> i64 {
    time.unwrap_or(0.0).round_ties_even() as i64
}

fn separator(widths: &[usize]) -> String {
    let dashes: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    dashes.join("|")
}
