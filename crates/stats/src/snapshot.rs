//! A run's numbers at one moment, reckoned out and read only: what reports are made from.

use std::sync::Arc;

use serde::Serialize;

use crate::entry::{Entry, RunClock};
use crate::{ExceptionRow, Failure, HealthSnapshot, Overflow, Percentiles, PhaseTimes, RunStats, Timestamp};

/// Every number that a report needs, except the history and the distributions themselves.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    /// When it was made.
    pub at: Timestamp,
    /// When the run started or was last reset.
    pub start_time: Timestamp,
    /// When its last request finished.
    pub last_request_timestamp: Option<Timestamp>,
    /// Fractions that the lists in each entry belong to.
    pub percentiles: Percentiles,
    /// One for each (method, name) that counted something, sorted by name, then method.
    pub entries: Vec<EntrySnapshot>,
    /// The whole run.
    pub total: EntrySnapshot,
    /// Response time (ms) that 95 % of the total's last ten seconds stayed within.
    pub current_p95: Option<f64>,
    /// Failures in order of first occurrence.
    pub errors: Vec<Failure>,
    /// What users raised, in order of first occurrence.
    pub exceptions: Vec<ExceptionRow>,
    /// What was counted under a shared row.
    pub overflow: Overflow,
    /// Whether the generator was the limit.
    pub health: HealthSnapshot,
}

/// One [`Entry`] in numbers. Times are milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct EntrySnapshot {
    /// Request method or type; empty for the total.
    pub method: Arc<str>,
    /// Name the requests are counted under.
    pub name: Arc<str>,
    /// Finished requests, failed ones included.
    pub num_requests: u64,
    /// Requests without a response time.
    pub num_none_requests: u64,
    /// Failures.
    pub num_failures: u64,
    /// Failures per request, 0 to 1.
    pub fail_ratio: f64,
    /// Sum of the response times.
    pub total_response_time: f64,
    /// Mean response time; 0 without any.
    pub avg_response_time: f64,
    /// The 0.5 percentile; 0 without any.
    pub median_response_time: f64,
    /// Exact least response time.
    pub min_response_time: Option<f64>,
    /// Exact greatest response time.
    pub max_response_time: Option<f64>,
    /// What the response times went into.
    pub phases: PhaseTimes,
    /// Mean body size in bytes.
    pub avg_content_length: f64,
    /// Requests per second shortly before the last request.
    pub current_rps: f64,
    /// Failures per second in the same window.
    pub current_fail_per_sec: f64,
    /// Requests per second of the whole run.
    pub total_rps: f64,
    /// Failures per second of the whole run.
    pub total_fail_per_sec: f64,
    /// Response times at [`Percentiles::report`]; `None` without any response.
    pub percentiles: Vec<Option<f64>>,
    /// Response times at [`Percentiles::statistics`].
    pub statistics_percentiles: Vec<Option<f64>>,
    /// Response times of the last ten seconds at [`Percentiles::report`]; empty for entries, unless asked for
    /// with [`Percentiles::current_for_entries`].
    pub current_percentiles: Vec<Option<f64>>,
    /// Response times of the last ten seconds at [`Percentiles::chart`]; for the total only.
    pub chart_percentiles: Vec<Option<f64>>,
}

impl Snapshot {
    /// The run as it is `now`.
    pub fn of(stats: &RunStats, health: HealthSnapshot, now: Timestamp) -> Self {
        let clock = stats.clock();
        let percentiles = stats.percentiles().clone();
        let mut sorted: Vec<&Entry> = stats.entries().filter(|entry| entry.has_counted()).collect();
        sorted.sort_by(|left, right| (left.name(), left.method()).cmp(&(right.name(), right.method())));
        let of_entry = |entry: &Entry| {
            let mut snapshot = EntrySnapshot::of(entry, clock, &percentiles);
            if percentiles.current_for_entries {
                snapshot.current_percentiles = entry.current_percentiles(now, &percentiles.report);
            }
            snapshot
        };
        let mut total = EntrySnapshot::of(stats.total(), clock, &percentiles);
        total.current_percentiles = stats.total().current_percentiles(now, &percentiles.report);
        total.chart_percentiles = stats.total().current_percentiles(now, &percentiles.chart);
        Self {
            at: now,
            start_time: clock.start_time,
            last_request_timestamp: clock.last_request_timestamp,
            entries: sorted.into_iter().map(of_entry).collect(),
            total,
            current_p95: stats.total().current_percentile(now, 0.95),
            errors: stats.errors().iter().collect(),
            exceptions: stats.exceptions().iter().cloned().collect(),
            overflow: stats.overflow(),
            health,
            percentiles,
        }
    }
}

impl EntrySnapshot {
    fn of(entry: &Entry, clock: RunClock, percentiles: &Percentiles) -> Self {
        let at = |fractions: &[f64]| {
            fractions
                .iter()
                .map(|&fraction| entry.percentile(fraction))
                .collect()
        };
        Self {
            method: entry.method().clone(),
            name: entry.name().clone(),
            num_requests: entry.num_requests(),
            num_none_requests: entry.num_none_requests(),
            num_failures: entry.num_failures(),
            fail_ratio: entry.fail_ratio(),
            total_response_time: entry.total_response_time(),
            avg_response_time: entry.avg_response_time(),
            median_response_time: entry.median_response_time(),
            min_response_time: entry.min_response_time(),
            max_response_time: entry.max_response_time(),
            phases: *entry.phases(),
            avg_content_length: entry.avg_content_length(),
            current_rps: entry.current_rps(clock),
            current_fail_per_sec: entry.current_fail_per_sec(clock),
            total_rps: entry.total_rps(clock),
            total_fail_per_sec: entry.total_fail_per_sec(clock),
            percentiles: at(&percentiles.report),
            statistics_percentiles: at(&percentiles.statistics),
            current_percentiles: Vec::new(),
            chart_percentiles: Vec::new(),
        }
    }
}
