//! What a run is compared with: the accepted runs of a branch, or one run.

use std::path::Path;

use katydid_gate::{BlockedRun, Finding, Outcome, Rules, RunFacts, compare};
use katydid_store::{BASELINE_RUNS, RunFilter, RunId, RunRow, Store, StoreError};

use crate::commands::{Place, find_run, refused};
use crate::error::CliError;

/// Runs that another one is compared with.
#[derive(Debug)]
pub(crate) struct Bases {
    /// Where they are, and the first of them.
    place: Place,
    /// All of them, the latest first.
    runs: Vec<RunRow>,
    /// The oldest accepted run of the branch, if it is not among them: what small steps add up from.
    anchor: Option<RunRow>,
}

impl Bases {
    /// Finds what is meant: a branch's accepted runs (without `except`), else one run.
    pub(crate) fn find(
        reference: &str,
        store_file: &Path,
        directory: &Path,
        except: Option<RunId>,
    ) -> Result<Self, CliError> {
        if !directory.join(reference).is_file()
            && let Ok(store) = Store::open_existing(store_file)
        {
            let of_branch = RunFilter {
                branch: Some(reference.to_owned()),
                accepted: true,
                except,
                ..RunFilter::default()
            };
            let mut runs = store.runs(&of_branch).map_err(|error| refused(&error))?;
            let older = runs.split_off(runs.len().min(BASELINE_RUNS as usize));
            if let Some(first) = runs.first() {
                return Ok(Self {
                    place: Place::new(store, first.clone(), reference),
                    anchor: older.into_iter().next_back(),
                    runs,
                });
            }
            refuse_empty_branch(&store, reference)?;
        }
        let place = find_run(reference, store_file, directory)?;
        Ok(Self {
            runs: vec![place.run.clone()],
            anchor: None,
            place,
        })
    }

    /// Their names and what is known of them.
    pub(crate) fn facts(&self) -> Vec<(String, RunFacts)> {
        let name = |run: &RunRow| match self.place.is_file() {
            true => self.place.name.clone(),
            false => format!("run {}", run.id),
        };
        self.runs
            .iter()
            .map(|run| (name(run), run.facts.clone()))
            .collect()
    }

    /// What a person called them.
    pub(crate) fn name(&self) -> &str {
        &self.place.name
    }

    /// What got worse since the oldest accepted run, in steps that were each tolerated. Advises only: so far back more than
    /// the service may have changed.
    pub(crate) fn creep(&self, head: &BlockedRun, rules: &Rules) -> Vec<Finding> {
        let Some(anchor) = &self.anchor else {
            return Vec::new();
        };
        let since = match &anchor.facts.commit {
            Some(commit) => format!("since run {} ({})", anchor.id, commit.chars().take(9).collect::<String>()),
            None => format!("since run {}", anchor.id),
        };
        let compared = self.place.store.blocked(anchor.id).ok();
        let compared = compared.and_then(|anchor| compare(&[anchor], head, rules).ok());
        let worse = compared.into_iter().flat_map(|comparison| comparison.findings);
        worse
            .filter(|finding| finding.outcome == Outcome::Fail)
            .map(|finding| Finding {
                advisory: true,
                reason: format!("{since}: {}", finding.reason),
                ..finding
            })
            .collect()
    }

    /// Each in blocks.
    pub(crate) fn blocked(&self) -> Result<Vec<BlockedRun>, StoreError> {
        self.runs
            .iter()
            .map(|run| self.place.store.blocked(run.id))
            .collect()
    }
}

/// A branch whose runs all failed, or are under way, is not "no such run".
fn refuse_empty_branch(store: &Store, reference: &str) -> Result<(), CliError> {
    let all = RunFilter {
        branch: Some(reference.to_owned()),
        limit: Some(1),
        ..RunFilter::default()
    };
    let runs = store.runs(&all).map_err(|error| refused(&error))?;
    match runs.is_empty() {
        true => Ok(()),
        false => Err(CliError::Configuration(format!(
            "no run of {reference} in {} was accepted; 'katydid baseline promote RUN' accepts one",
            store.file().display()
        ))),
    }
}
