//! Taking in a run that was measured elsewhere, as a whole.

use katydid_gate::{Estimate, Judgement, RunFacts};
use katydid_stats::TakenSeconds;

use crate::chunk::MOST_ROWS;
use crate::error::StoreError;
use crate::kept_run::KeptRun;
use crate::store::{RunId, Store, verdict_word};
use crate::writer::{RunEnding, RunWriter, write_part};

impl Store {
    /// Keeps a run of another tool, or of another file; gives the store back with the run's number.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn take_in(self, kept: &KeptRun) -> Result<(Self, RunId), StoreError> {
        let mut writer = RunWriter::begin(self, &kept.facts)?;
        let id = writer.id();
        for batch in kept.seconds.chunks(MOST_ROWS) {
            writer.take(&TakenSeconds {
                began_anew: false,
                seconds: batch.to_vec(),
            })?;
            writer.flush(kept.facts.started_at)?;
        }
        for endpoint in &kept.endpoints {
            if endpoint.summary.is_some() || !endpoint.values.is_empty() {
                writer.summarise(&endpoint.endpoint, endpoint.summary.as_ref(), &endpoint.values)?;
            }
        }
        let store = writer.finish(&RunEnding {
            facts: kept.facts.clone(),
            failures: kept.failures.clone(),
            memory: &kept.memory,
            ..RunEnding::default()
        })?;
        Ok((store, id))
    }

    /// Sets the figures of a run that its history is made of.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn set_estimates(&self, id: RunId, estimates: &[Estimate]) -> Result<(), StoreError> {
        let text = serde_json::to_string(estimates).expect("texts and numbers serialize into memory");
        self.on_file(|connection| write_part(connection, id, "estimates", &text))
    }

    /// Sets what is known of a run, its branch, commit and label among it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn set_facts(&self, id: RunId, facts: &RunFacts) -> Result<(), StoreError> {
        let text = serde_json::to_string(facts).expect("texts, numbers and lists serialize into memory");
        self.on_file(|connection| {
            connection.execute(
                "UPDATE runs SET branch = ?2, commit_hash = ?3, label = ?4, facts = ?5 WHERE id = ?1",
                rusqlite::params![id, facts.branch, facts.commit, facts.label, text],
            )
        })?;
        Ok(())
    }

    /// Sets what a run came to.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn set_judgement(&self, id: RunId, judgement: &Judgement) -> Result<(), StoreError> {
        let text = serde_json::to_string(judgement).expect("texts and numbers serialize into memory");
        self.on_file(|connection| {
            write_part(connection, id, "judgement", &text)?;
            connection.execute(
                "UPDATE runs SET verdict = ?2 WHERE id = ?1",
                rusqlite::params![id, verdict_word(judgement.verdict)],
            )
        })?;
        Ok(())
    }
}
