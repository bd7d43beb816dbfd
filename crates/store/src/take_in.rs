//! Taking in a run that was measured elsewhere, as a whole.

use katydid_gate::{Estimate, Judgement};
use katydid_stats::TakenSeconds;

use crate::error::StoreError;
use crate::kept_run::KeptRun;
use crate::store::{RunId, Store, verdict_word};
use crate::writer::{RunEnding, RunWriter, write_part};

/// Seconds that are written at once.
const BATCH: usize = 50_000;

impl Store {
    /// Keeps a run of another tool, or of another file; gives the store back with the run's number.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn take_in(self, kept: &KeptRun) -> Result<(Self, RunId), StoreError> {
        let mut writer = RunWriter::begin(self, &kept.facts)?;
        let id = writer.id();
        for batch in kept.seconds.chunks(BATCH) {
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
        self.read(|connection| write_part(connection, id, "estimates", &text))
    }

    /// Sets what a run came to.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn set_judgement(&self, id: RunId, judgement: &Judgement) -> Result<(), StoreError> {
        let text = serde_json::to_string(judgement).expect("texts and numbers serialize into memory");
        self.read(|connection| {
            write_part(connection, id, "judgement", &text)?;
            connection.execute(
                "UPDATE runs SET verdict = ?2 WHERE id = ?1",
                rusqlite::params![id, verdict_word(judgement.verdict)],
            )
        })?;
        Ok(())
    }
}
