//! The first look at the command line, before any user code is loaded: what can be answered or refused without
//! it is, the rest goes on to a run. Does not print or exit.

use std::collections::BTreeMap;

use katydid_demo::DemoOptions;
use serde_json::{Map, Value};

use crate::cluster_key;
use crate::command_line;
use crate::commands::{self, Answer};
use crate::completion;
use crate::duel::{self, DuelOptions};
use crate::error::CliError;
use crate::exit_code;
use crate::gate::gate_file;
use crate::run_options::RunOptions;
use crate::sources::{Parsed, Strictness, Surroundings, parse};

/// The version of Locust whose locustfiles, options and outputs this is compatible with.
pub const LOCUST_VERSION: &str = "2.47.0";

/// What the command line comes to, as far as it can be told without the test.
#[derive(Clone, Debug, PartialEq)]
pub enum FirstLook {
    /// There is nothing to run: print and exit.
    Exit {
        /// The code to exit with.
        code: i32,
        /// For standard output; ends with a new line unless empty.
        stdout: String,
        /// For standard error; the same.
        stderr: String,
    },
    /// Serve the sample shop until interrupted: see [`serve_demo`].
    Demo(Box<DemoOptions>),
    /// Measure two deployments in turns: see [`duel`](crate::duel).
    Duel(Box<DuelOptions>),
    /// Load the test and run it.
    Run(EarlyOptions),
}

/// What is known before the test is loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyOptions {
    /// Where the test is: files, folders or URLs.
    pub locustfile: Vec<String>,
    /// Every option of the table by its name in the namespace, defaults included.
    pub values: Map<String, Value>,
    /// Options that the table does not know and the test may define, as on a command line; those of
    /// configuration files first.
    pub unknown: Vec<String>,
    /// The command line with what the test level says in front of it.
    pub arguments: Vec<String>,
    /// Lines for the user about outdated options, to print on standard error.
    pub notices: Vec<String>,
}

/// Looks at the arguments (without the program's name) and the environment.
///
/// ```
/// use katydid_cli::{FirstLook, first_look};
///
/// let look = first_look(&["--version".to_owned()], Default::default());
/// assert!(matches!(look, FirstLook::Exit { code: 0, .. }));
/// ```
pub fn first_look(arguments: &[String], environment: BTreeMap<String, String>) -> FirstLook {
    look_from(arguments, &Surroundings::of_process(environment))
}

/// [`first_look`] from any folder.
pub fn look_from(arguments: &[String], surroundings: &Surroundings) -> FirstLook {
    match arguments.first().map(String::as_str) {
        Some("demo-server") => return demo(&arguments[1..]),
        Some("duel") => {
            return match duel::read(&arguments[1..], surroundings) {
                Ok(Ok(options)) => FirstLook::Duel(Box::new(options)),
                Ok(Err(help)) => answer(help),
                Err(error) => refuse(&error),
            };
        }
        Some("cluster-key") => {
            return cluster_key::answer(&arguments[1..]).map_or_else(|error| refuse(&error), answer);
        }
        Some("completion") => {
            return completion::answer(&arguments[1..]).map_or_else(|error| refuse(&error), answer);
        }
        _ => {}
    }
    if let Some(answered) = commands::answer(arguments, surroundings) {
        return answered.map_or_else(
            |error| refuse(&error),
            |Answer { text, code }| FirstLook::Exit {
                code,
                stdout: text,
                stderr: String::new(),
            },
        );
    }
    look(arguments, surroundings).unwrap_or_else(|error| refuse(&error))
}

/// The line that `--version` prints.
pub fn version() -> String {
    format!(
        "katydid {} (Locust {LOCUST_VERSION} compatible)",
        env!("CARGO_PKG_VERSION")
    )
}

/// Serves the sample shop until interrupted, and gives the exit code. Blocks.
pub fn serve_demo(options: DemoOptions) -> i32 {
    match katydid_demo::run(options) {
        Ok(()) => exit_code::SUCCESS,
        Err(error) => {
            eprintln!("katydid: error: demo-server: {error}");
            exit_code::CONFIGURATION
        }
    }
}

fn look(arguments: &[String], surroundings: &Surroundings) -> Result<FirstLook, CliError> {
    // Before anything else is judged: help must be there for those whose options are wrong.
    if asks_for(arguments, "--help", 'h') {
        return Ok(answer(format!(
            "{}\n",
            command_line::help(None).to_string().trim_end()
        )));
    }
    if asks_for(arguments, "--version", 'V') {
        return Ok(answer(format!("{}\n", version())));
    }
    let arguments = with_level(arguments, surroundings)?;
    let Parsed {
        values,
        unknown,
        notices,
    } = parse(&arguments, surroundings, Strictness::Early)?;
    RunOptions::from_namespace(&values)?;
    let locustfile = values
        .get("locustfile")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let locustfile = locustfile.split(',').map(|file| file.trim().to_owned()).collect();
    Ok(FirstLook::Run(EarlyOptions {
        locustfile,
        values,
        unknown,
        arguments,
        notices,
    }))
}

/// Puts what the test level says in front of what was typed, which counts before it.
fn with_level(arguments: &[String], surroundings: &Surroundings) -> Result<Vec<String>, CliError> {
    let values = parse(arguments, surroundings, Strictness::Early)?.values;
    let text = |name: &str| {
        values
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let Some(name) = text("level") else {
        return Ok(arguments.to_vec());
    };
    let file = gate_file::find(&surroundings.directory, text("budgets"))?;
    let level = gate_file::level(&file, name)?;
    let (known, _) = command_line::part(arguments);
    let given = command_line::parse(&known)?;
    let is_given = |dest: &str| given.iter().any(|given| given.row.dest == dest);
    let mut all = gate_file::arguments_of(name, &level, is_given);
    all.extend_from_slice(arguments);
    Ok(all)
}

/// Whether a flag without a value stands among the arguments, in full, abbreviated or joined with others.
fn asks_for(arguments: &[String], long: &str, short: char) -> bool {
    let (known, _) = command_line::part(arguments);
    let given = command_line::parse(&known);
    match given {
        Ok(given) => given
            .iter()
            .any(|given| given.row.long_flags().any(|flag| flag == long)),
        Err(_) => known
            .iter()
            .any(|argument| argument == long || argument == &format!("-{short}")),
    }
}

fn demo(arguments: &[String]) -> FirstLook {
    let command = katydid_demo::command()
        .name("demo-server")
        .bin_name("katydid demo-server")
        .no_binary_name(true);
    let parsed = command.try_get_matches_from(arguments);
    let matches = match parsed {
        Ok(matches) => matches,
        Err(shown) if !shown.use_stderr() => return answer(shown.to_string()),
        Err(error) => return refuse(&command_line::one_line(&error)),
    };
    match katydid_demo::parse(&matches) {
        Ok(options) => FirstLook::Demo(Box::new(options)),
        Err(why) => refuse(&CliError::Usage(why)),
    }
}

fn answer(stdout: String) -> FirstLook {
    FirstLook::Exit {
        code: exit_code::SUCCESS,
        stdout,
        stderr: String::new(),
    }
}

fn refuse(error: &CliError) -> FirstLook {
    FirstLook::Exit {
        code: error.exit_code(),
        stdout: String::new(),
        stderr: format!("{}\n", error.line()),
    }
}
