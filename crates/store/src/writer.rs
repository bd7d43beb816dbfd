//! Writing a run while it goes on: its seconds in chunks, so that what was measured outlives a process that dies.

use std::collections::HashMap;

use katydid_gate::{Endpoint, Estimate, Judgement, RunFacts, Summary};
use katydid_stats::{EntrySecond, Failure, TakenSeconds, Timestamp};
use rusqlite::{Transaction, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::blocked::BLOCKS;
use crate::chunk::{self, Row};
use crate::error::StoreError;
use crate::store::{RunId, Store, immediate, verdict_word};

/// What a row weighs beside its buckets.
const ROW_WEIGHT: usize = 8;

/// A run that is being written. Dropped without [`finish`](Self::finish), the run counts as broken off.
#[derive(Debug)]
pub struct RunWriter {
    store: Store,
    id: RunId,
    /// Its first second with requests.
    begin: Option<i64>,
    endpoints: HashMap<Endpoint, Counted>,
    pending: Vec<Row>,
}

/// An endpoint of the run, and what it has counted.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    number: u32,
    requests: u64,
    failures: u64,
    is_stored: bool,
}

/// What is written at the end of a run.
#[derive(Clone, Debug, Default)]
pub struct RunEnding<'a> {
    /// What is known of it now.
    pub facts: RunFacts,
    /// Failures by (method, name, error).
    pub failures: Vec<Failure>,
    /// What it came to.
    pub judgement: Option<&'a Judgement>,
    /// Figures with their uncertainty, for the history.
    pub estimates: &'a [Estimate],
    /// The record that pages are drawn from, as JSON.
    pub record: Option<&'a str>,
    /// Resident memory of the service under test: (second, bytes).
    pub memory: &'a [(i64, u64)],
    /// The exit code of the process.
    pub exit_code: Option<i32>,
}

