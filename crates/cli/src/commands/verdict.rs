//! What every command that judges has in common: how a verdict is told, where it is written, what the process ends with.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use katydid_gate::{Judgement, Rules, RunFacts};
use katydid_report::verdict::{BaseRun, ConsoleStyle, VerdictReport, console};
use serde_json::{Value, json};

use super::Answer;
use crate::error::CliError;
use crate::exit_code;
use crate::gate::{VerdictOutputs, gate_file, write_outputs};
use crate::sources::Surroundings;

/// Adds the arguments.
pub(crate) fn with_arguments(command: Command) -> Command {
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("file")
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    command
        .arg(file("budgets", "File with budgets and tolerances [default: budgets.toml, or tool.katydid.gate in pyproject.toml]"))
        .arg(file("verdict-json", "Write the verdict with every finding as JSON"))
        .arg(file("verdict-junit", "The same as JUnit XML"))
        .arg(file("verdict-markdown", "The same as Markdown, for a comment on a pull request"))
        .arg(file("verdict-metrics", "The figures as OpenMetrics text, for GitLab's metrics report"))
        .arg(
            Arg::new("exit-code-on-inconclusive")
                .long("exit-code-on-inconclusive")
                .value_name("int")
                .value_parser(value_parser!(i32).range(0..=255))
                .default_value("12")
                .help("Exit code when it cannot be decided"),
        )
        .arg(
            Arg::new("verbose")
                .long("verbose")
                .short('v')
                .action(ArgAction::SetTrue)
                .help("Every finding, not only those that did not pass"),
        )
}

/// The argument for the file with budgets and tolerances.
pub(crate) fn budgets_argument() -> Arg {
    Arg::new("budgets")
        .long("budgets")
        .value_name("file")
        .value_parser(value_parser!(PathBuf))
        .help("File with budgets and tolerances [default: budgets.toml, or tool.katydid.gate in pyproject.toml]")
}

/// The argument for a page that draws the comparison.
pub(crate) fn page_argument() -> Arg {
    Arg::new("verdict-html")
        .long("verdict-html")
        .visible_alias("html")
        .value_name("file")
        .value_parser(value_parser!(PathBuf))
        .help("Write a page that draws the comparison")
}

/// The files that the arguments name, checked.
pub(crate) fn outputs(matches: &ArgMatches, surroundings: &Surroundings) -> Result<VerdictOutputs, CliError> {
    let file = |name: &str| {
        let given = matches.try_get_one::<PathBuf>(name).ok().flatten();
        given.map(|file| surroundings.directory.join(file))
    };
    let outputs = VerdictOutputs {
        json: file("verdict-json"),
        junit: file("verdict-junit"),
        markdown: file("verdict-markdown"),
        metrics: file("verdict-metrics"),
        html: file("verdict-html"),
        ..VerdictOutputs::of_environment(|name| surroundings.environment.get(name).cloned())
    };
    outputs.check()?;
    Ok(outputs)
}

/// The file with budgets that is meant.
pub(crate) fn gate_file(
    matches: &ArgMatches,
    surroundings: &Surroundings,
) -> Result<katydid_gate::GateFile, CliError> {
    let asked_for = matches
        .get_one::<PathBuf>("budgets")
        .map(|file| file.to_string_lossy().into_owned());
    gate_file::find(&surroundings.directory, asked_for.as_deref())
}

/// The tolerances that are meant.
pub(crate) fn rules(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Rules, CliError> {
    Ok(gate_file(matches, surroundings)?.rules)
}

/// A verdict and what it is about.
pub(crate) struct Told {
    pub(crate) title: String,
    pub(crate) judgement: Judgement,
    pub(crate) head: RunFacts,
    pub(crate) bases: Vec<(String, RunFacts)>,
    /// Endpoints as the page draws them.
    pub(crate) endpoints: Option<Value>,
}

/// Writes files, and gives the text and the exit code.
pub(crate) fn tell(told: Told, matches: &ArgMatches, outputs: &VerdictOutputs) -> Answer {
    let on_inconclusive = matches.get_one::<i32>("exit-code-on-inconclusive").copied();
    let on_inconclusive = on_inconclusive.unwrap_or(exit_code::INCONCLUSIVE);
    let code = exit_code::of_verdict(told.judgement.verdict, on_inconclusive);
    let exit_code = code.map_or(exit_code::SUCCESS, |code| code.code);
    let bases: Vec<BaseRun> = told
        .bases
        .into_iter()
        .map(|(name, facts)| BaseRun { name, facts })
        .collect();
    let mut report = VerdictReport {
        title: told.title,
        judgement: told.judgement,
        head: told.head,
        bases,
        exit_code,
        command: String::new(),
        comparison: None,
    };
    report.comparison = told.endpoints.map(|endpoints| comparison(&report, &endpoints));
    let (annotations, errors) = write_outputs(outputs, &report);
    let style = ConsoleStyle {
        verbose: matches.get_flag("verbose"),
        colour: false,
    };
    let errors_text: String = errors
        .iter()
        .map(|error| format!("katydid: error: cannot {error}\n"))
        .collect();
    Answer {
        text: format!("{}{annotations}{errors_text}", console(&report, style)),
        code: match (exit_code, errors.is_empty()) {
            (exit_code::SUCCESS, false) => exit_code::CONFIGURATION,
            (code, _) => code,
        },
    }
}

/// What the comparison page draws.
pub(crate) fn comparison(report: &VerdictReport, endpoints: &Value) -> Value {
    json!({
        "format": "katydid-comparison-1",
        "title": report.title,
        "verdict": report.judgement.verdict,
        "exit_code": report.exit_code,
        "head": report.head,
        "bases": report.bases,
        "findings": report.judgement.findings,
        "endpoints": endpoints,
    })
}
