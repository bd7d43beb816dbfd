//! The CSV files and the JSON beside those that Locust 2.47 writes for the same samples.

mod fixture;

use std::fs;
use std::path::Path;

use katydid_report::{CsvReport, json};
use katydid_stats::{Percentiles, Timestamp};

fn read(prefix: &Path, file: &str) -> String {
    fs::read_to_string(format!("{}{file}", prefix.display())).expect("was written")
}

const STATS_HEADER: &str = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,\
    Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,\
    50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\r\n";
const HISTORY_HEADER: &str = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,\
    50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,\
    Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,\
    Total Average Content Size\r\n";

/// Locust writes `10` where a script measured whole numbers; measured times are floats there, too.
#[test]
fn four_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let prefix = folder.path().join("new/folder/x");
    let collector = fixture::twenty_seconds();
    collector.record_exception("local", "boom, \"x\"", "Traceback:\n  line 1\n");
    collector.record_exception("local", "boom, \"x\"", "Traceback:\n  line 1\n");
    let mut report = CsvReport::create(&prefix, &Percentiles::default().report, false).expect("created");
    assert_eq!(read(&prefix, "_stats.csv"), STATS_HEADER);
    assert_eq!(read(&prefix, "_stats_history.csv"), HISTORY_HEADER);

    report
        .write(&collector.snapshot(Timestamp(1021.0)), 7)
        .expect("written");
    assert_eq!(
        read(&prefix, "_stats.csv"),
        STATS_HEADER.to_owned()
            + "GET,/a,40,0,30,29.5,10.0,49.0,100.0,2.0,0.0,30,36,40,42,46,48,49,49,49,49,49\r\n\
               POST,\"/b, \"\"quoted\"\"\",10,10,12.7,12.700000000000001,12.7,12.7,7.0,0.5,0.5,13,13,13,13,13,13,13,13,13,13,13\r\n\
               GET,/only-errors,0,1,0,0.0,0,0,0,0.0,0.05,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A\r\n\
               WS,é/async,5,0,0,0.0,0,0,0.0,0.25,0.0,0,0,0,0,0,0,0,0,0,0,0\r\n\
               ,Aggregated,55,11,25,26.14,10.0,49.0,74.0,2.75,0.55,25,33,37,40,45,47,49,49,49,49,49\r\n"
    );
    assert_eq!(
        read(&prefix, "_failures.csv"),
        "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n\
         POST,\"/b, \"\"quoted\"\"\",CatchResponseError('got <it> wrong'),10,1970-01-01T00:16:40Z,1970-01-01T00:16:58Z\r\n\
         GET,/only-errors,\"boom\nsecond line\",1,1970-01-01T00:17:01Z,1970-01-01T00:17:01Z\r\n"
    );
    assert_eq!(
        read(&prefix, "_exceptions.csv"),
        "Count,Message,Traceback,Nodes\r\n2,\"boom, \"\"x\"\"\",\"Traceback:\n  line 1\n\",local\r\n"
    );
    let row = "1021,7,,Aggregated,2.800000,0.500000,25,33,37,40,45,47,49,49,49,49,49,55,11,25,26.14,10.0,49.0,74.0\r\n";
    assert_eq!(
        read(&prefix, "_stats_history.csv"),
        HISTORY_HEADER.to_owned() + row
    );

    report
        .write(&collector.snapshot(Timestamp(1022.0)), 8)
        .expect("written");
    assert_eq!(read(&prefix, "_stats_history.csv").lines().count(), 3);
    assert_eq!(read(&prefix, "_stats.csv").lines().count(), 6);
    assert_eq!(
        fs::read_dir(prefix.parent().expect("a folder"))
            .expect("listed")
            .count(),
        4,
        "nothing else is left"
    );
}

#[test]
fn full_history_has_every_entry_and_current_percentiles() {
    let folder = tempfile::tempdir().expect("a folder");
    let prefix = folder.path().join("x");
    let collector = fixture::twenty_seconds();
    collector.with(|stats| {
        stats.set_percentiles(Percentiles {
            current_for_entries: true,
            ..Percentiles::default()
        });
    });
    let mut report = CsvReport::create(&prefix, &Percentiles::default().report, true).expect("created");
    report
        .write(&collector.snapshot(Timestamp(1021.0)), 7)
        .expect("written");
    assert_eq!(
        read(&prefix, "_stats_history.csv"),
        HISTORY_HEADER.to_owned()
            + "1021,7,GET,/a,2.000000,0.000000,41,44,45,46,48,49,49,49,49,49,49,40,0,30,29.5,10.0,49.0,100.0\r\n\
               1021,7,POST,\"/b, \"\"quoted\"\"\",0.500000,0.500000,13,13,13,13,13,13,13,13,13,13,13,10,10,12.7,12.700000000000001,12.7,12.7,7.0\r\n\
               1021,7,GET,/only-errors,0.000000,0.000000,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,0,1,0,0.0,0,0,0\r\n\
               1021,7,WS,é/async,0.300000,0.000000,0,0,0,0,0,0,0,0,0,0,0,5,0,0,0.0,0,0,0.0\r\n\
               1021,7,,Aggregated,2.800000,0.500000,39,42,44,45,47,48,49,49,49,49,49,55,11,25,26.14,10.0,49.0,74.0\r\n"
    );
}

