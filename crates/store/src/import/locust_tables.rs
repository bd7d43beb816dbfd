//! Locust's `_stats.csv` and `_failures.csv`: what was measured over the whole run. Knows nothing of its seconds.

use std::collections::HashSet;
use std::path::Path;

use katydid_gate::{Endpoint, Summary};
use katydid_stats::{Failure, TOTAL_NAME, locust_bucket};

use super::csv_table::{Column, CsvRow, CsvTable, open_file};
use super::import_error::{ImportError, shown};
use super::moment::moment;
use crate::KeptEndpoint;

/// Largest table of endpoints or failures, in bytes: a million long names.
const TABLE_LIMIT: u64 = 256 << 20;

/// Rows of a table of requests that were read.
#[derive(Debug, Default)]
pub(super) struct StatsTable {
    /// The total first.
    pub(super) endpoints: Vec<KeptEndpoint>,
    /// Whether all percentiles have two digits. Katydid, which writes the same files, does not round them so.
    pub(super) has_two_digits: bool,
    /// What a person should know of how it was read.
    pub(super) remarks: Vec<String>,
}

/// Reads `_stats.csv`.
pub(super) fn read_stats(path: &Path) -> Result<StatsTable, ImportError> {
    check_size(path, "Locust table of requests")?;
    let table = CsvTable::open(path)?;
    let columns = StatsColumns::of(&table)?;
    let (mut total, mut endpoints, mut known, mut left_over) = (None, Vec::new(), HashSet::new(), 0_u64);
    let cut_off = table.read_rows(
        |row| columns.read(row),
        |(line, endpoint): (u64, KeptEndpoint)| {
            // The total is the last row. What follows it is left from an earlier, longer text of the same file.
            if total.is_some() {
                left_over += 1;
            } else if endpoint.endpoint.is_total() {
                total = Some(endpoint);
            } else if known.insert(endpoint.endpoint.clone()) {
                endpoints.push(endpoint);
            } else {
                return Err(twice(path, line, &endpoint.endpoint));
            }
            Ok(())
        },
    )?;
    let mut remarks: Vec<String> = cut_off
        .map(|line| cut_off_remark(path, line))
        .into_iter()
        .collect();
    if left_over > 0 {
        remarks.push(format!(
            "{}: {left_over} rows after the total were left out",
            path.display()
        ));
    }
    if total.is_none() {
        remarks.push(format!(
            "{}: the row of the total is missing; it is the sum of the others",
            path.display()
        ));
    }
    let total = total.unwrap_or_else(|| sum(&endpoints));
    let endpoints: Vec<KeptEndpoint> = std::iter::once(total).chain(endpoints).collect();
    Ok(StatsTable {
        has_two_digits: endpoints.iter().all(has_two_digits),
        endpoints,
        remarks,
    })
}

fn has_two_digits(kept: &KeptEndpoint) -> bool {
    let mut percentiles = kept.summary.iter().flat_map(|summary| &summary.percentiles);
    // The median may come from a column of its own, where Locust does not round it.
    percentiles.all(|&(fraction, value)| fraction <= 0.5 || value == locust_bucket(value) as f64)
}

fn twice(path: &Path, line: u64, endpoint: &Endpoint) -> ImportError {
    ImportError::Place {
        path: path.to_owned(),
        line,
        column: shown("Name"),
        problem: format!("{} is in the table twice", shown(&endpoint.to_string())),
    }
}

/// The total of endpoints, without percentiles: they cannot be summed.
fn sum(endpoints: &[KeptEndpoint]) -> KeptEndpoint {
    let add = |sum: u64, count: u64| sum.saturating_add(count);
    KeptEndpoint {
        endpoint: Endpoint::total(),
        requests: endpoints.iter().map(|endpoint| endpoint.requests).fold(0, add),
        failures: endpoints.iter().map(|endpoint| endpoint.failures).fold(0, add),
        summary: None,
        values: Vec::new(),
    }
}

pub(super) fn cut_off_remark(path: &Path, line: u64) -> String {
    format!(
        "{}: line {line} was cut off while it was written and is left out",
        path.display()
    )
}

/// Columns of `_stats.csv`, by their headings of today or those of Locust before 1.0.
#[derive(Debug)]
struct StatsColumns {
    method: Column,
    name: Column,
    requests: Column,
    failures: Column,
    median: Column,
    average: Column,
    least: Column,
    greatest: Column,
    requests_per_second: Column,
    percentiles: Vec<(f64, Column)>,
}

