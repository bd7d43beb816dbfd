//! `katydid export`: a kept run for other programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use katydid_store::export::{self, ExportError};
use katydid_store::{KeptRun, Store};

use super::place::{self, refused};
use super::{Answer, run_argument, store_argument};
use crate::error::CliError;
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    Command::new("export")
        .about("Writes a kept run, second by second, for other programs")
        .arg(run_argument("run"))
        .arg(
            Arg::new("to")
                .long("to")
                .value_parser(["json", "csv", "parquet", "katydid"])
                .required(true)
                .help("Format; 'katydid' is a file like those of --run-file, which every command reads"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("file")
                .value_parser(value_parser!(PathBuf))
                .help("Where to [default: run-NUMBER with the format's ending]"),
        )
        .arg(store_argument())
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let reference = matches.get_one::<String>("run").map_or("", String::as_str);
    let format = matches.get_one::<String>("to").map_or("", String::as_str);
    let place = place::find(
        reference,
        &place::store_file(matches, surroundings),
        &surroundings.directory,
    )?;
    let output = matches
        .get_one::<PathBuf>("output")
        .cloned()
        .unwrap_or_else(|| PathBuf::from(format!("run-{}.{format}", place.run.id)));
    let file = surroundings.directory.join(&output);
    if format == "katydid" {
        // Added to what is there it would be another run's file.
        if file.exists() {
            return Err(CliError::Configuration(format!(
                "{} exists already",
                output.display()
            )));
        }
        let into = Store::open(&file).map_err(|error| refused(&error))?;
        place
            .store
            .copy(place.run.id, &into)
            .map_err(|error| refused(&error))?;
    } else {
        let kept = place
            .store
            .kept_run(place.run.id)
            .map_err(|error| refused(&error))?;
        let wrong = |error: &dyn std::fmt::Display| {
            CliError::Configuration(format!("export {}: {error}", output.display()))
        };
        let into = File::create(&file).map_err(|error| wrong(&error))?;
        write(&kept, format, into).map_err(|error| {
            // Half an export is none.
            let _ = std::fs::remove_file(&file);
            wrong(&error)
        })?;
    }
    Ok(Answer::of(format!("Wrote {}\n", output.display())))
}

fn write(kept: &KeptRun, format: &str, file: File) -> Result<(), ExportError> {
    let mut writer = BufWriter::new(file);
    match format {
        "json" => export::json(kept, &mut writer)?,
        "csv" => export::csv(kept, &mut writer)?,
        _ => export::parquet(kept, &mut writer)?,
    }
    Ok(writer.flush()?)
}