impl RunWriter {
    /// Begins a run in a store.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn begin(store: Store, facts: &RunFacts) -> Result<Self, StoreError> {
        let id = store.on_file(|connection| {
            connection.execute(
                "INSERT INTO runs (state, kind, started_at, ended_at, branch, commit_hash, label, facts)
                 VALUES ('running', ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    kind_word(facts),
                    facts.started_at.0,
                    Timestamp::now().0.max(facts.started_at.0),
                    facts.branch,
                    facts.commit,
                    facts.label,
                    json(facts)
                ],
            )?;
            Ok(connection.last_insert_rowid())
        })?;
        Ok(Self {
            store,
            id,
            begin: None,
            endpoints: HashMap::new(),
            pending: Vec::new(),
        })
    }

    /// The run's number.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// The store that it is written to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How much waits for the next [`flush`](Self::flush), in numbers of a few bytes each.
    pub fn weight(&self) -> usize {
        self.pending.iter().map(|row| ROW_WEIGHT + row.counts.len()).sum()
    }

    /// Takes in seconds; they are written with the next [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// When counting began anew and what was written before cannot be removed.
    pub fn take(&mut self, taken: &TakenSeconds) -> Result<(), StoreError> {
        if taken.began_anew {
            self.begin_anew()?;
        }
        self.add(&taken.seconds);
        Ok(())
    }

    fn begin_anew(&mut self) -> Result<(), StoreError> {
        self.pending.clear();
        self.begin = None;
        for counted in self.endpoints.values_mut() {
            (counted.requests, counted.failures) = (0, 0);
        }
        let id = self.id;
        self.store
            .on_file(|connection| connection.execute("DELETE FROM chunks WHERE run_id = ?1", [id]))?;
        Ok(())
    }

    fn add(&mut self, seconds: &[EntrySecond]) {
        for second in seconds {
            self.begin.get_or_insert(second.second);
            let endpoint = Endpoint::new(second.method.clone(), second.name.clone());
            let number = u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX);
            let counted = self.endpoints.entry(endpoint).or_insert(Counted {
                number,
                ..Counted::default()
            });
            counted.requests += second.requests;
            counted.failures += second.failures;
            self.pending.push(Row {
                endpoint: counted.number,
                second: second.second,
                requests: second.requests,
                failures: second.failures,
                counts: second.response_times.iter().collect(),
            });
        }
    }

    /// Seconds whose times may stand together: no more than a block of the run has if it ended now, its ramp included.
    fn most_together(&self) -> i64 {
        let seconds = || self.pending.iter().map(|row| row.second);
        let length = seconds()
            .max()
            .zip(self.begin)
            .map(|(last, begin)| last.saturating_sub(begin));
        length.unwrap_or(0) / (2 * BLOCKS)
    }

    /// Writes what was taken in.
    ///
    /// # Errors
    ///
    /// When the file cannot be written. What was taken in stays, for the next try.
    pub fn flush(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let together = self.most_together();
        let (id, endpoints) = (self.id, &mut self.endpoints);
        let file = self.store.file.clone();
        let of_sql = |error: rusqlite::Error| StoreError::of_sql(&file, &error);
        // Who has to wait for others has not packed anything yet.
        let transaction = immediate(&mut self.store.connection).map_err(of_sql)?;
        let chunks = self.pending.chunks_mut(chunk::MOST_ROWS);
        let chunks: Vec<Vec<u8>> = chunks
            .map(|rows| chunk::encode(rows, together))
            .collect::<Result<_, _>>()?;
        let written = (|| {
            write_endpoints(&transaction, id, endpoints)?;
            for chunk in chunks {
                transaction.execute(
                    "INSERT INTO chunks (run_id, data) VALUES (?1, ?2)",
                    params![id, chunk],
                )?;
            }
            transaction.execute(
                "UPDATE runs SET ended_at = ?2, requests = ?3, failures = ?4 WHERE id = ?1",
                params![
                    id,
                    now.0,
                    sum_of(endpoints, |counted| counted.requests),
                    sum_of(endpoints, |counted| counted.failures)
                ],
            )?;
            transaction.commit()
        })();
        written.map_err(of_sql)?;
        self.pending.clear();
        self.endpoints
            .values_mut()
            .for_each(|counted| counted.is_stored = true);
        Ok(())
    }

    /// Figures of an endpoint that another tool has reckoned, and its single values.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn summarise(
        &mut self,
        endpoint: &Endpoint,
        summary: Option<&Summary>,
        values: &[f64],
    ) -> Result<(), StoreError> {
        let number = u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX);
        let counted = self.endpoints.entry(endpoint.clone()).or_insert(Counted {
            number,
            ..Counted::default()
        });
        if let Some(summary) = summary
            && counted.requests == 0
        {
            (counted.requests, counted.failures) = (summary.count, summary.failures);
        }
        let number = counted.number;
        self.flush(Timestamp::now())?;
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let id = self.id;
        self.store.on_file(|connection| {
            connection.execute(
                "UPDATE endpoints SET summary = ?3, single_values = ?4 WHERE run_id = ?1 AND number = ?2",
                params![
                    id,
                    number,
                    summary.map(json),
                    (!bytes.is_empty()).then_some(bytes)
                ],
            )
        })?;
        Ok(())
    }

    /// Writes the end of the run, and gives the store back.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn finish(mut self, ending: &RunEnding<'_>) -> Result<Store, StoreError> {
        let now = Timestamp::now();
        self.flush(now)?;
        let (id, endpoints) = (self.id, &mut self.endpoints);
        let written = (|| {
            let transaction = immediate(&mut self.store.connection)?;
            write_endpoints(&transaction, id, endpoints)?;
            write_failures(&transaction, id, &ending.failures)?;
            write_parts(&transaction, id, ending)?;
            let facts = &ending.facts;
            transaction.execute(
                "UPDATE runs SET state = 'ended', kind = ?2, started_at = ?3, ended_at = ?4, branch = ?5, commit_hash = ?6,
                 label = ?7, facts = ?8, requests = ?9, failures = ?10, verdict = ?11, exit_code = ?12 WHERE id = ?1",
                params![
                    id,
                    kind_word(facts),
                    facts.started_at.0,
                    facts.ended_at.unwrap_or(now).0,
                    facts.branch,
                    facts.commit,
                    facts.label,
                    json(facts),
                    sum_of(endpoints, |counted| counted.requests),
                    sum_of(endpoints, |counted| counted.failures),
                    ending.judgement.and_then(|judgement| verdict_word(judgement.verdict)),
                    ending.exit_code
                ],
            )?;
            transaction.commit()
        })();
        written.map_err(|error| StoreError::of_sql(&self.store.file, &error))?;
        Ok(self.store)
    }
}

