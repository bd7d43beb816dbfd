//! Where runs are: the store that is meant, and the run in it, which may also stand in a file of its own.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use katydid_store::import::{self, Found};
use katydid_store::{KeptRun, RunFilter, RunRow, Store, StoreError};

use crate::error::CliError;
use crate::gate::ScratchFile;
use crate::sources::Surroundings;

/// Where runs are kept unless somebody says otherwise.
pub(crate) const DEFAULT_STORE: &str = ".katydid/runs.db";

/// A run and the store that it is in.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) run: RunRow,
    /// What it was called on the command line.
    pub(crate) name: String,
    /// Keeps what was read from another tool's file, as long as it is used.
    _scratch: Option<ScratchFile>,
    is_file: bool,
}

impl Place {
    /// A run of a store.
    pub(crate) fn new(store: Store, run: RunRow, name: &str) -> Self {
        Self {
            store,
            run,
            name: name.to_owned(),
            _scratch: None,
            is_file: false,
        }
    }

    /// Whether it stands in a file of its own.
    pub(crate) fn is_file(&self) -> bool {
        self.is_file
    }

    fn of_file(store: Store, run: RunRow, name: &str, scratch: Option<ScratchFile>) -> Self {
        Self {
            _scratch: scratch,
            is_file: true,
            ..Self::new(store, run, name)
        }
    }
}

/// The store that is meant.
pub(crate) fn store_file(matches: &ArgMatches, surroundings: &Surroundings) -> PathBuf {
    let given = matches.get_one::<PathBuf>("store").cloned();
    let variable = || {
        ["KATYDID_STORE", "LOCUST_STORE"]
            .iter()
            .find_map(|name| {
                surroundings
                    .environment
                    .get(*name)
                    .filter(|value| !value.is_empty())
            })
            .map(PathBuf::from)
    };
    surroundings.directory.join(
        given
            .or_else(variable)
            .unwrap_or_else(|| PathBuf::from(DEFAULT_STORE)),
    )
}

/// Opens the store that is meant, which must be there.
pub(crate) fn store(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Store, CliError> {
    Store::open_existing(&store_file(matches, surroundings)).map_err(|error| refused(&error))
}

/// Finds a run: a file of that name, else one in the store.
pub(crate) fn find(reference: &str, store_file: &Path, directory: &Path) -> Result<Place, CliError> {
    let file = directory.join(reference);
    if is_file_of_run(&file) {
        return of_file(&file, reference);
    }
    let store = Store::open_existing(store_file).map_err(|error| match error {
        StoreError::Missing(_) => CliError::Configuration(format!(
            "'{reference}' is no file, and no runs were kept in {} yet",
            store_file.display()
        )),
        other => refused(&other),
    })?;
    let run = store.find(reference).map_err(|error| refused(&error))?;
    Ok(Place::new(store, run, reference))
}

/// A file, or the beginning of the names of Locust's CSV files.
fn is_file_of_run(file: &Path) -> bool {
    let mut of_csv = file.as_os_str().to_owned();
    of_csv.push("_stats.csv");
    file.is_file() || Path::new(&of_csv).is_file()
}

fn of_file(file: &Path, name: &str) -> Result<Place, CliError> {
    let found = import::run(file).map_err(|error| CliError::Configuration(error.to_string()))?;
    match found {
        Found::Store => {
            let store = Store::open_existing(file).map_err(|error| refused(&error))?;
            let latest = RunFilter {
                limit: Some(1),
                ..RunFilter::default()
            };
            let run = store
                .runs(&latest)
                .map_err(|error| refused(&error))?
                .into_iter()
                .next();
            let run = run.ok_or_else(|| CliError::Configuration(format!("there is no run in {name}")))?;
            Ok(Place::of_file(store, run, name, None))
        }
        Found::Imported(imported) => {
            let scratch = ScratchFile::new()
                .map_err(|error| CliError::Configuration(format!("cannot read {name}: {error}")))?;
            let store = Store::open(scratch.path()).map_err(|error| refused(&error))?;
            let (store, run) = keep(store, &imported.run).map_err(|error| refused(&error))?;
            Ok(Place::of_file(store, run, name, Some(scratch)))
        }
        Found::Export => Err(CliError::Configuration(format!(
            "{name} is an export for other programs; a file of --run-file, or a run of the store, can be used here"
        ))),
    }
}

/// Keeps a run of another tool with the figures that its history is made of.
pub(crate) fn keep(store: Store, kept: &KeptRun) -> Result<(Store, RunRow), StoreError> {
    let (store, id) = store.take_in(kept)?;
    store.set_estimates(id, &katydid_gate::estimate(&store.blocked(id)?))?;
    let run = store.run(id)?;
    Ok((store, run))
}

/// An error of the store as the reason not to go on.
pub(crate) fn refused(error: &StoreError) -> CliError {
    CliError::Configuration(match error {
        StoreError::NoSuchRun(why) => why.clone(),
        other => format!("cannot {other}"),
    })
}
