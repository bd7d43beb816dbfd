//! Reading a run: its parts, its seconds, or the whole of it.

use std::sync::Arc;

use katydid_gate::{Endpoint, Estimate, Judgement, Summary};
use katydid_stats::{EntrySecond, Failure, SparseCounts, Timestamp};
use rusqlite::OptionalExtension;
use serde::de::DeserializeOwned;

use crate::chunk::{self, Row};
use crate::error::StoreError;
use crate::kept_run::{KeptEndpoint, KeptRun};
use crate::store::{RunId, Store, count};

/// A part of a run that unpacks to more than this is damaged.
const LARGEST_PART: usize = 512 << 20;

impl Store {
    /// What a run came to, with every finding; `None` if it was not judged.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn judgement(&self, id: RunId) -> Result<Option<Judgement>, StoreError> {
        self.json_part(id, "judgement")
    }

    /// Figures of a run with their uncertainty.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn estimates(&self, id: RunId) -> Result<Vec<Estimate>, StoreError> {
        Ok(self.json_part(id, "estimates")?.unwrap_or_default())
    }

    /// The record that pages are drawn from, as JSON; `None` if the run was broken off or imported.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn record(&self, id: RunId) -> Result<Option<String>, StoreError> {
        let part = self.part(id, "record")?;
        part.map(|bytes| String::from_utf8(bytes).map_err(|_| self.damaged("a record that is no text")))
            .transpose()
    }

    /// Resident memory of the service under test: (second, bytes).
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn memory(&self, id: RunId) -> Result<Vec<(i64, u64)>, StoreError> {
        Ok(self.json_part(id, "memory")?.unwrap_or_default())
    }

    /// Endpoints of a run by their number.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn endpoints(&self, id: RunId) -> Result<Vec<KeptEndpoint>, StoreError> {
        self.on_file(|connection| {
            let mut statement = connection.prepare(
                "SELECT method, name, requests, failures, summary, single_values FROM endpoints
                 WHERE run_id = ?1 ORDER BY number",
            )?;
            let rows = statement.query_map([id], |row| {
                let summary: Option<String> = row.get(4)?;
                let values: Option<Vec<u8>> = row.get(5)?;
                Ok(KeptEndpoint {
                    endpoint: Endpoint::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?),
                    requests: count(row.get(2)?),
                    failures: count(row.get(3)?),
                    summary: summary.and_then(|text| serde_json::from_str::<Summary>(&text).ok()),
                    values: values.as_deref().map(numbers).unwrap_or_default(),
                })
            })?;
            rows.collect()
        })
    }

    /// Failures of a run.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn failures(&self, id: RunId) -> Result<Vec<Failure>, StoreError> {
        self.on_file(|connection| {
            let mut statement = connection.prepare(
                "SELECT method, name, error, occurrences, first_seen, last_seen FROM failures WHERE run_id = ?1",
            )?;
            let rows = statement.query_map([id], |row| {
                Ok(Failure {
                    method: row.get::<_, String>(0)?.into(),
                    name: row.get::<_, String>(1)?.into(),
                    error: row.get::<_, String>(2)?.into(),
                    occurrences: count(row.get(3)?),
                    first_seen: Timestamp(row.get(4)?),
                    last_seen: Timestamp(row.get(5)?),
                })
            })?;
            rows.collect()
        })
    }

    /// Calls `visit` with every second of every endpoint; a second may come in pieces.
    pub(crate) fn visit_seconds(&self, id: RunId, mut visit: impl FnMut(&Row)) -> Result<(), StoreError> {
        let sql = |error: rusqlite::Error| StoreError::of_sql(&self.file, &error);
        let mut statement = self
            .connection
            .prepare("SELECT data FROM chunks WHERE run_id = ?1 ORDER BY id")
            .map_err(sql)?;
        let mut chunks = statement.query([id]).map_err(sql)?;
        while let Some(row) = chunks.next().map_err(sql)? {
            let data = row.get_ref(0).and_then(|data| Ok(data.as_blob()?)).map_err(sql)?;
            chunk::decode(data, &mut visit)?;
        }
        Ok(())
    }

    /// Seconds of a run in order of time.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn seconds(&self, id: RunId) -> Result<Vec<EntrySecond>, StoreError> {
        let names: Vec<(Arc<str>, Arc<str>)> = self
            .endpoints(id)?
            .into_iter()
            .map(|kept| (kept.endpoint.method, kept.endpoint.name))
            .collect();
        let mut seconds = Vec::new();
        self.visit_seconds(id, |row| {
            let Some((method, name)) = names.get(row.endpoint as usize) else {
                return;
            };
            seconds.push(EntrySecond {
                second: row.second,
                method: method.clone(),
                name: name.clone(),
                requests: row.requests,
                failures: row.failures,
                response_times: SparseCounts::from_buckets(row.counts.iter().copied()),
            });
        })?;
        seconds.sort_by_key(|second| second.second);
        Ok(seconds)
    }

    /// Everything that is kept of a run.
    ///
    /// # Errors
    ///
    /// When there is no such run, or the file cannot be read.
    pub fn kept_run(&self, id: RunId) -> Result<KeptRun, StoreError> {
        Ok(KeptRun {
            facts: self.run(id)?.facts,
            endpoints: self.endpoints(id)?,
            seconds: self.seconds(id)?,
            failures: self.failures(id)?,
            memory: self.memory(id)?,
        })
    }

    fn json_part<T: DeserializeOwned>(&self, id: RunId, name: &str) -> Result<Option<T>, StoreError> {
        let Some(bytes) = self.part(id, name)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| self.damaged(&format!("{name} of run {id}: {error}")))
    }

    fn part(&self, id: RunId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let packed: Option<Vec<u8>> = self.on_file(|connection| {
            connection
                .query_row(
                    "SELECT data FROM parts WHERE run_id = ?1 AND name = ?2",
                    (id, name),
                    |row| row.get(0),
                )
                .optional()
        })?;
        let Some(packed) = packed else { return Ok(None) };
        let size = zstd::bulk::Decompressor::upper_bound(&packed).filter(|size| *size <= LARGEST_PART);
        size.and_then(|size| zstd::bulk::decompress(&packed, size).ok())
            .map(Some)
            .ok_or_else(|| self.damaged(&format!("{name} of run {id} cannot be unpacked")))
    }

    fn damaged(&self, why: &str) -> StoreError {
        StoreError::Damaged {
            file: self.file.clone(),
            why: why.to_owned(),
        }
    }
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}
