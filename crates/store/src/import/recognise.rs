//! Finds out by its content what a file is.

use std::io::{BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::csv_table::open_file;
use super::locust_csv::is_prefix;
use super::scalar::Scalar;
use super::{ImportError, Imported, locust_csv, pytest_benchmark};
use crate::export::JSON_FORMAT;

/// Bytes that tell what a file is.
const HEAD: u64 = 4096;

const NEEDED: &str = "a CSV file or the prefix of `locust --csv`, or the JSON of pytest-benchmark, is needed";

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub enum Found {
    /// A run of another tool.
    Imported(Box<Imported>),
    /// A SQLite file, such as Katydid keeps its runs in.
    Store,
    /// A run that Katydid exported as JSON.
    Export,
}

/// Imports what a path leads to: any of Locust's CSV files or their prefix, or a file of pytest-benchmark. What is
/// Katydid's own is only recognised. Fails when it is neither, or not whole.
pub fn run(path: &Path) -> Result<Found, ImportError> {
    if !path.is_file() && is_prefix(path) {
        return locust_csv(path).map(found);
    }
    let head = head(path)?;
    if head.starts_with(b"SQLite format 3\0") {
        return Ok(Found::Store);
    }
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        return json(path);
    }
    let first_line = text.lines().next().unwrap_or_default().to_lowercase();
    let is_table = ["type", "method", "timestamp", "count"]
        .iter()
        .any(|heading| first_line.trim_start_matches('"').starts_with(heading));
    if is_table || is_prefix(path) {
        return locust_csv(path).map(found);
    }
    Err(ImportError::format(
        path,
        format!("it is no result that is known; {NEEDED}"),
    ))
}

fn found(imported: Imported) -> Found {
    Found::Imported(Box::new(imported))
}

fn head(path: &Path) -> Result<Vec<u8>, ImportError> {
    let mut head = Vec::new();
    open_file(path)?
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|source| ImportError::read(path, source))?;
    Ok(head)
}

/// What tells files of JSON from each other.
#[derive(Debug, Deserialize)]
struct Marks {
    #[serde(default)]
    format: Scalar,
    benchmarks: Option<IgnoredAny>,
}

fn json(path: &Path) -> Result<Found, ImportError> {
    let reader = BufReader::new(open_file(path)?);
    let marks: Marks = serde_json::from_reader(reader).map_err(|error| ImportError::json(path, &error))?;
    match marks.format.text() {
        Some(JSON_FORMAT) => Ok(Found::Export),
        _ if marks.benchmarks.is_some() => pytest_benchmark(path).map(found),
        _ => Err(ImportError::format(
            path,
            format!("this JSON has no \"benchmarks\"; {NEEDED}"),
        )),
    }
}
