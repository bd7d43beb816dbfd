//! A figure with its uncertainty.

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::metric::Metric;

/// A figure of one endpoint with its uncertainty: kept with each run, so that a history needs no distributions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// Which figure.
    pub metric: Metric,
    /// Its value in the metric's unit.
    pub value: f64,
    /// Standard error of its natural logarithm.
    pub standard_error_log: f64,
    /// Response times behind it.
    pub samples: u64,
}
