//! `katydid report RUN.json`: the report of a run that was kept.

use std::path::{Path, PathBuf};

use katydid_report::{html_report, record, write_file};
use serde::Deserialize;

use crate::error::CliError;

const USAGE: &str = "\
Usage: katydid report RUN.json [REPORT.html]

Makes the report page of a run that --run-file (or the page's download) kept. Without a second name, the page stands beside
the record.
";

/// Only what tells a record from other files.
#[derive(Deserialize)]
struct Known {
    format: String,
}

/// What is printed, or why there is no report.
pub(crate) fn answer(arguments: &[String]) -> Result<String, CliError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--help" | "-h"] => Ok(USAGE.to_owned()),
        [record] if !record.starts_with('-') => {
            make(Path::new(record), &Path::new(record).with_extension("html"))
        }
        [record, "-o", page] | [record, page] if !record.starts_with('-') && !page.starts_with('-') => {
            make(Path::new(record), &PathBuf::from(page))
        }
        _ => Err(CliError::Usage(
            "report takes the record of a run, and the file to write".to_owned(),
        )),
    }
}

fn make(record: &Path, page: &Path) -> Result<String, CliError> {
    let wrong =
        |why: &dyn std::fmt::Display| CliError::Configuration(format!("report {}: {why}", record.display()));
    let text = std::fs::read_to_string(record).map_err(|error| wrong(&error))?;
    let known: Known = serde_json::from_str(&text)
        .map_err(|error| wrong(&format!("this is no record of a run: {error}")))?;
    if known.format != record::FORMAT {
        return Err(wrong(&format!(
            "this is a record in the format {}, known is {}",
            known.format,
            record::FORMAT
        )));
    }
    let content = html_report(&text).map_err(|error| wrong(&error))?;
    write_file(page, content.as_bytes()).map_err(|error| CliError::Configuration(error.to_string()))?;
    Ok(format!("Wrote {}\n", page.display()))
}