impl StatsColumns {
    fn of(table: &CsvTable) -> Result<Self, ImportError> {
        Ok(Self {
            method: table.column(&["Type", "Method"])?,
            name: table.column(&["Name"])?,
            requests: table.column(&["Request Count", "# requests"])?,
            failures: table.column(&["Failure Count", "# failures"])?,
            median: table.column(&["Median Response Time"])?,
            average: table.column(&["Average Response Time"])?,
            least: table.column(&["Min Response Time"])?,
            greatest: table.column(&["Max Response Time"])?,
            requests_per_second: table.column(&["Requests/s"])?,
            percentiles: table.percentile_columns()?,
        })
    }

    fn read(&self, row: &CsvRow<'_>) -> Result<(u64, KeptEndpoint), ImportError> {
        let (requests, failures) = (row.whole(self.requests)?, row.whole(self.failures)?);
        // Without requests all percentiles are `N/A`.
        let summary = if requests > 0 {
            Some(self.summary(row, requests, failures)?)
        } else {
            None
        };
        let endpoint = KeptEndpoint {
            endpoint: endpoint(&row.text(self.method), &row.text(self.name)),
            requests,
            failures,
            summary,
            values: Vec::new(),
        };
        Ok((row.line, endpoint))
    }

    fn summary(&self, row: &CsvRow<'_>, count: u64, failures: u64) -> Result<Summary, ImportError> {
        let mut percentiles = Vec::with_capacity(self.percentiles.len() + 1);
        // The greatest value is told exactly in a column of its own.
        for &(fraction, column) in self.percentiles.iter().filter(|(fraction, _)| *fraction < 1.0) {
            percentiles.push((fraction, row.number(column)?));
        }
        let after_median = percentiles.partition_point(|&(fraction, _)| fraction < 0.5);
        if percentiles
            .get(after_median)
            .is_none_or(|&(fraction, _)| fraction > 0.5)
        {
            percentiles.insert(after_median, (0.5, row.number(self.median)?));
        }
        Ok(Summary {
            count,
            failures,
            requests_per_second: row.number(self.requests_per_second)?,
            min: row.number(self.least)?,
            max: row.number(self.greatest)?,
            mean: row.number(self.average)?,
            percentiles,
            ..Summary::default()
        })
    }
}

/// The endpoint of a row; before Locust 1.0 the total had a name of its own.
pub(super) fn endpoint(method: &str, name: &str) -> Endpoint {
    let is_total = (method.is_empty() || method == "None") && (name == TOTAL_NAME || name == "Total");
    if is_total {
        Endpoint::total()
    } else {
        Endpoint::new(method, name)
    }
}

/// Reads `_failures.csv`, and the line of a row that was cut off.
pub(super) fn read_failures(path: &Path) -> Result<(Vec<Failure>, Option<u64>), ImportError> {
    check_size(path, "Locust table of failures")?;
    let table = CsvTable::open(path)?;
    let (method, name) = (table.column(&["Method", "Type"])?, table.column(&["Name"])?);
    let (error, occurrences) = (table.column(&["Error"])?, table.column(&["Occurrences"])?);
    // Not every version of Locust writes them.
    let seen = [
        table.optional_column(&["First Seen"]),
        table.optional_column(&["Last Seen"]),
    ];
    let mut failures = Vec::new();
    let cut_off = table.read_rows(
        |row| {
            let [first_seen, last_seen] =
                seen.map(|column| column.map_or(Ok(None), |column| read_moment(row, column)));
            let first_seen = first_seen?.unwrap_or_default();
            Ok(Failure {
                method: row.text(method).into(),
                name: row.text(name).into(),
                error: row.text(error).into(),
                occurrences: row.whole(occurrences)?,
                first_seen,
                last_seen: last_seen?.unwrap_or(first_seen),
            })
        },
        |failure| {
            failures.push(failure);
            Ok(())
        },
    )?;
    Ok((failures, cut_off))
}

fn read_moment(row: &CsvRow<'_>, column: Column) -> Result<Option<katydid_stats::Timestamp>, ImportError> {
    let text = row.text(column);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let read = moment(&text).ok_or_else(|| row.refused(column, "a time such as 2026-03-01T12:30:05Z"))?;
    Ok(Some(read))
}

/// How many kinds of exceptions `_exceptions.csv` tells.
pub(super) fn count_exceptions(path: &Path) -> Result<u64, ImportError> {
    let table = CsvTable::open(path)?;
    let count = table.column(&["Count"])?;
    let mut kinds = 0;
    table.read_rows(
        |row| row.whole(count),
        |_| {
            kinds += 1;
            Ok(())
        },
    )?;
    Ok(kinds)
}

fn check_size(path: &Path, what: &'static str) -> Result<(), ImportError> {
    let metadata = open_file(path)?
        .metadata()
        .map_err(|source| ImportError::read(path, source))?;
    if metadata.len() <= TABLE_LIMIT {
        return Ok(());
    }
    Err(ImportError::TooLarge {
        path: path.to_owned(),
        limit: "256 MB",
        what,
    })
}
