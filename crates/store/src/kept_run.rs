//! A run in memory, as it is imported and exported.

use katydid_gate::{Endpoint, RunFacts, Summary};
use katydid_stats::{EntrySecond, Failure};

/// Everything that is kept of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptRun {
    /// What is known of it.
    pub facts: RunFacts,
    /// Its endpoints.
    pub endpoints: Vec<KeptEndpoint>,
    /// Second by second, in order of time; empty if only summaries are known.
    pub seconds: Vec<EntrySecond>,
    /// Failures by (method, name, error).
    pub failures: Vec<Failure>,
    /// Resident memory of the service under test: (second, bytes).
    pub memory: Vec<(i64, u64)>,
}

/// One endpoint of a kept run.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEndpoint {
    /// Which.
    pub endpoint: Endpoint,
    /// Finished requests, failed ones included.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// Figures that another tool has reckoned.
    pub summary: Option<Summary>,
    /// Every single value in ms in the order of measurement (rounds of a benchmark), if they are known.
    pub values: Vec<f64>,
}
