//! `katydid check`: a kept run against budgets.

use clap::{Arg, ArgAction, ArgMatches, Command};
use katydid_gate::{
    Budget, BudgetWatch, Finding, FindingKind, Judgement, Outcome, judge_summaries, validity,
    validity_of_requests,
};
use katydid_stats::Timestamp;
use katydid_store::StoreError;

use super::place::Place;
use super::verdict::{self, Told};
use super::{Answer, place, run_argument, store_argument};
use crate::error::CliError;
use crate::gate::gate_file;
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    let command = Command::new("check")
        .about("Holds a kept run, or the files of Locust or pytest-benchmark, against budgets")
        .arg(run_argument("run"))
        .arg(
            Arg::new("budget")
                .long("budget")
                .value_name("budget")
                .action(ArgAction::Append)
                .help("A budget, beside those of the file"),
        )
        .arg(
            Arg::new("level")
                .long("level")
                .value_name("name")
                .help("Budgets of this level in place of those of the file [default: the level of the run]"),
        )
        .arg(store_argument());
    verdict::with_arguments(command)
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let reference = matches.get_one::<String>("run").map_or("", String::as_str);
    let outputs = verdict::outputs(matches, surroundings)?;
    let place = place::find(
        reference,
        &place::store_file(matches, surroundings),
        &surroundings.directory,
    )?;
    let budgets = budgets(matches, surroundings, place.run.facts.level.as_deref())?;
    if budgets.is_empty() {
        return Err(CliError::Usage(
            "check: there is no budget: give --budget 'p95 < 300ms', or a file with --budgets".to_owned(),
        ));
    }
    let mut findings = validity(&place.run.facts);
    findings.extend(validity_of_requests(&place.run.facts, place.run.requests));
    findings.extend(held(&place, budgets).map_err(|error| place::refused(&error))?);
    let told = Told {
        title: place.name.clone(),
        judgement: Judgement::of(findings),
        head: place.run.facts.clone(),
        bases: Vec::new(),
        endpoints: None,
    };
    Ok(verdict::tell(told, matches, &outputs))
}

/// Budgets of the level that is asked for, else of the run's, else of the file; and those that were typed.
fn budgets(
    matches: &ArgMatches,
    surroundings: &Surroundings,
    level_of_run: Option<&str>,
) -> Result<Vec<Budget>, CliError> {
    let file = verdict::gate_file(matches, surroundings)?;
    let usage = |error: &dyn std::fmt::Display| CliError::Usage(format!("--budget: {error}"));
    let of_level = match matches.get_one::<String>("level") {
        Some(name) => gate_file::level(&file, name)?.budgets,
        // The level may be one of another file.
        None => level_of_run.and_then(|name| gate_file::level(&file, name).ok()?.budgets),
    };
    let mut budgets = of_level.unwrap_or_else(|| file.budgets.clone());
    for text in matches.get_many::<String>("budget").into_iter().flatten() {
        budgets.extend(Budget::parse_list(text, &file.groups).map_err(|error| usage(&error))?);
    }
    Budget::check(&budgets).map_err(|error| usage(&error))?;
    Ok(budgets)
}

/// By seconds where they are known, else by the figures that another tool has reckoned.
fn held(place: &Place, budgets: Vec<Budget>) -> Result<Vec<Finding>, StoreError> {
    let (store, run) = (&place.store, &place.run);
    let seconds = store.seconds(run.id)?;
    if seconds.is_empty() {
        return Ok(judge_summaries(&budgets, &store.blocked(run.id)?));
    }
    let (budgets, mut findings) = without_short_windows(budgets, run.facts.window_seconds);
    let mut watch = BudgetWatch::new(budgets);
    watch.begin(run.facts.started_at);
    if let Some(at) = run.facts.ramp_done_at {
        watch.ramp_done(at);
    }
    for (second, bytes) in store.memory(run.id)? {
        watch.memory(second, bytes);
    }
    for of_second in seconds.chunk_by(|left, right| left.second == right.second) {
        watch.feed(of_second);
        watch.advance(Timestamp(of_second[0].second as f64 + 1.0));
    }
    watch.finish(run.ended_at);
    findings.extend(watch.findings(run.facts.started_at, run.ended_at));
    Ok(findings)
}

/// What another tool told in stretches of some seconds says nothing of shorter ones.
fn without_short_windows(budgets: Vec<Budget>, window_seconds: u32) -> (Vec<Budget>, Vec<Finding>) {
    let is_short = |budget: &Budget| {
        budget
            .period
            .window_seconds
            .is_some_and(|window| window < window_seconds)
    };
    let (short, judged): (Vec<Budget>, Vec<Budget>) = budgets.into_iter().partition(is_short);
    let unsure = |budget: Budget| Finding {
        kind: FindingKind::Budget,
        outcome: Outcome::Inconclusive,
        subject: budget.scope.to_string(),
        metric: Some(budget.metric),
        rule: budget.rule(),
        ..Finding::untrusted(
            "",
            format!("is only known of stretches of {window_seconds} s: choose a window as long as that"),
        )
    };
    (judged, short.into_iter().map(unsure).collect())
}
