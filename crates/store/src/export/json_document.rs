//! A run as one JSON document with everything that is kept of it, written as it is read: no second copy is in memory.

use std::io::{BufWriter, Write};

use katydid_gate::{RunFacts, Summary};
use katydid_stats::{EntrySecond, Failure};
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::ExportError;
use super::row::milliseconds;
use crate::{KeptEndpoint, KeptRun};

/// What the format is called. Keys may be added to it; a change of another kind gets another name.
pub const JSON_FORMAT: &str = "katydid-export-1";

/// Writes a run as JSON. Fails when the writer does.
///
/// `{"format", "facts", "endpoints": [{"method", "name", "requests", "failures", "summary", "values_ms"}],
/// "seconds": [{"second", "method", "name", "requests", "failures", "response_times": [[value_ms, count]]}],
/// "failures", "memory": [[second, bytes]]}`.
pub fn json(run: &KeptRun, writer: impl Write) -> Result<(), ExportError> {
    let mut writer = BufWriter::new(writer);
    let document = Document {
        format: JSON_FORMAT,
        facts: &run.facts,
        endpoints: &run.endpoints,
        seconds: &run.seconds,
        failures: &run.failures,
        memory: &run.memory,
    };
    serde_json::to_writer(&mut writer, &document)?;
    writer.write_all(b"\n")?;
    writer.flush()?;
    Ok(())
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    facts: &'a RunFacts,
    #[serde(serialize_with = "endpoints")]
    endpoints: &'a [KeptEndpoint],
    #[serde(serialize_with = "seconds")]
    seconds: &'a [EntrySecond],
    failures: &'a [Failure],
    memory: &'a [(i64, u64)],
}

#[derive(Serialize)]
struct EndpointView<'a> {
    method: &'a str,
    name: &'a str,
    requests: u64,
    failures: u64,
    summary: Option<SummaryView<'a>>,
    values_ms: &'a [f64],
}

#[derive(Serialize)]
struct SummaryView<'a> {
    count: u64,
    failures: u64,
    requests_per_second: f64,
    min_ms: f64,
    max_ms: f64,
    mean_ms: f64,
    standard_deviation_ms: Option<f64>,
    interquartile_range_ms: Option<f64>,
    percentiles_ms: &'a [(f64, f64)],
    peak_memory_bytes: Option<u64>,
}

#[derive(Serialize)]
struct SecondView<'a> {
    second: i64,
    method: &'a str,
    name: &'a str,
    requests: u64,
    failures: u64,
    #[serde(serialize_with = "response_times")]
    response_times: &'a EntrySecond,
}

fn endpoints<S: Serializer>(endpoints: &[KeptEndpoint], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(endpoints.iter().map(|kept| EndpointView {
        method: &kept.endpoint.method,
        name: &kept.endpoint.name,
        requests: kept.requests,
        failures: kept.failures,
        summary: kept.summary.as_ref().map(SummaryView::of),
        values_ms: &kept.values,
    }))
}

fn seconds<S: Serializer>(seconds: &[EntrySecond], serializer: S) -> Result<S::Ok, S::Error> {
    let mut sequence = serializer.serialize_seq(Some(seconds.len()))?;
    for second in seconds {
        sequence.serialize_element(&SecondView {
            second: second.second,
            method: &second.method,
            name: &second.name,
            requests: second.requests,
            failures: second.failures,
            response_times: second,
        })?;
    }
    sequence.end()
}

fn response_times<S: Serializer>(second: &EntrySecond, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(milliseconds(&second.response_times))
}

impl<'a> SummaryView<'a> {
    fn of(summary: &'a Summary) -> Self {
        Self {
            count: summary.count,
            failures: summary.failures,
            requests_per_second: summary.requests_per_second,
            min_ms: summary.min,
            max_ms: summary.max,
            mean_ms: summary.mean,
            standard_deviation_ms: summary.standard_deviation,
            interquartile_range_ms: summary.interquartile_range,
            percentiles_ms: &summary.percentiles,
            peak_memory_bytes: summary.peak_memory_bytes,
        }
    }
}
