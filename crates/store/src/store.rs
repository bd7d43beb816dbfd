//! The file of kept runs: opened, listed, searched, thinned out. Writing a run is `writer.rs`, reading one `reader.rs`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use katydid_gate::{INCONCLUSIVE_EXIT_CODE, RunFacts, Verdict, is_comparable, is_trusted};
use katydid_stats::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::error::StoreError;
use crate::schema;

/// How long a process waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A run that was not written to for so long was broken off.
const SILENCE_SECONDS: f64 = 60.0;

/// Kept runs.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) file: PathBuf,
}

/// Number of a run in its store.
pub type RunId = i64;

/// A run in the list.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its number.
    pub id: RunId,
    /// Whether it is under way, over, or was broken off.
    pub state: RunState,
    /// What is known of it.
    pub facts: RunFacts,
    /// When it ended, or was last written to.
    pub ended_at: Timestamp,
    /// Finished requests.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// What it came to, if it was judged.
    pub verdict: Option<Verdict>,
    /// The exit code of its process, if it is over.
    pub exit_code: Option<i32>,
    /// When a person made it the baseline of its branch.
    pub promoted_at: Option<Timestamp>,
}

impl RunRow {
    /// Whether it is over, and nothing was found to be wrong with it. What cannot be told is nothing: left out of the
    /// baseline it would leave this with too few runs to ever tell more.
    fn is_well(&self) -> bool {
        let has_ended_with = |code: i32| self.exit_code.is_none_or(|exit_code| exit_code == code);
        let is_over = self.state == RunState::Ended;
        match self.verdict {
            None | Some(Verdict::Pass) => is_over && has_ended_with(0),
            Some(Verdict::Inconclusive) => {
                is_over && (has_ended_with(0) || has_ended_with(INCONCLUSIVE_EXIT_CODE))
            }
            Some(_) => false,
        }
    }
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It is being written.
    Running,
    /// It came to its end.
    Ended,
    /// Its process died; what it had measured is there.
    BrokenOff,
}

impl RunState {
    /// The word for a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ended => "ended",
            Self::BrokenOff => "broken off",
        }
    }
}

/// Which runs are listed. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Of this branch.
    pub branch: Option<String>,
    /// Of a commit that begins so.
    pub commit: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// At most so many, the latest.
    pub limit: Option<u32>,
    /// Only those that count as a baseline: over in their own time, well, to be trusted, not thrown out of the
    /// baseline by a later promotion of a run that was made alike; and the promoted one, whatever it came to.
    pub accepted: bool,
    /// Not this one.
    pub except: Option<RunId>,
}

const COLUMNS: &str = "id, state, facts, ended_at, requests, failures, verdict, exit_code, promoted_at";

