//! The file with budgets, levels and tolerances: which one it is, and what its levels say to the command line.

use std::path::Path;

use katydid_gate::{GateFile, Level};

use crate::config_file::GATE_TABLE;
use crate::error::CliError;

/// The file that is read without being asked for.
const DEFAULT_FILE: &str = "budgets.toml";

/// Where a table with the same content may stand.
const PROJECT_FILE: &str = "pyproject.toml";

/// The file that was asked for, else `budgets.toml`, else the table in `pyproject.toml`, else an empty one.
pub(crate) fn find(directory: &Path, asked_for: Option<&str>) -> Result<GateFile, CliError> {
    if let Some(name) = asked_for.filter(|name| !name.is_empty()) {
        let text = std::fs::read_to_string(directory.join(name))
            .map_err(|error| CliError::Usage(format!("--budgets: cannot read {name}: {error}")))?;
        return parse(name, &text, name.ends_with(PROJECT_FILE));
    }
    for (name, is_project) in [(DEFAULT_FILE, false), (PROJECT_FILE, true)] {
        match std::fs::read_to_string(directory.join(name)) {
            // Another tool's mistakes in a file that we only look into are its own to tell.
            Ok(text) if is_project && !text.contains(GATE_TABLE) => {}
            Ok(text) => return parse(name, &text, is_project),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(CliError::Usage(format!("cannot read {name}: {error}"))),
        }
    }
    Ok(GateFile::default())
}

fn parse(name: &str, text: &str, is_project: bool) -> Result<GateFile, CliError> {
    let table = ["tool", "katydid", GATE_TABLE];
    GateFile::parse(name, text, is_project.then_some(&table[..]))
        .map_err(|error| CliError::Usage(error.to_string()))
}

/// A level of the file, or one that is there without any.
pub(crate) fn level(file: &GateFile, name: &str) -> Result<Level, CliError> {
    file.levels
        .get(name)
        .cloned()
        .map_err(|error| CliError::Usage(format!("--level: {error}")))
}

/// What a level says, as it would stand on a command line; options that stand there already count before it.
pub(crate) fn arguments_of(name: &str, level: &Level, is_given: impl Fn(&str) -> bool) -> Vec<String> {
    let mut arguments = Vec::new();
    // Lists come first, so that what follows ends them: names of User classes may come next.
    for (flag, dest, values) in [
        ("--tags", "tags", &level.tags),
        ("--exclude-tags", "exclude_tags", &level.exclude_tags),
    ] {
        if !values.is_empty() && !is_given(dest) {
            arguments.push(flag.to_owned());
            arguments.extend(values.iter().cloned());
        }
    }
    let single = [
        ("--users", "num_users", level.users.map(|users| users.to_string())),
        (
            "--spawn-rate",
            "spawn_rate",
            level.spawn_rate.map(|rate| rate.to_string()),
        ),
        (
            "--run-time",
            "run_time",
            level.run_time.map(|time| format!("{}s", time.as_secs())),
        ),
    ];
    for (flag, dest, value) in single {
        if let Some(value) = value.filter(|_| !is_given(dest)) {
            arguments.push(format!("{flag}={value}"));
        }
    }
    arguments.push(format!("--level={name}"));
    arguments
}
