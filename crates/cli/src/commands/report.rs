//! `katydid report`: the report page of a run that was kept.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use katydid_report::{html_report, record, write_file};
use serde::Deserialize;

use super::place::{self, refused};
use super::{Answer, run_argument, store_argument};
use crate::error::CliError;
use crate::sources::Surroundings;

/// Only what tells a record from other files.
#[derive(Deserialize)]
struct Known {
    format: String,
}

pub(crate) fn command() -> Command {
    Command::new("report")
        .about(
            "Makes the report page of a run that was kept, or of a record (.json) of --run-file or the page",
        )
        .arg(run_argument("run"))
        .arg(
            Arg::new("page")
                .value_name("report.html")
                .value_parser(value_parser!(PathBuf))
                .help("The file to write [default: beside the file of the run, or run-NUMBER.html]"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("file")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("page")
                .help("The same"),
        )
        .arg(store_argument())
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let name = matches.get_one::<String>("run").map_or("", String::as_str);
    let page = matches.get_one::<PathBuf>("page").or(matches.get_one("output"));
    let file = surroundings.directory.join(name);
    if file.is_file() && Path::new(name).extension().is_some_and(|ending| ending == "json") {
        let page = page
            .cloned()
            .unwrap_or_else(|| Path::new(name).with_extension("html"));
        return write(&of_file(&file, name)?, name, &page, surroundings);
    }
    let place = place::find(
        name,
        &place::store_file(matches, surroundings),
        &surroundings.directory,
    )?;
    let record = place
        .store
        .record(place.run.id)
        .map_err(|error| refused(&error))?;
    let record = record.ok_or_else(|| {
        CliError::Configuration(format!(
            "run {} has no record to draw a page of: it was broken off, or imported",
            place.run.id
        ))
    })?;
    let page = page.cloned().unwrap_or_else(|| match file.is_file() {
        true => Path::new(name).with_extension("html"),
        false => PathBuf::from(format!("run-{}.html", place.run.id)),
    });
    write(&record, name, &page, surroundings)
}

fn of_file(file: &Path, name: &str) -> Result<String, CliError> {
    let wrong = |why: String| CliError::Configuration(format!("report {name}: {why}"));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let known: Known =
        serde_json::from_str(&text).map_err(|error| wrong(format!("this is no record of a run: {error}")))?;
    match known.format == record::FORMAT {
        true => Ok(text),
        false => Err(wrong(format!(
            "this is a record in the format {}, known is {}",
            known.format,
            record::FORMAT
        ))),
    }
}

fn write(record: &str, name: &str, page: &Path, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let content =
        html_report(record).map_err(|error| CliError::Configuration(format!("report {name}: {error}")))?;
    write_file(&surroundings.directory.join(page), content.as_bytes())
        .map_err(|error| CliError::Configuration(error.to_string()))?;
    Ok(Answer::of(format!("Wrote {}\n", page.display())))
}
