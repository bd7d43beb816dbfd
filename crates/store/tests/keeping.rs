//! Runs are kept, found, thinned out, and survive what happens to files.

#![allow(clippy::unwrap_used, reason = "only tests use this")]

use std::path::Path;

use katydid_gate::{Endpoint, Judgement, RunFacts, Verdict};
use katydid_stats::{EntrySecond, SparseCounts, TakenSeconds, Timestamp};
use katydid_store::{Cut, RunEnding, RunFilter, RunId, RunState, RunWriter, Store, StoreError};

fn facts(branch: &str, started_at: f64) -> RunFacts {
    RunFacts {
        branch: Some(branch.to_owned()),
        commit: Some(format!("{:040x}", started_at as u64)),
        started_at: Timestamp(started_at),
        ended_at: Some(Timestamp(started_at + 10.0)),
        ..RunFacts::default()
    }
}

fn second(name: &str, second: i64, milliseconds: f64, count: u64) -> EntrySecond {
    EntrySecond {
        second,
        method: "GET".into(),
        name: name.into(),
        requests: count,
        failures: 1,
        response_times: SparseCounts::from_milliseconds([(milliseconds, count)]),
    }
}

fn taken(seconds: Vec<EntrySecond>) -> TakenSeconds {
    TakenSeconds {
        began_anew: false,
        seconds,
    }
}

/// Keeps a run of two seconds, judged.
fn keep(file: &Path, facts: &RunFacts, verdict: Verdict) -> RunId {
    let mut writer = RunWriter::begin(Store::open(file).unwrap(), facts).unwrap();
    let start = facts.started_at.second();
    let seconds = vec![second("/a", start + 1, 10.0, 4), second("/b", start + 2, 20.0, 6)];
    writer.take(&taken(seconds)).unwrap();
    let id = writer.id();
    let judgement = Judgement {
        verdict,
        findings: Vec::new(),
    };
    let ending = RunEnding {
        facts: facts.clone(),
        judgement: Some(&judgement),
        record: Some("{}"),
        memory: &[(start, 5)],
        exit_code: Some(0),
        ..RunEnding::default()
    };
    writer.finish(&ending).unwrap();
    id
}

/// Of main, with a level.
fn with_level(level: &str, started_at: f64) -> RunFacts {
    RunFacts {
        level: Some(level.to_owned()),
        ..facts("main", started_at)
    }
}

fn accepted() -> RunFilter {
    RunFilter {
        accepted: true,
        ..RunFilter::default()
    }
}

fn ids(store: &Store, filter: &RunFilter) -> Vec<RunId> {
    store.runs(filter).unwrap().iter().map(|run| run.id).collect()
}

#[test]
fn a_run_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/runs.db");
    let id = keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let store = Store::open_existing(&file).unwrap();
    let row = store.run(id).unwrap();
    assert_eq!((row.state, row.requests, row.failures), (RunState::Ended, 10, 2));
    assert_eq!(row.verdict, Some(Verdict::Pass));
    let kept = store.kept_run(id).unwrap();
    assert_eq!(kept.facts, facts("main", 1_000.0));
    assert_eq!(kept.seconds.len(), 2);
    assert_eq!(kept.seconds[1].response_times.count(), 6);
    assert_eq!(kept.memory, [(1_000, 5)]);
    assert_eq!(store.record(id).unwrap().as_deref(), Some("{}"));
    assert!(store.judgement(id).unwrap().is_some());
}

#[test]
fn blocks_hold_every_request_of_the_stretch_that_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let id = keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let store = Store::open(&file).unwrap();
    let blocked = store.blocked(id).unwrap();
    let told: Vec<(String, usize, u64)> = blocked
        .endpoints
        .iter()
        .map(|endpoint| {
            let requests = endpoint.blocks.iter().map(|block| block.requests).sum();
            (endpoint.endpoint.to_string(), endpoint.blocks.len(), requests)
        })
        .collect();
    let expected = [("all requests", 9, 10), ("GET /a", 9, 4), ("GET /b", 9, 6)];
    assert_eq!(
        told,
        expected.map(|(name, blocks, requests)| (name.to_owned(), blocks, requests))
    );
    let times = &blocked.endpoints[2].blocks[1].times;
    assert!((times.quantile(0.5).unwrap() - 20.0).abs() < 0.1);
    assert_eq!(blocked.peak_memory_bytes, Some(5));
    let one = store
        .blocked_by(id, &row_facts(&store, id), Cut::whole(1_000, 1_002))
        .unwrap();
    assert_eq!(one.endpoints[0].blocks[0].requests, 4);
}

