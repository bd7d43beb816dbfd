//! Exports of small runs, and of what Locust wrote.

use std::path::Path;
use std::sync::Arc;

use katydid_gate::{Endpoint, RunFacts};
use katydid_stats::{EntrySecond, Failure, SparseCounts, Timestamp};
use katydid_store::{KeptEndpoint, KeptRun, export, import};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

/// Names may hold anything.
const NAME: &str = "a,\"b\"\r\n'é\u{0}🦗";

fn run() -> KeptRun {
    let second = |second: i64, requests: u64, counts: &[(f64, u64)]| EntrySecond {
        second,
        method: Arc::from("GET"),
        name: Arc::from(NAME),
        requests,
        failures: 1,
        response_times: SparseCounts::from_milliseconds(counts.iter().copied()),
    };
    KeptRun {
        facts: RunFacts {
            tool: "katydid".to_owned(),
            ..RunFacts::default()
        },
        endpoints: vec![KeptEndpoint {
            endpoint: Endpoint::new("GET", NAME),
            requests: 4,
            failures: 2,
            summary: None,
            values: vec![],
        }],
        seconds: vec![second(100, 3, &[(1.0, 2), (1.5, 1)]), second(101, 1, &[])],
        failures: vec![Failure {
            method: "GET".into(),
            name: NAME.into(),
            error: "refused".into(),
            occurrences: 2,
            first_seen: Timestamp(100.5),
            last_seen: Timestamp(101.5),
        }],
        memory: vec![(100, 1 << 20)],
    }
}

fn benchmark() -> KeptRun {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pytest-benchmark.json");
    import::pytest_benchmark(&path)
        .expect("a file of the repository")
        .run
}

fn csv(run: &KeptRun) -> Vec<Vec<String>> {
    let mut text = Vec::new();
    export::csv(run, &mut text).expect("memory has no write errors");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&text[..]);
    let rows = reader.records().map(|record| record.expect("a row"));
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn csv_has_a_row_for_each_second_and_endpoint() {
    let rows = csv(&run());
    assert_eq!(rows[0], export::CSV_COLUMNS);
    let mean = rows[1][5].parse::<f64>().expect("a number");
    assert!((mean - 1.1667).abs() < 1e-3, "{mean}");
    assert_eq!(rows[1][..5], ["100", "GET", NAME, "3", "1"]);
    assert_eq!(rows[1][6..], ["1", "1", "1.5", "1.5", "1.5", "1.5"]);
    assert_eq!(rows[2][..5], ["101", "GET", NAME, "1", "1"]);
    assert_eq!(rows[2][5..], [""; 7]);
}

#[test]
fn csv_of_a_benchmark_has_a_row_for_each_endpoint() {
    let rows = csv(&benchmark());
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[2][..4], ["", "BENCH", "test_bench.py::test_group[10]", "12"]);
    let median: f64 = rows[2][7].parse().expect("a number");
    assert!((2.07..2.08).contains(&median), "{median}");
}

#[test]
fn json_has_everything() {
    let mut text = Vec::new();
    export::json(&run(), &mut text).expect("memory has no write errors");
    let document: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(document["format"], export::JSON_FORMAT);
    assert_eq!(document["endpoints"][0]["name"], NAME);
    assert_eq!(
        document["seconds"][0]["response_times"],
        serde_json::json!([[1.0, 2], [1.5, 1]])
    );
    assert_eq!(document["failures"][0]["occurrences"], 2);
    assert_eq!(document["memory"], serde_json::json!([[100, 1_048_576]]));
    let facts: RunFacts = serde_json::from_value(document["facts"].clone()).expect("the facts");
    assert_eq!(facts, run().facts);
}

fn parquet_of(run: &KeptRun) -> SerializedFileReader<bytes::Bytes> {
    let mut file = Vec::new();
    export::parquet(run, &mut file).expect("memory has no write errors");
    SerializedFileReader::new(bytes::Bytes::from(file)).expect("Parquet")
}

#[test]
fn parquet_has_lists_of_values_and_counts() {
    let reader = parquet_of(&run());
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].get_timestamp_micros(0).expect("a second"), 100_000_000);
    assert_eq!(rows[0].get_string(2).expect("a name"), NAME);
    assert_eq!(rows[0].get_ulong(3).expect("requests"), 3);
    assert_eq!(rows[0].get_list(10).expect("values").len(), 2);
    assert_eq!(rows[0].get_list(11).expect("counts").len(), 2);
    assert_eq!(rows[1].get_list(10).expect("values").len(), 0);
}

#[test]
fn parquet_tells_the_facts() {
    let reader = parquet_of(&benchmark());
    let pairs = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .expect("pairs")
        .clone();
    let value = |key: &str| {
        let pair = pairs.iter().find(|pair| pair.key == key);
        pair.and_then(|pair| pair.value.clone()).expect("a value")
    };
    assert_eq!(value(export::PARQUET_FORMAT_KEY), export::PARQUET_FORMAT);
    let facts: RunFacts = serde_json::from_str(&value(export::PARQUET_FACTS_KEY)).expect("facts");
    assert_eq!(facts.tool, "pytest-benchmark");
    assert_eq!(reader.metadata().file_metadata().num_rows(), 3);
}

#[test]
fn a_run_without_anything_can_be_exported() {
    let run = KeptRun::default();
    assert_eq!(csv(&run).len(), 1);
    assert_eq!(parquet_of(&run).metadata().file_metadata().num_rows(), 0);
    export::json(&run, Vec::new()).expect("memory has no write errors");
}

/// A writer that is full tells so, in every format.
#[test]
fn write_errors_are_told() {
    for limit in [0, 10, 200] {
        assert!(export::csv(&run(), Full(limit)).is_err() || limit == 200);
        assert!(export::json(&run(), Full(limit)).is_err());
        assert!(export::parquet(&run(), Full(limit)).is_err());
    }
}

struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = bytes.len().min(self.0);
        self.0 -= length;
        if length == 0 {
            Err(std::io::ErrorKind::StorageFull.into())
        } else {
            Ok(length)
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
