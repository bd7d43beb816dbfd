//! `katydid history`: when, and with which commit, each endpoint of a branch became slower or faster.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use katydid_gate::{
    Blip, ChangePoint, Endpoint, HistoryPoint, Metric, RunFacts, Unit, history, is_comparable,
};
use katydid_report::printable;
use katydid_store::{RunFilter, RunState, Store, StoreError};

use super::place::{self, refused};
use super::table::Table;
use super::{Answer, store_argument, verdict};
use crate::error::CliError;
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    Command::new("history")
        .about(
            "Names the commits with which endpoints became slower or faster, over the kept runs of a branch",
        )
        .arg(
            Arg::new("branch")
                .long("branch")
                .value_name("name")
                .help("Which branch [default: that of the latest run]"),
        )
        .arg(
            Arg::new("endpoint")
                .long("endpoint")
                .value_name("name")
                .help("Only this endpoint, such as 'GET /cart'"),
        )
        .arg(
            Arg::new("metric")
                .long("metric")
                .value_name("name")
                .help("Only this figure, such as p95"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .short('n')
                .value_name("count")
                .value_parser(value_parser!(u32).range(2..))
                .default_value("100")
                .help("The latest so many runs"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("As JSON, for programs"),
        )
        .arg(verdict::budgets_argument())
        .arg(store_argument())
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let store = place::store(matches, surroundings)?;
    let branch = branch(matches, &store).map_err(|error| refused(&error))?;
    let limit = matches.get_one::<u32>("limit").copied();
    let (facts, points, left_out) = points(&store, branch.clone(), limit).map_err(|error| refused(&error))?;
    let name = branch.unwrap_or_else(|| "no branch".to_owned());
    let name = printable(&name);
    if points.len() < 2 {
        return Err(CliError::Configuration(format!(
            "a history needs two runs or more, and {name} has {} in {}",
            points.len(),
            store.file().display()
        )));
    }
    let rules = verdict::rules(matches, surroundings)?;
    let mut found = history(&points, facts.kind, &rules);
    let wanted = |name: &str| matches.get_one::<String>(name).cloned();
    let (endpoint, metric) = (wanted("endpoint"), wanted("metric"));
    let is_wanted = |of: &Endpoint, figure: Metric| {
        endpoint.as_ref().is_none_or(|wanted| of.to_string() == *wanted)
            && metric.as_ref().is_none_or(|wanted| figure.to_string() == *wanted)
    };
    found
        .changes
        .retain(|change| is_wanted(&change.endpoint, change.metric));
    found.blips.retain(|blip| is_wanted(&blip.endpoint, blip.metric));
    if matches.get_flag("json") {
        let text = serde_json::to_string_pretty(&found).expect("texts and numbers serialize into memory");
        return Ok(Answer::of(format!("{text}\n")));
    }
    let mut blips: String = found.blips.iter().map(blip_text).collect();
    if left_out > 0 {
        blips.push_str(&format!(
            "{left_out} more runs of {name} were made on another machine or with another load than the latest, and are left out\n"
        ));
    }
    if found.changes.is_empty() {
        return Ok(Answer::of(format!(
            "Nothing moved in the {} runs of {name}\n{blips}",
            points.len()
        )));
    }
    Ok(Answer::of(format!("{}{blips}", as_table(&found.changes))))
}

/// The branch that was asked for, else that of the latest run.
fn branch(matches: &ArgMatches, store: &Store) -> Result<Option<String>, StoreError> {
    if let Some(branch) = matches.get_one::<String>("branch") {
        return Ok(Some(branch.clone()));
    }
    let latest = RunFilter {
        limit: Some(1),
        ..RunFilter::default()
    };
    Ok(store
        .runs(&latest)?
        .into_iter()
        .next()
        .and_then(|run| run.facts.branch))
}

/// Runs that came to their end and were made like the latest one, the oldest first; what is known of that one; and how
/// many others there are.
fn points(
    store: &Store,
    branch: Option<String>,
    limit: Option<u32>,
) -> Result<(RunFacts, Vec<HistoryPoint>, usize), StoreError> {
    let filter = RunFilter {
        branch,
        limit,
        ..RunFilter::default()
    };
    let mut runs = store.runs(&filter)?;
    runs.retain(|run| run.state == RunState::Ended);
    let latest = runs.first().map(|run| run.facts.clone()).unwrap_or_default();
    let all = runs.len();
    runs.retain(|run| is_comparable(&run.facts, &latest));
    let left_out = all - runs.len();
    runs.reverse();
    let point = |run: katydid_store::RunRow| {
        Ok(HistoryPoint {
            run: run.id,
            at: run.facts.started_at,
            estimates: store.estimates(run.id)?,
            commit: run.facts.commit,
        })
    };
    let points = runs.into_iter().map(point).collect::<Result<_, StoreError>>()?;
    Ok((latest, points, left_out))
}

/// A run that stands out alone.
fn blip_text(blip: &Blip) -> String {
    let unit = blip.metric.unit();
    let next = if blip.is_newest {
        "; the next run will tell whether it stays"
    } else {
        ""
    };
    format!(
        "Only in run {}: {} {} {} rather than {}{next}\n",
        blip.run,
        printable(&blip.endpoint.to_string()),
        blip.metric,
        unit.text(blip.value),
        unit.text(blip.usual)
    )
}

fn as_table(changes: &[ChangePoint]) -> String {
    let mut table = Table::new(
        &["RUN", "COMMIT", "NAME", "FIGURE", "BEFORE", "AFTER", "TIMES", ""],
        &[0, 4, 5, 6],
    );
    for change in changes {
        let unit: Unit = change.metric.unit();
        let commit = change.commit.as_ref().map(|hash| hash.chars().take(12).collect());
        table.push(vec![
            change.run.to_string(),
            commit.unwrap_or_else(|| "-".to_owned()),
            change.endpoint.to_string(),
            change.metric.to_string(),
            unit.text(change.before),
            unit.text(change.after),
            format!("{:.2}", change.ratio),
            if change.is_worse { "worse" } else { "better" }.to_owned(),
        ]);
    }
    table.text()
}
