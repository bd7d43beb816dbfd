//! `katydid baseline`: which runs later ones are compared with.

use clap::{ArgMatches, Command};
use katydid_report::printable;
use katydid_stats::Timestamp;
use katydid_store::{BASELINE_RUNS, RunFilter};

use super::place::{self, refused};
use super::{Answer, run_argument, runs, store_argument};
use crate::error::CliError;
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    Command::new("baseline")
        .about("Shows or sets which runs of a branch later ones are compared with")
        .subcommand_required(true)
        .subcommand(
            Command::new("promote")
                .about("Makes a run the baseline of its branch; older ones of that branch no longer count")
                .arg(run_argument("run"))
                .arg(store_argument()),
        )
        .subcommand(
            Command::new("show")
                .about("Lists the runs that make up the baseline of a branch")
                .arg(clap::Arg::new("branch").required(true).help("Name of the branch"))
                .arg(store_argument()),
        )
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    match matches.subcommand() {
        Some(("promote", matches)) => promote(matches, surroundings),
        Some((_, matches)) => show(matches, surroundings),
        None => Err(CliError::Usage(
            "baseline needs 'promote RUN' or 'show BRANCH'".to_owned(),
        )),
    }
}

fn promote(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let store = place::store(matches, surroundings)?;
    let reference = matches.get_one::<String>("run").map_or("", String::as_str);
    let run = store.find(reference).map_err(|error| refused(&error))?;
    let Some(branch) = &run.facts.branch else {
        return Err(CliError::Configuration(format!(
            "run {} belongs to no branch, so it cannot be the baseline of one (--branch NAME when it is run says which)",
            run.id
        )));
    };
    store
        .promote(run.id, Timestamp::now())
        .map_err(|error| refused(&error))?;
    Ok(Answer::of(format!(
        "Run {} is the baseline of {} now\n",
        run.id,
        printable(branch)
    )))
}

fn show(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let store = place::store(matches, surroundings)?;
    let branch = matches.get_one::<String>("branch").cloned();
    let filter = RunFilter {
        accepted: true,
        limit: Some(BASELINE_RUNS),
        branch: branch.clone(),
        ..RunFilter::default()
    };
    let accepted = store.runs(&filter).map_err(|error| refused(&error))?;
    if accepted.is_empty() {
        return Ok(Answer::of(format!(
            "{} has no accepted run in {}\n",
            printable(&branch.unwrap_or_default()),
            store.file().display()
        )));
    }
    Ok(Answer::of(runs::as_table(&accepted)))
}
