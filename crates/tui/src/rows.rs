//! Rows of the table of requests, and their order.

use std::cmp::Ordering;

use katydid_report::printable;
use katydid_stats::{Entry, RunClock};

/// One (method, name), or the total. Times are milliseconds, rates those of the last seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequestRow {
    /// Method and name, fit for a terminal.
    pub name: String,
    /// Finished requests.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// The 0.5 percentile.
    pub median: f64,
    /// The 0.95 percentile.
    pub p95: f64,
    /// The 0.99 percentile.
    pub p99: f64,
    /// The mean.
    pub average: f64,
    /// The greatest.
    pub greatest: f64,
    /// Requests per second.
    pub requests_per_second: f64,
    /// Failures per second.
    pub failures_per_second: f64,
}

impl RequestRow {
    pub(crate) fn of(entry: &Entry, clock: RunClock) -> Self {
        let name = format!("{} {}", printable(entry.method()), printable(entry.name()));
        let percentile = |fraction| entry.percentile(fraction).unwrap_or_default();
        Self {
            name: name.trim_start().to_owned(),
            requests: entry.num_requests(),
            failures: entry.num_failures(),
            median: entry.median_response_time(),
            p95: percentile(0.95),
            p99: percentile(0.99),
            average: entry.avg_response_time(),
            greatest: entry.max_response_time().unwrap_or_default(),
            requests_per_second: entry.current_rps(clock),
            failures_per_second: entry.current_fail_per_sec(clock),
        }
    }
}

/// A column that rows can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the fields of a row")]
pub enum Column {
    #[default]
    Name,
    Requests,
    Failures,
    Median,
    P95,
    P99,
    Average,
    Greatest,
    RequestsPerSecond,
    FailuresPerSecond,
}

impl Column {
    /// From left to right.
    pub const ALL: [Self; 10] = [
        Self::Name,
        Self::Requests,
        Self::Failures,
        Self::Median,
        Self::P95,
        Self::P99,
        Self::Average,
        Self::Greatest,
        Self::RequestsPerSecond,
        Self::FailuresPerSecond,
    ];

    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Requests => "Reqs",
            Self::Failures => "Fails",
            Self::Median => "Med",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Average => "Avg",
            Self::Greatest => "Max",
            Self::RequestsPerSecond => "req/s",
            Self::FailuresPerSecond => "fail/s",
        }
    }

    pub(crate) fn next(self) -> Self {
        let position = Self::ALL
            .iter()
            .position(|column| *column == self)
            .unwrap_or_default();
        Self::ALL[(position + 1) % Self::ALL.len()]
    }

    /// Whether the greatest comes first, unless somebody wants it otherwise: of numbers, but not of names.
    pub(crate) fn is_descending(self) -> bool {
        self != Self::Name
    }

    fn compare(self, left: &RequestRow, right: &RequestRow) -> Ordering {
        let number = |row: &RequestRow| match self {
            Self::Name => 0.0,
            Self::Requests => row.requests as f64,
            Self::Failures => row.failures as f64,
            Self::Median => row.median,
            Self::P95 => row.p95,
            Self::P99 => row.p99,
            Self::Average => row.average,
            Self::Greatest => row.greatest,
            Self::RequestsPerSecond => row.requests_per_second,
            Self::FailuresPerSecond => row.failures_per_second,
        };
        match self {
            Self::Name => left.name.cmp(&right.name),
            _ => number(left).total_cmp(&number(right)),
        }
    }
}

/// The rows in that order; equal ones by name, so that none jumps about.
pub(crate) fn sorted(rows: &[RequestRow], column: Column, descending: bool) -> Vec<&RequestRow> {
    let mut sorted: Vec<&RequestRow> = rows.iter().collect();
    sorted.sort_by(|left, right| {
        let order = column.compare(left, right);
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| left.name.cmp(&right.name))
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_stay_in_order_of_their_names() {
        let row = |name: &str, requests, p95| RequestRow {
            name: name.to_owned(),
            requests,
            p95,
            ..RequestRow::default()
        };
        let rows = [row("b", 5, 1.0), row("c", 7, 3.0), row("a", 5, 2.0)];
        let table = [
            (Column::Name, false, ["a", "b", "c"]),
            (Column::Name, true, ["c", "b", "a"]),
            (Column::Requests, true, ["c", "a", "b"]),
            (Column::Requests, false, ["a", "b", "c"]),
            (Column::P95, true, ["c", "a", "b"]),
            (Column::Failures, true, ["a", "b", "c"]),
        ];
        for (column, descending, expected) in table {
            let names: Vec<&str> = sorted(&rows, column, descending)
                .iter()
                .map(|row| row.name.as_str())
                .collect();
            assert_eq!(names, expected, "{column:?}");
        }
    }

    #[test]
    fn columns_come_round() {
        let mut column = Column::default();
        for expected in Column::ALL.iter().cycle().skip(1).take(12) {
            column = column.next();
            assert_eq!(column, *expected);
        }
    }
}
