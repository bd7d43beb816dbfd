//! What reports say about a run beside its statistics.

use katydid_stats::Timestamp;
use serde::Serialize;

/// Where the figures come from: filled by whoever runs the test.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReportContext {
    /// The target, if users had one in common.
    pub host: Option<String>,
    /// The file that described the users.
    pub locustfile: String,
    /// What the person called this run.
    pub profile: Option<String>,
    /// State of the runner, in Locust's words.
    pub state: String,
    /// Users alive.
    pub user_count: u64,
    /// When the run was started.
    pub start_time: Timestamp,
    /// When it ended; the last request if that is not known.
    pub end_time: Option<Timestamp>,
    /// Further settings as (label, value), in the order to show them.
    pub settings: Vec<(String, String)>,
    /// Locust's task ratios: an object with `per_class` and `total`, or null.
    pub task_ratio: serde_json::Value,
    /// Version of the tool.
    pub version: String,
}