fn row_facts(store: &Store, id: RunId) -> RunFacts {
    store.run(id).unwrap().facts
}

#[test]
fn runs_are_meant_by_number_place_commit_label_and_branch() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let first = keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let labelled = RunFacts {
        label: Some("nightly".to_owned()),
        ..facts("topic", 2_000.0)
    };
    let second = keep(&file, &labelled, Verdict::Pass);
    let store = Store::open(&file).unwrap();
    let found = |reference: &str| {
        store
            .find(reference)
            .map(|run| run.id)
            .map_err(|error| error.to_string())
    };
    assert_eq!(found(&first.to_string()), Ok(first));
    assert_eq!(found("latest"), Ok(second));
    assert_eq!(found("latest~1"), Ok(first));
    assert_eq!(found("nightly"), Ok(second));
    assert_eq!(found("main"), Ok(first));
    assert_eq!(found(&format!("{:040x}", 2_000)), Ok(second));
    assert!(
        found("latest~9")
            .unwrap_err()
            .starts_with("there are only 2 runs")
    );
    assert!(
        found("nothing")
            .unwrap_err()
            .starts_with("'nothing' is no run in")
    );
    assert!(found("99").unwrap_err().starts_with("there is no run 99"));
    // A hash may begin with digits, and a question may hold any sign.
    assert_eq!(found(&"0".repeat(30)), Ok(second));
    let of_commit = |commit: &str| RunFilter {
        commit: Some(commit.to_owned()),
        ..RunFilter::default()
    };
    assert_eq!(ids(&store, &of_commit("000")), [second, first]);
    assert!(ids(&store, &of_commit("0%")).is_empty());
}

#[test]
fn the_baseline_is_what_passed_since_the_last_promotion() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let verdicts = [
        Verdict::Pass,
        Verdict::Regression,
        Verdict::Pass,
        Verdict::Regression,
        Verdict::Pass,
    ];
    let kept: Vec<RunId> = (0..)
        .zip(verdicts)
        .map(|(number, verdict)| keep(&file, &facts("main", 1_000.0 * f64::from(number)), verdict))
        .collect();
    keep(&file, &facts("topic", 9_000.0), Verdict::Pass);
    let store = Store::open(&file).unwrap();
    let accepted = RunFilter {
        branch: Some("main".to_owned()),
        accepted: true,
        ..RunFilter::default()
    };
    assert_eq!(ids(&store, &accepted), [kept[4], kept[2], kept[0]]);
    // A person says that the slower one is how it shall be.
    store.promote(kept[3], Timestamp(20_000.0)).unwrap();
    assert_eq!(ids(&store, &accepted), [kept[4], kept[3]]);
    // The last word counts, although the clock was set back.
    store.promote(kept[4], Timestamp(10_000.0)).unwrap();
    assert_eq!(ids(&store, &accepted), [kept[4]]);
}

#[test]
fn old_runs_go_and_baselines_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let verdicts = [
        Verdict::Pass,
        Verdict::Regression,
        Verdict::Regression,
        Verdict::Pass,
    ];
    let kept: Vec<RunId> = (0..)
        .zip(verdicts)
        .map(|(number, verdict)| keep(&file, &facts("main", 1_000.0 * f64::from(number)), verdict))
        .collect();
    let mut store = Store::open(&file).unwrap();
    let outdated: Vec<RunId> = store
        .outdated(Some(1), None)
        .unwrap()
        .iter()
        .map(|run| run.id)
        .collect();
    assert_eq!(outdated, [kept[2], kept[1]]);
    store.remove(&outdated).unwrap();
    assert_eq!(ids(&store, &RunFilter::default()), [kept[3], kept[0]]);
    assert!(store.seconds(kept[1]).unwrap().is_empty());
    assert!(store.outdated(None, Some(Timestamp(500.0))).unwrap().is_empty());
}

