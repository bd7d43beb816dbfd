//! Commands beside the run itself: what was kept is listed, shown, compared, moved about. Does not print or exit.

mod baseline;
mod check;
mod compare;
mod export;
mod history;
mod import;
mod place;
mod report;
mod runs;
mod schema;
mod show;
mod table;
pub(crate) mod verdict;

pub(crate) use place::{DEFAULT_STORE, Place, find as find_run, refused};

use clap::{Arg, ArgMatches, Command, value_parser};
use std::path::PathBuf;

use crate::command_line;
use crate::error::CliError;
use crate::exit_code;
use crate::sources::Surroundings;

/// What a command has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// For standard output.
    pub(crate) text: String,
    /// The code to exit with.
    pub(crate) code: i32,
}

impl Answer {
    /// All went well.
    pub(crate) fn of(text: String) -> Self {
        Self {
            text,
            code: exit_code::SUCCESS,
        }
    }
}

/// One command.
struct Row {
    command: fn() -> Command,
    answer: fn(&ArgMatches, &Surroundings) -> Result<Answer, CliError>,
}

const ROWS: &[Row] = &[
    Row {
        command: runs::command,
        answer: runs::answer,
    },
    Row {
        command: show::command,
        answer: show::answer,
    },
    Row {
        command: report::command,
        answer: report::answer,
    },
    Row {
        command: export::command,
        answer: export::answer,
    },
    Row {
        command: import::command,
        answer: import::answer,
    },
    Row {
        command: compare::command,
        answer: compare::answer,
    },
    Row {
        command: check::command,
        answer: check::answer,
    },
    Row {
        command: history::command,
        answer: history::answer,
    },
    Row {
        command: baseline::command,
        answer: baseline::answer,
    },
    Row {
        command: schema::command,
        answer: schema::answer,
    },
];

/// The answer of the command that the first argument names; `None` if it names none.
pub(crate) fn answer(arguments: &[String], surroundings: &Surroundings) -> Option<Result<Answer, CliError>> {
    let (name, rest) = arguments.split_first()?;
    let row = ROWS.iter().find(|row| (row.command)().get_name() == name)?;
    Some(parse((row.command)(), rest).and_then(|parsed| match parsed {
        Parsed::Matches(matches) => (row.answer)(&matches, surroundings),
        Parsed::Help(text) => Ok(Answer::of(text)),
    }))
}

/// What arguments come to.
pub(crate) enum Parsed {
    /// Values.
    Matches(Box<ArgMatches>),
    /// The text that was asked for.
    Help(String),
}

/// Reads the arguments of a command.
pub(crate) fn parse(command: Command, arguments: &[String]) -> Result<Parsed, CliError> {
    let name = command.get_name().to_owned();
    let command = command
        .bin_name(format!("katydid {name}"))
        .no_binary_name(true)
        .max_term_width(110)
        .disable_help_subcommand(true);
    match command.try_get_matches_from(arguments) {
        Ok(matches) => Ok(Parsed::Matches(Box::new(matches))),
        Err(shown) if !shown.use_stderr() => Ok(Parsed::Help(shown.to_string())),
        Err(error) => Err(match command_line::one_line(&error) {
            CliError::Usage(why) => CliError::Usage(format!("{name}: {why}")),
            other => other,
        }),
    }
}

/// The file of kept runs, for every command.
pub(crate) fn store_argument() -> Arg {
    Arg::new("store")
        .long("store")
        .value_name("file")
        .value_parser(value_parser!(PathBuf))
        .help("File that runs are kept in [default: .katydid/runs.db]")
}

/// One run, by a name of the argument's own.
pub(crate) fn run_argument(name: &'static str) -> Arg {
    Arg::new(name).required(true).value_name(name).help(
        "A run: its number, 'latest', 'latest~1', a commit, a label, a branch (its latest accepted run) or a file with a run",
    )
}