impl Store {
    /// Opens a file of runs, and makes it (and its folder) if it is not there.
    ///
    /// # Errors
    ///
    /// When it is another kind of file, damaged, of a later version, or cannot be written.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder).map_err(|source| io(folder, source))?;
        }
        Self::open_with(
            file,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )
    }

    /// Opens a file of runs that must be there.
    ///
    /// # Errors
    ///
    /// When it is not there, and as [`open`](Self::open).
    pub fn open_existing(file: &Path) -> Result<Self, StoreError> {
        if !file.exists() {
            return Err(StoreError::Missing(file.to_owned()));
        }
        Self::open_with(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn open_with(file: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let sql = |error: rusqlite::Error| StoreError::of_sql(file, &error);
        // With its whole path it is a file to SQLite, whatever its name begins with.
        let path = std::path::absolute(file).map_err(|source| io(file, source))?;
        let mut connection =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sql)?;
        connection.busy_timeout(PATIENCE).map_err(sql)?;
        if !schema::is_ours(&connection).map_err(sql)? {
            return Err(StoreError::Foreign(file.to_owned()));
        }
        let found = schema::version(&connection).map_err(sql)?;
        if found > schema::VERSION {
            return Err(StoreError::Newer {
                file: file.to_owned(),
                found,
                known: schema::VERSION,
            });
        }
        connection
            .pragma_update(None, "foreign_keys", true)
            .map_err(sql)?;
        schema::migrate(&mut connection).map_err(sql)?;
        Ok(Self {
            connection,
            file: file.to_owned(),
        })
    }

    /// Which file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Runs, the latest first.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        let wanted = format!(
            "SELECT {COLUMNS} FROM runs WHERE (?1 IS NULL OR branch = ?1)
             AND (?2 IS NULL OR lower(substr(commit_hash, 1, length(?2))) = lower(?2))
             AND (?3 IS NULL OR label = ?3) AND (?4 IS NULL OR id <> ?4)
             ORDER BY started_at DESC, id DESC LIMIT ?5"
        );
        // What is accepted is told by the runs together.
        let limit = filter.limit.filter(|_| !filter.accepted);
        let bound = params![
            filter.branch,
            filter.commit,
            filter.label,
            filter.except,
            limit.map_or(-1, i64::from)
        ];
        let runs = self.on_file(|connection| {
            let mut statement = connection.prepare(&wanted)?;
            statement.query_map(bound, run_row)?.collect()
        })?;
        if !filter.accepted {
            return Ok(runs);
        }
        // Others of the branch may have superseded those that are asked for.
        let accepted = accepted(&self.runs(&RunFilter {
            branch: filter.branch.clone(),
            except: filter.except,
            ..RunFilter::default()
        })?);
        let asked_for = runs.into_iter().filter(|run| accepted.contains(&run.id));
        Ok(asked_for
            .take(filter.limit.map_or(usize::MAX, |limit| limit as usize))
            .collect())
    }

    /// The run with a number.
    ///
    /// # Errors
    ///
    /// When there is none, or the file cannot be read.
    pub fn run(&self, id: RunId) -> Result<RunRow, StoreError> {
        let wanted = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1");
        self.on_file(|connection| connection.query_row(&wanted, [id], run_row).optional())?
            .ok_or_else(|| StoreError::NoSuchRun(format!("there is no run {id} in {}", self.file.display())))
    }

    /// Makes a run the baseline of its branch: older ones of that branch that were made alike no longer count.
    /// What was promoted last counts, also where a clock was set back in between.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn promote(&self, id: RunId, now: Timestamp) -> Result<(), StoreError> {
        self.on_file(|connection| {
            connection.execute(
                "UPDATE runs SET promoted_at = max(?2, coalesce((SELECT max(promoted_at) FROM runs) + 0.001, ?2))
                 WHERE id = ?1",
                params![id, now.0],
            )
        })?;
        Ok(())
    }

    /// Removes runs and gives their room back.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn remove(&mut self, ids: &[RunId]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let file = self.file.clone();
        let removed = (|| {
            let transaction = immediate(&mut self.connection)?;
            for id in ids {
                transaction.execute("DELETE FROM runs WHERE id = ?1", [id])?;
            }
            transaction.commit()?;
            // Each step of the statement frees a page.
            let mut statement = self.connection.prepare("PRAGMA incremental_vacuum")?;
            let mut pages = statement.query([])?;
            while pages.next()?.is_some() {}
            Ok(())
        })();
        removed.map_err(|error| StoreError::of_sql(&file, &error))
    }

    /// Runs that need not be kept: beyond the latest `keep` of them, or older than `before`; never what is a baseline
    /// or under way.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn outdated(&self, keep: Option<u32>, before: Option<Timestamp>) -> Result<Vec<RunRow>, StoreError> {
        let accepted = RunFilter {
            accepted: true,
            ..RunFilter::default()
        };
        let accepted = self.runs(&accepted)?;
        // The latest of each branch that were made alike are what the next such run is compared with.
        let is_needed = |position: usize, run: &RunRow| {
            let later = accepted[..position].iter().filter(|later| {
                later.facts.branch == run.facts.branch && is_comparable(&later.facts, &run.facts)
            });
            run.promoted_at.is_some()
                || run.facts.branch.is_some() && later.count() < crate::BASELINE_RUNS as usize
        };
        let baselines: HashSet<RunId> = accepted
            .iter()
            .enumerate()
            .filter(|&(position, run)| is_needed(position, run))
            .map(|(_, run)| run.id)
            .collect();
        let runs = self.runs(&RunFilter::default())?.into_iter().enumerate();
        Ok(runs
            .filter(|(position, run)| {
                keep.is_some_and(|keep| *position >= keep as usize)
                    || before.is_some_and(|before| run.facts.started_at < before)
            })
            .map(|(_, run)| run)
            .filter(|run| run.state != RunState::Running && !baselines.contains(&run.id))
            .collect())
    }

    /// Copies a run into another file, and gives its number there.
    ///
    /// # Errors
    ///
    /// When either file cannot be used.
    pub fn copy(&self, id: RunId, into: &Self) -> Result<RunId, StoreError> {
        let source = std::path::absolute(&self.file).unwrap_or_else(|_| self.file.clone());
        let source = source
            .into_os_string()
            .into_string()
            .map_err(|name| StoreError::Name(name.into()))?;
        into.on_file(|connection| {
            connection.execute("ATTACH ?1 AS source", [source])?;
            let copied = copy_from_source(connection, id);
            connection.execute_batch("DETACH source")?;
            copied
        })
    }

    /// Does something with the file; what goes wrong is told with its name.
    pub(crate) fn on_file<T>(
        &self,
        action: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        action(&self.connection).map_err(|error| StoreError::of_sql(&self.file, &error))
    }
}

