//! The record of a run, and the page that draws it.

#![allow(clippy::unwrap_used, reason = "only tests use this")]

use std::time::Duration;

use katydid_report::record::{Detail, Extent, FORMAT, run_record};
use katydid_report::{ReportContext, html_report, kept_record, result_file_name};
use katydid_stats::{Collector, Limits, PhaseDurations, Sample, Timestamp};
use serde_json::{Value, json};

const START: Timestamp = Timestamp(1_790_000_000.0);

fn collector() -> Collector {
    let collector = Collector::new(Limits::default(), START);
    collector.with(|stats| stats.keep_over_time(START));
    collector
}

fn record(collector: &Collector, name: &str, second: u32, milliseconds: u64, error: Option<&str>) {
    collector.record(&Sample {
        method: "GET",
        name,
        response_time: Some(Duration::from_millis(milliseconds)),
        phases: PhaseDurations {
            waiting: Some(Duration::from_millis(milliseconds)),
            ..PhaseDurations::default()
        },
        response_length: 100,
        error,
        at: Timestamp(START.0 + f64::from(second)),
    });
}

fn context() -> ReportContext {
    ReportContext {
        host: Some("https://shop.example/</script>".into()),
        locustfile: "shop.py".into(),
        number: 1,
        state: "stopped".into(),
        settings: vec![("users".into(), "50".into())],
        plan: vec![(0.0, 5), (10.0, 5)],
        version: "0.1.0".into(),
        ..ReportContext::default()
    }
}

fn told(collector: &Collector, extent: Extent) -> Value {
    let health = collector.health().snapshot();
    let now = Timestamp(START.0 + 10.0);
    let record = collector.with(|stats| run_record(stats, &health, &context(), now, extent));
    serde_json::from_str(&record).unwrap()
}

#[test]
fn a_record_is_as_documented() {
    let collector = collector();
    record(&collector, "/b", 0, 12, None);
    record(&collector, "/a", 1, 12, Some("no"));
    collector.observe(Timestamp(START.0 + 1.0), 5, 6, None);
    let record = told(&collector, Extent::WHOLE);
    assert_eq!(record["format"], FORMAT);
    assert_eq!(record["run"]["settings"], json!({"users": "50"}));
    assert_eq!(record["run"]["started_at"], json!(START.0));
    let names: Vec<&Value> = record["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["name"])
        .collect();
    assert_eq!(names, ["/a", "/b"]);
    // Their ids are those of their first requests.
    assert_eq!(
        (&record["entries"][0]["id"], &record["entries"][1]["id"]),
        (&json!(2), &json!(1))
    );
    // 12 ms: 2¹³ µs is 8.192 ms, and a bucket there is 0.256 ms wide.
    let bucket = 32 * (13 - 4) + (12_000 - 8_192) / 256;
    assert_eq!(
        record["total"]["timeline"],
        json!({"start": 1_790_000_000, "step": 1, "slots": [[1, 0, [bucket, 1]], [1, 1, [bucket, 1]]]})
    );
    assert_eq!(record["total"]["distribution"], json!([bucket, 2]));
    assert_eq!(record["total"]["percentiles"]["0.95"], json!(12.0));
    assert_eq!(
        record["total"]["phases"],
        json!({"waiting": {"count": 2, "total_ms": 24.0, "max_ms": 12.0}})
    );
    assert_eq!(record["gauges"]["rows"], json!([[5, 6, null, null, null]]));
    assert_eq!(record["plan"], json!([[0.0, 5], [10.0, 5]]));
    assert_eq!(record["failures"][0]["error"], "no");
}

#[test]
fn a_page_begins_with_rows_only() {
    let collector = collector();
    record(&collector, "/a", 0, 12, None);
    let record = told(&collector, Extent::LIVE);
    assert_eq!(Extent::LIVE.detail, Detail::Row);
    assert!(record["total"]["timeline"].is_object());
    assert!(
        record["entries"][0].get("timeline").is_none() && record["entries"][0].get("distribution").is_none()
    );
}

#[test]
fn a_kept_record_is_bounded_and_adds_up() {
    let collector = collector();
    let noise = |number: u32| {
        format!(
            "{:08x}{:08x}",
            number.wrapping_mul(2_654_435_761),
            number.wrapping_mul(40_503)
        )
    };
    for number in 0..12_000_u32 {
        let name = format!("/{}/{}", number % 6_000, noise(number % 6_000));
        let error: String = (0..60).map(|part| noise(number * 60 + part)).collect();
        record(
            &collector,
            &name,
            number % 3_600,
            u64::from(number % 977),
            Some(&error),
        );
    }
    let health = collector.health().snapshot();
    let now = Timestamp(START.0 + 3_600.0);
    let record = collector.with(|stats| kept_record(stats, &health, &context(), now));
    let told: Value = serde_json::from_str(&record).unwrap();
    let entries = told["entries"].as_array().unwrap();
    let left_out = told["entries_left_out"].as_u64().unwrap();
    assert_eq!(entries.len() as u64 + left_out, 6_000);
    assert_eq!(told["total"]["num_requests"], 12_000);
    let slots: u64 = entries[0]["timeline"]["slots"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|slot| slot.get(0)?.as_u64())
        .sum();
    assert_eq!(json!(slots), entries[0]["num_requests"]);
    if let Ok(page) = html_report(&record) {
        assert!(page.len() < 2_000_000, "{}", page.len());
    }
}

#[test]
fn a_report_holds_nothing_that_a_browser_would_take_for_markup() {
    let collector = collector();
    record(&collector, "</script><script>alert(1)</script>", 0, 1, None);
    let health = collector.health().snapshot();
    let record = collector.with(|stats| kept_record(stats, &health, &context(), START));
    // A build without the page has nothing to show.
    if let Ok(page) = html_report(&record) {
        assert!(!page.contains("alert(1)") && !page.contains("@@RUN_RECORD@@"));
    }
}

#[test]
fn files_are_named_as_locust_names_them() {
    assert_eq!(
        result_file_name(&context(), Timestamp(0.0), "_requests.csv"),
        "Locust_1970-01-01T00-00-00Z_shop.py_https://shop.example/</script>_requests.csv"
    );
}
