//! What reports say about a run beside its statistics.

use std::collections::BTreeMap;

use katydid_gate::Judgement;
use katydid_stats::Timestamp;
use serde::Serialize;

/// Where the figures come from: filled by whoever runs the test.
#[derive(Clone, Debug, Default)]
pub struct ReportContext {
    /// The target, if users had one in common.
    pub host: Option<String>,
    /// The file that described the users.
    pub locustfile: String,
    /// What the person called this run.
    pub profile: Option<String>,
    /// Name of the class of the load shape.
    pub shape: Option<String>,
    /// How many tests this process has begun.
    pub number: u64,
    /// State of the runner, in Locust's words.
    pub state: String,
    /// Users alive, and by class.
    pub user_count: u64,
    /// The same by class.
    pub user_classes: BTreeMap<String, u64>,
    /// Users asked for.
    pub target_user_count: u64,
    /// Users per second asked for.
    pub spawn_rate: f64,
    /// How long the run is to take.
    pub run_time_seconds: Option<f64>,
    /// Users wanted by seconds since the start, as far as that is known beforehand.
    pub plan: Vec<(f64, u64)>,
    /// When the run was started.
    pub start_time: Timestamp,
    /// When it ended; the last request if that is not known.
    pub end_time: Option<Timestamp>,
    /// Further settings as (label, value), in the order to show them.
    pub settings: Vec<(String, String)>,
    /// Locust's task ratios: an object with `per_class` and `total`, or null.
    pub task_ratio: serde_json::Value,
    /// Workers of a master.
    pub workers: Vec<WorkerFacts>,
    /// What was lost with workers, a line each.
    pub losses: Vec<String>,
    /// What the run came to, if it was held against anything.
    pub judgement: Option<Judgement>,
    /// Version of the tool.
    pub version: String,
}

/// A worker, as its master sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WorkerFacts {
    /// Its name.
    pub id: String,
    /// Its number.
    pub index: i64,
    /// What it does, in Locust's words.
    pub state: String,
    /// Users that it has.
    pub user_count: u64,
    /// Percent of one core.
    pub cpu_percent: f64,
    /// Resident memory.
    pub memory_bytes: u64,
    /// Since it was last heard of.
    pub last_seen_seconds: f64,
    /// Requests that it may have sent and that are not in the results.
    pub requests_in_doubt: u64,
    /// How late its Python thread took up finished requests, one in a hundred (ms); `None` if it does not say.
    pub resume_lag_p99_ms: Option<f64>,
    /// Whether it was the limit.
    pub saturated: bool,
    /// Why.
    pub reason: Option<String>,
}
