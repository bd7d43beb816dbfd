//! `katydid runs`: what was kept, and making room.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use katydid_stats::Timestamp;
use katydid_store::{RunFilter, RunRow, RunState};
use serde_json::json;

use super::place::{self, refused};
use super::table::Table;
use super::{Answer, store_argument};
use crate::error::CliError;
use crate::sources::Surroundings;
use crate::timespan;

pub(crate) fn command() -> Command {
    Command::new("runs")
        .about("Lists the runs that were kept, the latest first")
        .arg(store_argument())
        .arg(text("branch", "name", "Only runs of this branch"))
        .arg(text("commit", "hash", "Only runs of a commit that begins so"))
        .arg(text("label", "name", "Only runs with this label (--profile)"))
        .arg(
            Arg::new("accepted")
                .long("accepted")
                .action(ArgAction::SetTrue)
                .help("Only runs that count as a baseline of their branch"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .short('n')
                .value_name("count")
                .value_parser(value_parser!(u32).range(1..))
                .default_value("30")
                .help("At most so many"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("As JSON, for programs"),
        )
        .subcommand(prune_command())
}

fn prune_command() -> Command {
    Command::new("prune")
        .about("Removes older runs; baselines, and what is under way, stay")
        .arg(store_argument())
        .arg(
            Arg::new("keep")
                .long("keep")
                .value_name("count")
                .value_parser(value_parser!(u32))
                .required_unless_present("older-than")
                .help("Keep the latest so many"),
        )
        .arg(text(
            "older-than",
            "time",
            "Remove those that began longer ago, such as 90d or 12h",
        ))
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Only say what would be removed"),
        )
}

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    if let Some(("prune", matches)) = matches.subcommand() {
        return prune(matches, surroundings);
    }
    let store = place::store(matches, surroundings)?;
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let filter = RunFilter {
        branch: given("branch"),
        commit: given("commit").map(|hash| hash.to_lowercase()),
        label: given("label"),
        accepted: matches.get_flag("accepted"),
        limit: matches.get_one::<u32>("limit").copied(),
        except: None,
    };
    let runs = store.runs(&filter).map_err(|error| refused(&error))?;
    if matches.get_flag("json") {
        let rows: Vec<_> = runs.iter().map(as_json).collect();
        let text = serde_json::to_string_pretty(&rows).expect("texts and numbers serialize into memory");
        return Ok(Answer::of(format!("{text}\n")));
    }
    if runs.is_empty() {
        return Ok(Answer::of(format!("No such run in {}\n", store.file().display())));
    }
    Ok(Answer::of(as_table(&runs)))
}

pub(super) fn as_table(runs: &[RunRow]) -> String {
    let head = [
        "RUN", "BEGAN", "BRANCH", "COMMIT", "LABEL", "USERS", "TIME", "REQUESTS", "FAILED", "VERDICT",
    ];
    let mut table = Table::new(&head, &[0, 5, 6, 7, 8]);
    for run in runs {
        let facts = &run.facts;
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let commit = facts.commit.as_ref().map(|hash| {
            let short: String = hash.chars().take(9).collect();
            if facts.dirty { format!("{short}+") } else { short }
        });
        table.push(vec![
            run.id.to_string(),
            facts.started_at.utc().replace('T', " ").replace('Z', ""),
            or_dash(&facts.branch),
            or_dash(&commit),
            or_dash(&facts.label.clone().or(facts.level.clone())),
            facts.peak_user_count.max(facts.target_user_count).to_string(),
            timespan::text(run.ended_at.0 - facts.started_at.0),
            run.requests.to_string(),
            run.failures.to_string(),
            verdict_of(run),
        ]);
    }
    table.text()
}

/// What it came to, or why that is not known; a star marks what a person promoted.
fn verdict_of(run: &RunRow) -> String {
    let word = match (run.state, run.verdict) {
        (RunState::Ended, Some(verdict)) => verdict.word().to_lowercase(),
        (RunState::Ended, None) => "-".to_owned(),
        (state, _) => state.word().to_owned(),
    };
    let star = if run.promoted_at.is_some() { " *" } else { "" };
    format!("{word}{star}")
}

fn as_json(run: &RunRow) -> serde_json::Value {
    json!({
        "run": run.id,
        "state": run.state.word(),
        "facts": run.facts,
        "ended_at": run.ended_at,
        "requests": run.requests,
        "failures": run.failures,
        "verdict": run.verdict,
        "exit_code": run.exit_code,
        "promoted_at": run.promoted_at,
    })
}

fn prune(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let mut store = place::store(matches, surroundings)?;
    let before = matches
        .get_one::<String>("older-than")
        .map(|text| {
            timespan::parse_long(text)
                .map_err(|why| CliError::Usage(format!("runs prune: --older-than: {why}")))
        })
        .transpose()?
        .map(|age| Timestamp(Timestamp::now().0 - age.as_secs_f64()));
    let outdated = store
        .outdated(matches.get_one::<u32>("keep").copied(), before)
        .map_err(|error| refused(&error))?;
    let ids: Vec<_> = outdated.iter().map(|run| run.id).collect();
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    if ids.is_empty() {
        return Ok(Answer::of("Nothing to remove\n".to_owned()));
    }
    if matches.get_flag("dry-run") {
        return Ok(Answer::of(format!("Would remove runs {}\n", names.join(", "))));
    }
    store.remove(&ids).map_err(|error| refused(&error))?;
    Ok(Answer::of(format!("Removed runs {}\n", names.join(", "))))
}