#[test]
fn hostile_names_come_back_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let prefix = folder.path().join("x");
    let snapshot = fixture::hostile().snapshot(Timestamp(1010.0));
    let mut report = CsvReport::create(&prefix, &[0.5], true).expect("created");
    report.write(&snapshot, 1).expect("written");
    for (file, column) in [
        ("_stats.csv", 1),
        ("_failures.csv", 1),
        ("_failures.csv", 2),
        ("_stats_history.csv", 3),
    ] {
        let text = read(&prefix, file);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut names: Vec<String> = reader
            .records()
            .map(|row| row.expect("valid")[column].to_owned())
            .collect();
        names.retain(|name| name != "Aggregated");
        let mut expected = fixture::HOSTILE.map(str::to_owned);
        expected.sort_unstable();
        assert_eq!(names, expected, "{file}");
    }
}

/// A run may be killed at any moment, and a reader may look at any moment: both see whole files.
#[test]
fn readers_never_see_half_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let prefix = folder.path().join("x");
    let snapshot = fixture::twenty_seconds().snapshot(Timestamp(1021.0));
    let mut report = CsvReport::create(&prefix, &[0.5], false).expect("created");
    report.write(&snapshot, 0).expect("written");
    let whole = read(&prefix, "_stats.csv").len();
    let writer = std::thread::spawn(move || {
        for round in 0..300 {
            let mut snapshot = snapshot.clone();
            // Another text of the same length each time, so that each is written.
            snapshot.total.num_requests = 55 - round % 2;
            report.write(&snapshot, round).expect("written");
        }
    });
    while !writer.is_finished() {
        assert_eq!(read(&prefix, "_stats.csv").len(), whole);
    }
    writer.join().expect("wrote");
    assert_eq!(read(&prefix, "_stats_history.csv").matches("\r\n").count(), 302);
}

#[test]
fn unwritable_files_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let error = CsvReport::create(&file.join("x"), &[0.5], false)
        .expect_err("not a folder")
        .to_string();
    assert!(
        error.contains(&format!("cannot create folder {}", file.display())),
        "{error}"
    );

    fs::create_dir(folder.path().join("y_stats.csv")).expect("made");
    let error = CsvReport::create(&folder.path().join("y"), &[0.5], false)
        .expect_err("is a folder")
        .to_string();
    assert!(
        error.starts_with(&format!("write {}/y_stats.csv", folder.path().display())),
        "{error}"
    );
}

#[test]
fn json_like_locusts() {
    let collector = fixture::twenty_seconds();
    collector.with(|stats| stats.create("GET", "/never", Timestamp(1021.0)));
    let text = collector.with(|stats| json::stats_json(stats));
    let head = r#"[
    {
        "name": "/a",
        "method": "GET",
        "last_request_timestamp": 1020.0,
        "start_time": 1000.5,
        "num_requests": 40,
        "num_none_requests": 0,
        "num_failures": 0,
        "total_response_time": 1180.0,
        "max_response_time": 49.0,
        "min_response_time": 10.0,
        "total_content_length": 4000,
        "response_times": {
            "10": 1,
            "11": 1,"#;
    assert_eq!(&text[..head.len()], head);
    let tail = r#"    {
        "name": "/only-errors",
        "method": "GET",
        "last_request_timestamp": null,
        "start_time": 1021.0,
        "num_requests": 0,
        "num_none_requests": 0,
        "num_failures": 1,
        "total_response_time": 0.0,
        "max_response_time": 0.0,
        "min_response_time": null,
        "total_content_length": 0,
        "response_times": {},
        "num_reqs_per_sec": {},
        "num_fail_per_sec": {
            "1021": 1
        }
    }
]"#;
    assert_eq!(&text[text.len() - tail.len()..], tail);
    let rows: serde_json::Value = serde_json::from_str(&text).expect("valid");
    let names: Vec<_> = rows
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| row["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            Some("/a"),
            Some("/b, \"quoted\""),
            Some("é/async"),
            Some("/only-errors")
        ]
    );
    assert_eq!(rows[1]["response_times"], serde_json::json!({"13": 10}));
    assert_eq!(rows[1]["num_fail_per_sec"]["1018"], 1);
    assert_eq!(
        collector.with(|stats| json::stats_json(stats)),
        text,
        "it can be made twice"
    );
}

#[test]
fn json_of_a_run_without_requests() {
    let collector = katydid_stats::Collector::default();
    assert_eq!(collector.with(|stats| json::stats_json(stats)), "[]");
}
