//! Which run is meant: by number, by place (`latest`, `latest~2`), commit, label or branch.

use crate::error::StoreError;
use crate::store::{RunFilter, RunRow, Store};

/// Letters of a commit's hash that are enough.
const SHORTEST_HASH: usize = 7;

impl Store {
    /// The run that a person means.
    ///
    /// # Errors
    ///
    /// When nothing, or more than one thing, fits; the message says what there is. And when the file cannot be read.
    pub fn find(&self, reference: &str) -> Result<RunRow, StoreError> {
        if let Ok(id) = reference.trim_start_matches('#').parse() {
            match self.run(id) {
                // One hash in 27 begins with seven digits.
                Err(StoreError::NoSuchRun(_)) if reference.len() >= SHORTEST_HASH => {}
                found => return found,
            }
        }
        if let Some(back) = back_from_latest(reference) {
            return self.latest(back);
        }
        let of = |filter: RunFilter| -> Result<Option<RunRow>, StoreError> {
            let latest = RunFilter {
                limit: Some(1),
                ..filter
            };
            Ok(self.runs(&latest)?.into_iter().next())
        };
        let text = Some(reference.to_owned());
        let is_hash =
            reference.len() >= SHORTEST_HASH && reference.bytes().all(|letter| letter.is_ascii_hexdigit());
        let commit = RunFilter {
            commit: text.clone().filter(|_| is_hash).map(|hash| hash.to_lowercase()),
            ..RunFilter::default()
        };
        let label = RunFilter {
            label: text.clone(),
            ..RunFilter::default()
        };
        let branch = RunFilter {
            branch: text,
            accepted: true,
            ..RunFilter::default()
        };
        let found = match is_hash {
            true => of(commit)?,
            false => None,
        };
        if let Some(found) = found.or(of(label)?).or(of(branch)?) {
            return Ok(found);
        }
        Err(StoreError::NoSuchRun(format!(
            "'{reference}' is no run in {} (a number, 'latest', 'latest~1', at least {SHORTEST_HASH} letters of a commit, a \
             label, a branch or a file)",
            self.file().display()
        )))
    }

    fn latest(&self, back: u32) -> Result<RunRow, StoreError> {
        let filter = RunFilter {
            limit: Some(back.saturating_add(1)),
            ..RunFilter::default()
        };
        let runs = self.runs(&filter)?;
        let count = runs.len();
        runs.into_iter().nth(back as usize).ok_or_else(|| {
            StoreError::NoSuchRun(format!(
                "there are only {count} runs in {}",
                self.file().display()
            ))
        })
    }
}

fn back_from_latest(reference: &str) -> Option<u32> {
    match reference.strip_prefix("latest")? {
        "" => Some(0),
        rest => rest.strip_prefix('~')?.parse().ok(),
    }
}