/// Of all runs those that can be trusted, came to their end, and were not superseded. A promotion
/// supersedes what was made before on the same branch and with the same load.
fn accepted(runs: &[RunRow]) -> HashSet<RunId> {
    let promoted: Vec<(RunId, Timestamp, Timestamp, RunFacts)> = runs
        .iter()
        .filter_map(|run| Some((run.id, run.promoted_at?, run.facts.started_at, run.facts.clone())))
        .collect();
    let is_accepted = |run: &RunRow| {
        let of_its_kind = promoted
            .iter()
            .filter(|(_, _, _, facts)| facts.branch == run.facts.branch && is_comparable(facts, &run.facts));
        let latest = of_its_kind.max_by(|left, right| left.1.0.total_cmp(&right.1.0));
        match latest {
            Some((id, ..)) if *id == run.id => true,
            Some((_, _, began, _)) if run.facts.started_at < *began => false,
            _ => run.is_well() && !run.facts.ended_early && is_trusted(&run.facts),
        }
    };
    runs.iter()
        .filter(|run| is_accepted(run))
        .map(|run| run.id)
        .collect()
}

/// A folder of our own name is nothing that anybody wants to commit.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let is_new = !folder.exists();
    std::fs::create_dir_all(folder)?;
    if is_new && folder.file_name().is_some_and(|name| name == ".katydid") {
        std::fs::write(folder.join(".gitignore"), "*\n")?;
    }
    Ok(())
}

/// A transaction that has the right to write from its beginning: one that asks for it later is refused, not made to wait.
pub(crate) fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn copy_from_source(connection: &Connection, id: RunId) -> rusqlite::Result<RunId> {
    let transaction = connection.unchecked_transaction()?;
    // Whether a run was promoted is a matter of the store that it was promoted in.
    let columns = "state, kind, started_at, ended_at, branch, commit_hash, label, facts, requests, failures, verdict, \
                   exit_code";
    transaction.execute(
        &format!("INSERT INTO main.runs ({columns}) SELECT {columns} FROM source.runs WHERE id = ?1"),
        [id],
    )?;
    let copy = transaction.last_insert_rowid();
    for (table, columns) in schema::PARTS_OF_RUN {
        transaction.execute(
            &format!(
                "INSERT INTO main.{table} (run_id, {columns}) SELECT ?2, {columns} FROM source.{table} WHERE run_id = ?1"
            ),
            [id, copy],
        )?;
    }
    transaction.commit()?;
    Ok(copy)
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let (state, facts): (String, String) = (row.get("state")?, row.get("facts")?);
    let ended_at = Timestamp(row.get("ended_at")?);
    let verdict: Option<String> = row.get("verdict")?;
    let state = match state.as_str() {
        "ended" => RunState::Ended,
        // Times of a clock that was ahead say nothing either.
        _ if (Timestamp::now().0 - ended_at.0).abs() < SILENCE_SECONDS => RunState::Running,
        _ => RunState::BrokenOff,
    };
    Ok(RunRow {
        id: row.get("id")?,
        state,
        // A later Katydid of the same schema may know more; what cannot be read is left out, the run is not.
        facts: serde_json::from_str(&facts).unwrap_or_default(),
        ended_at,
        requests: count(row.get("requests")?),
        failures: count(row.get("failures")?),
        verdict: verdict.and_then(|word| serde_json::from_value(word.into()).ok()),
        exit_code: row.get("exit_code")?,
        promoted_at: row.get::<_, Option<f64>>("promoted_at")?.map(Timestamp),
    })
}

pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(crate) fn verdict_word(verdict: Verdict) -> Option<String> {
    serde_json::to_value(verdict).ok()?.as_str().map(str::to_owned)
}

pub(crate) fn io(file: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io {
        file: file.to_owned(),
        source,
    }
}