#[test]
fn what_cannot_be_told_joins_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let verdicts = [
        Verdict::Pass,
        Verdict::Inconclusive,
        Verdict::Regression,
        Verdict::BudgetBroken,
        Verdict::Invalid,
    ];
    let kept: Vec<RunId> = (1..)
        .zip(verdicts)
        .map(|(number, verdict)| keep(&file, &facts("main", 1_000.0 * f64::from(number)), verdict))
        .collect();
    let accepted = accepted();
    assert_eq!(ids(&Store::open(&file).unwrap(), &accepted), [kept[1], kept[0]]);
}

#[test]
fn a_promotion_is_of_one_load() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let nightly = keep(&file, &with_level("soak", 1_000.0), Verdict::Pass);
    keep(&file, &with_level("smoke", 2_000.0), Verdict::Pass);
    let slower = keep(&file, &with_level("smoke", 3_000.0), Verdict::Regression);
    let starved = RunFacts {
        target_user_count: 5,
        peak_user_count: 4,
        ..with_level("smoke", 4_000.0)
    };
    keep(&file, &starved, Verdict::Pass);
    let store = Store::open(&file).unwrap();
    store.promote(slower, Timestamp(5_000.0)).unwrap();
    let accepted = accepted();
    // What cannot be trusted is no baseline either, whether it was judged or not.
    assert_eq!(ids(&store, &accepted), [slower, nightly]);
    let latest = RunFilter {
        limit: Some(1),
        ..accepted
    };
    assert_eq!(ids(&store, &latest), [slower]);
}

#[test]
fn the_baseline_of_every_load_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let nightly = keep(&file, &with_level("soak", 1_000.0), Verdict::Pass);
    let smoke: Vec<RunId> = (2..10)
        .map(|number| {
            keep(
                &file,
                &with_level("smoke", 1_000.0 * f64::from(number)),
                Verdict::Pass,
            )
        })
        .collect();
    let outdated = Store::open(&file).unwrap().outdated(Some(1), None).unwrap();
    let outdated: Vec<RunId> = outdated.iter().map(|run| run.id).collect();
    assert!(!outdated.contains(&nightly));
    // Five of the others are what the next of their kind is compared with.
    assert_eq!(outdated, [smoke[2], smoke[1], smoke[0]]);
}

#[test]
fn a_run_is_copied_into_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("runs.db"), folder.path().join("one.katydid"));
    keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let id = keep(&file, &facts("main", 2_000.0), Verdict::Pass);
    let (store, into) = (Store::open(&file).unwrap(), Store::open(&other).unwrap());
    let copy = store.copy(id, &into).unwrap();
    assert_eq!(into.kept_run(copy).unwrap(), store.kept_run(id).unwrap());
    assert_eq!(into.runs(&RunFilter::default()).unwrap().len(), 1);
    store.promote(id, Timestamp(3_000.0)).unwrap();
    assert!(into.run(copy).unwrap().promoted_at.is_none());
    store.copy(id, &into).unwrap();
    assert_eq!(into.runs(&RunFilter::default()).unwrap().len(), 2);
}

#[test]
fn what_a_dead_process_had_flushed_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let begun = facts("main", Timestamp::now().0 - 500.0);
    let mut writer = RunWriter::begin(Store::open(&file).unwrap(), &begun).unwrap();
    writer.take(&taken(vec![second("/a", 1_001, 5.0, 3)])).unwrap();
    writer.flush(Timestamp::now()).unwrap();
    writer.take(&taken(vec![second("/a", 1_002, 5.0, 3)])).unwrap();
    let id = writer.id();
    drop(writer);
    let store = Store::open(&file).unwrap();
    assert_eq!(store.run(id).unwrap().state, RunState::Running);
    assert_eq!(store.seconds(id).unwrap().len(), 1);
    assert_eq!(
        store.endpoints(id).unwrap()[0].endpoint,
        Endpoint::new("GET", "/a")
    );
}