/// A sum over the endpoints; what another tool reckoned of all of them is none.
fn sum_of(endpoints: &HashMap<Endpoint, Counted>, of: fn(&Counted) -> u64) -> i64 {
    let own = endpoints.iter().filter(|(endpoint, _)| !endpoint.is_total());
    signed(own.map(|(_, counted)| of(counted)).sum())
}

fn write_endpoints(
    transaction: &Transaction<'_>,
    id: RunId,
    endpoints: &HashMap<Endpoint, Counted>,
) -> rusqlite::Result<()> {
    let mut insert = transaction
        .prepare_cached("INSERT INTO endpoints (run_id, number, method, name) VALUES (?1, ?2, ?3, ?4)")?;
    for (endpoint, counted) in endpoints.iter().filter(|(_, counted)| !counted.is_stored) {
        insert.execute(params![id, counted.number, &*endpoint.method, &*endpoint.name])?;
    }
    let mut update = transaction.prepare_cached(
        "UPDATE endpoints SET requests = ?3, failures = ?4 WHERE run_id = ?1 AND number = ?2",
    )?;
    for counted in endpoints.values() {
        update.execute(params![
            id,
            counted.number,
            signed(counted.requests),
            signed(counted.failures)
        ])?;
    }
    Ok(())
}

fn write_failures(transaction: &Transaction<'_>, id: RunId, failures: &[Failure]) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO failures (run_id, fingerprint, method, name, error, occurrences, first_seen, last_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for failure in failures {
        insert.execute(params![
            id,
            fingerprint(failure),
            &*failure.method,
            &*failure.name,
            &*failure.error,
            signed(failure.occurrences),
            failure.first_seen.0,
            failure.last_seen.0
        ])?;
    }
    Ok(())
}

/// What makes a failure the same one in another run: what failed, and how.
fn fingerprint(failure: &Failure) -> String {
    let mut hash = Sha256::new();
    for part in [&*failure.method, &*failure.name, &*failure.error] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn write_parts(transaction: &Transaction<'_>, id: RunId, ending: &RunEnding<'_>) -> rusqlite::Result<()> {
    let parts = [
        ("judgement", ending.judgement.map(json)),
        (
            "estimates",
            (!ending.estimates.is_empty()).then(|| json(&ending.estimates)),
        ),
        ("record", ending.record.map(str::to_owned)),
        (
            "memory",
            (!ending.memory.is_empty()).then(|| json(&ending.memory)),
        ),
    ];
    for (name, text) in parts {
        let Some(text) = text else { continue };
        write_part(transaction, id, name, &text)?;
    }
    Ok(())
}

/// Writes a part by its name, in place of what was there.
pub(crate) fn write_part(
    connection: &rusqlite::Connection,
    id: RunId,
    name: &str,
    text: &str,
) -> rusqlite::Result<()> {
    let packed = zstd::bulk::compress(text.as_bytes(), zstd::DEFAULT_COMPRESSION_LEVEL)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection.execute(
        "INSERT OR REPLACE INTO parts (run_id, name, data) VALUES (?1, ?2, ?3)",
        params![id, name, packed],
    )?;
    Ok(())
}

fn kind_word(facts: &RunFacts) -> Option<String> {
    serde_json::to_value(facts.kind).ok()?.as_str().map(str::to_owned)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists always serialize into memory")
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
