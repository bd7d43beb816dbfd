//! What a run is compared with: the accepted runs of a branch, or one run.

use std::path::Path;

use katydid_gate::{BlockedRun, Finding, Outcome, Rules, RunFacts, compare, is_comparable};
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
    /// Accepted runs of the branch that cannot be compared with the head.
    left_out: usize,
}

impl Bases {
    /// Finds what is meant: the accepted runs of a branch (without `except`), else one run. Of a branch, those count that
    /// were made like `head`, on the same machine with the same load; all of them if none was.
    pub(crate) fn find(
        reference: &str,
        store_file: &Path,
        directory: &Path,
        head: Option<&RunFacts>,
        except: Option<RunId>,
    ) -> Result<Self, CliError> {
        if !directory.join(reference).is_file()
            && let Ok(store) = Store::open_existing(store_file)
        {
            let accepted = accepted(&store, reference, except)?;
            let alike = |run: &RunRow| head.is_none_or(|head| is_comparable(&run.facts, head));
            let (mut runs, others): (Vec<RunRow>, Vec<RunRow>) = accepted.into_iter().partition(alike);
            let left_out = if runs.is_empty() {
                runs = others;
                0
            } else {
                others.len()
            };
            let older = runs.split_off(runs.len().min(BASELINE_RUNS as usize));
            if let Some(first) = runs.first() {
                return Ok(Self {
                    place: Place::new(store, first.clone(), reference),
                    anchor: older.into_iter().next_back(),
                    runs,
                    left_out,
                });
            }
            refuse_empty_branch(&store, reference)?;
        }
        let place = find_run(reference, store_file, directory)?;
        Ok(Self {
            runs: vec![place.run.clone()],
            anchor: None,
            left_out: 0,
            place,
        })
    }

    /// Whether a branch has no accepted run yet, so that one of its own runs may become the first.
    pub(crate) fn is_first_of(branch: &str, store_file: &Path) -> bool {
        match Store::open_existing(store_file) {
            Ok(store) => accepted(&store, branch, None).is_ok_and(|runs| runs.is_empty()),
            Err(StoreError::Missing(_)) => true,
            Err(_) => false,
        }
    }

    /// What is to be known of the choice.
    pub(crate) fn remarks(&self) -> Vec<Finding> {
        if self.left_out == 0 {
            return Vec::new();
        }
        vec![Finding {
            outcome: Outcome::NotJudged,
            ..Finding::untrusted(
                "baseline",
                format!(
                    "{} accepted runs of {} were made on another machine or with another load, and are left out",
                    self.left_out, self.place.name
                ),
            )
        }]
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
            Some(commit) => format!(
                "since run {} ({})",
                anchor.id,
                commit.chars().take(9).collect::<String>()
            ),
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

/// The accepted runs of a branch, the latest first.
fn accepted(store: &Store, branch: &str, except: Option<RunId>) -> Result<Vec<RunRow>, CliError> {
    let filter = RunFilter {
        branch: Some(branch.to_owned()),
        accepted: true,
        except,
        ..RunFilter::default()
    };
    store.runs(&filter).map_err(|error| refused(&error))
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
