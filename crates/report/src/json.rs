//! Locust's JSON: an array with the raw numbers of every entry, the total left out.
//!
//! Made from the statistics themselves rather than a snapshot, because it holds whole distributions.

use std::collections::BTreeMap;

use katydid_stats::{Entry, RunStats, Timestamp};
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Keys in Locust's order.
#[derive(Serialize)]
struct JsonEntry<'a> {
    name: &'a str,
    method: &'a str,
    last_request_timestamp: Option<Timestamp>,
    start_time: Timestamp,
    num_requests: u64,
    num_none_requests: u64,
    num_failures: u64,
    total_response_time: f64,
    max_response_time: f64,
    min_response_time: Option<f64>,
    total_content_length: u64,
    response_times: BTreeMap<u64, u64>,
    num_reqs_per_sec: BTreeMap<i64, u64>,
    num_fail_per_sec: BTreeMap<i64, u64>,
}

impl<'a> JsonEntry<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            name: entry.name(),
            method: entry.method(),
            last_request_timestamp: entry.last_request_timestamp(),
            start_time: entry.start_time(),
            num_requests: entry.num_requests(),
            num_none_requests: entry.num_none_requests(),
            num_failures: entry.num_failures(),
            total_response_time: entry.total_response_time(),
            max_response_time: entry.max_response_time().unwrap_or(0.0),
            min_response_time: entry.min_response_time(),
            total_content_length: entry.total_content_length(),
            response_times: entry.response_times().locust_buckets(),
            num_reqs_per_sec: entry.requests_per_second(),
            num_fail_per_sec: entry.failures_per_second(),
        }
    }
}

/// The array, indented by four, in order of first request; entries that saw nothing are left out.
///
/// Unlike Locust's, making it changes nothing, so it can be made twice. The counts by second are those of
/// the last 120 seconds of each entry.
pub fn stats_json(stats: &RunStats) -> String {
    let seen = stats
        .entries()
        .filter(|entry| entry.num_requests() > 0 || entry.num_failures() > 0);
    let rows: Vec<JsonEntry<'_>> = seen.map(JsonEntry::of).collect();
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    rows.serialize(&mut serializer)
        .expect("numbers and strings always serialize into memory");
    String::from_utf8(text).expect("serde_json writes UTF-8")
}
