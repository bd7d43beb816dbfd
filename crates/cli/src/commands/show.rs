//! `katydid show`: one kept run.

use clap::{Arg, ArgAction, ArgMatches, Command};
use katydid_gate::{BlockedEndpoint, Distribution, Judgement, RunFacts, Unit};
use katydid_store::{Cut, RunRow, RunState, Store, StoreError};

use super::place::{self, Place, refused};
use super::table::Table;
use super::{Answer, run_argument, store_argument};
use crate::error::CliError;
use crate::sources::Surroundings;
use crate::timespan;

pub(crate) fn command() -> Command {
    Command::new("show")
        .about("Shows a kept run: where it came from, its figures, what it came to")
        .arg(run_argument("run"))
        .arg(
            Arg::new("verbose")
                .long("verbose")
                .short('v')
                .action(ArgAction::SetTrue)
                .help("Every finding, not only those that did not pass"),
        )
        .arg(store_argument())
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let name = matches.get_one::<String>("run").map_or("", String::as_str);
    let place = place::find(
        name,
        &place::store_file(matches, surroundings),
        &surroundings.directory,
    )?;
    text(&place, matches.get_flag("verbose"))
        .map(Answer::of)
        .map_err(|error| refused(&error))
}

fn text(place: &Place, verbose: bool) -> Result<String, StoreError> {
    let Place { store, run, .. } = place;
    let mut text = facts_text(run);
    text.push('\n');
    text.push_str(&figures(store, run)?);
    let failures = store.failures(run.id)?;
    if !failures.is_empty() {
        let mut table = Table::new(&["TIMES", "FAILURE", "ERROR"], &[0]);
        for failure in failures {
            table.push(vec![
                failure.occurrences.to_string(),
                format!("{} {}", failure.method, failure.name).trim().to_owned(),
                failure.error.to_string(),
            ]);
        }
        text.push_str(&format!("\n{}", table.text()));
    }
    if let Some(judgement) = store.judgement(run.id)? {
        text.push_str(&format!("\n{}", judgement_text(&judgement, verbose)));
    }
    Ok(text)
}

fn judgement_text(judgement: &Judgement, verbose: bool) -> String {
    let told = judgement
        .findings
        .iter()
        .filter(|finding| verbose || finding.outcome != katydid_gate::Outcome::Pass);
    let lines: String = told
        .map(|finding| format!("{}\n", katydid_report::printable(&finding.line())))
        .collect();
    format!("{lines}Verdict: {}\n", judgement.verdict.word())
}

fn facts_text(run: &RunRow) -> String {
    let facts = &run.facts;
    let mut lines = vec![format!(
        "Run {}, {} ({} {})",
        run.id,
        run.state.word(),
        katydid_report::printable(&facts.tool),
        katydid_report::printable(&facts.version)
    )];
    let mut line = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(format!("  {label:<10} {}", katydid_report::printable(&value)));
        }
    };
    let length = timespan::text(run.ended_at.0 - facts.started_at.0);
    line(
        "began",
        Some(format!("{}, took {length}", facts.started_at.utc())),
    );
    line("commit", commit_text(facts));
    line("label", facts.label.clone());
    line("level", facts.level.clone());
    line("test", Some(facts.locustfile.clone()));
    line("host", facts.host.clone());
    line("shape", facts.shape.clone());
    line("tags", Some(facts.tags.join(", ")));
    // How many there were is written at the end.
    line(
        "users",
        Some(match run.state {
            RunState::Ended => format!("{} of {}", facts.peak_user_count, facts.target_user_count),
            _ => facts.target_user_count.to_string(),
        }),
    );
    line("seed", facts.seed.map(|seed| seed.to_string()));
    let machine = &facts.machine;
    line(
        "machine",
        Some(format!(
            "{} CPUs {}, {} GB, {} {}",
            machine.cpu_count,
            machine.cpu_model,
            machine.memory_bytes >> 30,
            machine.operating_system,
            machine.architecture
        )),
    );
    line("limit", facts.generator.health.reason.clone());
    for loss in &facts.generator.losses {
        line("lost", Some(loss.clone()));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn commit_text(facts: &RunFacts) -> Option<String> {
    let dirty = if facts.dirty { " with changes" } else { "" };
    match (&facts.commit, &facts.branch) {
        (Some(commit), Some(branch)) => Some(format!("{commit}{dirty} on {branch}")),
        (Some(commit), None) => Some(format!("{commit}{dirty}")),
        (None, Some(branch)) => Some(format!("on {branch}")),
        (None, None) => None,
    }
}

fn figures(store: &Store, run: &RunRow) -> Result<String, StoreError> {
    let whole = Cut::whole(i64::MIN / 2, i64::MAX / 2);
    let blocked = store.blocked_by(run.id, &run.facts, whole)?;
    let seconds = (run.ended_at.0 - run.facts.started_at.0).max(1.0);
    let head = [
        "NAME",
        "REQUESTS",
        "FAILED",
        "PER SECOND",
        "MEAN",
        "P50",
        "P95",
        "P99",
        "MAX",
    ];
    let mut table = Table::new(&head, &[1, 2, 3, 4, 5, 6, 7, 8]);
    for endpoint in &blocked.endpoints {
        table.push(row_of(endpoint, seconds));
    }
    Ok(table.text())
}

fn row_of(endpoint: &BlockedEndpoint, seconds: f64) -> Vec<String> {
    let time =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| Unit::Milliseconds.text(value));
    let name = endpoint.endpoint.to_string();
    if let (Some(summary), true) = (&endpoint.summary, endpoint.blocks.is_empty()) {
        let at = |wanted: f64| {
            let found = summary
                .percentiles
                .iter()
                .find(|(fraction, _)| (fraction - wanted).abs() < 1e-9);
            time(found.map(|&(_, value)| value))
        };
        return vec![
            name,
            summary.count.to_string(),
            summary.failures.to_string(),
            format!("{:.1}", summary.requests_per_second),
            time(Some(summary.mean)),
            at(0.5),
            at(0.95),
            at(0.99),
            time(Some(summary.max)),
        ];
    }
    let mut times = Distribution::default();
    endpoint.blocks.iter().for_each(|block| times.merge(&block.times));
    let sum = |of: fn(&katydid_gate::Block) -> u64| endpoint.blocks.iter().map(of).sum::<u64>();
    let requests = sum(|block| block.requests);
    vec![
        name,
        requests.to_string(),
        sum(|block| block.failures).to_string(),
        format!("{:.1}", requests as f64 / seconds),
        time(times.mean()),
        time(times.quantile(0.5)),
        time(times.quantile(0.95)),
        time(times.quantile(0.99)),
        time(times.quantile(1.0)),
    ]
}
