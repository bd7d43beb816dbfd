//! The tables, and the steps from one version of them to the next. What was kept by an older Katydid stays.

use rusqlite::Connection;

/// Marks a file of SQLite as one of ours ("Katy").
pub(crate) const APPLICATION_ID: i64 = 0x4b61_7479;

/// Steps; a file at version n has seen the first n.
const STEPS: &[&str] = &["CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        state TEXT NOT NULL,
        kind TEXT NOT NULL,
        started_at REAL NOT NULL,
        -- While it runs: when it was last written.
        ended_at REAL NOT NULL,
        branch TEXT,
        commit_hash TEXT,
        label TEXT,
        facts TEXT NOT NULL,
        requests INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        verdict TEXT,
        exit_code INTEGER,
        promoted_at REAL
    );
    CREATE INDEX runs_of_branch ON runs (branch, started_at);
    CREATE TABLE endpoints (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        method TEXT NOT NULL,
        name TEXT NOT NULL,
        requests INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        -- Figures that another tool has reckoned, as JSON; single values in the order of measurement, as f64.
        summary TEXT,
        single_values BLOB,
        PRIMARY KEY (run_id, number)
    ) WITHOUT ROWID;
    -- Seconds of all endpoints: see chunk.rs.
    CREATE TABLE chunks (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        data BLOB NOT NULL
    );
    CREATE INDEX chunks_of_run ON chunks (run_id);
    CREATE TABLE failures (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        fingerprint TEXT NOT NULL,
        method TEXT NOT NULL,
        name TEXT NOT NULL,
        error TEXT NOT NULL,
        occurrences INTEGER NOT NULL,
        first_seen REAL NOT NULL,
        last_seen REAL NOT NULL
    );
    CREATE INDEX failures_of_run ON failures (run_id);
    -- Larger parts by their name (record, judgement, estimates, memory): JSON, compressed with zstd.
    CREATE TABLE parts (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (run_id, name)
    );"];

/// The latest version.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Tables whose rows belong to a run, with the columns beside `run_id` that are copied with it.
pub(crate) const PARTS_OF_RUN: [(&str, &str); 4] = [
    (
        "endpoints",
        "number, method, name, requests, failures, summary, single_values",
    ),
    ("chunks", "data"),
    (
        "failures",
        "fingerprint, method, name, error, occurrences, first_seen, last_seen",
    ),
    ("parts", "name, data"),
];

/// The version of a file; 0 for an empty one.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether a file is one of ours, or empty.
pub(crate) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    // In this order: another process may make the tables, and with them the mark, at this moment.
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(tables == 0 || id == APPLICATION_ID)
}

/// Takes the steps that a file has not seen, all or none.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    // Counts only before the first table is there.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let seen = usize::try_from(version(&transaction)?).unwrap_or(0);
    for step in STEPS.iter().skip(seen) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
