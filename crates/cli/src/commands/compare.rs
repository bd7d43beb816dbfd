//! `katydid compare`: one kept run against others.

use clap::{Arg, ArgAction, ArgMatches, Command};
use katydid_gate::{ChangeLimit, Judgement, changes, validity, validity_of_requests};

use super::verdict::{self, Told};
use super::{Answer, place, run_argument, store_argument};
use crate::error::CliError;
use crate::gate::{Bases, held_against, without_repetition};
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    let command = Command::new("compare")
        .about("Compares a run with a baseline, figure by figure, and says whether it got worse")
        .arg(run_argument("base").help(
            "What it was: a branch (its accepted runs), or one run: a number, 'latest~1', a commit, a label, or a file \
             (of --run-file, a prefix of Locust's CSV files, a JSON of pytest-benchmark)",
        ))
        .arg(run_argument("head").help("What it is: one run"))
        .arg(
            Arg::new("fail-if")
                .long("fail-if")
                .value_name("figure:change")
                .action(ArgAction::Append)
                .help(
                    "Fail if a figure grew by more than this, such as mean:10% or p95:20ms, in place of the rule with \
                     intervals; means what pytest-benchmark's --benchmark-compare-fail means",
                ),
        )
        .arg(verdict::page_argument())
        .arg(store_argument());
    verdict::with_arguments(command)
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let limits = matches
        .get_many::<String>("fail-if")
        .into_iter()
        .flatten()
        .map(|text| text.parse())
        .collect::<Result<Vec<ChangeLimit>, _>>()
        .map_err(|error| CliError::Usage(format!("--fail-if: {error}")))?;
    let outputs = verdict::outputs(matches, surroundings)?;
    let rules = verdict::rules(matches, surroundings)?;
    let store_file = place::store_file(matches, surroundings);
    let head = place::find(text("head"), &store_file, &surroundings.directory)?;
    let except = (!head.is_file()).then_some(head.run.id);
    let directory = &surroundings.directory;
    let bases = Bases::find(
        text("base"),
        &store_file,
        directory,
        Some(&head.run.facts),
        except,
    )?;
    let blocked = head
        .store
        .blocked(head.run.id)
        .map_err(|error| place::refused(&error))?;
    let comparison = held_against(&bases, &blocked, &rules).map_err(|why| {
        CliError::Configuration(format!("compare {} with {}: {why}", text("head"), text("base")))
    })?;
    let mut findings = validity(&head.run.facts);
    findings.extend(validity_of_requests(&head.run.facts, head.run.requests));
    for (_, facts) in bases.facts() {
        findings.extend(validity(&facts));
    }
    findings.extend(comparison.findings);
    if !limits.is_empty() {
        // The plain rule decides; what else is known is told beside it.
        findings.iter_mut().for_each(|finding| finding.advisory = true);
        let base = bases.blocked().map_err(|error| place::refused(&error))?;
        findings.extend(changes(&base[0], &blocked, &limits));
    }
    let told = Told {
        title: format!("{} against {}", title(&head.name), title(bases.name())),
        judgement: Judgement::of(without_repetition(findings)),
        head: head.run.facts.clone(),
        bases: bases.facts(),
        endpoints: serde_json::to_value(&comparison.endpoints).ok(),
    };
    Ok(verdict::tell(told, matches, &outputs))
}

fn title(reference: &str) -> String {
    match reference.parse::<i64>() {
        Ok(number) => format!("run {number}"),
        Err(_) => reference.to_owned(),
    }
}