#[test]
fn two_processes_write_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let file = &file;
            scope.spawn(move || {
                for number in 0..5 {
                    keep(
                        file,
                        &facts("main", f64::from(thread * 100 + number)),
                        Verdict::Pass,
                    );
                }
            });
        }
    });
    assert_eq!(
        Store::open(&file)
            .unwrap()
            .runs(&RunFilter::default())
            .unwrap()
            .len(),
        20
    );
}

#[test]
fn a_write_that_was_cut_off_loses_no_earlier_run() {
    let folder = tempfile::tempdir().unwrap();
    let (file, after_crash) = (folder.path().join("runs.db"), folder.path().join("after.db"));
    let kept = keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let connection = rusqlite::Connection::open(&file).unwrap();
    // With so small a cache pages are written before the transaction ends, as on a machine that loses its power then.
    connection.pragma_update(None, "cache_size", 5).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for number in 0..2_000 {
        connection
            .execute(
                "INSERT INTO endpoints (run_id, number, method, name) VALUES (?1, ?2, 'GET', ?3)",
                (kept, number + 10, "x".repeat(200)),
            )
            .unwrap();
    }
    std::fs::copy(&file, &after_crash).unwrap();
    std::fs::copy(
        folder.path().join("runs.db-journal"),
        folder.path().join("after.db-journal"),
    )
    .unwrap();
    drop(connection);
    let store = Store::open(&after_crash).unwrap();
    assert_eq!(store.endpoints(kept).unwrap().len(), 2);
    assert_eq!(store.seconds(kept).unwrap().len(), 2);
}

#[test]
fn a_file_that_is_cut_off_is_told_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (file, cut) = (folder.path().join("runs.db"), folder.path().join("cut.db"));
    keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let told = Store::open(&cut).and_then(|store| store.runs(&RunFilter::default()));
    assert!(matches!(told, Err(StoreError::Damaged { .. })), "{told:?}");
    assert_eq!(std::fs::read(&cut).unwrap().len(), whole.len() / 2);
}

/// A file as the first version wrote it; it must be read for ever.
#[test]
fn the_first_schema_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema-1.db"),
        &file,
    )
    .unwrap();
    let store = Store::open(&file).unwrap();
    let run = store.find("main").unwrap();
    assert_eq!(
        (run.facts.commit.as_deref(), run.verdict),
        (Some("0123456789abcdef"), Some(Verdict::Pass))
    );
    let requests: u64 = store
        .seconds(run.id)
        .unwrap()
        .iter()
        .map(|second| second.requests)
        .sum();
    assert_eq!(requests, run.requests);
    assert!(store.record(run.id).unwrap().is_some());
    assert!(!store.judgement(run.id).unwrap().unwrap().findings.is_empty());
    assert!(!store.estimates(run.id).unwrap().is_empty());
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "x".repeat(5_000)).unwrap();
    assert!(matches!(Store::open(&text), Err(StoreError::Foreign(_))));
    assert_eq!(std::fs::read(&text).unwrap(), vec![b'x'; 5_000]);
    let other = folder.path().join("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE people (name TEXT)")
        .unwrap();
    drop(connection);
    assert!(matches!(Store::open(&other), Err(StoreError::Foreign(_))));
    let missing = folder.path().join("missing.db");
    assert!(matches!(
        Store::open_existing(&missing),
        Err(StoreError::Missing(_))
    ));
    assert!(!missing.exists());
}

#[test]
fn a_later_schema_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    keep(&file, &facts("main", 1_000.0), Verdict::Pass);
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let told = Store::open(&file).map(|_| ()).unwrap_err().to_string();
    assert!(
        told.contains("written by a later Katydid (schema 99, this one knows 1)"),
        "{told}"
    );
}
