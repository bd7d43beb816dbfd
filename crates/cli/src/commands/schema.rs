//! `katydid schema`: how the JSON of a verdict is to be read.

use clap::{ArgMatches, Command};
use katydid_report::verdict::VERDICT_SCHEMA;

use super::Answer;
use crate::error::CliError;
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    Command::new("schema").about("Prints the JSON Schema of --verdict-json")
}

pub(crate) fn answer(_: &ArgMatches, _: &Surroundings) -> Result<Answer, CliError> {
    Ok(Answer::of(format!("{}\n", VERDICT_SCHEMA.trim_end())))
}
