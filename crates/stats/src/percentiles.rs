//! Which percentiles a run reports. People change these lists from their locustfile.

use serde::Serialize;

/// The lists of fractions that reports are made for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Columns of the console's percentile table and of the CSV files.
    pub report: Vec<f64>,
    /// Columns of the table of requests on the page.
    pub statistics: Vec<f64>,
    /// Lines of the response time chart; at most six.
    pub chart: Vec<f64>,
    /// Whether snapshots hold current percentiles for every entry and not for the total only: needed for the
    /// full history in CSV, and dear with thousands of names.
    pub current_for_entries: bool,
}

impl Default for Percentiles {
    fn default() -> Self {
        Self {
            report: vec![0.50, 0.66, 0.75, 0.80, 0.90, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0],
            statistics: vec![0.95, 0.99],
            chart: vec![0.5, 0.95],
            current_for_entries: false,
        }
    }
}
