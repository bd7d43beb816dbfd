//! Locust's JSON about statistics: the same keys and types.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use katydid_report::ReportContext;
use katydid_stats::{Collector, EntrySnapshot, Snapshot, Timestamp};
use serde_json::{Map, Value, json};

use crate::site::Site;

/// Rows of statistics and of failures that are told: Locust's bound.
const MOST_ROWS: usize = 500;

/// `GET /stats/requests`.
pub(crate) async fn requests(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(site.request_stats())
}

/// `GET /exceptions`.
pub(crate) async fn exceptions(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(site.exceptions())
}

/// `GET /worker-count`.
pub(crate) async fn worker_count(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(json!({"worker_count": worker_count_of(&site.context())}))
}

/// Workers that take part.
fn worker_count_of(context: &ReportContext) -> usize {
    let present = |state: &str| matches!(state, "ready" | "spawning" | "running");
    context
        .workers
        .iter()
        .filter(|worker| present(&worker.state))
        .count()
}

impl Site {
    /// What `GET /stats/requests` answers.
    pub fn request_stats(&self) -> Value {
        request_stats_json(&self.collector, &self.context(), self.desk.is_master())
    }

    /// What `GET /exceptions` answers.
    pub fn exceptions(&self) -> Value {
        exceptions_json(&self.collector)
    }
}

fn request_stats_json(collector: &Collector, context: &ReportContext, is_master: bool) -> Value {
    let snapshot = collector.snapshot(Timestamp::now());
    let fractions = &snapshot.percentiles.statistics;
    let mut rows: Vec<Value> = snapshot
        .entries
        .iter()
        .take(MOST_ROWS)
        .map(|entry| entry_json(entry, fractions))
        .collect();
    rows.push(entry_json(&snapshot.total, fractions));
    let errors: Vec<Value> = snapshot.errors.iter().take(MOST_ROWS).map(failure_json).collect();
    let mut told = json!({
        "stats": rows,
        "errors": errors,
        "current_rps": snapshot.total.current_rps,
        "current_fail_per_sec": snapshot.total.current_fail_per_sec,
        "total_rps": snapshot.total.total_rps,
        "total_fail_per_sec": snapshot.total.total_fail_per_sec,
        "fail_ratio": snapshot.total.fail_ratio,
        "current_response_time_percentiles": chart_percentiles(&snapshot),
        "state": context.state,
        "user_count": context.user_count,
    });
    if is_master {
        let worker = |worker: &katydid_report::WorkerFacts| {
            json!({
                "id": worker.id,
                "state": worker.state,
                "user_count": worker.user_count,
                "cpu_usage": worker.cpu_percent,
                "memory_usage": worker.memory_bytes,
            })
        };
        told["workers"] = context.workers.iter().map(worker).collect();
        told["worker_count"] = worker_count_of(context).into();
    }
    told
}

fn chart_percentiles(snapshot: &Snapshot) -> Map<String, Value> {
    let fractions = snapshot.percentiles.chart.iter();
    fractions
        .zip(&snapshot.total.chart_percentiles)
        .map(|(fraction, time)| (format!("response_time_percentile_{fraction:?}"), json!(time)))
        .collect()
}

fn entry_json(entry: &EntrySnapshot, fractions: &[f64]) -> Value {
    let whole = |time: Option<f64>| time.map_or(0, |time| time.round() as u64);
    let mut row = json!({
        "method": entry.method,
        "name": entry.name,
        "num_requests": entry.num_requests,
        "num_failures": entry.num_failures,
        "min_response_time": whole(entry.min_response_time),
        "max_response_time": whole(entry.max_response_time),
        "current_rps": entry.current_rps,
        "current_fail_per_sec": entry.current_fail_per_sec,
        "avg_response_time": entry.avg_response_time,
        "median_response_time": entry.median_response_time,
        "total_rps": entry.total_rps,
        "total_fail_per_sec": entry.total_fail_per_sec,
        "avg_content_length": entry.avg_content_length,
    });
    for (fraction, time) in fractions.iter().zip(&entry.statistics_percentiles) {
        row[format!("response_time_percentile_{fraction:?}")] = json!(time.unwrap_or(0.0));
    }
    row
}

fn failure_json(row: &katydid_stats::Failure) -> Value {
    json!({
        "method": row.method,
        "name": row.name,
        "error": row.error,
        "occurrences": row.occurrences,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
    })
}

fn exceptions_json(collector: &Collector) -> Value {
    let rows: Vec<Value> = collector.with(|stats| {
        let rows = stats.exceptions().iter();
        rows.map(|row| {
            let nodes: Vec<&str> = row.nodes.iter().map(|node| &**node).collect();
            json!({
                "count": row.count,
                "msg": row.message,
                "traceback": row.traceback,
                "nodes": nodes.join(", "),
            })
        })
        .collect()
    });
    json!({"exceptions": rows})
}
