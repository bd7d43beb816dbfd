//! A file that pytest-benchmark 5.3 wrote (shortened), and damaged ones.

use std::fs;
use std::path::{Path, PathBuf};

use katydid_gate::RunKind;
use katydid_store::import::{self, Found, ImportError, Imported};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pytest-benchmark.json")
}

fn text() -> String {
    fs::read_to_string(path()).expect("a file of the repository")
}

fn import(text: &str) -> Result<Imported, ImportError> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), text).expect("written");
    import::pytest_benchmark(file.path())
}

#[test]
fn facts_and_machine() {
    let facts = import::pytest_benchmark(&path()).expect("its own file").run.facts;
    assert_eq!(facts.kind, RunKind::Benchmark);
    assert_eq!((&*facts.tool, &*facts.version), ("pytest-benchmark", "5.3.1"));
    assert_eq!(facts.started_at.utc(), "2026-11-26T04:11:42Z");
    assert_eq!(
        facts.commit.as_deref(),
        Some("b62b7778000de1c0a6621dc0a430502b58d8596a")
    );
    assert_eq!((facts.branch.as_deref(), facts.dirty), (Some("master"), false));
    assert_eq!(
        (&*facts.machine.cpu_model, facts.machine.cpu_count),
        ("AMD EPYC", 2)
    );
    assert_eq!(
        (&*facts.machine.architecture, &*facts.machine.operating_system),
        ("x86_64", "linux")
    );
}

#[test]
fn benchmarks_are_endpoints_in_milliseconds() {
    let run = import::pytest_benchmark(&path()).expect("its own file").run;
    let names: Vec<String> = run
        .endpoints
        .iter()
        .map(|kept| kept.endpoint.to_string())
        .collect();
    assert_eq!(names[0], "BENCH test_bench.py::test_small");
    assert_eq!(names[1], "BENCH test_bench.py::test_group[10]");
    assert_eq!(names.len(), 3);
    let small = run.endpoints[0].summary.as_ref().expect("a summary");
    // Half a microsecond: more digits than a histogram of microseconds has.
    assert!((0.000_5..0.000_6).contains(&small.min), "{}", small.min);
    assert_eq!(run.endpoints[0].values.len(), 40);
    assert_eq!(small.peak_memory_bytes, Some(12_500_000));
    let sleeper = run.endpoints[1].summary.as_ref().expect("a summary");
    assert_eq!((sleeper.count, run.endpoints[1].values.len()), (12, 12));
    assert!((2.06..2.08).contains(&sleeper.mean), "{}", sleeper.mean);
    let fractions: Vec<f64> = sleeper
        .percentiles
        .iter()
        .map(|&(fraction, _)| fraction)
        .collect();
    assert_eq!(fractions, [0.25, 0.5, 0.75]);
    assert!(run.seconds.is_empty());
}

#[test]
fn without_single_rounds_there_are_summaries_and_a_remark() {
    let imported =
        import(&text().replace("\"data\"", "\"other\"")).expect("as --benchmark-autosave writes it");
    assert!(
        imported
            .run
            .endpoints
            .iter()
            .all(|kept| kept.values.is_empty() && kept.summary.is_some())
    );
    assert!(
        imported.remarks[0].contains("--benchmark-save-data"),
        "{:?}",
        imported.remarks
    );
}

#[test]
fn what_projects_put_into_it_does_no_harm() {
    let odd = text()
        .replace(
            "\"peak_mb\": 12.5",
            "\"peak_mb\": {\"a\": [1, null]}, \"b\": [[]]",
        )
        .replace(
            "\"brand_raw\": \"AMD EPYC\"",
            "\"brand_raw\": 7, \"brand\": \"old\"",
        )
        .replace("b62b7778000de1c0a6621dc0a430502b58d8596a", "unversioned");
    let run = import(&odd).expect("odd, but whole").run;
    assert_eq!(
        run.endpoints[0]
            .summary
            .as_ref()
            .and_then(|summary| summary.peak_memory_bytes),
        None
    );
    assert_eq!(run.facts.machine.cpu_model, "old");
    assert_eq!(run.facts.commit, None);
}

#[test]
fn damage_is_told_with_its_place() {
    for (text, needed) in [
        ("", "EOF while parsing a value"),
        ("[]", "line 1, column "),
        ("{}", "missing field `benchmarks`"),
        ("{\"benchmarks\": []}", "its \"benchmarks\" are empty"),
        (
            "{\"benchmarks\": [{\"fullname\": \"a\", \"stats\": {\"min\": \"x\"}}]}",
            "invalid type: string \"x\", expected f64",
        ),
        (
            "{\"benchmarks\": [{\"fullname\": \"a\", \"stats\": {\"min\": NaN}}]}",
            "expected value",
        ),
    ] {
        let error = import(text).expect_err(text).to_string();
        assert!(error.starts_with("import /") && error.contains(needed), "{error}");
    }
    let deep = "{\"benchmarks\":".to_owned() + &"[".repeat(100_000);
    assert!(import(&deep).is_err());
    let half = text();
    for length in (0..half.len()).step_by(97) {
        let start: String = half.chars().take(length).collect();
        assert!(import(&start).is_err(), "{length}");
    }
}

#[test]
fn a_file_is_recognised_by_its_content() {
    assert!(matches!(import::run(&path()), Ok(Found::Imported(_))));
    let file = tempfile::NamedTempFile::new().expect("a file");
    for (content, found) in [
        ("SQLite format 3\0", Ok("Store")),
        (
            "{\"format\": \"katydid-export-1\", \"seconds\": []}",
            Ok("Export"),
        ),
        ("{\"format\": 1}", Err("this JSON has no \"benchmarks\"")),
        ("PAR1", Err("it is no result that is known")),
        ("", Err("it is no result that is known")),
        ("{\"benchmarks\": 1}", Err("invalid type: integer `1`")),
        ("{", Err("EOF while parsing an object")),
    ] {
        fs::write(file.path(), content).expect("written");
        match (import::run(file.path()), found) {
            (Ok(is), Ok(name)) => assert_eq!(format!("{is:?}"), name),
            (Err(error), Err(text)) => assert!(error.to_string().contains(text), "{error}"),
            (is, _) => panic!("{content:?}: {is:?}"),
        }
    }
    assert!(import::run(Path::new("/dev/zero")).is_err());
    assert!(import::run(Path::new("/nowhere")).is_err());
}
