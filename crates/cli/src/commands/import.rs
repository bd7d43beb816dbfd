//! `katydid import`: keeps what another tool has measured.

use clap::{Arg, ArgMatches, Command};
use katydid_gate::RunFacts;
use katydid_store::import::{self, Found};
use katydid_store::{RunFilter, Store};

use super::place::{self, refused};
use super::{Answer, store_argument};
use crate::error::CliError;
use crate::sources::Surroundings;

pub(crate) fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("import")
        .about("Keeps a run that another tool, or Katydid elsewhere, has measured")
        .arg(
            Arg::new("file")
                .required(true)
                .help("Prefix of Locust's CSV files, a JSON of pytest-benchmark, or a file of --run-file"),
        )
        .arg(text("branch", "name", "Branch of the code that was tested"))
        .arg(text("commit", "hash", "Its commit"))
        .arg(text("label", "name", "A label for the run"))
        .arg(store_argument())
}

pub(crate) fn answer(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Answer, CliError> {
    let name = matches.get_one::<String>("file").map_or("", String::as_str);
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let file = surroundings.directory.join(name);
    let open = || Store::open(&place::store_file(matches, surroundings)).map_err(|error| refused(&error));
    let found = import::run(&file).map_err(|error| CliError::Configuration(error.to_string()))?;
    let imported = match found {
        Found::Imported(imported) => imported,
        Found::Store => return copy(&file, &open()?, &given),
        Found::Export => {
            return Err(CliError::Configuration(format!(
                "{name} is an export for other programs; 'katydid export --to katydid' writes one that can be imported"
            )));
        }
    };
    let mut run = imported.run;
    tell(&mut run.facts, &given);
    let (_, row) = place::keep(open()?, &run).map_err(|error| refused(&error))?;
    let remarks: String = imported
        .remarks
        .iter()
        .map(|remark| format!("Note: {}\n", katydid_report::printable(remark)))
        .collect();
    Ok(Answer::of(format!(
        "{remarks}Run {} kept: katydid show {}\n",
        row.id, row.id
    )))
}

/// What a person says of a run counts before what its file says.
fn tell(facts: &mut RunFacts, given: &dyn Fn(&str) -> Option<String>) {
    facts.branch = given("branch").or(facts.branch.take());
    facts.commit = given("commit").or(facts.commit.take());
    facts.label = given("label").or(facts.label.take());
}

/// Every run of another file, with what is said of them here.
fn copy(
    file: &std::path::Path,
    into: &Store,
    given: &dyn Fn(&str) -> Option<String>,
) -> Result<Answer, CliError> {
    let store = Store::open_existing(file).map_err(|error| refused(&error))?;
    let mut runs = store
        .runs(&RunFilter::default())
        .map_err(|error| refused(&error))?;
    runs.reverse();
    let mut text = String::new();
    for run in runs {
        let id = store.copy(run.id, into).map_err(|error| refused(&error))?;
        if ["branch", "commit", "label"]
            .iter()
            .any(|name| given(name).is_some())
        {
            let mut facts = run.facts;
            tell(&mut facts, given);
            into.set_facts(id, &facts).map_err(|error| refused(&error))?;
        }
        text.push_str(&format!("Run {id} kept: katydid show {id}\n"));
    }
    Ok(Answer::of(text))
}
