//! What is known of a run beside its figures: where it came from, what was asked for, whether it can be trusted.

use katydid_stats::{HealthSnapshot, Timestamp};
use serde::{Deserialize, Serialize};

/// What is known of a run. What is not known is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFacts {
    /// What kind of run it was.
    pub kind: RunKind,
    /// What measured: `katydid`, `locust`, `pytest-benchmark`.
    pub tool: String,
    /// That tool's version.
    pub version: String,
    /// What a person called it.
    pub label: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When all users were there: the second from which the ramp is over.
    pub ramp_done_at: Option<Timestamp>,
    /// The file that described the users.
    pub locustfile: String,
    /// The target, if users had one in common.
    pub host: Option<String>,
    /// Name of the class of the load shape.
    pub shape: Option<String>,
    /// The test level that was asked for.
    pub level: Option<String>,
    /// Tags that tasks were chosen by.
    pub tags: Vec<String>,
    /// What random choices began with.
    pub seed: Option<u64>,
    /// Commit of the code that was tested, as a hexadecimal hash.
    pub commit: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// Whether the working copy had changes beside the commit.
    pub dirty: bool,
    /// The machine that generated the load.
    pub machine: Machine,
    /// Users asked for.
    pub target_user_count: u64,
    /// Most users that were there.
    pub peak_user_count: u64,
    /// Users per second asked for.
    pub spawn_rate: f64,
    /// How long it was to take.
    pub run_time_seconds: Option<f64>,
    /// Requests asked for.
    pub target_requests: Option<u64>,
    /// Whether it ended before the time or the number of requests that was asked for.
    pub ended_early: bool,
    /// The generator's own state.
    pub generator: GeneratorFacts,
    /// Length of the stretches that figures over time were told in, if that is more than a second: what is shorter is not
    /// known.
    pub window_seconds: u32,
    /// By how much a figure may be off because of how it was kept: 0.05 if times were rounded to 5 %.
    pub rounding: f64,
}

/// What kind of run it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Users that send requests.
    #[default]
    LoadTest,
    /// Functions that are timed again and again.
    Benchmark,
}

/// A machine, as far as its speed goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// Model of the processor, as the system calls it.
    pub cpu_model: String,
    /// Logical processors that may be used.
    pub cpu_count: u64,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Architecture, such as `x86_64`.
    pub architecture: String,
    /// Operating system, such as `linux`.
    pub operating_system: String,
}

/// The state of the generator during a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GeneratorFacts {
    /// Processor and lags of this process, with the judgement whether it was the limit.
    pub health: HealthSnapshot,
    /// Workers that were the limit: name and reason.
    pub saturated_workers: Vec<(String, String)>,
    /// What was lost with workers, a line each.
    pub losses: Vec<String>,
    /// Requests that may have been sent and are not in the results.
    pub requests_in_doubt: u64,
    /// Share of the requests that were reported for a time before the run or after it, 0 to 1.
    pub share_out_of_time: f64,
}
